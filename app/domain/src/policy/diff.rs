//! What differs between two documents, rule by rule and cell by cell; and bringing two changes of one document together.

mod compare;
mod merge;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::PolicyDocument;
pub use compare::{diff, diff_for};
pub use merge::merge;

/// What happened to a part of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It stands elsewhere among the others, and is otherwise the same.
    Moved,
    /// It says something else.
    Changed,
}

impl DifferenceKind {
    /// The kind as JSON writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Moved => "moved",
            Self::Changed => "changed",
        }
    }
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "name", rename_all = "snake_case")]
pub enum DocumentPart {
    /// A rule, by its id.
    Rule(String),
    /// What happens when no rule matches.
    Otherwise,
    /// The queue of a label.
    LabelQueue(String),
    /// A condition column, by its fact.
    Column(String),
    /// An example, by its name.
    Example(String),
    /// What is left out when too much comes in.
    Shedding,
}

/// As people read it: `rule vip-outage`.
impl fmt::Display for DocumentPart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(id) => write!(formatter, "rule {id}"),
            Self::Otherwise => formatter.write_str("what happens otherwise"),
            Self::LabelQueue(label) => write!(formatter, "the queue of the label {label}"),
            Self::Column(fact) => write!(formatter, "the column {fact}"),
            Self::Example(name) => write!(formatter, "example {name}"),
            Self::Shedding => formatter.write_str("what is left out under stress"),
        }
    }
}

/// A field or cell that says something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// `description`, `area`, `disabled`, `when`, a column's fact, `destination`, `priority`, `sla_minutes`, `skills`, `note`.
    pub field: String,
    /// What it said, as the table writes it; nothing when it was blank.
    pub before: Option<String>,
    /// What it says.
    pub after: Option<String>,
}

/// A part of a document that is otherwise than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What happened.
    pub kind: DifferenceKind,
    /// To what.
    pub part: DocumentPart,
    /// The areas that it belonged to and belongs to: none, one or two. A part without area belongs to the whole.
    pub areas: Vec<Option<String>>,
    /// The fields that changed; all that are not blank of a part that is new or gone.
    pub fields: Vec<FieldChange>,
}

/// Two changes of one document, brought together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Merge {
    /// Theirs with mine over it. Where both changed the same part otherwise, it has mine.
    pub document: PolicyDocument,
    /// The parts that both changed, otherwise.
    pub conflicts: Vec<DocumentPart>,
}

/// The differences that somebody may not make who may change only these areas; none when there is no area, which is all of
/// the policy.
///
/// A rule belongs to its areas, before and after; columns, and examples that are new, may be touched by everybody; what
/// holds for the whole policy by nobody who has only a part of it.
#[must_use]
pub fn outside<'a>(differences: &'a [Difference], areas: &[String]) -> Vec<&'a Difference> {
    if areas.is_empty() {
        return Vec::new();
    }
    differences.iter().filter(|difference| !difference.lies_within(areas)).collect()
}

impl Difference {
    fn lies_within(&self, areas: &[String]) -> bool {
        match self.part {
            DocumentPart::Rule(_) => {
                self.areas.iter().all(|area| area.as_ref().is_some_and(|area| areas.contains(area)))
            }
            DocumentPart::Column(_) => true,
            DocumentPart::Example(_) => matches!(self.kind, DifferenceKind::Added | DifferenceKind::Moved),
            DocumentPart::Otherwise | DocumentPart::LabelQueue(_) | DocumentPart::Shedding => false,
        }
    }
}
