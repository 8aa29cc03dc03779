//! Reading tasks and queues, and erasing what a task says.

use domain::{
    Actor, ActorId, Decision, Page, PageRequest, Permission, QueueCounts, TaskDetail, TaskId, TaskState, TaskSummary,
    task::{PendingApproval, TaskFilter},
};

use crate::{ReadError, Services, WorkError, services::Act};

impl Services {
    /// A task with everything that was decided and done about it.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] when there is none.
    pub async fn lookup_task(&self, actor: &Actor, id: TaskId) -> Result<TaskDetail, ReadError> {
        actor.require(Permission::ReadTasks)?;
        let mut reads = self.read().await?;
        let task = reads.lookup_task(id).await?.ok_or(ReadError::NotFound)?;
        let mut decisions = reads.list_decisions_of(id).await?;
        let blind = task.label.is_none() && decisions.iter().any(|decision| decision.check.is_some());
        if blind {
            decisions = decisions.into_iter().map(Decision::without_answer).collect();
        }
        let resolution = match task.state {
            TaskState::Resolved { .. } => reads.lookup_resolution(id).await?,
            _ => None,
        };
        let viewer = match actor.id() {
            ActorId::User(user) => Some(*user),
            ActorId::ApiKey(_) | ActorId::System(_) => None,
        };
        let mut watchers = reads.list_watchers(id).await?;
        watchers.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(TaskDetail {
            blind,
            decisions,
            corrections: reads.list_corrections_of(id).await?,
            escalations: reads.list_escalations_of(id).await?,
            comments: reads.list_task_comments(id).await?,
            watching: watchers.iter().any(|watcher| Some(watcher.user_id) == viewer),
            watchers: watchers.into_iter().map(|watcher| watcher.name).collect(),
            draft: match viewer {
                Some(user) => reads.lookup_draft(id, user).await?,
                None => None,
            },
            undo: resolution.as_ref().and_then(|resolution| resolution.undo_right(actor, self.now())),
            reply: resolution.and_then(|resolution| resolution.reply),
            task,
        })
    }

    /// Erases what a task says, subject, body and attributes, and what people wrote to it: comments, the reply and drafts. It also
    /// leaves every list of examples, every dataset and all
    /// later training; that there was a task, what was decided and who did it stays.
    ///
    /// # Errors
    /// [`WorkError::Conflict`] when it is erased already, or the reason is refused.
    pub async fn erase_task_text(&self, actor: &Actor, id: TaskId, reason: &str) -> Result<(), WorkError> {
        actor.require(Permission::EraseTexts)?;
        let reason = domain::text::check_required("reason", reason, domain::escalation::MAX_REASON_BYTES)?;
        let mut tx = self.begin().await?;
        tx.lookup_task(id).await?.ok_or(WorkError::NotFound)?;
        let now = self.now();
        if !tx.erase_task_text(id, now).await? {
            return Err(WorkError::Conflict("The text of this task is erased already."));
        }
        let detail = serde_json::json!({ "reason": reason });
        Act { actor, at: now, action: "task.text_erased", subject: id.to_string(), detail }.record(&mut *tx).await?;
        Ok(tx.save().await?)
    }

    /// Tasks, newest first.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_tasks(
        &self,
        actor: &Actor,
        filter: &TaskFilter,
        page: &PageRequest,
    ) -> Result<Page<TaskSummary>, ReadError> {
        actor.require(Permission::ReadTasks)?;
        Ok(self.read().await?.list_tasks(filter, page).await?)
    }

    /// Tasks that wait in a queue, in the order they are to be taken.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] when there is no such queue.
    pub async fn list_waiting(
        &self,
        actor: &Actor,
        queue: &str,
        page: &PageRequest,
    ) -> Result<Page<TaskSummary>, ReadError> {
        actor.require(Permission::ReadTasks)?;
        let mut reads = self.read().await?;
        if !reads.list_queues().await?.iter().any(|known| known.name == queue) {
            return Err(ReadError::NotFound);
        }
        Ok(reads.list_waiting(queue, page).await?)
    }

    /// What the actor holds now, the earliest end of a lease first.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_claimed(&self, actor: &Actor) -> Result<Vec<TaskSummary>, ReadError> {
        actor.require(Permission::ReadTasks)?;
        Ok(self.read().await?.list_claimed_by(&actor.id().to_string()).await?)
    }

    /// Every queue with its numbers.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_queues(&self, actor: &Actor) -> Result<Vec<QueueCounts>, ReadError> {
        actor.require(Permission::ReadTasks)?;
        let now = self.now();
        Ok(self.read().await?.list_queue_counts(now).await?)
    }

    /// Tasks that wait for an approval, oldest first.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_awaiting_approval(
        &self,
        actor: &Actor,
        page: &PageRequest,
    ) -> Result<Page<PendingApproval>, ReadError> {
        actor.require(Permission::ReadTasks)?;
        Ok(self.read().await?.list_awaiting_approval(page).await?)
    }
}
