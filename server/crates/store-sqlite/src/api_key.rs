//! Keys by which programs act.

use domain::{ApiKey, ApiKeyId, Page, PageRequest, Timestamp};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, before_id, from_json, ms, parse, time},
    error::Error,
};

macro_rules! select_key {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, scopes, areas, created_at, last_used_at, revoked_at, secret_digest FROM api_key ",
            $rest
        )
    };
}

pub(crate) async fn save(connection: &mut SqliteConnection, key: &ApiKey, secret_digest: &str) -> Result<(), Error> {
    const SAVE: &str = "INSERT INTO api_key (id, name, scopes, secret_digest, created_at, last_used_at, revoked_at, areas) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) \
        ON CONFLICT (id) DO UPDATE SET last_used_at = excluded.last_used_at, revoked_at = excluded.revoked_at";
    sqlx::query(SAVE)
        .bind(key.id.to_string())
        .bind(&key.name)
        .bind(serde_json::to_string(&key.scopes)?)
        .bind(secret_digest)
        .bind(key.created_at.as_ms())
        .bind(ms(key.last_used_at))
        .bind(ms(key.revoked_at))
        .bind(serde_json::to_string(&key.areas)?)
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) async fn lookup(connection: &mut SqliteConnection, id: ApiKeyId) -> Result<Option<(ApiKey, String)>, Error> {
    let row: Option<KeyRow> =
        sqlx::query_as(select_key!("WHERE id = ?1")).bind(id.to_string()).fetch_optional(connection).await?;
    row.map(|mut row| {
        let secret_digest = std::mem::take(&mut row.secret_digest);
        Ok((row.try_into()?, secret_digest))
    })
    .transpose()
}

pub(crate) async fn list(connection: &mut SqliteConnection, page: &PageRequest) -> Result<Page<ApiKey>, Error> {
    let rows: Vec<KeyRow> = sqlx::query_as(select_key!("WHERE id < ?1 ORDER BY id DESC LIMIT ?2"))
        .bind(before_id::<ApiKeyId>(page)?)
        .bind(page.limit() + 1)
        .fetch_all(connection)
        .await?;
    Ok(Page::from_rows(all(rows)?, page.limit(), |last: &ApiKey| last.id.to_string()))
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    id: String,
    name: String,
    scopes: String,
    areas: String,
    created_at: i64,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
    secret_digest: String,
}

impl TryFrom<KeyRow> for ApiKey {
    type Error = Error;

    fn try_from(row: KeyRow) -> Result<Self, Error> {
        Ok(Self {
            id: parse("api_key.id", &row.id)?,
            name: row.name,
            scopes: from_json("api_key.scopes", &row.scopes)?,
            areas: from_json("api_key.areas", &row.areas)?,
            created_at: Timestamp::from_ms(row.created_at),
            last_used_at: time(row.last_used_at),
            revoked_at: time(row.revoked_at),
        })
    }
}
