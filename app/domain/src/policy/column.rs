//! The columns of a decision table: facts with a type.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de};

use crate::{error::ValidationError, text};

/// Most parts of the path of an attribute.
const MAX_PATH: usize = 8;

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// One of several texts, or none of them.
    Text,
    /// A number within bounds.
    Number,
    /// Yes or no.
    Truth,
}

impl ColumnKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Text, Self::Number, Self::Truth];

    /// The kind as documents write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Truth => "truth",
        }
    }
}

/// A number of a queue that rules may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QueueNumber {
    /// Tasks that wait.
    Depth,
    /// Minutes that the oldest has waited.
    OldestAgeMinutes,
    /// People who were active lately.
    AgentsPresent,
}

impl QueueNumber {
    /// Every number.
    pub const ALL: [Self; 3] = [Self::Depth, Self::OldestAgeMinutes, Self::AgentsPresent];

    /// The name as conditions write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Depth => "depth",
            Self::OldestAgeMinutes => "oldest_age_minutes",
            Self::AgentsPresent => "agents_present",
        }
    }
}

/// A fact that a column may ask for. It is written as in a condition: `classification.label`, `task.attributes.plan`,
/// `queues["billing"].depth`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ColumnFact {
    /// The likeliest label.
    Label,
    /// How likely the label is, 0 to 1.
    Confidence,
    /// How far the label is ahead of the second, 0 to 1.
    Margin,
    /// How likely the text belongs to no label, 0 to 1.
    OutOfScope,
    /// The precision that is promised for answers like this one, 0 to 1.
    ReachesPrecision,
    /// Whether a model answered.
    Available,
    /// The priority that the model predicts.
    PredictedPriority,
    /// The minutes of work that the model predicts.
    HandlingMinutes,
    /// Where the task came from.
    Channel,
    /// How urgent the submitter thinks it is.
    PriorityHint,
    /// The language of the text, for example `en`.
    Language,
    /// The hour of the day in UTC, 0 to 23.
    Hour,
    /// The day of the week in UTC, 1, Monday, to 7, Sunday.
    Weekday,
    /// An attribute by its path.
    Attribute(Vec<String>),
    /// A number of a queue.
    Queue(String, QueueNumber),
}

/// The facts without a name of their own, as conditions write them, and as people call them.
const PLAIN: [(ColumnFact, &str, &str); 13] = [
    (ColumnFact::Label, "classification.label", "Label"),
    (ColumnFact::Confidence, "classification.confidence", "Confidence"),
    (ColumnFact::Margin, "classification.margin", "Margin"),
    (ColumnFact::OutOfScope, "classification.out_of_scope", "Out of scope"),
    (ColumnFact::ReachesPrecision, "classification.reaches_precision", "Promised precision"),
    (ColumnFact::Available, "classification.available", "Model answered"),
    (ColumnFact::PredictedPriority, "classification.priority", "Predicted priority"),
    (ColumnFact::HandlingMinutes, "classification.handling_minutes", "Predicted minutes"),
    (ColumnFact::Channel, "task.channel", "Channel"),
    (ColumnFact::PriorityHint, "task.priority_hint", "Priority hint"),
    (ColumnFact::Language, "task.language", "Language"),
    (ColumnFact::Hour, "now.hour", "Hour (UTC)"),
    (ColumnFact::Weekday, "now.weekday", "Weekday (1 is Monday)"),
];

impl ColumnFact {
    /// The facts that every policy may ask for; attributes and queues come by their names.
    pub fn plain() -> impl Iterator<Item = Self> {
        PLAIN.into_iter().map(|(fact, _, _)| fact)
    }

    /// What its cells hold; nothing of an attribute, whose column says it.
    #[must_use]
    pub const fn kind(&self) -> Option<ColumnKind> {
        use ColumnFact::*;
        Some(match self {
            Label | PredictedPriority | Channel | PriorityHint | Language => ColumnKind::Text,
            Confidence | Margin | OutOfScope | ReachesPrecision | HandlingMinutes | Hour | Weekday | Queue(..) => {
                ColumnKind::Number
            }
            Available => ColumnKind::Truth,
            Attribute(_) => return None,
        })
    }

    /// Whether only whole numbers occur, and from where to where all of them lie: closed bounds, the upper one open when
    /// there is none. Nothing when fractions occur, or it is no number.
    #[must_use]
    pub const fn whole_numbers(&self) -> Option<(i64, Option<i64>)> {
        match self {
            Self::Hour => Some((0, Some(23))),
            Self::Weekday => Some((1, Some(7))),
            Self::Queue(..) => Some((0, None)),
            _ => None,
        }
    }

    /// Whether it is a part of one, from 0 to 1.
    #[must_use]
    pub const fn is_share(&self) -> bool {
        matches!(self, Self::Confidence | Self::Margin | Self::OutOfScope | Self::ReachesPrecision)
    }

    /// The name for people.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Attribute(path) => path.join("."),
            Self::Queue(queue, QueueNumber::Depth) => format!("Waiting in {queue}"),
            Self::Queue(queue, QueueNumber::OldestAgeMinutes) => format!("Oldest in {queue} (min)"),
            Self::Queue(queue, QueueNumber::AgentsPresent) => format!("Agents at {queue}"),
            plain => {
                PLAIN.iter().find(|(fact, _, _)| fact == plain).map_or_else(String::new, |found| found.2.to_owned())
            }
        }
    }
}

impl fmt::Display for ColumnFact {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute(path) => write!(formatter, "task.attributes.{}", path.join(".")),
            Self::Queue(queue, number) => write!(formatter, "queues[\"{queue}\"].{}", number.as_str()),
            plain => match PLAIN.iter().find(|(fact, _, _)| fact == plain) {
                Some((_, name, _)) => formatter.write_str(name),
                None => Err(fmt::Error),
            },
        }
    }
}

impl FromStr for ColumnFact {
    type Err = ValidationError;

    fn from_str(text: &str) -> Result<Self, ValidationError> {
        let unknown = || ValidationError::unknown("fact", format!("the fact `{text}`"));
        if let Some((fact, _, _)) = PLAIN.into_iter().find(|(_, name, _)| *name == text) {
            return Ok(fact);
        }
        if let Some(path) = text.strip_prefix("task.attributes.") {
            let path: Vec<String> = path.split('.').map(str::to_owned).collect();
            let legal = path.len() <= MAX_PATH && path.iter().all(|part| is_identifier(part));
            return if legal { Ok(Self::Attribute(path)) } else { Err(unknown()) };
        }
        let (queue, number) =
            text.strip_prefix("queues[\"").and_then(|rest| rest.split_once("\"].")).ok_or_else(unknown)?;
        text::check_name("queue", queue)?;
        let number = QueueNumber::ALL.into_iter().find(|known| known.as_str() == number).ok_or_else(unknown)?;
        Ok(Self::Queue(queue.to_owned(), number))
    }
}

/// Whether CEL reads it as one name.
fn is_identifier(part: &str) -> bool {
    part.len() <= text::MAX_NAME_BYTES
        && part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl Serialize for ColumnFact {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ColumnFact {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(|error: ValidationError| de::Error::custom(error.message))
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for ColumnFact {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        String::schema()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for ColumnFact {}

/// A condition column of a decision table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The fact.
    pub fact: ColumnFact,
    /// What its cells hold: only an attribute's column says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ColumnKind>,
}

impl Column {
    /// What its cells hold.
    #[must_use]
    pub fn kind(&self) -> ColumnKind {
        self.fact.kind().or(self.kind).unwrap_or(ColumnKind::Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_written_as_in_conditions() {
        let named = [
            ColumnFact::Attribute(vec!["customer".to_owned(), "vip".to_owned()]),
            ColumnFact::Queue("billing".to_owned(), QueueNumber::Depth),
        ];
        for fact in ColumnFact::plain().chain(named) {
            assert_eq!(fact.to_string().parse(), Ok(fact.clone()), "{fact}");
            assert!(!fact.title().is_empty());
        }
        for bad in ["label", "task.attributes.", "task.attributes.a-b", "queues[\"B\"].depth", "queues[\"b\"].x", ""] {
            assert!(bad.parse::<ColumnFact>().is_err(), "{bad}");
        }
    }
}
