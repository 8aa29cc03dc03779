//! Tasks, one at a time.

use domain::{
    Claim, Priority, SnoozeKind, Task, TaskId, TaskState, Timestamp, decision::Approver, task::ERASED_SUBJECT,
};
use sqlx::sqlite::SqliteConnection;

use crate::{
    comment,
    convert::{all, from_json, ms, number, one, parse, parse_optional, signed, time, variant},
    dispute, draft,
    error::Error,
    resolution,
};

/// What a task without due time is sorted by.
pub(crate) const NEVER_DUE: i64 = i64::MAX;
/// The name in the table of what waits and of what is put aside.
pub(crate) const QUEUED: &str = "queued";

macro_rules! select_task {
    ($rest:literal) => {
        concat!(
            "SELECT id, state, queue, urgency, due, label, decision_id, last_token, escalation_level, holder, holder_name, ",
            "claim_token, lease_until, automation, otherwise, ended_at, ended_by, ended_reason, submitted_at, ",
            "submitted_by, channel, external_id, priority_hint, callback_url, subject, attributes, body, claimed_at, ",
            "worked_ms, erased_at, approver, approval_until, snoozed_until, snooze_kind, snoozed_at, snoozed_by, ",
            "snoozed_by_name, snooze_reason FROM task ",
            $rest
        )
    };
}

pub(crate) const EXPIRED: &str = select_task!(
    "INDEXED BY task_by_lease WHERE state = 'claimed' AND lease_until <= ?1 ORDER BY lease_until, id LIMIT ?2"
);

pub(crate) const EXPIRED_APPROVALS: &str = select_task!(
    "INDEXED BY task_by_approval_end WHERE state = 'awaiting_approval' AND approval_until IS NOT NULL \
    AND approval_until <= ?1 ORDER BY approval_until, id LIMIT ?2"
);

pub(crate) const SNOOZE_ENDED: &str = select_task!(
    "INDEXED BY task_by_return WHERE snoozed_until IS NOT NULL AND snoozed_until <= ?1 ORDER BY snoozed_until, id LIMIT ?2"
);

pub(crate) async fn lookup(connection: &mut SqliteConnection, id: TaskId) -> Result<Option<Task>, Error> {
    let row: Option<TaskRow> =
        sqlx::query_as(select_task!("WHERE id = ?1")).bind(id.to_string()).fetch_optional(connection).await?;
    one(row)
}

pub(crate) async fn list_expired(
    connection: &mut SqliteConnection,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Task>, Error> {
    let rows: Vec<TaskRow> = sqlx::query_as(EXPIRED).bind(now.as_ms()).bind(limit).fetch_all(connection).await?;
    all(rows)
}

pub(crate) async fn list_expired_approvals(
    connection: &mut SqliteConnection,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Task>, Error> {
    let rows: Vec<TaskRow> =
        sqlx::query_as(EXPIRED_APPROVALS).bind(now.as_ms()).bind(limit).fetch_all(connection).await?;
    all(rows)
}

pub(crate) async fn list_snooze_ended(
    connection: &mut SqliteConnection,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Task>, Error> {
    let rows: Vec<TaskRow> = sqlx::query_as(SNOOZE_ENDED).bind(now.as_ms()).bind(limit).fetch_all(connection).await?;
    all(rows)
}

pub(crate) async fn save(connection: &mut SqliteConnection, task: &Task) -> Result<(), Error> {
    const SAVE: &str = "UPDATE task SET state = ?2, queue = ?3, urgency = ?4, due = ?5, label = ?6, decision_id = ?7, \
        last_token = ?8, escalation_level = ?9, holder = ?10, holder_name = ?11, claim_token = ?12, lease_until = ?13, \
        automation = ?14, otherwise = ?15, ended_at = ?16, ended_by = ?17, ended_reason = ?18, claimed_at = ?19, \
        worked_ms = ?20, approver = ?21, approval_until = ?22, snoozed_until = ?23, snooze_kind = ?24, snoozed_at = ?25, \
        snoozed_by = ?26, snoozed_by_name = ?27, snooze_reason = ?28 WHERE id = ?1";
    let state = StateColumns::of(&task.state)?;
    let saved = sqlx::query(SAVE)
        .bind(task.id.to_string())
        .bind(state.state)
        .bind(state.queue)
        .bind(urgency(task.priority))
        .bind(due(task.due_at))
        .bind(task.label.as_deref())
        .bind(task.decision_id.to_string())
        .bind(signed("last_token", task.last_token)?)
        .bind(task.escalation_level)
        .bind(state.holder)
        .bind(state.holder_name)
        .bind(state.claim_token)
        .bind(state.lease_until)
        .bind(state.automation)
        .bind(state.otherwise)
        .bind(state.ended_at)
        .bind(state.ended_by)
        .bind(state.ended_reason)
        .bind(state.claimed_at)
        .bind(task.worked_ms)
        .bind(state.approver)
        .bind(state.approval_until)
        .bind(state.snoozed_until)
        .bind(state.snooze_kind)
        .bind(state.snoozed_at)
        .bind(state.snoozed_by)
        .bind(state.snoozed_by_name)
        .bind(state.snooze_reason)
        .execute(connection)
        .await?;
    if saved.rows_affected() == 1 { Ok(()) } else { Err(Error::Missing("task")) }
}

/// Erases what a task says and what people wrote to it, and takes its labels out of training; answers whether it said anything.
pub(crate) async fn erase(connection: &mut SqliteConnection, id: TaskId, at: Timestamp) -> Result<bool, Error> {
    const ERASE: &str = "UPDATE task SET subject = ?2, body = '', attributes = '{}', erased_at = ?3 \
        WHERE id = ?1 AND erased_at IS NULL";
    const LABELS: &str = "UPDATE label SET holds = 0 WHERE holds = 1 AND task_id = ?1 RETURNING digest";
    let id = id.to_string();
    let erased = sqlx::query(ERASE).bind(&id).bind(ERASED_SUBJECT).bind(at.as_ms()).execute(&mut *connection).await?;
    let digests: Vec<String> = sqlx::query_scalar(LABELS).bind(&id).fetch_all(&mut *connection).await?;
    let digests: Vec<&str> = digests.iter().map(String::as_str).collect();
    dispute::refresh(&mut *connection, &digests).await?;
    for erase in [comment::ERASE, resolution::ERASE, draft::ERASE] {
        sqlx::query(erase).bind(&id).execute(&mut *connection).await?;
    }
    Ok(erased.rows_affected() == 1)
}

/// A priority as the order of work: 0 for urgent to 3 for low.
pub(crate) const fn urgency(priority: Priority) -> u8 {
    Priority::Urgent.rank() - priority.rank()
}

/// The priority of an urgency.
pub(crate) fn priority(urgency: i64) -> Result<Priority, Error> {
    Priority::ALL
        .into_iter()
        .find(|&priority| i64::from(self::urgency(priority)) == urgency)
        .ok_or_else(|| Error::Corrupt { column: "task.urgency", cause: urgency.to_string() })
}

/// A due time as the order of work.
pub(crate) fn due(due_at: Option<Timestamp>) -> i64 {
    ms(due_at).unwrap_or(NEVER_DUE)
}

/// The due time of its column.
pub(crate) fn due_at(due: i64) -> Option<Timestamp> {
    (due != NEVER_DUE).then(|| Timestamp::from_ms(due))
}

/// The columns that hold a task's state; each variant fills its own and leaves the others empty.
#[derive(Debug, Default)]
pub(crate) struct StateColumns<'a> {
    pub(crate) state: &'static str,
    pub(crate) queue: Option<&'a str>,
    pub(crate) holder: Option<&'a str>,
    pub(crate) holder_name: Option<&'a str>,
    pub(crate) claim_token: Option<i64>,
    pub(crate) lease_until: Option<i64>,
    pub(crate) claimed_at: Option<i64>,
    pub(crate) automation: Option<&'a str>,
    pub(crate) otherwise: Option<&'a str>,
    pub(crate) approver: Option<&'static str>,
    pub(crate) approval_until: Option<i64>,
    pub(crate) snoozed_until: Option<i64>,
    pub(crate) snooze_kind: Option<&'static str>,
    pub(crate) snoozed_at: Option<i64>,
    pub(crate) snoozed_by: Option<&'a str>,
    pub(crate) snoozed_by_name: Option<&'a str>,
    pub(crate) snooze_reason: Option<&'a str>,
    pub(crate) ended_at: Option<i64>,
    pub(crate) ended_by: Option<&'a str>,
    pub(crate) ended_reason: Option<&'a str>,
}

impl<'a> StateColumns<'a> {
    pub(crate) fn of(state: &'a TaskState) -> Result<Self, Error> {
        let named = Self { state: state.name(), queue: state.queue(), ..Self::default() };
        Ok(match state {
            TaskState::Queued { .. } => named,
            TaskState::Claimed { claim, .. } => Self {
                holder: Some(&claim.holder),
                holder_name: Some(&claim.holder_name),
                claim_token: Some(signed("claim_token", claim.token)?),
                lease_until: Some(claim.expires_at.as_ms()),
                claimed_at: Some(claim.since.as_ms()),
                ..named
            },
            TaskState::Snoozed { until, kind, by, by_id, since, reason, .. } => Self {
                // The table knows no name for it; the time of its return tells it from what waits.
                state: QUEUED,
                snoozed_until: Some(until.as_ms()),
                snooze_kind: Some(kind.as_str()),
                snoozed_at: Some(since.as_ms()),
                snoozed_by: Some(by_id),
                snoozed_by_name: Some(by),
                snooze_reason: reason.as_deref(),
                ..named
            },
            TaskState::AwaitingApproval { automation, otherwise, approver, expires_at } => Self {
                automation: Some(automation),
                otherwise: Some(otherwise),
                approver: Some(approver.as_str()),
                approval_until: ms(*expires_at),
                ..named
            },
            TaskState::Resolved { at, by } => Self { ended_at: Some(at.as_ms()), ended_by: Some(by), ..named },
            TaskState::Closed { at } => Self { ended_at: Some(at.as_ms()), ..named },
            TaskState::DeadLetter { at, reason } => {
                Self { ended_at: Some(at.as_ms()), ended_reason: Some(reason), ..named }
            }
        })
    }
}

#[derive(sqlx::FromRow)]
struct TaskRow {
    id: String,
    state: String,
    queue: Option<String>,
    urgency: i64,
    due: i64,
    label: Option<String>,
    decision_id: String,
    last_token: i64,
    escalation_level: i64,
    holder: Option<String>,
    holder_name: Option<String>,
    claim_token: Option<i64>,
    lease_until: Option<i64>,
    automation: Option<String>,
    otherwise: Option<String>,
    approver: Option<String>,
    approval_until: Option<i64>,
    snoozed_until: Option<i64>,
    snooze_kind: Option<String>,
    snoozed_at: Option<i64>,
    snoozed_by: Option<String>,
    snoozed_by_name: Option<String>,
    snooze_reason: Option<String>,
    ended_at: Option<i64>,
    ended_by: Option<String>,
    ended_reason: Option<String>,
    submitted_at: i64,
    submitted_by: String,
    channel: String,
    external_id: Option<String>,
    priority_hint: Option<String>,
    callback_url: Option<String>,
    subject: String,
    attributes: String,
    body: String,
    claimed_at: Option<i64>,
    worked_ms: i64,
    erased_at: Option<i64>,
}

impl TaskRow {
    fn take_state(&mut self) -> Result<TaskState, Error> {
        Ok(match self.state.as_str() {
            QUEUED if self.snoozed_until.is_some() => TaskState::Snoozed {
                queue: filled("task.queue", self.queue.take())?,
                until: filled("task.snoozed_until", time(self.snoozed_until))?,
                kind: snooze_kind(self.snooze_kind.as_deref())?,
                by: filled("task.snoozed_by_name", self.snoozed_by_name.take())?,
                by_id: filled("task.snoozed_by", self.snoozed_by.take())?,
                since: filled("task.snoozed_at", time(self.snoozed_at))?,
                reason: self.snooze_reason.take(),
            },
            QUEUED => TaskState::Queued { queue: filled("task.queue", self.queue.take())? },
            "claimed" => TaskState::Claimed {
                queue: filled("task.queue", self.queue.take())?,
                claim: Claim {
                    holder: filled("task.holder", self.holder.take())?,
                    holder_name: filled("task.holder_name", self.holder_name.take())?,
                    token: number("task.claim_token", filled("task.claim_token", self.claim_token)?)?,
                    // Claims of earlier versions do not know it; then no work is counted.
                    since: filled("task.lease_until", time(self.claimed_at.or(self.lease_until)))?,
                    expires_at: filled("task.lease_until", time(self.lease_until))?,
                },
            },
            "awaiting_approval" => TaskState::AwaitingApproval {
                automation: filled("task.automation", self.automation.take())?,
                otherwise: filled("task.otherwise", self.otherwise.take())?,
                approver: approver(self.approver.as_deref())?,
                expires_at: time(self.approval_until),
            },
            "resolved" => TaskState::Resolved {
                at: filled("task.ended_at", time(self.ended_at))?,
                by: filled("task.ended_by", self.ended_by.take())?,
            },
            "closed" => TaskState::Closed { at: filled("task.ended_at", time(self.ended_at))? },
            "dead_letter" => TaskState::DeadLetter {
                at: filled("task.ended_at", time(self.ended_at))?,
                reason: filled("task.ended_reason", self.ended_reason.take())?,
            },
            other => return Err(Error::Corrupt { column: "task.state", cause: other.to_owned() }),
        })
    }
}

/// Who may answer an approval; those of earlier versions wait for whom approvals wait when nothing is said.
pub(crate) fn approver(word: Option<&str>) -> Result<Approver, Error> {
    word.map_or(Ok(Approver::default()), |word| variant("task.approver", word))
}

/// Why a task is put aside.
pub(crate) fn snooze_kind(word: Option<&str>) -> Result<SnoozeKind, Error> {
    parse("task.snooze_kind", word.unwrap_or_default())
}

/// A column that this state must fill.
fn filled<T>(column: &'static str, value: Option<T>) -> Result<T, Error> {
    value.ok_or_else(|| Error::Corrupt { column, cause: "nothing".to_owned() })
}

impl TryFrom<TaskRow> for Task {
    type Error = Error;

    fn try_from(mut row: TaskRow) -> Result<Self, Error> {
        Ok(Self {
            id: parse("task.id", &row.id)?,
            state: row.take_state()?,
            subject: row.subject,
            body: row.body,
            channel: row.channel,
            attributes: from_json("task.attributes", &row.attributes)?,
            external_id: row.external_id,
            priority_hint: parse_optional("task.priority_hint", row.priority_hint.as_deref())?,
            callback_url: row.callback_url,
            submitted_by: row.submitted_by,
            submitted_at: Timestamp::from_ms(row.submitted_at),
            priority: priority(row.urgency)?,
            due_at: due_at(row.due),
            label: row.label,
            decision_id: parse("task.decision_id", &row.decision_id)?,
            last_token: number("task.last_token", row.last_token)?,
            escalation_level: number("task.escalation_level", row.escalation_level)?,
            worked_ms: row.worked_ms,
            erased_at: time(row.erased_at),
        })
    }
}
