//! The label store.

use std::collections::{BTreeSet, HashMap};

use domain::{
    DecisionId, Label, LabelId, LabelKind, Page, PageRequest, Priority, TaskId, Timestamp,
    label::{LabelCount, LabelFilter, MAX_HANDLING_MINUTES},
    task::classified_text,
};
use serde::Serialize;
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, before_id, number, one, parse, parse_optional, variant},
    dispute,
    error::Error,
    task,
};

/// Labels of one statement, so that an import of any length binds texts of bounded size.
const MAX_ROWS: usize = 1_000;

macro_rules! select_label {
    ($rest:expr) => {
        concat!(
            "SELECT label.id, label.task_id, label.label, label.kind, label.given_by, label.given_at, label.predicted, ",
            "label.confidence, label.model_version, label.digest, label.imported_text, label.given_by_id, ",
            "label.decision_id, label.replaced, label.saw_model, label.given_as, label.chosen_with, ",
            "label.priority, label.handling_minutes, task.subject, task.body, task.state AS task_state, task.urgency, ",
            "task.worked_ms, task.erased_at ",
            $rest
        )
    };
}

pub(crate) use select_label;

/// A filtered list along an index; the other filter is tried row by row.
macro_rules! filtered {
    ($along:literal) => {
        select_label!(concat!(
            "FROM label ",
            $along,
            " label.holds = 1 AND label.id < ?1 AND (?2 IS NULL OR label.label = ?2) AND (?3 IS NULL OR label.kind = ?3) ",
            "ORDER BY label.id DESC LIMIT ?4"
        ))
    };
}

pub(crate) const ALONG_ALL: &str =
    filtered!("INDEXED BY label_holding LEFT JOIN task ON task.id = label.task_id WHERE");
pub(crate) const ALONG_LABEL: &str =
    filtered!("INDEXED BY label_by_name LEFT JOIN task ON task.id = label.task_id WHERE label.label = ?2 AND");
pub(crate) const ALONG_KIND: &str =
    filtered!("INDEXED BY label_by_kind LEFT JOIN task ON task.id = label.task_id WHERE label.kind = ?3 AND");

/// The columns in the order of [`NewLabelRow`].
const ADD: &str = "INSERT INTO label (id, holds, task_id, label, kind, given_by, given_at, predicted, confidence, \
        model_version, digest, imported_text, given_by_id, decision_id, replaced, saw_model, given_as, \
        chosen_with, priority, handling_minutes) \
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, \
        value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13, value ->> 14, value ->> 15, \
        value ->> 16, value ->> 17, value ->> 18, value ->> 19 \
    FROM jsonb_each(?1)";

#[derive(Serialize)]
struct NewLabelRow<'a>(
    LabelId,
    u8,
    Option<TaskId>,
    &'a str,
    &'static str,
    &'a str,
    i64,
    Option<&'a str>,
    Option<f32>,
    Option<&'a str>,
    &'a str,
    Option<&'a str>,
    Option<&'a str>,
    Option<DecisionId>,
    Option<&'a str>,
    Option<bool>,
    Option<&'a str>,
    Option<f32>,
    Option<&'static str>,
    Option<f32>,
);

pub(crate) async fn add(connection: &mut SqliteConnection, labels: &[Label]) -> Result<(), Error> {
    const REPLACE: &str = "UPDATE label SET holds = 0 WHERE holds = 1 AND task_id IN (SELECT value FROM json_each(?1))";
    const SETTLE: &str = "UPDATE label SET holds = 0 WHERE holds = 1 AND digest IN (SELECT value FROM json_each(?1))";
    for labels in labels.chunks(MAX_ROWS) {
        // Of several labels of one task the last holds.
        let last: HashMap<TaskId, LabelId> =
            labels.iter().filter_map(|label| Some((label.task_id?, label.id))).collect();
        if !last.is_empty() {
            let tasks: Vec<&TaskId> = last.keys().collect();
            sqlx::query(REPLACE).bind(serde_json::to_string(&tasks)?).execute(&mut *connection).await?;
        }
        let settled: Vec<&str> = labels
            .iter()
            .filter(|label| label.kind == LabelKind::Adjudicated)
            .map(|label| label.digest.as_str())
            .collect();
        if !settled.is_empty() {
            sqlx::query(SETTLE).bind(serde_json::to_string(&settled)?).execute(&mut *connection).await?;
        }
        let rows: Vec<_> = labels
            .iter()
            .map(|label| {
                let holds = label.task_id.is_none_or(|task| last.get(&task) == Some(&label.id));
                NewLabelRow(
                    label.id,
                    u8::from(holds),
                    label.task_id,
                    &label.label,
                    label.kind.as_str(),
                    &label.given_by,
                    label.given_at.as_ms(),
                    label.predicted.as_deref(),
                    label.confidence,
                    label.model_version.as_deref(),
                    &label.digest,
                    label.task_id.is_none().then_some(label.text.as_str()),
                    label.given_by_id.as_deref(),
                    label.decision_id,
                    label.replaced.as_deref(),
                    label.saw_model,
                    label.given_as.as_deref(),
                    label.chosen_with,
                    label.priority.filter(|_| label.task_id.is_none()).map(Priority::as_str),
                    label.handling_minutes.filter(|_| label.task_id.is_none()),
                )
            })
            .collect();
        let rows = serde_json::to_string(&rows)?;
        sqlx::query(ADD).bind(rows).execute(&mut *connection).await.map_err(|error| Error::conflict(error, "label"))?;
        let digests: BTreeSet<&str> = labels.iter().map(|label| label.digest.as_str()).collect();
        dispute::refresh(connection, &Vec::from_iter(digests)).await?;
    }
    Ok(())
}

/// Takes a label back.
pub(crate) async fn withdraw(connection: &mut SqliteConnection, id: LabelId, at: Timestamp) -> Result<(), Error> {
    const WITHDRAW: &str =
        "UPDATE label SET holds = 0, withdrawn_at = ?2 WHERE id = ?1 AND withdrawn_at IS NULL RETURNING digest";
    let digest: Option<String> =
        sqlx::query_scalar(WITHDRAW).bind(id.to_string()).bind(at.as_ms()).fetch_optional(&mut *connection).await?;
    match digest {
        Some(digest) => dispute::refresh(connection, &[&digest]).await,
        None => Ok(()),
    }
}

pub(crate) async fn list(
    connection: &mut SqliteConnection,
    filter: &LabelFilter,
    page: &PageRequest,
) -> Result<Page<Label>, Error> {
    let along = match filter {
        LabelFilter { label: Some(_), .. } => ALONG_LABEL,
        LabelFilter { kind: Some(_), .. } => ALONG_KIND,
        LabelFilter { label: None, kind: None } => ALONG_ALL,
    };
    let rows: Vec<LabelRow> = sqlx::query_as(along)
        .bind(before_id::<LabelId>(page)?)
        .bind(filter.label.as_deref())
        .bind(filter.kind.map(LabelKind::as_str))
        .bind(page.limit() + 1)
        .fetch_all(connection)
        .await?;
    Ok(Page::from_rows(all(rows)?, page.limit(), |last: &Label| last.id.to_string()))
}

pub(crate) const KNOWN: &str = "SELECT label.digest, label.label \
    FROM json_each(?1) AS wanted CROSS JOIN label INDEXED BY label_by_digest ON label.digest = wanted.value \
    WHERE label.kind = 'imported'";

pub(crate) async fn list_known(
    connection: &mut SqliteConnection,
    digests: &[String],
) -> Result<Vec<(String, String)>, Error> {
    Ok(sqlx::query_as(KNOWN).bind(serde_json::to_string(digests)?).fetch_all(connection).await?)
}

pub(crate) async fn lookup_of(connection: &mut SqliteConnection, task: TaskId) -> Result<Option<Label>, Error> {
    const LOOKUP: &str =
        select_label!("FROM label JOIN task ON task.id = label.task_id WHERE label.holds = 1 AND label.task_id = ?1");
    let row: Option<LabelRow> = sqlx::query_as(LOOKUP).bind(task.to_string()).fetch_optional(connection).await?;
    one(row)
}

pub(crate) const OF_TEXT: &str = select_label!(
    "FROM label INDEXED BY label_by_digest LEFT JOIN task ON task.id = label.task_id \
    WHERE label.digest = ?1 AND label.holds = 1 ORDER BY label.id"
);

pub(crate) async fn list_of_text(connection: &mut SqliteConnection, digest: &str) -> Result<Vec<Label>, Error> {
    let rows: Vec<LabelRow> = sqlx::query_as(OF_TEXT).bind(digest).fetch_all(connection).await?;
    all(rows)
}

pub(crate) async fn list_by_id(connection: &mut SqliteConnection, ids: &[LabelId]) -> Result<Vec<Label>, Error> {
    const LIST: &str = select_label!(
        "FROM label LEFT JOIN task ON task.id = label.task_id WHERE label.id IN (SELECT value FROM json_each(?1))"
    );
    let rows: Vec<LabelRow> = sqlx::query_as(LIST).bind(serde_json::to_string(ids)?).fetch_all(connection).await?;
    all(rows)
}

pub(crate) const COUNT_CORRECTED: &str = "SELECT count(*) FROM (SELECT 1 FROM label INDEXED BY label_by_kind \
    WHERE holds = 1 AND kind = 'corrected' AND id >= ?1 LIMIT ?2)";

pub(crate) async fn count_corrected(connection: &mut SqliteConnection, from: LabelId, most: u32) -> Result<u32, Error> {
    let count: i64 =
        sqlx::query_scalar(COUNT_CORRECTED).bind(from.to_string()).bind(most).fetch_one(connection).await?;
    number("count", count)
}

pub(crate) async fn list_counts(connection: &mut SqliteConnection) -> Result<Vec<LabelCount>, Error> {
    const LIST: &str = "SELECT name, n FROM counter WHERE scope = 'label' AND n > 0 ORDER BY name";
    let rows: Vec<(String, i64)> = sqlx::query_as(LIST).fetch_all(connection).await?;
    rows.into_iter().map(|(label, n)| Ok(LabelCount { label, examples: number("counter.n", n)? })).collect()
}

#[derive(sqlx::FromRow)]
pub(crate) struct LabelRow {
    id: String,
    task_id: Option<String>,
    label: String,
    kind: String,
    given_by: String,
    given_at: i64,
    predicted: Option<String>,
    confidence: Option<f64>,
    model_version: Option<String>,
    digest: String,
    imported_text: Option<String>,
    given_by_id: Option<String>,
    decision_id: Option<String>,
    replaced: Option<String>,
    saw_model: Option<bool>,
    given_as: Option<String>,
    chosen_with: Option<f64>,
    priority: Option<String>,
    handling_minutes: Option<f64>,
    subject: Option<String>,
    body: Option<String>,
    task_state: Option<String>,
    urgency: Option<i64>,
    worked_ms: Option<i64>,
    erased_at: Option<i64>,
}

impl LabelRow {
    /// What people really did with the task, once they have finished it; of a label without a task what its file says.
    #[expect(clippy::cast_possible_truncation, reason = "minutes need no more digits")]
    fn done(&self) -> Result<(Option<Priority>, Option<f32>), Error> {
        match (self.task_state.as_deref(), self.urgency, self.worked_ms) {
            (None, ..) => Ok((
                parse_optional("label.priority", self.priority.as_deref())?,
                self.handling_minutes.map(|minutes| minutes as f32),
            )),
            (Some("resolved"), Some(urgency), Some(worked_ms)) if worked_ms > 0 => {
                let minutes = (worked_ms as f64 / 60_000.0) as f32;
                Ok((Some(task::priority(urgency)?), Some(minutes.min(MAX_HANDLING_MINUTES))))
            }
            _ => Ok((None, None)),
        }
    }
}

impl TryFrom<LabelRow> for Label {
    type Error = Error;

    #[expect(clippy::cast_possible_truncation, reason = "the column holds what was an f32 before")]
    fn try_from(row: LabelRow) -> Result<Self, Error> {
        let (priority, handling_minutes) = row.done()?;
        let text = match (row.imported_text, row.subject, row.body) {
            (Some(text), _, _) => text,
            _ if row.erased_at.is_some() => String::new(),
            (None, Some(subject), Some(body)) => classified_text(&subject, &body),
            _ => return Err(Error::Corrupt { column: "label.imported_text", cause: "nothing".to_owned() }),
        };
        Ok(Self {
            id: parse("label.id", &row.id)?,
            text,
            label: row.label,
            kind: variant("label.kind", &row.kind)?,
            task_id: parse_optional("label.task_id", row.task_id.as_deref())?,
            given_by: row.given_by,
            given_at: Timestamp::from_ms(row.given_at),
            predicted: row.predicted,
            confidence: row.confidence.map(|confidence| confidence as f32),
            model_version: row.model_version,
            digest: row.digest,
            given_by_id: row.given_by_id,
            decision_id: parse_optional("label.decision_id", row.decision_id.as_deref())?,
            replaced: row.replaced,
            saw_model: row.saw_model,
            given_as: row.given_as,
            chosen_with: row.chosen_with.map(|probability| probability as f32),
            priority,
            handling_minutes,
        })
    }
}
