//! What people are told of tasks.

use std::collections::BTreeSet;

use domain::{Notice, NoticeId, NoticeKind, Page, PageRequest, TaskId, Timestamp, UserId, notice::MAX_NOTICES};
use serde::Serialize;
use service::ports::store::NewNotice;
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, before_id, number, parse, time, variant, word},
    error::Error,
};

pub(crate) const OF_USER: &str = "SELECT notice.id, notice.task_id, task.subject, notice.kind, notice.by_name, \
        notice.happened_at, notice.read_at \
    FROM notice CROSS JOIN task ON task.id = notice.task_id \
    WHERE notice.user_id = ?1 AND notice.id < ?2 ORDER BY notice.id DESC LIMIT ?3";

pub(crate) const UNREAD: &str =
    "SELECT count(*) FROM (SELECT 1 FROM notice WHERE user_id = ?1 AND read_at IS NULL LIMIT ?2)";

/// The columns in the order of [`ADD`].
#[derive(Serialize)]
struct NewRow<'a>(NoticeId, UserId, TaskId, String, Option<&'a str>, i64);

const ADD: &str = "INSERT INTO notice (id, user_id, task_id, kind, by_name, happened_at) \
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM jsonb_each(?1)";

pub(crate) async fn add(connection: &mut SqliteConnection, notices: &[NewNotice]) -> Result<(), Error> {
    const FORGET: &str = "DELETE FROM notice WHERE user_id = ?1 AND id <= ( \
            SELECT id FROM notice WHERE user_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2 \
        )";
    let mut rows = Vec::with_capacity(notices.len());
    for notice in notices {
        let kind = word(&notice.kind)?;
        let NewNotice { id, user_id, task_id, at, .. } = *notice;
        rows.push(NewRow(id, user_id, task_id, kind, notice.by.as_deref(), at.as_ms()));
    }
    sqlx::query(ADD)
        .bind(serde_json::to_string(&rows)?)
        .execute(&mut *connection)
        .await
        .map_err(|error| Error::conflict(error, "notice"))?;
    let people: BTreeSet<UserId> = notices.iter().map(|notice| notice.user_id).collect();
    for person in people {
        sqlx::query(FORGET).bind(person.to_string()).bind(MAX_NOTICES).execute(&mut *connection).await?;
    }
    Ok(())
}

pub(crate) async fn list(
    connection: &mut SqliteConnection,
    user: UserId,
    page: &PageRequest,
) -> Result<Page<Notice>, Error> {
    let rows: Vec<NoticeRow> = sqlx::query_as(OF_USER)
        .bind(user.to_string())
        .bind(before_id::<NoticeId>(page)?)
        .bind(page.limit() + 1)
        .fetch_all(connection)
        .await?;
    Ok(Page::from_rows(all(rows)?, page.limit(), |last: &Notice| last.id.to_string()))
}

pub(crate) async fn count_unread(connection: &mut SqliteConnection, user: UserId) -> Result<u32, Error> {
    let count: i64 = sqlx::query_scalar(UNREAD).bind(user.to_string()).bind(MAX_NOTICES).fetch_one(connection).await?;
    number("count", count)
}

pub(crate) async fn mark_read(
    connection: &mut SqliteConnection,
    user: UserId,
    one: Option<NoticeId>,
    at: Timestamp,
) -> Result<u64, Error> {
    const MARK: &str =
        "UPDATE notice SET read_at = ?3 WHERE user_id = ?1 AND read_at IS NULL AND (?2 IS NULL OR id = ?2)";
    let marked = sqlx::query(MARK)
        .bind(user.to_string())
        .bind(one.map(|id| id.to_string()))
        .bind(at.as_ms())
        .execute(connection)
        .await?;
    Ok(marked.rows_affected())
}

#[derive(sqlx::FromRow)]
struct NoticeRow {
    id: String,
    task_id: String,
    subject: String,
    kind: String,
    by_name: Option<String>,
    happened_at: i64,
    read_at: Option<i64>,
}

impl TryFrom<NoticeRow> for Notice {
    type Error = Error;

    fn try_from(row: NoticeRow) -> Result<Self, Error> {
        let kind: NoticeKind = variant("notice.kind", &row.kind)?;
        Ok(Self {
            id: parse("notice.id", &row.id)?,
            task_id: parse("notice.task_id", &row.task_id)?,
            subject: row.subject,
            kind,
            text: kind.in_words(row.by_name.as_deref()),
            by: row.by_name,
            at: Timestamp::from_ms(row.happened_at),
            read_at: time(row.read_at),
        })
    }
}
