//! What may be left to machines: how right each label is to be, and whether the model keeps that.

use serde::{Deserialize, Serialize};

use crate::{
    evaluation::Share,
    id::{DecisionId, LabelId, TaskId},
    time::Timestamp,
};

/// The precisions, in percent, that one may ask of a label.
pub const PERCENTS: [u8; 4] = [90, 95, 98, 99];

/// How right the answers for a label are to be before anything is left to machines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goal {
    /// The label.
    pub label: String,
    /// In percent, one of [`PERCENTS`].
    pub percent: u8,
    /// Who wants it: the name at that time.
    pub set_by: String,
    /// Since when.
    pub set_at: Timestamp,
}

/// Whether a model keeps a goal.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Standing {
    /// Answers of at least this confidence keep it, with a certainty of 95 %.
    Promised {
        /// The confidence, 0 to 1.
        threshold: f32,
        /// What their precision is at least, 0 to 1.
        bound: f64,
    },
    /// There are cases enough, and at no confidence are they right often enough.
    NotReached,
    /// Too few cases to promise anything.
    TooFew {
        /// Cases that would be needed if all of them were right.
        needed: u64,
    },
}

/// What a model promises for a label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelPromise {
    /// The model.
    pub model_version: u32,
    /// The label.
    pub label: String,
    /// The goal's precision in percent.
    pub percent: u8,
    /// Whether it is kept.
    pub standing: Standing,
    /// Cases that it was worked out from: above the threshold when there is one, else all.
    pub cases: u64,
    /// Those of them that were right.
    pub right: u64,
    /// When it was worked out.
    pub worked_out_at: Timestamp,
}

/// An answer to a task that came in here, and what people said that the task is.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveCase {
    /// What people said.
    pub label_id: LabelId,
    /// The decision that the answer led to.
    pub decision_id: Option<DecisionId>,
    /// The label that they gave, in its name of today.
    pub truth: String,
    /// What the model had said.
    pub answer: String,
    /// How sure it was, 0 to 1.
    pub confidence: f32,
    /// The probability with which the task was chosen to be looked at by people, above 0 and at most 1; nothing when nobody chose
    /// it, for example because somebody noticed what a machine had done.
    pub chosen_with: Option<f32>,
}

/// A label on the page of automation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AutomationRow {
    /// The label.
    pub label: String,
    /// What is asked of it.
    pub goal: Option<Goal>,
    /// What the champion promises for it.
    pub promise: Option<LabelPromise>,
    /// Live answers of the champion for it whose truth is known.
    pub cases: u64,
    /// Those of them that were right.
    pub right: u64,
}

/// What may be left to machines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AutomationBoard {
    /// The champion; nothing when none serves.
    pub champion: Option<u32>,
    /// Labels that the champion knows or a goal names, by name.
    pub rows: Vec<AutomationRow>,
    /// Rules of the active policy that ask for what is promised.
    pub rules: Vec<String>,
    /// Of the tasks that a policy leaves to machines, the percentage that is drawn for a blind check.
    pub check_percent: u8,
    /// How many of the champion's answers that a machine would have acted on are right, by those checks.
    pub checked: Option<Share>,
}

/// A task that a machine did or does, of which the model was not sure and nobody said what it is. What the model said is left
/// out: whoever looks at it is to say it alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsureTask {
    /// The task.
    pub task_id: TaskId,
    /// Its subject and body.
    pub text: String,
    /// When it was decided.
    pub decided_at: Timestamp,
}
