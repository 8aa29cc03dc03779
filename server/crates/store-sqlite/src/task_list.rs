//! Tasks in lists. Each list walks one index in its own order and stops at the end of the page.

use domain::{
    Page, PageRequest, TaskId, TaskSummary, Timestamp,
    dead_letter::DeadLetter,
    task::{PendingApproval, TaskFilter},
};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{after_id, all, before_id, cursor_part, cursor_parts, parse, time},
    error::Error,
    task::{QUEUED, approver, due_at, priority},
};

/// Most claims of one holder that are listed.
const MAX_CLAIMS: i64 = 200;

/// Columns of [`SummaryRow`].
macro_rules! summary_columns {
    () => {
        concat!(
            "id, subject, channel, CASE WHEN snoozed_until IS NULL THEN state ELSE 'snoozed' END AS standing, queue, ",
            "holder_name, urgency, label, due, submitted_at, ",
            "(SELECT CASE WHEN task.label IS NULL AND json_extract(decision.document, '$.check') IS NOT NULL THEN NULL ",
            "ELSE json_extract(decision.document, '$.explanation') END ",
            "FROM decision WHERE decision.id = task.decision_id) AS why"
        )
    };
}

pub(crate) use summary_columns;

macro_rules! select_summaries {
    ($rest:expr) => {
        concat!("SELECT ", summary_columns!(), " FROM task ", $rest)
    };
}

/// A filtered list along an index; the other filters are tried row by row. `?7` says whether the tasks are put aside, which their
/// state in the table does not.
macro_rules! filtered {
    ($along:literal) => {
        select_summaries!(concat!(
            $along,
            " id < ?1 AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR queue = ?3) AND (?4 IS NULL OR label = ?4) ",
            "AND (?5 IS NULL OR external_id = ?5) AND (?7 IS NULL OR (snoozed_until IS NOT NULL) = ?7) ORDER BY id DESC LIMIT ?6"
        ))
    };
}

pub(crate) const ALONG_ALL: &str = filtered!("WHERE");
pub(crate) const ALONG_STATE: &str = filtered!("INDEXED BY task_by_state WHERE state = ?2 AND");
pub(crate) const ALONG_SNOOZED: &str = filtered!("INDEXED BY task_snoozed WHERE snoozed_until IS NOT NULL AND");
pub(crate) const ALONG_QUEUE: &str = filtered!("INDEXED BY task_by_queue WHERE queue = ?3 AND");
pub(crate) const ALONG_LABEL: &str = filtered!("INDEXED BY task_by_label WHERE label = ?4 AND");
pub(crate) const ALONG_EXTERNAL_ID: &str = filtered!("INDEXED BY task_by_external_id WHERE external_id = ?5 AND");
pub(crate) const WAITING: &str = select_summaries!(
    "WHERE state = 'queued' AND snoozed_until IS NULL AND queue = ?1 AND (urgency, due, id) > (?2, ?3, ?4) \
    ORDER BY urgency, due, id LIMIT ?5"
);
/// One look at the head of each queue, then the first of these heads.
pub(crate) const FIRST_WAITING: &str = "SELECT task.id FROM json_each(?1) AS wanted CROSS JOIN task ON task.id = (\
        SELECT head.id FROM task AS head WHERE head.state = 'queued' AND head.snoozed_until IS NULL \
            AND head.queue = wanted.value \
        ORDER BY head.urgency, head.due, head.id LIMIT 1) \
    ORDER BY task.urgency, task.due, task.id LIMIT 1";
pub(crate) const CLAIMED_BY: &str =
    select_summaries!("WHERE state = 'claimed' AND holder = ?1 ORDER BY lease_until, id LIMIT ?2");
pub(crate) const AWAITING_APPROVAL: &str = concat!(
    "SELECT ",
    summary_columns!(),
    ", automation, otherwise, approver, approval_until FROM task ",
    "WHERE state = 'awaiting_approval' AND id > ?1 ORDER BY id LIMIT ?2"
);

pub(crate) const DEAD_LETTERS: &str = concat!(
    "SELECT ",
    summary_columns!(),
    ", ended_at, ended_reason FROM task INDEXED BY task_by_state ",
    "WHERE state = 'dead_letter' AND id < ?1 ORDER BY id DESC LIMIT ?2"
);

pub(crate) async fn list(
    connection: &mut SqliteConnection,
    filter: &TaskFilter,
    page: &PageRequest,
) -> Result<Page<TaskSummary>, Error> {
    let (state, snoozed) = match filter.state.as_deref() {
        Some("snoozed") => (Some(QUEUED), Some(true)),
        Some(QUEUED) => (Some(QUEUED), Some(false)),
        other => (other, None),
    };
    let rows: Vec<SummaryRow> = sqlx::query_as(along(filter))
        .bind(before_id::<TaskId>(page)?)
        .bind(state)
        .bind(filter.queue.as_deref())
        .bind(filter.label.as_deref())
        .bind(filter.external_id.as_deref())
        .bind(page.limit() + 1)
        .bind(snoozed)
        .fetch_all(connection)
        .await?;
    Ok(Page::from_rows(all(rows)?, page.limit(), |last: &TaskSummary| last.id.to_string()))
}

/// The index that leaves the fewest rows to look at: few tasks are open, nearly all are finished.
fn along(filter: &TaskFilter) -> &'static str {
    let finished = matches!(filter.state.as_deref(), Some("resolved" | "closed"));
    if filter.external_id.is_some() {
        ALONG_EXTERNAL_ID
    } else if filter.queue.is_some() {
        ALONG_QUEUE
    } else if filter.state.as_deref() == Some("snoozed") {
        ALONG_SNOOZED
    } else if filter.state.is_some() && !(finished && filter.label.is_some()) {
        ALONG_STATE
    } else if filter.label.is_some() {
        ALONG_LABEL
    } else {
        ALONG_ALL
    }
}

pub(crate) async fn list_waiting(
    connection: &mut SqliteConnection,
    queue: &str,
    page: &PageRequest,
) -> Result<Page<TaskSummary>, Error> {
    let (urgency, due, id) = match cursor_parts::<3>(page)? {
        None => (-1, i64::MIN, String::new()),
        Some([urgency, due, id]) => {
            (cursor_part::<i64>(urgency)?, cursor_part::<i64>(due)?, cursor_part::<TaskId>(id)?.to_string())
        }
    };
    let rows: Vec<SummaryRow> = sqlx::query_as(WAITING)
        .bind(queue)
        .bind(urgency)
        .bind(due)
        .bind(id)
        .bind(page.limit() + 1)
        .fetch_all(connection)
        .await?;
    let rows =
        Page::from_rows(rows, page.limit(), |last: &SummaryRow| format!("{}.{}.{}", last.urgency, last.due, last.id));
    Ok(Page { items: all(rows.items)?, next: rows.next })
}

pub(crate) async fn first_waiting(
    connection: &mut SqliteConnection,
    queues: &[String],
) -> Result<Option<TaskId>, Error> {
    let id: Option<String> =
        sqlx::query_scalar(FIRST_WAITING).bind(serde_json::to_string(queues)?).fetch_optional(connection).await?;
    id.map(|id| parse("task.id", &id)).transpose()
}

pub(crate) async fn list_claimed_by(
    connection: &mut SqliteConnection,
    holder: &str,
) -> Result<Vec<TaskSummary>, Error> {
    let rows: Vec<SummaryRow> = sqlx::query_as(CLAIMED_BY).bind(holder).bind(MAX_CLAIMS).fetch_all(connection).await?;
    all(rows)
}

pub(crate) async fn list_awaiting_approval(
    connection: &mut SqliteConnection,
    page: &PageRequest,
) -> Result<Page<PendingApproval>, Error> {
    let rows: Vec<ApprovalRow> = sqlx::query_as(AWAITING_APPROVAL)
        .bind(after_id::<TaskId>(page)?)
        .bind(page.limit() + 1)
        .fetch_all(connection)
        .await?;
    Ok(Page::from_rows(all(rows)?, page.limit(), |last: &PendingApproval| last.task.id.to_string()))
}

#[derive(sqlx::FromRow)]
struct ApprovalRow {
    #[sqlx(flatten)]
    task: SummaryRow,
    automation: String,
    otherwise: String,
    approver: Option<String>,
    approval_until: Option<i64>,
}

impl TryFrom<ApprovalRow> for PendingApproval {
    type Error = Error;

    fn try_from(row: ApprovalRow) -> Result<Self, Error> {
        Ok(Self {
            task: row.task.try_into()?,
            automation: row.automation,
            otherwise: row.otherwise,
            approver: approver(row.approver.as_deref())?,
            expires_at: time(row.approval_until),
        })
    }
}

pub(crate) async fn list_dead_letters(
    connection: &mut SqliteConnection,
    page: &PageRequest,
) -> Result<Page<DeadLetter>, Error> {
    let rows: Vec<DeadLetterRow> = sqlx::query_as(DEAD_LETTERS)
        .bind(before_id::<TaskId>(page)?)
        .bind(page.limit() + 1)
        .fetch_all(connection)
        .await?;
    Ok(Page::from_rows(all(rows)?, page.limit(), |last: &DeadLetter| last.task.id.to_string()))
}

#[derive(sqlx::FromRow)]
struct DeadLetterRow {
    #[sqlx(flatten)]
    task: SummaryRow,
    ended_at: i64,
    ended_reason: String,
}

impl TryFrom<DeadLetterRow> for DeadLetter {
    type Error = Error;

    fn try_from(row: DeadLetterRow) -> Result<Self, Error> {
        Ok(Self { task: row.task.try_into()?, reason: row.ended_reason, at: Timestamp::from_ms(row.ended_at) })
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct SummaryRow {
    id: String,
    subject: String,
    channel: String,
    standing: String,
    queue: Option<String>,
    holder_name: Option<String>,
    urgency: i64,
    label: Option<String>,
    due: i64,
    submitted_at: i64,
    why: Option<String>,
}

impl TryFrom<SummaryRow> for TaskSummary {
    type Error = Error;

    fn try_from(row: SummaryRow) -> Result<Self, Error> {
        Ok(Self {
            id: parse("task.id", &row.id)?,
            subject: row.subject,
            channel: row.channel,
            state: row.standing,
            queue: row.queue,
            holder_name: row.holder_name,
            priority: priority(row.urgency)?,
            label: row.label,
            due_at: due_at(row.due),
            submitted_at: Timestamp::from_ms(row.submitted_at),
            why: row.why,
        })
    }
}
