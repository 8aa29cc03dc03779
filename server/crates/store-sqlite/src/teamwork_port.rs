//! The port of what people keep beside tasks, handed on to its nouns.

use async_trait::async_trait;
use domain::{
    Draft, Notice, NoticeId, Page, PageRequest, Resolution, TaskComment, TaskId, Timestamp, UserId, comment::Watcher,
};
use service::ports::store::{NewNotice, StoreResult, TeamworkReads, TeamworkWrites};

use crate::{comment, draft, notice, resolution, transaction::SqliteTransaction, watcher};

#[async_trait]
impl TeamworkReads for SqliteTransaction {
    async fn lookup_resolution(&mut self, task: TaskId) -> StoreResult<Option<Resolution>> {
        let answer = resolution::lookup(self.connection().await?, task).await;
        self.settle(answer)
    }

    async fn lookup_draft(&mut self, task: TaskId, user: UserId) -> StoreResult<Option<Draft>> {
        let answer = draft::lookup(self.connection().await?, task, user).await;
        self.settle(answer)
    }

    async fn list_task_comments(&mut self, task: TaskId) -> StoreResult<Vec<TaskComment>> {
        let answer = comment::list(self.connection().await?, task).await;
        self.settle(answer)
    }

    async fn count_task_comments(&mut self, task: TaskId) -> StoreResult<u32> {
        let answer = comment::count(self.connection().await?, task).await;
        self.settle(answer)
    }

    async fn list_watchers(&mut self, task: TaskId) -> StoreResult<Vec<Watcher>> {
        let answer = watcher::list(self.connection().await?, task).await;
        self.settle(answer)
    }

    async fn list_notices(&mut self, user: UserId, page: &PageRequest) -> StoreResult<Page<Notice>> {
        let answer = notice::list(self.connection().await?, user, page).await;
        self.settle(answer)
    }

    async fn count_unread_notices(&mut self, user: UserId) -> StoreResult<u32> {
        let answer = notice::count_unread(self.connection().await?, user).await;
        self.settle(answer)
    }
}

#[async_trait]
impl TeamworkWrites for SqliteTransaction {
    async fn save_resolution(&mut self, resolution: &Resolution) -> StoreResult<()> {
        let answer = resolution::save(self.connection().await?, resolution).await;
        self.settle(answer)
    }

    async fn remove_resolution(&mut self, task: TaskId) -> StoreResult<()> {
        let answer = resolution::remove(self.connection().await?, task).await;
        self.settle(answer)
    }

    async fn save_draft(&mut self, task: TaskId, user: UserId, draft: &Draft) -> StoreResult<()> {
        let answer = draft::save(self.connection().await?, task, user, draft).await;
        self.settle(answer)
    }

    async fn remove_draft(&mut self, task: TaskId, user: UserId) -> StoreResult<bool> {
        let answer = draft::remove(self.connection().await?, task, user).await;
        self.settle(answer)
    }

    async fn add_task_comment(&mut self, comment: &TaskComment) -> StoreResult<()> {
        let answer = comment::add(self.connection().await?, comment).await;
        self.settle(answer)
    }

    async fn add_watcher(&mut self, task: TaskId, user: UserId, since: Timestamp) -> StoreResult<bool> {
        let answer = watcher::add(self.connection().await?, task, user, since).await;
        self.settle(answer)
    }

    async fn remove_watcher(&mut self, task: TaskId, user: UserId) -> StoreResult<bool> {
        let answer = watcher::remove(self.connection().await?, task, user).await;
        self.settle(answer)
    }

    async fn add_notices(&mut self, notices: &[NewNotice]) -> StoreResult<()> {
        let answer = notice::add(self.connection().await?, notices).await;
        self.settle(answer)
    }

    async fn mark_notices_read(&mut self, user: UserId, one: Option<NoticeId>, at: Timestamp) -> StoreResult<u64> {
        let answer = notice::mark_read(self.connection().await?, user, one, at).await;
        self.settle(answer)
    }
}
