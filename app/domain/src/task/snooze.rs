//! Putting a task aside until a time: whoever holds it looks at it later, or it waits for the customer.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Task, TaskState, TaskSummary};
use crate::{
    error::{InvalidTransition, ValidationCode, ValidationError},
    escalation::MAX_REASON_BYTES,
    text,
    time::{MINUTE_MS, Timestamp},
};

/// Shortest and longest time for which a task is put aside, in minutes: one minute to 90 days.
pub const SNOOZE_MINUTES: std::ops::RangeInclusive<i64> = 1..=90 * 24 * 60;

/// Why a task is put aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SnoozeKind {
    /// Somebody looks at it later; its due time stays.
    #[default]
    Snoozed,
    /// It waits for the customer; its due time pauses.
    Waiting,
}

impl SnoozeKind {
    /// The kind as people and stores write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Snoozed => "snoozed",
            Self::Waiting => "waiting",
        }
    }
}

impl FromStr for SnoozeKind {
    type Err = ValidationError;

    fn from_str(text: &str) -> Result<Self, ValidationError> {
        [Self::Snoozed, Self::Waiting]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| ValidationError::new("kind", ValidationCode::Unknown, "must be snoozed or waiting"))
    }
}

/// For how long a task is put aside, and why. The end is given as a time or as minutes from now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnoozeRequest {
    /// When the task comes back.
    pub until: Option<Timestamp>,
    /// In how many minutes the task comes back.
    pub minutes: Option<u32>,
    /// Why it is put aside.
    pub kind: SnoozeKind,
    /// The same in words; may be left out.
    pub reason: Option<String>,
}

impl SnoozeRequest {
    /// Checks the fields and works out when the task comes back.
    ///
    /// # Errors
    /// With the first field that is refused.
    pub fn check(self, now: Timestamp) -> Result<Snooze, ValidationError> {
        let (field, until) = match (self.until, self.minutes) {
            (Some(until), None) => ("until", until),
            (None, Some(minutes)) => ("minutes", now.plus_minutes(i64::from(minutes))),
            (None, None) => return Err(ValidationError::required("until")),
            (Some(_), Some(_)) => {
                let message = "must be left out when a number of minutes is given";
                return Err(ValidationError::new("until", ValidationCode::Malformed, message));
            }
        };
        let ahead_ms = until.since_ms(now);
        if ahead_ms < SNOOZE_MINUTES.start() * MINUTE_MS {
            return Err(ValidationError::new(field, ValidationCode::TooShort, "must be at least a minute from now"));
        }
        if ahead_ms > SNOOZE_MINUTES.end() * MINUTE_MS {
            return Err(ValidationError::new(field, ValidationCode::TooLong, "must be at most 90 days from now"));
        }
        let reason = self.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
        if let Some(reason) = reason {
            text::check_length("reason", reason, MAX_REASON_BYTES)?;
        }
        Ok(Snooze { until, kind: self.kind, reason: reason.map(str::to_owned) })
    }
}

/// For how long a task is put aside, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snooze {
    /// When the task comes back.
    pub until: Timestamp,
    /// Why it is put aside.
    pub kind: SnoozeKind,
    /// The same in words.
    pub reason: Option<String>,
}

impl TaskState {
    /// Puts the task of a held claim aside; the claim ends.
    ///
    /// # Errors
    /// When the claim is not held under `token` now.
    pub fn snooze(self, token: u64, now: Timestamp, snooze: Snooze) -> Result<Self, InvalidTransition> {
        let (queue, claim) = self.held(token, now)?;
        let Snooze { until, kind, reason } = snooze;
        Ok(Self::Snoozed { queue, until, kind, by: claim.holder_name, by_id: claim.holder, since: now, reason })
    }
}

impl Task {
    /// The task back in its queue, and how long its due time had paused, in milliseconds. What waited for the customer is due
    /// later by the time that it waited, but never beyond the time at which it was to come back.
    ///
    /// # Errors
    /// [`InvalidTransition::NotSnoozed`] when it is not put aside.
    pub fn wake(self, now: Timestamp) -> Result<(Self, i64), InvalidTransition> {
        let TaskState::Snoozed { queue, until, kind, since, .. } = self.state.clone() else {
            return Err(InvalidTransition::NotSnoozed);
        };
        let paused_ms = match kind {
            SnoozeKind::Snoozed => 0,
            SnoozeKind::Waiting => now.min(until).since_ms(since).max(0),
        };
        let due_at = self.due_at.map(|due| due.plus_ms(paused_ms));
        Ok((Self { due_at, ..self.enter(TaskState::Queued { queue }, now) }, paused_ms))
    }
}

/// A task that is put aside, as a list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SnoozedTask {
    /// The task.
    pub task: TaskSummary,
    /// When it comes back.
    pub until: Timestamp,
    /// Why it is put aside.
    pub kind: SnoozeKind,
    /// By whom: a name at that time.
    pub by: String,
    /// Since when.
    pub since: Timestamp,
    /// Why, in words.
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(until_ms: i64) -> Result<Snooze, ValidationError> {
        let until = Some(Timestamp::from_ms(until_ms));
        SnoozeRequest { until, ..SnoozeRequest::default() }.check(Timestamp::from_ms(0))
    }

    #[test]
    fn a_task_is_put_aside_for_a_minute_to_90_days() {
        assert!(asked(MINUTE_MS).is_ok() && asked(90 * 24 * 60 * MINUTE_MS).is_ok());
        assert_eq!(asked(MINUTE_MS - 1).unwrap_err().code, ValidationCode::TooShort);
        assert_eq!(asked(90 * 24 * 60 * MINUTE_MS + 1).unwrap_err().code, ValidationCode::TooLong);
        let now = Timestamp::from_ms(0);
        let minutes = SnoozeRequest { minutes: Some(5), reason: Some("  ".to_owned()), ..SnoozeRequest::default() };
        let snooze = minutes.clone().check(now).unwrap();
        assert_eq!((snooze.until, snooze.reason), (now.plus_minutes(5), None));
        assert_eq!(SnoozeRequest::default().check(now).unwrap_err().code, ValidationCode::Required);
        assert_eq!(SnoozeRequest { until: Some(now), ..minutes.clone() }.check(now).unwrap_err().field, "until");
        let long = SnoozeRequest { reason: Some("x".repeat(MAX_REASON_BYTES + 1)), ..minutes };
        assert_eq!(long.check(now).unwrap_err().field, "reason");
    }

    #[test]
    fn kinds_are_read_by_their_words() {
        assert_eq!("waiting".parse(), Ok(SnoozeKind::Waiting));
        assert_eq!("later".parse::<SnoozeKind>().unwrap_err().field, "kind");
    }
}
