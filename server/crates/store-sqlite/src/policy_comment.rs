//! What people say about versions of the policy.

use domain::{
    Timestamp,
    policy::{PolicyComment, ReviewVerdict},
};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, number, variant},
    error::Error,
};

pub(crate) const OF_VERSION: &str = "SELECT version, revision, rule, given_by, given_at, verdict, text FROM policy_comment \
    WHERE version = ?1 ORDER BY id LIMIT 500";

pub(crate) async fn add(connection: &mut SqliteConnection, comment: &PolicyComment) -> Result<(), Error> {
    const ADD: &str = "INSERT INTO policy_comment (version, revision, rule, given_by, given_at, verdict, text) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    sqlx::query(ADD)
        .bind(comment.version)
        .bind(comment.revision)
        .bind(comment.rule.as_deref())
        .bind(&comment.by)
        .bind(comment.at.as_ms())
        .bind(comment.verdict.map(ReviewVerdict::as_str))
        .bind(&comment.text)
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) async fn list(connection: &mut SqliteConnection, version: u32) -> Result<Vec<PolicyComment>, Error> {
    let rows: Vec<CommentRow> = sqlx::query_as(OF_VERSION).bind(version).fetch_all(connection).await?;
    all(rows)
}

#[derive(sqlx::FromRow)]
struct CommentRow {
    version: i64,
    revision: i64,
    rule: Option<String>,
    given_by: String,
    given_at: i64,
    verdict: Option<String>,
    text: String,
}

impl TryFrom<CommentRow> for PolicyComment {
    type Error = Error;

    fn try_from(row: CommentRow) -> Result<Self, Error> {
        Ok(Self {
            version: number("policy_comment.version", row.version)?,
            revision: number("policy_comment.revision", row.revision)?,
            rule: row.rule,
            by: row.given_by,
            at: Timestamp::from_ms(row.given_at),
            text: row.text,
            verdict: row.verdict.as_deref().map(|word| variant("policy_comment.verdict", word)).transpose()?,
        })
    }
}
