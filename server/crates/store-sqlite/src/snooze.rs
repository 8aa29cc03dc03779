//! Tasks that are put aside, in lists.

use domain::{Page, PageRequest, SnoozedTask, TaskId, Timestamp};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, cursor_part, cursor_parts},
    error::Error,
    task::snooze_kind,
    task_list::{SummaryRow, summary_columns},
};

macro_rules! select_snoozed {
    ($along:literal) => {
        concat!(
            "SELECT ",
            summary_columns!(),
            ", snoozed_until, snooze_kind, snoozed_by_name, snoozed_at, snooze_reason FROM task ",
            $along,
            " (snoozed_until, id) > (?1, ?2) ORDER BY snoozed_until, id LIMIT ?3"
        )
    };
}

pub(crate) const OF_ALL: &str = select_snoozed!("INDEXED BY task_by_return WHERE snoozed_until IS NOT NULL AND");
pub(crate) const OF_PERSON: &str =
    select_snoozed!("INDEXED BY task_by_snoozer WHERE snoozed_until IS NOT NULL AND snoozed_by = ?4 AND");

pub(crate) async fn list(
    connection: &mut SqliteConnection,
    by: Option<&str>,
    page: &PageRequest,
) -> Result<Page<SnoozedTask>, Error> {
    let (until, id) = match cursor_parts::<2>(page)? {
        None => (i64::MIN, String::new()),
        Some([until, id]) => (cursor_part::<i64>(until)?, cursor_part::<TaskId>(id)?.to_string()),
    };
    let list = sqlx::query_as(if by.is_some() { OF_PERSON } else { OF_ALL });
    let list = list.bind(until).bind(id).bind(page.limit() + 1);
    let rows: Vec<SnoozedRow> = match by {
        Some(by) => list.bind(by).fetch_all(connection).await?,
        None => list.fetch_all(connection).await?,
    };
    Ok(Page::from_rows(all(rows)?, page.limit(), |last: &SnoozedTask| {
        format!("{}.{}", last.until.as_ms(), last.task.id)
    }))
}

#[derive(sqlx::FromRow)]
struct SnoozedRow {
    #[sqlx(flatten)]
    task: SummaryRow,
    snoozed_until: i64,
    snooze_kind: String,
    snoozed_by_name: String,
    snoozed_at: i64,
    snooze_reason: Option<String>,
}

impl TryFrom<SnoozedRow> for SnoozedTask {
    type Error = Error;

    fn try_from(row: SnoozedRow) -> Result<Self, Error> {
        Ok(Self {
            task: row.task.try_into()?,
            until: Timestamp::from_ms(row.snoozed_until),
            kind: snooze_kind(Some(&row.snooze_kind))?,
            by: row.snoozed_by_name,
            since: Timestamp::from_ms(row.snoozed_at),
            reason: row.snooze_reason,
        })
    }
}
