//! Drafts: what people are writing on tasks, kept until they send or discard it.

use domain::{Actor, Draft, Permission, Task, TaskId, UserId, draft::NewDraft};

use crate::{
    ReadError, Services, WorkError,
    ports::store::{StoreResult, Transaction},
    services::person,
};

/// Why nothing is written about a task whose text was erased.
pub(crate) const ERASED: WorkError =
    WorkError::Conflict("The text of this task was erased, so nothing more is written about it.");

impl Services {
    /// Keeps what the actor is writing on a task. The same draft again changes nothing; one that is not newer is refused.
    ///
    /// # Errors
    /// When a field is refused, a newer draft is kept, or the task is finished or its text erased.
    pub async fn save_draft(&self, actor: &Actor, id: TaskId, draft: NewDraft) -> Result<Draft, WorkError> {
        actor.require(Permission::WorkTasks)?;
        let user = person(actor, Permission::WorkTasks)?;
        draft.check()?;
        let mut tx = self.begin().await?;
        let task = tx.lookup_task(id).await?.ok_or(WorkError::NotFound)?;
        if task.erased_at.is_some() {
            return Err(ERASED);
        }
        if !task.is_open() {
            return Err(domain::InvalidTransition::Finished.into());
        }
        match tx.lookup_draft(id, user).await? {
            Some(kept) if draft.is(&kept) => return Ok(kept),
            Some(kept) if draft.revision <= kept.revision => {
                return Err(WorkError::Conflict(
                    "A newer draft of yours is kept already; load the page anew to see it.",
                ));
            }
            _ => {}
        }
        let NewDraft { reply, note, revision } = draft;
        let draft = Draft { reply, note, revision, saved_at: self.now() };
        tx.save_draft(id, user, &draft).await?;
        tx.save().await?;
        Ok(draft)
    }

    /// What the actor is writing on a task.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] when there is no such task.
    pub async fn lookup_draft(&self, actor: &Actor, id: TaskId) -> Result<Option<Draft>, ReadError> {
        actor.require(Permission::WorkTasks)?;
        let user = person(actor, Permission::WorkTasks)?;
        let mut reads = self.read().await?;
        reads.lookup_task(id).await?.ok_or(ReadError::NotFound)?;
        Ok(reads.lookup_draft(id, user).await?)
    }

    /// Removes what the actor is writing on a task.
    ///
    /// # Errors
    /// [`WorkError::NotFound`] when there is no such task.
    pub async fn discard_draft(&self, actor: &Actor, id: TaskId) -> Result<(), WorkError> {
        actor.require(Permission::WorkTasks)?;
        let user = person(actor, Permission::WorkTasks)?;
        let mut tx = self.begin().await?;
        tx.lookup_task(id).await?.ok_or(WorkError::NotFound)?;
        tx.remove_draft(id, user).await?;
        Ok(tx.save().await?)
    }

    /// Takes the reply that the actor had written on a task out of the drafts, and answers it. A note to colleagues that was
    /// not sent stays: it can still be.
    pub(crate) async fn take_draft(
        &self,
        tx: &mut dyn Transaction,
        actor: &Actor,
        task: &Task,
    ) -> StoreResult<Option<String>> {
        let domain::ActorId::User(user) = actor.id() else { return Ok(None) };
        let Some(draft) = tx.lookup_draft(task.id, *user).await? else { return Ok(None) };
        let (reply, rest) = (draft.reply.clone(), Draft { reply: String::new(), ..draft });
        self.keep_rest(tx, task.id, *user, rest).await?;
        Ok(Some(reply))
    }

    /// Takes a note that was sent as a comment out of its writer's draft. What was written since stays.
    pub(crate) async fn take_note(
        &self,
        tx: &mut dyn Transaction,
        user: UserId,
        task: TaskId,
        sent: &str,
    ) -> StoreResult<()> {
        match tx.lookup_draft(task, user).await? {
            Some(draft) if draft.note.trim() == sent => {
                self.keep_rest(tx, task, user, Draft { note: String::new(), ..draft }).await
            }
            _ => Ok(()),
        }
    }

    /// Keeps what is left of a draft; an empty one is removed.
    async fn keep_rest(&self, tx: &mut dyn Transaction, task: TaskId, user: UserId, rest: Draft) -> StoreResult<()> {
        if rest.reply.trim().is_empty() && rest.note.trim().is_empty() {
            return tx.remove_draft(task, user).await.map(drop);
        }
        tx.save_draft(task, user, &rest).await
    }

    /// Makes a reply the actor's draft again. It takes the place of what was begun before the task was resolved.
    pub(crate) async fn give_draft(
        &self,
        tx: &mut dyn Transaction,
        user: UserId,
        task: TaskId,
        reply: String,
    ) -> StoreResult<()> {
        let before = tx.lookup_draft(task, user).await?;
        let (note, revision) = before.map_or_else(|| (String::new(), 0), |before| (before.note, before.revision));
        let draft = Draft { reply, note, revision: revision + 1, saved_at: self.now() };
        tx.save_draft(task, user, &draft).await
    }
}
