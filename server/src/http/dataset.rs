//! Datasets as files, and what is said of them.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use domain::{Fault, Page};
use exchange::LabelRecord;
use serde::Deserialize;
use service::Services;
use utoipa::IntoParams;

use super::{
    caller::Caller,
    file::{ExportFormat, download},
    json::{Asked, Named},
    problem::{Problem, Refusals},
};

/// The form of a dataset's file.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FormQuery {
    /// The form.
    #[serde(default)]
    format: ExportFormat,
}

/// Take a dataset out as a file, in the order of its texts' digests. For people in the browser.
#[utoipa::path(
    get, path = "/api/v1/datasets/{number}/export", tag = "labels", operation_id = "export_dataset",
    params(("number" = u32, Path, description = "The dataset's number"), FormQuery),
    responses((status = 200, description = "The file", content(
        (String = "application/x-ndjson"), (String = "text/csv"), (Vec<u8> = "application/vnd.apache.parquet")
    )), Refusals)
)]
pub(super) async fn export_dataset(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(number): Named<u32>,
    Asked(query): Asked<FormQuery>,
) -> Result<Response, Problem> {
    let dataset = services.begin_dataset_export(&actor, number).await.map_err(Fault::from)?;
    let fetch = move |request| {
        let (services, actor) = (services.clone(), actor.clone());
        async move {
            let page = services.list_dataset_examples(&actor, number, &request).await.map_err(Fault::from)?;
            // An erased text belongs to nobody's file.
            let kept = page.items.iter().filter(|example| !example.label.text.is_empty());
            let items =
                kept.map(|example| LabelRecord::from_label(&example.label).with_part(example.held_out)).collect();
            Ok(Page { items, next: page.next })
        }
    };
    Ok(download(query.format.into(), &format!("dataset-{}", dataset.short_name()), true, fetch)?)
}

/// A dataset's card as Markdown. For people in the browser.
#[utoipa::path(
    get, path = "/api/v1/datasets/{number}/card", tag = "labels", operation_id = "lookup_dataset_card",
    params(("number" = u32, Path, description = "The dataset's number")),
    responses((status = 200, description = "The card", content((String = "text/markdown"))), Refusals)
)]
pub(super) async fn lookup_dataset_card(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(number): Named<u32>,
) -> Result<Response, Problem> {
    let card = services.dataset_card(&actor, number).await.map_err(Fault::from)?;
    let headers = [
        (header::CONTENT_TYPE, "text/markdown; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"dataset-d{number}.md\"")),
    ];
    Ok((headers, card).into_response())
}
