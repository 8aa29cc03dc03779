//! Queues.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::{Fault, QueueCounts, Task};
use service::Services;

use super::{
    caller::Caller,
    json::{Body, Named},
    problem::{Problem, Refusals},
    work::Lease,
};

/// List queues with their numbers.
#[utoipa::path(
    get, path = "/api/v1/queues", tag = "work", operation_id = "list_queues",
    responses((status = 200, description = "Every queue", body = Vec<QueueCounts>), Refusals)
)]
pub(super) async fn list_queues(
    State(services): State<Services>,
    Caller(actor): Caller,
) -> Result<Json<Vec<QueueCounts>>, Problem> {
    Ok(Json(services.list_queues(&actor).await.map_err(Fault::from)?))
}

/// Claim the next task of a queue: the most urgent, then the earliest due, then the oldest.
#[utoipa::path(
    post, path = "/api/v1/queues/{queue}/claim", tag = "work", operation_id = "claim_next",
    params(("queue" = String, Path, description = "The queue's or automation's name")), request_body = Lease,
    responses(
        (status = 200, description = "The claimed task", body = Task),
        (status = 204, description = "Nothing waits there now"),
        Refusals
    )
)]
pub(super) async fn claim_next(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(queue): Named<String>,
    Body(lease): Body<Lease>,
) -> Result<Response, Problem> {
    let task = services.claim_next(&actor, &[queue], lease.lease_seconds).await.map_err(Fault::from)?;
    Ok(task.map_or_else(|| StatusCode::NO_CONTENT.into_response(), |task| Json(task).into_response()))
}
