//! Escalations.

use domain::{Escalation, EscalationId, Page, PageRequest, TaskId, Timestamp, escalation::EscalationSummary};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, cursor_part, cursor_parts, ms, number, one, parse, time, variant, word},
    error::Error,
};

macro_rules! select_escalation {
    ($rest:literal) => {
        concat!(
            "SELECT id, task_id, level, reason, raised_by, raised_at, from_queue, to_queue, due_at, state, closed_at ",
            "FROM escalation ",
            $rest
        )
    };
}

pub(crate) const OPEN: &str = "SELECT escalation.id, escalation.task_id, level, reason, raised_by, raised_at, from_queue, \
    to_queue, due_at, escalation.state, closed_at, task.subject, task.holder_name \
    FROM escalation CROSS JOIN task ON task.id = escalation.task_id \
    WHERE escalation.state = 'open' AND (due_at, escalation.id) > (?1, ?2) ORDER BY due_at, escalation.id LIMIT ?3";

pub(crate) async fn save(connection: &mut SqliteConnection, escalation: &Escalation) -> Result<(), Error> {
    const SAVE: &str = "INSERT INTO escalation (id, task_id, level, reason, raised_by, raised_at, from_queue, to_queue, \
            due_at, state, closed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
        ON CONFLICT (id) DO UPDATE SET level = excluded.level, reason = excluded.reason, from_queue = excluded.from_queue, \
            to_queue = excluded.to_queue, due_at = excluded.due_at, state = excluded.state, closed_at = excluded.closed_at";
    sqlx::query(SAVE)
        .bind(escalation.id.to_string())
        .bind(escalation.task_id.to_string())
        .bind(escalation.level)
        .bind(&escalation.reason)
        .bind(&escalation.raised_by)
        .bind(escalation.raised_at.as_ms())
        .bind(&escalation.from_queue)
        .bind(&escalation.to_queue)
        .bind(escalation.due_at.as_ms())
        .bind(word(&escalation.state)?)
        .bind(ms(escalation.closed_at))
        .execute(connection)
        .await
        .map_err(|error| Error::conflict(error, "escalation"))?;
    Ok(())
}

pub(crate) async fn lookup_open(connection: &mut SqliteConnection, task: TaskId) -> Result<Option<Escalation>, Error> {
    let row: Option<EscalationRow> = sqlx::query_as(select_escalation!("WHERE task_id = ?1 AND state = 'open'"))
        .bind(task.to_string())
        .fetch_optional(connection)
        .await?;
    one(row)
}

pub(crate) async fn list_of(connection: &mut SqliteConnection, task: TaskId) -> Result<Vec<Escalation>, Error> {
    let rows: Vec<EscalationRow> = sqlx::query_as(select_escalation!("WHERE task_id = ?1 ORDER BY id"))
        .bind(task.to_string())
        .fetch_all(connection)
        .await?;
    all(rows)
}

pub(crate) async fn list_open(
    connection: &mut SqliteConnection,
    page: &PageRequest,
) -> Result<Page<EscalationSummary>, Error> {
    let (due, id) = match cursor_parts::<2>(page)? {
        None => (i64::MIN, String::new()),
        Some([due, id]) => (cursor_part::<i64>(due)?, cursor_part::<EscalationId>(id)?.to_string()),
    };
    let rows: Vec<SummaryRow> =
        sqlx::query_as(OPEN).bind(due).bind(id).bind(page.limit() + 1).fetch_all(connection).await?;
    Ok(Page::from_rows(all(rows)?, page.limit(), |last: &EscalationSummary| {
        format!("{}.{}", last.escalation.due_at.as_ms(), last.escalation.id)
    }))
}

#[derive(sqlx::FromRow)]
struct EscalationRow {
    id: String,
    task_id: String,
    level: i64,
    reason: String,
    raised_by: String,
    raised_at: i64,
    from_queue: String,
    to_queue: String,
    due_at: i64,
    state: String,
    closed_at: Option<i64>,
}

impl TryFrom<EscalationRow> for Escalation {
    type Error = Error;

    fn try_from(row: EscalationRow) -> Result<Self, Error> {
        Ok(Self {
            id: parse("escalation.id", &row.id)?,
            task_id: parse("escalation.task_id", &row.task_id)?,
            level: number("escalation.level", row.level)?,
            reason: row.reason,
            raised_by: row.raised_by,
            raised_at: Timestamp::from_ms(row.raised_at),
            from_queue: row.from_queue,
            to_queue: row.to_queue,
            due_at: Timestamp::from_ms(row.due_at),
            state: variant("escalation.state", &row.state)?,
            closed_at: time(row.closed_at),
        })
    }
}

#[derive(sqlx::FromRow)]
struct SummaryRow {
    #[sqlx(flatten)]
    escalation: EscalationRow,
    subject: String,
    holder_name: Option<String>,
}

impl TryFrom<SummaryRow> for EscalationSummary {
    type Error = Error;

    fn try_from(row: SummaryRow) -> Result<Self, Error> {
        Ok(Self { escalation: row.escalation.try_into()?, subject: row.subject, holder: row.holder_name })
    }
}
