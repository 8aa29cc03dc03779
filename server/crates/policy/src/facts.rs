//! What a rule may ask about.

use std::collections::BTreeMap;

use domain::{Classification, NewTask, Timestamp};

use crate::{kinds::Kind, words::Words};

/// What is known of one queue when a task is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueFacts {
    /// Tasks that wait and nobody holds.
    pub depth: u64,
    /// Minutes that the oldest waiting task has waited; 0 when none waits.
    pub oldest_age_minutes: u64,
    /// People who were active lately and may take tasks from it.
    pub agents_present: u64,
}

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

/// One fact or function, as the policy editor's help shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactDoc {
    /// As it is written in a condition.
    pub name: &'static str,
    /// The kind of its value, for example `text` or `number`.
    pub type_name: &'static str,
    /// What it is, in one sentence.
    pub meaning: &'static str,
    /// A condition that uses it.
    pub example: &'static str,
}

/// Every fact and function that a condition may use, in the order that help shows them.
#[must_use]
pub const fn facts_reference() -> &'static [FactDoc] {
    REFERENCE
}

/// The number of one queue that a condition asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QueueNumber {
    Depth,
    OldestAgeMinutes,
    AgentsPresent,
}

impl QueueNumber {
    pub(crate) fn of(field: &str) -> Option<Self> {
        match field {
            "depth" => Some(Self::Depth),
            "oldest_age_minutes" => Some(Self::OldestAgeMinutes),
            "agents_present" => Some(Self::AgentsPresent),
            _ => None,
        }
    }

    pub(crate) const fn read(self, facts: &QueueFacts) -> u64 {
        match self {
            Self::Depth => facts.depth,
            Self::OldestAgeMinutes => facts.oldest_age_minutes,
            Self::AgentsPresent => facts.agents_present,
        }
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
        "task" => "subject, body, text, channel, external_id, priority_hint, attributes",
        "classification" => {
            "available, label, confidence, margin, out_of_scope, reaches_precision, priority, handling_minutes, \
             model_version, candidates"
        }
        "queues" => "depth, oldest_age_minutes, agents_present",
        _ => "hour, minute, weekday, date",
    }
}

const fn doc(name: &'static str, type_name: &'static str, meaning: &'static str, example: &'static str) -> FactDoc {
    FactDoc { name, type_name, meaning, example }
}

static REFERENCE: &[FactDoc] = &[
    doc("task.subject", "text", "The line that says what the task is about.", r#"task.subject.startsWith("Re:")"#),
    doc("task.body", "text", "The task's text; empty when there is none.", r#"task.body == """#),
    doc("task.text", "text", "Subject and body together.", r#"contains_any(task.text, ["outage", "data loss"])"#),
    doc(
        "task.channel",
        "text",
        "Where it came from; `api` when the submitter said nothing.",
        r#"task.channel == "email""#,
    ),
    doc("task.external_id", "text", "The submitter's own name for it; empty without one.", r#"task.external_id != """#),
    doc(
        "task.priority_hint",
        "text",
        "How urgent the submitter thinks it is: low, normal, high, urgent; empty without a hint.",
        r#"task.priority_hint in ["high", "urgent"]"#,
    ),
    doc(
        "task.attributes.NAME",
        "anything",
        "An attribute by its name, also task.attributes[\"NAME\"] and deeper; null when the task does not have it.",
        r#"task.attributes.plan == "enterprise""#,
    ),
    doc(
        "has(task.attributes.NAME)",
        "truth",
        "Whether the task has the attribute.",
        "has(task.attributes.customer.vip)",
    ),
    doc(
        "classification.available",
        "truth",
        "Whether a model answered. If none did, texts are empty, numbers 0, and rules on a label do not match.",
        "!classification.available",
    ),
    doc("classification.label", "text", "The likeliest label.", r#"classification.label == "billing""#),
    doc(
        "classification.confidence",
        "fraction",
        "How likely the label is, 0 to 1.",
        "classification.confidence >= 0.8",
    ),
    doc(
        "classification.margin",
        "fraction",
        "How far the label is ahead of the second, 0 to 1.",
        "classification.margin < 0.1",
    ),
    doc(
        "classification.out_of_scope",
        "fraction",
        "How likely the text belongs to no label at all, 0 to 1.",
        "classification.out_of_scope >= 0.7",
    ),
    doc(
        "classification.reaches_precision",
        "fraction",
        "The precision that is promised for answers like this one, as the page Automation says; 0 when none is.",
        "classification.reaches_precision >= 0.98",
    ),
    doc(
        "classification.priority",
        "text",
        "The priority that the model predicts; empty without a prediction.",
        r#"classification.priority == "urgent""#,
    ),
    doc(
        "classification.handling_minutes",
        "fraction",
        "Minutes of work that the model predicts; 0 without a prediction.",
        "classification.handling_minutes > 60",
    ),
    doc("classification.model_version", "text", "The model that answered.", r#"classification.model_version == "v3""#),
    doc(
        "classification.candidates",
        "list",
        "The likeliest labels, best first, each with label and confidence.",
        r#"classification.candidates.exists(c, c.label == "fraud" && c.confidence > 0.2)"#,
    ),
    doc("queues[\"NAME\"].depth", "number", "Tasks that wait in the queue.", r#"queues["billing"].depth > 50"#),
    doc(
        "queues[\"NAME\"].oldest_age_minutes",
        "number",
        "Minutes that the oldest task has waited there.",
        r#"queues["billing"].oldest_age_minutes > 120"#,
    ),
    doc(
        "queues[\"NAME\"].agents_present",
        "number",
        "People who were active lately.",
        r#"queues["billing"].agents_present == 0"#,
    ),
    doc("now.hour", "number", "The hour of the day in UTC, 0 to 23.", "now.hour < 8 || now.hour >= 18"),
    doc("now.minute", "number", "The minute of the hour, 0 to 59.", "now.minute < 30"),
    doc("now.weekday", "number", "The day of the week in UTC, from 1, Monday, to 7, Sunday.", "now.weekday >= 6"),
    doc("now.date", "text", "The date in UTC.", r#"now.date >= "2026-12-24""#),
    doc(
        "contains_any(TEXT, [WORDS])",
        "truth",
        "Whether the text holds one of the words or phrases, as whole words, in capitals or not.",
        r#"contains_any(task.subject, ["refund", "money back"])"#,
    ),
    doc("lower(TEXT)", "text", "The text in small letters.", r#"lower(task.subject) == "unsubscribe""#),
    doc("size(VALUE)", "number", "How long a text or a list is.", "size(task.body) < 20"),
    doc(
        "TEXT.contains(TEXT)",
        "truth",
        "Whether a text holds another; also startsWith and endsWith. Capitals matter.",
        r##"task.subject.contains("#")"##,
    ),
    doc(
        "LIST.exists(x, CONDITION)",
        "truth",
        "Whether the condition holds for an element; also all and exists_one.",
        r#"task.attributes.tags.exists(tag, tag == "press")"#,
    ),
];
