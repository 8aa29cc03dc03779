//! Queues and their numbers.

use domain::{Queue, QueueCounts, Timestamp};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, number, variant, word},
    error::Error,
};

/// Late tasks are counted up to this number a queue, so that a long backlog does not make the count slow.
const MAX_LATE: i64 = 1_000;

/// The numbers of every queue. Waiting tasks are in the order of urgency and due time, so those that are late stand
/// together within each of the four urgencies.
pub(crate) const COUNTS: &str = "SELECT queue.name, queue.title, queue.purpose, queue.kind, queue.sla_minutes, \
    coalesce((SELECT n FROM counter WHERE scope = 'queued' AND name = queue.name), 0) AS waiting, \
    coalesce((SELECT n FROM counter WHERE scope = 'claimed' AND name = queue.name), 0) AS claimed, \
    (SELECT count(*) FROM (\
        SELECT 1 FROM task WHERE state = 'claimed' AND task.queue = queue.name AND due < ?1 \
        UNION ALL SELECT 1 FROM task WHERE state = 'queued' AND snoozed_until IS NULL AND task.queue = queue.name \
            AND urgency = 0 AND due < ?1 \
        UNION ALL SELECT 1 FROM task WHERE state = 'queued' AND snoozed_until IS NULL AND task.queue = queue.name \
            AND urgency = 1 AND due < ?1 \
        UNION ALL SELECT 1 FROM task WHERE state = 'queued' AND snoozed_until IS NULL AND task.queue = queue.name \
            AND urgency = 2 AND due < ?1 \
        UNION ALL SELECT 1 FROM task WHERE state = 'queued' AND snoozed_until IS NULL AND task.queue = queue.name \
            AND urgency = 3 AND due < ?1 \
        LIMIT ?2)) AS late \
    FROM queue ORDER BY queue.name";

/// The oldest waiting task of every queue that ever had one; tasks before it that are claimed or put
/// aside are passed over.
pub(crate) const OLDEST_WAITING: &str = "SELECT waiting.name, (\
        SELECT submitted_at FROM task INDEXED BY task_by_queue WHERE task.queue = waiting.name AND state = 'queued' \
            AND snoozed_until IS NULL \
        ORDER BY id LIMIT 1) \
    FROM counter AS waiting WHERE waiting.scope = 'queued' AND waiting.n > 0 ORDER BY waiting.name";

pub(crate) async fn save(connection: &mut SqliteConnection, queue: &Queue) -> Result<(), Error> {
    const SAVE: &str = "INSERT INTO queue (name, title, purpose, kind, sla_minutes) VALUES (?1, ?2, ?3, ?4, ?5) \
        ON CONFLICT (name) DO UPDATE SET title = excluded.title, purpose = excluded.purpose, kind = excluded.kind, \
            sla_minutes = excluded.sla_minutes";
    sqlx::query(SAVE)
        .bind(&queue.name)
        .bind(&queue.title)
        .bind(&queue.purpose)
        .bind(word(&queue.kind)?)
        .bind(queue.sla_minutes)
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) async fn list(connection: &mut SqliteConnection) -> Result<Vec<Queue>, Error> {
    const LIST: &str = "SELECT name, title, purpose, kind, sla_minutes FROM queue ORDER BY name";
    let rows: Vec<QueueRow> = sqlx::query_as(LIST).fetch_all(connection).await?;
    all(rows)
}

pub(crate) async fn list_counts(connection: &mut SqliteConnection, now: Timestamp) -> Result<Vec<QueueCounts>, Error> {
    let rows: Vec<CountsRow> = sqlx::query_as(COUNTS).bind(now.as_ms()).bind(MAX_LATE).fetch_all(connection).await?;
    all(rows)
}

pub(crate) async fn list_oldest_waiting(connection: &mut SqliteConnection) -> Result<Vec<(String, Timestamp)>, Error> {
    let rows: Vec<(String, Option<i64>)> = sqlx::query_as(OLDEST_WAITING).fetch_all(connection).await?;
    let times = rows.into_iter().filter_map(|(queue, ms)| Some((queue, Timestamp::from_ms(ms?))));
    Ok(times.collect())
}

#[derive(sqlx::FromRow)]
struct QueueRow {
    name: String,
    title: String,
    purpose: String,
    kind: String,
    sla_minutes: i64,
}

impl TryFrom<QueueRow> for Queue {
    type Error = Error;

    fn try_from(row: QueueRow) -> Result<Self, Error> {
        Ok(Self {
            name: row.name,
            title: row.title,
            purpose: row.purpose,
            kind: variant("queue.kind", &row.kind)?,
            sla_minutes: number("queue.sla_minutes", row.sla_minutes)?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct CountsRow {
    #[sqlx(flatten)]
    queue: QueueRow,
    waiting: i64,
    claimed: i64,
    late: i64,
}

impl TryFrom<CountsRow> for QueueCounts {
    type Error = Error;

    fn try_from(row: CountsRow) -> Result<Self, Error> {
        Ok(Self {
            queue: row.queue.try_into()?,
            waiting: number("counter.n", row.waiting)?,
            claimed: number("counter.n", row.claimed)?,
            late: number("late", row.late)?,
        })
    }
}
