//! First decisions of tasks with what came of them.

use domain::{DecisionId, NewTask, Timestamp, policy::CaseFacts, simulation::HistoryCase};
use sqlx::sqlite::SqliteConnection;

use crate::{
    aftermath::{Aftermath, FirstDecision, aftermath_columns},
    convert::{AFTER_ALL_IDS, from_json, number, parse, parse_optional, time},
    error::Error,
};

/// Rows of one statement: their documents and texts are in memory at once.
const MAX_ROWS: u32 = 2_000;

/// The first decision of a task is the one before which there is none. That it is the policy's stands in its document.
pub(crate) const LIST: &str = concat!(
    "SELECT decision.id, decision.task_id, decision.document, task.subject, task.body, task.channel, task.attributes, ",
    "task.external_id, task.priority_hint, task.ended_at, task.worked_ms, ",
    "(SELECT label.label FROM label WHERE label.task_id = decision.task_id AND label.holds = 1) AS truth, ",
    aftermath_columns!(),
    " FROM decision CROSS JOIN task ON task.id = decision.task_id ",
    "WHERE decision.id < ?1 AND task.erased_at IS NULL AND NOT EXISTS ",
    "(SELECT 1 FROM decision AS earlier WHERE earlier.task_id = decision.task_id AND earlier.id < decision.id) ",
    "ORDER BY decision.id DESC LIMIT ?2"
);

pub(crate) async fn list(
    connection: &mut SqliteConnection,
    before: Option<DecisionId>,
    most: u32,
) -> Result<Vec<HistoryCase>, Error> {
    let mut before = before.map_or_else(|| AFTER_ALL_IDS.to_owned(), |id| id.to_string());
    let mut cases: Vec<HistoryCase> = Vec::new();
    loop {
        let missing = most - u32::try_from(cases.len()).unwrap_or(most);
        let asked = missing.min(MAX_ROWS);
        let rows: Vec<HistoryRow> = sqlx::query_as(LIST).bind(&before).bind(asked).fetch_all(&mut *connection).await?;
        let ends = rows.len() < asked as usize;
        if let Some(last) = rows.last() {
            before.clone_from(&last.id);
        }
        for row in rows {
            cases.extend(row.into_case()?);
        }
        if ends || cases.len() >= most as usize {
            return Ok(cases);
        }
    }
}

#[derive(sqlx::FromRow)]
struct HistoryRow {
    id: String,
    task_id: String,
    document: String,
    subject: String,
    body: String,
    channel: String,
    attributes: String,
    external_id: Option<String>,
    priority_hint: Option<String>,
    ended_at: Option<i64>,
    worked_ms: i64,
    truth: Option<String>,
    #[sqlx(flatten)]
    aftermath: Aftermath,
}

impl HistoryRow {
    /// The case; nothing when it is no first decision after all.
    fn into_case(self) -> Result<Option<HistoryCase>, Error> {
        let first: FirstDecision = from_json("decision.document", &self.document)?;
        if !first.is_one() {
            return Ok(None);
        }
        let task = NewTask {
            subject: self.subject,
            body: self.body,
            channel: Some(self.channel),
            attributes: from_json("task.attributes", &self.attributes)?,
            external_id: self.external_id,
            priority_hint: parse_optional("task.priority_hint", self.priority_hint.as_deref())?,
            callback_url: None,
        };
        let now: Timestamp = first.facts.now.unwrap_or(first.decided_at);
        Ok(Some(HistoryCase {
            decision_id: parse("decision.id", &self.id)?,
            task_id: parse("decision.task_id", &self.task_id)?,
            corrected_to: self.aftermath.corrected_to(&first)?,
            destination: first.said().clone(),
            facts: CaseFacts { task, queues: first.facts.queues(), classification: first.classification, now },
            policy_version: first.policy_version,
            matched_rule: first.matched_rule,
            priority: first.priority,
            overrides: first.overrides,
            due_at: first.due_at,
            cost_micros: first.cost_micros,
            truth: self.truth,
            ended_at: time(self.ended_at),
            worked_ms: number("task.worked_ms", self.worked_ms)?,
        }))
    }
}
