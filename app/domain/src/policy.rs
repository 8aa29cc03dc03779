//! Policy documents and their versions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{decision::Destination, error::InvalidTransition, task::Priority, time::Timestamp};

/// The form of documents that this version writes; older ones stay readable.
pub const SCHEMA: u32 = 1;

/// Largest document, in bytes of JSON.
pub const MAX_DOCUMENT_BYTES: usize = 512 * 1024;

/// Most rules of a document.
pub const MAX_RULES: usize = 1_000;

/// Longest condition, in bytes.
pub const MAX_EXPRESSION_BYTES: usize = 4_096;

/// An ordered rule document: the first rule whose condition holds decides; if none does, `otherwise`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PolicyDocument {
    /// The form of this document, now [`SCHEMA`].
    pub schema: u32,
    /// Which queue takes the work of which label, for the destination `label_queue`.
    #[serde(default)]
    pub label_queues: BTreeMap<String, String>,
    /// The rules, in the order they are tried.
    pub rules: Vec<Rule>,
    /// What happens when no rule matches.
    pub otherwise: Then,
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
    /// The condition: a CEL expression over the documented facts that yields true or false.
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
    /// Its priority; without it the task's hint, the model's prediction, or normal, in this order.
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
            Self::Approval { automation, otherwise } => {
                Destination::Approval { automation: automation.clone(), otherwise: otherwise.clone() }
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
            Self::Approval { automation, otherwise } => (Some(automation), Some(otherwise)),
            Self::Close | Self::DeadLetter => (None, None),
        };
        first.into_iter().chain(second).map(String::as_str)
    }
}

/// Where a version stands. Exactly one is active.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyStage {
    /// Saved; decides nothing yet.
    Draft,
    /// Decides every new task.
    Active,
    /// Was active.
    Retired,
}

impl PolicyStage {
    /// The stage as stores write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }
}

/// A saved document; its text never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyVersion {
    /// Counts up from 1.
    pub version: u32,
    /// Where it stands.
    pub stage: PolicyStage,
    /// The document.
    pub document: PolicyDocument,
    /// What changed, in the author's words.
    pub note: String,
    /// Who saved it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it became active last.
    pub activated_at: Option<Timestamp>,
    /// Who made it active last.
    pub activated_by: Option<String>,
}

impl PolicyVersion {
    /// Makes this version the active one; a retired version comes back this way (roll back).
    ///
    /// # Errors
    /// [`InvalidTransition::NotPossible`] when it is active already.
    pub fn activate(self, by: &str, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self.stage {
            PolicyStage::Draft | PolicyStage::Retired => Ok(Self {
                stage: PolicyStage::Active,
                activated_at: Some(at),
                activated_by: Some(by.to_owned()),
                ..self
            }),
            PolicyStage::Active => Err(InvalidTransition::NotPossible),
        }
    }
}

/// One thing that is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyProblem {
    /// The rule, by its id; nothing when the document as a whole is meant.
    pub rule: Option<String>,
    /// The field within the rule or document, for example `when`.
    pub field: String,
    /// Position in the field or document, from 1, when it is known.
    pub line: Option<u32>,
    /// Position in the line, from 1, when it is known.
    pub column: Option<u32>,
    /// One plain sentence.
    pub message: String,
}
