//! Models and policies in shadow: asked about every task beside what decides, after the task is written, without effect.

use domain::{Decision, DecisionMode, FallbackReason, ModelStage, Task};
use tokio::sync::{mpsc, watch};

use crate::{
    Services,
    classify::Effort,
    ports::store::{PolicyShadow, ShadowDecision, StoreResult, Submission},
    routing::Classified,
};

/// A task that a model or a policy in shadow is to be asked about, with its live decision.
pub(crate) struct Shadowed {
    task: Task,
    live: Decision,
}

/// The shadow worker's end.
pub(crate) type Shadows = mpsc::Receiver<Vec<Shadowed>>;

impl Services {
    /// Leaves new tasks for what is in shadow, unless that cannot keep up: the tasks' own way is never held up.
    pub(crate) fn show_to_shadow<'a>(&self, created: impl Iterator<Item = &'a Submission>) {
        if self.0.challenger.way(ModelStage::Shadow).is_none() && self.0.deciding.load().shadow().is_none() {
            return;
        }
        let batch: Vec<Shadowed> = created
            .map(|submission| Shadowed { task: submission.task.clone(), live: submission.decision.clone() })
            .collect();
        if !batch.is_empty() && self.0.challenger.shadows.try_send(batch).is_err() {
            tracing::debug!("what is in shadow cannot keep up; it is not asked about this batch");
        }
    }

    /// Asks what is in shadow about what the intake leaves for it.
    pub(crate) async fn run_shadow(self, mut shadows: Shadows, mut stop: watch::Receiver<bool>) {
        loop {
            let batch = tokio::select! {
                _ = stop.changed() => break,
                batch = shadows.recv() => match batch {
                    Some(batch) => batch,
                    None => break,
                },
            };
            let kept = match self.policy_in_shadow(&batch).await {
                Ok(()) => self.decide_in_shadow(batch).await,
                Err(error) => Err(error),
            };
            if let Err(error) = kept {
                tracing::error!(worker.error = %error, "decisions in shadow were not kept");
            }
        }
    }

    async fn decide_in_shadow(&self, batch: Vec<Shadowed>) -> StoreResult<()> {
        let Some(way) = self.0.challenger.way(ModelStage::Shadow) else { return Ok(()) };
        let texts = batch.iter().map(|shadowed| shadowed.task.text()).collect();
        let mut answers = self.0.challenger.slot.classify(texts, Effort::Full).await.map(Vec::into_iter);
        let router = self.router();
        let decisions: Vec<ShadowDecision> = batch
            .into_iter()
            .map(|Shadowed { task, live }| {
                let answer = match &mut answers {
                    Ok(answers) => answers.next().ok_or(FallbackReason::ModelFailed),
                    Err(reason) => Err(*reason),
                };
                let classified = Classified { answer, mode: DecisionMode::Shadow };
                let id = task.id;
                let decision = router.decide(id, &task.as_submitted(), classified, std::time::Instant::now());
                let live_answer = live.classification.map(|said| said.label);
                ShadowDecision { model_version: way.version, live_answer, decision }
            })
            .collect();
        let mut tx = self.begin().await?;
        tx.add_shadow_decisions(&decisions).await?;
        tx.save().await
    }

    /// Keeps what the policy in shadow would have done.
    async fn policy_in_shadow(&self, batch: &[Shadowed]) -> StoreResult<()> {
        let router = self.router();
        let shadow = |Shadowed { task, live }: &Shadowed| {
            let (policy_version, verdict) = router.shadow_of(&task.clone().as_submitted(), live)?;
            let (decision_id, task_id) = (live.id, task.id);
            let (destination, rule) = (verdict.destination, verdict.matched_rule);
            Some(PolicyShadow { decision_id, task_id, policy_version, destination, rule })
        };
        let shadows: Vec<PolicyShadow> = batch.iter().filter_map(shadow).collect();
        if shadows.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        tx.add_policy_shadows(&shadows).await?;
        tx.save().await
    }
}
