//! Trained artefacts and the runs that make them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    error::InvalidTransition,
    evaluation::{LearningPoint, NewestMetrics},
    id::RunId,
    rollout::Rollout,
    time::Timestamp,
};

/// Where a model stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ModelStage {
    /// Trained and measured; decides nothing yet.
    Candidate,
    /// Is asked beside the champion, off the way of the tasks, and never acts.
    Shadow,
    /// Classifies a share of the new tasks. At most one model is in shadow or a canary.
    Canary,
    /// Classifies every new task. There is at most one.
    Champion,
    /// Was champion, or was set aside.
    Retired,
}

impl ModelStage {
    /// The stage as stores write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Candidate => "candidate",
            Self::Shadow => "shadow",
            Self::Canary => "canary",
            Self::Champion => "champion",
            Self::Retired => "retired",
        }
    }
}

/// What a model reached on its held-out examples. Shares and probabilities are 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Metrics {
    /// Examples it was measured on.
    pub examples: u64,
    /// Share that it labelled rightly.
    pub accuracy: f64,
    /// F1 averaged over labels, each counting the same.
    pub macro_f1: f64,
    /// Expected calibration error, 15 bins of equal width.
    pub ece: f64,
    /// Largest share, most confident first, whose accuracy is at least the key (`0.95`, `0.98`, `0.99`).
    pub coverage_at_precision: BTreeMap<String, f64>,
    /// The champion of that time on the same examples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub champion_accuracy: Option<f64>,
    /// The champion of that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub champion: Option<u32>,
    /// What fewer examples gave, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub learning_curve: Vec<LearningPoint>,
    /// How a model does that did not know the newest labels; nothing when people gave too few.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<NewestMetrics>,
    /// How good the predicted priorities are; nothing when the model predicts none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<PriorityMetrics>,
    /// How good the predicted minutes are; nothing when the model predicts none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling: Option<HandlingMetrics>,
}

/// How good a model's predicted priorities are, on held-out examples that state one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriorityMetrics {
    /// Those examples.
    pub examples: u64,
    /// Share that it predicted rightly, 0 to 1.
    pub accuracy: f64,
    /// Agreement beyond chance, where a miss by two steps counts four times a miss by one (Cohen's kappa with quadratic
    /// weights): 0 for guessing, 1 for always right.
    pub kappa: f64,
}

/// How good a model's predicted minutes are, on held-out examples that state them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandlingMetrics {
    /// Those examples.
    pub examples: u64,
    /// Half of the predictions are wrong by at most this many minutes.
    pub median_error: f64,
    /// The same when every example is predicted to take what half of the training examples took.
    pub median_error_of_guessing: f64,
    /// Share whose minutes lie in the predicted range, 0 to 1; 0.8 is meant.
    pub within_range: f64,
}

/// A trained model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Model {
    /// Counts up from 1; shown as `v3`.
    pub version: u32,
    /// SHA-256 of the ONNX graph in hexadecimal.
    pub sha256: String,
    /// SHA-256 of the training data in hexadecimal.
    pub dataset_sha256: String,
    /// Examples it was trained on.
    pub trained_on: u64,
    /// Labels it knows.
    pub labels: Vec<String>,
    /// What it reached on held-out examples; nothing when there were too few to hold out.
    pub metrics: Option<Metrics>,
    /// Where it stands.
    pub stage: ModelStage,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who asked for it: a person's name at that time, or a part of the system.
    pub created_by: String,
    /// When it became champion last.
    pub promoted_at: Option<Timestamp>,
    /// How far its rollout is, in shadow or as a canary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<Rollout>,
    /// Why it was set aside, in one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The dataset that it was trained and measured on; nothing for models that came from elsewhere or from earlier versions of
    /// the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<u32>,
}

impl Model {
    /// The version as decisions name it.
    #[must_use]
    pub fn name(&self) -> String {
        format!("v{}", self.version)
    }

    /// Makes a candidate, or a retired model again, the champion.
    ///
    /// # Errors
    /// [`InvalidTransition::NotPossible`] when it is the champion already.
    pub fn promote(self, at: Timestamp) -> Result<Self, InvalidTransition> {
        if self.stage == ModelStage::Champion {
            return Err(InvalidTransition::NotPossible);
        }
        Ok(Self { stage: ModelStage::Champion, promoted_at: Some(at), rollout: None, note: None, ..self })
    }

    /// Puts a candidate, or a retired model again, into shadow.
    ///
    /// # Errors
    /// [`InvalidTransition::NotPossible`] when it is on its way already, or champion.
    pub fn begin_shadow(self, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self.stage {
            ModelStage::Candidate | ModelStage::Retired => {
                let rollout = Some(Rollout { percent: 0, since: at });
                Ok(Self { stage: ModelStage::Shadow, rollout, note: None, ..self })
            }
            ModelStage::Shadow | ModelStage::Canary | ModelStage::Champion => Err(InvalidTransition::NotPossible),
        }
    }

    /// Lets a model that was in shadow decide a share of the work, or another share than before.
    ///
    /// # Errors
    /// [`InvalidTransition::NotPossible`] when it was not in shadow.
    pub fn begin_canary(self, percent: u8, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self.stage {
            ModelStage::Shadow | ModelStage::Canary => {
                let rollout = Some(Rollout { percent, since: at });
                Ok(Self { stage: ModelStage::Canary, rollout, ..self })
            }
            ModelStage::Candidate | ModelStage::Champion | ModelStage::Retired => Err(InvalidTransition::NotPossible),
        }
    }

    /// Takes a model out of its rollout.
    ///
    /// # Errors
    /// [`InvalidTransition::NotPossible`] when it is in none.
    pub fn set_aside(self, why: &str) -> Result<Self, InvalidTransition> {
        match self.stage {
            ModelStage::Shadow | ModelStage::Canary => {
                Ok(Self { stage: ModelStage::Retired, rollout: None, note: Some(why.to_owned()), ..self })
            }
            ModelStage::Candidate | ModelStage::Champion | ModelStage::Retired => Err(InvalidTransition::NotPossible),
        }
    }

    /// Whether promoting it goes back to what was champion before.
    #[must_use]
    pub const fn is_former_champion(&self) -> bool {
        matches!(self.stage, ModelStage::Retired) && self.promoted_at.is_some()
    }
}

/// What starts training by itself, and how near it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainingTriggers {
    /// Corrections after which it starts; nothing when that is off.
    pub after_corrections: Option<u32>,
    /// Corrections since the last run began, counted up to that number.
    pub corrections: u32,
    /// Hours after the last run's start; nothing when that is off.
    pub every_hours: Option<u32>,
    /// When that is.
    pub next_at: Option<Timestamp>,
    /// Whether a drift alarm starts it.
    #[serde(default)]
    pub on_drift: bool,
}

/// Where a training run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Works now.
    Running,
    /// Made a model.
    Succeeded,
    /// Stopped by an error.
    Failed,
    /// Stopped by a person.
    Cancelled,
    /// The server stopped in the middle.
    Interrupted,
}

impl RunState {
    /// The state as stores write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }
}

/// One run of training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrainingRun {
    /// Its identifier.
    pub id: RunId,
    /// Where it stands.
    pub state: RunState,
    /// Share of the work done, 0 to 100.
    pub progress_percent: u8,
    /// What it does now, or how it ended, in one sentence.
    pub message: String,
    /// Who asked for it.
    pub started_by: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The model it made.
    pub model_version: Option<u32>,
    /// What it did so far, oldest first.
    #[serde(default)]
    pub log: Vec<RunStep>,
}

/// One step of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunStep {
    /// When it began.
    pub at: Timestamp,
    /// What it is.
    pub step: String,
}
