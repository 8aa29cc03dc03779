//! Who watches which task.

use domain::{
    TaskId, Timestamp, UserId,
    comment::{MAX_WATCHERS, Watcher},
};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, parse},
    error::Error,
};

pub(crate) const OF_TASK: &str = "SELECT watcher.user_id, user.name FROM watcher CROSS JOIN user ON user.id = watcher.user_id \
    WHERE watcher.task_id = ?1 LIMIT ?2";

pub(crate) async fn list(connection: &mut SqliteConnection, task: TaskId) -> Result<Vec<Watcher>, Error> {
    let rows: Vec<WatcherRow> =
        sqlx::query_as(OF_TASK).bind(task.to_string()).bind(MAX_WATCHERS).fetch_all(connection).await?;
    all(rows)
}

pub(crate) async fn add(
    connection: &mut SqliteConnection,
    task: TaskId,
    user: UserId,
    since: Timestamp,
) -> Result<bool, Error> {
    const ADD: &str = "INSERT INTO watcher (task_id, user_id, since) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    let added =
        sqlx::query(ADD).bind(task.to_string()).bind(user.to_string()).bind(since.as_ms()).execute(connection).await?;
    Ok(added.rows_affected() > 0)
}

pub(crate) async fn remove(connection: &mut SqliteConnection, task: TaskId, user: UserId) -> Result<bool, Error> {
    const REMOVE: &str = "DELETE FROM watcher WHERE task_id = ?1 AND user_id = ?2";
    let removed = sqlx::query(REMOVE).bind(task.to_string()).bind(user.to_string()).execute(connection).await?;
    Ok(removed.rows_affected() > 0)
}

#[derive(sqlx::FromRow)]
struct WatcherRow {
    user_id: String,
    name: String,
}

impl TryFrom<WatcherRow> for Watcher {
    type Error = Error;

    fn try_from(row: WatcherRow) -> Result<Self, Error> {
        Ok(Self { user_id: parse("watcher.user_id", &row.user_id)?, name: row.name })
    }
}
