//! The names of labels, through forms and the loop they are part of.

use axum::http::{Method, StatusCode};
use domain::{Role, Scope};
use serde_json::{Value, json};

use crate::support::{Answer, Floor, encode, form};

async fn act(floor: &Floor, cookie: &str, function: &str, fields: &[(&str, &str)]) -> Answer {
    let body = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&");
    floor.send(form(&format!("/fn/{function}"), Some(cookie), body)).await
}

/// Five kinds of examples, enough for a model.
async fn train(floor: &Floor) {
    let mut examples = Vec::new();
    for (label, words) in [
        ("invoice", "please send the invoice for the order"),
        ("login", "my password is refused when I sign in"),
        ("outage", "the whole site is down and shows errors"),
    ] {
        for n in 0..40 {
            examples.push((format!("{words} number {n}"), label.to_owned()));
        }
    }
    floor.services.import_labels(&floor.system, &examples).await.unwrap();
    let run = floor.services.train(&floor.system).await.unwrap();
    floor.services.promote(&floor.system, run.model_version.expect("a model"), true).await.unwrap();
}

async fn classify(floor: &Floor, subject: &str) -> Value {
    let bearer = floor.bearer(&[Scope::TasksWrite]).await;
    let answer = floor.call(Method::POST, "/api/v1/tasks", &bearer, Some(json!({ "subject": subject }))).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.json()["decision"]["classification"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_label_is_answered_by_the_old_model_and_a_retired_one_is_not() {
    let floor = Floor::open().await;
    train(&floor).await;
    let supervisor = floor.cookie(Role::Supervisor).await;
    let text = "please send the invoice for the order number 7";
    assert_eq!(classify(&floor, text).await["label"], "invoice");

    let renamed = act(&floor, &supervisor, "rename_label", &[("name", "invoice"), ("to", "billing")]).await;
    assert_eq!(renamed.status, StatusCode::OK, "{}", renamed.text());
    let said = classify(&floor, text).await;
    assert_eq!((said["label"].as_str(), said["said"].as_str()), (Some("billing"), Some("invoice")));
    let entries = act(&floor, &supervisor, "list_label_set", &[]).await.json();
    let entry = |name: &str| entries.as_array().unwrap().iter().find(|entry| entry["name"] == name).unwrap().clone();
    assert_eq!(entry("billing")["examples"], 40);
    assert_eq!(entry("invoice")["state"]["label"], "billing");

    let used = act(&floor, &supervisor, "lookup_label_use", &[("name", "login")]).await.json();
    assert_eq!((used["champion"].as_str(), used["entry"]["examples"].as_u64()), (Some("v1"), Some(40)));
    let retired = act(&floor, &supervisor, "retire_label", &[("name", "login")]).await;
    assert_eq!(retired.status, StatusCode::OK, "{}", retired.text());
    let said = classify(&floor, "my password is refused when I sign in number 3").await;
    assert_ne!(said["label"], "login");
    assert!(said["confidence"].as_f64().unwrap() < 0.5, "{said}");

    // The next model has never heard of the retired label, and calls the renamed one by its new name.
    let run = floor.services.train(&floor.system).await.unwrap();
    let models = floor.services.model_board(&floor.system).await.unwrap().models;
    let next = models.iter().find(|model| Some(model.version) == run.model_version).expect("a model");
    assert_eq!(next.labels, ["billing", "outage"]);
    assert_eq!(floor.services.verify_audit(&floor.system).await.unwrap().broken_at, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_refused_with_the_field_and_nothing_changes() {
    let floor = Floor::open().await;
    let supervisor = floor.cookie(Role::Supervisor).await;
    for (name, label) in [("one", "a"), ("two", "b"), ("three", "c")] {
        floor.services.import_labels(&floor.system, &[(name.to_owned(), label.to_owned())]).await.unwrap();
    }
    let rename = async |fields: &[(&str, &str)]| act(&floor, &supervisor, "rename_label", fields).await.status;
    assert_eq!(rename(&[("name", "a"), ("to", "b")]).await, StatusCode::CONFLICT, "merging must be said");
    assert_eq!(rename(&[("name", "a"), ("to", "a")]).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(rename(&[("name", "a"), ("to", " ")]).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(rename(&[("name", "unknown"), ("to", "d")]).await, StatusCode::NOT_FOUND);
    assert_eq!(rename(&[("name", "a"), ("to", "b"), ("merge", "true")]).await, StatusCode::OK);
    assert_eq!(rename(&[("name", "a"), ("to", "d")]).await, StatusCode::NOT_FOUND, "it is called b now");
    let again = act(&floor, &supervisor, "save_label", &[("name", "a"), ("about", "x")]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", again.text());
    let retire = async |name: &str| act(&floor, &supervisor, "retire_label", &[("name", name)]).await.status;
    assert_eq!(retire("c").await, StatusCode::OK);
    assert_eq!(retire("c").await, StatusCode::NOT_FOUND);
    assert_eq!(rename(&[("name", "b"), ("to", "c"), ("merge", "true")]).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(act(&floor, &supervisor, "save_label", &[("name", "c"), ("about", "again")]).await.status, 200);
    // A file that knows only the old names.
    let import = async |label: &str| {
        floor.services.import_labels(&floor.system, &[("four".to_owned(), label.to_owned())]).await.is_ok()
    };
    assert_eq!(retire("c").await, StatusCode::OK);
    assert!(!import("c").await, "a retired label takes no example");
    assert_eq!(act(&floor, &supervisor, "save_label", &[("name", "c"), ("about", "again")]).await.status, 200);
    assert!(import("a").await);
    // Back to the old name.
    assert_eq!(rename(&[("name", "b"), ("to", "a")]).await, StatusCode::OK);
    let entries = act(&floor, &supervisor, "list_label_set", &[]).await.json();
    let states: Vec<_> = entries
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            (
                entry["name"].as_str().unwrap(),
                entry["state"]["state"].as_str().unwrap(),
                entry["examples"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(states, [("a", "active", 3), ("b", "became", 0), ("c", "active", 1)]);
}
