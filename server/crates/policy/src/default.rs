//! The policy that a workspace starts with.

use std::collections::BTreeMap;

use domain::{
    PolicyDocument, Priority, Rule, Then,
    policy::{SCHEMA, Target},
};

/// The queue for tasks that nothing was sure about.
pub const TRIAGE_QUEUE: &str = "triage";
/// The queue for tasks that cannot wait.
pub const INCIDENT_QUEUE: &str = "incident";

/// A policy that trusts the model when it is sure: a sure label goes to its queue, everything unsure or out of scope to
/// triage, and what sounds urgent to the incident queue. Needs the queues [`TRIAGE_QUEUE`] and [`INCIDENT_QUEUE`].
#[must_use]
pub fn default_document(label_queues: BTreeMap<String, String>) -> PolicyDocument {
    let urgent = || Then { priority: Some(Priority::Urgent), ..to_queue(INCIDENT_QUEUE) };
    let triage = |note: &str| Then { note: Some(note.to_owned()), ..to_queue(TRIAGE_QUEUE) };
    PolicyDocument {
        schema: SCHEMA,
        label_queues,
        rules: vec![
            rule(
                "urgent-hint",
                "The submitter marked the task as urgent.",
                r#"task.priority_hint == "urgent""#,
                urgent(),
            ),
            rule("urgent-words", "The text speaks of an outage, a breach or an emergency.", URGENT_WORDS, urgent()),
            rule(
                "no-model",
                "Without the model, a person decides.",
                "!classification.available",
                triage("No model answered. Choose the label when you send it on."),
            ),
            rule(
                "out-of-scope",
                "The text seems to belong to no known label.",
                "classification.out_of_scope >= 0.7",
                triage("The model thinks that this is none of the known labels."),
            ),
            rule(
                "sure",
                "The model is at least 80 % sure, so the task goes to the queue of its label.",
                "classification.confidence >= 0.8",
                then(Target::LabelQueue { fallback: TRIAGE_QUEUE.to_owned() }),
            ),
            rule(
                "unsure",
                "The model is less than 80 % sure, so a person decides.",
                "classification.confidence < 0.8",
                triage("The model was not sure. Its best guesses are with the task."),
            ),
        ],
        otherwise: to_queue(TRIAGE_QUEUE),
    }
}

const URGENT_WORDS: &str = r#"contains_any(task.text, [
  "urgent", "emergency", "outage", "production is down", "site is down", "service is down", "down for everyone",
  "nobody can log in", "nobody can sign in", "data loss", "data breach", "security breach", "security incident",
  "hacked", "ransomware"
])"#;

fn rule(id: &str, description: &str, when: &str, then: Then) -> Rule {
    Rule { id: id.to_owned(), description: description.to_owned(), when: when.to_owned(), then }
}

fn then(destination: Target) -> Then {
    Then { destination, priority: None, sla_minutes: None, skills: Vec::new(), note: None }
}

fn to_queue(queue: &str) -> Then {
    then(Target::Queue { queue: queue.to_owned() })
}
