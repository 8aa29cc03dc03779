//! Immutable selections of labels.

use serde::{Deserialize, Serialize};

use crate::{
    label::{Label, LabelKind},
    time::Timestamp,
};

/// Longest name of a dataset, in bytes.
pub const MAX_DATASET_NAME_BYTES: usize = 120;
/// Of 256 equal parts of all texts, those never learned from: about a fifth.
const HELD_OUT_PARTS: u8 = 51;

/// Whether a text is held out, by its digest alone: whatever else is added, a text never moves from one side to the other.
#[must_use]
pub fn is_held_out(digest: &str) -> bool {
    digest.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).is_some_and(|part| part < HELD_OUT_PARTS)
}

/// What a dataset is made from: labels that held when it was made. Of equal texts it holds the latest label that a person
/// gave, else the latest of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct DatasetFilter {
    /// Only these labels; all of them when empty.
    pub labels: Vec<String>,
    /// Only what came to be in these ways; in any when empty.
    pub kinds: Vec<LabelKind>,
    /// Only what was given from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Only what was given before then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Leave out what people said after they had seen the model's answer.
    pub unanchored: bool,
}

impl DatasetFilter {
    /// Whether a label belongs to the selection.
    #[must_use]
    pub fn admits(&self, label: &Label) -> bool {
        (self.labels.is_empty() || self.labels.contains(&label.label))
            && (self.kinds.is_empty() || self.kinds.contains(&label.kind))
            && self.from.is_none_or(|from| label.given_at >= from)
            && self.until.is_none_or(|until| label.given_at < until)
            && !(self.unanchored && label.saw_model == Some(true))
    }

    /// The selection in words.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut words = Vec::new();
        if !self.labels.is_empty() {
            words.push(format!("labels {}", self.labels.join(", ")));
        }
        if !self.kinds.is_empty() {
            let kinds: Vec<&str> = self.kinds.iter().map(|kind| kind.as_str()).collect();
            words.push(kinds.join(" or "));
        }
        if let Some(from) = self.from {
            words.push(format!("given since {from}"));
        }
        if let Some(until) = self.until {
            words.push(format!("given before {until}"));
        }
        if self.unanchored {
            words.push("given without having seen the model’s answer".to_owned());
        }
        if words.is_empty() { "every label that held".to_owned() } else { words.join("; ") }
    }
}

/// How many examples of a label a dataset has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DatasetCount {
    /// The label, as it was called when the dataset was made.
    pub label: String,
    /// Examples to learn from.
    pub training: u64,
    /// Examples to measure on.
    pub held_out: u64,
}

/// An immutable selection of labels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Dataset {
    /// Counts up from 1; shown as `d3`.
    pub number: u32,
    /// What it is for.
    pub name: String,
    /// What it was made from.
    pub filter: DatasetFilter,
    /// SHA-256 over its examples in the order of their texts' digests, in hexadecimal: digest, label, part, priority and
    /// minutes. Two datasets of the same examples have the same, in whichever workspace.
    pub sha256: String,
    /// Its examples by label.
    pub counts: Vec<DatasetCount>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who asked for it: a person's name at that time, or a part of the system.
    pub created_by: String,
}

impl Dataset {
    /// The number as people and models name it.
    #[must_use]
    pub fn short_name(&self) -> String {
        dataset_name(self.number)
    }

    /// Examples to learn from.
    #[must_use]
    pub fn training(&self) -> u64 {
        self.counts.iter().map(|count| count.training).sum()
    }

    /// Examples to measure on.
    #[must_use]
    pub fn held_out(&self) -> u64 {
        self.counts.iter().map(|count| count.held_out).sum()
    }
}

/// How people and models name a dataset.
#[must_use]
pub fn dataset_name(number: u32) -> String {
    format!("d{number}")
}

/// One example of a dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatasetExample {
    /// Counts up from 0, in the order of the texts' digests.
    pub place: u32,
    /// Whether it is measured on, and never learned from.
    pub held_out: bool,
    /// The label, called as it was when the dataset was made, with the priority and the minutes of then. Its text is empty
    /// when the task's text was erased since.
    pub label: Label,
}

/// What is known of a dataset beside its examples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetDetail {
    /// The dataset.
    pub dataset: Dataset,
    /// Models that were trained on it, the newest first.
    pub models: Vec<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_a_fifth_of_all_texts_is_held_out_and_the_digest_alone_says_which() {
        let held_out = (0..=255u8).filter(|part| is_held_out(&format!("{part:02x}{}", "0".repeat(62)))).count();
        assert_eq!(held_out, 51);
        assert!(!is_held_out(""));
    }
}
