//! Labels as a file.

use axum::{extract::State, response::Response};
use domain::{Fault, LabelKind, Page, label::LabelFilter};
use exchange::LabelRecord;
use serde::Deserialize;
use service::Services;
use utoipa::IntoParams;

use super::{
    caller::Caller,
    file::{ExportFormat, download},
    json::Asked,
    problem::{Problem, Refusals},
};

/// What an export holds.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ExportQuery {
    /// The form.
    #[serde(default)]
    format: ExportFormat,
    /// Only this label.
    label: Option<String>,
    /// Only labels that came to be this way.
    kind: Option<LabelKind>,
}

/// Take the labels that hold now out as a file, newest first. For people in the browser.
#[utoipa::path(
    get, path = "/api/v1/labels/export", tag = "labels", operation_id = "export_labels", params(ExportQuery),
    responses((status = 200, description = "The file", content(
        (String = "application/x-ndjson"), (String = "text/csv"), (Vec<u8> = "application/vnd.apache.parquet")
    )), Refusals)
)]
pub(super) async fn export_labels(
    State(services): State<Services>,
    Caller(actor): Caller,
    Asked(query): Asked<ExportQuery>,
) -> Result<Response, Problem> {
    let filter = LabelFilter { label: query.label.filter(|label| !label.is_empty()), kind: query.kind };
    services.begin_export(&actor, &filter).await.map_err(Fault::from)?;
    let fetch = move |request| {
        let (services, actor, filter) = (services.clone(), actor.clone(), filter.clone());
        async move {
            let page = services.list_labels(&actor, &filter, &request).await.map_err(Fault::from)?;
            Ok(Page { items: page.items.iter().map(LabelRecord::from_label).collect(), next: page.next })
        }
    };
    Ok(download(query.format.into(), "labels", false, fetch)?)
}
