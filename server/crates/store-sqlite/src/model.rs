//! Models.

use domain::{Model, ModelStage, Timestamp, rollout::Rollout};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, from_json, ms, number, one, signed, time, variant},
    error::Error,
};

macro_rules! select_model {
    ($rest:literal) => {
        concat!(
            "SELECT version, stage, sha256, dataset_sha256, trained_on, labels, metrics, created_at, created_by, ",
            "promoted_at, rollout_percent, rollout_since, note, dataset FROM model ",
            $rest
        )
    };
}

pub(crate) async fn save(connection: &mut SqliteConnection, model: &Model) -> Result<(), Error> {
    const SAVE: &str = "INSERT INTO model (version, stage, sha256, dataset_sha256, trained_on, labels, metrics, created_at, \
            created_by, promoted_at, rollout_percent, rollout_since, note, dataset) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) \
        ON CONFLICT (version) DO UPDATE SET stage = excluded.stage, promoted_at = excluded.promoted_at, \
            rollout_percent = excluded.rollout_percent, rollout_since = excluded.rollout_since, note = excluded.note";
    let field = if model.stage == ModelStage::Champion { "champion" } else { "challenger" };
    sqlx::query(SAVE)
        .bind(model.version)
        .bind(model.stage.as_str())
        .bind(&model.sha256)
        .bind(&model.dataset_sha256)
        .bind(signed("model.trained_on", model.trained_on)?)
        .bind(serde_json::to_string(&model.labels)?)
        .bind(model.metrics.as_ref().map(serde_json::to_string).transpose()?)
        .bind(model.created_at.as_ms())
        .bind(&model.created_by)
        .bind(ms(model.promoted_at))
        .bind(model.rollout.map(|rollout| rollout.percent))
        .bind(ms(model.rollout.map(|rollout| rollout.since)))
        .bind(model.note.as_deref())
        .bind(model.dataset)
        .execute(connection)
        .await
        .map_err(|error| Error::conflict(error, field))?;
    Ok(())
}

pub(crate) async fn list(connection: &mut SqliteConnection) -> Result<Vec<Model>, Error> {
    let rows: Vec<ModelRow> = sqlx::query_as(select_model!("ORDER BY version DESC")).fetch_all(connection).await?;
    all(rows)
}

pub(crate) async fn lookup(connection: &mut SqliteConnection, version: u32) -> Result<Option<Model>, Error> {
    let row: Option<ModelRow> =
        sqlx::query_as(select_model!("WHERE version = ?1")).bind(version).fetch_optional(connection).await?;
    one(row)
}

pub(crate) async fn lookup_champion(connection: &mut SqliteConnection) -> Result<Option<Model>, Error> {
    let row: Option<ModelRow> =
        sqlx::query_as(select_model!("WHERE stage = 'champion'")).fetch_optional(connection).await?;
    one(row)
}

pub(crate) async fn lookup_challenger(connection: &mut SqliteConnection) -> Result<Option<Model>, Error> {
    let row: Option<ModelRow> =
        sqlx::query_as(select_model!("WHERE stage IN ('shadow', 'canary')")).fetch_optional(connection).await?;
    one(row)
}

#[derive(sqlx::FromRow)]
struct ModelRow {
    version: i64,
    stage: String,
    sha256: String,
    dataset_sha256: String,
    trained_on: i64,
    labels: String,
    metrics: Option<String>,
    created_at: i64,
    created_by: String,
    promoted_at: Option<i64>,
    rollout_percent: Option<i64>,
    rollout_since: Option<i64>,
    note: Option<String>,
    dataset: Option<i64>,
}

impl TryFrom<ModelRow> for Model {
    type Error = Error;

    fn try_from(row: ModelRow) -> Result<Self, Error> {
        Ok(Self {
            version: number("model.version", row.version)?,
            sha256: row.sha256,
            dataset_sha256: row.dataset_sha256,
            trained_on: number("model.trained_on", row.trained_on)?,
            labels: from_json("model.labels", &row.labels)?,
            metrics: row.metrics.as_deref().map(|metrics| from_json("model.metrics", metrics)).transpose()?,
            stage: variant("model.stage", &row.stage)?,
            created_at: Timestamp::from_ms(row.created_at),
            created_by: row.created_by,
            promoted_at: time(row.promoted_at),
            rollout: match (row.rollout_percent, time(row.rollout_since)) {
                (Some(percent), Some(since)) => {
                    Some(Rollout { percent: number("model.rollout_percent", percent)?, since })
                }
                _ => None,
            },
            note: row.note,
            dataset: row.dataset.map(|number| self::number("model.dataset", number)).transpose()?,
        })
    }
}
