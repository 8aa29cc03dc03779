//! How a task was resolved, and who may take that back.

use serde::{Deserialize, Serialize};

use crate::{
    actor::{Actor, Permission},
    error::ValidationError,
    id::{EscalationId, LabelId, TaskId},
    text,
    time::Timestamp,
};

/// Longest reply, in bytes.
pub const MAX_REPLY_BYTES: usize = 16 * 1024;

/// How long whoever resolved a task may take it back without a supervisor, in minutes.
pub const UNDO_MINUTES: i64 = 10;

/// How a task was resolved: everything that is needed to take it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// The task.
    pub task_id: TaskId,
    /// When.
    pub at: Timestamp,
    /// By whom: a name at that time.
    pub by: String,
    /// By whom, as an identifier.
    pub by_id: String,
    /// The queue that the task had been taken from.
    pub queue: String,
    /// What the submitter was or is told.
    pub reply: Option<String>,
    /// The label that it confirmed.
    pub label_id: Option<LabelId>,
    /// The escalation that ended with it.
    pub escalation_id: Option<EscalationId>,
}

/// That somebody may take a resolution back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UndoRight {
    /// Until when; nothing means without end.
    pub until: Option<Timestamp>,
    /// Whether that takes a reason now.
    pub needs_reason: bool,
}

impl Resolution {
    /// Whether an actor may take it back now: its own for ten minutes, and with the permission any other, with a reason.
    #[must_use]
    pub fn undo_right(&self, actor: &Actor, now: Timestamp) -> Option<UndoRight> {
        let until = self.at.plus_minutes(UNDO_MINUTES);
        let own = self.by_id == actor.id().to_string() && now < until && actor.may(Permission::WorkTasks);
        if actor.may(Permission::UndoResolutions) {
            Some(UndoRight { until: None, needs_reason: !own })
        } else {
            own.then_some(UndoRight { until: Some(until), needs_reason: false })
        }
    }
}

/// Checks a reply; a blank one is none.
///
/// # Errors
/// When it is too long.
pub fn check_reply(reply: Option<&str>) -> Result<Option<String>, ValidationError> {
    let Some(reply) = reply.map(str::trim).filter(|reply| !reply.is_empty()) else { return Ok(None) };
    text::check_length("reply", reply, MAX_REPLY_BYTES)?;
    Ok(Some(reply.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{id::UserId, user::Role};

    fn person(number: u128, role: Role) -> Actor {
        Actor::user(UserId::from_parts(1, number), "P".to_owned(), role)
    }

    #[test]
    fn a_resolution_is_taken_back_by_its_maker_for_ten_minutes_and_by_supervisors_always() {
        let (maker, other) = (person(1, Role::Agent), person(2, Role::Agent));
        let supervisor = person(3, Role::Supervisor);
        let resolution = Resolution {
            task_id: TaskId::from_parts(1, 1),
            at: Timestamp::from_ms(0),
            by: "P".to_owned(),
            by_id: maker.id().to_string(),
            queue: "billing".to_owned(),
            reply: None,
            label_id: None,
            escalation_id: None,
        };
        let until = Timestamp::from_ms(0).plus_minutes(UNDO_MINUTES);
        let soon = until.plus_ms(-1);
        assert_eq!(resolution.undo_right(&maker, soon), Some(UndoRight { until: Some(until), needs_reason: false }));
        assert_eq!(resolution.undo_right(&maker, until), None);
        assert_eq!(resolution.undo_right(&other, soon), None);
        assert_eq!(resolution.undo_right(&supervisor, until), Some(UndoRight { until: None, needs_reason: true }));
        let own = Resolution { by_id: supervisor.id().to_string(), ..resolution };
        assert_eq!(own.undo_right(&supervisor, soon), Some(UndoRight { until: None, needs_reason: false }));
        assert_eq!(own.undo_right(&person(3, Role::Auditor), soon), None);
    }

    #[test]
    fn a_blank_reply_is_none_and_a_long_one_is_refused() {
        assert_eq!(check_reply(Some(" \n")), Ok(None));
        assert_eq!(check_reply(Some(" Done. ")), Ok(Some("Done.".to_owned())));
        assert_eq!(check_reply(Some(&"x".repeat(MAX_REPLY_BYTES + 1))).unwrap_err().field, "reply");
    }
}
