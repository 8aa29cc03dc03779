//! Domain events: the outbox.

use domain::Timestamp;
use service::ports::store::DomainEvent;
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{from_json, number, signed},
    error::Error,
};

/// The columns in the order of [`rows`].
pub(crate) const APPEND: &str = "INSERT INTO domain_event (kind, subject, at, payload) \
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM jsonb_each(?)";

/// The rows for [`APPEND`].
pub(crate) fn rows(events: &[DomainEvent]) -> Result<String, Error> {
    let rows: Vec<_> =
        events.iter().map(|event| (&event.kind, &event.subject, event.at.as_ms(), event.payload.to_string())).collect();
    Ok(serde_json::to_string(&rows)?)
}

pub(crate) async fn list_after(
    connection: &mut SqliteConnection,
    seq: u64,
    limit: u32,
) -> Result<Vec<(u64, DomainEvent)>, Error> {
    const LIST: &str = "SELECT seq, kind, subject, at, payload FROM domain_event WHERE seq > ?1 ORDER BY seq LIMIT ?2";
    let rows: Vec<EventRow> = sqlx::query_as(LIST).bind(signed("seq", seq)?).bind(limit).fetch_all(connection).await?;
    rows.into_iter().map(|row| Ok((number("domain_event.seq", row.seq)?, row.try_into()?))).collect()
}

#[derive(sqlx::FromRow)]
struct EventRow {
    seq: i64,
    kind: String,
    subject: String,
    at: i64,
    payload: String,
}

impl TryFrom<EventRow> for DomainEvent {
    type Error = Error;

    fn try_from(row: EventRow) -> Result<Self, Error> {
        Ok(Self {
            kind: row.kind,
            subject: row.subject,
            at: Timestamp::from_ms(row.at),
            payload: from_json("domain_event.payload", &row.payload)?,
        })
    }
}
