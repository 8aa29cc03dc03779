//! Training runs.

use domain::{RunId, Timestamp, TrainingRun};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, from_json, ms, number, one, parse, time, variant},
    error::Error,
};

macro_rules! select_run {
    ($rest:literal) => {
        concat!(
            "SELECT id, state, progress_percent, message, started_by, started_at, ended_at, model_version, log ",
            "FROM training_run ",
            $rest
        )
    };
}

pub(crate) async fn save(connection: &mut SqliteConnection, run: &TrainingRun) -> Result<(), Error> {
    const SAVE: &str = "INSERT INTO training_run (id, state, progress_percent, message, started_by, started_at, ended_at, \
            model_version, log) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) \
        ON CONFLICT (id) DO UPDATE SET state = excluded.state, progress_percent = excluded.progress_percent, \
            message = excluded.message, ended_at = excluded.ended_at, model_version = excluded.model_version, \
            log = excluded.log";
    sqlx::query(SAVE)
        .bind(run.id.to_string())
        .bind(run.state.as_str())
        .bind(run.progress_percent)
        .bind(&run.message)
        .bind(&run.started_by)
        .bind(run.started_at.as_ms())
        .bind(ms(run.ended_at))
        .bind(run.model_version)
        .bind(serde_json::to_string(&run.log)?)
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) async fn lookup(connection: &mut SqliteConnection, id: RunId) -> Result<Option<TrainingRun>, Error> {
    let row: Option<RunRow> =
        sqlx::query_as(select_run!("WHERE id = ?1")).bind(id.to_string()).fetch_optional(connection).await?;
    one(row)
}

pub(crate) async fn list(connection: &mut SqliteConnection, limit: u32) -> Result<Vec<TrainingRun>, Error> {
    let rows: Vec<RunRow> =
        sqlx::query_as(select_run!("ORDER BY id DESC LIMIT ?1")).bind(limit).fetch_all(connection).await?;
    all(rows)
}

#[derive(sqlx::FromRow)]
struct RunRow {
    id: String,
    state: String,
    progress_percent: i64,
    message: String,
    started_by: String,
    started_at: i64,
    ended_at: Option<i64>,
    model_version: Option<i64>,
    log: String,
}

impl TryFrom<RunRow> for TrainingRun {
    type Error = Error;

    fn try_from(row: RunRow) -> Result<Self, Error> {
        let model_version = row.model_version.map(|version| number("training_run.model_version", version));
        Ok(Self {
            id: parse("training_run.id", &row.id)?,
            state: variant("training_run.state", &row.state)?,
            progress_percent: number("training_run.progress_percent", row.progress_percent)?,
            message: row.message,
            started_by: row.started_by,
            started_at: Timestamp::from_ms(row.started_at),
            ended_at: time(row.ended_at),
            model_version: model_version.transpose()?,
            log: from_json("training_run.log", &row.log)?,
        })
    }
}
