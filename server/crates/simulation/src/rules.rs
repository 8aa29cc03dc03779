//! What the rules of the simulated policy did, and which of them ask for numbers of queues.

use domain::{
    PolicyDocument, Rule,
    policy::ColumnFact,
    simulation::{HistoryCase, RuleHits},
};
use policy::{CompiledPolicy, Facts, Outcome};

/// Counts by rule.
#[derive(Debug)]
pub(crate) struct Rules {
    counts: Vec<Count>,
    otherwise: u64,
    /// The queues that cells ask for.
    in_cells: Vec<String>,
    /// The same rules without these cells, when there are any: a cell whose number is not known does not hold and says
    /// nothing, so that only this tells where it mattered.
    relaxed: Option<CompiledPolicy>,
}

#[derive(Debug, Default)]
struct Count {
    hits: u64,
    errors: u64,
    /// The queues whose numbers the rule asks for.
    queues: Vec<String>,
}

/// What kept rules of one decision from being computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The numbers of a queue were not kept.
    UnknownQueue,
    /// Something else.
    Other,
}

impl Rules {
    pub(crate) fn new(document: &PolicyDocument) -> Self {
        let counts = document.rules.iter().map(|rule| Count { queues: queues_of(rule), ..Count::default() });
        let mut in_cells: Vec<String> = document.rules.iter().flat_map(cell_queues).map(str::to_owned).collect();
        in_cells.sort_unstable();
        in_cells.dedup();
        let relaxed = if in_cells.is_empty() { None } else { CompiledPolicy::compile(relax(document)).ok() };
        Self { counts: counts.collect(), otherwise: 0, in_cells, relaxed }
    }

    /// Counts a decision; says what kept rules from being computed.
    pub(crate) fn add(&mut self, outcome: &Outcome, case: &HistoryCase) -> Option<Trouble> {
        match outcome.rule {
            Some(place) => self.counts[place].hits += 1,
            None => self.otherwise += 1,
        }
        let mut trouble = None;
        for (place, _) in &outcome.errors {
            let count = &mut self.counts[*place];
            count.errors += 1;
            if count.queues.iter().any(|queue| !case.facts.queues.contains_key(queue)) {
                trouble = Some(Trouble::UnknownQueue);
            }
        }
        if self.misses_a_cell(outcome, case) {
            trouble = Some(Trouble::UnknownQueue);
        }
        trouble.or((!outcome.errors.is_empty()).then_some(Trouble::Other))
    }

    /// Whether an earlier rule failed only for a cell whose number was not kept.
    fn misses_a_cell(&self, outcome: &Outcome, case: &HistoryCase) -> bool {
        let is_unknown = |queue: &String| !case.facts.queues.contains_key(queue);
        let Some(relaxed) = self.relaxed.as_ref().filter(|_| self.in_cells.iter().any(is_unknown)) else {
            return false;
        };
        let first = relaxed.decide(&Facts::of(&case.facts)).rule;
        first != outcome.rule && first.is_some_and(|place| self.counts[place].queues.iter().any(is_unknown))
    }

    /// The counts in the order of the document, `otherwise` last.
    pub(crate) fn finish(self, document: &PolicyDocument) -> Vec<RuleHits> {
        let rules = document.rules.iter().zip(self.counts);
        let hits = rules.map(|(rule, count)| RuleHits {
            rule: Some(rule.id.clone()),
            count: count.hits,
            errors: count.errors,
        });
        hits.chain([RuleHits { rule: None, count: self.otherwise, errors: 0 }]).collect()
    }
}

/// The document without cells that ask for numbers of queues.
fn relax(document: &PolicyDocument) -> PolicyDocument {
    let mut relaxed = PolicyDocument { examples: Vec::new(), ..document.clone() };
    for rule in &mut relaxed.rules {
        rule.cells.retain(|fact, _| !matches!(fact, ColumnFact::Queue(..)));
    }
    relaxed
}

/// The queues that a rule's cells ask for.
fn cell_queues(rule: &Rule) -> impl Iterator<Item = &str> {
    rule.cells.keys().filter_map(|fact| match fact {
        ColumnFact::Queue(queue, _) => Some(queue.as_str()),
        _ => None,
    })
}

/// The queues that a rule asks for, in its cells and in its condition.
fn queues_of(rule: &Rule) -> Vec<String> {
    let in_cells = cell_queues(rule).map(str::to_owned);
    // The condition is compiled, so that what stands in brackets after `queues` is a text in quotes.
    let in_condition = rule.when.split("queues").skip(1).filter_map(|rest| {
        let rest = rest.trim_start().strip_prefix('[')?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest[1..].split_once(quote).map(|(queue, _)| queue.to_owned())
    });
    in_cells.chain(in_condition).collect()
}
