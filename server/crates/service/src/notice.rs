//! What people are told of tasks that they watch.

use std::collections::BTreeSet;

use domain::{Actor, ActorId, Notice, NoticeId, NoticeKind, Page, PageRequest, Permission, TaskId, Timestamp, UserId};

use crate::{
    ReadError, Services, WorkError,
    ports::store::{NewNotice, StoreResult, Transaction},
    services::{id_ms, person},
};

impl Services {
    /// What the actor was told, newest first.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_notices(&self, actor: &Actor, page: &PageRequest) -> Result<Page<Notice>, ReadError> {
        actor.require(Permission::ReadTasks)?;
        let user = person(actor, Permission::ReadTasks)?;
        Ok(self.read().await?.list_notices(user, page).await?)
    }

    /// How many notices the actor has not read; none for those who see no tasks.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn count_unread_notices(&self, actor: &Actor) -> Result<u32, ReadError> {
        match actor.id() {
            ActorId::User(user) if actor.may(Permission::ReadTasks) => {
                Ok(self.read().await?.count_unread_notices(*user).await?)
            }
            _ => Ok(0),
        }
    }

    /// Marks one of the actor's notices read; one that is read stays so.
    ///
    /// # Errors
    /// See [`WorkError`].
    pub async fn mark_notice_read(&self, actor: &Actor, id: NoticeId) -> Result<(), WorkError> {
        self.mark_read(actor, Some(id)).await
    }

    /// Marks all of the actor's notices read.
    ///
    /// # Errors
    /// See [`WorkError`].
    pub async fn mark_all_notices_read(&self, actor: &Actor) -> Result<(), WorkError> {
        self.mark_read(actor, None).await
    }

    async fn mark_read(&self, actor: &Actor, one: Option<NoticeId>) -> Result<(), WorkError> {
        actor.require(Permission::ReadTasks)?;
        let user = person(actor, Permission::ReadTasks)?;
        let mut tx = self.begin().await?;
        tx.mark_notices_read(user, one, self.now()).await?;
        Ok(tx.save().await?)
    }

    /// Tells people what somebody did, each once, and nobody of their own acts.
    pub(crate) async fn notify(
        &self,
        tx: &mut dyn Transaction,
        actor: &Actor,
        task_id: TaskId,
        kind: NoticeKind,
        people: Vec<UserId>,
        now: Timestamp,
    ) -> StoreResult<()> {
        let mut people: BTreeSet<UserId> = people.into_iter().collect();
        if let ActorId::User(user) = actor.id() {
            people.remove(user);
        }
        if people.is_empty() {
            return Ok(());
        }
        let by = (!matches!(actor.id(), ActorId::System(_))).then(|| actor.name().to_owned());
        let notice = |user_id| NewNotice {
            id: NoticeId::from_parts(id_ms(now), self.random_bits()),
            user_id,
            task_id,
            kind,
            by: by.clone(),
            at: now,
        };
        let notices: Vec<NewNotice> = people.into_iter().map(notice).collect();
        tx.add_notices(&notices).await
    }
}
