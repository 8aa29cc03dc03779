//! The store: everything that lasts.
//!
//! A transaction is the unit: [`Store::begin`] opens the one that may write, and nothing of it persists without
//! [`Transaction::save`]. "Not found" is `Ok(None)`.

mod teamwork;

use async_trait::async_trait;
use domain::{
    ApiKey, ApiKeyId, AuditEvent, Correction, Decision, DecisionId, DecisionSummary, Destination, Escalation, ImportId,
    Label, LabelId, Model, Page, PageRequest, PolicyDocument, PolicyVersion, Queue, QueueCounts, RunId, Task, TaskId,
    TaskSummary, Timestamp, TrainingRun, User, UserId,
    audit::NewAuditEvent,
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
    policy::PolicyComment,
    preferences::Preferences,
    rollout::{PolicyOutcome, PolicyShadowCase, ShadowCase},
    simulation::HistoryCase,
    suspicion::{Suspicion, SuspiciousLabel},
    task::{PendingApproval, SnoozedTask, TaskFilter},
};
pub use teamwork::{NewNotice, TeamworkReads, TeamworkWrites};

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Something else has this unique value already; the field says which.
    #[error("{0} is taken")]
    Conflict(&'static str),
    /// The cursor of a page request is not one that this store gave.
    #[error("the page cursor is not valid")]
    InvalidCursor,
    /// Anything else: for the log, never for callers.
    #[error("store: {0}")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What came of a call to the store.
pub type StoreResult<T> = Result<T, StoreError>;

/// Opens transactions.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Opens the transaction that may write. There is one at a time; others wait their turn.
    async fn begin(&self) -> StoreResult<Box<dyn Transaction>>;

    /// Opens a consistent view that only reads, beside whatever is being written.
    async fn read(&self) -> StoreResult<Box<dyn Reads>>;
}

/// Everything that can be read, in a transaction that writes or in one that does not.
#[async_trait]
pub trait Reads:
    Send + Sync + TaskReads + TeamworkReads + DecisionReads + LearningReads + PolicyReads + PeopleReads + AuditReads
{
}

/// A transaction that may write. Dropped without [`Transaction::save`], it leaves nothing behind.
#[async_trait]
pub trait Transaction:
    Reads + TaskWrites + TeamworkWrites + DecisionWrites + LearningWrites + PolicyWrites + PeopleWrites + AuditWrites
{
    /// Makes everything written durable, or nothing of it.
    async fn save(self: Box<Self>) -> StoreResult<()>;

    /// [`TaskWrites::add_submissions`] and [`Transaction::save`] in one, which a store may do faster.
    async fn save_submissions(self: Box<Self>, submissions: &[Submission]) -> StoreResult<()>;

    /// This transaction as one that only reads.
    fn as_reads(&mut self) -> &mut dyn Reads;
}

/// An idempotency key that was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// SHA-256 over caller and key, in hexadecimal.
    pub key_digest: String,
    /// SHA-256 of the body it came with, in hexadecimal.
    pub body_digest: String,
    /// The first decision of the task that was created, from which the first answer is made again.
    pub decision_id: DecisionId,
    /// When the key may be used anew.
    pub expires_at: Timestamp,
}

/// A task on its way in, with the decision that routes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    /// The task.
    pub task: Task,
    /// Its first decision.
    pub decision: Decision,
    /// The key it came with; its `decision_id` is that of `decision`.
    pub idempotency: Option<IdempotencyRecord>,
}

/// Numbers that the store keeps up to date with every write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Tasks ever submitted.
    pub submitted: u64,
    /// Tasks finished.
    pub finished: u64,
    /// Decisions that a person corrected.
    pub corrected: u64,
    /// Decisions of the policy without a classification.
    pub fallbacks: u64,
    /// Tasks that wait for an approval.
    pub awaiting_approval: u64,
    /// Open escalations.
    pub escalations: u64,
    /// Texts whose labels contradict each other.
    pub disputes: u64,
    /// Labels that are likely wrong and that nobody has looked at.
    pub suspicions: u64,
}

/// Tasks, queues and escalations, read.
#[async_trait]
pub trait TaskReads {
    /// One task.
    async fn lookup_task(&mut self, id: TaskId) -> StoreResult<Option<Task>>;
    /// Tasks, newest first.
    async fn list_tasks(&mut self, filter: &TaskFilter, page: &PageRequest) -> StoreResult<Page<TaskSummary>>;
    /// Tasks that wait in a queue, in the order they are to be taken: most urgent, then earliest due, then oldest.
    async fn list_waiting(&mut self, queue: &str, page: &PageRequest) -> StoreResult<Page<TaskSummary>>;
    /// The first of these queues' waiting tasks in that order, over all the queues.
    async fn first_waiting(&mut self, queues: &[String]) -> StoreResult<Option<TaskId>>;
    /// Tasks that this holder has a claim on, the earliest expiry first; at most 200.
    async fn list_claimed_by(&mut self, holder: &str) -> StoreResult<Vec<TaskSummary>>;
    /// Claimed tasks whose lease has ended, the longest ended first.
    async fn list_expired(&mut self, now: Timestamp, limit: u32) -> StoreResult<Vec<Task>>;
    /// Tasks that nothing could be done with, newest first.
    async fn list_dead_letters(&mut self, page: &PageRequest) -> StoreResult<Page<DeadLetter>>;
    /// Tasks that wait for an approval, oldest first.
    async fn list_awaiting_approval(&mut self, page: &PageRequest) -> StoreResult<Page<PendingApproval>>;
    /// Tasks whose approval nobody gave in time, the longest ended first.
    async fn list_expired_approvals(&mut self, now: Timestamp, limit: u32) -> StoreResult<Vec<Task>>;
    /// Tasks that are put aside, by one holder (an identifier) or by all, the earliest return first.
    async fn list_snoozed(&mut self, by: Option<&str>, page: &PageRequest) -> StoreResult<Page<SnoozedTask>>;
    /// Tasks that are put aside and whose time has come, the longest ago first.
    async fn list_snooze_ended(&mut self, now: Timestamp, limit: u32) -> StoreResult<Vec<Task>>;
    /// Every queue by name.
    async fn list_queues(&mut self) -> StoreResult<Vec<Queue>>;
    /// Every queue with its numbers, by name. `late` counts at most 1,000 a queue.
    async fn list_queue_counts(&mut self, now: Timestamp) -> StoreResult<Vec<QueueCounts>>;
    /// When the oldest waiting task of each queue was submitted.
    async fn list_oldest_waiting(&mut self) -> StoreResult<Vec<(String, Timestamp)>>;
    /// The numbers kept with every write.
    async fn counters(&mut self) -> StoreResult<Counters>;
    /// The keys among these that were used and have not expired.
    async fn list_idempotency(&mut self, key_digests: &[String], now: Timestamp)
    -> StoreResult<Vec<IdempotencyRecord>>;
    /// The open escalation of a task.
    async fn lookup_open_escalation(&mut self, task: TaskId) -> StoreResult<Option<Escalation>>;
    /// Every escalation of a task, oldest first.
    async fn list_escalations_of(&mut self, task: TaskId) -> StoreResult<Vec<Escalation>>;
    /// Open escalations, the earliest due first.
    async fn list_open_escalations(&mut self, page: &PageRequest) -> StoreResult<Page<EscalationSummary>>;
}

/// Tasks, queues and escalations, written.
#[async_trait]
pub trait TaskWrites {
    /// Adds tasks with their first decisions and idempotency keys. An expired record of the same key is replaced.
    async fn add_submissions(&mut self, submissions: &[Submission]) -> StoreResult<()>;
    /// Writes what changes in a task's life: state, claim, priority, due time, label, decision, token, escalation level.
    async fn save_task(&mut self, task: &Task) -> StoreResult<()>;
    /// Adds a queue, or changes the one of this name.
    async fn save_queue(&mut self, queue: &Queue) -> StoreResult<()>;
    /// Adds an escalation, or changes the one of this identifier.
    async fn save_escalation(&mut self, escalation: &Escalation) -> StoreResult<()>;
    /// Erases subject, body and attributes of a task, its comments' texts, its reply and all drafts on it, and takes its labels
    /// out of training; answers whether there was anything to erase.
    async fn erase_task_text(&mut self, id: TaskId, at: Timestamp) -> StoreResult<bool>;
    /// Removes idempotency records that have expired; answers how many.
    async fn remove_expired_idempotency(&mut self, now: Timestamp) -> StoreResult<u64>;
}

/// Decisions and corrections, read.
#[async_trait]
pub trait DecisionReads {
    /// One decision.
    async fn lookup_decision(&mut self, id: DecisionId) -> StoreResult<Option<Decision>>;
    /// These decisions, in any order; unknown ones are left out.
    async fn list_decisions_by_id(&mut self, ids: &[DecisionId]) -> StoreResult<Vec<Decision>>;
    /// Decisions, newest first.
    async fn list_decisions(
        &mut self,
        filter: &DecisionFilter,
        page: &PageRequest,
    ) -> StoreResult<Page<DecisionSummary>>;
    /// Every decision of a task, oldest first.
    async fn list_decisions_of(&mut self, task: TaskId) -> StoreResult<Vec<Decision>>;
    /// Every correction of a task, oldest first.
    async fn list_corrections_of(&mut self, task: TaskId) -> StoreResult<Vec<Correction>>;
    /// What the stages of first decisions that were made on the day of a time (UTC) cost, in millionths of the currency.
    async fn stage_cost_on(&mut self, day: Timestamp) -> StoreResult<u64>;
    /// How many live decisions of the policy went where, most first.
    async fn list_destination_counts(&mut self) -> StoreResult<Vec<DestinationCount>>;
}

/// Decisions and corrections, written.
#[async_trait]
pub trait DecisionWrites {
    /// Adds a later decision of a task; first decisions come with [`TaskWrites::add_submissions`].
    async fn add_decision(&mut self, decision: &Decision) -> StoreResult<()>;
    /// Adds a correction and marks its decision as corrected.
    async fn add_correction(&mut self, correction: &Correction) -> StoreResult<()>;
}

/// Labels, models and training runs, read.
#[async_trait]
pub trait LearningReads {
    /// Labels that hold now (not replaced by a later one of the same task), newest first.
    async fn list_labels(&mut self, filter: &LabelFilter, page: &PageRequest) -> StoreResult<Page<Label>>;
    /// The label of a task that holds now.
    async fn lookup_label_of(&mut self, task: TaskId) -> StoreResult<Option<Label>>;
    /// The labels that hold for the text with this digest, oldest first.
    async fn list_labels_of_text(&mut self, digest: &str) -> StoreResult<Vec<Label>>;
    /// How many labels that correct a model were given from this identifier on and hold now, counted up to `most`.
    async fn count_corrected_labels(&mut self, from: LabelId, most: u32) -> StoreResult<u32>;
    /// How many examples each label has among those that hold now, by label.
    async fn list_label_counts(&mut self) -> StoreResult<Vec<LabelCount>>;
    /// Names of labels that were described, renamed, merged or retired, by name.
    async fn list_label_names(&mut self) -> StoreResult<Vec<LabelName>>;
    /// Tasks that are not finished and carry the label, counted up to `most`.
    async fn count_open_tasks_of_label(&mut self, label: &str, most: u32) -> StoreResult<u64>;
    /// Texts whose labels contradict each other, the longest contested first.
    async fn list_disputes(&mut self, page: &PageRequest) -> StoreResult<Page<Dispute>>;
    /// The open dispute over the text with this digest.
    async fn lookup_dispute(&mut self, digest: &str) -> StoreResult<Option<Dispute>>;
    /// Labels that are likely wrong and that nobody has looked at, the likeliest first.
    async fn list_suspicions(&mut self, page: &PageRequest) -> StoreResult<Page<SuspiciousLabel>>;
    /// The open suspicion about a label.
    async fn lookup_suspicion(&mut self, label: LabelId) -> StoreResult<Option<SuspiciousLabel>>;
    /// Pairs of people's last words on one text, of the texts that were labelled last; at most 10,000. Settlements and
    /// files are nobody's word.
    async fn list_opinion_pairs(&mut self) -> StoreResult<Vec<OpinionPair>>;
    /// Every model, newest first.
    async fn list_models(&mut self) -> StoreResult<Vec<Model>>;
    /// One model.
    async fn lookup_model(&mut self, version: u32) -> StoreResult<Option<Model>>;
    /// The model that classifies now.
    async fn lookup_champion(&mut self) -> StoreResult<Option<Model>>;
    /// What a model said of the examples that it was measured on, by label.
    async fn list_evaluation_cases(&mut self, version: u32) -> StoreResult<Vec<EvaluationCase>>;
    /// These labels, in any order, whether they hold or not; unknown ones are left out.
    async fn list_labels_by_id(&mut self, ids: &[LabelId]) -> StoreResult<Vec<Label>>;
    /// How right the answers for labels are to be, by label.
    async fn list_goals(&mut self) -> StoreResult<Vec<Goal>>;
    /// What a model promises, by label.
    async fn list_promises(&mut self, version: u32) -> StoreResult<Vec<LabelPromise>>;
    /// A model's answers to tasks that came in here and whose label holds: to those that it had
    /// classified, newest first, then to those among the examples that it was measured on, when they were chosen.
    async fn list_live_cases(&mut self, version: u32, most: u32) -> StoreResult<Vec<LiveCase>>;
    /// Of the latest tasks that a model classified when they came in and a machine did or does, those that nobody has labelled,
    /// the ones first whose two likeliest labels were the closest. At most `most` of the latest `among`.
    async fn list_unsure(&mut self, version: u32, among: u32, most: u32) -> StoreResult<Vec<UnsureTask>>;
    /// The model that is in shadow or a canary now.
    async fn lookup_challenger(&mut self) -> StoreResult<Option<Model>>;
    /// What a model in shadow said, newest first.
    async fn list_shadow_cases(&mut self, version: u32, most: u32) -> StoreResult<Vec<ShadowCase>>;
    /// What models in shadow would have decided of a task, oldest first.
    async fn list_shadow_of(&mut self, task: TaskId) -> StoreResult<Vec<Decision>>;
    /// Tasks that a model classified when they came in: the latest, latest first, or the first, oldest first.
    async fn list_drift_cases(&mut self, version: u32, latest: bool, most: u32) -> StoreResult<Vec<DriftCase>>;
    /// What the stages of a model's cascade said of tasks when they came in, the latest first. Decisions without stages count
    /// among the most, and are left out.
    async fn list_stage_cases(&mut self, version: u32, most: u32) -> StoreResult<Vec<StageCase>>;
    /// The latest comparisons of a model's work, the oldest first.
    async fn list_drift_points(&mut self, version: u32, most: u32) -> StoreResult<Vec<DriftPoint>>;
    /// Of the texts with these digests, those that a file ever labelled, with what it called them in names of today.
    async fn list_imported(&mut self, digests: &[String]) -> StoreResult<Vec<(String, String)>>;
    /// Datasets, newest first.
    async fn list_datasets(&mut self, page: &PageRequest) -> StoreResult<Page<Dataset>>;
    /// One dataset.
    async fn lookup_dataset(&mut self, number: u32) -> StoreResult<Option<Dataset>>;
    /// The dataset with this content.
    async fn lookup_dataset_by_sha256(&mut self, sha256: &str) -> StoreResult<Option<Dataset>>;
    /// The number of the newest dataset; 0 when there is none.
    async fn last_dataset(&mut self) -> StoreResult<u32>;
    /// Examples of a dataset from a place on, in their order.
    async fn list_dataset_examples(&mut self, number: u32, from: u32, most: u32) -> StoreResult<Vec<DatasetExample>>;
    /// One import.
    async fn lookup_import(&mut self, id: ImportId) -> StoreResult<Option<LabelImport>>;
    /// Imports, newest first.
    async fn list_imports(&mut self, limit: u32) -> StoreResult<Vec<LabelImport>>;
    /// One run.
    async fn lookup_run(&mut self, id: RunId) -> StoreResult<Option<TrainingRun>>;
    /// Runs, newest first.
    async fn list_runs(&mut self, limit: u32) -> StoreResult<Vec<TrainingRun>>;
}

/// What a model in shadow would have decided.
#[derive(Debug, Clone, PartialEq)]
pub struct ShadowDecision {
    /// The model.
    pub model_version: u32,
    /// What the champion said of the task.
    pub live_answer: Option<String>,
    /// The decision, in the mode of a shadow.
    pub decision: Decision,
}

/// Labels, models and training runs, written.
#[async_trait]
pub trait LearningWrites {
    /// Adds labels. One of a task takes the place of the task's label before, an adjudicated one that of every label of the
    /// same text; these are kept but no longer hold. The text
    /// of a task's label is read from the task; only imported labels keep their own text.
    async fn add_labels(&mut self, labels: &[Label]) -> StoreResult<()>;
    /// Takes a label back: it holds no more, and is nobody's word on its text.
    async fn withdraw_label(&mut self, label: LabelId, at: Timestamp) -> StoreResult<()>;
    /// Adds a label's name, or changes the one of this name.
    async fn save_label_name(&mut self, name: &LabelName) -> StoreResult<()>;
    /// Gives every example and every unfinished task of a label another name; answers how many examples there were. What
    /// examples were called when they were given is kept, and disputes that this ends are closed.
    async fn rename_label(&mut self, from: &str, to: &str) -> StoreResult<u64>;
    /// Takes these for the labels that are likely wrong, in place of those before, but for labels that do not hold and those
    /// that a person kept.
    async fn replace_suspicions(&mut self, suspicions: &[Suspicion]) -> StoreResult<()>;
    /// Notes that a person holds the label for right. What takes the label's place ends the suspicion, too.
    async fn keep_suspicious_label(&mut self, label: LabelId) -> StoreResult<()>;
    /// Adds a model, or changes stage, promotion, rollout and note of the one of this version. At most one may be champion, and at
    /// most one in shadow or a canary.
    async fn save_model(&mut self, model: &Model) -> StoreResult<()>;
    /// Adds what a model said of the examples that it was measured on. Those of much older models are forgotten.
    async fn add_evaluation_cases(&mut self, version: u32, cases: &[EvaluationCase]) -> StoreResult<()>;
    /// Adds the goal of a label, or changes it.
    async fn save_goal(&mut self, goal: &Goal) -> StoreResult<()>;
    /// Removes the goal of a label and what was promised for it.
    async fn remove_goal(&mut self, label: &str) -> StoreResult<()>;
    /// Adds what a model promises for a label, or changes it.
    async fn save_promise(&mut self, promise: &LabelPromise) -> StoreResult<()>;
    /// Adds what a model in shadow would have decided.
    async fn add_shadow_decisions(&mut self, decisions: &[ShadowDecision]) -> StoreResult<()>;
    /// Adds comparisons; the oldest of many are forgotten.
    async fn add_drift_points(&mut self, points: &[DriftPoint]) -> StoreResult<()>;
    /// Adds a dataset with its examples, which never change. [`StoreError::Conflict`] when one with this content is there.
    async fn add_dataset(&mut self, dataset: &Dataset, examples: &[DatasetExample]) -> StoreResult<()>;
    /// Adds an import, or changes the one of this identifier.
    async fn save_import(&mut self, import: &LabelImport) -> StoreResult<()>;
    /// Adds a run, or changes the one of this identifier.
    async fn save_run(&mut self, run: &TrainingRun) -> StoreResult<()>;
}

/// What a policy in shadow would have done with a task.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyShadow {
    /// The live decision beside it.
    pub decision_id: DecisionId,
    /// The task.
    pub task_id: TaskId,
    /// The policy in shadow.
    pub policy_version: u32,
    /// Where it would have sent the task.
    pub destination: Destination,
    /// By which rule; nothing is `otherwise`.
    pub rule: Option<String>,
}

/// A value of the workspace that people change, as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredSetting {
    /// Counts its changes, from 1.
    pub revision: u32,
    /// The value.
    pub value: serde_json::Value,
}

/// Policies and what holds for all of them, read.
#[async_trait]
pub trait PolicyReads {
    /// Versions, newest first.
    async fn list_policies(&mut self, page: &PageRequest) -> StoreResult<Page<PolicyVersion>>;
    /// One version.
    async fn lookup_policy(&mut self, version: u32) -> StoreResult<Option<PolicyVersion>>;
    /// The document that a version had at a revision, from 1 on; each save keeps one.
    async fn lookup_policy_revision(&mut self, version: u32, revision: u32) -> StoreResult<Option<PolicyDocument>>;
    /// The version that decides now.
    async fn lookup_active_policy(&mut self) -> StoreResult<Option<PolicyVersion>>;
    /// The version that is in shadow or a canary now.
    async fn lookup_policy_challenger(&mut self) -> StoreResult<Option<PolicyVersion>>;
    /// The version that was active before the one that is now; nothing when there was none.
    async fn lookup_previous_policy(&mut self) -> StoreResult<Option<PolicyVersion>>;
    /// Versions that are to become active by themselves, the earliest first; at most 100.
    async fn list_scheduled_policies(&mut self) -> StoreResult<Vec<PolicyVersion>>;
    /// The highest version ever saved; 0 when there is none.
    async fn last_policy_version(&mut self) -> StoreResult<u32>;
    /// What was said about a version, oldest first; at most 500.
    async fn list_policy_comments(&mut self, version: u32) -> StoreResult<Vec<PolicyComment>>;
    /// A value that people change, by its name.
    async fn lookup_setting(&mut self, name: &str) -> StoreResult<Option<StoredSetting>>;
    /// Counts the changes of everything that decisions are made by: policies that decide and settings.
    async fn decision_epoch(&mut self) -> StoreResult<u64>;
    /// First decisions of tasks with what came of them, newest first, from before a decision on. Tasks whose text was erased
    /// are left out.
    async fn list_history(&mut self, before: Option<DecisionId>, most: u32) -> StoreResult<Vec<HistoryCase>>;
    /// How many people took or finished tasks in each hour from one time to another: the hour's beginning and the people;
    /// hours without anybody are left out.
    async fn list_people_at_work(&mut self, from: Timestamp, until: Timestamp) -> StoreResult<Vec<(Timestamp, u32)>>;
    /// What a policy in shadow would have done, newest first.
    async fn list_policy_shadow_cases(&mut self, version: u32, most: u32) -> StoreResult<Vec<PolicyShadowCase>>;
    /// What came of the first decisions that a policy made from a decision on, in their order.
    async fn list_policy_outcomes(
        &mut self,
        version: u32,
        from: DecisionId,
        most: u32,
    ) -> StoreResult<Vec<PolicyOutcome>>;
}

/// Policies and what holds for all of them, written.
#[async_trait]
pub trait PolicyWrites {
    /// Adds a version, or changes the one of this number; document, note and authors change only while it is a draft in the
    /// store. At most one may be active ([`StoreError::Conflict`] with `active_policy`), and one beside it in shadow or a
    /// canary (`policy_challenger`). Raises the epoch when a version that decides is concerned.
    async fn save_policy(&mut self, policy: &PolicyVersion) -> StoreResult<()>;
    /// Adds what somebody said about a version.
    async fn add_policy_comment(&mut self, comment: &PolicyComment) -> StoreResult<()>;
    /// Writes a value that people change, as the revision after the stored one, and raises the epoch.
    /// [`StoreError::Conflict`] with `revision` when the stored one is not the one before.
    async fn save_setting(&mut self, name: &str, setting: &StoredSetting) -> StoreResult<()>;
    /// Adds what a policy in shadow would have done; the oldest of many are forgotten.
    async fn add_policy_shadows(&mut self, shadows: &[PolicyShadow]) -> StoreResult<()>;
}

/// A session of a signed-in person; the browser's secret itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// SHA-256 of the session's secret, in hexadecimal.
    pub digest: String,
    /// Who signed in; nothing before sign-in.
    pub user_id: Option<UserId>,
    /// What the session holds, as JSON.
    pub data: serde_json::Value,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends if it is not used.
    pub expires_at: Timestamp,
}

/// People, sessions and keys, read.
#[async_trait]
pub trait PeopleReads {
    /// One person.
    async fn lookup_user(&mut self, id: UserId) -> StoreResult<Option<User>>;
    /// A person by address, with the hash of the password (PHC string).
    async fn lookup_credentials(&mut self, email: &str) -> StoreResult<Option<(User, String)>>;
    /// People whose address has one of these names, in lower case, before the `@`; by address, at most 100.
    async fn list_users_named(&mut self, names: &[String]) -> StoreResult<Vec<User>>;
    /// People by address.
    async fn list_users(&mut self, page: &PageRequest) -> StoreResult<Page<User>>;
    /// How many administrators may sign in.
    async fn count_active_administrators(&mut self) -> StoreResult<u64>;
    /// A session.
    async fn lookup_session(&mut self, digest: &str) -> StoreResult<Option<SessionRecord>>;
    /// What a person chose for themselves; nothing when that is nothing.
    async fn lookup_preferences(&mut self, id: UserId) -> StoreResult<Option<Preferences>>;
    /// A key with the SHA-256 of its secret, in hexadecimal.
    async fn lookup_api_key(&mut self, id: ApiKeyId) -> StoreResult<Option<(ApiKey, String)>>;
    /// Keys, newest first.
    async fn list_api_keys(&mut self, page: &PageRequest) -> StoreResult<Page<ApiKey>>;
}

/// People, sessions and keys, written.
#[async_trait]
pub trait PeopleWrites {
    /// Adds a person. [`StoreError::Conflict`] with `email` when the address is taken.
    async fn add_user(&mut self, user: &User, password_hash: &str) -> StoreResult<()>;
    /// Changes name, role and disabling of a person.
    async fn save_user(&mut self, user: &User) -> StoreResult<()>;
    /// Changes a person's password.
    async fn save_password(&mut self, id: UserId, password_hash: &str) -> StoreResult<()>;
    /// Keeps what a person chose for themselves.
    async fn save_preferences(&mut self, id: UserId, preferences: &Preferences) -> StoreResult<()>;
    /// Adds a session, or changes the one of this digest.
    async fn save_session(&mut self, session: &SessionRecord) -> StoreResult<()>;
    /// Removes a session.
    async fn remove_session(&mut self, digest: &str) -> StoreResult<()>;
    /// Removes every session of a person; answers how many.
    async fn remove_sessions_of(&mut self, user: UserId) -> StoreResult<u64>;
    /// Removes sessions that have expired; answers how many.
    async fn remove_expired_sessions(&mut self, now: Timestamp) -> StoreResult<u64>;
    /// Adds a key, or changes last use and revocation of the one of this identifier.
    async fn save_api_key(&mut self, key: &ApiKey, secret_digest: &str) -> StoreResult<()>;
}

/// What others may want to hear of, in order; written in the transaction of what happened (transactional outbox).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainEvent {
    /// What happened, as `noun.verb`.
    pub kind: String,
    /// What it happened to.
    pub subject: String,
    /// When.
    pub at: Timestamp,
    /// What matters of it, as JSON.
    pub payload: serde_json::Value,
}

/// The audit log and the outbox, read.
#[async_trait]
pub trait AuditReads {
    /// Audit events after a position, in order.
    async fn list_audit_after(&mut self, seq: u64, limit: u32) -> StoreResult<Vec<AuditEvent>>;
    /// Audit events of one subject, oldest first; at most 500.
    async fn list_audit_of(&mut self, subject: &str) -> StoreResult<Vec<AuditEvent>>;
    /// Domain events after a position with their positions, in order.
    async fn list_events_after(&mut self, seq: u64, limit: u32) -> StoreResult<Vec<(u64, DomainEvent)>>;
}

/// The audit log and the outbox, written.
#[async_trait]
pub trait AuditWrites {
    /// Appends to the audit log, chaining each event's hash to the one before (see `service::audit::chain_hash`).
    async fn append_audit(&mut self, events: &[NewAuditEvent]) -> StoreResult<()>;
    /// Appends to the outbox.
    async fn append_events(&mut self, events: &[DomainEvent]) -> StoreResult<()>;
}
