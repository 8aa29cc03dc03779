//! Finishing tasks, and taking that back.

use axum::{Json, extract::State};
use domain::{Fault, Task, TaskId};
use serde::Deserialize;
use service::Services;
use utoipa::ToSchema;

use super::{
    caller::Caller,
    json::{Body, Named},
    problem::{Problem, Refusals},
};

/// Shows a claim and says what came of the work.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Completion {
    /// The fencing token of the claim.
    token: u64,
    /// What the submitter is told; shown with the task as `reply`. At most 16 KiB.
    #[serde(default)]
    reply: Option<String>,
}

/// Why a resolution is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Undo {
    /// Why, in words for people; supervisors need one.
    #[serde(default)]
    reason: String,
}

/// Finish a task.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/complete", tag = "work", operation_id = "complete_task", params(("id" = TaskId, Path)),
    request_body = Completion, responses((status = 200, description = "The resolved task", body = Task), Refusals)
)]
pub(super) async fn complete_task(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(id): Named<TaskId>,
    Body(done): Body<Completion>,
) -> Result<Json<Task>, Problem> {
    Ok(Json(services.resolve(&actor, id, done.token, done.reply.as_deref()).await.map_err(Fault::from)?))
}

/// Take back that a task is finished: for ten minutes whoever finished it, always a supervisor in the browser. The caller holds
/// it again, under a new token.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/undo", tag = "work", operation_id = "undo_resolution", params(("id" = TaskId, Path)),
    request_body = Undo, responses((status = 200, description = "The task, claimed again", body = Task), Refusals)
)]
pub(super) async fn undo_resolution(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(id): Named<TaskId>,
    Body(undo): Body<Undo>,
) -> Result<Json<Task>, Problem> {
    Ok(Json(services.undo_resolution(&actor, id, &undo.reason).await.map_err(Fault::from)?))
}
