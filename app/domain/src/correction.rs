//! A person's statement that a decision was wrong.

use serde::{Deserialize, Serialize};

use crate::{
    decision::Destination,
    error::{ValidationCode, ValidationError},
    escalation::MAX_REASON_BYTES,
    id::{CorrectionId, DecisionId, TaskId},
    task::Priority,
    text,
    time::Timestamp,
};

/// Which field of a decision a correction is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CorrectionField {
    /// What the task is.
    Label,
    /// How urgent it is.
    Priority,
    /// Where it belongs.
    Destination,
}

impl CorrectionField {
    /// The field as stores write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Priority => "priority",
            Self::Destination => "destination",
        }
    }
}

/// One corrected field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Correction {
    /// Its identifier.
    pub id: CorrectionId,
    /// The task.
    pub task_id: TaskId,
    /// The decision that was wrong.
    pub decision_id: DecisionId,
    /// Which field.
    pub field: CorrectionField,
    /// What the decision said; nothing when it said nothing.
    pub old: Option<String>,
    /// What is right.
    pub new: String,
    /// Why, in the person's words.
    pub reason: String,
    /// Who: a person's or key's name at that time.
    pub corrected_by: String,
    /// When.
    pub corrected_at: Timestamp,
}

/// What a person says is right. At least one field must be given, and each must differ from what holds now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CorrectionRequest {
    /// The right label.
    #[serde(default)]
    pub label: Option<String>,
    /// The right priority.
    #[serde(default)]
    pub priority: Option<Priority>,
    /// The right queue; the task moves there whatever the policy says.
    #[serde(default)]
    pub queue: Option<String>,
    /// Why.
    pub reason: String,
}

impl CorrectionRequest {
    /// Checks the form of the fields and trims the reason.
    ///
    /// # Errors
    /// With the first field that is refused.
    pub fn check(mut self) -> Result<Self, ValidationError> {
        self.reason = text::check_required("reason", &self.reason, MAX_REASON_BYTES)?;
        if let Some(label) = &self.label {
            text::check_label("label", label)?;
        }
        if let Some(queue) = &self.queue {
            text::check_name("queue", queue)?;
        }
        if self.label.is_none() && self.priority.is_none() && self.queue.is_none() {
            return Err(ValidationError::new(
                "label",
                ValidationCode::Required,
                "say what is right: a label, a priority or a queue",
            ));
        }
        Ok(self)
    }

    /// Where the correction sends the task, when it says so.
    #[must_use]
    pub fn destination(&self) -> Option<Destination> {
        self.queue.clone().map(|queue| Destination::Queue { queue })
    }
}
