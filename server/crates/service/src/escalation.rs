//! Handing a task up the chain, and back.

use domain::{
    Actor, Escalation, EscalationId, EscalationState, NoticeKind, Page, PageRequest, Permission, Task, TaskId,
    escalation::{EscalationSummary, MAX_REASON_BYTES},
};

use crate::{ReadError, Services, WorkError, services::id_ms};

impl Services {
    /// Open escalations, the earliest due first.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_escalations(
        &self,
        actor: &Actor,
        page: &PageRequest,
    ) -> Result<Page<EscalationSummary>, ReadError> {
        actor.require(Permission::ReadEscalations)?;
        Ok(self.read().await?.list_open_escalations(page).await?)
    }

    /// Hands a task that the actor holds to the next level of the chain.
    ///
    /// # Errors
    /// When the claim is not held under `token`, the reason is missing, or the chain ends here.
    pub async fn escalate(&self, actor: &Actor, id: TaskId, token: u64, reason: &str) -> Result<Task, WorkError> {
        let reason = domain::text::check_required("reason", reason, MAX_REASON_BYTES)?;
        let (mut tx, task) = self.held(actor, id, token).await?;
        let now = self.now();
        let Some(level) = self.0.settings.escalation_chain.get(usize::from(task.escalation_level)) else {
            return Err(WorkError::Conflict("This task is at the top of the escalation chain."));
        };
        if !tx.list_queues().await?.iter().any(|queue| queue.name == level.queue) {
            return Err(WorkError::Conflict(
                "The queue of the next escalation level does not exist; tell an administrator.",
            ));
        }
        let mut from_queue = task.state.queue().unwrap_or_default().to_owned();
        let state = task.state.clone().move_to(token, now, &level.queue)?;
        if let Some(open) = tx.lookup_open_escalation(id).await? {
            // Wherever in the chain it is handed back, it goes to those who had it first.
            from_queue.clone_from(&open.from_queue);
            if let Ok(closed) = open.close(EscalationState::Superseded, now) {
                tx.save_escalation(&closed).await?;
            }
        }
        let due_at = now.plus_minutes(i64::from(level.minutes));
        let escalation = Escalation {
            id: EscalationId::from_parts(id_ms(now), self.random_bits()),
            task_id: id,
            level: task.escalation_level + 1,
            reason: reason.clone(),
            raised_by: actor.name().to_owned(),
            raised_at: now,
            from_queue,
            to_queue: level.queue.clone(),
            due_at,
            state: EscalationState::Open,
            closed_at: None,
        };
        tx.save_escalation(&escalation).await?;
        let due_at = Some(task.due_at.map_or(due_at, |due| due.min(due_at)));
        let task = Task { escalation_level: escalation.level, due_at, ..task.enter(state, now) };
        let detail = serde_json::json!({
            "escalation": escalation.id,
            "level": escalation.level,
            "from": escalation.from_queue,
            "to": escalation.to_queue,
            "reason": reason,
        });
        self.keep(&mut *tx, actor, &task, now, "task.escalated", detail).await?;
        self.notify_watchers(&mut *tx, actor, id, NoticeKind::Escalated, now).await?;
        self.commit(tx, task).await
    }

    /// Gives a task that the actor holds back with a reason: an escalated one to those who escalated it, another one to its
    /// queue.
    ///
    /// # Errors
    /// When the claim is not held under `token` or the reason is missing.
    pub async fn hand_back(&self, actor: &Actor, id: TaskId, token: u64, reason: &str) -> Result<Task, WorkError> {
        let reason = domain::text::check_required("reason", reason, MAX_REASON_BYTES)?;
        let (mut tx, task) = self.held(actor, id, token).await?;
        let now = self.now();
        let origin = tx.lookup_open_escalation(id).await?.map(|open| open.from_queue);
        let queue = origin.or_else(|| task.state.queue().map(str::to_owned)).unwrap_or_default();
        let state = task.state.clone().move_to(token, now, &queue)?;
        let mut task = task.enter(state, now);
        self.end_escalation(&mut *tx, &mut task, EscalationState::HandedBack, now).await?;
        let detail = serde_json::json!({ "queue": queue, "reason": reason });
        self.keep(&mut *tx, actor, &task, now, "task.handed_back", detail).await?;
        self.commit(tx, task).await
    }

    /// Whether a queue belongs to the escalation chain.
    pub(crate) fn is_escalation_queue(&self, name: &str) -> bool {
        self.0.settings.escalation_chain.iter().any(|level| level.queue == name)
    }
}
