//! Datasets: selections that never change, and what is learned from them.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::{
    Actor, LabelKind, PageRequest, Priority, Role, RunState,
    dataset::{Dataset, DatasetExample, DatasetFilter},
    import::NewExample,
    label::LabelFilter,
};
use serde_json::{Value, json};

use crate::support::{Answer, Floor, examples, form};

async fn make(floor: &Floor, filter: DatasetFilter) -> Dataset {
    floor.services.make_dataset(&floor.system, "A test", filter).await.unwrap()
}

async fn all(floor: &Floor, number: u32) -> Vec<DatasetExample> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = PageRequest::after(after, Some(200));
        let page = floor.services.list_dataset_examples(&floor.system, number, &page).await.unwrap();
        found.extend(page.items);
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

async fn get(floor: &Floor, cookie: &str, path: &str) -> Answer {
    floor.send(Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_dataset_never_changes_and_gives_the_same_model_again() {
    let floor = Floor::open().await;
    let (services, system) = (&floor.services, &floor.system);
    services.import_labels(system, &examples()).await.unwrap();
    let dataset = make(&floor, DatasetFilter::default()).await;
    let before = all(&floor, dataset.number).await;
    assert_eq!(before.len() as u64, dataset.training() + dataset.held_out());
    let train = async || {
        let run = services.train_on(system, Some(dataset.number)).await.unwrap();
        assert_eq!(run.state, RunState::Succeeded, "{}", run.message);
        let board = services.model_board(system).await.unwrap();
        board.models.into_iter().find(|model| Some(model.version) == run.model_version).unwrap()
    };
    let first = train().await;

    let more: Vec<_> = (0..50).map(|n| (format!("a wheel and a tyre {n}"), "garage".to_owned())).collect();
    services.import_labels(system, &more).await.unwrap();
    services.rename_label(system, "music", "sound", false).await.unwrap();
    let then = |examples: Vec<DatasetExample>| -> Vec<(String, String, bool)> {
        examples.into_iter().map(|each| (each.label.text, each.label.label, each.held_out)).collect()
    };
    assert_eq!(then(all(&floor, dataset.number).await), then(before));
    let second = train().await;
    assert_eq!((second.sha256, second.dataset), (first.sha256, Some(dataset.number)));
    let detail = services.lookup_dataset(system, dataset.number).await.unwrap();
    assert_eq!((detail.models, detail.dataset), (vec![2, 1], dataset.clone()));

    // What holds now is another content, and the same content is the same dataset.
    let now = make(&floor, DatasetFilter::default()).await;
    assert_eq!((now.number, now.training() + now.held_out()), (2, dataset.training() + dataset.held_out() + 50));
    assert_ne!(now.sha256, dataset.sha256);
    assert_eq!(make(&floor, DatasetFilter::default()).await, now);
    // Training on what holds keeps that as a dataset.
    services.train(system).await.unwrap();
    assert_eq!(services.model_board(system).await.unwrap().models[0].dataset, Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_never_moves_from_one_side_to_the_other() {
    let floor = Floor::open().await;
    floor.services.import_labels(&floor.system, &examples()[..100]).await.unwrap();
    let first = all(&floor, make(&floor, DatasetFilter::default()).await.number).await;
    let mut other: Vec<_> = examples();
    other.iter_mut().for_each(|(_, label)| label.push_str("_again"));
    floor.services.import_labels(&floor.system, &other).await.unwrap();
    let second = all(&floor, make(&floor, DatasetFilter::default()).await.number).await;
    let sides: BTreeMap<&str, bool> =
        second.iter().map(|example| (example.label.text.as_str(), example.held_out)).collect();
    assert_eq!((first.len(), second.len()), (100, examples().len()));
    for example in &first {
        assert_eq!(sides[example.label.text.as_str()], example.held_out, "{}", example.label.text);
    }
    let held_out = second.iter().filter(|example| example.held_out).count();
    assert!((20..60).contains(&held_out), "about a fifth is held out: {held_out} of {}", second.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selection_is_what_its_filter_says() {
    let floor = Floor::open().await;
    floor.services.import_labels(&floor.system, &examples()).await.unwrap();
    let task = floor.submit("a violin for the kitchen").await;
    floor.services.save_label(&floor.system, "kitchen", "").await.unwrap();
    floor.work(task.task_id, Some("kitchen")).await;
    let of = |labels: &[&str], kinds: &[LabelKind]| DatasetFilter {
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        kinds: kinds.to_vec(),
        ..DatasetFilter::default()
    };
    let kitchen = make(&floor, of(&["kitchen"], &[])).await;
    assert_eq!(kitchen.training() + kitchen.held_out(), 65);
    let people = make(&floor, of(&[], &[LabelKind::Corrected])).await;
    let found = all(&floor, people.number).await;
    assert_eq!(found.iter().map(|each| each.label.text.as_str()).collect::<Vec<_>>(), ["a violin for the kitchen"]);

    let supervisor = floor.cookie(Role::Supervisor).await;
    for (body, field) in [
        ("name=+&labels=kitchen", "name"),
        ("name=x&labels=nobody", "filter"),
        ("name=x&kind=guessed", "kind"),
        ("name=x&from=yesterday", "from"),
        ("name=x&from=2026-01-02&until=2026-01-01", "until"),
    ] {
        let refused = floor.send(form("/fn/make_dataset", Some(&supervisor), body.to_owned())).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {}", refused.text());
        assert!(refused.text().contains(&format!("\"{field}\"")), "{body}: {}", refused.text());
    }
    let listed = floor.services.list_datasets(&floor.system, &PageRequest::default()).await.unwrap();
    assert_eq!(listed.items.len(), 2, "a refusal makes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_card_says_what_a_dataset_is_and_escapes_what_people_wrote() {
    let floor = Floor::open().await;
    floor.services.import_labels(&floor.system, &examples()).await.unwrap();
    let name = "<b>Quarter</b> | two";
    let dataset = floor.services.make_dataset(&floor.system, name, DatasetFilter::default()).await.unwrap();
    let auditor = floor.cookie(Role::Auditor).await;
    let card = get(&floor, &auditor, "/api/v1/datasets/1/card").await;
    assert_eq!(card.header(header::CONTENT_TYPE), "text/markdown; charset=utf-8");
    let text = card.text();
    assert!(text.starts_with("# Dataset d1: &lt;b>Quarter&lt;/b> \\| two\n"), "{text}");
    assert!(text.contains(&dataset.sha256) && text.contains("| kitchen |"), "{text}");
    assert_eq!(get(&floor, &auditor, "/api/v1/datasets/9/card").await.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&floor, &auditor, "/api/v1/datasets/9/export").await.status, StatusCode::NOT_FOUND);
}

/// What the model says of a text.
async fn classified(floor: &Floor, subject: &str) -> domain::Classification {
    floor.submit(subject).await.decision.classification.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn priority_and_minutes_are_learned_and_only_suggested() {
    let floor = Floor::open().await;
    let stated: Vec<NewExample> = examples()
        .into_iter()
        .enumerate()
        .map(|(n, (text, label))| {
            let (priority, minutes) = if label == "kitchen" { (Priority::Urgent, 40.0) } else { (Priority::Low, 4.0) };
            // Nobody takes exactly as long as the next one.
            let handling_minutes = Some(minutes * (1.0 + (n % 7) as f32 / 20.0));
            NewExample { text, label, priority: Some(priority), handling_minutes }
        })
        .collect();
    floor.services.import_labels(&floor.system, &stated).await.unwrap();
    floor.services.train(&floor.system).await.unwrap();
    let model = floor.services.promote(&floor.system, 1, true).await.unwrap();
    let metrics = model.metrics.unwrap();
    let (priority, handling) = (metrics.priority.unwrap(), metrics.handling.unwrap());
    assert!(priority.accuracy > 0.9 && priority.kappa > 0.8, "{priority:?}");
    assert!(handling.median_error < 3.0 && handling.within_range > 0.6, "{handling:?}");

    let long = classified(&floor, "bread and butter and soup").await;
    let short = classified(&floor, "violin and trumpet in concert").await;
    assert_eq!((long.priority, short.priority), (Some(Priority::Urgent), Some(Priority::Low)));
    let (range, minutes) = (long.handling_range.unwrap(), long.handling_minutes.unwrap());
    assert!(range.low <= minutes && minutes <= range.high, "{range:?} {minutes}");
    assert!(range.low > short.handling_range.unwrap().high, "{range:?}");
    // A prediction from the text alone changes no task by itself.
    let task = floor.submit("bread and butter and flour").await;
    assert_eq!(task.decision.priority, Priority::Normal);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_time_that_people_hold_a_task_is_what_its_label_says_of_it() {
    let floor = Floor::open().await;
    floor.services.save_label(&floor.system, "kitchen", "").await.unwrap();
    let agent = floor.cookie(Role::Agent).await;
    let task = floor.submit("bread and butter").await.task_id;
    let act = async |function: &str, fields: &str| {
        let answer = floor.send(form(&format!("/fn/{function}"), Some(&agent), format!("task={task}&{fields}"))).await;
        assert_eq!(answer.status, StatusCode::OK, "{function}: {}", answer.text());
    };
    act("claim_task", "").await;
    act("correct_task", "token=1&label=kitchen&priority=high&reason=It+burns").await;
    act("release_task", "token=1").await;
    act("claim_task", "").await;
    let labels = async || {
        let page = floor.services.list_labels(&floor.system, &LabelFilter::default(), &PageRequest::default()).await;
        page.unwrap().items.into_iter().map(|label| (label.priority, label.handling_minutes)).collect::<Vec<_>>()
    };
    assert_eq!(labels().await, [(None, None)], "nobody has finished it");
    act("resolve_task", "token=2&queue=triage").await;
    let worked = floor.services.lookup_task(&floor.system, task).await.unwrap().task.worked_ms;
    assert!(worked > 0);
    assert_eq!(labels().await, [(Some(Priority::High), Some((worked as f64 / 60_000.0) as f32))]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_erased_text_is_nowhere_and_is_learned_no_more() {
    let floor = Floor::open().await;
    let (services, system) = (&floor.services, &floor.system);
    services.import_labels(system, &examples()).await.unwrap();
    let secret = "Mrs Miller of Elm Street burned the soup";
    let task = floor.submit(secret).await.task_id;
    floor.work(task, Some("kitchen")).await;
    let dataset = make(&floor, DatasetFilter::default()).await;
    let supervisor = floor.cookie(Role::Supervisor).await;
    let erase = async |reason: &str| {
        let body = format!("task={task}&reason={reason}");
        floor.send(form("/fn/erase_task_text", Some(&supervisor), body)).await
    };
    assert_eq!(erase("+").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(get(&floor, &supervisor, &format!("/tasks/{task}")).await.text().contains("Elm Street"));

    assert_eq!(erase("She+asked+for+it").await.status, StatusCode::OK);
    assert_eq!(erase("again").await.status, StatusCode::CONFLICT);
    for path in [
        format!("/tasks/{task}"),
        "/labels".to_owned(),
        format!("/labels/datasets/{}", dataset.number),
        "/api/v1/labels/export".to_owned(),
        format!("/api/v1/datasets/{}/export", dataset.number),
    ] {
        let answer = get(&floor, &supervisor, &path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(!answer.text().contains("Elm Street"), "{path}");
    }
    // The dataset's own content is what it was; what is learned from it is one text less.
    assert_eq!(services.lookup_dataset(system, dataset.number).await.unwrap().dataset, dataset);
    services.train_on(system, Some(dataset.number)).await.unwrap();
    let learned = |model: &domain::Model| model.trained_on;
    let with_all = dataset.training() + dataset.held_out();
    let models = services.model_board(system).await.unwrap().models;
    let measured = models[0].metrics.as_ref().map_or(0, |metrics| metrics.examples);
    assert_eq!(learned(&models[0]) + measured, with_all - 1);
    assert_eq!(services.verify_audit(system).await.unwrap().broken_at, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_split_label_is_given_no_more_and_sorted_by_people() {
    let floor = Floor::open().await;
    let (services, system) = (&floor.services, &floor.system);
    services.import_labels(system, &examples()).await.unwrap();
    let supervisor = floor.cookie(Role::Supervisor).await;
    let act = async |function: &str, body: &str| {
        floor.send(form(&format!("/fn/{function}"), Some(&supervisor), body.to_owned())).await
    };
    for parts in ["", "parts[]=strings", "parts[]=strings&parts[]=strings", "parts[]=music&parts[]=strings"] {
        let refused = act("split_label", &format!("name=music&{parts}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{parts}: {}", refused.text());
    }
    assert_eq!(act("split_label", "name=music&parts[]=strings&parts[]=others&parts[]=").await.status, 200);
    assert_eq!(act("split_label", "name=music&parts[]=a&parts[]=b").await.status, 404, "it is split already");
    let dataset = make(&floor, DatasetFilter::default()).await;
    assert_eq!(dataset.training() + dataset.held_out(), 128, "what is not sorted is not learned");

    let unsorted =
        async |words: &str| -> Value { act("list_unsorted", &format!("name=music&words={words}")).await.json() };
    let all = unsorted("").await;
    assert_eq!((&all["left"], &all["found"], &all["parts"]), (&json!(64), &json!(64), &json!(["strings", "others"])));
    let first = all["first"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(act("sort_example", &format!("label={first}&part=drums")).await.status, 422);
    assert_eq!(act("sort_example", &format!("label={first}&part=others")).await.status, 200);
    assert_eq!(act("sort_example", &format!("label={first}&part=strings")).await.status, 409, "it is sorted already");

    let violins = unsorted("VIOLIN").await["found"].as_u64().unwrap();
    assert!(violins > 10);
    assert_eq!(act("sort_examples", "name=music&words=+&part=strings").await.status, 422);
    let sorted = act("sort_examples", "name=music&words=Violin&part=strings").await;
    assert_eq!(sorted.json(), json!(violins));
    assert_eq!(unsorted("violin").await["found"], json!(0));
    let counts = services.list_label_counts(system).await.unwrap();
    let count = |name: &str| counts.iter().find(|count| count.label == name).map_or(0, |count| count.examples);
    assert_eq!((count("strings"), count("others"), count("music")), (violins, 1, 63 - violins));
    let refused = services.import_labels(system, &[("a harp".to_owned(), "music".to_owned())]).await.unwrap_err();
    assert!(refused.to_string().contains("retired"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_least_sure_tasks_of_machines_are_labelled_without_the_models_answer() {
    let floor = Floor::open().await;
    let (services, system) = (&floor.services, &floor.system);
    services.import_labels(system, &examples()).await.unwrap();
    services.train(system).await.unwrap();
    services.promote(system, 1, true).await.unwrap();
    let policy = json!({
        "schema": 1, "rules": [], "otherwise": { "destination": { "kind": "automation", "automation": "invoice-bot" } },
    });
    services
        .save_queue(
            system,
            &domain::Queue {
                name: "invoice-bot".to_owned(),
                title: "Bot".to_owned(),
                purpose: String::new(),
                kind: domain::QueueKind::Automation,
                sla_minutes: 60,
            },
        )
        .await
        .unwrap();
    let policy = services.save_policy(system, &policy.to_string(), "All to the bot.").await.unwrap();
    services.activate_policy(system, policy.version, None, "Try it.").await.unwrap();
    let sure = floor.submit("violin and piano and drums").await;
    let torn = floor.submit("violin and bread").await;
    let supervisor = floor.cookie(Role::Supervisor).await;
    let list = async || floor.send(form("/fn/list_unsure", Some(&supervisor), String::new())).await;
    let listed = list().await;
    let ids: Vec<_> = listed.json().as_array().unwrap().iter().map(|task| task["task_id"].clone()).collect();
    assert_eq!(ids, [json!(torn.task_id), json!(sure.task_id)]);
    assert!(!listed.text().contains("music") && !listed.text().contains("kitchen"), "{}", listed.text());

    let give = async |label: &str| {
        let body = format!("task={}&label={label}", torn.task_id);
        floor.send(form("/fn/label_unsure", Some(&supervisor), body)).await.status
    };
    assert_eq!(give("nothing+known").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(give("weather").await, StatusCode::OK);
    assert_eq!(give("kitchen").await, StatusCode::CONFLICT);
    let filter = LabelFilter { label: Some("weather".to_owned()), kind: Some(LabelKind::Corrected) };
    let given = services.list_labels(system, &filter, &PageRequest::default()).await.unwrap().items.remove(0);
    assert_eq!((given.saw_model, given.chosen_with, given.task_id), (Some(false), None, Some(torn.task_id)));
    let detail = services.lookup_task(&Actor::system("x"), torn.task_id).await.unwrap();
    assert_eq!(detail.corrections[0].new, "weather");
    assert_eq!(list().await.json().as_array().unwrap().len(), 1);
}
