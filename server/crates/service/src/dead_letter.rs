//! Tasks that nothing could be done with: looking at them, and trying them again.

use domain::{
    Actor, Decision, Page, PageRequest, Permission, Task, TaskId, TaskState, Timestamp,
    dead_letter::{DeadLetter, MAX_REPLAYED, Replayed},
    decision::DecisionSource,
};

use crate::{ReadError, Services, WorkError, ports::store::Transaction};

/// Dead letters that are tried again in one transaction.
const CHUNK: u32 = 50;

impl Services {
    /// Tasks that nothing could be done with, newest first.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_dead_letters(&self, actor: &Actor, page: &PageRequest) -> Result<Page<DeadLetter>, ReadError> {
        actor.require(Permission::ReadDecisions)?;
        Ok(self.read().await?.list_dead_letters(page).await?)
    }

    /// Decides a dead letter again, by what decides now. What the model had said of it holds.
    ///
    /// # Errors
    /// [`WorkError::NotFound`]; when the task is no dead letter, or the reason is refused.
    pub async fn replay_dead_letter(&self, actor: &Actor, id: TaskId, reason: &str) -> Result<Task, WorkError> {
        actor.require(Permission::ReverseDecisions)?;
        let reason = check_reason(reason)?;
        let mut tx = self.begin().await?;
        let task = tx.lookup_task(id).await?.ok_or(WorkError::NotFound)?;
        let task = self.replay_in(&mut *tx, actor, task, &reason, self.now()).await?;
        self.commit(tx, task).await
    }

    /// Decides the newest dead letters again, at most [`MAX_REPLAYED`] of them.
    ///
    /// # Errors
    /// When the reason is refused, or the store fails; those before that are sent on.
    pub async fn replay_dead_letters(&self, actor: &Actor, reason: &str) -> Result<Replayed, WorkError> {
        actor.require(Permission::ReverseDecisions)?;
        let reason = check_reason(reason)?;
        let mut replayed = Replayed::default();
        let (mut page, mut left) = (PageRequest::first(CHUNK), MAX_REPLAYED);
        while left > 0 {
            let letters = self.read().await?.list_dead_letters(&page).await?;
            let mut tx = self.begin().await?;
            for letter in letters.items {
                left = left.saturating_sub(1);
                let Some(task) = tx.lookup_task(letter.task.id).await? else { continue };
                // Somebody else may have sent it on meanwhile.
                if matches!(task.state, TaskState::DeadLetter { .. }) {
                    let task = self.replay_in(&mut *tx, actor, task, &reason, self.now()).await?;
                    let is_dead = matches!(task.state, TaskState::DeadLetter { .. });
                    *(if is_dead { &mut replayed.dead_again } else { &mut replayed.sent_on }) += 1;
                }
            }
            tx.save().await?;
            let Some(next) = letters.next else { break };
            page = PageRequest::after(Some(next), Some(CHUNK));
        }
        Ok(replayed)
    }

    async fn replay_in(
        &self,
        tx: &mut dyn Transaction,
        actor: &Actor,
        task: Task,
        reason: &str,
        now: Timestamp,
    ) -> Result<Task, WorkError> {
        let before = tx.lookup_decision(task.decision_id).await?.ok_or(WorkError::NotFound)?;
        let decided = self.router().decide_anew(&task, &before);
        let decision = Decision {
            source: DecisionSource::Replay,
            decided_by: Some(actor.name().to_owned()),
            explanation: format!("{} let it be tried again: {reason}. {}", actor.name(), decided.explanation),
            supersedes: Some(before.id),
            ..decided
        };
        let state = task.state.clone().replay(&decision.destination, now)?;
        let task = Task {
            decision_id: decision.id,
            priority: decision.priority,
            due_at: decision.due_at,
            ..task.enter(state, now)
        };
        tx.add_decision(&decision).await?;
        let detail = serde_json::json!({
            "before": before.id,
            "decision": decision.id,
            "destination": decision.destination.to_string(),
            "reason": reason,
        });
        self.keep(tx, actor, &task, now, "task.replayed", detail).await?;
        Ok(task)
    }
}

fn check_reason(reason: &str) -> Result<String, WorkError> {
    Ok(domain::text::check_required("reason", reason, domain::escalation::MAX_REASON_BYTES)?)
}
