//! One piece of work and the states it goes through.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{
    actor::ActorId,
    decision::Destination,
    error::{InvalidTransition, ValidationCode, ValidationError},
    id::{DecisionId, TaskId},
    text,
    time::Timestamp,
};

/// Longest subject, in bytes.
pub const MAX_SUBJECT_BYTES: usize = 1_024;
/// Longest subject and body together, in bytes.
pub const MAX_TEXT_BYTES: usize = 64 * 1024;
/// Deepest nesting of attributes.
pub const MAX_ATTRIBUTES_DEPTH: usize = 8;
/// Largest attributes, in bytes of JSON.
pub const MAX_ATTRIBUTES_BYTES: usize = 64 * 1024;
/// Longest `external_id`, in bytes.
pub const MAX_EXTERNAL_ID_BYTES: usize = 256;
/// Longest `callback_url`, in bytes.
pub const MAX_URL_BYTES: usize = 2_048;
/// Shortest and longest lease, in milliseconds.
pub const LEASE_MS: std::ops::RangeInclusive<i64> = 1_000..=3_600_000;

/// How urgent a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// When there is time.
    Low,
    /// As it comes.
    #[default]
    Normal,
    /// Before others.
    High,
    /// Now.
    Urgent,
}

impl Priority {
    /// Every priority, least urgent first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Normal, Self::High, Self::Urgent];

    /// The priority as people and files write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }

    /// 0 for low to 3 for urgent.
    #[must_use]
    pub const fn rank(self) -> u8 {
        self as u8
    }
}

impl FromStr for Priority {
    type Err = ValidationError;

    fn from_str(text: &str) -> Result<Self, ValidationError> {
        Self::ALL.into_iter().find(|priority| priority.as_str() == text).ok_or_else(|| {
            ValidationError::new("priority", ValidationCode::Unknown, "must be low, normal, high or urgent")
        })
    }
}

/// What a submitter gives.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewTask {
    /// One line that says what it is about.
    pub subject: String,
    /// The text; may be empty.
    #[serde(default)]
    pub body: String,
    /// Where it came from, for example `email`; `api` when nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Anything else that rules and people need, as a JSON object.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub attributes: serde_json::Map<String, serde_json::Value>,
    /// The submitter's own name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// How urgent the submitter thinks it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority_hint: Option<Priority>,
    /// Where the submitter wants to hear of the outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
}

impl NewTask {
    /// Checks every field against its limits.
    ///
    /// # Errors
    /// With the first field that is refused.
    pub fn check(&self) -> Result<(), ValidationError> {
        text::check_required("subject", &self.subject, MAX_SUBJECT_BYTES)?;
        text::check_length("body", &self.body, MAX_TEXT_BYTES - self.subject.len())?;
        if let Some(channel) = &self.channel {
            text::check_name("channel", channel)?;
        }
        if let Some(external_id) = &self.external_id {
            text::check_required("external_id", external_id, MAX_EXTERNAL_ID_BYTES)?;
        }
        self.check_attributes()?;
        self.callback_url.as_deref().map_or(Ok(()), check_callback_url)
    }

    fn check_attributes(&self) -> Result<(), ValidationError> {
        if self.attributes.values().map(depth).max().unwrap_or(0) + 1 > MAX_ATTRIBUTES_DEPTH {
            return Err(ValidationError::new(
                "attributes",
                ValidationCode::TooDeep,
                format!("must be nested at most {MAX_ATTRIBUTES_DEPTH} deep"),
            ));
        }
        let bytes = serde_json::to_string(&self.attributes).map_or(usize::MAX, |json| json.len());
        if bytes > MAX_ATTRIBUTES_BYTES {
            return Err(ValidationError::too_long("attributes", MAX_ATTRIBUTES_BYTES));
        }
        Ok(())
    }
}

/// The depth of a value: 0 for a scalar, 1 for a flat array or object. Recursion is bounded by the JSON parser's own limit.
fn depth(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        serde_json::Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn check_callback_url(url: &str) -> Result<(), ValidationError> {
    text::check_length("callback_url", url, MAX_URL_BYTES)?;
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or("");
    if host.is_empty() || host.starts_with('/') || url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(ValidationError::new(
            "callback_url",
            ValidationCode::Malformed,
            "must be an http or https address",
        ));
    }
    Ok(())
}

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
    /// When the hold ends by itself.
    pub expires_at: Timestamp,
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
    /// Waits for a person's yes before an automation runs.
    AwaitingApproval {
        /// The automation.
        automation: String,
        /// The queue after a no.
        otherwise: String,
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
            Self::AwaitingApproval { .. } => "awaiting_approval",
            Self::Resolved { .. } => "resolved",
            Self::Closed { .. } => "closed",
            Self::DeadLetter { .. } => "dead_letter",
        }
    }

    /// The queue it waits in or was taken from.
    #[must_use]
    pub fn queue(&self) -> Option<&str> {
        match self {
            Self::Queued { queue } | Self::Claimed { queue, .. } => Some(queue),
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
            Destination::Approval { automation, otherwise } => {
                Self::AwaitingApproval { automation: automation.clone(), otherwise: otherwise.clone() }
            }
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
            Self::AwaitingApproval { .. } => return Err(InvalidTransition::AwaitingApproval),
            _ => return Err(InvalidTransition::Finished),
        };
        let claim = Claim {
            holder: holder.to_string(),
            holder_name: holder_name.to_owned(),
            token: last_token + 1,
            expires_at: now.plus_ms(lease_ms.clamp(*LEASE_MS.start(), *LEASE_MS.end())),
        };
        Ok(Self::Claimed { queue, claim })
    }

    /// Checks that a claim is still held under `token`, and takes it apart.
    fn held(self, token: u64, now: Timestamp) -> Result<(String, Claim), InvalidTransition> {
        match self {
            Self::Claimed { claim, .. } if claim.token != token => Err(InvalidTransition::StaleToken),
            Self::Claimed { claim, .. } if claim.expires_at <= now => Err(InvalidTransition::LeaseExpired),
            Self::Claimed { queue, claim } => Ok((queue, claim)),
            Self::Resolved { .. } | Self::Closed { .. } | Self::DeadLetter { .. } => Err(InvalidTransition::Finished),
            Self::Queued { .. } | Self::AwaitingApproval { .. } => Err(InvalidTransition::NotClaimed),
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
    /// [`InvalidTransition::NotAwaitingApproval`] when the task does not wait for one.
    pub fn answer_approval(self, yes: bool) -> Result<Self, InvalidTransition> {
        match self {
            Self::AwaitingApproval { automation, otherwise } => {
                Ok(Self::Queued { queue: if yes { automation } else { otherwise } })
            }
            _ => Err(InvalidTransition::NotAwaitingApproval),
        }
    }
}

/// One piece of work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Task {
    /// Its identifier.
    pub id: TaskId,
    /// One line that says what it is about.
    pub subject: String,
    /// The text.
    pub body: String,
    /// Where it came from.
    pub channel: String,
    /// Anything else that rules and people need.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub attributes: serde_json::Map<String, serde_json::Value>,
    /// The submitter's own name for it.
    pub external_id: Option<String>,
    /// How urgent the submitter thought it is.
    pub priority_hint: Option<Priority>,
    /// Where the submitter wants to hear of the outcome.
    pub callback_url: Option<String>,
    /// Who submitted it, as an identifier.
    pub submitted_by: String,
    /// When it was accepted.
    pub submitted_at: Timestamp,
    /// Where it stands.
    #[serde(flatten)]
    pub state: TaskState,
    /// How urgent it is.
    pub priority: Priority,
    /// When it is late.
    pub due_at: Option<Timestamp>,
    /// What it is, as the model or a person said last.
    pub label: Option<String>,
    /// The decision that holds now.
    pub decision_id: DecisionId,
    /// The highest fencing token given so far.
    pub last_token: u64,
    /// Level of its open escalation; 0 when there is none.
    pub escalation_level: u8,
}

impl Task {
    /// The text that models read and labels keep: subject and body.
    #[must_use]
    pub fn text(&self) -> String {
        classified_text(&self.subject, &self.body)
    }

    /// Whether a person may still act on it.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !self.state.is_finished()
    }
}

/// The text that models read: the subject, and the body on a new line when there is one.
#[must_use]
pub fn classified_text(subject: &str, body: &str) -> String {
    if body.trim().is_empty() { subject.to_owned() } else { format!("{subject}\n{body}") }
}

/// A task as a list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskSummary {
    /// Its identifier.
    pub id: TaskId,
    /// One line that says what it is about.
    pub subject: String,
    /// Where it came from.
    pub channel: String,
    /// Where it stands, by name.
    pub state: String,
    /// The queue it waits in or was taken from.
    pub queue: Option<String>,
    /// Who holds it.
    pub holder_name: Option<String>,
    /// How urgent it is.
    pub priority: Priority,
    /// What it is.
    pub label: Option<String>,
    /// When it is late.
    pub due_at: Option<Timestamp>,
    /// When it was accepted.
    pub submitted_at: Timestamp,
}

/// What a list of tasks is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskFilter {
    /// Only this state, by name.
    pub state: Option<String>,
    /// Only this queue.
    pub queue: Option<String>,
    /// Only this label.
    pub label: Option<String>,
    /// Only this submitter's name for it.
    pub external_id: Option<String>,
}

#[cfg(test)]
mod tests;
