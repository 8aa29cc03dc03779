//! Whether what comes in now is still like what the champion knew when it began.

use serde::{Deserialize, Serialize};

use crate::{evaluation::Share, id::DecisionId, time::Timestamp};

/// What is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftSignal {
    /// How sure the model is.
    Confidence,
    /// Which labels it gives.
    Labels,
    /// The share that belongs to no label.
    OutOfScope,
    /// Which words come in.
    Features,
    /// The share of words that were never seen before.
    Vocabulary,
    /// The share of answers that people correct.
    Corrections,
}

impl DriftSignal {
    /// Every signal, in the order pages show them.
    pub const ALL: [Self; 6] =
        [Self::Corrections, Self::OutOfScope, Self::Confidence, Self::Labels, Self::Features, Self::Vocabulary];

    /// The signal as stores write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confidence => "confidence",
            Self::Labels => "labels",
            Self::OutOfScope => "out_of_scope",
            Self::Features => "features",
            Self::Vocabulary => "vocabulary",
            Self::Corrections => "corrections",
        }
    }

    /// The signal for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Confidence => "How sure the model is",
            Self::Labels => "Which labels it gives",
            Self::OutOfScope => "Work that belongs to no label",
            Self::Features => "Which words come in",
            Self::Vocabulary => "Words never seen before",
            Self::Corrections => "Answers that people correct",
        }
    }
}

/// One comparison of the latest work with the reference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriftPoint {
    /// The model.
    pub model_version: u32,
    /// What was compared.
    pub signal: DriftSignal,
    /// When.
    pub at: Timestamp,
    /// The last decision of the window.
    pub until: DecisionId,
    /// How far the window was from the reference.
    pub value: f64,
    /// How far two samples of the same source lie by chance.
    pub threshold: f64,
    /// Whether the alarm rings after it.
    pub rings: bool,
    /// Windows in a row that spoke against the alarm's state.
    pub streak: u32,
}

/// A task as it is compared.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftCase {
    /// The decision.
    pub decision_id: DecisionId,
    /// The text that was classified.
    pub text: String,
    /// What the model said.
    pub answer: String,
    /// How sure it was, 0 to 1.
    pub confidence: f32,
    /// How likely it thought that the text belongs to no label, 0 to 1.
    pub out_of_scope: f32,
    /// What people said that it is, when they did.
    pub truth: Option<String>,
}

/// A label in the reference and now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelDrift {
    /// The label.
    pub label: String,
    /// Its share of the reference's answers.
    pub before: Share,
    /// Its share of the latest answers.
    pub now: Share,
    /// How many of its answers in the reference were wrong; nothing when nobody labelled them.
    pub wrong_before: Option<Share>,
    /// How many of its latest answers were wrong.
    pub wrong_now: Option<Share>,
}

/// What is watched, and what it says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriftBoard {
    /// The champion; nothing when none serves.
    pub champion: Option<u32>,
    /// Tasks that the reference is made of, as far as they have come in.
    pub reference: u32,
    /// Tasks that it needs.
    pub reference_tasks: u32,
    /// Tasks of the latest window.
    pub window_tasks: u32,
    /// The comparisons of each signal, the oldest first.
    pub points: Vec<DriftPoint>,
    /// Labels, those whose share changed most first.
    pub labels: Vec<LabelDrift>,
    /// Whether an alarm starts training.
    pub trains: bool,
}

impl DriftBoard {
    /// Signals whose alarm rings.
    #[must_use]
    pub fn ringing(&self) -> Vec<DriftSignal> {
        let last = |signal| self.points.iter().rev().find(|point| point.signal == signal);
        let rings = |signal: &DriftSignal| last(*signal).is_some_and(|point| point.rings);
        DriftSignal::ALL.into_iter().filter(rings).collect()
    }
}
