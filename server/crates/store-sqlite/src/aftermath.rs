//! What became of the first decisions of tasks, as comparisons of policies read it.

use std::collections::BTreeMap;

use domain::{
    Classification, DecisionId, DecisionMode, Destination, Priority, Timestamp,
    decision::{BlindCheck, DecisionSource, Override},
    policy::QueueFacts,
};
use serde::Deserialize;

use crate::{convert::from_json, error::Error};

/// Columns of [`Aftermath`], for statements that read `decision`.
///
/// A correction of the destination says where people sent a task. The decisions that corrections make do not: one that
/// moves nothing names the queue that the task was in, wherever a failure or an escalation had brought it.
macro_rules! aftermath_columns {
    () => {
        concat!(
            "(SELECT json_array(correction.new_value, correction.corrected_at) FROM correction ",
            "WHERE correction.task_id = decision.task_id AND correction.field = 'destination' ",
            "ORDER BY correction.id DESC LIMIT 1) AS moved, ",
            "EXISTS (SELECT 1 FROM correction ",
            "WHERE correction.task_id = decision.task_id AND correction.field = 'label') AS relabelled, ",
            "(SELECT later.document FROM decision AS later ",
            "WHERE later.task_id = decision.task_id AND later.id > decision.id ",
            "AND later.document ->> '$.source.kind' = 'reversal' ORDER BY later.id DESC LIMIT 1) AS reversal"
        )
    };
}

pub(crate) use aftermath_columns;

/// What people did about a task.
#[derive(sqlx::FromRow)]
pub(crate) struct Aftermath {
    moved: Option<String>,
    relabelled: bool,
    reversal: Option<String>,
}

impl Aftermath {
    /// Where people sent the task when that is another place than the rules had said.
    pub(crate) fn corrected_to(&self, first: &FirstDecision) -> Result<Option<Destination>, Error> {
        let moved: Option<(String, i64)> =
            self.moved.as_deref().map(|moved| from_json("correction.new_value", moved)).transpose()?;
        let moved = moved.map(|(queue, at)| (Timestamp::from_ms(at), Destination::Queue { queue }));
        let reversal: Option<Reversal> =
            self.reversal.as_deref().map(|document| from_json("decision.document", document)).transpose()?;
        let reversed = reversal.map(|reversal| (reversal.decided_at, reversal.destination));
        let sent = match (moved, reversed) {
            (Some(moved), Some(reversed)) => Some(if moved.0 < reversed.0 { reversed.1 } else { moved.1 }),
            (moved, reversed) => moved.or(reversed).map(|(_, destination)| destination),
        };
        // Of a task that was drawn, people whom it lies with already say that the answer was wrong by its label alone.
        let kept = || (self.relabelled && first.check.is_some()).then(|| first.destination.clone());
        Ok(sent.or_else(kept).filter(|destination| destination != first.said()))
    }
}

/// What is asked of a reversal's document.
#[derive(Deserialize)]
struct Reversal {
    decided_at: Timestamp,
    destination: Destination,
}

/// What is asked of a first decision's document; everything else in it is passed over, above all the trace.
#[derive(Deserialize)]
pub(crate) struct FirstDecision {
    pub(crate) source: DecisionSource,
    pub(crate) mode: DecisionMode,
    pub(crate) decided_at: Timestamp,
    pub(crate) classification: Option<Classification>,
    pub(crate) policy_version: u32,
    pub(crate) matched_rule: Option<String>,
    pub(crate) destination: Destination,
    pub(crate) priority: Priority,
    pub(crate) due_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) overrides: Vec<Override>,
    #[serde(default)]
    pub(crate) cost_micros: u64,
    #[serde(default)]
    pub(crate) facts: KnownFacts,
    #[serde(default)]
    pub(crate) supersedes: Option<DecisionId>,
    #[serde(default)]
    pub(crate) check: Option<BlindCheck>,
}

impl FirstDecision {
    /// Whether the policy made it and it had effect, so that it is one.
    pub(crate) fn is_one(&self) -> bool {
        self.source == DecisionSource::Policy && self.mode != DecisionMode::Shadow && self.supersedes.is_none()
    }

    /// Where the rules had sent the task: a task that is drawn for a blind check lies elsewhere.
    pub(crate) fn said(&self) -> &Destination {
        self.check.as_ref().map_or(&self.destination, |check| &check.instead_of)
    }
}

/// What the rules saw. Decisions of every version are read: what is missing is as if nothing waited.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct KnownFacts {
    pub(crate) now: Option<Timestamp>,
    queues: BTreeMap<String, KnownQueue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct KnownQueue {
    depth: u64,
    oldest_age_minutes: u64,
    agents_present: u64,
}

impl KnownFacts {
    /// The queues that the rules saw.
    pub(crate) fn queues(&self) -> BTreeMap<String, QueueFacts> {
        let facts = |queue: &KnownQueue| QueueFacts {
            depth: queue.depth,
            oldest_age_minutes: queue.oldest_age_minutes,
            agents_present: queue.agents_present,
        };
        self.queues.iter().map(|(name, queue)| (name.clone(), facts(queue))).collect()
    }
}
