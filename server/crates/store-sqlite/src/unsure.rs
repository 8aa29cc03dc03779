//! Tasks of machines that the model was least sure of.

use domain::{Timestamp, automation::UnsureTask, task::classified_text};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, parse},
    error::Error,
};

/// The latest decisions along the index, then the closest of them: a sort of a bounded number of rows.
pub(crate) const LIST: &str = "SELECT found.task_id, found.decided_at, task.subject, task.body FROM ( \
        SELECT decision.task_id, decision.document ->> '$.decided_at' AS decided_at, \
            decision.document ->> '$.destination.kind' AS destination, decision.document ->> '$.check' AS drawn, \
            decision.document ->> '$.source.kind' AS source, \
            coalesce(decision.document ->> '$.classification.candidates[0].confidence', 0) \
                - coalesce(decision.document ->> '$.classification.candidates[1].confidence', 0) AS margin \
        FROM decision INDEXED BY decision_by_model WHERE decision.model_version = ?1 ORDER BY decision.id DESC LIMIT ?2 \
    ) AS found JOIN task ON task.id = found.task_id \
    WHERE found.source = 'policy' AND found.destination <> 'queue' AND found.drawn IS NULL AND task.erased_at IS NULL \
        AND NOT EXISTS (SELECT 1 FROM label WHERE label.task_id = found.task_id AND label.holds = 1) \
    ORDER BY found.margin, found.task_id LIMIT ?3";

pub(crate) async fn list(
    connection: &mut SqliteConnection,
    version: u32,
    among: u32,
    most: u32,
) -> Result<Vec<UnsureTask>, Error> {
    let rows: Vec<UnsureRow> =
        sqlx::query_as(LIST).bind(format!("v{version}")).bind(among).bind(most).fetch_all(connection).await?;
    all(rows)
}

#[derive(sqlx::FromRow)]
struct UnsureRow {
    task_id: String,
    decided_at: String,
    subject: String,
    body: String,
}

impl TryFrom<UnsureRow> for UnsureTask {
    type Error = Error;

    fn try_from(row: UnsureRow) -> Result<Self, Error> {
        let decided_at = Timestamp::parse(&row.decided_at);
        Ok(Self {
            task_id: parse("decision.task_id", &row.task_id)?,
            text: classified_text(&row.subject, &row.body),
            decided_at: decided_at
                .map_err(|cause| Error::Corrupt { column: "decision.document", cause: cause.to_string() })?,
        })
    }
}
