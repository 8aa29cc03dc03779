//! Policy documents: rules as rows of a decision table, examples, and what is wrong with them.

pub mod cell;
pub mod column;
pub mod decimal;
pub mod desk;
pub mod diff;
pub mod version;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    classification::Classification,
    decision::{ApprovalTerms, Destination},
    task::{NewTask, Priority},
    time::Timestamp,
};
pub use cell::{Cell, Range};
pub use column::{Column, ColumnFact, ColumnKind, QueueNumber};
pub use decimal::Decimal;
pub use version::{Approval, Challenge, PolicyComment, PolicyStage, PolicyVersion, ReviewVerdict, Schedule};

/// The form of documents that this version writes; older ones stay readable: form 1 had neither columns nor cells, areas,
/// examples or disabled rules.
pub const SCHEMA: u32 = 2;

/// The oldest form that is read.
pub const OLDEST_SCHEMA: u32 = 1;

/// Largest document, in bytes of JSON.
pub const MAX_DOCUMENT_BYTES: usize = 512 * 1024;

/// Most rules of a document.
pub const MAX_RULES: usize = 1_000;

/// Most columns of a document.
pub const MAX_COLUMNS: usize = 40;

/// Most examples of a document.
pub const MAX_EXAMPLES: usize = 500;

/// Longest condition, in bytes.
pub const MAX_EXPRESSION_BYTES: usize = 4_096;

/// An ordered rule document: the first rule whose condition holds decides; if none does, `otherwise`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PolicyDocument {
    /// The form of this document, now [`SCHEMA`].
    pub schema: u32,
    /// The condition columns of the table, from left to right; every cell of a rule belongs to one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    /// Which queue takes the work of which label, for the destination `label_queue`.
    #[serde(default)]
    pub label_queues: BTreeMap<String, String>,
    /// The rules, in the order they are tried.
    pub rules: Vec<Rule>,
    /// What happens when no rule matches.
    pub otherwise: Then,
    /// What must come out of the rules for a version to be activated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<PolicyExample>,
    /// What is left out when more comes in than can be classified; nothing is without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shedding: Option<Shedding>,
}

impl PolicyDocument {
    /// A document without rules.
    #[must_use]
    pub fn of(otherwise: Then) -> Self {
        Self {
            schema: SCHEMA,
            columns: Vec::new(),
            label_queues: BTreeMap::new(),
            rules: Vec::new(),
            otherwise,
            examples: Vec::new(),
            shedding: None,
        }
    }

    /// The areas that rules belong to, by name.
    #[must_use]
    pub fn areas(&self) -> std::collections::BTreeSet<&str> {
        self.rules.iter().filter_map(|rule| rule.area.as_deref()).collect()
    }
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Name of the rule, unique in the document, for example `urgent-words`.
    pub id: String,
    /// What the rule does, in words for people.
    pub description: String,
    /// The part of the policy that it belongs to, for example `billing`: who may edit only some areas may edit only their
    /// rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// Whether it is passed over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
    /// What the columns ask; a column without a cell asks nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Cell>))]
    pub cells: BTreeMap<ColumnFact, Cell>,
    /// What is asked beside them: a CEL expression over the documented facts that yields true or false. Blank asks nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub when: String,
    /// What happens when it holds.
    pub then: Then,
}

/// What a matched rule does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Then {
    /// Where the task goes.
    pub destination: Target,
    /// Its priority; without it the task's hint, or normal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Minutes until the task is late; without it the queue's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sla_minutes: Option<u32>,
    /// Skills that the work needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
    /// A note for whoever works the task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Where a rule sends a task, as a document names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Target {
    /// A queue by name.
    Queue {
        /// The queue.
        queue: String,
    },
    /// The queue that `label_queues` names for the classification's label.
    LabelQueue {
        /// The queue for labels that have none, and for tasks without classification.
        fallback: String,
    },
    /// A bot, by the name of its queue.
    Automation {
        /// The automation.
        automation: String,
    },
    /// A person must say yes before the automation runs.
    Approval {
        /// The automation that runs after the yes.
        automation: String,
        /// The queue it goes to after a no.
        otherwise: String,
        /// How it is asked for.
        #[serde(default, skip_serializing_if = "ApprovalTerms::is_default")]
        terms: ApprovalTerms,
    },
    /// Nothing is to be done.
    Close,
    /// Nothing can be done; an administrator looks at it.
    DeadLetter,
}

impl Target {
    /// The destination for a label under this document's `label_queues`.
    #[must_use]
    pub fn resolve(&self, label: Option<&str>, label_queues: &BTreeMap<String, String>) -> Destination {
        match self {
            Self::Queue { queue } => Destination::Queue { queue: queue.clone() },
            Self::LabelQueue { fallback } => {
                let queue = label.and_then(|label| label_queues.get(label)).unwrap_or(fallback);
                Destination::Queue { queue: queue.clone() }
            }
            Self::Automation { automation } => Destination::Automation { automation: automation.clone() },
            Self::Approval { automation, otherwise, terms } => {
                Destination::Approval { automation: automation.clone(), otherwise: otherwise.clone(), terms: *terms }
            }
            Self::Close => Destination::Close,
            Self::DeadLetter => Destination::DeadLetter,
        }
    }

    /// The queues and automations that this target may lead to, besides those of `label_queues`.
    pub fn queues(&self) -> impl Iterator<Item = &str> {
        let (first, second) = match self {
            Self::Queue { queue } => (Some(queue), None),
            Self::LabelQueue { fallback } => (Some(fallback), None),
            Self::Automation { automation } => (Some(automation), None),
            Self::Approval { automation, otherwise, .. } => (Some(automation), Some(otherwise)),
            Self::Close | Self::DeadLetter => (None, None),
        };
        first.into_iter().chain(second).map(String::as_str)
    }
}

/// What is left out when more comes in than can be classified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Shedding {
    /// From so many submissions on that wait to be decided.
    pub when_waiting: u32,
    /// The share of the tasks, in percent, that goes through every stage all the same, by the digest of its text.
    pub full_percent: u8,
    /// What the others have.
    pub rest: SheddingRest,
}

/// In words.
impl std::fmt::Display for Shedding {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rest = match self.rest {
            SheddingRest::CheapStage => "the cheapest stage",
            SheddingRest::Rules => "the rules alone",
        };
        let Self { when_waiting, full_percent, .. } = self;
        write!(formatter, "from {when_waiting} waiting on, {full_percent} % in full, the others by {rest}")
    }
}

/// What tasks have that are not classified in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SheddingRest {
    /// The cheapest stage of the model.
    CheapStage,
    /// The rules alone, without a model.
    Rules,
}

/// What rules may ask of one queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct QueueFacts {
    /// Tasks that wait and nobody holds.
    pub depth: u64,
    /// Minutes that the oldest waiting task has waited; 0 when none waits.
    #[serde(default)]
    pub oldest_age_minutes: u64,
    /// People who were active lately, whatever they work on.
    #[serde(default)]
    pub agents_present: u64,
}

/// As the decision table writes it.
impl std::fmt::Display for Target {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Queue { queue } => write!(formatter, "queue {queue}"),
            Self::LabelQueue { fallback } => write!(formatter, "queue of the label, else {fallback}"),
            Self::Automation { automation } => write!(formatter, "automation {automation}"),
            Self::Approval { automation, otherwise, terms } => {
                write!(formatter, "automation {automation} after a yes{terms}, else queue {otherwise}")
            }
            Self::Close => formatter.write_str("close"),
            Self::DeadLetter => formatter.write_str("dead letter"),
        }
    }
}

/// Everything that rules may ask of one task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CaseFacts {
    /// The task, as it was submitted.
    pub task: NewTask,
    /// What the model said; nothing when no model answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<Classification>,
    /// The queues by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub queues: BTreeMap<String, QueueFacts>,
    /// The time of the decision.
    pub now: Timestamp,
}

/// A task and what must become of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PolicyExample {
    /// Its name, unique in the document, for example `vip-outage`.
    pub name: String,
    /// The task and what is known beside it.
    pub facts: CaseFacts,
    /// What must become of it.
    pub expect: Expectation,
}

/// What must become of an example; what is left out may be anything, and something is given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The rule that must match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Where the task must go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<Destination>,
    /// The priority that it must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Keeps a version from deciding anything.
    #[default]
    Error,
    /// Is likely not meant.
    Warning,
    /// Is worth knowing.
    Note,
}

impl Severity {
    /// The weight as JSON writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// One thing that was found in a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyProblem {
    /// How much it weighs.
    #[serde(default)]
    pub severity: Severity,
    /// The rule, by its id; nothing when the document as a whole is meant.
    pub rule: Option<String>,
    /// The field within the rule or document: `when`, `then.destination`, or the column's fact.
    pub field: String,
    /// Position in the field or document, from 1, when it is known.
    pub line: Option<u32>,
    /// Position in the line, from 1, when it is known.
    pub column: Option<u32>,
    /// One plain sentence.
    pub message: String,
    /// A task that shows it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Box<CaseFacts>>,
}

impl PolicyProblem {
    /// Whether it keeps a version from deciding anything.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
