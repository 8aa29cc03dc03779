//! Values to store: the same ones for the same numbers, and later ones for higher numbers.

use std::collections::BTreeMap;

use domain::{
    ApiKey, ApiKeyId, Candidate, Claim, Classification, CommentId, Correction, CorrectionField, CorrectionId, Decision,
    DecisionId, DecisionMode, Destination, Escalation, EscalationId, EscalationState, FallbackReason, Label, LabelId,
    LabelKind, Metrics, Model, ModelStage, NoticeId, PolicyDocument, PolicyVersion, Priority, Queue, QueueKind, Role,
    RuleOutcome, RuleTrace, RunId, RunState, Scope, SnoozeKind, Task, TaskId, TaskState, Timestamp, TrainingRun, User,
    UserId,
    audit::NewAuditEvent,
    decision::{Approver, DecisionSource},
    evaluation::{LearningPoint, NewestMetrics},
    policy::{Target, Then},
};
use serde_json::json;
use service::ports::store::{DomainEvent, IdempotencyRecord, PolicyShadow, SessionRecord, Submission};

/// 2026-01-01T00:00:00Z in milliseconds: where the clock of all fixtures stands.
pub const START_MS: u64 = 1_767_225_600_000;

/// The start, and milliseconds after it.
#[must_use]
pub fn at(ms: i64) -> Timestamp {
    Timestamp::from_ms(i64::try_from(START_MS).unwrap() + ms)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident: $id:ident;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub const fn $name(n: u64) -> $id {
            $id::from_parts(START_MS + n, n as u128)
        }
    )*};
}

ids! {
    /// The task of a number.
    task_id: TaskId;
    /// The decision of a number.
    decision_id: DecisionId;
    /// The person of a number.
    user_id: UserId;
    /// The key of a number.
    api_key_id: ApiKeyId;
    /// The escalation of a number.
    escalation_id: EscalationId;
    /// The correction of a number.
    correction_id: CorrectionId;
    /// The label of a number.
    label_id: LabelId;
    /// The run of a number.
    run_id: RunId;
    /// The comment of a number.
    comment_id: CommentId;
    /// The notice of a number.
    notice_id: NoticeId;
}

fn ms(n: u64) -> i64 {
    i64::try_from(n).unwrap()
}

/// Waits in `billing`, submitted at its number's millisecond, late an hour after that.
#[must_use]
pub fn task(n: u64) -> Task {
    let attributes = json!({"customer": {"tier": "gold", "seats": [1, 2]}, "order": n});
    Task {
        id: task_id(n),
        subject: format!("Invoice {n} is wrong"),
        body: "The invoice of March lists the same line twice.".to_owned(),
        channel: "email".to_owned(),
        attributes: attributes.as_object().unwrap().clone(),
        external_id: None,
        priority_hint: None,
        callback_url: None,
        submitted_by: api_key_id(1).to_string(),
        submitted_at: at(ms(n)),
        state: TaskState::Queued { queue: "billing".to_owned() },
        priority: Priority::Normal,
        due_at: Some(at(ms(n)).plus_minutes(60)),
        label: Some("billing".to_owned()),
        decision_id: decision_id(n),
        last_token: 0,
        escalation_level: 0,
        worked_ms: 0,
        erased_at: None,
    }
}

/// A claim of a holder until a time.
#[must_use]
pub fn claim(holder: &str, token: u64, expires_at: Timestamp) -> Claim {
    Claim { holder: holder.to_owned(), holder_name: format!("Name of {holder}"), token, since: at(-5), expires_at }
}

/// Waits for the customer until a time, put aside by a holder.
#[must_use]
pub fn snoozed(by: &str, until: Timestamp) -> TaskState {
    TaskState::Snoozed {
        queue: "billing".to_owned(),
        until,
        kind: SnoozeKind::Waiting,
        by: format!("Name of {by}"),
        by_id: by.to_owned(),
        since: at(-7),
        reason: Some("They call back.".to_owned()),
    }
}

/// What the third model says: surely billing.
#[must_use]
pub fn classification() -> Classification {
    Classification {
        label: "billing".to_owned(),
        confidence: 0.9375,
        candidates: vec![
            Candidate { label: "billing".to_owned(), confidence: 0.9375 },
            Candidate { label: "refund".to_owned(), confidence: 0.0625 },
        ],
        out_of_scope: 0.125,
        priority: None,
        handling_minutes: None,
        handling_range: None,
        model_version: "v3".to_owned(),
        said: None,
        reached: None,
        short_list: None,
        stages: Vec::new(),
    }
}

/// The policy's live decision for the task of the same number.
#[must_use]
pub fn decision(n: u64) -> Decision {
    Decision {
        id: decision_id(n),
        task_id: task_id(n),
        decided_at: at(ms(n)),
        source: DecisionSource::Policy,
        decided_by: None,
        mode: DecisionMode::Live,
        classification: Some(classification()),
        fallback: None,
        policy_version: 2,
        matched_rule: Some("sure".to_owned()),
        destination: Destination::Queue { queue: "billing".to_owned() },
        priority: Priority::Normal,
        due_at: Some(at(ms(n)).plus_minutes(60)),
        skills: Vec::new(),
        note: None,
        explanation: "The model is sure that this is billing.".to_owned(),
        trace: vec![
            RuleTrace { rule: "urgent-words".to_owned(), outcome: RuleOutcome::NotMatched },
            RuleTrace { rule: "broken".to_owned(), outcome: RuleOutcome::Error { message: "no such fact".to_owned() } },
            RuleTrace { rule: "sure".to_owned(), outcome: RuleOutcome::Matched },
        ],
        facts: json!({"queues": {"billing": {"waiting": 3}}, "hour": 9}),
        latency_ms: 1.5,
        cost_micros: 7,
        supersedes: None,
        check: None,
        overrides: Vec::new(),
    }
}

/// The decision of a number without a classification.
#[must_use]
pub fn fallback_decision(n: u64) -> Decision {
    Decision {
        classification: None,
        fallback: Some(FallbackReason::CircuitOpen),
        matched_rule: None,
        destination: Destination::Queue { queue: "triage".to_owned() },
        ..decision(n)
    }
}

/// A person's decision for a task, after its first one.
#[must_use]
pub fn later_decision(n: u64, task: u64) -> Decision {
    Decision {
        task_id: task_id(task),
        source: DecisionSource::Correction,
        decided_by: Some("Ada".to_owned()),
        matched_rule: None,
        destination: Destination::Queue { queue: "refunds".to_owned() },
        supersedes: Some(decision_id(task)),
        check: None,
        ..decision(n)
    }
}

/// The task and the decision of a number, without a key.
#[must_use]
pub fn submission(n: u64) -> Submission {
    Submission { task: task(n), decision: decision(n), idempotency: None }
}

/// Submissions of these numbers.
#[must_use]
pub fn submissions(numbers: impl IntoIterator<Item = u64>) -> Vec<Submission> {
    numbers.into_iter().map(submission).collect()
}

/// The submission of a number whose task is in another state.
#[must_use]
pub fn submission_in(n: u64, state: TaskState) -> Submission {
    Submission { task: Task { state, ..task(n) }, ..submission(n) }
}

/// Waits for an agent's yes before a bot runs, at most until a time.
#[must_use]
pub fn awaiting_approval(expires_at: Option<Timestamp>) -> TaskState {
    let (automation, otherwise) = ("refund-bot".to_owned(), "refunds".to_owned());
    TaskState::AwaitingApproval { automation, otherwise, approver: Approver::Agent, expires_at }
}

/// The key of a number for the submission of the same number, until a time.
#[must_use]
pub fn idempotency(n: u64, expires_at: Timestamp) -> IdempotencyRecord {
    IdempotencyRecord {
        key_digest: format!("{n:064x}"),
        body_digest: format!("{:064x}", n + 1),
        decision_id: decision_id(n),
        expires_at,
    }
}

/// A queue for people.
#[must_use]
pub fn queue(name: &str) -> Queue {
    Queue {
        name: name.to_owned(),
        title: name.to_uppercase(),
        purpose: format!("What is about {name}."),
        kind: QueueKind::People,
        sla_minutes: 240,
    }
}

/// An open escalation of a task, due at its number's minute.
#[must_use]
pub fn escalation(n: u64, task: u64) -> Escalation {
    Escalation {
        id: escalation_id(n),
        task_id: task_id(task),
        level: 1,
        reason: "The customer asks for a manager.".to_owned(),
        raised_by: "Ada".to_owned(),
        raised_at: at(ms(n)),
        from_queue: "billing".to_owned(),
        to_queue: "team-leads".to_owned(),
        due_at: at(0).plus_minutes(ms(n)),
        state: EscalationState::Open,
        closed_at: None,
    }
}

/// A correction of the first decision of a task.
#[must_use]
pub fn correction(n: u64, task: u64, field: CorrectionField) -> Correction {
    Correction {
        id: correction_id(n),
        task_id: task_id(task),
        decision_id: decision_id(task),
        field,
        old: Some("billing".to_owned()),
        new: "refund".to_owned(),
        reason: "They want their money back.".to_owned(),
        corrected_by: "Ada".to_owned(),
        corrected_at: at(ms(n)),
    }
}

/// The label of a number, imported with a text of its own.
#[must_use]
pub fn imported_label(n: u64, label: &str) -> Label {
    Label {
        id: label_id(n),
        text: format!("Where is my \"money\" {n}?"),
        label: label.to_owned(),
        kind: LabelKind::Imported,
        task_id: None,
        given_by: "import".to_owned(),
        given_at: at(ms(n)),
        predicted: None,
        confidence: None,
        model_version: None,
        digest: format!("{n:064x}"),
        given_by_id: None,
        decision_id: None,
        given_as: None,
        replaced: None,
        saw_model: None,
        chosen_with: None,
        priority: Some(Priority::High),
        handling_minutes: Some(12.5),
    }
}

/// The label of a number that a person gave to a task.
#[must_use]
pub fn task_label(n: u64, label: &str, on: &Task) -> Label {
    Label {
        text: on.text(),
        kind: LabelKind::Corrected,
        task_id: Some(on.id),
        given_by: "Ada".to_owned(),
        predicted: Some("billing".to_owned()),
        confidence: Some(0.71),
        model_version: Some("v3".to_owned()),
        given_by_id: Some(user_id(1).to_string()),
        decision_id: Some(on.decision_id),
        replaced: Some("login".to_owned()),
        saw_model: Some(true),
        chosen_with: Some(0.25),
        priority: None,
        handling_minutes: None,
        digest: format!("digest of {}", on.id),
        ..imported_label(n, label)
    }
}

/// A candidate of a version.
#[must_use]
pub fn model(version: u32) -> Model {
    Model {
        version,
        sha256: format!("{version:064x}"),
        dataset_sha256: format!("{:064x}", version + 1),
        trained_on: 512,
        labels: vec!["billing".to_owned(), "refund".to_owned()],
        metrics: Some(Metrics {
            examples: 64,
            accuracy: 0.875,
            macro_f1: 0.75,
            ece: 0.0625,
            coverage_at_precision: BTreeMap::from([("0.95".to_owned(), 0.5), ("0.99".to_owned(), 0.25)]),
            champion_accuracy: Some(0.8125),
            champion: Some(2),
            learning_curve: vec![LearningPoint { examples: 32, accuracy: 0.5 }],
            newest: Some(NewestMetrics { examples: 20, accuracy: 0.75, champion_accuracy: Some(0.5) }),
            priority: None,
            handling: None,
        }),
        stage: ModelStage::Candidate,
        created_at: at(i64::from(version)),
        created_by: "Grace".to_owned(),
        promoted_at: None,
        rollout: None,
        note: None,
        dataset: None,
    }
}

/// A run of a number that has begun.
#[must_use]
pub fn run(n: u64) -> TrainingRun {
    TrainingRun {
        id: run_id(n),
        state: RunState::Running,
        progress_percent: 0,
        message: "Reads the labels".to_owned(),
        started_by: "Grace".to_owned(),
        started_at: at(ms(n)),
        ended_at: None,
        model_version: None,
        log: Vec::new(),
    }
}

/// A draft of a version that sends everything to triage.
#[must_use]
pub fn policy(version: u32) -> PolicyVersion {
    let otherwise = Then {
        destination: Target::Queue { queue: "triage".to_owned() },
        priority: None,
        sla_minutes: Some(60),
        skills: Vec::new(),
        note: None,
    };
    let label_queues = BTreeMap::from([("billing".to_owned(), "billing".to_owned())]);
    let document = PolicyDocument { label_queues, ..PolicyDocument::of(otherwise) };
    let author = (user_id(1).to_string(), "Grace");
    let at = at(i64::from(version));
    PolicyVersion::draft(version, document, format!("Version {version}"), (&author.0, author.1), at)
}

/// What a policy in shadow would have done with the task of a number.
#[must_use]
pub fn policy_shadow(n: u64, policy_version: u32) -> PolicyShadow {
    PolicyShadow {
        decision_id: decision_id(n),
        task_id: task_id(n),
        policy_version,
        destination: Destination::Automation { automation: "refund-bot".to_owned() },
        rule: Some("refunds".to_owned()),
    }
}

/// The person of a number.
#[must_use]
pub fn user(n: u64, role: Role) -> User {
    User {
        id: user_id(n),
        email: format!("person{n:03}@example.com"),
        name: format!("Person {n}"),
        role,
        areas: Vec::new(),
        created_at: at(ms(n)),
        disabled_at: None,
    }
}

/// The session of a number, of a person or of nobody yet, until a time.
#[must_use]
pub fn session(n: u64, user_id: Option<UserId>, expires_at: Timestamp) -> SessionRecord {
    SessionRecord {
        digest: format!("{n:064x}"),
        user_id,
        data: json!({"theme": "dark", "seen": [n]}),
        created_at: at(0),
        expires_at,
    }
}

/// The key of a number.
#[must_use]
pub fn api_key(n: u64) -> ApiKey {
    ApiKey {
        id: api_key_id(n),
        name: format!("Key {n}"),
        scopes: vec![Scope::TasksWrite, Scope::Work],
        areas: Vec::new(),
        created_at: at(ms(n)),
        last_used_at: None,
        revoked_at: None,
    }
}

/// An audit event of a number on a subject.
#[must_use]
pub fn audit_event(n: u64, subject: &str) -> NewAuditEvent {
    NewAuditEvent {
        at: at(ms(n)),
        actor: user_id(1).to_string(),
        actor_name: "Ada \"the first\"".to_owned(),
        action: "task.claimed".to_owned(),
        subject: subject.to_owned(),
        detail: json!({"zulu": n, "alpha": {"from": null, "to": "billing"}, "text": "a\\b \u{1F600}"}),
    }
}

/// A domain event of a number.
#[must_use]
pub fn event(n: u64) -> DomainEvent {
    DomainEvent {
        kind: "task.submitted".to_owned(),
        subject: task_id(n).to_string(),
        at: at(ms(n)),
        payload: json!({"queue": "billing", "n": n}),
    }
}
