//! Examples: what must come out of the rules.

use std::collections::HashSet;

use domain::{
    PolicyDocument,
    policy::{Expectation, PolicyExample, PolicyProblem},
    text,
};

use crate::{
    compiled::{CompiledPolicy, Verdict},
    facts::Facts,
    limits,
    problem::{of_document, shown_by},
};

/// What came of one example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleOutcome {
    /// The example.
    pub name: String,
    /// Whether everything came as expected.
    pub holds: bool,
    /// What came: the rule (nothing is `otherwise`), the destination and the priority.
    pub got: Expectation,
    /// One sentence that says what was expected and what came; nothing when it holds.
    pub message: Option<String>,
}

/// Evaluates every example of a policy, in their order.
#[must_use]
pub fn run_examples(policy: &CompiledPolicy) -> Vec<ExampleOutcome> {
    policy.document().examples.iter().map(|example| run(example, policy)).collect()
}

fn run(example: &PolicyExample, policy: &CompiledPolicy) -> ExampleOutcome {
    let verdict = policy.evaluate(&Facts::of(&example.facts));
    let misses = misses(&example.expect, &verdict);
    let message = (!misses.is_empty()).then(|| format!("expected {}", misses.join(", and ")));
    ExampleOutcome {
        name: example.name.clone(),
        holds: misses.is_empty(),
        got: Expectation {
            rule: verdict.matched_rule,
            destination: Some(verdict.destination),
            priority: Some(verdict.priority),
        },
        message,
    }
}

/// What did not come as expected, in words.
fn misses(expect: &Expectation, verdict: &Verdict) -> Vec<String> {
    let mut misses = Vec::new();
    if let Some(rule) = &expect.rule
        && verdict.matched_rule.as_ref() != Some(rule)
    {
        let got = verdict.matched_rule.as_ref().map_or("`otherwise`".to_owned(), |got| format!("rule `{got}`"));
        misses.push(format!("rule `{rule}` and {got} decided"));
    }
    if let Some(destination) = &expect.destination
        && verdict.destination != *destination
    {
        misses.push(format!("destination {destination} and got {}", verdict.destination));
    }
    if let Some(priority) = expect.priority
        && verdict.priority != priority
    {
        misses.push(format!("priority {} and got {}", priority.as_str(), verdict.priority.as_str()));
    }
    misses
}

fn field(name: &str) -> String {
    format!("examples.{name}")
}

/// What is wrong with the examples before anything is evaluated.
pub(super) fn check_shape(document: &PolicyDocument, problems: &mut Vec<PolicyProblem>) {
    let mut names = HashSet::new();
    for example in &document.examples {
        if problems.len() > limits::MAX_PROBLEMS {
            return;
        }
        let mut refuse = |message: String| problems.push(of_document(&field(&example.name), message));
        if let Err(error) = text::check_name("name", &example.name) {
            refuse(format!("its name {}", error.message));
        }
        if !names.insert(example.name.as_str()) {
            refuse("another example has the same name".to_owned());
        }
        if example.expect == Expectation::default() {
            refuse("say what is expected: a rule, a destination or a priority".to_owned());
        }
        if let Err(error) = example.facts.task.check() {
            refuse(format!("its task's {} {}", error.field, error.message));
        }
        if let Some(rule) = &example.expect.rule
            && !document.rules.iter().any(|known| known.id == *rule)
        {
            refuse(format!("there is no rule `{rule}`"));
        }
    }
}

/// Evaluates the examples; those that do not hold are errors.
pub(super) fn check_outcomes(policy: &CompiledPolicy, problems: &mut Vec<PolicyProblem>) {
    for (example, outcome) in policy.document().examples.iter().zip(run_examples(policy)) {
        if let Some(message) = outcome.message {
            let rule = example.expect.rule.clone().or(outcome.got.rule);
            let problem = of_document(&field(&outcome.name), format!("the example `{}`: {message}", outcome.name));
            problems.push(shown_by(Some(example.facts.clone()), PolicyProblem { rule, ..problem }));
        }
    }
}
