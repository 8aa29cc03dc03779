//! The record of a decision: which rules were tried, and what they saw.

use domain::{RuleOutcome, RuleTrace, policy::Then};
use serde_json::json;

use super::{CompiledPolicy, Outcome, Verdict};
use crate::{explain, facts::Facts, scene};

impl CompiledPolicy {
    pub(super) fn verdict(&self, outcome: Outcome, facts: &Facts<'_>) -> Verdict {
        let rule = outcome.rule.map(|place| &self.document.rules[place]);
        let then: &Then = rule.map_or(&self.document.otherwise, |rule| &rule.then);
        let label = facts.classification.map(|said| said.label.as_str());
        let destination = then.destination.resolve(label, &self.document.label_queues);
        // A predicted priority is a suggestion: only a rule that asks for it acts on it.
        let priority = then.priority.or(facts.task.priority_hint).unwrap_or_default();
        let rule_errors = outcome.errors.len();
        Verdict {
            matched_rule: rule.map(|rule| rule.id.clone()),
            explanation: explain::decision(rule, &destination, rule_errors, facts),
            destination,
            priority,
            sla_minutes: then.sla_minutes,
            required_skills: then.skills.clone(),
            note: then.note.clone(),
            trace: self.trace(outcome),
            facts_used: self.facts_used(facts),
            rule_errors,
        }
    }

    fn trace(&self, outcome: Outcome) -> Vec<RuleTrace> {
        let tried = outcome.rule.map_or(self.rules.len(), |place| place + 1);
        let mut errors = outcome.errors.into_iter().peekable();
        let steps = self.document.rules.iter().take(tried).enumerate().map(|(place, rule)| {
            let result = if outcome.rule == Some(place) {
                RuleOutcome::Matched
            } else if rule.disabled {
                RuleOutcome::Disabled
            } else if let Some((_, message)) = errors.next_if(|(failed, _)| *failed == place) {
                RuleOutcome::Error { message }
            } else {
                RuleOutcome::NotMatched
            };
            RuleTrace { rule: rule.id.clone(), outcome: result }
        });
        steps.collect()
    }

    fn facts_used(&self, facts: &Facts<'_>) -> serde_json::Value {
        let mut used = json!({
            "now": facts.now,
            "hour": facts.now.to_utc().hour(),
            "weekday": scene::weekday(facts.now),
        });
        if !self.queues.is_empty() {
            let known = self.queues.iter().filter_map(|queue| facts.queues.get_key_value(queue));
            let numbers = known.map(|(queue, numbers)| {
                let numbers = json!({
                    "depth": numbers.depth,
                    "oldest_age_minutes": numbers.oldest_age_minutes,
                    "agents_present": numbers.agents_present,
                });
                (queue.clone(), numbers)
            });
            used["queues"] = serde_json::Value::Object(numbers.collect());
        }
        used
    }
}
