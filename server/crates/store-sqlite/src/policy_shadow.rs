//! What policies in shadow would have done.

use domain::{DecisionId, TaskId, rollout::PolicyShadowCase};
use serde::Serialize;
use service::ports::store::PolicyShadow;
use sqlx::sqlite::SqliteConnection;

use crate::{
    aftermath::{Aftermath, FirstDecision, aftermath_columns},
    convert::{all, from_json, parse},
    error::Error,
};

/// Rows of one statement.
const MAX_ROWS: usize = 500;
/// Rows that are kept of a version.
const KEPT_OF_VERSION: u32 = 200_000;
/// Rows that are kept of all versions.
const KEPT: u32 = 1_000_000;
/// So many new rows are between two looks for rows to forget, which costs a walk over those that are kept.
const FORGET_EVERY: i64 = 2_000;

pub(crate) const CASES: &str = concat!(
    "SELECT decision.id, decision.task_id, decision.document, task.subject, task.ended_at IS NOT NULL AS ended, ",
    "policy_shadow.destination, policy_shadow.rule, ",
    aftermath_columns!(),
    " FROM policy_shadow CROSS JOIN decision ON decision.id = policy_shadow.decision_id ",
    "CROSS JOIN task ON task.id = policy_shadow.task_id ",
    "WHERE policy_shadow.policy_version = ?1 ORDER BY policy_shadow.decision_id DESC LIMIT ?2"
);

/// The columns after the identifier, in the order of the table.
#[derive(Serialize)]
struct NewRow<'a>(DecisionId, TaskId, u32, String, Option<&'a str>);

pub(crate) async fn add(connection: &mut SqliteConnection, shadows: &[PolicyShadow]) -> Result<(), Error> {
    const ADD: &str = "INSERT INTO policy_shadow (decision_id, task_id, policy_version, destination, rule) \
        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM jsonb_each(?1)";
    for shadows in shadows.chunks(MAX_ROWS) {
        let mut rows = Vec::with_capacity(shadows.len());
        for shadow in shadows {
            let destination = serde_json::to_string(&shadow.destination)?;
            let rule = shadow.rule.as_deref();
            rows.push(NewRow(shadow.decision_id, shadow.task_id, shadow.policy_version, destination, rule));
        }
        let added = sqlx::query(ADD)
            .bind(serde_json::to_string(&rows)?)
            .execute(&mut *connection)
            .await
            .map_err(|error| Error::conflict(error, "policy shadow"))?;
        let last = added.last_insert_rowid();
        let before = last - i64::try_from(shadows.len()).unwrap_or(0);
        if last / FORGET_EVERY > before / FORGET_EVERY {
            let version = shadows.last().map_or(0, |shadow| shadow.policy_version);
            forget(connection, version, KEPT_OF_VERSION, KEPT).await?;
        }
    }
    Ok(())
}

/// Keeps the newest rows of a version, and the newest of all.
async fn forget(connection: &mut SqliteConnection, version: u32, kept_of_version: u32, kept: u32) -> Result<(), Error> {
    const OF_VERSION: &str = "DELETE FROM policy_shadow WHERE policy_version = ?1 AND decision_id <= ( \
            SELECT decision_id FROM policy_shadow WHERE policy_version = ?1 ORDER BY decision_id DESC LIMIT 1 OFFSET ?2 \
        )";
    const OF_ALL: &str = "DELETE FROM policy_shadow WHERE id <= (SELECT max(id) FROM policy_shadow) - ?1";
    sqlx::query(OF_VERSION).bind(version).bind(kept_of_version).execute(&mut *connection).await?;
    sqlx::query(OF_ALL).bind(kept).execute(connection).await?;
    Ok(())
}

pub(crate) async fn list_cases(
    connection: &mut SqliteConnection,
    version: u32,
    most: u32,
) -> Result<Vec<PolicyShadowCase>, Error> {
    let rows: Vec<CaseRow> = sqlx::query_as(CASES).bind(version).bind(most).fetch_all(connection).await?;
    all(rows)
}

#[derive(sqlx::FromRow)]
struct CaseRow {
    id: String,
    task_id: String,
    document: String,
    subject: String,
    ended: bool,
    destination: String,
    rule: Option<String>,
    #[sqlx(flatten)]
    aftermath: Aftermath,
}

impl TryFrom<CaseRow> for PolicyShadowCase {
    type Error = Error;

    fn try_from(row: CaseRow) -> Result<Self, Error> {
        let first: FirstDecision = from_json("decision.document", &row.document)?;
        Ok(Self {
            decision_id: parse("policy_shadow.decision_id", &row.id)?,
            task_id: parse("policy_shadow.task_id", &row.task_id)?,
            subject: row.subject,
            destination: from_json("policy_shadow.destination", &row.destination)?,
            rule: row.rule,
            corrected_to: row.aftermath.corrected_to(&first)?,
            // Policies are compared, and a blind check is none of their doing.
            live_destination: first.said().clone(),
            live_rule: first.matched_rule,
            ended: row.ended,
        })
    }
}

#[cfg(test)]
mod tests {
    use service::ports::store::{PolicyReads, PolicyWrites, TaskWrites};
    use store_testkit::fixtures::{decision_id, policy, policy_shadow, submissions};

    use super::*;
    use crate::{Options, SqliteStore, transaction::SqliteTransaction};

    #[tokio::test]
    async fn the_newest_rows_of_a_version_and_of_all_are_kept() {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&directory.path().join("shadows.db"), Options::default()).await.unwrap();
        let mut tx = SqliteTransaction::writing(&store).await;
        tx.add_submissions(&submissions(1..=9)).await.unwrap();
        tx.save_policy(&policy(4)).await.unwrap();
        tx.save_policy(&policy(5)).await.unwrap();
        let shadows: Vec<_> = (1..=9).map(|n| policy_shadow(n, if n <= 4 { 4 } else { 5 })).collect();
        tx.add_policy_shadows(&shadows).await.unwrap();
        let left = async |tx: &mut SqliteTransaction| {
            let mut left = Vec::new();
            for version in [5, 4] {
                left.extend(
                    tx.list_policy_shadow_cases(version, 99).await.unwrap().iter().map(|case| case.decision_id),
                );
            }
            left
        };
        forget(tx.connection().await.unwrap(), 5, 3, 99).await.unwrap();
        assert_eq!(left(&mut tx).await, [9, 8, 7, 4, 3, 2, 1].map(decision_id));
        forget(tx.connection().await.unwrap(), 5, 3, 6).await.unwrap();
        assert_eq!(left(&mut tx).await, [9, 8, 7, 4].map(decision_id));
    }
}
