//! What people keep beside a task: how it was resolved, drafts, comments, who watches it, and what those are told.

use async_trait::async_trait;
use domain::{
    Draft, Notice, NoticeId, NoticeKind, Page, PageRequest, Resolution, TaskComment, TaskId, Timestamp, UserId,
    comment::Watcher,
};

use super::StoreResult;

/// A notice for a person, to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotice {
    /// Its identifier.
    pub id: NoticeId,
    /// Whom it is for.
    pub user_id: UserId,
    /// The task.
    pub task_id: TaskId,
    /// What happened.
    pub kind: NoticeKind,
    /// Who did it, by name; nothing when it happened by itself.
    pub by: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What people keep beside tasks, read.
#[async_trait]
pub trait TeamworkReads {
    /// How a task was resolved the last time.
    async fn lookup_resolution(&mut self, task: TaskId) -> StoreResult<Option<Resolution>>;
    /// What a person is writing on a task.
    async fn lookup_draft(&mut self, task: TaskId, user: UserId) -> StoreResult<Option<Draft>>;
    /// Comments on a task, oldest first; at most 500.
    async fn list_task_comments(&mut self, task: TaskId) -> StoreResult<Vec<TaskComment>>;
    /// How many comments a task has.
    async fn count_task_comments(&mut self, task: TaskId) -> StoreResult<u32>;
    /// Who watches a task, in no order; at most 200.
    async fn list_watchers(&mut self, task: TaskId) -> StoreResult<Vec<Watcher>>;
    /// What a person was told, newest first.
    async fn list_notices(&mut self, user: UserId, page: &PageRequest) -> StoreResult<Page<Notice>>;
    /// How many notices a person has not read.
    async fn count_unread_notices(&mut self, user: UserId) -> StoreResult<u32>;
}

/// What people keep beside tasks, written.
#[async_trait]
pub trait TeamworkWrites {
    /// Writes how a task was resolved, in place of what was written before.
    async fn save_resolution(&mut self, resolution: &Resolution) -> StoreResult<()>;
    /// Removes how a task was resolved.
    async fn remove_resolution(&mut self, task: TaskId) -> StoreResult<()>;
    /// Writes what a person is writing on a task, in place of what was kept. The oldest drafts beyond 500 of one person are
    /// forgotten.
    async fn save_draft(&mut self, task: TaskId, user: UserId, draft: &Draft) -> StoreResult<()>;
    /// Removes what a person is writing on a task; answers whether there was anything.
    async fn remove_draft(&mut self, task: TaskId, user: UserId) -> StoreResult<bool>;
    /// Adds a comment, which never changes.
    async fn add_task_comment(&mut self, comment: &TaskComment) -> StoreResult<()>;
    /// Lets a person watch a task; answers whether that is new.
    async fn add_watcher(&mut self, task: TaskId, user: UserId, since: Timestamp) -> StoreResult<bool>;
    /// Lets a person watch a task no more; answers whether they did.
    async fn remove_watcher(&mut self, task: TaskId, user: UserId) -> StoreResult<bool>;
    /// Adds notices. The oldest beyond 200 of one person are forgotten.
    async fn add_notices(&mut self, notices: &[NewNotice]) -> StoreResult<()>;
    /// Marks one notice of a person read, or all that are not; answers how many that were.
    async fn mark_notices_read(&mut self, user: UserId, one: Option<NoticeId>, at: Timestamp) -> StoreResult<u64>;
}
