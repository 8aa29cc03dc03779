//! What waits to be done.

use std::{cmp::Ordering, collections::BTreeSet};

use domain::{Priority, SkillNeed, TaskId, Timestamp, UserId, time::MINUTE_MS};

/// A waiting task, as far as it matters for who gets it.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// The task.
    pub task: TaskId,
    /// How urgent it is.
    pub priority: Priority,
    /// When it is late.
    pub due_at: Option<Timestamp>,
    /// Since when it waits.
    pub waiting_since: Timestamp,
    /// What it is.
    pub label: Option<String>,
    /// What somebody must be able to do for it.
    pub needs: Vec<SkillNeed>,
    /// Minutes of work on it, when that is known.
    pub predicted_minutes: Option<f32>,
    /// Who has handed it back.
    pub declined_by: BTreeSet<UserId>,
    /// Who has to do with the matter in person.
    pub conflicts: BTreeSet<UserId>,
}

impl Work {
    /// Minutes that it has waited; 0 when it came later than now.
    pub(crate) fn waited_minutes(&self, now: Timestamp) -> f64 {
        to_minutes(now.since_ms(self.waiting_since).max(0))
    }

    /// Minutes of work that are expected, when they are a number that makes sense.
    pub(crate) fn minutes(&self) -> Option<f64> {
        self.predicted_minutes.map(f64::from).filter(|minutes| minutes.is_finite() && *minutes >= 0.0)
    }

    /// Which of two tasks with equal scores goes first: the more urgent, then the one that is due earlier, then the older.
    pub(crate) fn before(&self, other: &Self) -> Ordering {
        let due = |work: &Self| work.due_at.map_or(i64::MAX, Timestamp::as_ms);
        other
            .priority
            .cmp(&self.priority)
            .then(due(self).cmp(&due(other)))
            .then(self.waiting_since.cmp(&other.waiting_since))
            .then(self.task.cmp(&other.task))
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of the calendar are far below 2^53")]
pub(crate) fn to_minutes(ms: i64) -> f64 {
    ms as f64 / MINUTE_MS as f64
}
