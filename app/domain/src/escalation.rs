//! Handing a task up a chain.

use serde::{Deserialize, Serialize};

use crate::{
    error::InvalidTransition,
    id::{EscalationId, TaskId},
    time::Timestamp,
};

/// Longest reason, in bytes.
pub const MAX_REASON_BYTES: usize = 2_000;

/// Where an escalation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EscalationState {
    /// Waits for somebody at its level.
    Open,
    /// The task was resolved at this level.
    Resolved,
    /// The task was given back to where it came from, with a reason.
    HandedBack,
    /// The task was escalated once more, to the next level.
    Superseded,
}

/// One step of a task up the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Escalation {
    /// Its identifier.
    pub id: EscalationId,
    /// The task that was escalated.
    pub task_id: TaskId,
    /// 1 for the first level of the chain.
    pub level: u8,
    /// Why, in the words of who escalated.
    pub reason: String,
    /// Who escalated: a person's or key's name at that time.
    pub raised_by: String,
    /// When.
    pub raised_at: Timestamp,
    /// The queue it came from and goes back to when handed back.
    pub from_queue: String,
    /// The queue of this level.
    pub to_queue: String,
    /// When this level must have answered.
    pub due_at: Timestamp,
    /// Where it stands.
    pub state: EscalationState,
    /// When it left `open`.
    pub closed_at: Option<Timestamp>,
}

impl Escalation {
    /// Ends an open escalation.
    ///
    /// # Errors
    /// [`InvalidTransition::NotPossible`] when it has ended before.
    pub fn close(self, state: EscalationState, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self.state {
            EscalationState::Open if state != EscalationState::Open => Ok(Self { state, closed_at: Some(at), ..self }),
            _ => Err(InvalidTransition::NotPossible),
        }
    }

    /// Opens an escalation again that ended because its task was resolved.
    ///
    /// # Errors
    /// [`InvalidTransition::NotPossible`] when it ended otherwise or not at all.
    pub fn reopen(self) -> Result<Self, InvalidTransition> {
        match self.state {
            EscalationState::Resolved => Ok(Self { state: EscalationState::Open, closed_at: None, ..self }),
            _ => Err(InvalidTransition::NotPossible),
        }
    }
}

/// An escalation as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EscalationSummary {
    /// The escalation.
    pub escalation: Escalation,
    /// The task's subject.
    pub subject: String,
    /// Who holds the task now.
    pub holder: Option<String>,
}
