//! Sessions of the browser.

use domain::{Timestamp, UserId};
use service::ports::store::SessionRecord;
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{from_json, one, parse_optional},
    error::Error,
};

pub(crate) async fn save(connection: &mut SqliteConnection, session: &SessionRecord) -> Result<(), Error> {
    const SAVE: &str = "INSERT INTO session (digest, user_id, data, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5) \
        ON CONFLICT (digest) DO UPDATE SET user_id = excluded.user_id, data = excluded.data, \
            created_at = excluded.created_at, expires_at = excluded.expires_at";
    sqlx::query(SAVE)
        .bind(&session.digest)
        .bind(session.user_id.map(|user| user.to_string()))
        .bind(session.data.to_string())
        .bind(session.created_at.as_ms())
        .bind(session.expires_at.as_ms())
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) async fn lookup(connection: &mut SqliteConnection, digest: &str) -> Result<Option<SessionRecord>, Error> {
    const LOOKUP: &str = "SELECT digest, user_id, data, created_at, expires_at FROM session WHERE digest = ?1";
    let row: Option<SessionRow> = sqlx::query_as(LOOKUP).bind(digest).fetch_optional(connection).await?;
    one(row)
}

pub(crate) async fn remove(connection: &mut SqliteConnection, digest: &str) -> Result<(), Error> {
    sqlx::query("DELETE FROM session WHERE digest = ?1").bind(digest).execute(connection).await?;
    Ok(())
}

pub(crate) async fn remove_of(connection: &mut SqliteConnection, user: UserId) -> Result<u64, Error> {
    let removed =
        sqlx::query("DELETE FROM session WHERE user_id = ?1").bind(user.to_string()).execute(connection).await?;
    Ok(removed.rows_affected())
}

pub(crate) async fn remove_expired(connection: &mut SqliteConnection, now: Timestamp) -> Result<u64, Error> {
    let removed =
        sqlx::query("DELETE FROM session WHERE expires_at <= ?1").bind(now.as_ms()).execute(connection).await?;
    Ok(removed.rows_affected())
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    digest: String,
    user_id: Option<String>,
    data: String,
    created_at: i64,
    expires_at: i64,
}

impl TryFrom<SessionRow> for SessionRecord {
    type Error = Error;

    fn try_from(row: SessionRow) -> Result<Self, Error> {
        Ok(Self {
            digest: row.digest,
            user_id: parse_optional("session.user_id", row.user_id.as_deref())?,
            data: from_json("session.data", &row.data)?,
            created_at: Timestamp::from_ms(row.created_at),
            expires_at: Timestamp::from_ms(row.expires_at),
        })
    }
}
