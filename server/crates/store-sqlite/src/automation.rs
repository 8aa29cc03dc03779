//! What may be left to machines: goals, promises, and the answers whose truth is known.

use domain::{
    Timestamp,
    automation::{Goal, LabelPromise, LiveCase},
};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, from_json, number, parse, parse_optional, signed},
    error::Error,
};

/// Answers whose truth is known: to tasks that the model itself had classified, and to tasks among the examples that it was
/// measured on. The newest first of each.
pub(crate) const CASES: &str = "SELECT id, decision_id, label, predicted, confidence, chosen_with \
    FROM label INDEXED BY label_of_model WHERE holds = 1 AND predicted IS NOT NULL AND model_version = ?1 \
    ORDER BY id DESC LIMIT ?2";
pub(crate) const HELD_OUT_CASES: &str = "SELECT label.id, label.decision_id, label.label, evaluation_case.answer AS predicted, \
        evaluation_case.confidence, label.chosen_with \
    FROM evaluation_case JOIN label ON label.id = evaluation_case.label_id \
    WHERE evaluation_case.model_version = ?1 AND label.holds = 1 AND label.chosen_with IS NOT NULL \
        AND label.model_version IS NOT ?2 \
    ORDER BY evaluation_case.label_id DESC LIMIT ?3";

pub(crate) async fn list_cases(
    connection: &mut SqliteConnection,
    version: u32,
    most: u32,
) -> Result<Vec<LiveCase>, Error> {
    let name = format!("v{version}");
    let mut rows: Vec<CaseRow> = sqlx::query_as(CASES).bind(&name).bind(most).fetch_all(&mut *connection).await?;
    let left = most.saturating_sub(u32::try_from(rows.len()).unwrap_or(most));
    let held_out: Vec<CaseRow> =
        sqlx::query_as(HELD_OUT_CASES).bind(version).bind(&name).bind(left).fetch_all(connection).await?;
    rows.extend(held_out);
    all(rows)
}

pub(crate) async fn list_goals(connection: &mut SqliteConnection) -> Result<Vec<Goal>, Error> {
    const LIST: &str = "SELECT label, percent, set_by, set_at FROM automation_goal ORDER BY label";
    let rows: Vec<GoalRow> = sqlx::query_as(LIST).fetch_all(connection).await?;
    all(rows)
}

pub(crate) async fn save_goal(connection: &mut SqliteConnection, goal: &Goal) -> Result<(), Error> {
    const SAVE: &str = "INSERT INTO automation_goal (label, percent, set_by, set_at) VALUES (?1, ?2, ?3, ?4) \
        ON CONFLICT (label) DO UPDATE SET percent = excluded.percent, set_by = excluded.set_by, set_at = excluded.set_at";
    sqlx::query(SAVE)
        .bind(&goal.label)
        .bind(goal.percent)
        .bind(&goal.set_by)
        .bind(goal.set_at.as_ms())
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) async fn remove_goal(connection: &mut SqliteConnection, label: &str) -> Result<(), Error> {
    sqlx::query("DELETE FROM automation_goal WHERE label = ?1").bind(label).execute(&mut *connection).await?;
    sqlx::query("DELETE FROM label_promise WHERE label = ?1").bind(label).execute(connection).await?;
    Ok(())
}

pub(crate) async fn list_promises(connection: &mut SqliteConnection, version: u32) -> Result<Vec<LabelPromise>, Error> {
    const LIST: &str = "SELECT model_version, label, percent, standing, cases, right_cases, worked_out_at \
        FROM label_promise WHERE model_version = ?1 ORDER BY label";
    let rows: Vec<PromiseRow> = sqlx::query_as(LIST).bind(version).fetch_all(connection).await?;
    all(rows)
}

pub(crate) async fn save_promise(connection: &mut SqliteConnection, promise: &LabelPromise) -> Result<(), Error> {
    const SAVE: &str = "INSERT INTO label_promise (model_version, label, percent, standing, cases, right_cases, \
            worked_out_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
        ON CONFLICT (model_version, label) DO UPDATE SET percent = excluded.percent, standing = excluded.standing, \
            cases = excluded.cases, right_cases = excluded.right_cases, worked_out_at = excluded.worked_out_at";
    sqlx::query(SAVE)
        .bind(promise.model_version)
        .bind(&promise.label)
        .bind(promise.percent)
        .bind(serde_json::to_string(&promise.standing)?)
        .bind(signed("label_promise.cases", promise.cases)?)
        .bind(signed("label_promise.right_cases", promise.right)?)
        .bind(promise.worked_out_at.as_ms())
        .execute(connection)
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct CaseRow {
    id: String,
    decision_id: Option<String>,
    label: String,
    predicted: String,
    confidence: f64,
    chosen_with: Option<f64>,
}

impl TryFrom<CaseRow> for LiveCase {
    type Error = Error;

    #[expect(clippy::cast_possible_truncation, reason = "the columns hold what were f32 before")]
    fn try_from(row: CaseRow) -> Result<Self, Error> {
        Ok(Self {
            label_id: parse("label.id", &row.id)?,
            decision_id: parse_optional("label.decision_id", row.decision_id.as_deref())?,
            truth: row.label,
            answer: row.predicted,
            confidence: row.confidence as f32,
            chosen_with: row.chosen_with.map(|probability| probability as f32),
        })
    }
}

#[derive(sqlx::FromRow)]
struct GoalRow {
    label: String,
    percent: i64,
    set_by: String,
    set_at: i64,
}

impl TryFrom<GoalRow> for Goal {
    type Error = Error;

    fn try_from(row: GoalRow) -> Result<Self, Error> {
        Ok(Self {
            label: row.label,
            percent: number("automation_goal.percent", row.percent)?,
            set_by: row.set_by,
            set_at: Timestamp::from_ms(row.set_at),
        })
    }
}

#[derive(sqlx::FromRow)]
struct PromiseRow {
    model_version: i64,
    label: String,
    percent: i64,
    standing: String,
    cases: i64,
    right_cases: i64,
    worked_out_at: i64,
}

impl TryFrom<PromiseRow> for LabelPromise {
    type Error = Error;

    fn try_from(row: PromiseRow) -> Result<Self, Error> {
        Ok(Self {
            model_version: number("label_promise.model_version", row.model_version)?,
            label: row.label,
            percent: number("label_promise.percent", row.percent)?,
            standing: from_json("label_promise.standing", &row.standing)?,
            cases: number("label_promise.cases", row.cases)?,
            right: number("label_promise.right_cases", row.right_cases)?,
            worked_out_at: Timestamp::from_ms(row.worked_out_at),
        })
    }
}
