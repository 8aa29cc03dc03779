//! Policy versions.

use domain::{Page, PageRequest, PolicyVersion, Timestamp};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, cursor_part, from_json, ms, number, one, time, variant},
    error::Error,
};

macro_rules! select_policy {
    ($rest:literal) => {
        concat!(
            "SELECT version, stage, document, note, created_by, created_at, activated_at, activated_by ",
            "FROM policy_version ",
            $rest
        )
    };
}

pub(crate) async fn save(connection: &mut SqliteConnection, policy: &PolicyVersion) -> Result<(), Error> {
    const SAVE: &str = "INSERT INTO policy_version (version, stage, document, note, created_by, created_at, activated_at, \
            activated_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) \
        ON CONFLICT (version) DO UPDATE SET stage = excluded.stage, activated_at = excluded.activated_at, \
            activated_by = excluded.activated_by";
    sqlx::query(SAVE)
        .bind(policy.version)
        .bind(policy.stage.as_str())
        .bind(serde_json::to_string(&policy.document)?)
        .bind(&policy.note)
        .bind(&policy.created_by)
        .bind(policy.created_at.as_ms())
        .bind(ms(policy.activated_at))
        .bind(policy.activated_by.as_deref())
        .execute(connection)
        .await
        .map_err(|error| Error::conflict(error, "active_policy"))?;
    Ok(())
}

pub(crate) async fn list(connection: &mut SqliteConnection, page: &PageRequest) -> Result<Page<PolicyVersion>, Error> {
    let before = page.after.as_deref().map(cursor_part::<u32>).transpose()?.map_or(i64::MAX, i64::from);
    let rows: Vec<PolicyRow> = sqlx::query_as(select_policy!("WHERE version < ?1 ORDER BY version DESC LIMIT ?2"))
        .bind(before)
        .bind(page.limit() + 1)
        .fetch_all(connection)
        .await?;
    Ok(Page::from_rows(all(rows)?, page.limit(), |last: &PolicyVersion| last.version.to_string()))
}

pub(crate) async fn lookup(connection: &mut SqliteConnection, version: u32) -> Result<Option<PolicyVersion>, Error> {
    let row: Option<PolicyRow> =
        sqlx::query_as(select_policy!("WHERE version = ?1")).bind(version).fetch_optional(connection).await?;
    one(row)
}

pub(crate) async fn lookup_active(connection: &mut SqliteConnection) -> Result<Option<PolicyVersion>, Error> {
    let row: Option<PolicyRow> =
        sqlx::query_as(select_policy!("WHERE stage = 'active'")).fetch_optional(connection).await?;
    one(row)
}

pub(crate) async fn last_version(connection: &mut SqliteConnection) -> Result<u32, Error> {
    let last: i64 =
        sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM policy_version").fetch_one(connection).await?;
    number("policy_version.version", last)
}

#[derive(sqlx::FromRow)]
struct PolicyRow {
    version: i64,
    stage: String,
    document: String,
    note: String,
    created_by: String,
    created_at: i64,
    activated_at: Option<i64>,
    activated_by: Option<String>,
}

impl TryFrom<PolicyRow> for PolicyVersion {
    type Error = Error;

    fn try_from(row: PolicyRow) -> Result<Self, Error> {
        Ok(Self {
            version: number("policy_version.version", row.version)?,
            stage: variant("policy_version.stage", &row.stage)?,
            document: from_json("policy_version.document", &row.document)?,
            note: row.note,
            created_by: row.created_by,
            created_at: Timestamp::from_ms(row.created_at),
            activated_at: time(row.activated_at),
            activated_by: row.activated_by,
        })
    }
}
