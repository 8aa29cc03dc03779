//! Comparisons of the latest work with what was before.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use domain::{
    Classification, Decision,
    classification::{Stage, StageOutcome, StageRun},
    decision::DecisionSource,
    drift::{DriftPoint, DriftSignal},
    evaluation::StageCase,
};
use service::ports::store::Store;

use crate::{
    add,
    fixtures::{at, classification, decision, decision_id, model, submissions, task, task_label},
};

pub async fn cases_are_what_a_model_said_when_tasks_came_in(store: &dyn Store) {
    add(store, &submissions([1, 2, 3])).await;
    let mut tx = store.begin().await.unwrap();
    let later = Decision { id: decision_id(90), source: DecisionSource::Correction, ..decision(1) };
    tx.add_decision(&later).await.unwrap();
    tx.add_labels(&[task_label(1, "refund", &task(2))]).await.unwrap();
    let said = decision(2).classification.unwrap();
    let version: u32 = said.model_version.trim_start_matches('v').parse().unwrap();
    let first = tx.list_drift_cases(version, false, 10).await.unwrap();
    assert_eq!(first.iter().map(|case| case.decision_id).collect::<Vec<_>>(), [1, 2, 3].map(decision_id));
    let second = &first[1];
    assert_eq!((&second.answer, second.confidence), (&said.label, said.confidence));
    assert_eq!((second.out_of_scope, second.truth.as_deref()), (said.out_of_scope, Some("refund")));
    assert_eq!((&second.text, first[0].truth.as_deref()), (&task(2).text(), None));
    let latest = tx.list_drift_cases(version, true, 2).await.unwrap();
    assert_eq!(latest.iter().map(|case| case.decision_id).collect::<Vec<_>>(), [3, 2].map(decision_id));
    assert_eq!(tx.list_drift_cases(version + 1, true, 2).await.unwrap(), []);
}

pub async fn stages_of_a_cascade_come_newest_first_with_what_people_said(store: &dyn Store) {
    let run = |label: &str| StageRun {
        stage: Stage::Encoder,
        outcome: StageOutcome::Answered,
        label: Some(label.to_owned()),
        confidence: 0.75,
        micros: 1_500,
        cost: 0.25,
    };
    let with = |n: u64, stages: Vec<StageRun>| {
        let mut submission = submissions([n]).remove(0);
        submission.decision.classification = Some(Classification { stages, ..classification() });
        submission
    };
    let first = with(1, vec![run("billing"), run("refund")]);
    let plain = with(2, Vec::new());
    let last = with(3, vec![run("billing")]);
    add(store, &[first, plain, last]).await;
    let mut tx = store.begin().await.unwrap();
    tx.add_labels(&[task_label(1, "refund", &task(1))]).await.unwrap();
    let expected = [
        StageCase { stages: vec![run("billing")], truth: None },
        StageCase { stages: vec![run("billing"), run("refund")], truth: Some("refund".to_owned()) },
    ];
    assert_eq!(tx.list_stage_cases(3, 10).await.unwrap(), expected);
    assert_eq!(tx.list_stage_cases(3, 1).await.unwrap(), expected[..1]);
    assert_eq!(tx.list_stage_cases(4, 10).await.unwrap(), []);
}

pub async fn comparisons_of_a_model_come_oldest_first(store: &dyn Store) {
    let point = |until, signal, rings| DriftPoint {
        model_version: 3,
        signal,
        at: at(9),
        until: decision_id(until),
        value: 0.25,
        threshold: 0.125,
        rings,
        streak: 2,
    };
    let first = [point(1, DriftSignal::Corrections, false), point(1, DriftSignal::OutOfScope, true)];
    let second = [point(2, DriftSignal::Corrections, true), point(2, DriftSignal::OutOfScope, true)];
    let mut tx = store.begin().await.unwrap();
    tx.save_model(&model(3)).await.unwrap();
    tx.add_drift_points(&second).await.unwrap();
    tx.add_drift_points(&first).await.unwrap();
    let all: Vec<DriftPoint> = first.into_iter().chain(second.clone()).collect();
    assert_eq!(tx.list_drift_points(3, 10).await.unwrap(), all);
    assert_eq!(tx.list_drift_points(3, 2).await.unwrap(), second);
    assert_eq!(tx.list_drift_points(4, 10).await.unwrap(), []);
}
