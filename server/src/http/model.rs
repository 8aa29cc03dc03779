//! What is said of models.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use domain::Fault;
use service::Services;

use super::{
    caller::Caller,
    json::Named,
    problem::{Problem, Refusals},
};

/// A model's card as Markdown. For people in the browser.
#[utoipa::path(
    get, path = "/api/v1/models/{version}/card", tag = "models", operation_id = "lookup_model_card",
    params(("version" = u32, Path, description = "The model's version")),
    responses((status = 200, description = "The card", content((String = "text/markdown"))), Refusals)
)]
pub(super) async fn lookup_model_card(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(version): Named<u32>,
) -> Result<Response, Problem> {
    let card = services.model_card(&actor, version).await.map_err(Fault::from)?;
    let headers = [
        (header::CONTENT_TYPE, "text/markdown; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"model-v{version}.md\"")),
    ];
    Ok((headers, card).into_response())
}
