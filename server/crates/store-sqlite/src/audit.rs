//! The audit log: each event's hash covers the one before it.

use domain::{AuditEvent, Timestamp, audit::NewAuditEvent};
use serde::Serialize;
use service::audit::{GENESIS, chain};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, from_json, number, signed},
    error::Error,
};

/// Most events of one subject that are listed.
const MAX_OF_SUBJECT: i64 = 500;

macro_rules! select_event {
    ($rest:literal) => {
        concat!("SELECT seq, at, actor, actor_name, action, subject, detail, hash FROM audit_event ", $rest)
    };
}

pub(crate) const OF_SUBJECT: &str = select_event!("WHERE subject = ?1 ORDER BY seq LIMIT ?2");

/// The end of the log.
#[derive(Debug, Clone)]
pub(crate) struct Tail {
    seq: u64,
    hash: String,
}

/// The last event.
pub(crate) const LAST: &str = "SELECT seq, hash FROM audit_event ORDER BY seq DESC LIMIT 1";

/// The columns in the order of [`NewEventRow`].
pub(crate) const APPEND: &str = "INSERT INTO audit_event (seq, at, actor, actor_name, action, subject, detail, hash) \
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7 \
    FROM jsonb_each(?)";

/// The detail goes in as a text within the text: what was hashed is what is stored, to the byte.
#[derive(Serialize)]
struct NewEventRow<'a>(u64, i64, &'a str, &'a str, &'a str, &'a str, String, &'a str);

/// Reads [`LAST`].
pub(crate) fn tail(last: Option<(i64, String)>) -> Result<Tail, Error> {
    match last {
        None => Ok(Tail { seq: 0, hash: GENESIS.to_owned() }),
        Some((seq, hash)) => Ok(Tail { seq: number("audit_event.seq", seq)?, hash }),
    }
}

/// The rows for [`APPEND`] after a tail, and the new tail.
pub(crate) fn rows(mut tail: Tail, events: &[NewAuditEvent]) -> Result<(Tail, String), Error> {
    let mut chained: Vec<AuditEvent> = Vec::with_capacity(events.len());
    for event in events {
        let event = chain(&tail.hash, tail.seq + 1, event);
        tail = Tail { seq: event.seq, hash: event.hash.clone() };
        chained.push(event);
    }
    let rows: Vec<_> = chained
        .iter()
        .map(|event| {
            NewEventRow(
                event.seq,
                event.at.as_ms(),
                &event.actor,
                &event.actor_name,
                &event.action,
                &event.subject,
                event.detail.to_string(),
                &event.hash,
            )
        })
        .collect();
    Ok((tail, serde_json::to_string(&rows)?))
}

pub(crate) async fn list_after(
    connection: &mut SqliteConnection,
    seq: u64,
    limit: u32,
) -> Result<Vec<AuditEvent>, Error> {
    let rows: Vec<EventRow> = sqlx::query_as(select_event!("WHERE seq > ?1 ORDER BY seq LIMIT ?2"))
        .bind(signed("seq", seq)?)
        .bind(limit)
        .fetch_all(connection)
        .await?;
    all(rows)
}

pub(crate) async fn list_of(connection: &mut SqliteConnection, subject: &str) -> Result<Vec<AuditEvent>, Error> {
    let rows: Vec<EventRow> =
        sqlx::query_as(OF_SUBJECT).bind(subject).bind(MAX_OF_SUBJECT).fetch_all(connection).await?;
    all(rows)
}

#[derive(sqlx::FromRow)]
struct EventRow {
    seq: i64,
    at: i64,
    actor: String,
    actor_name: String,
    action: String,
    subject: String,
    detail: String,
    hash: String,
}

impl TryFrom<EventRow> for AuditEvent {
    type Error = Error;

    fn try_from(row: EventRow) -> Result<Self, Error> {
        Ok(Self {
            seq: number("audit_event.seq", row.seq)?,
            at: Timestamp::from_ms(row.at),
            actor: row.actor,
            actor_name: row.actor_name,
            action: row.action,
            subject: row.subject,
            detail: from_json("audit_event.detail", &row.detail)?,
            hash: row.hash,
        })
    }
}
