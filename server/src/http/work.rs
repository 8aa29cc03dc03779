//! Working tasks as a program: the same use cases that people have in the browser.

use axum::{Json, extract::State};
use domain::{CorrectionRequest, Fault, Priority, Task, TaskId};
use serde::Deserialize;
use service::Services;
use utoipa::ToSchema;

use super::{
    caller::Caller,
    json::{Body, Named},
    problem::{Problem, Refusals},
};

type Answer = Result<Json<Task>, Problem>;

/// How long a claim is to last.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Lease {
    /// Seconds until the claim ends by itself, 1 to 3600; without it the workspace's own.
    #[serde(default)]
    pub lease_seconds: Option<u32>,
}

/// Shows a claim.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Held {
    /// The fencing token of the claim.
    token: u64,
}

/// Shows a claim and prolongs it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Heartbeat {
    /// The fencing token of the claim.
    token: u64,
    /// Seconds from now until the claim ends by itself, 1 to 3600.
    #[serde(default)]
    lease_seconds: Option<u32>,
}

/// Shows a claim and says why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WithReason {
    /// The fencing token of the claim.
    pub token: u64,
    /// Why, in words for people.
    pub reason: String,
}

/// Shows a claim and says what is right.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HeldCorrection {
    /// The fencing token of the claim.
    token: u64,
    /// The right label.
    #[serde(default)]
    label: Option<String>,
    /// The right priority.
    #[serde(default)]
    priority: Option<Priority>,
    /// The right queue.
    #[serde(default)]
    queue: Option<String>,
    /// Why, in words for people.
    reason: String,
}

/// Why an automated decision is undone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reversal {
    /// Why, in words for people.
    reason: String,
    /// The queue of people it goes to; without it that of its label, or triage.
    #[serde(default)]
    queue: Option<String>,
}

/// A yes or a no.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Approval {
    /// Whether the automation may run.
    approved: bool,
    /// Why; a no needs it.
    #[serde(default)]
    reason: String,
}

/// Claim a task. A claim is a lease: it ends by itself unless it is prolonged, and every act on it shows its token.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/claim", tag = "work", operation_id = "claim_task", params(("id" = TaskId, Path)),
    request_body = Lease, responses((status = 200, description = "The claimed task", body = Task), Refusals)
)]
pub(super) async fn claim_task(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(id): Named<TaskId>,
    Body(lease): Body<Lease>,
) -> Answer {
    Ok(Json(services.claim(&actor, id, lease.lease_seconds).await.map_err(Fault::from)?))
}

/// Prolong a claim.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/heartbeat", tag = "work", operation_id = "heartbeat_task", params(("id" = TaskId, Path)),
    request_body = Heartbeat, responses((status = 200, description = "The task with its prolonged claim", body = Task), Refusals)
)]
pub(super) async fn heartbeat_task(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(id): Named<TaskId>,
    Body(held): Body<Heartbeat>,
) -> Answer {
    Ok(Json(services.heartbeat(&actor, id, held.token, held.lease_seconds).await.map_err(Fault::from)?))
}

/// Give up on a task: it goes to people.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/fail", tag = "work", operation_id = "fail_task", params(("id" = TaskId, Path)),
    request_body = WithReason, responses((status = 200, description = "The task in its new queue", body = Task), Refusals)
)]
pub(super) async fn fail_task(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(id): Named<TaskId>,
    Body(held): Body<WithReason>,
) -> Answer {
    Ok(Json(services.fail(&actor, id, held.token, &held.reason).await.map_err(Fault::from)?))
}

/// Give a task back to its queue.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/release", tag = "work", operation_id = "release_task", params(("id" = TaskId, Path)),
    request_body = Held, responses((status = 200, description = "The task in its queue", body = Task), Refusals)
)]
pub(super) async fn release_task(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(id): Named<TaskId>,
    Body(held): Body<Held>,
) -> Answer {
    Ok(Json(services.release(&actor, id, held.token).await.map_err(Fault::from)?))
}

/// Say what was wrong with the decision of a task. The right label is kept as a training example.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/corrections", tag = "work", operation_id = "correct_task", params(("id" = TaskId, Path)),
    request_body = HeldCorrection, responses((status = 200, description = "The task where it belongs", body = Task), Refusals)
)]
pub(super) async fn correct_task(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(id): Named<TaskId>,
    Body(held): Body<HeldCorrection>,
) -> Answer {
    let HeldCorrection { token, label, priority, queue, reason } = held;
    let request = CorrectionRequest { label, priority, queue, reason };
    Ok(Json(services.correct(&actor, id, token, request).await.map_err(Fault::from)?))
}

/// Hand a task back with a reason: an escalated one to those who escalated it, another one to its queue.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/hand-back", tag = "work", operation_id = "hand_back_task", params(("id" = TaskId, Path)),
    request_body = WithReason, responses((status = 200, description = "The task in its queue", body = Task), Refusals)
)]
pub(super) async fn hand_back_task(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(id): Named<TaskId>,
    Body(held): Body<WithReason>,
) -> Answer {
    Ok(Json(services.hand_back(&actor, id, held.token, &held.reason).await.map_err(Fault::from)?))
}

/// Undo an automated decision: the task goes to people. For supervisors in the browser.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/reversal", tag = "work", operation_id = "reverse_task", params(("id" = TaskId, Path)),
    request_body = Reversal, responses((status = 200, description = "The task in its new queue", body = Task), Refusals)
)]
pub(super) async fn reverse_task(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(id): Named<TaskId>,
    Body(reversal): Body<Reversal>,
) -> Answer {
    let task = services.reverse(&actor, id, reversal.queue.as_deref(), &reversal.reason).await;
    Ok(Json(task.map_err(Fault::from)?))
}

/// Answer an approval. For supervisors in the browser.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/approval", tag = "work", operation_id = "answer_approval", params(("id" = TaskId, Path)),
    request_body = Approval, responses((status = 200, description = "The task on its way", body = Task), Refusals)
)]
pub(super) async fn answer_approval(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(id): Named<TaskId>,
    Body(answer): Body<Approval>,
) -> Answer {
    let task = services.answer_approval(&actor, id, answer.approved, &answer.reason).await;
    Ok(Json(task.map_err(Fault::from)?))
}
