//! Policy versions.

use domain::{
    Page, PageRequest, PolicyDocument, PolicyVersion, Timestamp,
    policy::{Challenge, PolicyStage},
};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, cursor_part, from_json, ms, number, one, time, variant},
    error::Error,
};

macro_rules! select_policy {
    ($rest:literal) => {
        concat!(
            "SELECT version, stage, revision, based_on, document, note, created_by, created_at, authors, saved_by, saved_at, ",
            "approval, schedule, rollout_percent, rollout_since, set_aside, activated_at, activated_by FROM policy_version ",
            $rest
        )
    };
}

pub(crate) const PREVIOUS: &str = select_policy!(
    "INDEXED BY policy_retired WHERE stage = 'retired' AND activated_at IS NOT NULL ORDER BY activated_at DESC LIMIT 1"
);
pub(crate) const SCHEDULED: &str = select_policy!(
    "INDEXED BY policy_scheduled WHERE scheduled_at IS NOT NULL ORDER BY scheduled_at, version LIMIT 100"
);
pub(crate) const CHALLENGER: &str = select_policy!("WHERE stage IN ('shadow', 'canary')");

/// The text goes in by a statement of its own, since it changes only while the stored version is a draft.
pub(crate) async fn save(connection: &mut SqliteConnection, policy: &PolicyVersion) -> Result<(), Error> {
    const SAVE: &str = "INSERT INTO policy_version (version, stage, revision, based_on, document, note, created_by, \
            created_at, authors, saved_by, saved_at, approval, schedule, scheduled_at, rollout_percent, rollout_since, \
            set_aside, activated_at, activated_by) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19) \
        ON CONFLICT (version) DO UPDATE SET stage = excluded.stage, approval = excluded.approval, \
            schedule = excluded.schedule, scheduled_at = excluded.scheduled_at, \
            rollout_percent = excluded.rollout_percent, rollout_since = excluded.rollout_since, \
            set_aside = excluded.set_aside, activated_at = excluded.activated_at, activated_by = excluded.activated_by";
    let document = serde_json::to_string(&policy.document)?;
    let authors = serde_json::to_string(&policy.authors)?;
    rewrite(connection, policy, &document, &authors).await?;
    let field = if policy.stage == PolicyStage::Active { "active_policy" } else { "policy_challenger" };
    sqlx::query(SAVE)
        .bind(policy.version)
        .bind(policy.stage.as_str())
        .bind(policy.revision)
        .bind(policy.based_on)
        .bind(document)
        .bind(&policy.note)
        .bind(&policy.created_by)
        .bind(policy.created_at.as_ms())
        .bind(authors)
        .bind(&policy.saved_by)
        .bind(policy.saved_at.as_ms())
        .bind(policy.approval.as_ref().map(serde_json::to_string).transpose()?)
        .bind(policy.schedule.as_ref().map(serde_json::to_string).transpose()?)
        .bind(ms(policy.schedule.as_ref().map(|schedule| schedule.at)))
        .bind(policy.rollout.map(|rollout| rollout.percent))
        .bind(ms(policy.rollout.map(|rollout| rollout.since)))
        .bind(policy.set_aside.as_deref())
        .bind(ms(policy.activated_at))
        .bind(policy.activated_by.as_deref())
        .execute(connection)
        .await
        .map_err(|error| Error::conflict(error, field))?;
    Ok(())
}

/// Writes the text of a version that is a draft in the store.
async fn rewrite(
    connection: &mut SqliteConnection,
    policy: &PolicyVersion,
    document: &str,
    authors: &str,
) -> Result<(), Error> {
    const REWRITE: &str = "UPDATE policy_version SET revision = ?2, based_on = ?3, document = ?4, note = ?5, authors = ?6, \
        saved_by = ?7, saved_at = ?8 WHERE version = ?1 AND stage = 'draft'";
    sqlx::query(REWRITE)
        .bind(policy.version)
        .bind(policy.revision)
        .bind(policy.based_on)
        .bind(document)
        .bind(&policy.note)
        .bind(authors)
        .bind(&policy.saved_by)
        .bind(policy.saved_at.as_ms())
        .execute(connection)
        .await?;
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

/// Triggers keep the document of each revision.
pub(crate) async fn lookup_revision(
    connection: &mut SqliteConnection,
    version: u32,
    revision: u32,
) -> Result<Option<PolicyDocument>, Error> {
    const LOOKUP: &str = "SELECT document FROM policy_revision WHERE version = ?1 AND revision = ?2";
    let document: Option<String> =
        sqlx::query_scalar(LOOKUP).bind(version).bind(revision).fetch_optional(connection).await?;
    document.as_deref().map(|document| from_json("policy_revision.document", document)).transpose()
}

pub(crate) async fn lookup_active(connection: &mut SqliteConnection) -> Result<Option<PolicyVersion>, Error> {
    lookup_by(connection, select_policy!("WHERE stage = 'active'")).await
}

pub(crate) async fn lookup_challenger(connection: &mut SqliteConnection) -> Result<Option<PolicyVersion>, Error> {
    lookup_by(connection, CHALLENGER).await
}

pub(crate) async fn lookup_previous(connection: &mut SqliteConnection) -> Result<Option<PolicyVersion>, Error> {
    lookup_by(connection, PREVIOUS).await
}

async fn lookup_by(connection: &mut SqliteConnection, statement: &'static str) -> Result<Option<PolicyVersion>, Error> {
    let row: Option<PolicyRow> = sqlx::query_as(statement).fetch_optional(connection).await?;
    one(row)
}

pub(crate) async fn list_scheduled(connection: &mut SqliteConnection) -> Result<Vec<PolicyVersion>, Error> {
    let rows: Vec<PolicyRow> = sqlx::query_as(SCHEDULED).fetch_all(connection).await?;
    all(rows)
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
    revision: i64,
    based_on: Option<i64>,
    document: String,
    note: String,
    created_by: String,
    created_at: i64,
    authors: String,
    saved_by: String,
    saved_at: i64,
    approval: Option<String>,
    schedule: Option<String>,
    rollout_percent: Option<i64>,
    rollout_since: Option<i64>,
    set_aside: Option<String>,
    activated_at: Option<i64>,
    activated_by: Option<String>,
}

impl TryFrom<PolicyRow> for PolicyVersion {
    type Error = Error;

    fn try_from(row: PolicyRow) -> Result<Self, Error> {
        Ok(Self {
            version: number("policy_version.version", row.version)?,
            stage: variant("policy_version.stage", &row.stage)?,
            revision: number("policy_version.revision", row.revision)?,
            based_on: row.based_on.map(|version| number("policy_version.based_on", version)).transpose()?,
            document: from_json("policy_version.document", &row.document)?,
            note: row.note,
            created_by: row.created_by,
            created_at: Timestamp::from_ms(row.created_at),
            authors: from_json("policy_version.authors", &row.authors)?,
            saved_by: row.saved_by,
            saved_at: Timestamp::from_ms(row.saved_at),
            approval: row.approval.as_deref().map(|json| from_json("policy_version.approval", json)).transpose()?,
            schedule: row.schedule.as_deref().map(|json| from_json("policy_version.schedule", json)).transpose()?,
            rollout: match (row.rollout_percent, time(row.rollout_since)) {
                (Some(percent), Some(since)) => {
                    Some(Challenge { percent: number("policy_version.rollout_percent", percent)?, since })
                }
                _ => None,
            },
            set_aside: row.set_aside,
            activated_at: time(row.activated_at),
            activated_by: row.activated_by,
        })
    }
}
