//! Datasets and their examples.

use domain::{
    Page, PageRequest, Timestamp,
    dataset::{Dataset, DatasetExample},
};
use serde::Serialize;
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, cursor_part, from_json, number, one, parse_optional},
    error::Error,
    label::{LabelRow, select_label},
};

/// Examples of one statement.
const MAX_ROWS: usize = 10_000;

macro_rules! select_dataset {
    ($rest:literal) => {
        concat!("SELECT number, name, filter, sha256, counts, created_at, created_by FROM dataset ", $rest)
    };
}

#[derive(Serialize)]
struct NewExampleRow<'a>(u32, domain::LabelId, u8, &'a str, Option<&'static str>, Option<f32>);

pub(crate) async fn add(
    connection: &mut SqliteConnection,
    dataset: &Dataset,
    examples: &[DatasetExample],
) -> Result<(), Error> {
    const ADD: &str = "INSERT INTO dataset (number, name, filter, sha256, counts, created_at, created_by) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    const ADD_EXAMPLES: &str = "INSERT INTO dataset_example \
            (dataset, place, label_id, held_out, label, priority, handling_minutes) \
        SELECT ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM jsonb_each(?2)";
    sqlx::query(ADD)
        .bind(dataset.number)
        .bind(&dataset.name)
        .bind(serde_json::to_string(&dataset.filter)?)
        .bind(&dataset.sha256)
        .bind(serde_json::to_string(&dataset.counts)?)
        .bind(dataset.created_at.as_ms())
        .bind(&dataset.created_by)
        .execute(&mut *connection)
        .await
        .map_err(|error| Error::conflict(error, "dataset"))?;
    for examples in examples.chunks(MAX_ROWS) {
        let rows: Vec<_> = examples
            .iter()
            .map(|DatasetExample { place, held_out, label }| {
                let priority = label.priority.map(domain::Priority::as_str);
                NewExampleRow(*place, label.id, u8::from(*held_out), &label.label, priority, label.handling_minutes)
            })
            .collect();
        let rows = serde_json::to_string(&rows)?;
        sqlx::query(ADD_EXAMPLES).bind(dataset.number).bind(rows).execute(&mut *connection).await?;
    }
    Ok(())
}

pub(crate) async fn list(connection: &mut SqliteConnection, page: &PageRequest) -> Result<Page<Dataset>, Error> {
    let before = page.after.as_deref().map_or(Ok(u32::MAX), cursor_part::<u32>)?;
    let rows: Vec<DatasetRow> = sqlx::query_as(select_dataset!("WHERE number < ?1 ORDER BY number DESC LIMIT ?2"))
        .bind(before)
        .bind(page.limit() + 1)
        .fetch_all(connection)
        .await?;
    Ok(Page::from_rows(all(rows)?, page.limit(), |last: &Dataset| last.number.to_string()))
}

pub(crate) async fn lookup(connection: &mut SqliteConnection, number: u32) -> Result<Option<Dataset>, Error> {
    let row: Option<DatasetRow> =
        sqlx::query_as(select_dataset!("WHERE number = ?1")).bind(number).fetch_optional(connection).await?;
    one(row)
}

pub(crate) async fn lookup_by_sha256(
    connection: &mut SqliteConnection,
    sha256: &str,
) -> Result<Option<Dataset>, Error> {
    let row: Option<DatasetRow> =
        sqlx::query_as(select_dataset!("WHERE sha256 = ?1")).bind(sha256).fetch_optional(connection).await?;
    one(row)
}

pub(crate) async fn last(connection: &mut SqliteConnection) -> Result<u32, Error> {
    let last: Option<i64> = sqlx::query_scalar("SELECT max(number) FROM dataset").fetch_one(connection).await?;
    number("dataset.number", last.unwrap_or(0))
}

pub(crate) const EXAMPLES: &str = select_label!(
    ", example.place, example.held_out, example.label AS then_label, example.priority AS then_priority, \
        example.handling_minutes AS then_minutes \
    FROM dataset_example AS example CROSS JOIN label ON label.id = example.label_id \
        LEFT JOIN task ON task.id = label.task_id \
    WHERE example.dataset = ?1 AND example.place >= ?2 ORDER BY example.place LIMIT ?3"
);

pub(crate) async fn list_examples(
    connection: &mut SqliteConnection,
    dataset: u32,
    from: u32,
    most: u32,
) -> Result<Vec<DatasetExample>, Error> {
    let rows: Vec<ExampleRow> =
        sqlx::query_as(EXAMPLES).bind(dataset).bind(from).bind(most).fetch_all(connection).await?;
    all(rows)
}

#[derive(sqlx::FromRow)]
struct DatasetRow {
    number: i64,
    name: String,
    filter: String,
    sha256: String,
    counts: String,
    created_at: i64,
    created_by: String,
}

impl TryFrom<DatasetRow> for Dataset {
    type Error = Error;

    fn try_from(row: DatasetRow) -> Result<Self, Error> {
        Ok(Self {
            number: number("dataset.number", row.number)?,
            name: row.name,
            filter: from_json("dataset.filter", &row.filter)?,
            sha256: row.sha256,
            counts: from_json("dataset.counts", &row.counts)?,
            created_at: Timestamp::from_ms(row.created_at),
            created_by: row.created_by,
        })
    }
}

#[derive(sqlx::FromRow)]
struct ExampleRow {
    place: i64,
    held_out: bool,
    then_label: String,
    then_priority: Option<String>,
    then_minutes: Option<f64>,
    #[sqlx(flatten)]
    label: LabelRow,
}

impl TryFrom<ExampleRow> for DatasetExample {
    type Error = Error;

    #[expect(clippy::cast_possible_truncation, reason = "the column holds what was an f32 before")]
    fn try_from(row: ExampleRow) -> Result<Self, Error> {
        let label = domain::Label {
            label: row.then_label,
            priority: parse_optional("dataset_example.priority", row.then_priority.as_deref())?,
            handling_minutes: row.then_minutes.map(|minutes| minutes as f32),
            ..row.label.try_into()?
        };
        Ok(Self { place: number("dataset_example.place", row.place)?, held_out: row.held_out, label })
    }
}
