//! How tasks were resolved.

use domain::{Resolution, TaskId, Timestamp};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{one, parse, parse_optional},
    error::Error,
};

/// Takes the reply from a task's resolution.
pub(crate) const ERASE: &str = "UPDATE resolution SET reply = NULL WHERE task_id = ?1";

pub(crate) async fn lookup(connection: &mut SqliteConnection, task: TaskId) -> Result<Option<Resolution>, Error> {
    const LOOKUP: &str = "SELECT task_id, resolved_at, resolved_by, resolver_name, queue, label_id, escalation_id, reply \
        FROM resolution WHERE task_id = ?1";
    let row: Option<ResolutionRow> = sqlx::query_as(LOOKUP).bind(task.to_string()).fetch_optional(connection).await?;
    one(row)
}

pub(crate) async fn save(connection: &mut SqliteConnection, resolution: &Resolution) -> Result<(), Error> {
    const SAVE: &str = "INSERT INTO resolution (task_id, resolved_at, resolved_by, resolver_name, queue, label_id, \
            escalation_id, reply) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) \
        ON CONFLICT (task_id) DO UPDATE SET resolved_at = excluded.resolved_at, resolved_by = excluded.resolved_by, \
            resolver_name = excluded.resolver_name, queue = excluded.queue, label_id = excluded.label_id, \
            escalation_id = excluded.escalation_id, reply = excluded.reply";
    sqlx::query(SAVE)
        .bind(resolution.task_id.to_string())
        .bind(resolution.at.as_ms())
        .bind(&resolution.by_id)
        .bind(&resolution.by)
        .bind(&resolution.queue)
        .bind(resolution.label_id.map(|id| id.to_string()))
        .bind(resolution.escalation_id.map(|id| id.to_string()))
        .bind(resolution.reply.as_deref())
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) async fn remove(connection: &mut SqliteConnection, task: TaskId) -> Result<(), Error> {
    sqlx::query("DELETE FROM resolution WHERE task_id = ?1").bind(task.to_string()).execute(connection).await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct ResolutionRow {
    task_id: String,
    resolved_at: i64,
    resolved_by: String,
    resolver_name: String,
    queue: String,
    label_id: Option<String>,
    escalation_id: Option<String>,
    reply: Option<String>,
}

impl TryFrom<ResolutionRow> for Resolution {
    type Error = Error;

    fn try_from(row: ResolutionRow) -> Result<Self, Error> {
        Ok(Self {
            task_id: parse("resolution.task_id", &row.task_id)?,
            at: Timestamp::from_ms(row.resolved_at),
            by: row.resolver_name,
            by_id: row.resolved_by,
            queue: row.queue,
            reply: row.reply,
            label_id: parse_optional("resolution.label_id", row.label_id.as_deref())?,
            escalation_id: parse_optional("resolution.escalation_id", row.escalation_id.as_deref())?,
        })
    }
}
