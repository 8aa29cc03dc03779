//! Corrections.

use domain::{Correction, TaskId, Timestamp};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, parse, variant},
    error::Error,
};

pub(crate) async fn add(connection: &mut SqliteConnection, correction: &Correction) -> Result<(), Error> {
    const ADD: &str = "INSERT INTO correction (id, task_id, decision_id, field, old_value, new_value, reason, corrected_by, \
        corrected_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let decision_id = correction.decision_id.to_string();
    sqlx::query(ADD)
        .bind(correction.id.to_string())
        .bind(correction.task_id.to_string())
        .bind(&decision_id)
        .bind(correction.field.as_str())
        .bind(correction.old.as_deref())
        .bind(&correction.new)
        .bind(&correction.reason)
        .bind(&correction.corrected_by)
        .bind(correction.corrected_at.as_ms())
        .execute(&mut *connection)
        .await
        .map_err(|error| Error::conflict(error, "correction"))?;
    sqlx::query("UPDATE decision SET corrected = 1 WHERE id = ?1 AND corrected = 0")
        .bind(decision_id)
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) async fn list_of(connection: &mut SqliteConnection, task: TaskId) -> Result<Vec<Correction>, Error> {
    const LIST: &str = "SELECT id, task_id, decision_id, field, old_value, new_value, reason, corrected_by, corrected_at \
        FROM correction WHERE task_id = ?1 ORDER BY id";
    let rows: Vec<CorrectionRow> = sqlx::query_as(LIST).bind(task.to_string()).fetch_all(connection).await?;
    all(rows)
}

#[derive(sqlx::FromRow)]
struct CorrectionRow {
    id: String,
    task_id: String,
    decision_id: String,
    field: String,
    old_value: Option<String>,
    new_value: String,
    reason: String,
    corrected_by: String,
    corrected_at: i64,
}

impl TryFrom<CorrectionRow> for Correction {
    type Error = Error;

    fn try_from(row: CorrectionRow) -> Result<Self, Error> {
        Ok(Self {
            id: parse("correction.id", &row.id)?,
            task_id: parse("correction.task_id", &row.task_id)?,
            decision_id: parse("correction.decision_id", &row.decision_id)?,
            field: variant("correction.field", &row.field)?,
            old: row.old_value,
            new: row.new_value,
            reason: row.reason,
            corrected_by: row.corrected_by,
            corrected_at: Timestamp::from_ms(row.corrected_at),
        })
    }
}
