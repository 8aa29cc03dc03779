//! Counts over the decisions that were made again.

use std::collections::BTreeSet;

use domain::{
    Destination, Timestamp,
    decision::OverrideKind,
    simulation::{Before, Estimate, HistoryCase},
};
use statistics::interval::clopper_pearson;

use crate::{flow::truth, rules::Trouble, simulator::Again};

/// How sure intervals are.
const CONFIDENCE: f64 = 0.95;

/// A share with its interval.
#[expect(clippy::cast_precision_loss, reason = "counts of decisions are far below 2^53")]
pub(crate) fn share(hits: u64, of: u64) -> Estimate {
    let interval = clopper_pearson(hits as f64, of as f64, CONFIDENCE);
    Estimate { value: interval.share, low: interval.low, high: interval.high, of }
}

/// What was counted.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) decisions: u64,
    pub(crate) period: Option<(Timestamp, Timestamp)>,
    pub(crate) changed: u64,
    pub(crate) automated: Before<u64>,
    pub(crate) approvals: Before<u64>,
    pub(crate) guarded: Before<u64>,
    /// Decisions that people looked at.
    pub(crate) looked_at: u64,
    pub(crate) corrected: u64,
    pub(crate) wrong: Before<u64>,
    /// Of those that would be wrong: those that people finished in a queue and a machine would have.
    pub(crate) taken_from_people: u64,
    pub(crate) open: u64,
    pub(crate) unknown_queues: u64,
    pub(crate) other_errors: u64,
    /// Decisions that need skills.
    pub(crate) skilled: u64,
    /// Decisions of then over which a kill switch or a circuit breaker took effect.
    pub(crate) switched: u64,
    /// Percent of automated decisions that guardrails make people look at, summed over them.
    pub(crate) audit_percents: u64,
    pub(crate) without_model: u64,
    pub(crate) models: BTreeSet<String>,
    pub(crate) versions: BTreeSet<u32>,
}

impl Tally {
    /// Counts a decision and what it would be.
    pub(crate) fn add(&mut self, case: &HistoryCase, again: &Again) {
        let now = case.facts.now;
        let (from, until) = self.period.unwrap_or((now, now));
        self.period = Some((from.min(now), until.max(now)));
        self.decisions += 1;
        self.changed += u64::from(case.destination != again.destination);
        self.count_destinations(case, again);
        self.count_truth(case, again);
        self.open += u64::from(case.ended_at.is_none());
        match again.trouble {
            Some(Trouble::UnknownQueue) => self.unknown_queues += 1,
            Some(Trouble::Other) => self.other_errors += 1,
            None => {}
        }
        self.audit_percents += u64::from(again.audit_percent);
        self.skilled += u64::from(again.needs_skills);
        self.count_sources(case);
    }

    fn count_destinations(&mut self, case: &HistoryCase, again: &Again) {
        let is_approval = |place: &Destination| matches!(place, Destination::Approval { .. });
        self.automated.then += u64::from(case.destination.is_automated());
        self.automated.now += u64::from(again.destination.is_automated());
        self.approvals.then += u64::from(is_approval(&case.destination));
        self.approvals.now += u64::from(is_approval(&again.destination));
        let over = |kind| case.overrides.iter().any(|over| over.kind == kind);
        self.guarded.then += u64::from(over(OverrideKind::Guardrail));
        self.guarded.now += u64::from(again.is_guarded);
        self.switched += u64::from(over(OverrideKind::KillSwitch) || over(OverrideKind::CircuitBreaker));
    }

    fn count_truth(&mut self, case: &HistoryCase, again: &Again) {
        let Some(truth) = truth(case) else { return };
        self.looked_at += 1;
        self.corrected += u64::from(case.corrected_to.is_some());
        self.wrong.then += u64::from(case.destination != *truth);
        self.wrong.now += u64::from(again.destination != *truth);
        let machine = again.destination.is_automated() || matches!(again.destination, Destination::Approval { .. });
        self.taken_from_people += u64::from(case.corrected_to.is_none() && machine);
    }

    fn count_sources(&mut self, case: &HistoryCase) {
        self.versions.insert(case.policy_version);
        match &case.facts.classification {
            Some(said) if self.models.contains(&said.model_version) => {}
            Some(said) => drop(self.models.insert(said.model_version.clone())),
            None => self.without_model += 1,
        }
    }
}
