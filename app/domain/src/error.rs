//! What can be wrong with a value or a transition, as values.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a value of a field is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ValidationCode {
    /// The field must be given and not blank.
    Required,
    /// The value is longer, larger or more than allowed.
    TooLong,
    /// The value is shorter or smaller than allowed.
    TooShort,
    /// JSON is nested deeper than allowed.
    TooDeep,
    /// The value does not have the form that the field needs.
    Malformed,
    /// The value names something that does not exist.
    Unknown,
    /// Something else has this value already.
    Taken,
    /// The value is the same as before, so there is nothing to do.
    Unchanged,
}

/// A field whose value is refused; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[error("{field}: {message}")]
pub struct ValidationError {
    /// The name of the field as the caller wrote it; a path with dots for nested ones.
    pub field: String,
    /// Why it is refused.
    pub code: ValidationCode,
    /// One plain sentence for people, without the field's name.
    pub message: String,
}

impl ValidationError {
    /// Builds the error.
    pub fn new(field: impl Into<String>, code: ValidationCode, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, message: message.into() }
    }

    /// A field that must be given.
    pub fn required(field: impl Into<String>) -> Self {
        Self::new(field, ValidationCode::Required, "must be given")
    }

    /// A text longer than `max_bytes`.
    pub fn too_long(field: impl Into<String>, max_bytes: usize) -> Self {
        Self::new(field, ValidationCode::TooLong, format!("must be at most {max_bytes} bytes long"))
    }

    /// A value that names nothing that exists.
    pub fn unknown(field: impl Into<String>, what: impl fmt::Display) -> Self {
        Self::new(field, ValidationCode::Unknown, format!("{what} does not exist"))
    }
}

/// A transition that the present state does not allow; the state is unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum InvalidTransition {
    /// Somebody else holds the task.
    #[error("somebody else holds this task")]
    HeldByAnother,
    /// Nobody holds the task, so there is nothing to give back or complete.
    #[error("this task is not claimed")]
    NotClaimed,
    /// The fencing token is not that of the present claim.
    #[error("this claim was replaced by a newer one")]
    StaleToken,
    /// The lease ended before the call.
    #[error("the lease on this task has expired")]
    LeaseExpired,
    /// The task reached its end.
    #[error("this task is finished")]
    Finished,
    /// The task does not wait for an approval.
    #[error("this task does not wait for an approval")]
    NotAwaitingApproval,
    /// The time for an approval is over; no answer counted as a no.
    #[error("the time for this approval is over, which counts as a no")]
    ApprovalExpired,
    /// The task waits for an approval, so it cannot be worked.
    #[error("this task waits for an approval")]
    AwaitingApproval,
    /// The task is put aside, so it cannot be worked.
    #[error("this task is put aside until later; bring it back first")]
    Snoozed,
    /// The task is not put aside.
    #[error("this task is not put aside")]
    NotSnoozed,
    /// The task is not resolved, so there is nothing to take back.
    #[error("this task is not resolved")]
    NotResolved,
    /// The step is not possible from where the thing stands now.
    #[error("this step is not possible now")]
    NotPossible,
}
