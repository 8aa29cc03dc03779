//! A policy ready to decide.

mod record;

use std::collections::BTreeMap;

use cel::{Context, Value, common::types::CelBool};
use domain::{
    Destination, PolicyDocument, Priority, RuleTrace,
    policy::{Cell, ColumnFact, PolicyProblem},
};

use crate::{
    check,
    condition::{Condition, Table},
    explain,
    facts::Facts,
    index::{self, Guard, Index},
    plain::Plain,
    scene::Scene,
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
    /// How urgent it is: by the rule, else the submitter's hint, else normal.
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
    /// The queues whose numbers the rules read.
    queues: Vec<String>,
}

/// A rule ready to be tried.
#[derive(Debug)]
pub(crate) struct CompiledRule {
    pub(crate) asks: Asks,
    disabled: bool,
}

/// What is asked of a task: cells, and an expression beside them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asks {
    /// Nothing when the expression is blank.
    pub(crate) condition: Option<Condition>,
    /// The condition without CEL, when it needs none.
    plain: Option<Plain>,
    /// The cells that are no guards.
    cells: Vec<(ColumnFact, Cell)>,
    guards: Vec<Guard>,
    /// Whether the guards are the whole expression.
    guards_decide: bool,
}

impl Asks {
    pub(crate) fn new(cells: &BTreeMap<ColumnFact, Cell>, condition: Option<Condition>, table: &Table) -> Self {
        let (mut guards, guards_decide) = match &condition {
            Some(condition) => index::guards(&condition.tree.expr, table),
            None => (Vec::new(), true),
        };
        let mut others = Vec::new();
        for (fact, cell) in cells {
            match Guard::of_cell(fact, cell) {
                Some(guard) => guards.push(guard),
                None => others.push((fact.clone(), cell.clone())),
            }
        }
        let plain = condition.as_ref().and_then(|condition| Plain::of(&condition.tree, table));
        Self { condition, plain, cells: others, guards, guards_decide }
    }

    /// The queues whose numbers it reads.
    pub(crate) fn queues(&self) -> impl Iterator<Item = &str> {
        let asked =
            self.condition.iter().flat_map(|condition| condition.queues.iter().map(|(queue, _)| queue.as_str()));
        asked.chain(self.cells.iter().filter_map(|(fact, _)| match fact {
            ColumnFact::Queue(queue, _) => Some(queue.as_str()),
            _ => None,
        }))
    }

    /// Whether all of it holds for a task.
    ///
    /// # Errors
    /// With one sentence when the expression cannot be computed.
    pub(crate) fn hold<'s>(
        &self,
        scene: &'s Scene<'_>,
        context: &mut Option<Context<'s, 's>>,
        table: &Table,
    ) -> Result<bool, String> {
        if !self.guards.iter().all(|guard| guard.admits(scene))
            || !self.cells.iter().all(|(fact, cell)| scene.holds(fact, cell))
        {
            return Ok(false);
        }
        let condition = match &self.condition {
            Some(condition) if !self.guards_decide => condition,
            _ => return Ok(true),
        };
        if let Some(holds) = self.plain.as_ref().and_then(|plain| plain.holds(scene)) {
            return Ok(holds);
        }
        let context = context.get_or_insert_with(|| scene.context());
        match Value::resolve_val(&condition.tree, context) {
            Ok(value) => value.downcast_ref::<CelBool>().map(|truth| *truth.inner()).ok_or_else(|| {
                let kind = explain::kind_name(value.get_type().name());
                format!("the condition gave {kind} instead of true or false")
            }),
            Err(error) => Err(explain::error(&error, table)),
        }
    }
}

impl CompiledRule {
    pub(crate) const fn new(asks: Asks, disabled: bool) -> Self {
        Self { asks, disabled }
    }
}

impl CompiledPolicy {
    /// The rules whose condition has this text in quotes, or whose cell for the label has it, in order: what a renamed label
    /// would leave behind.
    #[must_use]
    pub fn rules_naming(&self, text: &str) -> Vec<&str> {
        let quoted = ['"', '\''].map(|quote| format!("{quote}{text}{quote}"));
        self.document
            .rules
            .iter()
            .filter(|rule| {
                quoted.iter().any(|quoted| rule.when.contains(quoted.as_str()))
                    || matches!(
                        rule.cells.get(&ColumnFact::Label),
                        Some(Cell::AnyOf(values) | Cell::NoneOf(values)) if values.iter().any(|value| value == text)
                    )
            })
            .map(|rule| rule.id.as_str())
            .collect()
    }

    /// The rules that ask for a promised precision.
    #[must_use]
    pub fn rules_asking_for_precision(&self) -> Vec<String> {
        let asks = self.document.rules.iter().filter(|rule| {
            rule.when.contains("classification.reaches_precision")
                || rule.cells.contains_key(&ColumnFact::ReachesPrecision)
        });
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
        Ok(Self::of(document, rules, table))
    }

    /// The policy of a document without problems, from its compiled rules.
    pub(crate) fn of(document: PolicyDocument, rules: Vec<Option<CompiledRule>>, table: Table) -> Self {
        let rules: Vec<_> = rules.into_iter().flatten().collect();
        let mut index = Index::default();
        for (place, rule) in rules.iter().enumerate().filter(|(_, rule)| !rule.disabled) {
            index.add(place, &rule.asks.guards);
        }
        let mut queues: Vec<_> = rules.iter().flat_map(|rule| rule.asks.queues()).map(str::to_owned).collect();
        queues.sort_unstable();
        queues.dedup();
        Self { document, rules, table, index, queues }
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

    /// Whether the rule at a place would match if it came first; false when it cannot be computed.
    pub(crate) fn matches(&self, place: usize, facts: &Facts<'_>) -> bool {
        let scene = Scene::new(facts, &self.table);
        self.rules[place].asks.hold(&scene, &mut None, &self.table).unwrap_or(false)
    }

    fn first_match(&self, scene: &Scene<'_>, candidates: impl Iterator<Item = usize>) -> Outcome {
        let mut context = None;
        let mut errors = Vec::new();
        for place in candidates {
            match self.rules[place].asks.hold(scene, &mut context, &self.table) {
                Ok(true) => return Outcome { rule: Some(place), errors },
                Ok(false) => {}
                Err(message) => errors.push((place, message)),
            }
        }
        Outcome { rule: None, errors }
    }

    /// Tries every rule by its whole condition in CEL: what the index and the shorter ways must agree with.
    #[cfg(test)]
    pub(crate) fn evaluate_every_rule(&self, facts: &Facts<'_>) -> Verdict {
        let plain = Self {
            document: self.document.clone(),
            rules: self
                .rules
                .iter()
                .zip(&self.document.rules)
                .map(|(compiled, rule)| compiled.without_guards(rule))
                .collect(),
            table: Table(self.table.0.clone()),
            index: Index::default(),
            queues: self.queues.clone(),
        };
        let enabled = (0..plain.rules.len()).filter(|&place| !plain.rules[place].disabled);
        let outcome = plain.first_match(&Scene::new(facts, &plain.table), enabled);
        plain.verdict(outcome, facts)
    }
}

#[cfg(test)]
impl CompiledRule {
    /// The same rule, tried by all of its cells and its whole condition.
    fn without_guards(&self, rule: &domain::Rule) -> Self {
        let asks = Asks {
            condition: self.asks.condition.clone(),
            plain: None,
            cells: rule.cells.clone().into_iter().collect(),
            guards: Vec::new(),
            guards_decide: false,
        };
        Self { asks, disabled: self.disabled }
    }
}
