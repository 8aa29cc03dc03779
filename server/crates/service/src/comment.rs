//! What people say to each other about a task, and who watches it.

use std::collections::BTreeSet;

use domain::{
    Actor, ActorId, CommentId, NoticeKind, Permission, TaskComment, TaskId, Timestamp, UserId,
    comment::{MAX_COMMENT_BYTES, MAX_COMMENTS, MAX_WATCHERS, mentioned_names},
};

use crate::{
    Services, WorkError,
    draft::ERASED,
    ports::store::{StoreResult, Transaction},
    services::{Act, id_ms, person},
};

impl Services {
    /// Says something about a task to colleagues. Who does, watches the task from then on; whom it mentions by `@` and the name in
    /// their address hears of it.
    ///
    /// # Errors
    /// When the text is refused, the task has too many comments, or its text was erased.
    pub async fn comment_on_task(&self, actor: &Actor, id: TaskId, text: &str) -> Result<TaskComment, WorkError> {
        actor.require(Permission::WorkTasks)?;
        let text = domain::text::check_required("text", text, MAX_COMMENT_BYTES)?;
        let mut tx = self.begin().await?;
        let task = tx.lookup_task(id).await?.ok_or(WorkError::NotFound)?;
        if task.erased_at.is_some() {
            return Err(ERASED);
        }
        if tx.count_task_comments(id).await? >= MAX_COMMENTS {
            return Err(WorkError::Conflict("This task has 500 comments, and no more are kept."));
        }
        let now = self.now();
        let (mentions, mentioned) = self.mentioned(&mut *tx, &text).await?;
        let comment = TaskComment {
            id: CommentId::from_parts(id_ms(now), self.random_bits()),
            task_id: id,
            by: actor.name().to_owned(),
            by_id: actor.id().to_string(),
            at: now,
            text,
            mentions,
        };
        tx.add_task_comment(&comment).await?;
        let watchers = self.watchers(&mut *tx, id).await?;
        if let ActorId::User(user) = actor.id() {
            self.take_note(&mut *tx, *user, id, &comment.text).await?;
            if (watchers.len() as u64) < u64::from(MAX_WATCHERS) {
                tx.add_watcher(id, *user, now).await?;
            }
        }
        let others = watchers.into_iter().filter(|user| !mentioned.contains(user)).collect();
        self.notify(&mut *tx, actor, id, NoticeKind::Commented, others, now).await?;
        let detail = serde_json::json!({ "comment": comment.id, "mentioned": mentioned });
        self.notify(&mut *tx, actor, id, NoticeKind::Mentioned, mentioned, now).await?;
        let act = Act { actor, at: now, action: "task.commented", subject: id.to_string(), detail };
        act.record(&mut *tx).await?;
        tx.save().await?;
        Ok(comment)
    }

    /// Lets the actor hear of what happens to a task.
    ///
    /// # Errors
    /// When there is no such task, or very many watch it.
    pub async fn watch_task(&self, actor: &Actor, id: TaskId) -> Result<(), WorkError> {
        actor.require(Permission::WorkTasks)?;
        let user = person(actor, Permission::WorkTasks)?;
        let mut tx = self.begin().await?;
        tx.lookup_task(id).await?.ok_or(WorkError::NotFound)?;
        if tx.list_watchers(id).await?.len() as u64 >= u64::from(MAX_WATCHERS) {
            return Err(WorkError::Conflict("200 people watch this task, and no more can."));
        }
        tx.add_watcher(id, user, self.now()).await?;
        Ok(tx.save().await?)
    }

    /// Lets the actor hear no more of what happens to a task.
    ///
    /// # Errors
    /// When there is no such task.
    pub async fn unwatch_task(&self, actor: &Actor, id: TaskId) -> Result<(), WorkError> {
        actor.require(Permission::WorkTasks)?;
        let user = person(actor, Permission::WorkTasks)?;
        let mut tx = self.begin().await?;
        tx.lookup_task(id).await?.ok_or(WorkError::NotFound)?;
        tx.remove_watcher(id, user).await?;
        Ok(tx.save().await?)
    }

    /// The names in a text that are those of people who may see tasks, and these people.
    async fn mentioned(&self, tx: &mut dyn Transaction, text: &str) -> StoreResult<(Vec<String>, Vec<UserId>)> {
        let names = mentioned_names(text);
        if names.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let sees = |user: &domain::User| {
            user.disabled_at.is_none() && user.role.permissions().contains(&Permission::ReadTasks)
        };
        let users: Vec<_> = tx.list_users_named(&names).await?.into_iter().filter(sees).collect();
        let known: BTreeSet<&str> = users.iter().filter_map(|user| Some(user.email.split_once('@')?.0)).collect();
        let mentions = names.iter().filter(|name| known.contains(name.as_str())).cloned().collect();
        Ok((mentions, users.iter().map(|user| user.id).collect()))
    }

    /// Who watches a task.
    pub(crate) async fn watchers(&self, tx: &mut dyn Transaction, id: TaskId) -> StoreResult<Vec<UserId>> {
        Ok(tx.list_watchers(id).await?.into_iter().map(|watcher| watcher.user_id).collect())
    }

    /// Tells those who watch a task what somebody did.
    pub(crate) async fn notify_watchers(
        &self,
        tx: &mut dyn Transaction,
        actor: &Actor,
        id: TaskId,
        kind: NoticeKind,
        now: Timestamp,
    ) -> StoreResult<()> {
        let people = self.watchers(tx, id).await?;
        self.notify(tx, actor, id, kind, people, now).await
    }
}
