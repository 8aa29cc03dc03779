//! The description of the REST API and its routes are the same.

use axum::http::{Method, StatusCode, header};
use domain::{NewTask, Scope};
use server::auth::is_public;

use crate::support::Floor;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_described_route_exists_and_says_everything() {
    let floor = Floor::open().await;
    let bearer = floor.bearer(&Scope::ALL).await;
    let document = floor.call(Method::GET, "/api/openapi.json", "", None).await.json();
    assert_eq!(document, serde_json::to_value(server::http::document()).unwrap());
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let name = format!("{method} {path}");
            assert!(operation["operationId"].is_string() && operation["summary"].is_string(), "{name}");
            assert!(operation["tags"][0].is_string(), "{name}");
            if !is_public(path) {
                for status in ["401", "403", "422", "429", "500", "503"] {
                    assert!(operation["responses"][status].is_object(), "{name} {status}");
                }
            }
            // A path that is described under one method refuses another one, and never is unknown.
            let method = if method == "get" { Method::DELETE } else { Method::PUT };
            let filled = path.replace("{id}", "x").replace("{queue}", "x").replace("{version}", "1");
            let answer = floor.call(method, &filled, &bearer, None).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{name}");
        }
    }
    assert_no_dangling_reference(&document);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_described_method_is_answered_by_its_route() {
    let floor = Floor::open().await;
    let bearer = floor.bearer(&Scope::ALL).await;
    let new = NewTask { subject: "A task".to_owned(), ..NewTask::default() };
    let receipt = floor.services.submit(&floor.system, new, None).await.unwrap();
    let (task, decision) = (receipt.task_id.to_string(), receipt.decision.id.to_string());
    let document = serde_json::to_value(server::http::document()).unwrap();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let id = if path.starts_with("/api/v1/decisions") { &decision } else { &task };
        let filled =
            path.replace("{id}", id).replace("{queue}", "triage").replace("{version}", "1").replace("{number}", "1");
        for method in operations.as_object().unwrap().keys() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let answer = floor.call(method.clone(), &filled, &bearer, None).await;
            let reached = !matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED);
            assert!(reached, "{method} {path}: {}", answer.status);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_and_methods_that_do_not_exist_are_problems() {
    let floor = Floor::open().await;
    let bearer = floor.bearer(&Scope::ALL).await;
    for path in ["/api/nope", "/api/v1/nope", "/api/v1/tasks/x/nope", "/api/v2/tasks"] {
        for method in [Method::GET, Method::POST] {
            let answer = floor.call(method, path, &bearer, None).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(answer.json()["code"], "not_found", "{path}");
        }
    }
    let answer = floor.call(Method::DELETE, "/api/v1/tasks", &bearer, None).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/problem+json");
    assert_eq!(answer.json()["code"], "method_not_allowed");
    assert!(answer.header(header::ALLOW).contains("POST"));
}

/// Every `$ref` of the document leads somewhere.
fn assert_no_dangling_reference(document: &serde_json::Value) {
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer} leads nowhere");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_can_be_browsed_without_signing_in() {
    let floor = Floor::open().await;
    let page = floor.call(Method::GET, "/api/docs/", "", None).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("swagger-ui"));
}
