//! Policies for programs: the same use cases that supervisors have in the browser, so that policies can live in Git.

use axum::{Json, extract::State, http::StatusCode};
use domain::{
    Fault, Page, PageRequest, PolicyVersion,
    policy::{MAX_DOCUMENT_BYTES, PolicyProblem, desk::PolicySummary},
};
use serde::Deserialize;
use service::Services;
use utoipa::{IntoParams, ToSchema};

use super::{
    caller::Caller,
    json::{Asked, Body, Named},
    problem::{Problem, Refusals},
};

/// Largest body that has a document, in bytes.
pub(super) const MAX_BODY_BYTES: usize = MAX_DOCUMENT_BYTES + 16 * 1024;

/// A page of versions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PolicyQuery {
    /// The `next` of the page before.
    after: Option<String>,
    /// Most rows, 1 to 200.
    limit: Option<u32>,
}

/// A document that is to be checked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckedDocument {
    /// The document.
    #[schema(value_type = domain::PolicyDocument)]
    document: serde_json::Value,
}

/// A document that is to be kept as a draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeptDocument {
    /// The document.
    #[schema(value_type = domain::PolicyDocument)]
    document: serde_json::Value,
    /// What changed, in words for people.
    note: String,
}

/// That a version is to decide.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Activation {
    /// The revision that was looked at; without it whatever it is now.
    #[serde(default)]
    revision: Option<u32>,
    /// Why, in words for people.
    reason: String,
}

/// List versions of the policy, newest first.
#[utoipa::path(
    get, path = "/api/v1/policies", tag = "policies", operation_id = "list_policies", params(PolicyQuery),
    responses((status = 200, description = "Versions without their documents", body = Page<PolicySummary>), Refusals)
)]
pub(super) async fn list_policies(
    State(services): State<Services>,
    Caller(actor): Caller,
    Asked(query): Asked<PolicyQuery>,
) -> Result<Json<Page<PolicySummary>>, Problem> {
    let page = PageRequest::after(query.after, query.limit);
    let page = services.list_policies(&actor, &page).await.map_err(Fault::from)?;
    Ok(Json(Page { items: page.items.into_iter().map(PolicySummary::from).collect(), next: page.next }))
}

/// Look a version up, with its document.
#[utoipa::path(
    get, path = "/api/v1/policies/{version}", tag = "policies", operation_id = "lookup_policy",
    params(("version" = u32, Path, description = "The version")),
    responses((status = 200, description = "The version", body = PolicyVersion), Refusals)
)]
pub(super) async fn lookup_policy(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(version): Named<u32>,
) -> Result<Json<PolicyVersion>, Problem> {
    Ok(Json(services.lookup_policy(&actor, version).await.map_err(Fault::from)?))
}

/// Say what is found in a document: what keeps it from deciding, and what is worth knowing. Nothing is kept.
#[utoipa::path(
    post, path = "/api/v1/policies/check", tag = "policies", operation_id = "check_policy",
    request_body = CheckedDocument,
    responses((status = 200, description = "What was found; nothing when all is well", body = Vec<PolicyProblem>), Refusals)
)]
pub(super) async fn check_policy(
    State(services): State<Services>,
    Caller(actor): Caller,
    Body(body): Body<CheckedDocument>,
) -> Result<Json<Vec<PolicyProblem>>, Problem> {
    Ok(Json(services.check_policy(&actor, &body.document.to_string()).await.map_err(Fault::from)?))
}

/// Keep a document as a new draft; nothing may be wrong with it.
#[utoipa::path(
    post, path = "/api/v1/policies", tag = "policies", operation_id = "save_policy", request_body = KeptDocument,
    responses((status = 201, description = "The draft", body = PolicyVersion), Refusals)
)]
pub(super) async fn save_policy(
    State(services): State<Services>,
    Caller(actor): Caller,
    Body(body): Body<KeptDocument>,
) -> Result<(StatusCode, Json<PolicyVersion>), Problem> {
    let saved = services.save_policy(&actor, &body.document.to_string(), &body.note).await.map_err(Fault::from)?;
    Ok((StatusCode::CREATED, Json(saved)))
}

/// Let a version decide every task from now on; an earlier one comes back the same way.
#[utoipa::path(
    post, path = "/api/v1/policies/{version}/activate", tag = "policies", operation_id = "activate_policy",
    params(("version" = u32, Path, description = "The version")), request_body = Activation,
    responses((status = 200, description = "The version that decides", body = PolicyVersion), Refusals)
)]
pub(super) async fn activate_policy(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(version): Named<u32>,
    Body(body): Body<Activation>,
) -> Result<Json<PolicyVersion>, Problem> {
    let active = services.activate_policy(&actor, version, body.revision, &body.reason).await;
    Ok(Json(active.map_err(Fault::from)?))
}
