//! Why a use case was refused or failed: one enum per use case, and what callers outside hear of it.

use std::hash::{BuildHasher, Hasher, RandomState};

use domain::{
    Fault, Forbidden, InvalidTransition, ValidationError,
    policy::{PolicyProblem, diff::Difference},
};

use crate::{policy::parts_in_words, ports::store::StoreError};

/// Why something could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The actor may not see it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such thing.
    #[error("not found")]
    NotFound,
    /// The store failed, or the page's cursor is not one of its own.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a task was not accepted.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SubmitError {
    /// The actor may not submit tasks.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A field is refused.
    #[error(transparent)]
    Invalid(#[from] ValidationError),
    /// The idempotency key came before with another body.
    #[error("the idempotency key was used with another body")]
    KeyReused,
    /// The intake is full; try again.
    #[error("the intake is full")]
    Busy,
    /// The server stops; the task was not accepted.
    #[error("the server is stopping")]
    Stopping,
    /// The store failed; the cause is shared by all tasks of a batch.
    #[error("the batch was not written: {0}")]
    NotWritten(std::sync::Arc<StoreError>),
}

/// Why work on a task was refused.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// The actor may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such task or queue.
    #[error("not found")]
    NotFound,
    /// A field is refused.
    #[error(transparent)]
    Invalid(#[from] ValidationError),
    /// The task's state does not allow it.
    #[error(transparent)]
    Transition(#[from] InvalidTransition),
    /// Something else stands in the way; one sentence for people.
    #[error("{0}")]
    Conflict(&'static str),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a policy was not checked, saved or activated.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The actor may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such version.
    #[error("not found")]
    NotFound,
    /// A field beside the document is refused.
    #[error(transparent)]
    Invalid(#[from] ValidationError),
    /// The document is refused.
    #[error("the document has {} problems", .0.len())]
    Illegal(Vec<PolicyProblem>),
    /// The version is not at a stage from which that is possible.
    #[error(transparent)]
    Transition(#[from] InvalidTransition),
    /// Somebody else changed it since it was looked at.
    #[error("somebody else changed it meanwhile")]
    Overtaken,
    /// Whoever wrote a version cannot approve it.
    #[error("an author cannot approve")]
    OwnWork,
    /// A second person has not said yes.
    #[error("a second person has not said yes")]
    NotReviewed,
    /// Parts of it belong to areas that the actor may not change.
    #[error("{} parts belong to other areas", .0.len())]
    OtherArea(Vec<Difference>),
    /// Another version is in shadow or a canary.
    #[error("another version is on its way")]
    OtherChallenger,
    /// Something else stands in the way; one sentence for people.
    #[error("{0}")]
    Conflict(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a model was not trained, added or promoted.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The actor may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such model or run.
    #[error("not found")]
    NotFound,
    /// A training run is under way.
    #[error("a training run is under way")]
    AlreadyTraining,
    /// The run has ended, so it cannot be stopped.
    #[error("this run has ended")]
    NotRunning,
    /// The model does not meet every condition for promotion, and "anyway" was not said.
    #[error("the model does not meet every condition for promotion")]
    GateClosed,
    /// Another model is in shadow or a canary.
    #[error("another model is on its way")]
    OtherChallenger,
    /// A field is refused.
    #[error(transparent)]
    Invalid(#[from] ValidationError),
    /// The files are no model that can be served; the sentence says why.
    #[error("{0}")]
    Refused(String),
    /// The model's files cannot be loaded, so it cannot decide anything.
    #[error("the model cannot be loaded: {0}")]
    Unloadable(String),
    /// The model is the champion already.
    #[error(transparent)]
    Transition(#[from] InvalidTransition),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why something about labels was refused.
#[derive(Debug, thiserror::Error)]
pub enum LabelError {
    /// The actor may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A field is refused.
    #[error(transparent)]
    Invalid(#[from] ValidationError),
    /// There is no such label, or it has another name now.
    #[error("not found")]
    NotFound,
    /// There is a label of this name, and merging was not said.
    #[error("there is a label of this name")]
    Exists,
    /// Another file is on its way in.
    #[error("another import is under way")]
    Busy,
    /// Nobody contests this text any more: somebody else settled it.
    #[error("the text is not contested")]
    Settled,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why something about people or keys was refused.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// The actor may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such person or key.
    #[error("not found")]
    NotFound,
    /// A field is refused.
    #[error(transparent)]
    Invalid(#[from] ValidationError),
    /// Nobody could manage people any more.
    #[error("the last administrator cannot be disabled")]
    LastAdministrator,
    /// The old password is not right.
    #[error("the old password is not right")]
    WrongPassword,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why somebody could not sign in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Address or password is wrong, or the person is disabled; which of them is not said.
    #[error("wrong address or password")]
    Refused,
    /// Too many failed attempts for this address or from this place.
    #[error("too many failed attempts")]
    TooMany {
        /// Seconds to wait.
        retry_after_s: u32,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Logs a cause once, under a random reference that is all that callers hear of it.
fn internal(error: &(dyn std::error::Error + 'static)) -> Fault {
    let reference = format!("{:012x}", RandomState::new().build_hasher().finish() & 0xffff_ffff_ffff);
    let mut causes = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        causes.push_str(": ");
        causes.push_str(&cause.to_string());
        source = cause.source();
    }
    tracing::error!(error.reference = reference, error.causes = causes, "a use case failed");
    Fault::Internal { reference }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::InvalidCursor => Self::Invalid(ValidationError::new(
                "after",
                domain::ValidationCode::Malformed,
                "is not a cursor of this list",
            )),
            StoreError::Conflict(field) => {
                Self::Invalid(ValidationError::new(field, domain::ValidationCode::Taken, "is taken already"))
            }
            StoreError::Failed(_) => internal(&error),
        }
    }
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Forbidden(_) => Self::Forbidden,
            ReadError::NotFound => Self::NotFound,
            ReadError::Store(error) => error.into(),
        }
    }
}

impl From<SubmitError> for Fault {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Forbidden(_) => Self::Forbidden,
            SubmitError::Invalid(error) => Self::Invalid(error),
            SubmitError::KeyReused => Self::KeyReused,
            SubmitError::Busy => Self::TooMany { retry_after_s: 1 },
            SubmitError::Stopping => Self::Unavailable { message: "The server is stopping; try again.".to_owned() },
            SubmitError::NotWritten(cause) => internal(&*cause),
        }
    }
}

impl From<WorkError> for Fault {
    fn from(error: WorkError) -> Self {
        match error {
            WorkError::Forbidden(_) => Self::Forbidden,
            WorkError::NotFound => Self::NotFound,
            WorkError::Invalid(error) => Self::Invalid(error),
            WorkError::Transition(error) => Self::conflict(sentence(&error)),
            WorkError::Conflict(message) => Self::conflict(message),
            WorkError::Store(error) => error.into(),
        }
    }
}

impl From<PolicyError> for Fault {
    fn from(error: PolicyError) -> Self {
        match error {
            PolicyError::Forbidden(_) => Self::Forbidden,
            PolicyError::NotFound => Self::NotFound,
            PolicyError::Invalid(error) => Self::Invalid(error),
            PolicyError::Illegal(problems) => Self::InvalidPolicy { problems },
            PolicyError::Transition(_) => Self::conflict("This version is not at a stage from which that is possible."),
            PolicyError::Overtaken => {
                Self::conflict("Somebody else changed this since you opened it. Reload the page and look again.")
            }
            PolicyError::OwnWork => Self::conflict("Whoever wrote a version cannot approve it; somebody else must."),
            PolicyError::NotReviewed => {
                Self::conflict("This workspace wants a second person’s yes before a version decides anything.")
            }
            PolicyError::OtherArea(differences) => Self::OutsideArea { parts: parts_in_words(&differences) },
            PolicyError::OtherChallenger => {
                Self::conflict("Another version is in shadow or a canary; set it aside first.")
            }
            PolicyError::Conflict(message) => Self::conflict(message),
            PolicyError::Store(error) => error.into(),
        }
    }
}

impl From<LabelError> for Fault {
    fn from(error: LabelError) -> Self {
        match error {
            LabelError::Forbidden(_) => Self::Forbidden,
            LabelError::Invalid(error) => Self::Invalid(error),
            LabelError::NotFound => Self::NotFound,
            LabelError::Exists => Self::conflict("There is a label of this name already; say that both become one."),
            LabelError::Busy => Self::conflict("Another file is on its way in; wait for it or cancel it."),
            LabelError::Settled => Self::conflict("This text is settled already; the list shows what is left."),
            LabelError::Store(error) => error.into(),
        }
    }
}

impl From<ModelError> for Fault {
    fn from(error: ModelError) -> Self {
        match error {
            ModelError::Forbidden(_) => Self::Forbidden,
            ModelError::NotFound => Self::NotFound,
            ModelError::AlreadyTraining => {
                Self::conflict("Another model is being made; wait for it or cancel its run.")
            }
            ModelError::NotRunning => Self::conflict("This run has ended."),
            ModelError::GateClosed => {
                Self::conflict("This model does not meet every condition for promotion; promote it anyway?")
            }
            ModelError::OtherChallenger => {
                Self::conflict("Another model is in shadow or a canary; stop its rollout first.")
            }
            ModelError::Invalid(error) => Self::Invalid(error),
            ModelError::Refused(message) => {
                Self::Invalid(ValidationError::new("file", domain::ValidationCode::Malformed, message))
            }
            ModelError::Unloadable(message) => {
                tracing::warn!(model.error = message, "a model cannot be promoted because it does not load");
                Self::Unavailable {
                    message: "This model's files cannot be loaded, so it cannot be promoted.".to_owned(),
                }
            }
            ModelError::Transition(_) => Self::conflict("This model is not at a stage from which that is possible."),
            ModelError::Store(error) => error.into(),
        }
    }
}

impl From<PeopleError> for Fault {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::Forbidden(_) => Self::Forbidden,
            PeopleError::NotFound => Self::NotFound,
            PeopleError::Invalid(error) => Self::Invalid(error),
            PeopleError::LastAdministrator => Self::conflict("The last administrator cannot be disabled."),
            PeopleError::WrongPassword => {
                Self::Invalid(ValidationError::new("old", domain::ValidationCode::Malformed, "is not your password"))
            }
            PeopleError::Store(error) => error.into(),
        }
    }
}

impl From<SignInError> for Fault {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Refused => Self::Invalid(ValidationError::new(
                "password",
                domain::ValidationCode::Malformed,
                "Address or password is wrong.",
            )),
            SignInError::TooMany { retry_after_s } => Self::TooMany { retry_after_s },
            SignInError::Store(error) => error.into(),
        }
    }
}

/// An error's text as a sentence: capital first, full stop last.
fn sentence(error: &InvalidTransition) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), chars.as_str()))
}
