//! One piece of work and the states it goes through.

mod snooze;
mod state;

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{
    decision::Approver,
    error::{ValidationCode, ValidationError},
    id::{DecisionId, TaskId, UserId},
    text,
    time::Timestamp,
};
pub use snooze::{SNOOZE_MINUTES, Snooze, SnoozeKind, SnoozeRequest, SnoozedTask};
pub use state::{Claim, LEASE_MS, TaskState};

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

/// What stands for the subject of a task whose text was erased.
pub const ERASED_SUBJECT: &str = "(text erased)";

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
    /// How long people have held it so far, in milliseconds; holds that ran out by themselves do not count, because nobody
    /// knows when the work on them stopped.
    #[serde(default)]
    pub worked_ms: i64,
    /// When subject, body and attributes were erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Timestamp>,
}

impl Task {
    /// The text that models read and labels keep: subject and body.
    #[must_use]
    pub fn text(&self) -> String {
        classified_text(&self.subject, &self.body)
    }

    /// What was submitted.
    #[must_use]
    pub fn as_submitted(self) -> NewTask {
        NewTask {
            subject: self.subject,
            body: self.body,
            channel: Some(self.channel),
            attributes: self.attributes,
            external_id: self.external_id,
            priority_hint: self.priority_hint,
            callback_url: self.callback_url,
        }
    }

    /// The task in another state. The hold of a person that ends with that counts as work.
    #[must_use]
    pub fn enter(self, state: TaskState, now: Timestamp) -> Self {
        let person = |claim: &&Claim| claim.holder.parse::<UserId>().is_ok();
        let ended = match (self.state.claim().filter(person), state.claim()) {
            (Some(claim), next) if next.is_none_or(|next| next.token != claim.token) && claim.expires_at > now => {
                now.since_ms(claim.since).max(0)
            }
            _ => 0,
        };
        Self { state, worked_ms: self.worked_ms + ended, ..self }
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
    /// Why it is where it is, in words; nothing while that would tell whoever is to check the model what it said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A task that waits for a person's yes before an automation runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PendingApproval {
    /// The task.
    pub task: TaskSummary,
    /// What runs after a yes.
    pub automation: String,
    /// The queue after a no.
    pub otherwise: String,
    /// Who may answer.
    pub approver: Approver,
    /// When no answer counts as a no.
    pub expires_at: Option<Timestamp>,
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
