//! Labels as a file.

use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use domain::{Actor, Fault, Label, LabelKind, Page, PageRequest, label::LabelFilter, page::MAX_PAGE_SIZE};
use futures::stream;
use serde::Deserialize;
use service::Services;
use utoipa::{IntoParams, ToSchema};

use super::{
    caller::Caller,
    json::Asked,
    problem::{Problem, Refusals},
};

/// The header line of the CSV form.
pub const CSV_HEADER: &str =
    "text,label,kind,given_by,given_at,predicted,confidence,model_version,task_id,decision_id,replaced,saw_model\n";

/// The form of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum ExportFormat {
    /// One JSON object a line.
    #[default]
    Jsonl,
    /// Comma-separated values with a header.
    Csv,
}

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
    responses((status = 200, description = "The file", content((String = "application/x-ndjson"), (String = "text/csv"))), Refusals)
)]
pub(super) async fn export_labels(
    State(services): State<Services>,
    Caller(actor): Caller,
    Asked(query): Asked<ExportQuery>,
) -> Result<Response, Problem> {
    let filter = LabelFilter { label: query.label.filter(|label| !label.is_empty()), kind: query.kind };
    services.begin_export(&actor, &filter).await.map_err(Fault::from)?;
    let (media_type, name) = match query.format {
        ExportFormat::Jsonl => ("application/x-ndjson", "labels.jsonl"),
        ExportFormat::Csv => ("text/csv; charset=utf-8", "labels.csv"),
    };
    let headers = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, Body::from_stream(pages(services, actor, filter, query.format))).into_response())
}

/// Where a stream of pages stands.
enum Next {
    First,
    After(String),
    Done,
}

/// The file page by page, so that its size does not matter.
fn pages(
    services: Services,
    actor: Actor,
    filter: LabelFilter,
    format: ExportFormat,
) -> impl stream::Stream<Item = Result<String, std::io::Error>> {
    stream::try_unfold(Next::First, move |next| {
        let (services, actor, filter) = (services.clone(), actor.clone(), filter.clone());
        async move {
            let (mut text, request) = match next {
                Next::Done => return Ok(None),
                Next::First if format == ExportFormat::Csv => {
                    (CSV_HEADER.to_owned(), PageRequest::first(MAX_PAGE_SIZE))
                }
                Next::First => (String::new(), PageRequest::first(MAX_PAGE_SIZE)),
                Next::After(cursor) => (String::new(), PageRequest::after(Some(cursor), Some(MAX_PAGE_SIZE))),
            };
            // The status is sent already: an error ends the stream early, which the receiver sees as a broken transfer.
            let page: Page<Label> = services
                .list_labels(&actor, &filter, &request)
                .await
                .map_err(|error| std::io::Error::other(Fault::from(error).to_string()))?;
            for label in &page.items {
                text.push_str(&match format {
                    ExportFormat::Jsonl => jsonl_record(label)?,
                    ExportFormat::Csv => csv_record(label)?,
                });
            }
            Ok(Some((text, page.next.map_or(Next::Done, Next::After))))
        }
    })
}

/// A label as a line of JSON.
///
/// # Errors
/// When the label cannot be written as JSON.
pub fn jsonl_record(label: &Label) -> Result<String, std::io::Error> {
    Ok(serde_json::to_string(label)? + "\n")
}

/// A label as a line of CSV. Cells that a spreadsheet would take for a formula begin with an apostrophe (OWASP, CSV
/// injection).
///
/// # Errors
/// When the label cannot be written as CSV.
pub fn csv_record(label: &Label) -> Result<String, std::io::Error> {
    let cells = [
        label.text.clone(),
        label.label.clone(),
        label.kind.as_str().to_owned(),
        label.given_by.clone(),
        label.given_at.to_string(),
        label.predicted.clone().unwrap_or_default(),
        label.confidence.map(|confidence| confidence.to_string()).unwrap_or_default(),
        label.model_version.clone().unwrap_or_default(),
        label.task_id.map(|id| id.to_string()).unwrap_or_default(),
        label.decision_id.map(|id| id.to_string()).unwrap_or_default(),
        label.replaced.clone().unwrap_or_default(),
        label.saw_model.map(|saw| saw.to_string()).unwrap_or_default(),
    ];
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells.map(harmless))?;
    let bytes = writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(std::io::Error::other)
}

fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn cells_that_look_like_formulas_are_disarmed() {
        for cell in ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1"] {
            assert_eq!(harmless(cell.to_owned()), format!("'{cell}"));
        }
        assert_eq!(harmless("a=b".to_owned()), "a=b");
    }
}
