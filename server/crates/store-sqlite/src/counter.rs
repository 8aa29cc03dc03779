//! Numbers kept with every write. Later changes of a row are counted by triggers; what a batch of new rows adds is summed
//! up here first, so that a batch costs one statement.

use std::collections::BTreeMap;

use domain::{
    Decision, DecisionMode, Task, TaskState, Timestamp, decision::DecisionSource, overview::DestinationCount,
    time::MINUTE_MS,
};
use service::ports::store::Counters;
use sqlx::sqlite::SqliteConnection;

use crate::{convert::number, error::Error};

/// Adds [`Additions::rows`] to the counters.
pub(crate) const SAVE: &str = "INSERT INTO counter (scope, name, n) \
    SELECT value ->> 0, value ->> 1, value ->> 2 FROM jsonb_each(?) WHERE true \
    ON CONFLICT (scope, name) DO UPDATE SET n = n + excluded.n";

/// What new rows add to the counters.
#[derive(Debug, Default)]
pub(crate) struct Additions(BTreeMap<(&'static str, String), i64>);

impl Additions {
    fn add(&mut self, scope: &'static str, name: &str) {
        self.add_amount(scope, name, 1);
    }

    fn add_amount(&mut self, scope: &'static str, name: &str, amount: i64) {
        let sum = self.0.entry((scope, name.to_owned())).or_default();
        *sum = sum.saturating_add(amount);
    }

    /// Counts a new task.
    pub(crate) fn add_task(&mut self, task: &Task) {
        self.add("total", "submitted");
        // What is put aside counts in no queue.
        if let Some(queue) = task.state.queue().filter(|_| !matches!(task.state, TaskState::Snoozed { .. })) {
            self.add(task.state.name(), queue);
        }
        if task.state.is_finished() {
            self.add("total", "finished");
        }
        if matches!(task.state, TaskState::AwaitingApproval { .. }) {
            self.add("total", "awaiting_approval");
        }
    }

    /// Counts a new decision.
    pub(crate) fn add_decision(&mut self, decision: &Decision) {
        if decision.source != DecisionSource::Policy || decision.mode == DecisionMode::Shadow {
            return;
        }
        self.add("destination", &decision.destination.to_string());
        if decision.classification.is_none() {
            self.add("total", "fallbacks");
        }
        let stages = decision.stage_cost_micros();
        if stages > 0 && decision.supersedes.is_none() {
            let amount = i64::try_from(stages).unwrap_or(i64::MAX);
            self.add_amount("stage_cost", &day(decision.decided_at), amount);
        }
    }

    /// The rows for [`SAVE`].
    pub(crate) fn rows(&self) -> Result<String, Error> {
        let rows: Vec<(&str, &str, i64)> =
            self.0.iter().map(|((scope, name), added)| (*scope, name.as_str(), *added)).collect();
        Ok(serde_json::to_string(&rows)?)
    }
}

/// The totals.
pub(crate) async fn totals(connection: &mut SqliteConnection) -> Result<Counters, Error> {
    const TOTALS: &str = "SELECT name, n FROM counter WHERE scope = 'total'";
    let rows: Vec<(String, i64)> = sqlx::query_as(TOTALS).fetch_all(connection).await?;
    let mut counters = Counters::default();
    for (name, n) in rows {
        let n = number("counter.n", n)?;
        match name.as_str() {
            "submitted" => counters.submitted = n,
            "finished" => counters.finished = n,
            "corrected" => counters.corrected = n,
            "fallbacks" => counters.fallbacks = n,
            "awaiting_approval" => counters.awaiting_approval = n,
            "escalations" => counters.escalations = n,
            "suspicions" => counters.suspicions = n,
            "disputes" => counters.disputes = n,
            // A total of a later version of the program.
            _ => {}
        }
    }
    Ok(counters)
}

/// The day of a time (UTC), by which the cost of stages is counted.
fn day(at: Timestamp) -> String {
    at.as_ms().div_euclid(24 * 60 * MINUTE_MS).to_string()
}

/// What the stages of first decisions cost that were made on the day of a time.
pub(crate) async fn stage_cost_on(connection: &mut SqliteConnection, at: Timestamp) -> Result<u64, Error> {
    const COST: &str = "SELECT n FROM counter WHERE scope = 'stage_cost' AND name = ?1";
    let cost: Option<i64> = sqlx::query_scalar(COST).bind(day(at)).fetch_optional(connection).await?;
    number("counter.n", cost.unwrap_or(0))
}

/// How many live decisions of the policy went where, most first.
pub(crate) async fn destinations(connection: &mut SqliteConnection) -> Result<Vec<DestinationCount>, Error> {
    const LIST: &str = "SELECT name, n FROM counter WHERE scope = 'destination' ORDER BY n DESC, name";
    let rows: Vec<(String, i64)> = sqlx::query_as(LIST).fetch_all(connection).await?;
    rows.into_iter()
        .map(|(destination, n)| Ok(DestinationCount { destination, decisions: number("counter.n", n)? }))
        .collect()
}
