//! Decisions in lists.

use domain::{
    DecisionId, DecisionMode, DecisionSummary, Destination, Page, PageRequest, Timestamp,
    decision::{DecisionFilter, DecisionSource},
};
use serde::Deserialize;
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, before_id, from_json, parse},
    error::Error,
};

/// A filtered list along an index; the other filters are tried row by row.
macro_rules! filtered {
    ($along:literal) => {
        concat!(
            "SELECT decision.id, decision.task_id, task.subject, decision.corrected, decision.document FROM decision ",
            $along,
            " decision.id < ?1 AND (?2 IS NULL OR decision.label = ?2) AND (?3 IS NULL OR decision.destination = ?3) ",
            "AND (?4 IS NULL OR decision.rule = ?4) AND (?5 IS NULL OR decision.model_version = ?5) ",
            "AND (?6 IS NULL OR decision.corrected = ?6) AND (?7 IS NULL OR decision.task_id = ?7) ",
            "ORDER BY decision.id DESC LIMIT ?8"
        )
    };
}

pub(crate) const ALONG_ALL: &str = filtered!("CROSS JOIN task ON task.id = decision.task_id WHERE");
pub(crate) const ALONG_TASK: &str = filtered!(
    "INDEXED BY decision_by_task CROSS JOIN task ON task.id = decision.task_id WHERE decision.task_id = ?7 AND"
);
pub(crate) const ALONG_CORRECTED: &str = filtered!(
    "INDEXED BY decision_corrected CROSS JOIN task ON task.id = decision.task_id WHERE decision.corrected = 1 AND"
);
pub(crate) const ALONG_LABEL: &str = filtered!(
    "INDEXED BY decision_by_label CROSS JOIN task ON task.id = decision.task_id WHERE decision.label = ?2 AND"
);
pub(crate) const ALONG_DESTINATION: &str = filtered!(
    "INDEXED BY decision_by_destination CROSS JOIN task ON task.id = decision.task_id WHERE decision.destination = ?3 AND"
);
pub(crate) const ALONG_RULE: &str =
    filtered!("INDEXED BY decision_by_rule CROSS JOIN task ON task.id = decision.task_id WHERE decision.rule = ?4 AND");
pub(crate) const ALONG_MODEL: &str = filtered!(
    "INDEXED BY decision_by_model CROSS JOIN task ON task.id = decision.task_id WHERE decision.model_version = ?5 AND"
);

pub(crate) async fn list(
    connection: &mut SqliteConnection,
    filter: &DecisionFilter,
    page: &PageRequest,
) -> Result<Page<DecisionSummary>, Error> {
    let rows: Vec<SummaryRow> = sqlx::query_as(along(filter))
        .bind(before_id::<DecisionId>(page)?)
        .bind(filter.label.as_deref())
        .bind(filter.destination.as_deref())
        .bind(filter.rule.as_deref())
        .bind(filter.model_version.as_deref())
        .bind(filter.corrected)
        .bind(filter.task_id.map(|task| task.to_string()))
        .bind(page.limit() + 1)
        .fetch_all(connection)
        .await?;
    Ok(Page::from_rows(all(rows)?, page.limit(), |last: &DecisionSummary| last.id.to_string()))
}

/// The index that leaves the fewest rows to look at.
fn along(filter: &DecisionFilter) -> &'static str {
    if filter.task_id.is_some() {
        ALONG_TASK
    } else if filter.corrected == Some(true) {
        ALONG_CORRECTED
    } else if filter.label.is_some() {
        ALONG_LABEL
    } else if filter.rule.is_some() {
        ALONG_RULE
    } else if filter.destination.is_some() {
        ALONG_DESTINATION
    } else if filter.model_version.is_some() {
        ALONG_MODEL
    } else {
        ALONG_ALL
    }
}

#[derive(sqlx::FromRow)]
struct SummaryRow {
    id: String,
    task_id: String,
    subject: String,
    corrected: bool,
    document: String,
}

/// What of a stored decision a list shows; the rest is not built up.
#[derive(Deserialize)]
struct SummaryDocument {
    decided_at: Timestamp,
    source: DecisionSource,
    classification: Option<SummaryClassification>,
    policy_version: u32,
    matched_rule: Option<String>,
    destination: Destination,
    mode: DecisionMode,
}

#[derive(Deserialize)]
struct SummaryClassification {
    label: String,
    confidence: f32,
    model_version: String,
}

impl TryFrom<SummaryRow> for DecisionSummary {
    type Error = Error;

    fn try_from(row: SummaryRow) -> Result<Self, Error> {
        let document: SummaryDocument = from_json("decision.document", &row.document)?;
        let (label, confidence, model_version) = document
            .classification
            .map_or((None, None, None), |said| (Some(said.label), Some(said.confidence), Some(said.model_version)));
        Ok(Self {
            id: parse("decision.id", &row.id)?,
            task_id: parse("decision.task_id", &row.task_id)?,
            subject: row.subject,
            decided_at: document.decided_at,
            source: document.source,
            label,
            confidence,
            model_version,
            policy_version: document.policy_version,
            matched_rule: document.matched_rule,
            destination: document.destination,
            mode: document.mode,
            corrected: row.corrected,
        })
    }
}
