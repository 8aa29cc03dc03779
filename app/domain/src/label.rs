//! Training examples with their provenance.

use serde::{Deserialize, Serialize};

use crate::{
    id::{DecisionId, LabelId, TaskId},
    task::Priority,
    time::Timestamp,
};

/// What a text is that belongs to none of the labels. People may give it like any other, models learn it like any other, and
/// no policy needs to name it.
pub const NONE_OF_THESE: &str = "none_of_these";

/// Most minutes of work that an example states: four weeks. What took longer is not what a task takes.
pub const MAX_HANDLING_MINUTES: f32 = 40_320.0;

/// How a label came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LabelKind {
    /// A person said that the model was wrong.
    Corrected,
    /// A person resolved the task without changing the model's label.
    Confirmed,
    /// Came with a file.
    Imported,
    /// A supervisor settled a disagreement.
    Adjudicated,
}

impl LabelKind {
    /// Every kind, in the order lists show them.
    pub const ALL: [Self; 4] = [Self::Corrected, Self::Confirmed, Self::Imported, Self::Adjudicated];

    /// The kind as stores and files write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Corrected => "corrected",
            Self::Confirmed => "confirmed",
            Self::Imported => "imported",
            Self::Adjudicated => "adjudicated",
        }
    }
}

/// One training example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Label {
    /// Its identifier.
    pub id: LabelId,
    /// The text that was labelled: of the task, or as imported.
    pub text: String,
    /// The label.
    pub label: String,
    /// How it came to be.
    pub kind: LabelKind,
    /// The task it came from; nothing for imported ones.
    pub task_id: Option<TaskId>,
    /// Who gave it: a person's name at that time, or `import`.
    pub given_by: String,
    /// When.
    pub given_at: Timestamp,
    /// What the model had said.
    pub predicted: Option<String>,
    /// How sure the model was, 0 to 1.
    pub confidence: Option<f32>,
    /// Which model had said so.
    pub model_version: Option<String>,
    /// SHA-256 of the text in hexadecimal; equal texts have equal digests.
    pub digest: String,
    /// Who gave it, by identifier: two labels of the same name may come from two people.
    #[serde(default)]
    pub given_by_id: Option<String>,
    /// The decision that the person looked at.
    #[serde(default)]
    pub decision_id: Option<DecisionId>,
    /// What it was called when it was given, when the label was renamed since.
    #[serde(default)]
    pub given_as: Option<String>,
    /// What a person had called the task before.
    #[serde(default)]
    pub replaced: Option<String>,
    /// Whether the model's answer was on the screen before the person gave theirs (anchoring); unknown for labels of files
    /// and of earlier versions of the program.
    #[serde(default)]
    pub saw_model: Option<bool>,
    /// The probability with which its task was chosen to be looked at by people, above 0 and at most 1: estimates count the
    /// label by one over it. Nothing when nobody chose: examples of files, and tasks that a machine had done.
    #[serde(default)]
    pub chosen_with: Option<f32>,
    /// How urgent the work turned out to be: the priority with which people finished the task, or what the file says.
    #[serde(default)]
    pub priority: Option<Priority>,
    /// Minutes that the work took: those during which people held the task until they finished it, or what the file says.
    #[serde(default)]
    pub handling_minutes: Option<f32>,
}

/// What a list of labels is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelFilter {
    /// Only this label.
    pub label: Option<String>,
    /// Only this kind.
    pub kind: Option<LabelKind>,
}

/// How many examples a label has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelCount {
    /// The label.
    pub label: String,
    /// Its examples.
    pub examples: u64,
}
