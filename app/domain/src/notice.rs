//! What a person is told of tasks that they watch.

use serde::{Deserialize, Serialize};

use crate::{
    id::{NoticeId, TaskId},
    time::Timestamp,
};

/// Notices that are kept of one person, the latest ones.
pub const MAX_NOTICES: u32 = 200;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// A comment mentions the person.
    Mentioned,
    /// Somebody commented on the task.
    Commented,
    /// The task was put aside and is back in its queue.
    Returned,
    /// The task was resolved.
    Resolved,
    /// The task was escalated.
    Escalated,
}

impl NoticeKind {
    /// The kind in words, with the name of who did it; nothing stands for time alone.
    #[must_use]
    pub fn in_words(self, by: Option<&str>) -> String {
        match (self, by) {
            (Self::Returned, None) => "It is back in its queue: its time has come.".to_owned(),
            (kind, by) => format!("{} {}", by.unwrap_or("Somebody"), kind.act()),
        }
    }

    const fn act(self) -> &'static str {
        match self {
            Self::Mentioned => "mentioned you in a comment.",
            Self::Commented => "commented on it.",
            Self::Returned => "brought it back to its queue.",
            Self::Resolved => "resolved it.",
            Self::Escalated => "escalated it.",
        }
    }
}

/// What a person is told of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Its identifier.
    pub id: NoticeId,
    /// The task.
    pub task_id: TaskId,
    /// The task's subject now.
    pub subject: String,
    /// What happened.
    pub kind: NoticeKind,
    /// Who did it: a name at that time; nothing when it happened by itself.
    pub by: Option<String>,
    /// The same in words.
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// When the person read it.
    pub read_at: Option<Timestamp>,
}
