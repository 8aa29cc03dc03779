//! Where a task stands, and the steps from one state to the next.

use serde::{Deserialize, Serialize};

use super::SnoozeKind;
use crate::{
    actor::ActorId,
    decision::{Approver, Destination},
    error::InvalidTransition,
    time::Timestamp,
};

/// Shortest and longest lease, in milliseconds.
pub const LEASE_MS: std::ops::RangeInclusive<i64> = 1_000..=3_600_000;

/// An exclusive, expiring hold on a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Claim {
    /// Who holds it, as an identifier.
    pub holder: String,
    /// The holder's name at the time of the claim.
    pub holder_name: String,
    /// Fencing token: grows with every claim of the task, and every act on the claim must show it.
    pub token: u64,
    /// When the hold began.
    pub since: Timestamp,
    /// When the hold ends by itself.
    pub expires_at: Timestamp,
}

impl Claim {
    /// A claim that begins now, with the token after the last one.
    fn begin(holder: &ActorId, holder_name: &str, last_token: u64, now: Timestamp, lease_ms: i64) -> Self {
        Self {
            holder: holder.to_string(),
            holder_name: holder_name.to_owned(),
            token: last_token + 1,
            since: now,
            expires_at: now.plus_ms(lease_ms.clamp(*LEASE_MS.start(), *LEASE_MS.end())),
        }
    }
}

/// Where a task stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TaskState {
    /// Waits in a queue.
    Queued {
        /// The queue.
        queue: String,
    },
    /// Somebody works it.
    Claimed {
        /// The queue it was taken from.
        queue: String,
        /// The hold.
        claim: Claim,
    },
    /// Put aside until a time, and free for nobody until then.
    Snoozed {
        /// The queue that it comes back to.
        queue: String,
        /// When it comes back by itself.
        until: Timestamp,
        /// Why it is put aside.
        kind: SnoozeKind,
        /// By whom: a name at that time.
        by: String,
        /// By whom, as an identifier.
        by_id: String,
        /// Since when.
        since: Timestamp,
        /// Why, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Waits for a person's yes before an automation runs.
    AwaitingApproval {
        /// The automation.
        automation: String,
        /// The queue after a no.
        otherwise: String,
        /// Who may answer.
        #[serde(default)]
        approver: Approver,
        /// When no answer counts as a no.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<Timestamp>,
    },
    /// Done.
    Resolved {
        /// When.
        at: Timestamp,
        /// By whom: a name at that time.
        by: String,
    },
    /// Nothing was to be done.
    Closed {
        /// When.
        at: Timestamp,
    },
    /// Nothing can be done.
    DeadLetter {
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

impl TaskState {
    /// The state's name alone, as stores and filters write it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Queued { .. } => "queued",
            Self::Claimed { .. } => "claimed",
            Self::Snoozed { .. } => "snoozed",
            Self::AwaitingApproval { .. } => "awaiting_approval",
            Self::Resolved { .. } => "resolved",
            Self::Closed { .. } => "closed",
            Self::DeadLetter { .. } => "dead_letter",
        }
    }

    /// The queue it waits in, was taken from or comes back to.
    #[must_use]
    pub fn queue(&self) -> Option<&str> {
        match self {
            Self::Queued { queue } | Self::Claimed { queue, .. } | Self::Snoozed { queue, .. } => Some(queue),
            _ => None,
        }
    }

    /// The present claim, whether or not its lease has expired.
    #[must_use]
    pub const fn claim(&self) -> Option<&Claim> {
        match self {
            Self::Claimed { claim, .. } => Some(claim),
            _ => None,
        }
    }

    /// Whether the task reached an end.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        matches!(self, Self::Resolved { .. } | Self::Closed { .. } | Self::DeadLetter { .. })
    }

    /// The state that a destination puts a task into.
    #[must_use]
    pub fn arriving(destination: &Destination, at: Timestamp) -> Self {
        match destination {
            Destination::Queue { queue } => Self::Queued { queue: queue.clone() },
            Destination::Automation { automation } => Self::Queued { queue: automation.clone() },
            Destination::Approval { automation, otherwise, terms } => Self::AwaitingApproval {
                automation: automation.clone(),
                otherwise: otherwise.clone(),
                approver: terms.approver,
                expires_at: terms.expires_minutes.map(|minutes| at.plus_minutes(i64::from(minutes))),
            },
            Destination::Close => Self::Closed { at },
            Destination::DeadLetter => Self::DeadLetter { at, reason: "the policy sent it here".to_owned() },
        }
    }

    /// Takes the task for `holder` until `lease_ms` from now; a claim whose lease has expired may be taken over.
    /// `last_token` is the highest token ever given for the task.
    ///
    /// # Errors
    /// When somebody holds it, or it does not wait in a queue.
    pub fn claim_for(
        self,
        holder: &ActorId,
        holder_name: &str,
        last_token: u64,
        now: Timestamp,
        lease_ms: i64,
    ) -> Result<Self, InvalidTransition> {
        let queue = match self {
            Self::Queued { queue } => queue,
            Self::Claimed { queue, claim } if claim.expires_at <= now => queue,
            Self::Claimed { .. } => return Err(InvalidTransition::HeldByAnother),
            Self::Snoozed { .. } => return Err(InvalidTransition::Snoozed),
            Self::AwaitingApproval { .. } => return Err(InvalidTransition::AwaitingApproval),
            _ => return Err(InvalidTransition::Finished),
        };
        Ok(Self::Claimed { queue, claim: Claim::begin(holder, holder_name, last_token, now, lease_ms) })
    }

    /// Checks that a claim is still held under `token`, and takes it apart.
    pub(super) fn held(self, token: u64, now: Timestamp) -> Result<(String, Claim), InvalidTransition> {
        match self {
            Self::Claimed { claim, .. } if claim.token != token => Err(InvalidTransition::StaleToken),
            Self::Claimed { claim, .. } if claim.expires_at <= now => Err(InvalidTransition::LeaseExpired),
            Self::Claimed { queue, claim } => Ok((queue, claim)),
            Self::Resolved { .. } | Self::Closed { .. } | Self::DeadLetter { .. } => Err(InvalidTransition::Finished),
            Self::Queued { .. } | Self::Snoozed { .. } | Self::AwaitingApproval { .. } => {
                Err(InvalidTransition::NotClaimed)
            }
        }
    }

    /// Extends a lease that has not expired.
    ///
    /// # Errors
    /// When the claim is not held under `token` now.
    pub fn heartbeat(self, token: u64, now: Timestamp, lease_ms: i64) -> Result<Self, InvalidTransition> {
        let (queue, claim) = self.held(token, now)?;
        let expires_at = now.plus_ms(lease_ms.clamp(*LEASE_MS.start(), *LEASE_MS.end())).max(claim.expires_at);
        Ok(Self::Claimed { queue, claim: Claim { expires_at, ..claim } })
    }

    /// Gives the task back to the queue it came from.
    ///
    /// # Errors
    /// When the claim is not held under `token` now.
    pub fn release(self, token: u64, now: Timestamp) -> Result<Self, InvalidTransition> {
        let (queue, _) = self.held(token, now)?;
        Ok(Self::Queued { queue })
    }

    /// Ends the work.
    ///
    /// # Errors
    /// When the claim is not held under `token` now.
    pub fn resolve(self, token: u64, now: Timestamp) -> Result<Self, InvalidTransition> {
        let (_, claim) = self.held(token, now)?;
        Ok(Self::Resolved { at: now, by: claim.holder_name })
    }

    /// Moves the task of a held claim to another queue, free for others: escalation and hand-back.
    ///
    /// # Errors
    /// When the claim is not held under `token` now.
    pub fn move_to(self, token: u64, now: Timestamp, queue: &str) -> Result<Self, InvalidTransition> {
        self.held(token, now)?;
        Ok(Self::Queued { queue: queue.to_owned() })
    }

    /// Frees a claim whose lease has expired.
    ///
    /// # Errors
    /// [`InvalidTransition::HeldByAnother`] when the lease still runs, [`InvalidTransition::NotClaimed`] without a claim.
    pub fn expire(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::Claimed { queue, claim } if claim.expires_at <= now => Ok(Self::Queued { queue }),
            Self::Claimed { .. } => Err(InvalidTransition::HeldByAnother),
            _ => Err(InvalidTransition::NotClaimed),
        }
    }

    /// Takes the silence of those who should have approved as a no.
    ///
    /// # Errors
    /// [`InvalidTransition::NotAwaitingApproval`] when the task does not wait for an approval whose time is over.
    pub fn expire_approval(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::AwaitingApproval { otherwise, expires_at: Some(until), .. } if until <= now => {
                Ok(Self::Queued { queue: otherwise })
            }
            _ => Err(InvalidTransition::NotAwaitingApproval),
        }
    }

    /// Gives up on a task that waits in a queue: nothing more is tried with it until a person wants so.
    ///
    /// # Errors
    /// When it does not wait in a queue.
    pub fn give_up(self, now: Timestamp, reason: &str) -> Result<Self, InvalidTransition> {
        match self {
            Self::Queued { .. } => Ok(Self::DeadLetter { at: now, reason: reason.to_owned() }),
            Self::Claimed { .. } => Err(InvalidTransition::HeldByAnother),
            Self::Snoozed { .. } => Err(InvalidTransition::Snoozed),
            Self::AwaitingApproval { .. } => Err(InvalidTransition::AwaitingApproval),
            _ => Err(InvalidTransition::Finished),
        }
    }

    /// Takes a resolution back: the task is held again, under a new token. `queue` is where it was taken from before.
    ///
    /// # Errors
    /// [`InvalidTransition::NotResolved`] when it is not resolved.
    pub fn take_back(
        self,
        queue: &str,
        holder: (&ActorId, &str),
        last_token: u64,
        now: Timestamp,
        lease_ms: i64,
    ) -> Result<Self, InvalidTransition> {
        match self {
            Self::Resolved { .. } => {
                let claim = Claim::begin(holder.0, holder.1, last_token, now, lease_ms);
                Ok(Self::Claimed { queue: queue.to_owned(), claim })
            }
            _ => Err(InvalidTransition::NotResolved),
        }
    }

    /// Sends a dead letter where it is decided to go now.
    ///
    /// # Errors
    /// When it is none.
    pub fn replay(self, destination: &Destination, now: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::DeadLetter { .. } => Ok(Self::arriving(destination, now)),
            _ => Err(InvalidTransition::NotPossible),
        }
    }

    /// Gives a task that a machine has, had or closed to people; a claim on it ends.
    ///
    /// # Errors
    /// [`InvalidTransition::AwaitingApproval`] when no machine has it yet: refuse the approval instead.
    pub fn reopen(self, queue: &str) -> Result<Self, InvalidTransition> {
        match self {
            Self::AwaitingApproval { .. } => Err(InvalidTransition::AwaitingApproval),
            _ => Ok(Self::Queued { queue: queue.to_owned() }),
        }
    }

    /// Answers an approval: a yes sends the task to the automation, a no to the other queue.
    ///
    /// # Errors
    /// [`InvalidTransition::NotAwaitingApproval`] when the task does not wait for one, and
    /// [`InvalidTransition::ApprovalExpired`] when its time is over, which counts as a no.
    pub fn answer_approval(self, yes: bool, now: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::AwaitingApproval { expires_at: Some(until), .. } if until <= now => {
                Err(InvalidTransition::ApprovalExpired)
            }
            Self::AwaitingApproval { automation, otherwise, .. } => {
                Ok(Self::Queued { queue: if yes { automation } else { otherwise } })
            }
            _ => Err(InvalidTransition::NotAwaitingApproval),
        }
    }
}
