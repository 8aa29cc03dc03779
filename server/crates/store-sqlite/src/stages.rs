//! What the stages of cascades said of live work.

use domain::evaluation::StageCase;
use sqlx::sqlite::SqliteConnection;

use crate::{convert::from_json, error::Error};

/// Decisions without stages are read, too: looking for those with some could walk every decision of a model that has none.
pub(crate) const CASES: &str = "SELECT decision.document ->> '$.classification.stages' AS stages, \
        (SELECT label.label FROM label WHERE label.task_id = decision.task_id AND label.holds = 1) AS truth \
    FROM decision INDEXED BY decision_by_model \
    WHERE decision.model_version = ?1 AND decision.document ->> '$.source.kind' = 'policy' \
    ORDER BY decision.id DESC LIMIT ?2";

pub(crate) async fn list_cases(
    connection: &mut SqliteConnection,
    version: u32,
    most: u32,
) -> Result<Vec<StageCase>, Error> {
    let rows: Vec<CaseRow> = sqlx::query_as(CASES).bind(format!("v{version}")).bind(most).fetch_all(connection).await?;
    let with_stages = rows.into_iter().filter_map(|row| row.stages.map(|stages| (stages, row.truth)));
    with_stages
        .map(|(stages, truth)| Ok(StageCase { stages: from_json("decision.document", &stages)?, truth }))
        .collect()
}

#[derive(sqlx::FromRow)]
struct CaseRow {
    stages: Option<String>,
    truth: Option<String>,
}
