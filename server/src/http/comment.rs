//! Comments on tasks.

use axum::{Json, extract::State, http::StatusCode};
use domain::{Fault, TaskComment, TaskId};
use serde::Deserialize;
use service::Services;
use utoipa::ToSchema;

use super::{
    caller::Caller,
    json::{Body, Named},
    problem::{Problem, Refusals},
};

/// What is to be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewComment {
    /// The words, for colleagues: 1 to 4096 bytes. `@` and the name in an address mentions a person.
    text: String,
}

/// Say something about a task to the people who work it. It is shown with the task and never changes.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/comments", tag = "work", operation_id = "comment_on_task", params(("id" = TaskId, Path)),
    request_body = NewComment, responses((status = 201, description = "The comment", body = TaskComment), Refusals)
)]
pub(super) async fn comment_on_task(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(id): Named<TaskId>,
    Body(comment): Body<NewComment>,
) -> Result<(StatusCode, Json<TaskComment>), Problem> {
    let comment = services.comment_on_task(&actor, id, &comment.text).await.map_err(Fault::from)?;
    Ok((StatusCode::CREATED, Json(comment)))
}
