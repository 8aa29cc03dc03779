//! Escalations.

use axum::{Json, extract::State};
use domain::{Fault, Page, PageRequest, Task, TaskId, escalation::EscalationSummary};
use serde::Deserialize;
use service::Services;
use utoipa::IntoParams;

use super::{
    caller::Caller,
    json::{Asked, Body, Named},
    problem::{Problem, Refusals},
    work::WithReason,
};

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// The `next` of the page before.
    after: Option<String>,
    /// Most rows, 1 to 200.
    limit: Option<u32>,
}

/// Hand a task that you hold to the next level of the escalation chain.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/escalations", tag = "work", operation_id = "escalate_task", params(("id" = TaskId, Path)),
    request_body = WithReason, responses((status = 200, description = "The task at the next level", body = Task), Refusals)
)]
pub(super) async fn escalate_task(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(id): Named<TaskId>,
    Body(held): Body<WithReason>,
) -> Result<Json<Task>, Problem> {
    Ok(Json(services.escalate(&actor, id, held.token, &held.reason).await.map_err(Fault::from)?))
}

/// List open escalations, the earliest due first. For people in the browser.
#[utoipa::path(
    get, path = "/api/v1/escalations", tag = "work", operation_id = "list_escalations", params(PageQuery),
    responses((status = 200, description = "A page of escalations", body = Page<EscalationSummary>), Refusals)
)]
pub(super) async fn list_escalations(
    State(services): State<Services>,
    Caller(actor): Caller,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<Page<EscalationSummary>>, Problem> {
    let page = PageRequest::after(query.after, query.limit);
    Ok(Json(services.list_escalations(&actor, &page).await.map_err(Fault::from)?))
}
