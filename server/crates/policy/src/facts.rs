//! What a rule may ask about.

use std::collections::BTreeMap;

use domain::{
    Classification, NewTask, Timestamp,
    policy::{CaseFacts, QueueFacts, QueueNumber},
};

use crate::{kinds::Kind, words::Words};

/// Everything a rule may ask about.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The task, as it was submitted.
    pub task: &'a NewTask,
    /// What the model said; nothing when no model answered.
    pub classification: Option<&'a Classification>,
    /// The queues by name.
    pub queues: &'a BTreeMap<String, QueueFacts>,
    /// The time of the decision.
    pub now: Timestamp,
}

impl<'a> Facts<'a> {
    /// The facts of a case that was kept, an example for instance.
    #[must_use]
    pub fn of(case: &'a CaseFacts) -> Self {
        Self { task: &case.task, classification: case.classification.as_ref(), queues: &case.queues, now: case.now }
    }
}

/// The number of a queue of this name.
pub(crate) fn queue_number(field: &str) -> Option<QueueNumber> {
    QueueNumber::ALL.into_iter().find(|number| number.as_str() == field)
}

/// The value of a number of a queue.
pub(crate) const fn read_queue(number: QueueNumber, facts: &QueueFacts) -> u64 {
    match number {
        QueueNumber::Depth => facts.depth,
        QueueNumber::OldestAgeMinutes => facts.oldest_age_minutes,
        QueueNumber::AgentsPresent => facts.agents_present,
    }
}

/// The name under which a text of the task is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TaskText {
    Subject,
    Body,
    /// Subject and body.
    Both,
}

/// A value that a compiled condition reads. Conditions name facts by their place in the policy's table, so that reading
/// one needs no search by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fact {
    Text(TaskText),
    /// Whether a text of the task holds one of these words.
    HasWords(TaskText, Words),
    Channel,
    /// The language of the text, stated or detected.
    Language,
    ExternalId,
    PriorityHint,
    /// The attribute at this path; all attributes when it is empty.
    Attribute(Vec<String>),
    /// Whether there is an attribute at this path.
    HasAttribute(Vec<String>),
    Available,
    Label,
    Confidence,
    Margin,
    OutOfScope,
    ReachesPrecision,
    PredictedPriority,
    HandlingMinutes,
    ModelVersion,
    Candidates,
    Queue(String, QueueNumber),
    Hour,
    Minute,
    Weekday,
    Date,
}

impl Fact {
    /// The fact `root.field`.
    pub(crate) fn of(root: &str, field: &str) -> Option<(Self, Kind)> {
        Some(match (root, field) {
            ("task", "subject") => (Self::Text(TaskText::Subject), Kind::Text),
            ("task", "body") => (Self::Text(TaskText::Body), Kind::Text),
            ("task", "text") => (Self::Text(TaskText::Both), Kind::Text),
            ("task", "channel") => (Self::Channel, Kind::Text),
            ("task", "language") => (Self::Language, Kind::Text),
            ("task", "external_id") => (Self::ExternalId, Kind::Text),
            ("task", "priority_hint") => (Self::PriorityHint, Kind::Text),
            ("task", "attributes") => (Self::Attribute(Vec::new()), Kind::Map),
            ("classification", "available") => (Self::Available, Kind::Truth),
            ("classification", "label") => (Self::Label, Kind::Text),
            ("classification", "confidence") => (Self::Confidence, Kind::Fraction),
            ("classification", "margin") => (Self::Margin, Kind::Fraction),
            ("classification", "out_of_scope") => (Self::OutOfScope, Kind::Fraction),
            ("classification", "reaches_precision") => (Self::ReachesPrecision, Kind::Fraction),
            ("classification", "priority") => (Self::PredictedPriority, Kind::Text),
            ("classification", "handling_minutes") => (Self::HandlingMinutes, Kind::Fraction),
            ("classification", "model_version") => (Self::ModelVersion, Kind::Text),
            ("classification", "candidates") => (Self::Candidates, Kind::List),
            ("now", "hour") => (Self::Hour, Kind::Whole),
            ("now", "minute") => (Self::Minute, Kind::Whole),
            ("now", "weekday") => (Self::Weekday, Kind::Whole),
            ("now", "date") => (Self::Date, Kind::Text),
            _ => return None,
        })
    }

    /// Whether reading it costs more the larger the task is, so that a loop may not read it.
    pub(crate) const fn grows_with_task(&self) -> bool {
        matches!(self, Self::Text(_) | Self::HasWords(..) | Self::Attribute(_) | Self::HasAttribute(_))
    }
}

/// The roots of all facts.
pub(crate) const ROOTS: [&str; 4] = ["task", "classification", "queues", "now"];

/// The fields of a root, for messages.
pub(crate) fn fields(root: &str) -> &'static str {
    match root {
        "task" => "subject, body, text, channel, language, external_id, priority_hint, attributes",
        "classification" => {
            "available, label, confidence, margin, out_of_scope, reaches_precision, priority, handling_minutes, \
             model_version, candidates"
        }
        "queues" => "depth, oldest_age_minutes, agents_present",
        _ => "hour, minute, weekday, date",
    }
}
