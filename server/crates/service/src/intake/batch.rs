//! One batch: classified together, decided one by one, written together.

use std::{collections::HashMap, sync::Arc};

use domain::{
    Actor, Decision, DecisionId, Receipt, TaskState,
    decision::{Override, OverrideKind},
};

use super::{KeyDigests, Pending};
use crate::{
    Services, SubmitError,
    ports::store::{IdempotencyRecord, StoreResult, Submission, Transaction},
    services::Act,
};

/// A submission that is decided but not yet written.
pub(super) struct Decided {
    pending: Pending,
    submission: Submission,
    /// The state of what decides by which it was decided.
    epoch: u64,
}

/// What writing found for one submission.
enum Outcome {
    /// It is a new task.
    Created,
    /// Its key was used with the same body: this decision was the first answer.
    Replayed(Box<Decision>),
    /// Its key was used with the same body by the submission at this place of the batch.
    SameAs(usize),
    /// Its key was used with another body.
    KeyReused,
}

impl Services {
    pub(super) async fn decide_batch(&self, batch: Vec<Pending>) -> Vec<Decided> {
        let texts = batch
            .iter()
            .map(|pending| domain::task::classified_text(&pending.task.subject, &pending.task.body))
            .collect();
        let classified = self.classify_batch(texts, self.0.intake.waiting()).await;
        let router = self.router();
        batch
            .into_iter()
            .zip(classified)
            .map(|(mut pending, classified)| {
                let task = std::mem::take(&mut pending.task);
                let (task, decision) =
                    router.route(&pending.actor, task, classified, pending.accepted_at, pending.accepted);
                let idempotency = pending.key.as_ref().map(|digests| IdempotencyRecord {
                    key_digest: digests.key.clone(),
                    body_digest: digests.body.clone(),
                    decision_id: decision.id,
                    expires_at: pending.accepted_at.plus_ms(self.0.settings.idempotency_ms),
                });
                let submission = Submission { task, decision, idempotency };
                Decided { pending, submission, epoch: router.epoch() }
            })
            .collect()
    }

    pub(super) async fn write_batch(&self, batch: Vec<Decided>) {
        let oldest = batch.iter().map(|decided| decided.epoch).min().unwrap_or_default();
        let (pendings, mut submissions): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|decided| (decided.pending, decided.submission)).unzip();
        let written = self.try_write_batch(&pendings, &mut submissions, oldest).await;
        let outcomes = match written {
            Ok(outcomes) => outcomes,
            Err(error) => {
                let error = Arc::new(error);
                for pending in pendings {
                    drop(pending.reply.send(Err(SubmitError::NotWritten(Arc::clone(&error)))));
                }
                return;
            }
        };
        let created = |(submission, outcome): (_, &Outcome)| matches!(outcome, Outcome::Created).then_some(submission);
        let written = submissions.iter().zip(&outcomes).filter_map(created);
        self.count_spent(written.map(|submission: &Submission| &submission.decision));
        self.show_to_shadow(submissions.iter().zip(&outcomes).filter_map(created));
        let first: HashMap<usize, Decision> = outcomes
            .iter()
            .filter_map(|outcome| if let Outcome::SameAs(place) = outcome { Some(*place) } else { None })
            .map(|place| (place, submissions[place].decision.clone()))
            .collect();
        for ((pending, submission), outcome) in pendings.into_iter().zip(submissions).zip(outcomes) {
            let answer = match outcome {
                Outcome::Created => Ok(Receipt {
                    task_id: submission.task.id,
                    state: submission.task.state,
                    decision: submission.decision,
                    replayed: false,
                }),
                Outcome::Replayed(decision) => Ok(replay(*decision)),
                Outcome::SameAs(place) => Ok(replay(first[&place].clone())),
                Outcome::KeyReused => Err(SubmitError::KeyReused),
            };
            // A caller that went away misses only the answer; its task is kept.
            drop(pending.reply.send(answer));
        }
    }

    /// Writes what is new; decides it again first when what decides has changed since.
    async fn try_write_batch(
        &self,
        pendings: &[Pending],
        submissions: &mut [Submission],
        oldest_epoch: u64,
    ) -> StoreResult<Vec<Outcome>> {
        let mut tx = self.begin().await?;
        if tx.decision_epoch().await? != oldest_epoch {
            // Nobody can change it again while this transaction is open.
            self.reload_policies().await?;
            let router = self.router();
            submissions.iter_mut().for_each(|submission| router.decide_again(submission));
        }
        let submissions = &*submissions;
        let outcomes = find_outcomes(&mut *tx, pendings, self.now()).await?;
        let (mut audits, mut events) = (Vec::new(), Vec::new());
        let created = || outcomes.iter().map(|outcome| matches!(outcome, Outcome::Created));
        for ((pending, submission), _) in
            pendings.iter().zip(submissions).zip(created()).filter(|(_, created)| *created)
        {
            let decision = &submission.decision;
            let act = Act {
                actor: &pending.actor,
                at: decision.decided_at,
                action: "task.submitted",
                subject: submission.task.id.to_string(),
                detail: serde_json::json!({
                    "decision": decision.id,
                    "rule": decision.matched_rule,
                    "destination": decision.destination.to_string(),
                    "policy": decision.policy_version,
                    "model": decision.classification.as_ref().map(|classification| &classification.model_version),
                }),
            };
            let held = decision.overrides.iter().map(|held| held_over(&pending.actor, decision, held));
            for act in std::iter::once(act).chain(held) {
                let (audit, event) = act.into_events();
                audits.push(audit);
                events.push(event);
            }
        }
        tx.append_audit(&audits).await?;
        tx.append_events(&events).await?;
        if created().all(|created| created) {
            tx.save_submissions(submissions).await?;
        } else if created().any(|created| created) {
            let kept: Vec<Submission> = submissions
                .iter()
                .zip(created())
                .filter(|(_, created)| *created)
                .map(|(kept, _)| kept.clone())
                .collect();
            tx.save_submissions(&kept).await?;
        }
        Ok(outcomes)
    }
}

/// That something took effect over the rules, under the name of what did.
fn held_over<'a>(actor: &'a Actor, decision: &Decision, held: &Override) -> Act<'a> {
    let (action, kind) = match held.kind {
        OverrideKind::Guardrail => ("guardrail.held", "guardrail"),
        OverrideKind::KillSwitch => ("switch.held", "switch"),
        OverrideKind::CircuitBreaker => ("breaker.held", "breaker"),
    };
    let detail = serde_json::json!({
        "decision": decision.id,
        "task": decision.task_id,
        "policy": decision.policy_version,
        "rule": decision.matched_rule,
        "before": held.instead_of.to_string(),
        "after": decision.destination.to_string(),
    });
    Act { actor, at: decision.decided_at, action, subject: format!("{kind}:{}", held.name), detail }
}

/// Looks every key up in the store and among the submissions before it in the batch.
async fn find_outcomes(
    tx: &mut dyn Transaction,
    pendings: &[Pending],
    now: domain::Timestamp,
) -> StoreResult<Vec<Outcome>> {
    let keys: Vec<String> =
        pendings.iter().filter_map(|pending| pending.key.as_ref().map(|key| key.key.clone())).collect();
    if keys.is_empty() {
        return Ok(pendings.iter().map(|_| Outcome::Created).collect());
    }
    let known: HashMap<String, IdempotencyRecord> =
        tx.list_idempotency(&keys, now).await?.into_iter().map(|record| (record.key_digest.clone(), record)).collect();
    let ids: Vec<DecisionId> = known.values().map(|record| record.decision_id).collect();
    let mut decisions: HashMap<DecisionId, Decision> = HashMap::new();
    if !ids.is_empty() {
        decisions.extend(tx.list_decisions_by_id(&ids).await?.into_iter().map(|decision| (decision.id, decision)));
    }
    let mut first: HashMap<&str, (usize, &KeyDigests)> = HashMap::new();
    let mut outcomes = Vec::with_capacity(pendings.len());
    for (place, pending) in pendings.iter().enumerate() {
        let Some(digests) = &pending.key else {
            outcomes.push(Outcome::Created);
            continue;
        };
        let stored = known.get(&digests.key);
        outcomes.push(match (stored, first.get(digests.key.as_str())) {
            (Some(record), _) if record.body_digest != digests.body => Outcome::KeyReused,
            (Some(record), _) => match decisions.get(&record.decision_id) {
                Some(decision) => Outcome::Replayed(Box::new(decision.clone())),
                None => Outcome::Created,
            },
            (None, Some((_, earlier))) if earlier.body != digests.body => Outcome::KeyReused,
            (None, Some((earlier, _))) => Outcome::SameAs(*earlier),
            (None, None) => {
                first.insert(&digests.key, (place, digests));
                Outcome::Created
            }
        });
    }
    Ok(outcomes)
}

/// The first answer, made again from the decision that it gave.
fn replay(decision: Decision) -> Receipt {
    Receipt {
        task_id: decision.task_id,
        state: TaskState::arriving(&decision.destination, decision.decided_at),
        decision,
        replayed: true,
    }
}
