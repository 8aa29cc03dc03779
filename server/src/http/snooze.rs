//! Putting tasks aside, and bringing them back.

use axum::{Json, extract::State};
use domain::{Fault, Page, PageRequest, SnoozeKind, SnoozeRequest, SnoozedTask, Task, TaskId, Timestamp};
use serde::Deserialize;
use service::Services;
use utoipa::{IntoParams, ToSchema};

use super::{
    caller::Caller,
    json::{Asked, Body, Named},
    problem::{Problem, Refusals},
};

/// Shows a claim and says until when the task is put aside.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HeldSnooze {
    /// The fencing token of the claim.
    token: u64,
    /// When it comes back, a minute to 90 days from now. Either this or `minutes`.
    #[serde(default)]
    until: Option<Timestamp>,
    /// In how many minutes it comes back. Either this or `until`.
    #[serde(default)]
    minutes: Option<u32>,
    /// `snoozed` to look at it later; `waiting` when it waits for the customer, which pauses its due time.
    #[serde(default)]
    kind: SnoozeKind,
    /// Why, in words for people.
    #[serde(default)]
    reason: Option<String>,
}

/// Which page of what is put aside.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SnoozedQuery {
    /// Only what the caller put aside.
    #[serde(default)]
    mine: bool,
    /// The `next` of the page before.
    after: Option<String>,
    /// Most rows, 1 to 200.
    limit: Option<u32>,
}

/// Put a task aside until a time. Until then nobody can claim it; then it is back in its queue by itself.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/snooze", tag = "work", operation_id = "snooze_task", params(("id" = TaskId, Path)),
    request_body = HeldSnooze, responses((status = 200, description = "The task, put aside", body = Task), Refusals)
)]
pub(super) async fn snooze_task(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(id): Named<TaskId>,
    Body(held): Body<HeldSnooze>,
) -> Result<Json<Task>, Problem> {
    let HeldSnooze { token, until, minutes, kind, reason } = held;
    let request = SnoozeRequest { until, minutes, kind, reason };
    Ok(Json(services.snooze(&actor, id, token, request).await.map_err(Fault::from)?))
}

/// Bring a task that is put aside back to its queue at once.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/wake", tag = "work", operation_id = "wake_task", params(("id" = TaskId, Path)),
    responses((status = 200, description = "The task in its queue", body = Task), Refusals)
)]
pub(super) async fn wake_task(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(id): Named<TaskId>,
) -> Result<Json<Task>, Problem> {
    Ok(Json(services.wake(&actor, id).await.map_err(Fault::from)?))
}

/// List tasks that are put aside, the earliest return first.
#[utoipa::path(
    get, path = "/api/v1/snoozed", tag = "work", operation_id = "list_snoozed", params(SnoozedQuery),
    responses((status = 200, description = "A page of tasks", body = Page<SnoozedTask>), Refusals)
)]
pub(super) async fn list_snoozed(
    State(services): State<Services>,
    Caller(actor): Caller,
    Asked(query): Asked<SnoozedQuery>,
) -> Result<Json<Page<SnoozedTask>>, Problem> {
    let page = PageRequest::after(query.after, query.limit);
    Ok(Json(services.list_snoozed(&actor, query.mine, &page).await.map_err(Fault::from)?))
}
