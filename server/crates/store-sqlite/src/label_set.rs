//! The names of labels.

use domain::{
    Timestamp,
    label_set::{LabelName, LabelState},
};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, from_json, number},
    dispute,
    error::Error,
};

pub(crate) const COUNT_OPEN: &str = "SELECT count(*) FROM (SELECT 1 FROM task INDEXED BY task_by_label \
    WHERE label = ?1 AND state IN ('queued', 'claimed', 'awaiting_approval') LIMIT ?2)";

pub(crate) async fn list(connection: &mut SqliteConnection) -> Result<Vec<LabelName>, Error> {
    const LIST: &str =
        "SELECT name, about, retired, became, parts, changed_at, changed_by FROM label_name ORDER BY name";
    let rows: Vec<NameRow> = sqlx::query_as(LIST).fetch_all(connection).await?;
    all(rows)
}

pub(crate) async fn count_open_tasks(connection: &mut SqliteConnection, label: &str, most: u32) -> Result<u64, Error> {
    let count: i64 = sqlx::query_scalar(COUNT_OPEN).bind(label).bind(most).fetch_one(connection).await?;
    number("count", count)
}

pub(crate) async fn save(connection: &mut SqliteConnection, name: &LabelName) -> Result<(), Error> {
    const SAVE: &str = "INSERT INTO label_name (name, about, retired, became, parts, changed_at, changed_by) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
        ON CONFLICT (name) DO UPDATE SET about = excluded.about, retired = excluded.retired, became = excluded.became, \
            parts = excluded.parts, changed_at = excluded.changed_at, changed_by = excluded.changed_by";
    let (became, parts) = match &name.state {
        LabelState::Became { label } => (Some(label.as_str()), None),
        LabelState::Split { parts } => (None, Some(serde_json::to_string(parts)?)),
        LabelState::Active | LabelState::Retired => (None, None),
    };
    sqlx::query(SAVE)
        .bind(&name.name)
        .bind(&name.about)
        .bind(name.state == LabelState::Retired)
        .bind(became)
        .bind(parts)
        .bind(name.changed_at.as_ms())
        .bind(&name.changed_by)
        .execute(connection)
        .await?;
    Ok(())
}

/// Gives examples and unfinished tasks another name; answers how many examples there were.
pub(crate) async fn rename(connection: &mut SqliteConnection, from: &str, to: &str) -> Result<u64, Error> {
    const EXAMPLES: &str = "UPDATE label SET given_as = coalesce(given_as, label), label = ?2 WHERE label = ?1";
    const TASKS: &str = "UPDATE task SET label = ?2 \
        WHERE label = ?1 AND state IN ('queued', 'claimed', 'awaiting_approval')";
    let renamed = sqlx::query(EXAMPLES).bind(from).bind(to).execute(&mut *connection).await?.rows_affected();
    // A suggestion of what the label is called now suggests nothing.
    const SUGGESTIONS: &str = "UPDATE suspicion SET suggested = ?2 WHERE suggested = ?1; \
        DELETE FROM suspicion WHERE open = 1 AND suggested = ?3 \
            AND EXISTS (SELECT 1 FROM label WHERE label.id = suspicion.label_id AND label.label = suspicion.suggested)";
    sqlx::query(SUGGESTIONS).bind(from).bind(to).bind(to).execute(&mut *connection).await?;
    sqlx::query(TASKS).bind(from).bind(to).execute(&mut *connection).await?;
    dispute::refresh_all(connection).await?;
    Ok(renamed)
}

#[derive(sqlx::FromRow)]
struct NameRow {
    name: String,
    about: String,
    retired: bool,
    became: Option<String>,
    parts: Option<String>,
    changed_at: i64,
    changed_by: String,
}

impl TryFrom<NameRow> for LabelName {
    type Error = Error;

    fn try_from(row: NameRow) -> Result<Self, Error> {
        let state = match (row.became, row.parts, row.retired) {
            (Some(label), ..) => LabelState::Became { label },
            (None, Some(parts), _) => LabelState::Split { parts: from_json("label_name.parts", &parts)? },
            (None, None, true) => LabelState::Retired,
            (None, None, false) => LabelState::Active,
        };
        Ok(Self {
            name: row.name,
            about: row.about,
            state,
            changed_at: Timestamp::from_ms(row.changed_at),
            changed_by: row.changed_by,
        })
    }
}
