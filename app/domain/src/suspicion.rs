//! Labels that are likely wrong.

use serde::{Deserialize, Serialize};

use crate::{id::LabelId, label::Label};

/// A label that models which did not learn from its text hold for wrong. Probabilities are 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suspicion {
    /// The label in question.
    pub label_id: LabelId,
    /// The label that the text likely should have.
    pub suggested: String,
    /// Probability of the label that it has.
    pub given_confidence: f32,
    /// Probability of the suggested one.
    pub suggested_confidence: f32,
    /// What the suggested label's own examples reach on average; the suggestion reaches it, too.
    pub threshold: f32,
}

/// A suspicion with what it is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuspiciousLabel {
    /// The label.
    pub label: Label,
    /// Why it is suspicious.
    pub suspicion: Suspicion,
}
