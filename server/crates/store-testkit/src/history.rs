//! What came of the decisions of policies.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use std::collections::BTreeMap;

use domain::{
    Correction, CorrectionField, Decision, DecisionMode, Destination, NewTask, Priority, Task, TaskState,
    audit::NewAuditEvent,
    decision::{ApprovalTerms, BlindCheck, DecisionSource, Override, OverrideKind},
    policy::{CaseFacts, QueueFacts},
    rollout::{PolicyOutcome, PolicyShadowCase},
    simulation::HistoryCase,
};
use serde_json::json;
use service::ports::store::{Store, StoreError, Submission};

use crate::{
    add,
    fixtures::{
        api_key_id, at, audit_event, correction, decision, decision_id, later_decision, policy, policy_shadow,
        submission, submissions, task, task_id, task_label, user_id,
    },
};

fn queue(name: &str) -> Destination {
    Destination::Queue { queue: name.to_owned() }
}

fn machine() -> Destination {
    Destination::Automation { automation: "refund-bot".to_owned() }
}

/// A person moves a task to `refunds`, with the decision that this makes.
async fn move_to_refunds(store: &dyn Store, n: u64, on: u64) {
    let moved = Correction { new: "refunds".to_owned(), ..correction(n, on, CorrectionField::Destination) };
    let mut tx = store.begin().await.unwrap();
    tx.add_decision(&later_decision(n, on)).await.unwrap();
    tx.add_correction(&moved).await.unwrap();
    tx.save().await.unwrap();
}

/// A person gives another label to a task and leaves it where it is.
async fn relabel(store: &dyn Store, n: u64, on: u64, at_queue: &str) {
    let mut tx = store.begin().await.unwrap();
    let decision = Decision { destination: queue(at_queue), ..later_decision(n, on) };
    tx.add_decision(&decision).await.unwrap();
    tx.add_correction(&correction(n, on, CorrectionField::Label)).await.unwrap();
    tx.add_labels(&[task_label(n, "refund", &task(on))]).await.unwrap();
    tx.save().await.unwrap();
}

async fn reverse(store: &dyn Store, n: u64, on: u64, to: &str) {
    let mut tx = store.begin().await.unwrap();
    let decision = Decision { source: DecisionSource::Reversal, destination: queue(to), ..later_decision(n, on) };
    tx.add_decision(&decision).await.unwrap();
    tx.save().await.unwrap();
}

async fn end(store: &dyn Store, n: u64, ended_ms: i64) {
    let state = TaskState::Resolved { at: at(ended_ms), by: "Ada".to_owned() };
    let mut tx = store.begin().await.unwrap();
    tx.save_task(&Task { state, worked_ms: 77, ..task(n) }).await.unwrap();
    tx.save().await.unwrap();
}

/// What the store says of the submission of a number as it is.
fn case(n: u64) -> HistoryCase {
    let (task, decision) = (task(n), decision(n));
    HistoryCase {
        decision_id: decision.id,
        task_id: task.id,
        facts: CaseFacts {
            task: NewTask {
                subject: task.subject,
                body: task.body,
                channel: Some(task.channel),
                attributes: task.attributes,
                external_id: None,
                priority_hint: None,
                callback_url: None,
            },
            classification: decision.classification,
            queues: BTreeMap::from([("billing".to_owned(), QueueFacts::default())]),
            now: decision.decided_at,
        },
        policy_version: 2,
        matched_rule: Some("sure".to_owned()),
        destination: decision.destination,
        priority: decision.priority,
        overrides: Vec::new(),
        due_at: decision.due_at,
        cost_micros: 7,
        corrected_to: None,
        truth: None,
        ended_at: None,
        worked_ms: 0,
    }
}

pub async fn history_comes_newest_first_page_by_page(store: &dyn Store) {
    add(store, &submissions(1..=5)).await;
    move_to_refunds(store, 20, 2).await;
    let mut tx = store.begin().await.unwrap();
    assert!(tx.erase_task_text(task_id(4), at(50)).await.unwrap());
    tx.save().await.unwrap();
    let mut view = store.read().await.unwrap();
    let moved = HistoryCase { corrected_to: Some(queue("refunds")), ..case(2) };
    assert_eq!(view.list_history(None, 2).await.unwrap(), [case(5), case(3)]);
    assert_eq!(view.list_history(Some(decision_id(3)), 10).await.unwrap(), [moved, case(1)]);
    assert_eq!(view.list_history(Some(decision_id(1)), 10).await.unwrap(), []);
    assert_eq!(view.list_history(None, 0).await.unwrap(), []);
}

pub async fn history_is_read_beyond_what_one_statement_gives(store: &dyn Store) {
    add(store, &submissions(1..=4_500)).await;
    let mut view = store.read().await.unwrap();
    let found = view.list_history(None, 4_100).await.unwrap();
    let numbers: Vec<_> = (401..=4_500).rev().map(decision_id).collect();
    assert_eq!(found.iter().map(|case| case.decision_id).collect::<Vec<_>>(), numbers);
    assert_eq!(view.list_history(None, 9_000).await.unwrap().len(), 4_500);
}

pub async fn a_case_of_history_says_what_the_rules_saw(store: &dyn Store) {
    let facts = json!({
        "now": at(3), "hour": 9, "weekday": "monday",
        "queues": { "refunds": { "depth": 3, "oldest_age_minutes": 40, "agents_present": 2 } },
    });
    let overrides =
        vec![Override { kind: OverrideKind::Guardrail, name: "no-machine".to_owned(), instead_of: machine() }];
    let full = Submission {
        task: Task {
            external_id: Some("A-1".to_owned()),
            priority_hint: Some(Priority::High),
            callback_url: Some("https://example.com/done".to_owned()),
            ..task(1)
        },
        decision: Decision {
            mode: DecisionMode::Canary,
            classification: None,
            matched_rule: None,
            due_at: None,
            priority: Priority::Urgent,
            overrides: overrides.clone(),
            facts,
            ..decision(1)
        },
        idempotency: None,
    };
    add(store, &[full]).await;
    relabel(store, 9, 1, "billing").await;
    end(store, 1, 500).await;
    let plain = case(1);
    let task = NewTask {
        external_id: Some("A-1".to_owned()),
        priority_hint: Some(Priority::High),
        ..plain.facts.task.clone()
    };
    let numbers = QueueFacts { depth: 3, oldest_age_minutes: 40, agents_present: 2 };
    let queues = BTreeMap::from([("refunds".to_owned(), numbers)]);
    let expected = HistoryCase {
        facts: CaseFacts { task, classification: None, queues, now: at(3) },
        matched_rule: None,
        due_at: None,
        priority: Priority::Urgent,
        overrides,
        truth: Some("refund".to_owned()),
        ended_at: Some(at(500)),
        worked_ms: 77,
        ..plain
    };
    assert_eq!(store.read().await.unwrap().list_history(None, 10).await.unwrap(), [expected]);
}

/// Submissions of machines: the first two plain, the others drawn for a blind check.
fn of_machines() -> Vec<Submission> {
    let given = (1..=5).map(|n| {
        let check = (n > 2).then(|| BlindCheck { probability: 0.25, instead_of: machine() });
        let destination = if check.is_some() { queue("triage") } else { machine() };
        Submission { decision: Decision { destination, check, ..decision(n) }, ..submission(n) }
    });
    given.collect()
}

pub async fn where_people_sent_a_task_is_their_last_word_that_moves_it(store: &dyn Store) {
    add(store, &of_machines()).await;
    // A reversal, then a correction: the later one counts. A failure moves the second, and its new label does not.
    reverse(store, 11, 1, "billing").await;
    move_to_refunds(store, 12, 1).await;
    relabel(store, 13, 2, "failed").await;
    // Of those drawn, one is moved, one is only another label, and of one people say what the model said.
    move_to_refunds(store, 14, 3).await;
    relabel(store, 15, 4, "triage").await;
    let mut view = store.read().await.unwrap();
    let found = view.list_history(None, 10).await.unwrap();
    assert!(found.iter().all(|case| case.destination == machine()));
    let sent: Vec<_> = found.into_iter().rev().map(|case| case.corrected_to).collect();
    assert_eq!(sent, [Some(queue("refunds")), None, Some(queue("refunds")), Some(queue("triage")), None]);
    drop(view);
    reverse(store, 16, 1, "billing").await;
    let mut view = store.read().await.unwrap();
    let first = view.list_history(Some(decision_id(2)), 1).await.unwrap().remove(0);
    assert_eq!(first.corrected_to, Some(queue("billing")));
}

pub async fn people_at_work_are_counted_by_the_hour(store: &dyn Store) {
    const HOUR_MS: u64 = 3_600_000;
    let act = |ms: u64, actor: String, action: &str| NewAuditEvent {
        actor,
        action: action.to_owned(),
        ..audit_event(ms, "task_a")
    };
    let person = |n: u64| user_id(n).to_string();
    let events = [
        act(10, person(1), "task.claimed"),
        act(20, person(1), "task.resolved"),
        act(30, person(2), "task.corrected"),
        act(40, api_key_id(1).to_string(), "task.claimed"),
        act(50, person(3), "policy.saved"),
        act(2 * HOUR_MS, person(2), "task.resolved"),
        act(3 * HOUR_MS, person(2), "task.claimed"),
    ];
    let mut tx = store.begin().await.unwrap();
    tx.append_audit(&events).await.unwrap();
    let hour = |n: i64| at(n * 3_600_000);
    assert_eq!(tx.list_people_at_work(hour(0), hour(3)).await.unwrap(), [(hour(0), 2), (hour(2), 1)]);
    tx.save().await.unwrap();
    let mut view = store.read().await.unwrap();
    assert_eq!(view.list_people_at_work(at(15), hour(2)).await.unwrap(), [(hour(0), 2)]);
    assert_eq!(view.list_people_at_work(at(25), hour(2)).await.unwrap(), [(hour(0), 1)]);
    assert_eq!(view.list_people_at_work(hour(4), hour(9)).await.unwrap(), []);
}

pub async fn what_a_policy_in_shadow_would_have_done_comes_newest_first(store: &dyn Store) {
    add(store, &submissions(1..=4)).await;
    let otherwise = Destination::Approval {
        automation: "bot".to_owned(),
        otherwise: "triage".to_owned(),
        terms: ApprovalTerms::default(),
    };
    let mut last = policy_shadow(3, 5);
    (last.rule, last.destination) = (None, otherwise.clone());
    let shadows = [policy_shadow(1, 5), policy_shadow(2, 4), last];
    let mut tx = store.begin().await.unwrap();
    tx.save_policy(&policy(4)).await.unwrap();
    tx.save_policy(&policy(5)).await.unwrap();
    tx.add_policy_shadows(&shadows).await.unwrap();
    tx.add_policy_shadows(&[]).await.unwrap();
    assert!(matches!(tx.add_policy_shadows(&shadows[..1]).await, Err(StoreError::Conflict(_))));
    tx.save().await.unwrap();
    move_to_refunds(store, 20, 1).await;
    end(store, 3, 500).await;
    let case = |n: u64| PolicyShadowCase {
        decision_id: decision_id(n),
        task_id: task_id(n),
        subject: task(n).subject,
        destination: machine(),
        rule: Some("refunds".to_owned()),
        live_destination: queue("billing"),
        live_rule: Some("sure".to_owned()),
        corrected_to: None,
        ended: false,
    };
    let third = PolicyShadowCase { destination: otherwise, rule: None, ended: true, ..case(3) };
    let first = PolicyShadowCase { corrected_to: Some(queue("refunds")), ..case(1) };
    let mut view = store.read().await.unwrap();
    assert_eq!(view.list_policy_shadow_cases(5, 10).await.unwrap(), [third.clone(), first]);
    assert_eq!(view.list_policy_shadow_cases(5, 1).await.unwrap(), [third]);
    assert_eq!(view.list_policy_shadow_cases(4, 10).await.unwrap(), [case(2)]);
    assert_eq!(view.list_policy_shadow_cases(6, 10).await.unwrap(), []);
}

pub async fn shadows_of_policies_go_in_with_their_submissions(store: &dyn Store) {
    let mut tx = store.begin().await.unwrap();
    tx.save_policy(&policy(5)).await.unwrap();
    tx.add_policy_shadows(&(1..=1_200).map(|n| policy_shadow(n, 5)).collect::<Vec<_>>()).await.unwrap();
    tx.save_submissions(&submissions(1..=1_200)).await.unwrap();
    let mut view = store.read().await.unwrap();
    assert_eq!(view.list_policy_shadow_cases(5, 2_000).await.unwrap().len(), 1_200);
}

pub async fn outcomes_of_a_policy_come_in_the_order_of_its_decisions(store: &dyn Store) {
    let of = |n: u64, policy_version: u32, mode: DecisionMode| Submission {
        decision: Decision { policy_version, mode, ..decision(n) },
        ..submission(n)
    };
    let live = |n| of(n, 2, DecisionMode::Live);
    let canary = |n| of(n, 3, DecisionMode::Canary);
    add(store, &[live(1), canary(2), live(3), canary(4), canary(5), canary(6)]).await;
    move_to_refunds(store, 20, 4).await;
    reverse(store, 21, 5, "billing").await;
    let hour_ms = 3_600_000;
    end(store, 5, hour_ms + 6).await;
    end(store, 6, hour_ms + 6).await;
    let plain = |n| PolicyOutcome {
        decision_id: decision_id(n),
        corrected: false,
        reversed: false,
        late: false,
        ended_at: None,
        worked_ms: 0,
    };
    let ended = |n, late| PolicyOutcome { late, ended_at: Some(at(hour_ms + 6)), worked_ms: 77, ..plain(n) };
    let corrected = PolicyOutcome { corrected: true, ..plain(4) };
    // Each is due an hour after its own millisecond.
    let all = [plain(2), corrected, PolicyOutcome { reversed: true, ..ended(5, true) }, ended(6, false)];
    let mut view = store.read().await.unwrap();
    assert_eq!(view.list_policy_outcomes(3, decision_id(1), 10).await.unwrap(), all);
    assert_eq!(view.list_policy_outcomes(3, decision_id(4), 2).await.unwrap(), all[1..3]);
    assert_eq!(view.list_policy_outcomes(2, decision_id(2), 10).await.unwrap(), [plain(3)]);
    assert_eq!(view.list_policy_outcomes(4, decision_id(1), 10).await.unwrap(), []);
}
