//! Submissions: the rows of a whole batch as one JSON array a table.

use std::sync::LazyLock;

use domain::{DecisionId, Task, TaskId};
use serde::Serialize;
use service::ports::store::Submission;
use sqlx::{
    Arguments,
    sqlite::{SqliteArguments, SqliteConnection},
};

use crate::{
    convert::signed,
    counter::{self, Additions},
    decision,
    error::Error,
    idempotency,
    task::{StateColumns, due, urgency},
};

/// The columns in the order of [`NewTaskRow`].
const ADD_TASKS: &str = "INSERT INTO task (id, state, queue, urgency, due, label, decision_id, last_token, \
        escalation_level, holder, holder_name, claim_token, lease_until, automation, otherwise, ended_at, ended_by, \
        ended_reason, submitted_at, submitted_by, channel, external_id, priority_hint, callback_url, subject, attributes, \
        body, claimed_at, worked_ms, approver, approval_until, snoozed_until, snooze_kind, snoozed_at, snoozed_by, \
        snoozed_by_name, snooze_reason) \
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, \
        value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13, value ->> 14, value ->> 15, \
        value ->> 16, value ->> 17, value ->> 18, value ->> 19, value ->> 20, value ->> 21, value ->> 22, value ->> 23, \
        value ->> 24, value -> 25, value ->> 26, value ->> 27, value ->> 28, \
        value ->> 29, value ->> 30, value ->> 31, value ->> 32, value ->> 33, value ->> 34, value ->> 35, value ->> 36 \
    FROM jsonb_each(?)";

/// Tasks, decisions, counters and keys, with [`arguments`].
pub(crate) static ADD: LazyLock<String> =
    LazyLock::new(|| [ADD_TASKS, decision::ADD, counter::SAVE, idempotency::REPLACE_EXPIRED].join("; "));

/// A task as an array of its columns.
#[derive(Serialize)]
struct NewTaskRow<'a>(
    TaskId,
    &'static str,
    Option<&'a str>,
    u8,
    i64,
    Option<&'a str>,
    DecisionId,
    i64,
    u8,
    Option<&'a str>,
    Option<&'a str>,
    Option<i64>,
    Option<i64>,
    Option<&'a str>,
    Option<&'a str>,
    Option<i64>,
    Option<&'a str>,
    Option<&'a str>,
    i64,
    &'a str,
    &'a str,
    Option<&'a str>,
    Option<&'static str>,
    Option<&'a str>,
    &'a str,
    &'a serde_json::Map<String, serde_json::Value>,
    &'a str,
    Option<i64>,
    i64,
    Option<&'static str>,
    Option<i64>,
    Option<i64>,
    Option<&'static str>,
    Option<i64>,
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a str>,
);

impl<'a> NewTaskRow<'a> {
    fn of(task: &'a Task) -> Result<Self, Error> {
        let state = StateColumns::of(&task.state)?;
        Ok(Self(
            task.id,
            state.state,
            state.queue,
            urgency(task.priority),
            due(task.due_at),
            task.label.as_deref(),
            task.decision_id,
            signed("last_token", task.last_token)?,
            task.escalation_level,
            state.holder,
            state.holder_name,
            state.claim_token,
            state.lease_until,
            state.automation,
            state.otherwise,
            state.ended_at,
            state.ended_by,
            state.ended_reason,
            task.submitted_at.as_ms(),
            &task.submitted_by,
            &task.channel,
            task.external_id.as_deref(),
            task.priority_hint.map(domain::Priority::as_str),
            task.callback_url.as_deref(),
            &task.subject,
            &task.attributes,
            &task.body,
            state.claimed_at,
            task.worked_ms,
            state.approver,
            state.approval_until,
            state.snoozed_until,
            state.snooze_kind,
            state.snoozed_at,
            state.snoozed_by,
            state.snoozed_by_name,
            state.snooze_reason,
        ))
    }
}

/// The arguments of [`ADD`].
pub(crate) fn arguments(submissions: &[Submission]) -> Result<SqliteArguments, Error> {
    let mut additions = Additions::default();
    let mut tasks = Vec::with_capacity(submissions.len());
    for Submission { task, decision, .. } in submissions {
        tasks.push(NewTaskRow::of(task)?);
        additions.add_task(task);
        additions.add_decision(decision);
    }
    let decisions: Vec<_> = submissions.iter().map(|submission| &submission.decision).collect();
    let keys = idempotency::rows(submissions)?;
    let submitted_at = submissions.iter().map(|submission| submission.task.submitted_at.as_ms()).max();
    let mut arguments = SqliteArguments::default();
    let add = || {
        arguments.add(serde_json::to_string(&tasks)?)?;
        arguments.add(decision::rows(&decisions)?)?;
        arguments.add(additions.rows()?)?;
        arguments.add(keys.clone())?;
        arguments.add(submitted_at)?;
        arguments.add(keys)
    };
    add().map_err(sqlx::Error::Encode)?;
    Ok(arguments)
}

pub(crate) async fn add(connection: &mut SqliteConnection, submissions: &[Submission]) -> Result<(), Error> {
    sqlx::query_with(ADD.as_str(), arguments(submissions)?).execute(connection).await.map_err(conflict)?;
    Ok(())
}

/// What is taken, after [`ADD`].
pub(crate) fn conflict(error: sqlx::Error) -> Error {
    let key = matches!(&error, sqlx::Error::Database(database) if database.message().contains("idempotency."));
    Error::conflict(error, if key { "idempotency_key" } else { "task" })
}
