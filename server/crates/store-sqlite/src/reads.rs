//! Every port that reads, but for those of policies and of teamwork, handed on to its noun.

use async_trait::async_trait;
use domain::{
    ApiKey, ApiKeyId, AuditEvent, Correction, Decision, DecisionId, DecisionSummary, Escalation, ImportId, Label,
    LabelId, Model, Page, PageRequest, Queue, QueueCounts, RunId, Task, TaskId, TaskSummary, Timestamp, TrainingRun,
    User, UserId,
    automation::{Goal, LabelPromise, LiveCase, UnsureTask},
    dataset::{Dataset, DatasetExample},
    dead_letter::DeadLetter,
    decision::DecisionFilter,
    dispute::{Dispute, OpinionPair},
    drift::{DriftCase, DriftPoint},
    escalation::EscalationSummary,
    evaluation::{EvaluationCase, StageCase},
    import::LabelImport,
    label::{LabelCount, LabelFilter},
    label_set::LabelName,
    overview::DestinationCount,
    preferences::Preferences,
    rollout::ShadowCase,
    suspicion::SuspiciousLabel,
    task::{PendingApproval, SnoozedTask, TaskFilter},
};
use service::ports::store::{
    AuditReads, Counters, DecisionReads, DomainEvent, IdempotencyRecord, LearningReads, PeopleReads, SessionRecord,
    StoreResult, TaskReads,
};

use crate::{
    api_key, audit, automation, correction, counter, dataset, decision, decision_list, dispute, drift, escalation,
    evaluation, event, idempotency, import, label, label_set, model, preference, queue, session, shadow, snooze,
    stages, suspicion, task, task_list, training_run, transaction::SqliteTransaction, unsure, user,
};

#[async_trait]
impl TaskReads for SqliteTransaction {
    async fn lookup_task(&mut self, id: TaskId) -> StoreResult<Option<Task>> {
        let answer = task::lookup(self.connection().await?, id).await;
        self.settle(answer)
    }

    async fn list_tasks(&mut self, filter: &TaskFilter, page: &PageRequest) -> StoreResult<Page<TaskSummary>> {
        let answer = task_list::list(self.connection().await?, filter, page).await;
        self.settle(answer)
    }

    async fn list_waiting(&mut self, queue: &str, page: &PageRequest) -> StoreResult<Page<TaskSummary>> {
        let answer = task_list::list_waiting(self.connection().await?, queue, page).await;
        self.settle(answer)
    }

    async fn first_waiting(&mut self, queues: &[String]) -> StoreResult<Option<TaskId>> {
        let answer = task_list::first_waiting(self.connection().await?, queues).await;
        self.settle(answer)
    }

    async fn list_claimed_by(&mut self, holder: &str) -> StoreResult<Vec<TaskSummary>> {
        let answer = task_list::list_claimed_by(self.connection().await?, holder).await;
        self.settle(answer)
    }

    async fn list_expired(&mut self, now: Timestamp, limit: u32) -> StoreResult<Vec<Task>> {
        let answer = task::list_expired(self.connection().await?, now, limit).await;
        self.settle(answer)
    }

    async fn list_awaiting_approval(&mut self, page: &PageRequest) -> StoreResult<Page<PendingApproval>> {
        let answer = task_list::list_awaiting_approval(self.connection().await?, page).await;
        self.settle(answer)
    }

    async fn list_expired_approvals(&mut self, now: Timestamp, limit: u32) -> StoreResult<Vec<Task>> {
        let answer = task::list_expired_approvals(self.connection().await?, now, limit).await;
        self.settle(answer)
    }

    async fn list_snoozed(&mut self, by: Option<&str>, page: &PageRequest) -> StoreResult<Page<SnoozedTask>> {
        let answer = snooze::list(self.connection().await?, by, page).await;
        self.settle(answer)
    }

    async fn list_snooze_ended(&mut self, now: Timestamp, limit: u32) -> StoreResult<Vec<Task>> {
        let answer = task::list_snooze_ended(self.connection().await?, now, limit).await;
        self.settle(answer)
    }

    async fn list_dead_letters(&mut self, page: &PageRequest) -> StoreResult<Page<DeadLetter>> {
        let answer = task_list::list_dead_letters(self.connection().await?, page).await;
        self.settle(answer)
    }

    async fn list_queues(&mut self) -> StoreResult<Vec<Queue>> {
        let answer = queue::list(self.connection().await?).await;
        self.settle(answer)
    }

    async fn list_queue_counts(&mut self, now: Timestamp) -> StoreResult<Vec<QueueCounts>> {
        let answer = queue::list_counts(self.connection().await?, now).await;
        self.settle(answer)
    }

    async fn list_oldest_waiting(&mut self) -> StoreResult<Vec<(String, Timestamp)>> {
        let answer = queue::list_oldest_waiting(self.connection().await?).await;
        self.settle(answer)
    }

    async fn counters(&mut self) -> StoreResult<Counters> {
        let answer = counter::totals(self.connection().await?).await;
        self.settle(answer)
    }

    async fn list_idempotency(
        &mut self,
        key_digests: &[String],
        now: Timestamp,
    ) -> StoreResult<Vec<IdempotencyRecord>> {
        let answer = idempotency::list(self.connection().await?, key_digests, now).await;
        self.settle(answer)
    }

    async fn lookup_open_escalation(&mut self, task: TaskId) -> StoreResult<Option<Escalation>> {
        let answer = escalation::lookup_open(self.connection().await?, task).await;
        self.settle(answer)
    }

    async fn list_escalations_of(&mut self, task: TaskId) -> StoreResult<Vec<Escalation>> {
        let answer = escalation::list_of(self.connection().await?, task).await;
        self.settle(answer)
    }

    async fn list_open_escalations(&mut self, page: &PageRequest) -> StoreResult<Page<EscalationSummary>> {
        let answer = escalation::list_open(self.connection().await?, page).await;
        self.settle(answer)
    }
}

#[async_trait]
impl DecisionReads for SqliteTransaction {
    async fn lookup_decision(&mut self, id: DecisionId) -> StoreResult<Option<Decision>> {
        let answer = decision::lookup(self.connection().await?, id).await;
        self.settle(answer)
    }

    async fn list_decisions_by_id(&mut self, ids: &[DecisionId]) -> StoreResult<Vec<Decision>> {
        let answer = decision::list_by_id(self.connection().await?, ids).await;
        self.settle(answer)
    }

    async fn list_decisions(
        &mut self,
        filter: &DecisionFilter,
        page: &PageRequest,
    ) -> StoreResult<Page<DecisionSummary>> {
        let answer = decision_list::list(self.connection().await?, filter, page).await;
        self.settle(answer)
    }

    async fn list_decisions_of(&mut self, task: TaskId) -> StoreResult<Vec<Decision>> {
        let answer = decision::list_of(self.connection().await?, task).await;
        self.settle(answer)
    }

    async fn list_corrections_of(&mut self, task: TaskId) -> StoreResult<Vec<Correction>> {
        let answer = correction::list_of(self.connection().await?, task).await;
        self.settle(answer)
    }

    async fn stage_cost_on(&mut self, day: Timestamp) -> StoreResult<u64> {
        let answer = counter::stage_cost_on(self.connection().await?, day).await;
        self.settle(answer)
    }

    async fn list_destination_counts(&mut self) -> StoreResult<Vec<DestinationCount>> {
        let answer = counter::destinations(self.connection().await?).await;
        self.settle(answer)
    }
}

#[async_trait]
impl LearningReads for SqliteTransaction {
    async fn list_labels(&mut self, filter: &LabelFilter, page: &PageRequest) -> StoreResult<Page<Label>> {
        let answer = label::list(self.connection().await?, filter, page).await;
        self.settle(answer)
    }

    async fn lookup_label_of(&mut self, task: TaskId) -> StoreResult<Option<Label>> {
        let answer = label::lookup_of(self.connection().await?, task).await;
        self.settle(answer)
    }

    async fn list_labels_of_text(&mut self, digest: &str) -> StoreResult<Vec<Label>> {
        let answer = label::list_of_text(self.connection().await?, digest).await;
        self.settle(answer)
    }

    async fn count_corrected_labels(&mut self, from: LabelId, most: u32) -> StoreResult<u32> {
        let answer = label::count_corrected(self.connection().await?, from, most).await;
        self.settle(answer)
    }

    async fn list_label_counts(&mut self) -> StoreResult<Vec<LabelCount>> {
        let answer = label::list_counts(self.connection().await?).await;
        self.settle(answer)
    }

    async fn list_label_names(&mut self) -> StoreResult<Vec<LabelName>> {
        let answer = label_set::list(self.connection().await?).await;
        self.settle(answer)
    }

    async fn count_open_tasks_of_label(&mut self, label: &str, most: u32) -> StoreResult<u64> {
        let answer = label_set::count_open_tasks(self.connection().await?, label, most).await;
        self.settle(answer)
    }

    async fn list_disputes(&mut self, page: &PageRequest) -> StoreResult<Page<Dispute>> {
        let answer = dispute::list_open(self.connection().await?, page).await;
        self.settle(answer)
    }

    async fn lookup_dispute(&mut self, digest: &str) -> StoreResult<Option<Dispute>> {
        let answer = dispute::lookup_open(self.connection().await?, digest).await;
        self.settle(answer)
    }

    async fn list_suspicions(&mut self, page: &PageRequest) -> StoreResult<Page<SuspiciousLabel>> {
        let answer = suspicion::list(self.connection().await?, page).await;
        self.settle(answer)
    }

    async fn lookup_suspicion(&mut self, label: LabelId) -> StoreResult<Option<SuspiciousLabel>> {
        let answer = suspicion::lookup(self.connection().await?, label).await;
        self.settle(answer)
    }

    async fn list_opinion_pairs(&mut self) -> StoreResult<Vec<OpinionPair>> {
        let answer = dispute::list_pairs(self.connection().await?).await;
        self.settle(answer)
    }

    async fn list_models(&mut self) -> StoreResult<Vec<Model>> {
        let answer = model::list(self.connection().await?).await;
        self.settle(answer)
    }

    async fn lookup_model(&mut self, version: u32) -> StoreResult<Option<Model>> {
        let answer = model::lookup(self.connection().await?, version).await;
        self.settle(answer)
    }

    async fn lookup_champion(&mut self) -> StoreResult<Option<Model>> {
        let answer = model::lookup_champion(self.connection().await?).await;
        self.settle(answer)
    }

    async fn list_evaluation_cases(&mut self, version: u32) -> StoreResult<Vec<EvaluationCase>> {
        let answer = evaluation::list(self.connection().await?, version).await;
        self.settle(answer)
    }

    async fn list_labels_by_id(&mut self, ids: &[LabelId]) -> StoreResult<Vec<Label>> {
        let answer = label::list_by_id(self.connection().await?, ids).await;
        self.settle(answer)
    }

    async fn list_goals(&mut self) -> StoreResult<Vec<Goal>> {
        let answer = automation::list_goals(self.connection().await?).await;
        self.settle(answer)
    }

    async fn list_promises(&mut self, version: u32) -> StoreResult<Vec<LabelPromise>> {
        let answer = automation::list_promises(self.connection().await?, version).await;
        self.settle(answer)
    }

    async fn list_live_cases(&mut self, version: u32, most: u32) -> StoreResult<Vec<LiveCase>> {
        let answer = automation::list_cases(self.connection().await?, version, most).await;
        self.settle(answer)
    }

    async fn list_unsure(&mut self, version: u32, among: u32, most: u32) -> StoreResult<Vec<UnsureTask>> {
        let answer = unsure::list(self.connection().await?, version, among, most).await;
        self.settle(answer)
    }

    async fn lookup_challenger(&mut self) -> StoreResult<Option<Model>> {
        let answer = model::lookup_challenger(self.connection().await?).await;
        self.settle(answer)
    }

    async fn list_shadow_cases(&mut self, version: u32, most: u32) -> StoreResult<Vec<ShadowCase>> {
        let answer = shadow::list_cases(self.connection().await?, version, most).await;
        self.settle(answer)
    }

    async fn list_shadow_of(&mut self, task: TaskId) -> StoreResult<Vec<Decision>> {
        let answer = shadow::list_of(self.connection().await?, task).await;
        self.settle(answer)
    }

    async fn list_drift_cases(&mut self, version: u32, latest: bool, most: u32) -> StoreResult<Vec<DriftCase>> {
        let answer = drift::list_cases(self.connection().await?, version, latest, most).await;
        self.settle(answer)
    }

    async fn list_stage_cases(&mut self, version: u32, most: u32) -> StoreResult<Vec<StageCase>> {
        let answer = stages::list_cases(self.connection().await?, version, most).await;
        self.settle(answer)
    }

    async fn list_drift_points(&mut self, version: u32, most: u32) -> StoreResult<Vec<DriftPoint>> {
        let answer = drift::list_points(self.connection().await?, version, most).await;
        self.settle(answer)
    }

    async fn list_imported(&mut self, digests: &[String]) -> StoreResult<Vec<(String, String)>> {
        let answer = label::list_known(self.connection().await?, digests).await;
        self.settle(answer)
    }

    async fn list_datasets(&mut self, page: &PageRequest) -> StoreResult<Page<Dataset>> {
        let answer = dataset::list(self.connection().await?, page).await;
        self.settle(answer)
    }

    async fn lookup_dataset(&mut self, number: u32) -> StoreResult<Option<Dataset>> {
        let answer = dataset::lookup(self.connection().await?, number).await;
        self.settle(answer)
    }

    async fn lookup_dataset_by_sha256(&mut self, sha256: &str) -> StoreResult<Option<Dataset>> {
        let answer = dataset::lookup_by_sha256(self.connection().await?, sha256).await;
        self.settle(answer)
    }

    async fn last_dataset(&mut self) -> StoreResult<u32> {
        let answer = dataset::last(self.connection().await?).await;
        self.settle(answer)
    }

    async fn list_dataset_examples(&mut self, number: u32, from: u32, most: u32) -> StoreResult<Vec<DatasetExample>> {
        let answer = dataset::list_examples(self.connection().await?, number, from, most).await;
        self.settle(answer)
    }

    async fn lookup_import(&mut self, id: ImportId) -> StoreResult<Option<LabelImport>> {
        let answer = import::lookup(self.connection().await?, id).await;
        self.settle(answer)
    }

    async fn list_imports(&mut self, limit: u32) -> StoreResult<Vec<LabelImport>> {
        let answer = import::list(self.connection().await?, limit).await;
        self.settle(answer)
    }

    async fn lookup_run(&mut self, id: RunId) -> StoreResult<Option<TrainingRun>> {
        let answer = training_run::lookup(self.connection().await?, id).await;
        self.settle(answer)
    }

    async fn list_runs(&mut self, limit: u32) -> StoreResult<Vec<TrainingRun>> {
        let answer = training_run::list(self.connection().await?, limit).await;
        self.settle(answer)
    }
}

#[async_trait]
impl PeopleReads for SqliteTransaction {
    async fn lookup_user(&mut self, id: UserId) -> StoreResult<Option<User>> {
        let answer = user::lookup(self.connection().await?, id).await;
        self.settle(answer)
    }

    async fn lookup_credentials(&mut self, email: &str) -> StoreResult<Option<(User, String)>> {
        let answer = user::lookup_credentials(self.connection().await?, email).await;
        self.settle(answer)
    }

    async fn list_users_named(&mut self, names: &[String]) -> StoreResult<Vec<User>> {
        let answer = user::list_named(self.connection().await?, names).await;
        self.settle(answer)
    }

    async fn list_users(&mut self, page: &PageRequest) -> StoreResult<Page<User>> {
        let answer = user::list(self.connection().await?, page).await;
        self.settle(answer)
    }

    async fn count_active_administrators(&mut self) -> StoreResult<u64> {
        let answer = user::count_active_administrators(self.connection().await?).await;
        self.settle(answer)
    }

    async fn lookup_session(&mut self, digest: &str) -> StoreResult<Option<SessionRecord>> {
        let answer = session::lookup(self.connection().await?, digest).await;
        self.settle(answer)
    }

    async fn lookup_preferences(&mut self, id: UserId) -> StoreResult<Option<Preferences>> {
        let answer = preference::lookup(self.connection().await?, id).await;
        self.settle(answer)
    }

    async fn lookup_api_key(&mut self, id: ApiKeyId) -> StoreResult<Option<(ApiKey, String)>> {
        let answer = api_key::lookup(self.connection().await?, id).await;
        self.settle(answer)
    }

    async fn list_api_keys(&mut self, page: &PageRequest) -> StoreResult<Page<ApiKey>> {
        let answer = api_key::list(self.connection().await?, page).await;
        self.settle(answer)
    }
}

#[async_trait]
impl AuditReads for SqliteTransaction {
    async fn list_audit_after(&mut self, seq: u64, limit: u32) -> StoreResult<Vec<AuditEvent>> {
        self.flush().await?;
        let answer = audit::list_after(self.connection().await?, seq, limit).await;
        self.settle(answer)
    }

    async fn list_audit_of(&mut self, subject: &str) -> StoreResult<Vec<AuditEvent>> {
        self.flush().await?;
        let answer = audit::list_of(self.connection().await?, subject).await;
        self.settle(answer)
    }

    async fn list_events_after(&mut self, seq: u64, limit: u32) -> StoreResult<Vec<(u64, DomainEvent)>> {
        self.flush().await?;
        let answer = event::list_after(self.connection().await?, seq, limit).await;
        self.settle(answer)
    }
}
