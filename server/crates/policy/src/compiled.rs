//! A policy ready to decide.

use cel::{
    Value,
    common::{
        ast::{Expr, LiteralValue},
        types::CelBool,
    },
};
use domain::{
    Destination, PolicyDocument, Priority, RuleOutcome, RuleTrace,
    policy::{PolicyProblem, Then},
};
use serde_json::json;

use crate::{
    check,
    condition::{Condition, Table},
    explain,
    facts::Facts,
    index::{self, Guard, Index},
    scene::{self, Scene},
};

/// What a policy said of a task.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The rule that matched; nothing when it was `otherwise`.
    pub matched_rule: Option<String>,
    /// The decision in one or two sentences for people.
    pub explanation: String,
    /// Where the task goes.
    pub destination: Destination,
    /// How urgent it is: by the rule, else the submitter's hint, else the model's prediction, else normal.
    pub priority: Priority,
    /// Minutes until the task is late; nothing when the queue's own time holds.
    pub sla_minutes: Option<u32>,
    /// Skills that the work needs.
    pub required_skills: Vec<String>,
    /// The rule's note for whoever works the task.
    pub note: Option<String>,
    /// Every rule that was tried, in order, up to the one that matched.
    pub trace: Vec<RuleTrace>,
    /// What rules saw besides the task and the classification: the time, and the numbers of the queues that the policy
    /// asks for.
    pub facts_used: serde_json::Value,
    /// Rules that could not be computed and were skipped.
    pub rule_errors: usize,
}

/// The result of trying the rules, by their places in the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The rule that matched; nothing when it is `otherwise`.
    pub rule: Option<usize>,
    /// The rules before it that could not be computed, with the reason.
    pub errors: Vec<(usize, String)>,
}

/// A checked document with its conditions compiled. It is immutable, and any number of threads may share it.
#[derive(Debug)]
pub struct CompiledPolicy {
    document: PolicyDocument,
    rules: Vec<CompiledRule>,
    table: Table,
    index: Index,
    /// The queues whose numbers the conditions read.
    queues: Vec<String>,
}

/// A rule with its condition compiled.
#[derive(Debug)]
pub(crate) struct CompiledRule {
    pub(crate) condition: Condition,
    guards: Vec<Guard>,
    /// Whether the guards are the whole condition.
    guards_decide: bool,
}

impl CompiledRule {
    pub(crate) fn new(condition: Condition, table: &Table) -> Self {
        let (guards, guards_decide) = index::guards(&condition.tree.expr, table);
        Self { condition, guards, guards_decide }
    }

    /// Whether the condition is the word `true`.
    pub(crate) fn is_always(&self) -> bool {
        matches!(&self.condition.tree.expr, Expr::Literal(LiteralValue::Boolean(truth)) if *truth.inner())
    }
}

impl CompiledPolicy {
    /// The rules whose condition has this text in quotes, in order: what a renamed label would leave behind.
    #[must_use]
    pub fn rules_naming(&self, text: &str) -> Vec<&str> {
        let quoted = ['"', '\''].map(|quote| format!("{quote}{text}{quote}"));
        self.document
            .rules
            .iter()
            .filter(|rule| quoted.iter().any(|quoted| rule.when.contains(quoted.as_str())))
            .map(|rule| rule.id.as_str())
            .collect()
    }

    /// The rules that ask for a promised precision.
    #[must_use]
    pub fn rules_asking_for_precision(&self) -> Vec<String> {
        let asks = self.document.rules.iter().filter(|rule| rule.when.contains("classification.reaches_precision"));
        asks.map(|rule| rule.id.clone()).collect()
    }

    /// Checks a document and compiles its conditions.
    ///
    /// # Errors
    /// With everything that is wrong with the document by itself; [`check`](crate::check) also knows the queues.
    pub fn compile(document: PolicyDocument) -> Result<Self, Vec<PolicyProblem>> {
        let mut table = Table::default();
        let (rules, problems) = check::compile_rules(&document, &mut table);
        if !problems.is_empty() {
            return Err(problems);
        }
        let rules: Vec<_> = rules.into_iter().flatten().collect();
        let mut index = Index::default();
        for (place, rule) in rules.iter().enumerate() {
            index.add(place, &rule.guards);
        }
        let mut queues: Vec<_> =
            rules.iter().flat_map(|rule| &rule.condition.queues).map(|(queue, _)| queue.clone()).collect();
        queues.sort_unstable();
        queues.dedup();
        Ok(Self { document, rules, table, index, queues })
    }

    /// The document that was compiled.
    #[must_use]
    pub const fn document(&self) -> &PolicyDocument {
        &self.document
    }

    /// Finds the rule that decides, without building the record of it.
    #[must_use]
    pub fn decide(&self, facts: &Facts<'_>) -> Outcome {
        let scene = Scene::new(facts, &self.table);
        self.first_match(&scene, self.index.candidates(&scene))
    }

    /// Decides where a task goes. It never fails: a rule that cannot be computed is skipped, and `otherwise` always holds.
    #[must_use]
    pub fn evaluate(&self, facts: &Facts<'_>) -> Verdict {
        self.verdict(self.decide(facts), facts)
    }

    fn first_match(&self, scene: &Scene<'_>, candidates: impl Iterator<Item = usize>) -> Outcome {
        let context = scene.context();
        let mut errors = Vec::new();
        for place in candidates {
            let rule = &self.rules[place];
            if !rule.guards.iter().all(|guard| guard.admits(scene)) {
                continue;
            }
            if rule.guards_decide {
                return Outcome { rule: Some(place), errors };
            }
            match Value::resolve_val(&rule.condition.tree, &context) {
                Ok(value) => match value.downcast_ref::<CelBool>().map(|truth| *truth.inner()) {
                    Some(true) => return Outcome { rule: Some(place), errors },
                    Some(false) => {}
                    None => {
                        let kind = explain::kind_name(value.get_type().name());
                        errors.push((place, format!("the condition gave {kind} instead of true or false")));
                    }
                },
                Err(error) => errors.push((place, explain::error(&error, &self.table))),
            }
        }
        Outcome { rule: None, errors }
    }

    fn verdict(&self, outcome: Outcome, facts: &Facts<'_>) -> Verdict {
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

    /// Tries every rule by its whole condition: what the index must agree with.
    #[cfg(test)]
    pub(crate) fn evaluate_every_rule(&self, facts: &Facts<'_>) -> Verdict {
        let plain = Self {
            document: self.document.clone(),
            rules: self.rules.iter().map(CompiledRule::without_guards).collect(),
            table: Table(self.table.0.clone()),
            index: Index::default(),
            queues: self.queues.clone(),
        };
        let outcome = plain.first_match(&Scene::new(facts, &plain.table), 0..plain.rules.len());
        plain.verdict(outcome, facts)
    }
}

#[cfg(test)]
impl CompiledRule {
    fn without_guards(&self) -> Self {
        Self { condition: self.condition.clone(), guards: Vec::new(), guards_decide: false }
    }
}
