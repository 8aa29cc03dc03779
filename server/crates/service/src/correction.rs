//! When a decision was wrong: corrections, reversals, answers to approvals, and the new decision that each of them makes.

use domain::{
    Actor, Correction, CorrectionField, CorrectionId, CorrectionRequest, Decision, DecisionId, DecisionMode,
    Destination, EscalationId, EscalationState, LabelKind, Permission, Priority, QueueKind, Task, TaskId, TaskState,
    Timestamp, ValidationCode, ValidationError, decision::DecisionSource,
};

use crate::{
    Services, WorkError,
    ports::store::{StoreResult, Transaction},
    services::id_ms,
};

/// Most expired approvals that are answered in one transaction.
const SWEEP_TASKS: u32 = 200;

/// A decision that a person makes in place of the one that holds.
pub(crate) struct Rerouting {
    pub source: DecisionSource,
    /// The queue that it sends the task to; nothing when the task stays where it is.
    pub queue: Option<String>,
    /// Who, what and why, in one sentence.
    pub explanation: String,
}

/// The fields of a correction that differ from what holds.
struct Changes {
    label: Option<String>,
    priority: Option<Priority>,
    queue: Option<String>,
}

impl Services {
    /// Corrects the decision of a task that the actor holds. A right label also names the right queue, unless the request
    /// does; a task that moves is free for others there. The label is kept as an example for training.
    ///
    /// # Errors
    /// When the claim is not held under `token`, a field is refused, or nothing would change.
    pub async fn correct(
        &self,
        actor: &Actor,
        id: TaskId,
        token: u64,
        request: CorrectionRequest,
    ) -> Result<Task, WorkError> {
        let request = request.check()?;
        if let Some(label) = &request.label {
            self.check_may_be_given("label", label)?;
        }
        let (mut tx, task) = self.held(actor, id, token).await?;
        let now = self.now();
        // The claim must hold even when the task stays where it is.
        task.state.clone().heartbeat(token, now, 0)?;
        self.check_people_queue(&mut *tx, request.queue.as_deref()).await?;
        let changes = self.changes(&task, &request)?;
        let drawn = self.blind_check_of(&mut *tx, &task).await?;
        let corrections = match &drawn {
            // Whoever says the same without having seen it corrects nothing.
            Some(first) if self.is_confirmed(first, &changes) => Vec::new(),
            Some(first) => {
                let said = first.classification.as_ref().map(|said| said.label.clone());
                self.corrections(actor, &Task { label: said, ..task.clone() }, &changes, &request.reason, now)
            }
            None => self.corrections(actor, &task, &changes, &request.reason, now),
        };
        let before = task.clone();

        let mut task = Task { priority: changes.priority.unwrap_or(task.priority), ..task };
        if let Some(label) = &changes.label {
            task.label = Some(label.clone());
            let kind = if corrections.is_empty() { LabelKind::Confirmed } else { LabelKind::Corrected };
            let mut given = self.label_of(&mut *tx, actor, &task, label, kind, now).await?;
            if drawn.is_some() {
                given.saw_model = Some(false);
            }
            tx.add_labels(&[given]).await?;
        }
        if let Some(queue) = &changes.queue {
            let state = task.state.clone().move_to(token, now, queue)?;
            task = task.enter(state, now);
            self.end_escalation(&mut *tx, &mut task, EscalationState::Resolved, now).await?;
        }
        let explanation = if corrections.is_empty() {
            format!("{} said the same without having seen the model’s answer: {}", actor.name(), request.reason)
        } else {
            explain(actor, &corrections, &request.reason)
        };
        let rerouting = Rerouting { source: DecisionSource::Correction, queue: changes.queue, explanation };
        let task = self.reroute(&mut *tx, actor, task, rerouting, now).await?;
        for correction in &corrections {
            tx.add_correction(correction).await?;
        }
        let detail = serde_json::json!({
            "before": { "label": before.label, "priority": before.priority, "queue": before.state.queue() },
            "after": { "label": task.label, "priority": task.priority, "queue": task.state.queue() },
            "decision": task.decision_id,
            "reason": request.reason,
        });
        self.keep(&mut *tx, actor, &task, now, "task.corrected", detail).await?;
        self.commit(tx, task).await
    }

    /// Undoes an automated decision: the task goes to people, whatever a bot did or does with it.
    ///
    /// # Errors
    /// When the decision was not automated, or a field is refused.
    pub async fn reverse(
        &self,
        actor: &Actor,
        id: TaskId,
        queue: Option<&str>,
        reason: &str,
    ) -> Result<Task, WorkError> {
        actor.require(Permission::ReverseDecisions)?;
        let reason = domain::text::check_required("reason", reason, domain::escalation::MAX_REASON_BYTES)?;
        let mut tx = self.begin().await?;
        let task = tx.lookup_task(id).await?.ok_or(WorkError::NotFound)?;
        self.check_people_queue(&mut *tx, queue).await?;
        let decision = tx.lookup_decision(task.decision_id).await?.ok_or(WorkError::NotFound)?;
        if !decision.destination.is_automated() {
            return Err(WorkError::Conflict("Only a decision for a machine can be reversed; this one was for people."));
        }
        let now = self.now();
        let queue = queue.map_or_else(|| self.queue_of_label(task.label.as_deref()), str::to_owned);
        let state = task.state.clone().reopen(&queue)?;
        let task = task.enter(state, now);
        let explanation = format!("{} reversed the decision for {}: {reason}", actor.name(), decision.destination);
        let rerouting = Rerouting { source: DecisionSource::Reversal, queue: Some(queue), explanation };
        let task = self.reroute(&mut *tx, actor, task, rerouting, now).await?;
        let detail = serde_json::json!({
            "reversed": decision.id,
            "before": decision.destination.to_string(),
            "after": task.state.queue(),
            "decision": task.decision_id,
            "reason": reason,
        });
        self.keep(&mut *tx, actor, &task, now, "decision.reversed", detail).await?;
        self.commit(tx, task).await
    }

    /// Answers an approval: after a yes the automation takes the task, after a no (which needs a reason) people do.
    ///
    /// # Errors
    /// When the task does not wait for an approval, or a no comes without a reason.
    pub async fn answer_approval(&self, actor: &Actor, id: TaskId, yes: bool, reason: &str) -> Result<Task, WorkError> {
        actor.require(Permission::ApproveAutomations)?;
        let limit = domain::escalation::MAX_REASON_BYTES;
        let reason = if yes {
            domain::text::check_length("reason", reason, limit).map(|()| reason.trim().to_owned())?
        } else {
            domain::text::check_required("reason", reason, limit)?
        };
        let mut tx = self.begin().await?;
        let task = tx.lookup_task(id).await?.ok_or(WorkError::NotFound)?;
        if let TaskState::AwaitingApproval { approver, .. } = &task.state
            && !approver.admits(actor.role())
        {
            return Err(domain::Forbidden(Permission::ApproveAutomations).into());
        }
        let now = self.now();
        let state = task.state.clone().answer_approval(yes, now)?;
        let mut task = task.enter(state, now);
        if !yes {
            let queue = task.state.queue().map(str::to_owned);
            let explanation = format!("{} said no to the automation: {reason}", actor.name());
            let rerouting = Rerouting { source: DecisionSource::Rejection, queue, explanation };
            task = self.reroute(&mut *tx, actor, task, rerouting, now).await?;
        }
        let action = if yes { "approval.granted" } else { "approval.refused" };
        let detail = serde_json::json!({ "queue": task.state.queue(), "reason": reason, "decision": task.decision_id });
        self.keep(&mut *tx, actor, &task, now, action, detail).await?;
        self.commit(tx, task).await
    }

    /// Sends tasks on whose approval nobody gave in time, as after a no; answers how many.
    pub(crate) async fn sweep_approvals(&self) -> Result<usize, WorkError> {
        let now = self.now();
        if self.read().await?.list_expired_approvals(now, 1).await?.is_empty() {
            return Ok(0);
        }
        let sweeper = Actor::system("sweeper");
        let mut tx = self.begin().await?;
        let expired = tx.list_expired_approvals(now, SWEEP_TASKS).await?;
        let mut sent_on = 0;
        for task in expired {
            let Ok(state) = task.state.clone().expire_approval(now) else { continue };
            let task = task.enter(state, now);
            let queue = task.state.queue().map(str::to_owned);
            let explanation = "Nobody said yes to the automation in time, which counts as a no.".to_owned();
            let rerouting = Rerouting { source: DecisionSource::Rejection, queue, explanation };
            let task = self.reroute(&mut *tx, &sweeper, task, rerouting, now).await?;
            let detail = serde_json::json!({ "queue": task.state.queue(), "decision": task.decision_id });
            self.keep(&mut *tx, &sweeper, &task, now, "approval.expired", detail).await?;
            sent_on += 1;
        }
        tx.save().await?;
        Ok(sent_on)
    }

    /// Adds the new decision of a task that a person sends elsewhere or corrects, and makes it the one that holds.
    pub(crate) async fn reroute(
        &self,
        tx: &mut dyn Transaction,
        actor: &Actor,
        task: Task,
        rerouting: Rerouting,
        now: Timestamp,
    ) -> Result<Task, WorkError> {
        let previous = tx.lookup_decision(task.decision_id).await?.ok_or(WorkError::NotFound)?;
        let queues = tx.list_queues().await?;
        let due_at = match &rerouting.queue {
            Some(name) => queues
                .iter()
                .find(|queue| queue.name == *name)
                .map_or(task.due_at, |queue| Some(now.plus_minutes(i64::from(queue.sla_minutes)))),
            None => task.due_at,
        };
        // A correction that moves nothing keeps the destination that holds.
        let destination = match rerouting.queue.as_deref().or(task.state.queue()) {
            Some(queue) => Destination::Queue { queue: queue.to_owned() },
            None => previous.destination.clone(),
        };
        let decision = Decision {
            id: DecisionId::from_parts(id_ms(now), self.random_bits()),
            task_id: task.id,
            decided_at: now,
            source: rerouting.source,
            decided_by: Some(actor.name().to_owned()),
            mode: DecisionMode::Live,
            classification: previous.classification,
            fallback: previous.fallback,
            policy_version: previous.policy_version,
            matched_rule: None,
            destination,
            priority: task.priority,
            due_at,
            skills: previous.skills,
            note: previous.note,
            explanation: rerouting.explanation,
            trace: Vec::new(),
            facts: serde_json::json!({}),
            latency_ms: 0.0,
            cost_micros: 0,
            supersedes: Some(previous.id),
            check: None,
            overrides: Vec::new(),
        };
        tx.add_decision(&decision).await?;
        Ok(Task { decision_id: decision.id, due_at, ..task })
    }

    async fn check_people_queue(&self, tx: &mut dyn Transaction, queue: Option<&str>) -> Result<(), WorkError> {
        let Some(name) = queue else { return Ok(()) };
        match tx.list_queues().await?.into_iter().find(|queue| queue.name == name) {
            Some(queue) if queue.kind == QueueKind::People => Ok(()),
            Some(_) => {
                Err(ValidationError::new("queue", ValidationCode::Malformed, "must be a queue of people").into())
            }
            None => Err(ValidationError::unknown("queue", format!("the queue `{name}`")).into()),
        }
    }

    /// The decision that drew a task for a blind check, while nobody has said what it is.
    pub(crate) async fn blind_check_of(&self, tx: &mut dyn Transaction, task: &Task) -> StoreResult<Option<Decision>> {
        if task.label.is_some() {
            return Ok(None);
        }
        let decisions = tx.list_decisions_of(task.id).await?;
        Ok(decisions.into_iter().find(|decision| decision.check.is_some()))
    }

    /// Whether a change says of a task what the model had said.
    fn is_confirmed(&self, first: &Decision, changes: &Changes) -> bool {
        let set = self.label_set();
        let said = first.classification.as_ref().map(|said| set.current(&said.label));
        changes.priority.is_none() && changes.label.is_some() && changes.label.as_deref() == said
    }

    fn changes(&self, task: &Task, request: &CorrectionRequest) -> Result<Changes, ValidationError> {
        let label = request.label.clone().filter(|label| task.label.as_ref() != Some(label));
        let here = task.state.queue();
        let queue = match (&request.queue, &label) {
            (Some(queue), _) => Some(queue.clone()),
            (None, Some(label)) => self.0.deciding.load().active.compiled.document().label_queues.get(label).cloned(),
            (None, None) => None,
        }
        .filter(|queue| Some(queue.as_str()) != here);
        let priority = request.priority.filter(|priority| *priority != task.priority);
        if label.is_none() && priority.is_none() && queue.is_none() {
            let field = if request.label.is_some() {
                "label"
            } else if request.queue.is_some() {
                "queue"
            } else {
                "priority"
            };
            return Err(ValidationError::new(field, ValidationCode::Unchanged, "is what the task says already"));
        }
        Ok(Changes { label, priority, queue })
    }

    fn corrections(
        &self,
        actor: &Actor,
        task: &Task,
        changes: &Changes,
        reason: &str,
        now: Timestamp,
    ) -> Vec<Correction> {
        let fields = [
            (CorrectionField::Label, task.label.clone(), changes.label.clone()),
            (
                CorrectionField::Priority,
                Some(task.priority.as_str().to_owned()),
                changes.priority.map(|priority| priority.as_str().to_owned()),
            ),
            (CorrectionField::Destination, task.state.queue().map(str::to_owned), changes.queue.clone()),
        ];
        fields
            .into_iter()
            .filter_map(|(field, old, new)| {
                new.map(|new| Correction {
                    id: CorrectionId::from_parts(id_ms(now), self.random_bits()),
                    task_id: task.id,
                    decision_id: task.decision_id,
                    field,
                    old,
                    new,
                    reason: reason.to_owned(),
                    corrected_by: actor.name().to_owned(),
                    corrected_at: now,
                })
            })
            .collect()
    }

    /// Ends the open escalation of a task, when there is one, and brings the task's level to 0; answers which.
    pub(crate) async fn end_escalation(
        &self,
        tx: &mut dyn Transaction,
        task: &mut Task,
        state: EscalationState,
        now: Timestamp,
    ) -> StoreResult<Option<EscalationId>> {
        if task.escalation_level == 0 {
            return Ok(None);
        }
        task.escalation_level = 0;
        if let Some(escalation) = tx.lookup_open_escalation(task.id).await?
            && let Ok(closed) = escalation.close(state, now)
        {
            tx.save_escalation(&closed).await?;
            return Ok(Some(closed.id));
        }
        Ok(None)
    }
}

fn explain(actor: &Actor, corrections: &[Correction], reason: &str) -> String {
    let changes: Vec<String> = corrections
        .iter()
        .map(|correction| match &correction.old {
            Some(old) => format!("{} from {old} to {}", correction.field.as_str(), correction.new),
            None => format!("{} to {}", correction.field.as_str(), correction.new),
        })
        .collect();
    format!("{} corrected the {}: {reason}", actor.name(), changes.join(", the "))
}
