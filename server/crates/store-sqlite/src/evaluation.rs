//! What models said of the examples that they were measured on.

use domain::{
    LabelId,
    evaluation::{Answer, EvaluationCase, ShortListCase},
};
use serde::Serialize;
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, number, parse},
    error::Error,
};

/// Models before this many others lose their cases, unless they are champion: their numbers are kept with the model.
const MODELS_WITH_CASES: u32 = 30;
/// Cases of one statement.
const MAX_ROWS: usize = 2_000;

pub(crate) const OF_MODEL: &str = "SELECT label_id, truth, answer, confidence, out_of_scope, champion_answer, \
    champion_confidence, short_list_size, short_list_holds FROM evaluation_case WHERE model_version = ?1 ORDER BY label_id";

/// The columns after the model's version, in the order of the table.
#[derive(Serialize)]
struct NewRow<'a>(LabelId, &'a str, &'a str, f32, f32, Option<&'a str>, Option<f32>, Option<u8>, Option<u8>);

pub(crate) async fn add(
    connection: &mut SqliteConnection,
    version: u32,
    cases: &[EvaluationCase],
) -> Result<(), Error> {
    const ADD: &str = "INSERT INTO evaluation_case (model_version, label_id, truth, answer, confidence, out_of_scope, \
            champion_answer, champion_confidence, short_list_size, short_list_holds) \
        SELECT ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, \
            value ->> 7, value ->> 8 \
        FROM jsonb_each(?2)";
    const FORGET: &str = "DELETE FROM evaluation_case WHERE model_version IN \
        (SELECT version FROM model WHERE version <= ?1 AND stage <> 'champion')";
    for cases in cases.chunks(MAX_ROWS) {
        let rows: Vec<_> = cases
            .iter()
            .map(|case| {
                NewRow(
                    case.label_id,
                    &case.truth,
                    &case.answer.label,
                    case.answer.confidence,
                    case.out_of_scope,
                    case.champion.as_ref().map(|answer| answer.label.as_str()),
                    case.champion.as_ref().map(|answer| answer.confidence),
                    case.short_list.map(|list| list.size),
                    case.short_list.map(|list| u8::from(list.holds)),
                )
            })
            .collect();
        sqlx::query(ADD)
            .bind(version)
            .bind(serde_json::to_string(&rows)?)
            .execute(&mut *connection)
            .await
            .map_err(|error| Error::conflict(error, "evaluation case"))?;
    }
    if let Some(old) = version.checked_sub(MODELS_WITH_CASES) {
        sqlx::query(FORGET).bind(old).execute(connection).await?;
    }
    Ok(())
}

pub(crate) async fn list(connection: &mut SqliteConnection, version: u32) -> Result<Vec<EvaluationCase>, Error> {
    let rows: Vec<CaseRow> = sqlx::query_as(OF_MODEL).bind(version).fetch_all(connection).await?;
    all(rows)
}

#[derive(sqlx::FromRow)]
struct CaseRow {
    label_id: String,
    truth: String,
    answer: String,
    confidence: f64,
    out_of_scope: f64,
    champion_answer: Option<String>,
    champion_confidence: Option<f64>,
    short_list_size: Option<i64>,
    short_list_holds: Option<bool>,
}

impl TryFrom<CaseRow> for EvaluationCase {
    type Error = Error;

    #[expect(clippy::cast_possible_truncation, reason = "the columns hold what were f32 before")]
    fn try_from(row: CaseRow) -> Result<Self, Error> {
        let size = row.short_list_size.map(|size| number("evaluation_case.short_list_size", size)).transpose()?;
        Ok(Self {
            label_id: parse("evaluation_case.label_id", &row.label_id)?,
            truth: row.truth,
            answer: Answer { label: row.answer, confidence: row.confidence as f32 },
            out_of_scope: row.out_of_scope as f32,
            champion: row
                .champion_answer
                .zip(row.champion_confidence)
                .map(|(label, confidence)| Answer { label, confidence: confidence as f32 }),
            short_list: size.zip(row.short_list_holds).map(|(size, holds)| ShortListCase { size, holds }),
        })
    }
}
