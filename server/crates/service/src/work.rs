//! Working a task: claim, heartbeat, release, give up; and the sweep that frees what was left behind.

use domain::{
    Actor, ActorId, Decision, EscalationState, InvalidTransition, Label, LabelKind, Permission, QueueKind, Task,
    TaskId, Timestamp, decision::DecisionSource,
};

use crate::{
    Services, WorkError,
    correction::Rerouting,
    ports::store::{StoreResult, Transaction},
    services::Act,
};

/// Most expired claims freed in one transaction.
const SWEEP_TASKS: u32 = 200;

impl Services {
    /// Takes a task for the actor. Tasks of an escalation need the right to handle escalations; tasks of an automation's
    /// queue are for programs.
    ///
    /// # Errors
    /// See [`WorkError`].
    pub async fn claim(&self, actor: &Actor, id: TaskId, lease_s: Option<u32>) -> Result<Task, WorkError> {
        actor.require(Permission::WorkTasks)?;
        let mut tx = self.begin().await?;
        let task = tx.lookup_task(id).await?.ok_or(WorkError::NotFound)?;
        let task = self.claim_in(&mut *tx, actor, task, lease_s).await?;
        tx.save().await?;
        Ok(task)
    }

    /// Takes the first waiting task of these queues, or of every queue that the actor works when none is named.
    ///
    /// # Errors
    /// [`WorkError::NotFound`] when a named queue does not exist.
    pub async fn claim_next(
        &self,
        actor: &Actor,
        queues: &[String],
        lease_s: Option<u32>,
    ) -> Result<Option<Task>, WorkError> {
        actor.require(Permission::WorkTasks)?;
        let known = self.0.queues.load();
        let wanted: Vec<String> = if queues.is_empty() {
            known
                .queues
                .values()
                .filter(|queue| queue.kind == QueueKind::People && !self.is_escalation_queue(&queue.name))
                .map(|queue| queue.name.clone())
                .collect()
        } else if queues.iter().all(|name| known.queues.contains_key(name)) {
            queues.to_vec()
        } else {
            return Err(WorkError::NotFound);
        };
        let mut tx = self.begin().await?;
        let Some(id) = tx.first_waiting(&wanted).await? else { return Ok(None) };
        let task = tx.lookup_task(id).await?.ok_or(WorkError::NotFound)?;
        let task = self.claim_in(&mut *tx, actor, task, lease_s).await?;
        tx.save().await?;
        Ok(Some(task))
    }

    async fn claim_in(
        &self,
        tx: &mut dyn Transaction,
        actor: &Actor,
        task: Task,
        lease_s: Option<u32>,
    ) -> Result<Task, WorkError> {
        if task.escalation_level > 0 && matches!(actor.id(), ActorId::User(_)) {
            actor.require(Permission::HandleEscalations)?;
        }
        if matches!(actor.id(), ActorId::User(_)) && self.queue_kind(&task) == Some(QueueKind::Automation) {
            return Err(WorkError::Conflict("A bot takes this task; reverse the decision to give it to people."));
        }
        let now = self.now();
        let lease_ms = self.lease_ms(lease_s);
        let state = task.state.clone().claim_for(actor.id(), actor.name(), task.last_token, now, lease_ms)?;
        let task = Task { last_token: task.last_token + 1, ..task.enter(state, now) };
        let detail = serde_json::json!({ "queue": task.state.queue(), "token": task.last_token });
        self.keep(tx, actor, &task, now, "task.claimed", detail).await?;
        Ok(task)
    }

    /// Extends the actor's claim.
    ///
    /// # Errors
    /// When the claim is not held under `token` any more.
    pub async fn heartbeat(
        &self,
        actor: &Actor,
        id: TaskId,
        token: u64,
        lease_s: Option<u32>,
    ) -> Result<Task, WorkError> {
        let (mut tx, task) = self.held(actor, id, token).await?;
        let now = self.now();
        let state = task.state.clone().heartbeat(token, now, self.lease_ms(lease_s))?;
        let task = task.enter(state, now);
        tx.save_task(&task).await?;
        tx.save().await?;
        Ok(task)
    }

    /// Gives the task back to its queue.
    ///
    /// # Errors
    /// When the claim is not held under `token` any more.
    pub async fn release(&self, actor: &Actor, id: TaskId, token: u64) -> Result<Task, WorkError> {
        let (mut tx, task) = self.held(actor, id, token).await?;
        let now = self.now();
        let state = task.state.clone().release(token, now)?;
        let task = task.enter(state, now);
        let detail = serde_json::json!({ "queue": task.state.queue() });
        self.keep(&mut *tx, actor, &task, now, "task.released", detail).await?;
        self.commit(tx, task).await
    }

    /// Gives up: the task goes to the people of its label's queue, or to triage.
    ///
    /// # Errors
    /// When the claim is not held under `token` any more, or the reason is refused.
    pub async fn fail(&self, actor: &Actor, id: TaskId, token: u64, reason: &str) -> Result<Task, WorkError> {
        let reason = domain::text::check_required("reason", reason, domain::escalation::MAX_REASON_BYTES)?;
        let (mut tx, task) = self.held(actor, id, token).await?;
        let now = self.now();
        let automation = self.automation_of(&task);
        let queue = self.queue_of_label(task.label.as_deref());
        let state = task.state.clone().move_to(token, now, &queue)?;
        let mut task = task.enter(state, now);
        self.end_escalation(&mut *tx, &mut task, EscalationState::HandedBack, now).await?;
        let explanation = format!("{} gave up on it: {reason}", actor.name());
        let rerouting = Rerouting { source: DecisionSource::Failure, queue: Some(queue), explanation };
        let task = self.reroute(&mut *tx, actor, task, rerouting, now).await?;
        let detail = serde_json::json!({ "queue": task.state.queue(), "reason": reason, "decision": task.decision_id });
        self.keep(&mut *tx, actor, &task, now, "task.failed", detail).await?;
        let task = self.commit(tx, task).await?;
        if let Some(automation) = automation {
            self.0.breakers.failed(&automation, &self.0.settings.bots, now);
        }
        Ok(task)
    }

    /// Returns tasks whose lease has ended to their queues; answers how many. A task that bots let go again and again becomes a
    /// dead letter: something about it makes them fail.
    pub(crate) async fn sweep_expired(&self) -> StoreResult<usize> {
        let now = self.now();
        if self.read().await?.list_expired(now, 1).await?.is_empty() {
            return Ok(0);
        }
        let sweeper = Actor::system("sweeper");
        let mut tx = self.begin().await?;
        let expired = tx.list_expired(now, SWEEP_TASKS).await?;
        let (mut freed, mut failed) = (0, Vec::new());
        for task in expired {
            let holder = task.state.claim().map(|claim| claim.holder.clone());
            let Ok(state) = task.state.clone().expire(now) else { continue };
            let mut task = task.enter(state, now);
            let detail = serde_json::json!({ "holder": holder, "queue": task.state.queue() });
            self.keep(&mut *tx, &sweeper, &task, now, "task.claim_expired", detail).await?;
            if let Some(automation) = self.automation_of(&task) {
                // A task that is tried again has as many attempts again.
                if task.last_token.is_multiple_of(u64::from(self.0.settings.bots.attempts)) {
                    task = self.give_up(&mut *tx, &sweeper, task, &automation, now).await?;
                }
                failed.push(automation);
            }
            freed += 1;
        }
        tx.save().await?;
        for automation in failed {
            self.0.breakers.failed(&automation, &self.0.settings.bots, now);
        }
        Ok(freed)
    }

    async fn give_up(
        &self,
        tx: &mut dyn Transaction,
        sweeper: &Actor,
        task: Task,
        automation: &str,
        now: Timestamp,
    ) -> StoreResult<Task> {
        let attempts = task.last_token;
        let often = if attempts == 1 { "once".to_owned() } else { format!("{attempts} times") };
        let reason = format!("{automation} took it {often} and never finished it");
        let Ok(state) = task.state.clone().give_up(now, &reason) else { return Ok(task) };
        let task = task.enter(state, now);
        let detail = serde_json::json!({ "automation": automation, "attempts": attempts, "reason": reason });
        self.keep(tx, sweeper, &task, now, "task.dead", detail).await?;
        Ok(task)
    }

    /// The automation whose queue a task is in or was taken from.
    pub(crate) fn automation_of(&self, task: &Task) -> Option<String> {
        let is_bots = self.queue_kind(task) == Some(QueueKind::Automation);
        task.state.queue().filter(|_| is_bots).map(str::to_owned)
    }

    /// Opens a transaction on a task that the actor holds under `token`.
    pub(crate) async fn held(
        &self,
        actor: &Actor,
        id: TaskId,
        token: u64,
    ) -> Result<(Box<dyn Transaction>, Task), WorkError> {
        actor.require(Permission::WorkTasks)?;
        let mut tx = self.begin().await?;
        let task = tx.lookup_task(id).await?.ok_or(WorkError::NotFound)?;
        match task.state.claim() {
            Some(claim) if claim.token == token && claim.holder != actor.id().to_string() => {
                Err(InvalidTransition::HeldByAnother.into())
            }
            // A wrong token, an ended lease and every other state are told apart by the transition itself.
            _ => Ok((tx, task)),
        }
    }

    /// Saves a task together with what says so.
    pub(crate) async fn keep(
        &self,
        tx: &mut dyn Transaction,
        actor: &Actor,
        task: &Task,
        at: Timestamp,
        action: &'static str,
        detail: serde_json::Value,
    ) -> StoreResult<()> {
        tx.save_task(task).await?;
        Act { actor, at, action, subject: task.id.to_string(), detail }.record(tx).await
    }

    pub(crate) async fn commit(&self, tx: Box<dyn Transaction>, task: Task) -> Result<Task, WorkError> {
        tx.save().await?;
        Ok(task)
    }

    /// Who takes work from the queue that a task is in. Kinds never change, so the snapshot is good enough.
    pub(crate) fn queue_kind(&self, task: &Task) -> Option<QueueKind> {
        task.state.queue().and_then(|name| self.kind_of_queue(name))
    }

    /// Who takes work from a queue.
    pub(crate) fn kind_of_queue(&self, name: &str) -> Option<QueueKind> {
        self.0.queues.load().queues.get(name).map(|queue| queue.kind)
    }

    /// A label of a task, with what the model had said of it.
    pub(crate) async fn label_of(
        &self,
        tx: &mut dyn Transaction,
        actor: &Actor,
        task: &Task,
        label: &str,
        kind: LabelKind,
        now: Timestamp,
    ) -> StoreResult<Label> {
        let decisions = tx.list_decisions_of(task.id).await?;
        let chosen_with = decisions.first().and_then(Decision::chosen_with);
        let classified = decisions.into_iter().find_map(|decision| Some((decision.id, decision.classification?)));
        let (decision_id, classification) = classified.unzip();
        // The page of a task shows what the model said to whoever works it.
        let saw_model = Some(classification.is_some());
        let (predicted, confidence, model_version) = classification.map_or((None, None, None), |classification| {
            (Some(classification.label), Some(classification.confidence), Some(classification.model_version))
        });
        let replaced = tx.lookup_label_of(task.id).await?.map(|before| before.label);
        Ok(Label {
            id: domain::LabelId::from_parts(crate::services::id_ms(now), self.random_bits()),
            digest: crate::label::digest(&task.text()),
            text: task.text(),
            label: label.to_owned(),
            kind,
            task_id: Some(task.id),
            given_by: actor.name().to_owned(),
            given_at: now,
            predicted,
            confidence,
            model_version,
            given_by_id: Some(actor.id().to_string()),
            decision_id,
            given_as: None,
            replaced,
            saw_model,
            chosen_with,
            priority: None,
            handling_minutes: None,
        })
    }

    fn lease_ms(&self, lease_s: Option<u32>) -> i64 {
        lease_s.map_or(self.0.settings.lease_ms, |seconds| i64::from(seconds) * 1_000)
    }
}
