//! Submissions: the rows of a whole batch as one JSON array a table.

use std::sync::LazyLock;

use domain::{DecisionId, Task, TaskId};
use serde::Serialize;
use service::ports::store::Submission;
use sqlx::sqlite::SqliteConnection;

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
        body) \
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, \
        value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13, value ->> 14, value ->> 15, \
        value ->> 16, value ->> 17, value ->> 18, value ->> 19, value ->> 20, value ->> 21, value ->> 22, value ->> 23, \
        value ->> 24, value -> 25, value ->> 26 \
    FROM jsonb_each(?)";

/// Tasks, decisions and counters by one call: each call is a trip to SQLite's thread and back, which costs a busy machine
/// more than the rows themselves.
static ADD_ALL: LazyLock<String> = LazyLock::new(|| [ADD_TASKS, decision::ADD, counter::SAVE].join("; "));

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
        ))
    }
}

pub(crate) async fn add(connection: &mut SqliteConnection, submissions: &[Submission]) -> Result<(), Error> {
    if submissions.is_empty() {
        return Ok(());
    }
    let mut additions = Additions::default();
    let mut rows = Vec::with_capacity(submissions.len());
    for Submission { task, decision, .. } in submissions {
        rows.push(NewTaskRow::of(task)?);
        additions.add_task(task);
        additions.add_decision(decision);
    }
    let decisions: Vec<_> = submissions.iter().map(|submission| &submission.decision).collect();
    sqlx::query(ADD_ALL.as_str())
        .bind(serde_json::to_string(&rows)?)
        .bind(decision::rows(&decisions)?)
        .bind(additions.rows()?)
        .execute(&mut *connection)
        .await
        .map_err(|error| Error::conflict(error, "task"))?;
    idempotency::add(connection, submissions).await
}
