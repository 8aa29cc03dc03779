//! Labels that are likely wrong.

use domain::{
    Label, LabelId, Page, PageRequest,
    suspicion::{Suspicion, SuspiciousLabel},
};
use serde::Serialize;
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{cursor_part, cursor_parts, one, parse},
    error::Error,
    label::{LabelRow, select_label},
};

pub(crate) const OPEN: &str = "SELECT label_id, suggested, given_confidence, suggested_confidence, threshold, lead \
    FROM suspicion WHERE open = 1 AND (-lead, label_id) > (?1, ?2) ORDER BY lead DESC, label_id LIMIT ?3";

/// The columns in the order of the table.
#[derive(Serialize)]
struct NewRow<'a>(LabelId, &'a str, f32, f32, f32, f32);

pub(crate) async fn replace(connection: &mut SqliteConnection, suspicions: &[Suspicion]) -> Result<(), Error> {
    const REPLACE: &str = "DELETE FROM suspicion WHERE open = 1; \
        INSERT INTO suspicion (label_id, suggested, given_confidence, suggested_confidence, threshold, lead, open) \
        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, 1 FROM jsonb_each(?1) \
        WHERE EXISTS (SELECT 1 FROM label WHERE label.id = value ->> 0 AND label.holds = 1) \
        ON CONFLICT (label_id) DO NOTHING";
    let rows: Vec<_> = suspicions
        .iter()
        .map(|found| {
            let lead = found.suggested_confidence - found.given_confidence;
            NewRow(
                found.label_id,
                &found.suggested,
                found.given_confidence,
                found.suggested_confidence,
                found.threshold,
                lead,
            )
        })
        .collect();
    sqlx::query(REPLACE).bind(serde_json::to_string(&rows)?).execute(connection).await?;
    Ok(())
}

pub(crate) async fn list(
    connection: &mut SqliteConnection,
    page: &PageRequest,
) -> Result<Page<SuspiciousLabel>, Error> {
    let (after, id) = match cursor_parts::<2>(page)? {
        None => (f64::MIN, String::new()),
        Some([bits, id]) => (f64::from_bits(cursor_part(bits)?), cursor_part::<LabelId>(id)?.to_string()),
    };
    let rows: Vec<SuspicionRow> =
        sqlx::query_as(OPEN).bind(after).bind(id).bind(page.limit() + 1).fetch_all(&mut *connection).await?;
    let page = Page::from_rows(rows, page.limit(), |last: &SuspicionRow| {
        format!("{}.{}", (-last.lead).to_bits(), last.label_id)
    });
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        if let Some(found) = with_label(connection, row).await? {
            items.push(found);
        }
    }
    Ok(Page { items, next: page.next })
}

pub(crate) async fn lookup(
    connection: &mut SqliteConnection,
    label: LabelId,
) -> Result<Option<SuspiciousLabel>, Error> {
    const LOOKUP: &str = "SELECT label_id, suggested, given_confidence, suggested_confidence, threshold, lead \
        FROM suspicion WHERE label_id = ?1 AND open = 1";
    let row: Option<SuspicionRow> =
        sqlx::query_as(LOOKUP).bind(label.to_string()).fetch_optional(&mut *connection).await?;
    match row {
        None => Ok(None),
        Some(row) => with_label(connection, row).await,
    }
}

pub(crate) async fn keep(connection: &mut SqliteConnection, label: LabelId) -> Result<(), Error> {
    sqlx::query("UPDATE suspicion SET open = 0 WHERE label_id = ?1")
        .bind(label.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

async fn with_label(connection: &mut SqliteConnection, row: SuspicionRow) -> Result<Option<SuspiciousLabel>, Error> {
    const LOOKUP: &str = select_label!("FROM label LEFT JOIN task ON task.id = label.task_id WHERE label.id = ?1");
    let found: Option<LabelRow> = sqlx::query_as(LOOKUP).bind(&row.label_id).fetch_optional(&mut *connection).await?;
    let label: Option<Label> = one(found)?;
    let suspicion = row.try_into()?;
    Ok(label.map(|label| SuspiciousLabel { label, suspicion }))
}

#[derive(sqlx::FromRow)]
struct SuspicionRow {
    label_id: String,
    suggested: String,
    given_confidence: f64,
    suggested_confidence: f64,
    threshold: f64,
    lead: f64,
}

impl TryFrom<SuspicionRow> for Suspicion {
    type Error = Error;

    #[expect(clippy::cast_possible_truncation, reason = "the columns hold what were f32 before")]
    fn try_from(row: SuspicionRow) -> Result<Self, Error> {
        Ok(Self {
            label_id: parse("suspicion.label_id", &row.label_id)?,
            suggested: row.suggested,
            given_confidence: row.given_confidence as f32,
            suggested_confidence: row.suggested_confidence as f32,
            threshold: row.threshold as f32,
        })
    }
}
