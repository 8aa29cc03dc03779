//! From labels to the model that decides, without a browser.

use axum::http::Method;
use domain::{Role, RunState, Scope};
use serde_json::json;

use crate::support::{Floor, examples, form};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn labels_train_a_model_that_decides_once_it_is_promoted() {
    let floor = Floor::open().await;
    let (services, system) = (&floor.services, &floor.system);
    let without = floor.submit("violin and piano").await;
    assert!(without.decision.classification.is_none());

    let failed = services.train(system).await.unwrap();
    assert_eq!(failed.state, RunState::Failed, "{}", failed.message);

    services.import_labels(system, &examples()).await.unwrap();
    let run = services.train(system).await.unwrap();
    assert_eq!((run.state, run.model_version), (RunState::Succeeded, Some(1)), "{}", run.message);
    let steps: Vec<&str> = run.log.iter().map(|step| step.step.as_str()).collect();
    assert_eq!((steps[0], *steps.last().unwrap()), ("Reading the labels", "Made model v1."));
    assert!(steps.contains(&"Learning") && run.log.is_sorted_by_key(|step| step.at), "{steps:?}");
    assert!(floor.submit("violin and piano").await.decision.classification.is_none(), "a candidate decides nothing");

    let model = services.promote(system, 1, false).await.unwrap();
    let metrics = model.metrics.unwrap();
    assert!(metrics.accuracy > 0.9 && metrics.examples >= 20, "{metrics:?}");
    let decided = floor.submit("violin and piano").await.decision;
    let classification = decided.classification.unwrap();
    assert_eq!((classification.label.as_str(), classification.model_version.as_str()), ("music", "v1"));
    assert_eq!(decided.fallback, None);

    // A person resolves it: the label is confirmed. A bot of a person's queue confirms, too.
    let task = floor.submit("soup with pepper").await;
    let agent = floor.cookie(Role::Agent).await;
    let claimed = floor.send(form("/fn/claim_task", Some(&agent), format!("task={}", task.task_id))).await;
    assert_eq!(claimed.status, 200, "{}", claimed.text());
    let resolve = format!("task={}&token=1&queue=triage", task.task_id);
    assert_eq!(floor.send(form("/fn/resolve_task", Some(&agent), resolve)).await.status, 200);
    let filter = domain::label::LabelFilter { kind: Some(domain::LabelKind::Confirmed), label: None };
    let labels = services.list_labels(system, &filter, &domain::PageRequest::default()).await.unwrap();
    assert_eq!(labels.items.iter().map(|label| label.label.as_str()).collect::<Vec<_>>(), ["kitchen"]);

    let second = services.train(system).await.unwrap();
    assert_eq!(second.model_version, Some(2));
    let board = services.model_board(system).await.unwrap();
    assert!(board.models[0].metrics.as_ref().unwrap().champion_accuracy.is_some());
    services.promote(system, 2, true).await.unwrap();
    let next = floor.submit("storm and fog").await.decision.classification.unwrap();
    assert_eq!(next.model_version, "v2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_damaged_champion_leaves_the_intake_working_and_the_dashboard_says_so() {
    let floor = Floor::open().await;
    let (services, system) = (&floor.services, &floor.system);
    services.import_labels(system, &examples()).await.unwrap();
    let version = services.train(system).await.unwrap().model_version.unwrap();
    let graph = floor.data_dir().join("models").join(format!("v{version}")).join("model.onnx");
    std::fs::write(&graph, b"not a model").unwrap();
    let refused = services.promote(system, version, true).await.unwrap_err();
    assert!(matches!(refused, service::ModelError::Unloadable(_)), "{refused}");
    let bearer = floor.bearer(&[Scope::TasksWrite]).await;
    let accepted = floor.call(Method::POST, "/api/v1/tasks", &bearer, Some(json!({ "subject": "rain" }))).await;
    assert_eq!(accepted.status, 201);
    assert_eq!(accepted.json()["decision"]["fallback"], "no_model");
    assert!(services.overview(system).await.unwrap().classifier.fallback.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn enough_corrections_train_the_next_model_by_themselves() {
    let floor = Floor::open_with(|settings| settings.triggers.after_corrections = 2).await;
    let (services, system) = (&floor.services, &floor.system);
    services.import_labels(system, &examples()).await.unwrap();
    services.train(system).await.unwrap();
    services.promote(system, 1, true).await.unwrap();
    let correct = async |subject: &str, label: &str| {
        let task = services.claim(system, floor.submit(subject).await.task_id, None).await.unwrap();
        let reason = "It is about that.".to_owned();
        let request = domain::CorrectionRequest { label: Some(label.to_owned()), priority: None, queue: None, reason };
        services.correct(system, task.id, task.last_token, request).await.unwrap();
    };

    assert_eq!(services.train_if_due().await.unwrap(), None, "nobody has corrected anything");
    correct("rain and storm", "kitchen").await;
    let triggers = services.model_board(system).await.unwrap().triggers;
    assert_eq!((triggers.after_corrections, triggers.corrections), (Some(2), 1));
    assert_eq!(services.train_if_due().await.unwrap(), None, "one is not enough");
    correct("piano and violin", "weather").await;
    let run = services.train_if_due().await.unwrap().expect("two are enough");
    assert_eq!((run.state, run.model_version), (RunState::Succeeded, Some(2)), "{}", run.message);
    assert_eq!(run.started_by, "2 corrections");
    assert_eq!(services.train_if_due().await.unwrap(), None, "the run has used them up");
    let champion = services.overview(system).await.unwrap().classifier.model;
    assert_eq!(champion.as_deref(), Some("v1"), "a person promotes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn labels_that_are_likely_wrong_are_found_kept_or_changed() {
    let floor = Floor::open().await;
    let (services, system) = (&floor.services, &floor.system);
    let mut given = examples();
    // Three of them, called wrong on purpose. Which are held out depends on their texts alone, so more than one.
    let wrong: Vec<usize> = (0..given.len()).step_by(25).collect();
    for &place in &wrong {
        given[place].1 = if given[place].1 == "music" { "weather".to_owned() } else { "music".to_owned() };
    }
    services.import_labels(system, &given).await.unwrap();
    services.train(system).await.unwrap();
    let page = domain::PageRequest::default();
    let found = services.list_suspicions(system, &page).await.unwrap().items;
    let truth = |item: &domain::suspicion::SuspiciousLabel| {
        let place = given.iter().position(|(text, _)| *text == item.label.text).unwrap();
        wrong.contains(&place).then(|| examples()[place].1.clone())
    };
    let caught: Vec<_> = found.iter().filter(|item| truth(item).is_some()).collect();
    assert!(caught.len() >= 2 && truth(&found[0]).is_some(), "the wrong ones come first: {found:?}");
    for item in &caught {
        assert_eq!(Some(&item.suspicion.suggested), truth(item).as_ref());
        assert!(item.suspicion.suggested_confidence >= item.suspicion.threshold);
    }

    let supervisor = floor.cookie(Role::Supervisor).await;
    let answer = async |id: domain::LabelId, change: bool| {
        let body = format!("label={id}&change={change}");
        floor.send(form("/fn/answer_suspicion", Some(&supervisor), body)).await.status
    };
    let (changed, kept) = (caught[0], caught[1]);
    assert_eq!(answer(changed.label.id, true).await, 200);
    assert_eq!(answer(changed.label.id, true).await, 409, "it is answered");
    assert_eq!(answer(kept.label.id, false).await, 200);
    services.train(system).await.unwrap();
    let left = services.list_suspicions(system, &page).await.unwrap().items;
    assert!(left.iter().all(|item| ![&changed.label.text, &kept.label.text].contains(&&item.label.text)), "{left:?}");
    let filter = domain::label::LabelFilter { kind: Some(domain::LabelKind::Adjudicated), label: None };
    let settled = services.list_labels(system, &filter, &page).await.unwrap().items;
    assert_eq!(settled.len(), 1);
    assert_eq!(
        (&settled[0].label, &settled[0].replaced),
        (&changed.suspicion.suggested, &Some(changed.label.label.clone()))
    );
}
