//! What came of the decisions of one policy.

use domain::{DecisionId, Timestamp, rollout::PolicyOutcome};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, number, parse, time},
    error::Error,
};

/// There is no index by policy: every submission would pay for it, and a rollout looks back only to its beginning.
pub(crate) const LIST: &str = "SELECT decision.id, decision.corrected, decision.document ->> '$.due_at' AS due_at, \
        EXISTS ( \
            SELECT 1 FROM decision AS later WHERE later.task_id = decision.task_id AND later.id > decision.id \
                AND later.document ->> '$.source.kind' = 'reversal' \
        ) AS reversed, task.ended_at, task.worked_ms \
    FROM decision CROSS JOIN task ON task.id = decision.task_id \
    WHERE decision.id >= ?2 AND decision.document ->> '$.policy_version' = ?1 \
        AND decision.document ->> '$.source.kind' = 'policy' AND decision.document ->> '$.mode' <> 'shadow' \
        AND decision.document ->> '$.supersedes' IS NULL \
    ORDER BY decision.id LIMIT ?3";

pub(crate) async fn list(
    connection: &mut SqliteConnection,
    version: u32,
    from: DecisionId,
    most: u32,
) -> Result<Vec<PolicyOutcome>, Error> {
    let rows: Vec<OutcomeRow> =
        sqlx::query_as(LIST).bind(version).bind(from.to_string()).bind(most).fetch_all(connection).await?;
    all(rows)
}

#[derive(sqlx::FromRow)]
struct OutcomeRow {
    id: String,
    corrected: bool,
    due_at: Option<String>,
    reversed: bool,
    ended_at: Option<i64>,
    worked_ms: i64,
}

impl TryFrom<OutcomeRow> for PolicyOutcome {
    type Error = Error;

    fn try_from(row: OutcomeRow) -> Result<Self, Error> {
        let due_at = row.due_at.as_deref().map(Timestamp::parse).transpose();
        let due_at =
            due_at.map_err(|cause| Error::Corrupt { column: "decision.document", cause: cause.to_string() })?;
        let ended_at = time(row.ended_at);
        Ok(Self {
            decision_id: parse("decision.id", &row.id)?,
            corrected: row.corrected,
            reversed: row.reversed,
            // By the time that the decision gave: corrections give tasks new ones.
            late: ended_at.is_some_and(|ended| due_at.is_some_and(|due| ended > due)),
            ended_at,
            worked_ms: number("task.worked_ms", row.worked_ms)?,
        })
    }
}
