//! The description of the REST API and its routes are the same.

use axum::http::{Method, StatusCode};
use domain::Scope;
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
                for status in ["401", "403", "422"] {
                    assert!(operation["responses"][status].is_object(), "{name} {status}");
                }
            }
            // A path that is described under one method refuses another one, and never is unknown.
            let method = if method == "get" { Method::DELETE } else { Method::PUT };
            let filled = path.replace("{id}", "x").replace("{queue}", "x");
            let answer = floor.call(method, &filled, &bearer, None).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{name}");
        }
    }
    assert_no_dangling_reference(&document);
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
