//! What people say to each other about tasks.

use domain::{
    TaskComment, TaskId, Timestamp,
    comment::{ERASED_COMMENT, MAX_COMMENTS},
};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, from_json, number, parse},
    error::Error,
};

pub(crate) const OF_TASK: &str = "SELECT id, task_id, author, author_name, written_at, mentions, text FROM task_comment \
    WHERE task_id = ?1 ORDER BY id LIMIT ?2";

pub(crate) const COUNT: &str = "SELECT count(*) FROM (SELECT 1 FROM task_comment WHERE task_id = ?1 LIMIT ?2)";

/// Takes their texts from the comments on a task.
pub(crate) const ERASE: &str = "UPDATE task_comment SET text = '', mentions = '[]' WHERE task_id = ?1";

pub(crate) async fn add(connection: &mut SqliteConnection, comment: &TaskComment) -> Result<(), Error> {
    const ADD: &str = "INSERT INTO task_comment (id, task_id, author, author_name, written_at, mentions, text) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    sqlx::query(ADD)
        .bind(comment.id.to_string())
        .bind(comment.task_id.to_string())
        .bind(&comment.by_id)
        .bind(&comment.by)
        .bind(comment.at.as_ms())
        .bind(serde_json::to_string(&comment.mentions)?)
        .bind(&comment.text)
        .execute(connection)
        .await
        .map_err(|error| Error::conflict(error, "comment"))?;
    Ok(())
}

pub(crate) async fn list(connection: &mut SqliteConnection, task: TaskId) -> Result<Vec<TaskComment>, Error> {
    let rows: Vec<CommentRow> =
        sqlx::query_as(OF_TASK).bind(task.to_string()).bind(MAX_COMMENTS).fetch_all(connection).await?;
    all(rows)
}

pub(crate) async fn count(connection: &mut SqliteConnection, task: TaskId) -> Result<u32, Error> {
    let count: i64 = sqlx::query_scalar(COUNT).bind(task.to_string()).bind(MAX_COMMENTS).fetch_one(connection).await?;
    number("count", count)
}

#[derive(sqlx::FromRow)]
struct CommentRow {
    id: String,
    task_id: String,
    author: String,
    author_name: String,
    written_at: i64,
    mentions: String,
    text: String,
}

impl TryFrom<CommentRow> for TaskComment {
    type Error = Error;

    fn try_from(row: CommentRow) -> Result<Self, Error> {
        Ok(Self {
            id: parse("task_comment.id", &row.id)?,
            task_id: parse("task_comment.task_id", &row.task_id)?,
            by: row.author_name,
            by_id: row.author,
            at: Timestamp::from_ms(row.written_at),
            // A comment has at least one byte until it is erased.
            text: if row.text.is_empty() { ERASED_COMMENT.to_owned() } else { row.text },
            mentions: from_json("task_comment.mentions", &row.mentions)?,
        })
    }
}
