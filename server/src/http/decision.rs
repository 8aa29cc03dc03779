//! Decisions.

use axum::{Json, extract::State};
use domain::{Decision, DecisionId, DecisionSummary, Fault, Page, PageRequest, TaskId, decision::DecisionFilter};
use serde::Deserialize;
use service::Services;
use utoipa::IntoParams;

use super::{
    caller::Caller,
    json::{Asked, Named},
    problem::{Problem, Refusals},
};

/// What a list of decisions is narrowed to, and which page of it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DecisionQuery {
    /// Only this label.
    label: Option<String>,
    /// Only this queue or automation.
    destination: Option<String>,
    /// Only this rule.
    rule: Option<String>,
    /// Only this model, for example v3.
    model_version: Option<String>,
    /// Only corrected ones, or only others.
    corrected: Option<bool>,
    /// Only of this task.
    task_id: Option<TaskId>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Most rows, 1 to 200.
    limit: Option<u32>,
}

/// List decisions, newest first.
#[utoipa::path(
    get, path = "/api/v1/decisions", tag = "decisions", operation_id = "list_decisions", params(DecisionQuery),
    responses((status = 200, description = "A page of decisions", body = Page<DecisionSummary>), Refusals)
)]
pub(super) async fn list_decisions(
    State(services): State<Services>,
    Caller(actor): Caller,
    Asked(query): Asked<DecisionQuery>,
) -> Result<Json<Page<DecisionSummary>>, Problem> {
    let filter = DecisionFilter {
        label: query.label,
        destination: query.destination,
        rule: query.rule,
        model_version: query.model_version,
        corrected: query.corrected,
        task_id: query.task_id,
    };
    let page = PageRequest::after(query.after, query.limit);
    Ok(Json(services.list_decisions(&actor, &filter, &page).await.map_err(Fault::from)?))
}

/// Read a decision with its full trace.
#[utoipa::path(
    get, path = "/api/v1/decisions/{id}", tag = "decisions", operation_id = "lookup_decision", params(("id" = DecisionId, Path)),
    responses((status = 200, description = "The decision", body = Decision), Refusals)
)]
pub(super) async fn lookup_decision(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(id): Named<DecisionId>,
) -> Result<Json<Decision>, Problem> {
    Ok(Json(services.lookup_decision(&actor, id).await.map_err(Fault::from)?.decision))
}
