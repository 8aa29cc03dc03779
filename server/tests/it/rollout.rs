//! From candidate to champion: shadow without effect, a canary's stable share, the gate, and the way back.

use std::{collections::BTreeMap, time::Duration};

use axum::http::StatusCode;
use domain::{
    DecisionMode, ModelStage, Role,
    rollout::{GateState, RolloutReport},
};
use service::{ModelError, RolloutSettings};

use crate::support::{Floor, examples, form};

/// A workspace whose champion, v1, knows three labels.
async fn floor_with(rollout: RolloutSettings) -> Floor {
    let floor = Floor::open_with(|settings| settings.rollout = rollout).await;
    floor.services.import_labels(&floor.system, &examples()).await.unwrap();
    floor.services.train(&floor.system).await.unwrap();
    floor.services.promote(&floor.system, 1, false).await.unwrap();
    floor
}

/// Trains v2 on the same examples, or on others.
async fn train_second(floor: &Floor, relabel: impl Fn(&str) -> &'static str) {
    let changed: Vec<(String, String)> =
        examples().into_iter().map(|(text, label)| (text, relabel(&label).to_owned())).collect();
    floor.services.import_labels(&floor.system, &changed).await.unwrap();
    let run = floor.services.train(&floor.system).await.unwrap();
    assert_eq!(run.model_version, Some(2), "{}", run.message);
}

fn as_it_is(label: &str) -> &'static str {
    match label {
        "music" => "music",
        "weather" => "weather",
        _ => "kitchen",
    }
}

fn mixed_up(label: &str) -> &'static str {
    match label {
        "music" => "weather",
        "weather" => "kitchen",
        _ => "music",
    }
}

async fn report(floor: &Floor, version: u32) -> RolloutReport {
    floor.services.model_report(&floor.system, version).await.unwrap().rollout
}

/// Waits until the model in shadow has decided so many tasks.
async fn shadow_has_seen(floor: &Floor, tasks: u64) -> RolloutReport {
    let seen = async {
        loop {
            let report = report(floor, 2).await;
            if report.shadow.as_ref().is_some_and(|shadow| shadow.tasks >= tasks) {
                return report;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), seen).await.expect("the shadow decides")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_model_in_shadow_decides_everything_and_acts_on_nothing() {
    let floor = floor_with(RolloutSettings { shadow_tasks: 5, ..RolloutSettings::default() }).await;
    let (services, system) = (&floor.services, &floor.system);
    train_second(&floor, mixed_up).await;
    services.begin_shadow(system, 2).await.unwrap();
    let mut tasks = Vec::new();
    for subject in ["violin and piano", "rain and snow today", "soup and bread", "storm", "melody and chorus", "fog"] {
        let receipt = floor.submit(subject).await;
        let classification = receipt.decision.classification.as_ref().unwrap();
        assert_eq!((receipt.decision.mode, classification.model_version.as_str()), (DecisionMode::Live, "v1"));
        floor.work(receipt.task_id, None).await;
        tasks.push(receipt.task_id);
    }
    let seen = shadow_has_seen(&floor, 6).await;
    let shadow = seen.shadow.clone().unwrap();
    assert_eq!((shadow.tasks, shadow.failed, shadow.known, shadow.lost), (6, 0, 6, 6));
    assert_eq!(shadow.agreed.share, 0.0, "every answer is another one");
    let states: BTreeMap<_, _> = seen.gate.iter().map(|check| (check.name.as_str(), check.state)).collect();
    assert_eq!(states["Seen enough work in shadow"], GateState::Passed);
    assert_eq!(states["Not worse on held-out examples"], GateState::Passed, "these were mixed up, too");
    assert_eq!(states["Not worse on live tasks"], GateState::Failed);

    // Nothing of it is in what the tasks went through.
    for task in tasks {
        let detail = services.lookup_task(system, task).await.unwrap();
        assert!(detail.decisions.iter().all(|decision| decision.mode == DecisionMode::Live));
    }
    assert_eq!(services.overview(system).await.unwrap().submitted, 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_model_is_promoted_when_every_condition_holds_and_the_one_before_comes_back_at_once() {
    let floor = floor_with(RolloutSettings { shadow_tasks: 3, ..RolloutSettings::default() }).await;
    let (services, system) = (&floor.services, &floor.system);
    train_second(&floor, as_it_is).await;
    let supervisor = floor.cookie(Role::Supervisor).await;
    let promote =
        async || floor.send(form("/fn/promote_model", Some(&supervisor), "version=2".to_owned())).await.status;
    assert_eq!(promote().await, StatusCode::CONFLICT, "it has seen no live work");
    services.begin_shadow(system, 2).await.unwrap();
    assert_eq!(promote().await, StatusCode::CONFLICT);
    for subject in ["violin", "rain", "soup"] {
        floor.submit(subject).await;
    }
    assert!(shadow_has_seen(&floor, 3).await.is_open());
    assert_eq!(promote().await, StatusCode::OK);
    let after = floor.submit("violin").await.decision.classification.unwrap();
    assert_eq!(after.model_version, "v2");

    let back = floor.send(form("/fn/promote_model", Some(&supervisor), "version=1".to_owned())).await;
    assert_eq!(back.status, StatusCode::OK, "{}", back.text());
    let after = floor.submit("violin").await.decision.classification.unwrap();
    assert_eq!(after.model_version, "v1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_canary_takes_a_stable_share_and_a_stopped_one_takes_nothing() {
    let floor = floor_with(RolloutSettings::default()).await;
    let (services, system) = (&floor.services, &floor.system);
    train_second(&floor, as_it_is).await;
    assert!(matches!(services.begin_canary(system, 2, 25).await, Err(ModelError::Transition(_))), "shadow comes first");
    services.begin_shadow(system, 2).await.unwrap();
    assert!(matches!(services.begin_canary(system, 2, 26).await, Err(ModelError::Invalid(_))));
    services.begin_canary(system, 2, 25).await.unwrap();
    let mode_of = async |n: usize| {
        let decision = floor.submit(&format!("piano and violin number {n}")).await.decision;
        let version = decision.classification.unwrap().model_version;
        assert_eq!(version, if decision.mode == DecisionMode::Canary { "v2" } else { "v1" });
        decision.mode
    };
    let mut modes = Vec::new();
    for n in 0..200 {
        modes.push(mode_of(n).await);
    }
    let canary = modes.iter().filter(|mode| **mode == DecisionMode::Canary).count();
    assert!((25..=75).contains(&canary), "{canary} of 200 at 25 %");
    for (n, before) in modes.iter().enumerate().take(20) {
        assert_eq!(mode_of(n).await, *before, "the same text goes the same way");
    }
    services.begin_canary(system, 2, 50).await.unwrap();
    for (n, before) in modes.iter().enumerate().take(50) {
        let kept = mode_of(n).await == DecisionMode::Canary || *before != DecisionMode::Canary;
        assert!(kept, "a larger share contains the smaller");
    }
    services.stop_rollout(system, 2).await.unwrap();
    for n in 0..20 {
        assert_eq!(mode_of(n).await, DecisionMode::Live);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_canary_that_people_correct_more_often_is_rolled_back_within_a_hundred_tasks() {
    let floor = floor_with(RolloutSettings::default()).await;
    let (services, system) = (&floor.services, &floor.system);
    train_second(&floor, mixed_up).await;
    services.begin_shadow(system, 2).await.unwrap();
    services.begin_canary(system, 2, 50).await.unwrap();
    let mut tasks = 0;
    for n in 0..100 {
        let receipt = floor.submit(&format!("piano and violin number {n}")).await;
        tasks += 1;
        let is_right = receipt.decision.classification.as_ref().unwrap().label == "music";
        floor.work(receipt.task_id, (!is_right).then_some("music")).await;
        services.watch_canary().await.unwrap();
        let board = services.model_board(system).await.unwrap();
        if board.models[0].stage == ModelStage::Retired {
            break;
        }
    }
    let board = services.model_board(system).await.unwrap();
    assert_eq!((board.models[0].version, board.models[0].stage), (2, ModelStage::Retired), "after {tasks} tasks");
    assert!(board.models[0].note.as_ref().unwrap().starts_with("Rolled back by itself"), "{:?}", board.models[0].note);
    assert!(tasks > 10, "{tasks} tasks are no evidence");
    for n in 0..10 {
        let decision = floor.submit(&format!("piano and violin number {n}")).await.decision;
        assert_eq!(
            (decision.mode, decision.classification.unwrap().model_version.as_str()),
            (DecisionMode::Live, "v1")
        );
    }
    assert_eq!(services.overview(system).await.unwrap().submitted, tasks + 10, "nothing was lost on the way");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_canary_that_is_no_worse_can_be_promoted_by_a_rule() {
    let settings = RolloutSettings { shadow_tasks: 2, promote_after_cases: 5, ..RolloutSettings::default() };
    let floor = floor_with(settings).await;
    let (services, system) = (&floor.services, &floor.system);
    train_second(&floor, as_it_is).await;
    services.begin_shadow(system, 2).await.unwrap();
    floor.submit("violin").await;
    floor.submit("rain").await;
    shadow_has_seen(&floor, 2).await;
    services.begin_canary(system, 2, 50).await.unwrap();
    for n in 0..40 {
        let receipt = floor.submit(&format!("piano and violin number {n}")).await;
        floor.work(receipt.task_id, None).await;
    }
    services.watch_canary().await.unwrap();
    let board = services.model_board(system).await.unwrap();
    let stages: Vec<_> = board.models.iter().map(|model| (model.version, model.stage)).collect();
    assert_eq!(stages, [(2, ModelStage::Champion), (1, ModelStage::Retired)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_damaged_challenger_is_refused_and_one_that_breaks_later_leaves_its_share_to_the_champion() {
    let floor = floor_with(RolloutSettings::default()).await;
    let (services, system) = (&floor.services, &floor.system);
    train_second(&floor, as_it_is).await;
    let graph = floor.data_dir().join("models/v2/model.onnx");
    let good = std::fs::read(&graph).unwrap();
    std::fs::write(&graph, b"not a model").unwrap();
    assert!(matches!(services.begin_shadow(system, 2).await, Err(ModelError::Unloadable(_))));
    assert_eq!(services.model_board(system).await.unwrap().models[0].stage, ModelStage::Candidate);
    std::fs::write(&graph, good).unwrap();
    services.begin_shadow(system, 2).await.unwrap();
    let run = services.train(system).await.unwrap();
    assert_eq!(run.model_version, Some(3));
    assert!(matches!(services.begin_shadow(system, 3).await, Err(ModelError::OtherChallenger)));
    assert_eq!(floor.submit("violin").await.decision.classification.unwrap().model_version, "v1");
}
