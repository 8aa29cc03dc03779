//! How good a model is: what it said of examples that it did not learn from, and what follows from that.

use serde::{Deserialize, Serialize};

use crate::{
    classification::{Stage, StageRun},
    id::LabelId,
    model::Model,
    rollout::RolloutReport,
};

/// What a model answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The likeliest label.
    pub label: String,
    /// Its calibrated probability, 0 to 1.
    pub confidence: f32,
}

/// One example that a model was measured on and did not learn from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvaluationCase {
    /// The label of the example.
    pub label_id: LabelId,
    /// What it was at that time.
    pub truth: String,
    /// What the model said.
    pub answer: Answer,
    /// How likely the model thought that it belongs to no label, 0 to 1.
    pub out_of_scope: f32,
    /// What the champion of that time said.
    pub champion: Option<Answer>,
    /// The short list that the model gave with its answer.
    pub short_list: Option<ShortListCase>,
}

/// A short list that a model gave for an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShortListCase {
    /// Labels on it.
    pub size: u8,
    /// Whether the right one is among them.
    pub holds: bool,
}

/// What a model's short lists are good for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShortListReport {
    /// Of the examples with a list, those whose label is on it.
    pub holds: Share,
    /// Of all examples, those with a list.
    pub given: f64,
    /// Labels on a list, on average.
    pub mean_size: f64,
}

impl EvaluationCase {
    /// Whether the model was right.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.answer.label == self.truth
    }

    /// Whether one of the two was right where the other was wrong.
    #[must_use]
    pub fn change(&self) -> Option<Change> {
        let champion_was_right = self.champion.as_ref()?.label == self.truth;
        match (self.is_right(), champion_was_right) {
            (true, false) => Some(Change::Gained),
            (false, true) => Some(Change::Lost),
            _ => None,
        }
    }
}

/// How a model differs from the champion on a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The model is right where the champion was wrong.
    Gained,
    /// The model is wrong where the champion was right.
    Lost,
}

/// What a list of cases is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CaseFilter {
    /// Only what is this.
    pub truth: Option<String>,
    /// Only what the model called this.
    pub answer: Option<String>,
    /// Only right answers, or only wrong ones.
    pub right: Option<bool>,
    /// Only where the model differs from the champion in this way.
    pub change: Option<Change>,
    /// Only answers of at least this confidence.
    pub from: Option<f32>,
    /// Only answers of at most this confidence.
    pub to: Option<f32>,
}

impl CaseFilter {
    /// Whether a case is one of those.
    #[must_use]
    pub fn lets_through(&self, case: &EvaluationCase) -> bool {
        self.truth.as_ref().is_none_or(|truth| case.truth == *truth)
            && self.answer.as_ref().is_none_or(|answer| case.answer.label == *answer)
            && self.right.is_none_or(|right| case.is_right() == right)
            && self.change.is_none_or(|change| case.change() == Some(change))
            && self.from.is_none_or(|from| case.answer.confidence >= from)
            && self.to.is_none_or(|to| case.answer.confidence <= to)
    }
}

/// A case with its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseText {
    /// The case.
    pub case: EvaluationCase,
    /// What was labelled.
    pub text: String,
}

/// A share with the 95 % interval of Clopper and Pearson; all are 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// What was seen.
    pub share: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// Of how many.
    pub of: u64,
}

/// How good a model is at one label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelReport {
    /// The label.
    pub label: String,
    /// Of the answers that named it, those that were right; nothing when none did.
    pub precision: Option<Share>,
    /// Of the examples that are it, those that were found; nothing when there are none.
    pub recall: Option<Share>,
    /// Of the examples with a short list, those whose label is on it.
    #[serde(default)]
    pub short_list: Option<Share>,
}

/// Examples of one label that the model took for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// What they are.
    pub truth: String,
    /// What the model said.
    pub answer: String,
    /// How many.
    pub cases: u64,
}

/// Answers of about the same confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReliabilityBin {
    /// The least confidence.
    pub from: f32,
    /// The highest.
    pub to: f32,
    /// The mean.
    pub confidence: f64,
    /// How many of them were right.
    pub right: Share,
}

/// What answering only from some confidence on would give.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// That confidence.
    pub threshold: f32,
    /// Share of the cases that would be answered.
    pub coverage: f64,
    /// How many of those would be right.
    pub precision: Share,
}

/// How much could be automated at a precision.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Automatable {
    /// The precision, 0 to 1.
    pub precision: f64,
    /// Share of the held-out examples above the lowest threshold that kept the precision on these very examples.
    pub seen: f64,
    /// Share above the threshold that keeps it with a certainty of 95 %; nothing when the examples cannot promise it.
    pub promised: Option<Share>,
}

/// A model beside the champion of the time when it was made, on the same examples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The champion of that time.
    pub champion: u32,
    /// Examples on which only the model was right.
    pub gained: u64,
    /// Examples on which only the champion was right.
    pub lost: u64,
    /// How likely a difference as large would be if both were equally good (McNemar's exact test).
    pub p_value: f64,
}

/// What a model reached when it had learned from this many examples, the oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LearningPoint {
    /// So many.
    pub examples: u64,
    /// Accuracy on the held-out examples, 0 to 1.
    pub accuracy: f64,
}

/// How a model that did not know them does on the newest labels: what comes next is like them, and random examples are not.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewestMetrics {
    /// How many of the newest labels.
    pub examples: u64,
    /// Accuracy on them of a model that learned from all labels before them, 0 to 1.
    pub accuracy: f64,
    /// The champion's, when it was made before them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub champion_accuracy: Option<f64>,
}

/// How good a model is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelReport {
    /// The model.
    pub model: Model,
    /// What was measured; nothing when there were too few examples to hold some out.
    pub held_out: Option<HeldOutReport>,
    /// Where it stands on its way to champion.
    pub rollout: RolloutReport,
    /// What each stage of its cascade did lately; nothing for a model of one stage.
    #[serde(default)]
    pub stages: Vec<StageLedger>,
}

/// What the stages of a cascade said of a task.
#[derive(Debug, Clone, PartialEq)]
pub struct StageCase {
    /// The stages in their order.
    pub stages: Vec<StageRun>,
    /// What the task is, when people said so.
    pub truth: Option<String>,
}

/// What a stage of a cascade did on live work, and what it was good for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageLedger {
    /// The stage.
    pub stage: Stage,
    /// Tasks that it read.
    pub calls: u64,
    /// Of these, tasks that it gave the answer to.
    pub answered: u64,
    /// Tasks that it had no time for, or failed on.
    pub unanswered: u64,
    /// What its calls cost, in the unit of the setting.
    pub cost: f64,
    /// Microseconds of a call on average.
    pub mean_micros: u64,
    /// Answers that it changed.
    pub changed: u64,
    /// Changed answers that were right, where people said so: corrections that it avoided.
    pub avoided: u64,
    /// Changed answers that had been right before.
    pub spoiled: u64,
    /// Whether it earns its cost.
    pub worth: Worth,
}

/// Whether a stage earns its cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Worth {
    /// There is nothing before it that it could improve on.
    First,
    /// Too few of the answers that it changed are labelled.
    TooFew,
    /// It puts more right than wrong, beyond chance.
    Earned,
    /// It does not.
    NotEarned,
}

/// What the cases of a model say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeldOutReport {
    /// How many of the answers were right.
    pub accuracy: Share,
    /// How well the out-of-scope score tells examples that are none of the labels from the others: the area under the ROC
    /// curve. Nothing when no held-out example is none of the labels.
    pub out_of_scope_auroc: Option<f64>,
    /// Every label that occurs, by name.
    pub labels: Vec<LabelReport>,
    /// What was taken for what, most first.
    pub confusions: Vec<Confusion>,
    /// Answers by confidence, the least confident first.
    pub reliability: Vec<ReliabilityBin>,
    /// Precision against coverage, the most confident first.
    pub curve: Vec<CurvePoint>,
    /// How much could be automated at the usual precisions.
    pub automatable: Vec<Automatable>,
    /// The champion on the same examples.
    pub comparison: Option<Comparison>,
    /// What the short lists are good for; nothing when the model gives none.
    #[serde(default)]
    pub short_lists: Option<ShortListReport>,
}
