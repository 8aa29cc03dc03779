//! Resolving a task, and taking that back.

use domain::{
    Actor, ActorId, EscalationId, EscalationState, InvalidTransition, LabelId, LabelKind, NoticeKind, Permission,
    QueueKind, Resolution, Task, TaskId, TaskState, Timestamp, ValidationError, escalation::MAX_REASON_BYTES,
    resolution::check_reply,
};

use crate::{
    Services, WorkError,
    draft::ERASED,
    ports::store::{StoreResult, Transaction},
};

impl Services {
    /// Ends the work. What people finish without correcting it confirms the model's label. The reply stays with the task; when
    /// none is given, it is the one of the actor's draft, which ends with this.
    ///
    /// # Errors
    /// When the claim is not held under `token` any more, or the reply is refused.
    pub async fn resolve(&self, actor: &Actor, id: TaskId, token: u64, reply: Option<&str>) -> Result<Task, WorkError> {
        let given = check_reply(reply)?;
        let (mut tx, task) = self.held(actor, id, token).await?;
        if given.is_some() && task.erased_at.is_some() {
            return Err(ERASED);
        }
        let now = self.now();
        let people = self.queue_kind(&task) == Some(QueueKind::People);
        if people && self.blind_check_of(&mut *tx, &task).await?.is_some() {
            return Err(WorkError::Conflict("This task is a blind check: say what it is first, then resolve it."));
        }
        let automation = self.automation_of(&task);
        let queue = task.state.queue().unwrap_or_default().to_owned();
        let state = task.state.clone().resolve(token, now)?;
        let mut task = task.enter(state, now);
        let escalation_id = self.end_escalation(&mut *tx, &mut task, EscalationState::Resolved, now).await?;
        let label_id = if people { self.confirm_label(&mut *tx, actor, &task, now).await? } else { None };
        let drafted = self.take_draft(&mut *tx, actor, &task).await?;
        let reply = if reply.is_some() { given } else { check_reply(drafted.as_deref())? };
        let detail = serde_json::json!({
            "label": task.label,
            "confirmed": label_id.is_some(),
            "replied": reply.is_some(),
        });
        let resolution = Resolution {
            task_id: id,
            at: now,
            by: actor.name().to_owned(),
            by_id: actor.id().to_string(),
            queue,
            reply,
            label_id,
            escalation_id,
        };
        tx.save_resolution(&resolution).await?;
        self.keep(&mut *tx, actor, &task, now, "task.resolved", detail).await?;
        self.notify_watchers(&mut *tx, actor, id, NoticeKind::Resolved, now).await?;
        let task = self.commit(tx, task).await?;
        if let Some(automation) = automation {
            self.0.breakers.succeeded(&automation);
        }
        Ok(task)
    }

    /// Takes a resolution back: the actor holds the task again under a new token, the label that it confirmed holds no more, its
    /// reply is the actor's draft, and the escalation that ended with it is open again. Whoever resolved the task may do that
    /// for ten minutes, supervisors always with a reason.
    ///
    /// # Errors
    /// When the task is not resolved, the time is over, or a needed reason is missing.
    pub async fn undo_resolution(&self, actor: &Actor, id: TaskId, reason: &str) -> Result<Task, WorkError> {
        actor.require(Permission::WorkTasks)?;
        domain::text::check_length("reason", reason, MAX_REASON_BYTES)?;
        let reason = reason.trim();
        let mut tx = self.begin().await?;
        let task = tx.lookup_task(id).await?.ok_or(WorkError::NotFound)?;
        let resolution = self.undoable(&mut *tx, actor, &task, reason).await?;
        let now = self.now();
        let holder = (actor.id(), actor.name());
        let lease_ms = self.0.settings.lease_ms;
        let state = task.state.clone().take_back(&resolution.queue, holder, task.last_token, now, lease_ms)?;
        let mut task = Task { last_token: task.last_token + 1, ..task.enter(state, now) };
        if let Some(label) = resolution.label_id {
            tx.withdraw_label(label, now).await?;
        }
        self.reopen_escalation(&mut *tx, &mut task, resolution.escalation_id).await?;
        if let (ActorId::User(user), Some(reply)) = (actor.id(), resolution.reply.clone()) {
            self.give_draft(&mut *tx, *user, id, reply).await?;
        }
        tx.remove_resolution(id).await?;
        let detail = serde_json::json!({
            "queue": resolution.queue,
            "token": task.last_token,
            "resolved_by": resolution.by_id,
            "label": resolution.label_id,
            "escalation": resolution.escalation_id,
            "reason": reason,
        });
        self.keep(&mut *tx, actor, &task, now, "task.resolution_undone", detail).await?;
        self.commit(tx, task).await
    }

    /// How a task was resolved, when the actor may take that back now for this reason.
    async fn undoable(
        &self,
        tx: &mut dyn Transaction,
        actor: &Actor,
        task: &Task,
        reason: &str,
    ) -> Result<Resolution, WorkError> {
        if !matches!(task.state, TaskState::Resolved { .. }) {
            return Err(InvalidTransition::NotResolved.into());
        }
        let Some(resolution) = tx.lookup_resolution(task.id).await? else {
            return Err(WorkError::Conflict(
                "This task was resolved before resolutions could be taken back; submit it anew.",
            ));
        };
        let Some(right) = resolution.undo_right(actor, self.now()) else {
            if resolution.by_id == actor.id().to_string() {
                return Err(WorkError::Conflict(
                    "The ten minutes are over in which you could take this back; a supervisor still can.",
                ));
            }
            return Err(domain::Forbidden(Permission::UndoResolutions).into());
        };
        if right.needs_reason && reason.is_empty() {
            return Err(ValidationError::required("reason").into());
        }
        let bots = self.kind_of_queue(&resolution.queue) == Some(QueueKind::Automation);
        if bots && matches!(actor.id(), ActorId::User(_)) {
            return Err(WorkError::Conflict("A bot did this task; reverse the decision to give it to people."));
        }
        Ok(resolution)
    }

    async fn reopen_escalation(
        &self,
        tx: &mut dyn Transaction,
        task: &mut Task,
        ended: Option<EscalationId>,
    ) -> StoreResult<()> {
        let Some(ended) = ended else { return Ok(()) };
        let escalations = tx.list_escalations_of(task.id).await?;
        let Some(escalation) = escalations.into_iter().find(|escalation| escalation.id == ended) else { return Ok(()) };
        if let Ok(open) = escalation.reopen() {
            task.escalation_level = open.level;
            tx.save_escalation(&open).await?;
        }
        Ok(())
    }

    /// Writes a `confirmed` label unless the task has a label from a person already; answers which.
    async fn confirm_label(
        &self,
        tx: &mut dyn Transaction,
        actor: &Actor,
        task: &Task,
        now: Timestamp,
    ) -> StoreResult<Option<LabelId>> {
        let Some(label) = task.label.as_ref().filter(|label| self.label_set().may_be_given(label)) else {
            return Ok(None);
        };
        if tx.lookup_label_of(task.id).await?.is_some_and(|given| given.label == *label) {
            return Ok(None);
        }
        let label = self.label_of(tx, actor, task, label, LabelKind::Confirmed, now).await?;
        let id = label.id;
        tx.add_labels(&[label]).await?;
        Ok(Some(id))
    }
}
