//! Putting tasks aside until a time, and bringing them back.

use domain::{
    Actor, NoticeKind, Page, PageRequest, Permission, SnoozeRequest, SnoozedTask, Task, TaskId, TaskState, Timestamp,
    UserId,
};

use crate::{ReadError, Services, WorkError, ports::store::Transaction};

/// Most tasks brought back in one transaction.
const SWEEP_TASKS: u32 = 200;

impl Services {
    /// Puts a task that the actor holds aside until a time. Until then it waits in no queue; then it comes back by itself.
    ///
    /// # Errors
    /// When the claim is not held under `token` any more, or a field is refused.
    pub async fn snooze(
        &self,
        actor: &Actor,
        id: TaskId,
        token: u64,
        request: SnoozeRequest,
    ) -> Result<Task, WorkError> {
        let now = self.now();
        let snooze = request.check(now)?;
        let (mut tx, task) = self.held(actor, id, token).await?;
        let detail = serde_json::json!({
            "queue": task.state.queue(),
            "until": snooze.until,
            "kind": snooze.kind,
            "reason": snooze.reason,
        });
        let state = task.state.clone().snooze(token, now, snooze)?;
        let task = task.enter(state, now);
        self.keep(&mut *tx, actor, &task, now, "task.snoozed", detail).await?;
        self.commit(tx, task).await
    }

    /// Brings a task that is put aside back to its queue at once, whoever put it aside.
    ///
    /// # Errors
    /// When it is not put aside.
    pub async fn wake(&self, actor: &Actor, id: TaskId) -> Result<Task, WorkError> {
        actor.require(Permission::WorkTasks)?;
        let mut tx = self.begin().await?;
        let task = tx.lookup_task(id).await?.ok_or(WorkError::NotFound)?;
        let task = self.bring_back(&mut *tx, actor, task, self.now(), "task.woken").await?;
        self.commit(tx, task).await
    }

    /// Tasks that are put aside, by the actor or by everybody, the earliest return first.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_snoozed(
        &self,
        actor: &Actor,
        mine: bool,
        page: &PageRequest,
    ) -> Result<Page<SnoozedTask>, ReadError> {
        actor.require(Permission::ReadTasks)?;
        let by = mine.then(|| actor.id().to_string());
        Ok(self.read().await?.list_snoozed(by.as_deref(), page).await?)
    }

    /// Brings tasks back whose time has come; answers how many.
    pub(crate) async fn sweep_snoozed(&self) -> Result<usize, WorkError> {
        let now = self.now();
        if self.read().await?.list_snooze_ended(now, 1).await?.is_empty() {
            return Ok(0);
        }
        let sweeper = Actor::system("sweeper");
        let mut tx = self.begin().await?;
        let ended = tx.list_snooze_ended(now, SWEEP_TASKS).await?;
        let returned = ended.len();
        for task in ended {
            self.bring_back(&mut *tx, &sweeper, task, now, "task.returned").await?;
        }
        tx.save().await?;
        Ok(returned)
    }

    /// Brings a task back to its queue, with its escalation, which waited as long, and tells who wants to know.
    async fn bring_back(
        &self,
        tx: &mut dyn Transaction,
        actor: &Actor,
        task: Task,
        now: Timestamp,
        action: &'static str,
    ) -> Result<Task, WorkError> {
        // Whoever put it aside waits for it.
        let put_aside_by = match &task.state {
            TaskState::Snoozed { by_id, .. } => by_id.parse::<UserId>().ok(),
            _ => None,
        };
        let (task, paused_ms) = task.wake(now)?;
        if paused_ms > 0
            && let Some(mut escalation) = tx.lookup_open_escalation(task.id).await?
        {
            escalation.due_at = escalation.due_at.plus_ms(paused_ms);
            tx.save_escalation(&escalation).await?;
        }
        let detail = serde_json::json!({ "queue": task.state.queue(), "paused_ms": paused_ms, "due_at": task.due_at });
        self.keep(tx, actor, &task, now, action, detail).await?;
        let mut people = self.watchers(tx, task.id).await?;
        people.extend(put_aside_by);
        self.notify(tx, actor, task.id, NoticeKind::Returned, people, now).await?;
        Ok(task)
    }
}
