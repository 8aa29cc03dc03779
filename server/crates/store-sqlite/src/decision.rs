//! Decisions: written once as a whole, with the columns beside it that lists are narrowed by.

use domain::{Decision, DecisionId, TaskId};
use serde::Serialize;
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::from_json,
    counter::{self, Additions},
    error::Error,
};

/// The columns in the order of [`NewDecisionRow`]. The document is a text within the text, so that SQLite does not take it
/// apart.
pub(crate) const ADD: &str = "INSERT INTO decision (id, task_id, label, destination, rule, model_version, document) \
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6 FROM jsonb_each(?)";

#[derive(Serialize)]
struct NewDecisionRow<'a>(
    DecisionId,
    TaskId,
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a str>,
    String,
);

/// The rows for [`ADD`].
pub(crate) fn rows(decisions: &[&Decision]) -> Result<String, Error> {
    let rows: Vec<_> = decisions
        .iter()
        .map(|decision| {
            let classification = decision.classification.as_ref();
            Ok(NewDecisionRow(
                decision.id,
                decision.task_id,
                classification.map(|classification| classification.label.as_str()),
                decision.destination.name(),
                decision.matched_rule.as_deref(),
                classification.map(|classification| classification.model_version.as_str()),
                serde_json::to_string(decision)?,
            ))
        })
        .collect::<Result<_, Error>>()?;
    Ok(serde_json::to_string(&rows)?)
}

/// Adds a later decision of a task.
pub(crate) async fn add(connection: &mut SqliteConnection, decision: &Decision) -> Result<(), Error> {
    let mut additions = Additions::default();
    additions.add_decision(decision);
    sqlx::query(ADD)
        .bind(rows(&[decision])?)
        .execute(&mut *connection)
        .await
        .map_err(|error| Error::conflict(error, "decision"))?;
    sqlx::query(counter::SAVE).bind(additions.rows()?).execute(connection).await?;
    Ok(())
}

pub(crate) async fn lookup(connection: &mut SqliteConnection, id: DecisionId) -> Result<Option<Decision>, Error> {
    let document: Option<String> = sqlx::query_scalar("SELECT document FROM decision WHERE id = ?1")
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?;
    document.as_deref().map(read).transpose()
}

pub(crate) async fn list_by_id(connection: &mut SqliteConnection, ids: &[DecisionId]) -> Result<Vec<Decision>, Error> {
    const LIST: &str = "SELECT document FROM decision WHERE id IN (SELECT value FROM json_each(?1))";
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let documents: Vec<String> =
        sqlx::query_scalar(LIST).bind(serde_json::to_string(ids)?).fetch_all(connection).await?;
    documents.iter().map(|document| read(document)).collect()
}

pub(crate) async fn list_of(connection: &mut SqliteConnection, task: TaskId) -> Result<Vec<Decision>, Error> {
    let documents: Vec<String> = sqlx::query_scalar("SELECT document FROM decision WHERE task_id = ?1 ORDER BY id")
        .bind(task.to_string())
        .fetch_all(connection)
        .await?;
    documents.iter().map(|document| read(document)).collect()
}

fn read(document: &str) -> Result<Decision, Error> {
    from_json("decision.document", document)
}
