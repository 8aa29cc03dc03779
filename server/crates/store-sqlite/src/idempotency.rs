//! Idempotency keys that were used.

use domain::Timestamp;
use service::ports::store::{IdempotencyRecord, Submission};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, parse},
    error::Error,
};

/// Adds keys. One that was used and has not expired, or comes twice, breaks the table's key.
pub(crate) const REPLACE_EXPIRED: &str = "DELETE FROM idempotency \
        WHERE key_digest IN (SELECT value ->> 0 FROM jsonb_each(?)) AND expires_at <= ?; \
    INSERT INTO idempotency (key_digest, body_digest, decision_id, expires_at) \
        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM jsonb_each(?)";

/// The rows of [`REPLACE_EXPIRED`].
pub(crate) fn rows(submissions: &[Submission]) -> Result<String, Error> {
    let rows: Vec<_> = submissions
        .iter()
        .filter_map(|submission| submission.idempotency.as_ref())
        .map(|record| (&record.key_digest, &record.body_digest, record.decision_id, record.expires_at.as_ms()))
        .collect();
    Ok(serde_json::to_string(&rows)?)
}

pub(crate) async fn list(
    connection: &mut SqliteConnection,
    key_digests: &[String],
    now: Timestamp,
) -> Result<Vec<IdempotencyRecord>, Error> {
    const LIST: &str = "SELECT key_digest, body_digest, decision_id, expires_at FROM idempotency \
        WHERE key_digest IN (SELECT value FROM json_each(?1)) AND expires_at > ?2";
    if key_digests.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<IdempotencyRow> =
        sqlx::query_as(LIST).bind(serde_json::to_string(key_digests)?).bind(now.as_ms()).fetch_all(connection).await?;
    all(rows)
}

pub(crate) async fn remove_expired(connection: &mut SqliteConnection, now: Timestamp) -> Result<u64, Error> {
    let removed =
        sqlx::query("DELETE FROM idempotency WHERE expires_at <= ?1").bind(now.as_ms()).execute(connection).await?;
    Ok(removed.rows_affected())
}

#[derive(sqlx::FromRow)]
struct IdempotencyRow {
    key_digest: String,
    body_digest: String,
    decision_id: String,
    expires_at: i64,
}

impl TryFrom<IdempotencyRow> for IdempotencyRecord {
    type Error = Error;

    fn try_from(row: IdempotencyRow) -> Result<Self, Error> {
        Ok(Self {
            key_digest: row.key_digest,
            body_digest: row.body_digest,
            decision_id: parse("idempotency.decision_id", &row.decision_id)?,
            expires_at: Timestamp::from_ms(row.expires_at),
        })
    }
}
