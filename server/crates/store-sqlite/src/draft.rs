//! What people are writing.

use domain::{Draft, TaskId, Timestamp, UserId};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{number, one, signed},
    error::Error,
};

/// Drafts that are kept of one person, the latest ones.
const KEPT: i64 = 500;

/// Removes every draft on a task.
pub(crate) const ERASE: &str = "DELETE FROM draft WHERE task_id = ?1";

pub(crate) async fn lookup(
    connection: &mut SqliteConnection,
    task: TaskId,
    user: UserId,
) -> Result<Option<Draft>, Error> {
    const LOOKUP: &str = "SELECT reply, note, revision, saved_at FROM draft WHERE task_id = ?1 AND user_id = ?2";
    let row: Option<DraftRow> =
        sqlx::query_as(LOOKUP).bind(task.to_string()).bind(user.to_string()).fetch_optional(connection).await?;
    one(row)
}

pub(crate) async fn save(
    connection: &mut SqliteConnection,
    task: TaskId,
    user: UserId,
    draft: &Draft,
) -> Result<(), Error> {
    const SAVE: &str = "INSERT INTO draft (task_id, user_id, revision, saved_at, note, reply) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
        ON CONFLICT (task_id, user_id) DO UPDATE SET revision = excluded.revision, saved_at = excluded.saved_at, \
            note = excluded.note, reply = excluded.reply";
    const FORGET: &str = "DELETE FROM draft WHERE user_id = ?1 AND (saved_at, task_id) <= ( \
            SELECT saved_at, task_id FROM draft WHERE user_id = ?1 ORDER BY saved_at DESC, task_id DESC LIMIT 1 OFFSET ?2 \
        )";
    let user = user.to_string();
    sqlx::query(SAVE)
        .bind(task.to_string())
        .bind(&user)
        .bind(signed("draft.revision", draft.revision)?)
        .bind(draft.saved_at.as_ms())
        .bind(&draft.note)
        .bind(&draft.reply)
        .execute(&mut *connection)
        .await?;
    sqlx::query(FORGET).bind(&user).bind(KEPT).execute(connection).await?;
    Ok(())
}

pub(crate) async fn remove(connection: &mut SqliteConnection, task: TaskId, user: UserId) -> Result<bool, Error> {
    const REMOVE: &str = "DELETE FROM draft WHERE task_id = ?1 AND user_id = ?2";
    let removed = sqlx::query(REMOVE).bind(task.to_string()).bind(user.to_string()).execute(connection).await?;
    Ok(removed.rows_affected() > 0)
}

#[derive(sqlx::FromRow)]
struct DraftRow {
    reply: String,
    note: String,
    revision: i64,
    saved_at: i64,
}

impl TryFrom<DraftRow> for Draft {
    type Error = Error;

    fn try_from(row: DraftRow) -> Result<Self, Error> {
        Ok(Self {
            reply: row.reply,
            note: row.note,
            revision: number("draft.revision", row.revision)?,
            saved_at: Timestamp::from_ms(row.saved_at),
        })
    }
}
