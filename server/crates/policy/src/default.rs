//! The policy that a workspace starts with.

use std::collections::BTreeMap;

use domain::{
    PolicyDocument, Priority, Rule, Then,
    policy::{Cell, Column, ColumnFact, Decimal, Range, Target},
};

/// The queue for tasks that nothing was sure about.
pub const TRIAGE_QUEUE: &str = "triage";
/// The queue for tasks that cannot wait.
pub const INCIDENT_QUEUE: &str = "incident";

/// A policy that trusts the model when it is sure: a sure label goes to its queue, everything unsure or out of scope to
/// triage, and what sounds urgent to the incident queue. Needs the queues [`TRIAGE_QUEUE`] and [`INCIDENT_QUEUE`].
#[must_use]
pub fn default_document(label_queues: BTreeMap<String, String>) -> PolicyDocument {
    let columns = [ColumnFact::PriorityHint, ColumnFact::Available, ColumnFact::OutOfScope, ColumnFact::Confidence];
    PolicyDocument {
        columns: columns.map(|fact| Column { fact, kind: None }).into(),
        label_queues,
        rules: rules(),
        ..PolicyDocument::of(to_queue(TRIAGE_QUEUE))
    }
}

fn rules() -> Vec<Rule> {
    let urgent = || Then { priority: Some(Priority::Urgent), ..to_queue(INCIDENT_QUEUE) };
    let triage = |note: &str| Then { note: Some(note.to_owned()), ..to_queue(TRIAGE_QUEUE) };
    let at_least = |micros| Range { at_least: Some(Decimal::from_micros(micros)), ..Range::default() };
    let below = |micros| Range { below: Some(Decimal::from_micros(micros)), ..Range::default() };
    vec![
        rule(
            "urgent-hint",
            "The submitter marked the task as urgent.",
            Some((ColumnFact::PriorityHint, Cell::AnyOf(vec![Priority::Urgent.as_str().to_owned()]))),
            urgent(),
        ),
        Rule {
            when: URGENT_WORDS.to_owned(),
            ..rule("urgent-words", "The text speaks of an outage, a breach or an emergency.", None, urgent())
        },
        rule(
            "no-model",
            "Without the model, a person decides.",
            Some((ColumnFact::Available, Cell::Is(false))),
            triage("No model answered. Choose the label when you send it on."),
        ),
        rule(
            "out-of-scope",
            "The text seems to belong to no known label.",
            Some((ColumnFact::OutOfScope, Cell::Range(at_least(700_000)))),
            triage("The model thinks that this is none of the known labels."),
        ),
        rule(
            "sure",
            "The model is at least 80 % sure, so the task goes to the queue of its label.",
            Some((ColumnFact::Confidence, Cell::Range(at_least(800_000)))),
            then(Target::LabelQueue { fallback: TRIAGE_QUEUE.to_owned() }),
        ),
        rule(
            "unsure",
            "The model is less than 80 % sure, so a person decides.",
            Some((ColumnFact::Confidence, Cell::Range(below(800_000)))),
            triage("The model was not sure. Its best guesses are with the task."),
        ),
    ]
}

const URGENT_WORDS: &str = r#"contains_any(task.text, [
  "urgent", "emergency", "outage", "production is down", "site is down", "service is down", "down for everyone",
  "nobody can log in", "nobody can sign in", "data loss", "data breach", "security breach", "security incident",
  "hacked", "ransomware"
])"#;

fn rule(id: &str, description: &str, cell: Option<(ColumnFact, Cell)>, then: Then) -> Rule {
    Rule {
        id: id.to_owned(),
        description: description.to_owned(),
        area: None,
        disabled: false,
        cells: cell.into_iter().collect(),
        when: String::new(),
        then,
    }
}

fn then(destination: Target) -> Then {
    Then { destination, priority: None, sla_minutes: None, skills: Vec::new(), note: None }
}

fn to_queue(queue: &str) -> Then {
    then(Target::Queue { queue: queue.to_owned() })
}
