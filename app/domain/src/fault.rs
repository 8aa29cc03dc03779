//! What callers outside hear of an error: a closed set of codes, the same in the browser and in the REST API.

use serde::{Deserialize, Serialize};

use crate::{error::ValidationError, policy::PolicyProblem};

/// Why a call was refused or failed. Messages are fixed or made from the caller's own input; causes stay in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", content = "detail", rename_all = "snake_case")]
pub enum Fault {
    /// Nobody is signed in, or the key is not valid.
    #[error("Sign in first.")]
    Unauthenticated,
    /// The caller may not do this.
    #[error("You are not permitted to do this.")]
    Forbidden,
    /// The caller may change some areas of the policy, and this is in others; nothing was changed.
    #[error("You may change your own areas of the policy only, and this {parts}.")]
    OutsideArea {
        /// What it would change, in words.
        parts: String,
    },
    /// There is no such thing, or not for this caller.
    #[error("There is no such thing.")]
    NotFound,
    /// A field is refused; nothing was changed.
    #[error("{0}")]
    Invalid(ValidationError),
    /// A policy document is refused; nothing was changed.
    #[error("The policy has {} problem(s).", problems.len())]
    InvalidPolicy {
        /// What is wrong with it.
        problems: Vec<PolicyProblem>,
    },
    /// The thing is not in a state that allows this; nothing was changed.
    #[error("{message}")]
    Conflict {
        /// One sentence that says what stands in the way.
        message: String,
    },
    /// The same idempotency key came with another body.
    #[error("This Idempotency-Key was used with another body.")]
    KeyReused,
    /// Too much at once; nothing was changed.
    #[error("Too many requests; try again in {retry_after_s} s.")]
    TooMany {
        /// Seconds to wait.
        retry_after_s: u32,
    },
    /// Something that this needs does not work now; nothing was changed.
    #[error("{message}")]
    Unavailable {
        /// One sentence that says what.
        message: String,
    },
    /// An error of ours; the log has its cause under the reference.
    #[error("Something went wrong on our side (reference {reference}).")]
    Internal {
        /// What to look for in the log.
        reference: String,
    },
}

impl Fault {
    /// A state that stands in the way.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::Conflict { message: message.into() }
    }

    /// The HTTP status that says the same.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Unauthenticated => 401,
            Self::Forbidden | Self::OutsideArea { .. } => 403,
            Self::NotFound => 404,
            Self::Conflict { .. } => 409,
            Self::Invalid(_) | Self::InvalidPolicy { .. } | Self::KeyReused => 422,
            Self::TooMany { .. } => 429,
            Self::Unavailable { .. } => 503,
            Self::Internal { .. } => 500,
        }
    }
}
