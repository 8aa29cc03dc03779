//! What models in shadow would have decided.

use domain::{Decision, DecisionId, TaskId, rollout::ShadowCase};
use serde::Serialize;
use service::ports::store::ShadowDecision;
use sqlx::sqlite::SqliteConnection;

use crate::{convert::from_json, error::Error};

/// Decisions of one statement.
const MAX_ROWS: usize = 500;

pub(crate) const CASES: &str = "SELECT answer, live_answer, \
        (SELECT label.label FROM label WHERE label.task_id = shadow_decision.task_id AND label.holds = 1) AS truth \
    FROM shadow_decision WHERE model_version = ?1 ORDER BY id DESC LIMIT ?2";
pub(crate) const OF_TASK: &str = "SELECT document FROM shadow_decision WHERE task_id = ?1 ORDER BY id";

/// The columns in the order of the table.
#[derive(Serialize)]
struct NewRow<'a>(DecisionId, TaskId, u32, Option<&'a str>, Option<&'a str>, String);

pub(crate) async fn add(connection: &mut SqliteConnection, decisions: &[ShadowDecision]) -> Result<(), Error> {
    const ADD: &str = "INSERT INTO shadow_decision (id, task_id, model_version, answer, live_answer, document) \
        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM jsonb_each(?1)";
    for decisions in decisions.chunks(MAX_ROWS) {
        let mut rows = Vec::with_capacity(decisions.len());
        for ShadowDecision { model_version, live_answer, decision } in decisions {
            let answer = decision.classification.as_ref().map(|said| said.label.as_str());
            let document = serde_json::to_string(decision)?;
            rows.push(NewRow(decision.id, decision.task_id, *model_version, answer, live_answer.as_deref(), document));
        }
        sqlx::query(ADD)
            .bind(serde_json::to_string(&rows)?)
            .execute(&mut *connection)
            .await
            .map_err(|error| Error::conflict(error, "shadow decision"))?;
    }
    Ok(())
}

pub(crate) async fn list_cases(
    connection: &mut SqliteConnection,
    version: u32,
    most: u32,
) -> Result<Vec<ShadowCase>, Error> {
    let rows: Vec<(Option<String>, Option<String>, Option<String>)> =
        sqlx::query_as(CASES).bind(version).bind(most).fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(answer, live_answer, truth)| ShadowCase { answer, live_answer, truth }).collect())
}

pub(crate) async fn list_of(connection: &mut SqliteConnection, task: TaskId) -> Result<Vec<Decision>, Error> {
    let rows: Vec<String> = sqlx::query_scalar(OF_TASK).bind(task.to_string()).fetch_all(connection).await?;
    rows.iter().map(|document| from_json("shadow_decision.document", document)).collect()
}
