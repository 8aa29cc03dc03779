//! Queues and the numbers kept with every write.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use domain::{
    Classification, CorrectionField, Decision, DecisionMode, Destination, Queue, QueueCounts, QueueKind, Task,
    TaskState,
    classification::{Stage, StageOutcome, StageRun},
    overview::DestinationCount,
};
use service::ports::store::{Counters, Store, Submission};

use crate::{
    add,
    fixtures::{
        at, awaiting_approval, claim, classification, correction, decision, fallback_decision, later_decision, queue,
        submission, submission_in, submissions, task,
    },
};

async fn add_queues(store: &dyn Store, names: &[&str]) {
    let mut tx = store.begin().await.unwrap();
    for name in names {
        tx.save_queue(&queue(name)).await.unwrap();
    }
    tx.save().await.unwrap();
}

async fn save(store: &dyn Store, task: &Task) {
    let mut tx = store.begin().await.unwrap();
    tx.save_task(task).await.unwrap();
    tx.save().await.unwrap();
}

pub async fn queues_come_by_name_and_a_saved_one_is_changed(store: &dyn Store) {
    add_queues(store, &["refunds", "billing"]).await;
    let bot = Queue { kind: QueueKind::Automation, sla_minutes: 5, title: "Bot".to_owned(), ..queue("refunds") };
    let mut tx = store.begin().await.unwrap();
    tx.save_queue(&bot).await.unwrap();
    tx.save().await.unwrap();
    assert_eq!(store.read().await.unwrap().list_queues().await.unwrap(), [queue("billing"), bot]);
}

pub async fn queue_counts_follow_every_move_of_a_task(store: &dyn Store) {
    add_queues(store, &["billing", "empty", "refunds"]).await;
    add(store, &submissions(1..=3)).await;
    let counts = |name: &str, waiting, claimed| QueueCounts { queue: queue(name), waiting, claimed, late: 0 };
    let claimed = TaskState::Claimed { queue: "billing".to_owned(), claim: claim("user_a", 1, at(500)) };
    save(store, &Task { state: claimed.clone(), ..task(1) }).await;
    let listed = store.read().await.unwrap().list_queue_counts(at(0)).await.unwrap();
    assert_eq!(listed, [counts("billing", 2, 1), counts("empty", 0, 0), counts("refunds", 0, 0)]);

    save(store, &Task { state: claimed, priority: domain::Priority::High, ..task(1) }).await;
    save(store, &Task { state: TaskState::Queued { queue: "refunds".to_owned() }, ..task(2) }).await;
    save(store, &Task { state: TaskState::Resolved { at: at(9), by: "Ada".to_owned() }, ..task(3) }).await;
    let listed = store.read().await.unwrap().list_queue_counts(at(0)).await.unwrap();
    assert_eq!(listed, [counts("billing", 0, 1), counts("empty", 0, 0), counts("refunds", 1, 0)]);
}

pub async fn late_tasks_are_those_that_wait_or_are_held_past_their_due_time(store: &dyn Store) {
    add_queues(store, &["billing"]).await;
    let due =
        |n, priority, due_at, state| Submission { task: Task { priority, due_at, state, ..task(n) }, ..submission(n) };
    let queued = TaskState::Queued { queue: "billing".to_owned() };
    let held = TaskState::Claimed { queue: "billing".to_owned(), claim: claim("user_a", 1, at(500)) };
    let given = [
        due(1, domain::Priority::Urgent, Some(at(10)), queued.clone()),
        due(2, domain::Priority::Low, Some(at(10)), queued.clone()),
        due(3, domain::Priority::Normal, Some(at(10)), held),
        due(4, domain::Priority::Normal, Some(at(100)), queued.clone()),
        due(5, domain::Priority::Normal, None, queued),
        due(6, domain::Priority::Normal, Some(at(10)), TaskState::Closed { at: at(5) }),
    ];
    add(store, &given).await;
    let mut view = store.read().await.unwrap();
    assert_eq!(view.list_queue_counts(at(10)).await.unwrap()[0].late, 0);
    assert_eq!(view.list_queue_counts(at(11)).await.unwrap()[0].late, 3);
}

pub async fn the_oldest_waiting_task_of_each_queue_is_known(store: &dyn Store) {
    let held = TaskState::Claimed { queue: "billing".to_owned(), claim: claim("user_a", 1, at(500)) };
    let refunds = TaskState::Queued { queue: "refunds".to_owned() };
    add(store, &[submission_in(1, held), submission(2), submission(3), submission_in(4, refunds)]).await;
    let oldest = store.read().await.unwrap().list_oldest_waiting().await.unwrap();
    assert_eq!(oldest, [("billing".to_owned(), at(2)), ("refunds".to_owned(), at(4))]);
    save(store, &Task { state: TaskState::Closed { at: at(9) }, ..task(2) }).await;
    save(store, &Task { state: TaskState::Closed { at: at(9) }, ..task(4) }).await;
    let oldest = store.read().await.unwrap().list_oldest_waiting().await.unwrap();
    assert_eq!(oldest, [("billing".to_owned(), at(3))]);
}

pub async fn an_empty_store_counts_nothing(store: &dyn Store) {
    let mut view = store.read().await.unwrap();
    assert_eq!(view.counters().await.unwrap(), Counters::default());
    assert_eq!(view.list_queue_counts(at(0)).await.unwrap(), []);
    assert_eq!(view.list_oldest_waiting().await.unwrap(), []);
    assert_eq!(view.list_destination_counts().await.unwrap(), []);
    assert_eq!(view.list_label_counts().await.unwrap(), []);
}

pub async fn counters_follow_a_task_through_its_life(store: &dyn Store) {
    let waits = awaiting_approval(None);
    let given = [
        submission(1),
        Submission { decision: fallback_decision(2), ..submission(2) },
        submission_in(3, waits),
        submission_in(4, TaskState::Closed { at: at(4) }),
    ];
    add(store, &given).await;
    let counters = store.read().await.unwrap().counters().await.unwrap();
    let expected = Counters { submitted: 4, finished: 1, fallbacks: 1, awaiting_approval: 1, ..Counters::default() };
    assert_eq!(counters, expected);

    save(store, &Task { state: TaskState::Resolved { at: at(9), by: "Ada".to_owned() }, ..task(1) }).await;
    save(store, &task(3)).await;
    save(store, &task(4)).await;
    let mut tx = store.begin().await.unwrap();
    tx.add_correction(&correction(1, 1, CorrectionField::Label)).await.unwrap();
    tx.add_correction(&correction(2, 1, CorrectionField::Priority)).await.unwrap();
    tx.add_decision(&later_decision(9, 1)).await.unwrap();
    tx.save().await.unwrap();
    let counters = store.read().await.unwrap().counters().await.unwrap();
    let expected = Counters { submitted: 4, finished: 1, fallbacks: 1, corrected: 1, ..Counters::default() };
    assert_eq!(counters, expected);
}

pub async fn destinations_count_live_decisions_of_the_policy_most_first(store: &dyn Store) {
    let mut closed = submission(3);
    closed.decision.destination = Destination::Close;
    let mut shadow = submission(4);
    shadow.decision.mode = DecisionMode::Shadow;
    add(store, &[submission(1), submission(2), closed, shadow]).await;
    let mut tx = store.begin().await.unwrap();
    tx.add_decision(&later_decision(9, 1)).await.unwrap();
    tx.save().await.unwrap();
    let count = |destination: &str, decisions| DestinationCount { destination: destination.to_owned(), decisions };
    let listed = store.read().await.unwrap().list_destination_counts().await.unwrap();
    assert_eq!(listed, [count("queue billing", 2), count("closed", 1)]);
}

pub async fn what_stages_of_first_decisions_cost_is_counted_by_the_day(store: &dyn Store) {
    const DAY_MS: u64 = 24 * 3_600_000;
    let of = |n: u64, mode| {
        let run = StageRun {
            stage: Stage::Encoder,
            outcome: StageOutcome::Answered,
            label: None,
            confidence: 0.5,
            micros: 10,
            cost: 0.25,
        };
        let classification = Some(Classification { stages: vec![run], ..classification() });
        Decision { classification, mode, ..decision(n) }
    };
    let each = of(1, DecisionMode::Live).stage_cost_micros();
    assert!(each > 0);
    let given = [(1, DecisionMode::Live), (2, DecisionMode::Canary), (DAY_MS, DecisionMode::Live)]
        .map(|(n, mode)| Submission { decision: of(n, mode), ..submission(n) });
    add(store, &given).await;
    let mut tx = store.begin().await.unwrap();
    // A person's decision repeats what the model said and pays nothing for it.
    let later = Decision { classification: of(1, DecisionMode::Live).classification, ..later_decision(9, 1) };
    tx.add_decision(&later).await.unwrap();
    tx.save().await.unwrap();
    let mut view = store.read().await.unwrap();
    let day = i64::try_from(DAY_MS).unwrap();
    assert_eq!(view.stage_cost_on(at(77)).await.unwrap(), 2 * each);
    assert_eq!(view.stage_cost_on(at(day + 5)).await.unwrap(), each);
    assert_eq!(view.stage_cost_on(at(2 * day)).await.unwrap(), 0);
}
