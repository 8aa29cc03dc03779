//! Numbers as they change.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::Role;
use futures::StreamExt;
use tower::ServiceExt;

use crate::support::Floor;

/// Longest time for what should happen at once, shorter than the stream's keep-alive.
const AT_ONCE: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn watching_begins_with_the_numbers_and_ends_with_the_server() {
    let floor = Floor::open().await;
    let cookie = floor.cookie(Role::Agent).await;
    let request = Request::get("/api/v1/live").header(header::COOKIE, cookie).body(Body::empty()).unwrap();
    let response = floor.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut body = response.into_body().into_data_stream();
    let first = tokio::time::timeout(AT_ONCE, body.next()).await.expect("at once").unwrap().unwrap();
    let first = String::from_utf8(first.to_vec()).unwrap();
    let json = first.strip_prefix("event: overview\ndata: ").expect(&first).trim();
    assert!(serde_json::from_str::<serde_json::Value>(json).unwrap().is_object());

    floor.stopping.cancel();
    let rest = async { while body.next().await.is_some() {} };
    tokio::time::timeout(AT_ONCE, rest).await.expect("the stream ends");
}
