//! The names of labels: which may be given, and what became of those that may not.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    classification::{Candidate, Classification},
    label::Label,
    time::Timestamp,
};

/// Longest description of a label, in bytes.
pub const MAX_ABOUT_BYTES: usize = 500;
/// Most parts that a label is split into: as many as there are number keys.
pub const MAX_PARTS: usize = 9;

/// Whether a label may be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LabelState {
    /// It may.
    Active,
    /// It is not given any more, and training leaves its examples out.
    Retired,
    /// It has another name, or is a part of another label.
    Became {
        /// That label.
        label: String,
    },
    /// It was too much for one label. It is not given any more, and people sort its examples into its parts; training leaves
    /// out those that nobody has sorted yet.
    Split {
        /// The parts, at least two.
        parts: Vec<String>,
    },
}

/// A label's name, with what it means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelName {
    /// The name.
    pub name: String,
    /// When to give it, in one or two sentences.
    pub about: String,
    /// Whether it may be given.
    pub state: LabelState,
    /// When that changed last.
    pub changed_at: Timestamp,
    /// Who changed it.
    pub changed_by: String,
}

/// What a list shows of a label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelEntry {
    /// The name.
    pub name: String,
    /// When to give it; empty when nobody wrote it down.
    pub about: String,
    /// Whether it may be given.
    pub state: LabelState,
    /// Its examples.
    pub examples: u64,
}

/// What hangs on a label's name: stated before it is renamed, merged or retired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelUse {
    /// The label.
    pub entry: LabelEntry,
    /// Tasks that are not finished and carry it; counted up to 1,000.
    pub open_tasks: u64,
    /// The model that serves, when it knows the label.
    pub champion: Option<String>,
    /// The active policy's version.
    pub policy_version: u32,
    /// Its rules that name the label in their condition.
    pub rules: Vec<String>,
    /// The queue that it sends the label to.
    pub queue: Option<String>,
    /// Other labels that may be given.
    pub others: Vec<String>,
}

/// Examples of a label that was split which nobody has sorted yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unsorted {
    /// The label.
    pub name: String,
    /// What it was split into.
    pub parts: Vec<String>,
    /// All of them.
    pub left: u64,
    /// The words that the list is narrowed to; empty when it is not.
    pub words: String,
    /// Those that hold all these words.
    pub found: u64,
    /// The first of these.
    pub first: Vec<Label>,
}

/// Names that are not given any more, as whoever decides needs them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelSet {
    became: BTreeMap<String, String>,
    retired: BTreeSet<String>,
}

impl LabelSet {
    /// From the names that were written down; the others are active.
    #[must_use]
    pub fn new(names: &[LabelName]) -> Self {
        let mut set = Self::default();
        for name in names {
            match &name.state {
                LabelState::Active => {}
                LabelState::Retired | LabelState::Split { .. } => drop(set.retired.insert(name.name.clone())),
                LabelState::Became { label } => drop(set.became.insert(name.name.clone(), label.clone())),
            }
        }
        set
    }

    /// The name that a label has now.
    #[must_use]
    pub fn current<'a>(&'a self, label: &'a str) -> &'a str {
        let mut name = label;
        // Names are never renamed in a circle; the bound is for a store that says otherwise.
        for _ in 0..=self.became.len() {
            match self.became.get(name) {
                Some(next) => name = next,
                None => break,
            }
        }
        name
    }

    /// Whether the label, under its present name, may be given.
    #[must_use]
    pub fn is_retired(&self, label: &str) -> bool {
        self.retired.contains(self.current(label))
    }

    /// Whether the label may be given under this very name.
    #[must_use]
    pub fn may_be_given(&self, label: &str) -> bool {
        !self.became.contains_key(label) && !self.retired.contains(label)
    }

    /// What a model that was trained before says in today's names: renamed candidates are added up, retired ones left
    /// out. With no candidate left, the answer keeps its label and has no confidence.
    #[must_use]
    pub fn translate(&self, said: Classification) -> Classification {
        let known = |label: &str| self.current(label) == label && !self.retired.contains(label);
        if known(&said.label) && said.candidates.iter().all(|candidate| known(&candidate.label)) {
            return said;
        }
        let mut candidates: Vec<Candidate> = Vec::with_capacity(said.candidates.len());
        for candidate in &said.candidates {
            let label = self.current(&candidate.label);
            if self.retired.contains(label) {
                continue;
            }
            match candidates.iter_mut().find(|kept| kept.label == label) {
                Some(kept) => kept.confidence = (kept.confidence + candidate.confidence).min(1.0),
                None => candidates.push(Candidate { label: label.to_owned(), confidence: candidate.confidence }),
            }
        }
        candidates.sort_by(|left, right| right.confidence.total_cmp(&left.confidence));
        let (label, confidence) = candidates
            .first()
            .map_or_else(|| (said.label.clone(), 0.0), |first| (first.label.clone(), first.confidence));
        // What was promised for the model's own labels says nothing of these.
        Classification { label, confidence, candidates, said: Some(said.label), short_list: None, ..said }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set() -> LabelSet {
        let name = |name: &str, state| LabelName {
            name: name.to_owned(),
            about: String::new(),
            state,
            changed_at: Timestamp::from_ms(0),
            changed_by: "Ada".to_owned(),
        };
        let became = |label: &str| LabelState::Became { label: label.to_owned() };
        LabelSet::new(&[
            name("invoice", became("billing")),
            name("bill", became("invoice")),
            name("fax", LabelState::Retired),
            name("login", LabelState::Active),
        ])
    }

    fn said(candidates: &[(&str, f32)]) -> Classification {
        Classification {
            label: candidates[0].0.to_owned(),
            confidence: candidates[0].1,
            candidates: candidates
                .iter()
                .map(|(label, confidence)| Candidate { label: (*label).to_owned(), confidence: *confidence })
                .collect(),
            out_of_scope: 0.1,
            priority: None,
            handling_minutes: None,
            handling_range: None,
            model_version: "v1".to_owned(),
            said: None,
            reached: None,
            short_list: None,
            stages: Vec::new(),
        }
    }

    #[test]
    fn a_renamed_label_has_its_last_name() {
        let set = set();
        assert_eq!(
            ["bill", "invoice", "billing", "login"].map(|label| set.current(label)),
            ["billing", "billing", "billing", "login"]
        );
        assert_eq!(
            ["bill", "fax", "login", "billing"].map(|label| set.may_be_given(label)),
            [false, false, true, true]
        );
        assert!(set.is_retired("fax") && !set.is_retired("bill"));
    }

    #[test]
    fn an_answer_in_todays_names_is_left_as_it_is() {
        let answer = said(&[("login", 0.6), ("billing", 0.3)]);
        assert_eq!(set().translate(answer.clone()), answer);
    }

    #[test]
    fn renamed_candidates_add_up_and_retired_ones_are_left_out() {
        let answer = set().translate(said(&[("fax", 0.4), ("login", 0.25), ("invoice", 0.2), ("bill", 0.1)]));
        let candidates: Vec<_> =
            answer.candidates.iter().map(|candidate| (candidate.label.as_str(), candidate.confidence)).collect();
        assert_eq!(candidates.len(), 2);
        assert_eq!((candidates[0].0, candidates[1]), ("billing", ("login", 0.25)));
        assert!((candidates[0].1 - 0.3).abs() < 1e-6);
        assert_eq!((answer.label.as_str(), answer.said.as_deref()), ("billing", Some("fax")));
    }

    #[test]
    fn an_answer_of_retired_labels_alone_has_no_confidence() {
        let answer = set().translate(said(&[("fax", 0.99)]));
        assert_eq!((answer.label.as_str(), answer.confidence, answer.candidates.len()), ("fax", 0.0, 0));
    }
}
