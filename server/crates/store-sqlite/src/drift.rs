//! Comparisons of the latest work with what was before.

use domain::{
    DecisionId, Timestamp,
    drift::{DriftCase, DriftPoint},
    task::classified_text,
};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, number, parse, variant},
    error::Error,
};

/// Comparisons that are kept of a model.
const KEPT_POINTS: u32 = 3_000;

macro_rules! cases {
    ($order:literal) => {
        concat!(
            "SELECT decision.id, task.subject, task.body, decision.label AS answer, ",
            "decision.document ->> '$.classification.confidence' AS confidence, ",
            "decision.document ->> '$.classification.out_of_scope' AS out_of_scope, ",
            "(SELECT label.label FROM label WHERE label.task_id = decision.task_id AND label.holds = 1) AS truth ",
            "FROM decision INDEXED BY decision_by_model CROSS JOIN task ON task.id = decision.task_id ",
            "WHERE decision.model_version = ?1 AND decision.document ->> '$.source.kind' = 'policy' ",
            "ORDER BY decision.id ",
            $order,
            " LIMIT ?2"
        )
    };
}

pub(crate) const FIRST: &str = cases!("ASC");
pub(crate) const LATEST: &str = cases!("DESC");

pub(crate) async fn list_cases(
    connection: &mut SqliteConnection,
    version: u32,
    latest: bool,
    most: u32,
) -> Result<Vec<DriftCase>, Error> {
    let rows: Vec<CaseRow> = sqlx::query_as(if latest { LATEST } else { FIRST })
        .bind(format!("v{version}"))
        .bind(most)
        .fetch_all(connection)
        .await?;
    all(rows)
}

pub(crate) async fn list_points(
    connection: &mut SqliteConnection,
    version: u32,
    most: u32,
) -> Result<Vec<DriftPoint>, Error> {
    const LIST: &str = "SELECT model_version, until, signal, at, value, threshold, rings, streak FROM drift_point \
        WHERE model_version = ?1 ORDER BY until DESC, signal DESC LIMIT ?2";
    let rows: Vec<PointRow> = sqlx::query_as(LIST).bind(version).bind(most).fetch_all(connection).await?;
    let mut points: Vec<DriftPoint> = all(rows)?;
    points.reverse();
    Ok(points)
}

pub(crate) async fn add_points(connection: &mut SqliteConnection, points: &[DriftPoint]) -> Result<(), Error> {
    const ADD: &str = "INSERT INTO drift_point (model_version, until, signal, at, value, threshold, rings, streak) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    const FORGET: &str = "DELETE FROM drift_point WHERE model_version = ?1 AND until <= \
        (SELECT until FROM drift_point WHERE model_version = ?1 ORDER BY until DESC, signal DESC LIMIT 1 OFFSET ?2)";
    for point in points {
        sqlx::query(ADD)
            .bind(point.model_version)
            .bind(point.until.to_string())
            .bind(point.signal.as_str())
            .bind(point.at.as_ms())
            .bind(point.value)
            .bind(point.threshold)
            .bind(point.rings)
            .bind(point.streak)
            .execute(&mut *connection)
            .await
            .map_err(|error| Error::conflict(error, "drift point"))?;
    }
    if let Some(point) = points.last() {
        sqlx::query(FORGET).bind(point.model_version).bind(KEPT_POINTS).execute(connection).await?;
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct CaseRow {
    id: String,
    subject: String,
    body: String,
    answer: String,
    confidence: f64,
    out_of_scope: f64,
    truth: Option<String>,
}

impl TryFrom<CaseRow> for DriftCase {
    type Error = Error;

    #[expect(clippy::cast_possible_truncation, reason = "the document holds what were f32 before")]
    fn try_from(row: CaseRow) -> Result<Self, Error> {
        Ok(Self {
            decision_id: parse("decision.id", &row.id)?,
            text: classified_text(&row.subject, &row.body),
            answer: row.answer,
            confidence: row.confidence as f32,
            out_of_scope: row.out_of_scope as f32,
            truth: row.truth,
        })
    }
}

#[derive(sqlx::FromRow)]
struct PointRow {
    model_version: i64,
    until: String,
    signal: String,
    at: i64,
    value: f64,
    threshold: f64,
    rings: bool,
    streak: i64,
}

impl TryFrom<PointRow> for DriftPoint {
    type Error = Error;

    fn try_from(row: PointRow) -> Result<Self, Error> {
        Ok(Self {
            model_version: number("drift_point.model_version", row.model_version)?,
            signal: variant("drift_point.signal", &row.signal)?,
            at: Timestamp::from_ms(row.at),
            until: parse::<DecisionId>("drift_point.until", &row.until)?,
            value: row.value,
            threshold: row.threshold,
            rings: row.rings,
            streak: number("drift_point.streak", row.streak)?,
        })
    }
}
