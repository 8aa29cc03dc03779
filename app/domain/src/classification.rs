//! What a model says of a task.

use serde::{Deserialize, Serialize};

use crate::task::Priority;

/// How many ranked candidates are kept with a decision.
pub const MAX_CANDIDATES: usize = 5;

/// One label that a model thought of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Candidate {
    /// The label.
    pub label: String,
    /// Its calibrated probability, 0 to 1.
    pub confidence: f32,
}

/// Minutes between which the work on four of five tasks lies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MinutesRange {
    /// One task in ten takes less.
    pub low: f32,
    /// One task in ten takes more.
    pub high: f32,
}

/// What a model says of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Classification {
    /// The likeliest label.
    pub label: String,
    /// Its calibrated probability, 0 to 1; 0 when the model answered with no number.
    pub confidence: f32,
    /// The likeliest labels, best first, at most [`MAX_CANDIDATES`].
    pub candidates: Vec<Candidate>,
    /// How likely it is that the text belongs to no label at all, 0 to 1.
    pub out_of_scope: f32,
    /// Priority that the model predicts, when it has a head for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Minutes of work that the model predicts, when it has a head for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling_minutes: Option<f32>,
    /// Between how many minutes the work is likely to take, when the model has a head for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling_range: Option<MinutesRange>,
    /// The model that said so, for example `v3`.
    pub model_version: String,
    /// What the model itself called it, when labels were renamed or retired since it was trained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    /// What is promised for answers like this one; nothing when nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<Reached>,
    /// How many of the first candidates are to be looked at: over all tasks, the right label is among them in 99 of 100.
    /// Nothing when that cannot be said, or would need more candidates than are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short_list: Option<u8>,
    /// What each stage of a cascade said, in their order; nothing of a model that has one stage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<StageRun>,
}

/// A part of a cascade: the cheap one is asked first, the costly one only where that is unsure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Hashed words and a linear model.
    Linear,
    /// The linear model blended with a head on a sentence encoder.
    Encoder,
}

impl Stage {
    /// The name as JSON writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Encoder => "encoder",
        }
    }

    /// The name that people read.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Linear => "Words",
            Self::Encoder => "Sentence encoder",
        }
    }
}

/// How a stage's turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum StageOutcome {
    /// What it said is the answer.
    Answered,
    /// It was not sure enough, so the next stage was asked.
    Unsure,
    /// The time for the batch was over before its turn came: the stage before had to answer.
    OutOfTime,
    /// It failed: the stage before had to answer.
    Failed,
    /// It was left out, because too much waits, the day's budget is used up, or it failed often lately: the stage before had to
    /// answer.
    Spared,
}

impl StageOutcome {
    /// The outcome in words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Unsure => "not sure enough, asked further",
            Self::OutOfTime => "no time left, not asked",
            Self::Spared => "left out: too much waits, the budget is spent, or it failed often",
            Self::Failed => "failed, no answer",
        }
    }
}

/// What one stage said of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StageRun {
    /// The stage.
    pub stage: Stage,
    /// How it ended.
    pub outcome: StageOutcome,
    /// The label that it thought likeliest; nothing when it did not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// That label's probability, 0 to 1.
    pub confidence: f32,
    /// Its share of the batch's time, in microseconds.
    pub micros: u32,
    /// What the call cost, in the unit of the setting `encoder.cost`.
    pub cost: f32,
}

/// A promise that an answer falls under: of the answers for this label with at least that confidence, at least so many are
/// right, with a certainty of 95 %.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reached {
    /// The precision in percent.
    pub percent: u8,
    /// The confidence that is enough, 0 to 1.
    pub threshold: f32,
}

impl Classification {
    /// The labels of the short list, likeliest first; none when there is no such list.
    #[must_use]
    pub fn short_list(&self) -> &[Candidate] {
        self.short_list.and_then(|size| self.candidates.get(..usize::from(size))).unwrap_or_default()
    }

    /// What the model predicts beside the label, as sentences for people; nothing when it predicts nothing.
    #[must_use]
    pub fn predictions_in_words(&self) -> Option<String> {
        let priority = self.priority.map(|priority| format!("Suggested priority: {}.", priority.as_str()));
        let minutes = self.handling_minutes.map(|minutes| match self.handling_range {
            Some(MinutesRange { low, high }) => {
                format!("About {minutes:.0} min of work; four of five tasks like it take {low:.0} to {high:.0} min.")
            }
            None => format!("About {minutes:.0} min of work."),
        });
        let sentences: Vec<String> = priority.into_iter().chain(minutes).collect();
        (!sentences.is_empty()).then(|| sentences.join(" "))
    }

    /// How far the best label is ahead of the second, 0 to 1.
    #[must_use]
    pub fn margin(&self) -> f32 {
        let second = self.candidates.get(1).map_or(0.0, |candidate| candidate.confidence);
        (self.confidence - second).max(0.0)
    }
}
