//! Every port that writes, but for those of policies and of teamwork, handed on to its noun.

use async_trait::async_trait;
use domain::{
    ApiKey, Correction, Decision, Escalation, Label, LabelId, Model, Queue, Task, TaskId, Timestamp, TrainingRun, User,
    UserId,
    audit::NewAuditEvent,
    automation::{Goal, LabelPromise},
    dataset::{Dataset, DatasetExample},
    drift::DriftPoint,
    evaluation::EvaluationCase,
    import::LabelImport,
    label_set::LabelName,
    preferences::Preferences,
    suspicion::Suspicion,
};
use service::ports::store::{
    AuditWrites, DecisionWrites, DomainEvent, LearningWrites, PeopleWrites, SessionRecord, ShadowDecision, StoreResult,
    Submission, TaskWrites,
};

use crate::{
    api_key, automation, correction, dataset, decision, drift, escalation, evaluation, idempotency, import, label,
    label_set, model, preference, queue, session, shadow, submission, suspicion, task, training_run,
    transaction::SqliteTransaction, user,
};

#[async_trait]
impl TaskWrites for SqliteTransaction {
    async fn add_submissions(&mut self, submissions: &[Submission]) -> StoreResult<()> {
        let answer = submission::add(self.connection().await?, submissions).await;
        self.settle(answer)
    }

    async fn save_task(&mut self, task: &Task) -> StoreResult<()> {
        let answer = task::save(self.connection().await?, task).await;
        self.settle(answer)
    }

    async fn save_queue(&mut self, queue: &Queue) -> StoreResult<()> {
        let answer = queue::save(self.connection().await?, queue).await;
        self.settle(answer)
    }

    async fn save_escalation(&mut self, escalation: &Escalation) -> StoreResult<()> {
        let answer = escalation::save(self.connection().await?, escalation).await;
        self.settle(answer)
    }

    async fn erase_task_text(&mut self, id: TaskId, at: Timestamp) -> StoreResult<bool> {
        let answer = task::erase(self.connection().await?, id, at).await;
        self.settle(answer)
    }

    async fn remove_expired_idempotency(&mut self, now: Timestamp) -> StoreResult<u64> {
        let answer = idempotency::remove_expired(self.connection().await?, now).await;
        self.settle(answer)
    }
}

#[async_trait]
impl DecisionWrites for SqliteTransaction {
    async fn add_decision(&mut self, decision: &Decision) -> StoreResult<()> {
        let answer = decision::add(self.connection().await?, decision).await;
        self.settle(answer)
    }

    async fn add_correction(&mut self, correction: &Correction) -> StoreResult<()> {
        let answer = correction::add(self.connection().await?, correction).await;
        self.settle(answer)
    }
}

#[async_trait]
impl LearningWrites for SqliteTransaction {
    async fn add_labels(&mut self, labels: &[Label]) -> StoreResult<()> {
        let answer = label::add(self.connection().await?, labels).await;
        self.settle(answer)
    }

    async fn withdraw_label(&mut self, label: LabelId, at: Timestamp) -> StoreResult<()> {
        let answer = label::withdraw(self.connection().await?, label, at).await;
        self.settle(answer)
    }

    async fn save_label_name(&mut self, name: &LabelName) -> StoreResult<()> {
        let answer = label_set::save(self.connection().await?, name).await;
        self.settle(answer)
    }

    async fn rename_label(&mut self, from: &str, to: &str) -> StoreResult<u64> {
        let answer = label_set::rename(self.connection().await?, from, to).await;
        self.settle(answer)
    }

    async fn replace_suspicions(&mut self, suspicions: &[Suspicion]) -> StoreResult<()> {
        let answer = suspicion::replace(self.connection().await?, suspicions).await;
        self.settle(answer)
    }

    async fn keep_suspicious_label(&mut self, label: LabelId) -> StoreResult<()> {
        let answer = suspicion::keep(self.connection().await?, label).await;
        self.settle(answer)
    }

    async fn save_model(&mut self, model: &Model) -> StoreResult<()> {
        let answer = model::save(self.connection().await?, model).await;
        self.settle(answer)
    }

    async fn add_evaluation_cases(&mut self, version: u32, cases: &[EvaluationCase]) -> StoreResult<()> {
        let answer = evaluation::add(self.connection().await?, version, cases).await;
        self.settle(answer)
    }

    async fn save_goal(&mut self, goal: &Goal) -> StoreResult<()> {
        let answer = automation::save_goal(self.connection().await?, goal).await;
        self.settle(answer)
    }

    async fn remove_goal(&mut self, label: &str) -> StoreResult<()> {
        let answer = automation::remove_goal(self.connection().await?, label).await;
        self.settle(answer)
    }

    async fn save_promise(&mut self, promise: &LabelPromise) -> StoreResult<()> {
        let answer = automation::save_promise(self.connection().await?, promise).await;
        self.settle(answer)
    }

    async fn add_shadow_decisions(&mut self, decisions: &[ShadowDecision]) -> StoreResult<()> {
        let answer = shadow::add(self.connection().await?, decisions).await;
        self.settle(answer)
    }

    async fn add_drift_points(&mut self, points: &[DriftPoint]) -> StoreResult<()> {
        let answer = drift::add_points(self.connection().await?, points).await;
        self.settle(answer)
    }

    async fn add_dataset(&mut self, dataset: &Dataset, examples: &[DatasetExample]) -> StoreResult<()> {
        let answer = dataset::add(self.connection().await?, dataset, examples).await;
        self.settle(answer)
    }

    async fn save_import(&mut self, import: &LabelImport) -> StoreResult<()> {
        let answer = import::save(self.connection().await?, import).await;
        self.settle(answer)
    }

    async fn save_run(&mut self, run: &TrainingRun) -> StoreResult<()> {
        let answer = training_run::save(self.connection().await?, run).await;
        self.settle(answer)
    }
}

#[async_trait]
impl PeopleWrites for SqliteTransaction {
    async fn add_user(&mut self, user: &User, password_hash: &str) -> StoreResult<()> {
        let answer = user::add(self.connection().await?, user, password_hash).await;
        self.settle(answer)
    }

    async fn save_user(&mut self, user: &User) -> StoreResult<()> {
        let answer = user::save(self.connection().await?, user).await;
        self.settle(answer)
    }

    async fn save_password(&mut self, id: UserId, password_hash: &str) -> StoreResult<()> {
        let answer = user::save_password(self.connection().await?, id, password_hash).await;
        self.settle(answer)
    }

    async fn save_preferences(&mut self, id: UserId, preferences: &Preferences) -> StoreResult<()> {
        let answer = preference::save(self.connection().await?, id, preferences).await;
        self.settle(answer)
    }

    async fn save_session(&mut self, session: &SessionRecord) -> StoreResult<()> {
        let answer = session::save(self.connection().await?, session).await;
        self.settle(answer)
    }

    async fn remove_session(&mut self, digest: &str) -> StoreResult<()> {
        let answer = session::remove(self.connection().await?, digest).await;
        self.settle(answer)
    }

    async fn remove_sessions_of(&mut self, user: UserId) -> StoreResult<u64> {
        let answer = session::remove_of(self.connection().await?, user).await;
        self.settle(answer)
    }

    async fn remove_expired_sessions(&mut self, now: Timestamp) -> StoreResult<u64> {
        let answer = session::remove_expired(self.connection().await?, now).await;
        self.settle(answer)
    }

    async fn save_api_key(&mut self, key: &ApiKey, secret_digest: &str) -> StoreResult<()> {
        let answer = api_key::save(self.connection().await?, key, secret_digest).await;
        self.settle(answer)
    }
}

#[async_trait]
impl AuditWrites for SqliteTransaction {
    async fn append_audit(&mut self, events: &[NewAuditEvent]) -> StoreResult<()> {
        Ok(self.append(events, &[])?)
    }

    async fn append_events(&mut self, events: &[DomainEvent]) -> StoreResult<()> {
        Ok(self.append(&[], events)?)
    }
}
