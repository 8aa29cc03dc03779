//! Submitting and reading tasks over HTTP.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use domain::Scope;
use serde_json::{Value, json};

use crate::support::{Answer, Floor};

const BOTH: [Scope; 2] = [Scope::TasksWrite, Scope::TasksRead];

async fn post(floor: &Floor, bearer: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let mut request = Request::post("/api/v1/tasks").header(header::AUTHORIZATION, bearer);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    floor.send(request.body(body.into()).unwrap()).await
}

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_answered_with_its_decision_and_can_be_read() {
    let floor = Floor::open().await;
    let bearer = floor.bearer(&BOTH).await;
    let task = json!({
        "subject": "Printer", "body": "It burns", "channel": "email", "attributes": { "plan": "pro" }, "external_id": "A-1",
    });
    let created = post(&floor, &bearer, &[JSON], task.to_string()).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.text());
    let receipt = created.json();
    assert_eq!(receipt["state"], "queued");
    let decision = &receipt["decision"];
    assert_eq!(decision["policy_version"], 1);
    assert_eq!(decision["matched_rule"], "no-model");
    assert_eq!(decision["fallback"], "no_model");
    assert_eq!(decision["mode"], "live");
    assert_eq!(decision["destination"], json!({ "kind": "queue", "queue": "triage" }));
    assert!(decision["latency_ms"].as_f64().unwrap() > 0.0);
    assert!(decision["due_at"].is_string() && decision["explanation"].is_string());

    let read = floor.call(Method::GET, created.header(header::LOCATION), &bearer, None).await;
    assert_eq!(read.status, StatusCode::OK);
    assert_eq!(read.json()["task"]["attributes"]["plan"], "pro");
    let id = decision["id"].as_str().unwrap();
    let read = floor.call(Method::GET, &format!("/api/v1/decisions/{id}"), &bearer, None).await.json();
    assert_eq!(read["trace"].as_array().unwrap().last().unwrap()["outcome"], "matched");
    let listed = floor.call(Method::GET, "/api/v1/tasks?external_id=A-1", &bearer, None).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_a_problem_that_names_the_field_and_changes_nothing() {
    let floor = Floor::open().await;
    let bearer = floor.bearer(&BOTH).await;
    let deep = format!("{{\"subject\":\"x\",\"attributes\":{{\"a\":{}1{}}}}}", "[".repeat(9), "]".repeat(9));
    let cases: [(String, u16, &str, Option<&str>); 15] = [
        ("{".to_owned(), 400, "malformed_json", None),
        (String::new(), 400, "malformed_json", None),
        (r#"["x"]"#.to_owned(), 422, "not_an_object", None),
        ("null".to_owned(), 422, "not_an_object", None),
        (r#"{"subject":"x","subject":"y"}"#.to_owned(), 422, "invalid", Some("subject")),
        ("{}".to_owned(), 422, "invalid", Some("subject")),
        (r#"{"subject":" "}"#.to_owned(), 422, "invalid", Some("subject")),
        (r#"{"subject":"x","sujbect":"y"}"#.to_owned(), 422, "invalid", Some("sujbect")),
        (r#"{"subject":7}"#.to_owned(), 422, "invalid", Some("subject")),
        (r#"{"subject":"x","priority_hint":"soon"}"#.to_owned(), 422, "invalid", Some("priority_hint")),
        (r#"{"subject":"x","channel":"E Mail"}"#.to_owned(), 422, "invalid", Some("channel")),
        (r#"{"subject":"x","callback_url":"ftp://x"}"#.to_owned(), 422, "invalid", Some("callback_url")),
        (deep, 422, "invalid", Some("attributes")),
        (json!({ "subject": "x", "body": "y".repeat(65 * 1024) }).to_string(), 422, "invalid", Some("body")),
        (json!({ "subject": "x", "body": "y".repeat(300 * 1024) }).to_string(), 413, "too_large", None),
    ];
    for (body, status, code, field) in cases {
        let shown: String = body.chars().take(80).collect();
        let answer = post(&floor, &bearer, &[JSON], body).await;
        assert_eq!(answer.status.as_u16(), status, "{shown}: {}", answer.text());
        assert_eq!(answer.header(header::CONTENT_TYPE), "application/problem+json");
        let problem = answer.json();
        assert_eq!((problem["code"].as_str(), problem["status"].as_u64()), (Some(code), Some(u64::from(status))));
        assert_eq!(problem["type"], format!("/problems/{code}"));
        assert_eq!(problem["errors"][0]["field"].as_str(), field, "{shown}");
    }
    assert_eq!(post(&floor, &bearer, &[], "{}").await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let anonymous = floor.call(Method::GET, "/api/v1/tasks", "Bearer nonsense", None).await;
    assert_eq!(anonymous.status, StatusCode::UNAUTHORIZED);
    assert!(anonymous.header(header::WWW_AUTHENTICATE).starts_with("Bearer"));
    let listed = floor.call(Method::GET, "/api/v1/tasks", &bearer, None).await.json();
    assert_eq!(listed["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_makes_one_task_also_under_concurrent_retries() {
    let floor = Floor::open().await;
    let bearer = floor.bearer(&BOTH).await;
    let key = ("idempotency-key", "order-17");
    let headers = [JSON, key];
    let mut retries = Vec::new();
    for _ in 0..32 {
        retries.push(post(&floor, &bearer, &headers, r#"{"subject":"Once"}"#));
    }
    let answers = futures::future::join_all(retries).await;
    let ids: std::collections::BTreeSet<String> = answers
        .iter()
        .map(|answer| {
            assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
            answer.json()["task_id"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(ids.len(), 1);
    let replayed = answers.iter().filter(|answer| answer.header("idempotency-replayed") == "true").count();
    assert_eq!(replayed, 31);
    let listed = floor.call(Method::GET, "/api/v1/tasks", &bearer, None).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);

    // White space is no difference; another body is.
    let same = post(&floor, &bearer, &[JSON, key], "{ \"subject\": \"Once\" }").await;
    assert_eq!(same.json()["decision"], answers[0].json()["decision"]);
    let other = post(&floor, &bearer, &[JSON, key], r#"{"subject":"Twice"}"#).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other.json()["code"], "idempotency_key_reused");
    // Keys belong to their callers.
    let stranger = floor.bearer(&BOTH).await;
    let own = post(&floor, &stranger, &[JSON, key], r#"{"subject":"Twice"}"#).await;
    assert_eq!(own.status, StatusCode::CREATED);
    let long = "k".repeat(256);
    for keys in [&[" "][..], &["a b"], &[long.as_str()], &["one", "two"]] {
        let headers: Vec<_> = keys.iter().map(|key| ("idempotency-key", *key)).chain([JSON]).collect();
        let refused = post(&floor, &bearer, &headers, r#"{"subject":"x"}"#).await;
        assert_eq!(refused.json()["errors"][0]["field"], "Idempotency-Key", "{keys:?}");
    }
    let longest = post(&floor, &bearer, &[JSON, ("idempotency-key", &long[..255])], r#"{"subject":"x"}"#).await;
    assert_eq!(longest.status, StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_task_of_a_batch_has_its_own_result_in_order() {
    let floor = Floor::open().await;
    let bearer = floor.bearer(&BOTH).await;
    let check = |items: Value| {
        let statuses: Vec<_> = items.as_array().unwrap().iter().map(|item| item["status"].as_u64().unwrap()).collect();
        assert_eq!(statuses, [201, 422, 201]);
        assert_eq!(items[2]["index"], 2);
        assert_eq!(items[1]["problem"]["errors"][0]["field"], "oops");
    };
    let tasks = json!([{ "subject": "a" }, { "subject": "b", "oops": 1 }, { "subject": "c" }]);
    let array = floor.call(Method::POST, "/api/v1/tasks/batch", &bearer, Some(tasks)).await;
    assert_eq!(array.status, StatusCode::OK, "{}", array.text());
    check(array.json());
    let lines = Request::post("/api/v1/tasks/batch")
        .header(header::AUTHORIZATION, &bearer)
        .header(header::CONTENT_TYPE, "application/x-ndjson")
        .body(Body::from("{\"subject\":\"a\"}\n{\"subject\":\"b\",\"oops\":1}\n\n{\"subject\":\"c\"}\n"))
        .unwrap();
    check(floor.send(lines).await.json());

    let many: Vec<_> = (0..1_001).map(|number| json!({ "subject": number.to_string() })).collect();
    let refused = floor.call(Method::POST, "/api/v1/tasks/batch", &bearer, Some(Value::from(many))).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let most: Vec<_> = (0..1_000).map(|number| json!({ "subject": number.to_string() })).collect();
    let accepted = floor.call(Method::POST, "/api/v1/tasks/batch", &bearer, Some(Value::from(most))).await.json();
    assert_eq!(accepted.as_array().unwrap().len(), 1_000);
    assert!(accepted.as_array().unwrap().iter().all(|item| item["status"] == 201));
}

async fn post_batch(floor: &Floor, bearer: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let mut request = Request::post("/api/v1/tasks/batch").header(header::AUTHORIZATION, bearer);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    floor.send(request.body(body.into()).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_another_form_is_refused_as_a_whole() {
    let floor = Floor::open().await;
    let bearer = floor.bearer(&BOTH).await;
    let key = ("idempotency-key", "order-17");
    let task = r#"[{"subject":"x"}]"#;
    let huge = format!(r#"[{{"subject":"x","body":"{}"}}]"#, "y".repeat(16 * 1024 * 1024));
    let cases = [
        (vec![JSON], "[]", 422, "invalid"),
        (vec![JSON], r#"{"subject":"x"}"#, 400, "malformed_json"),
        (vec![JSON], r#"[{"subject":"x"}"#, 400, "malformed_json"),
        (vec![JSON], huge.as_str(), 413, "too_large"),
        (vec![("content-type", "text/plain")], task, 415, "unsupported_media_type"),
        // A retry would create the tasks again, so the key must not be passed over.
        (vec![JSON, key], task, 422, "invalid"),
    ];
    for (headers, body, status, code) in cases {
        let answer = post_batch(&floor, &bearer, &headers, body.to_owned()).await;
        let shown: String = body.chars().take(40).collect();
        assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (status, Some(code)), "{shown}");
    }
    let listed = floor.call(Method::GET, "/api/v1/tasks", &bearer, None).await.json();
    assert_eq!(listed["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_of_a_batch_may_be_bad_one_by_one_and_large_together() {
    let floor = Floor::open().await;
    let bearer = floor.bearer(&BOTH).await;
    let ndjson = ("content-type", "application/x-ndjson; charset=utf-8");
    let mut body = b"{\"subject\":\"a\"}\r\n{\n[\"x\"]\n7\n{\"subject\":\"\xff\"}\n".to_vec();
    let large = json!({ "subject": "large", "body": "y".repeat(60 * 1024) }).to_string() + "\n";
    body.extend(large.repeat(10).into_bytes());
    let items = post_batch(&floor, &bearer, &[ndjson], body).await.json();
    let statuses: Vec<_> = items.as_array().unwrap().iter().map(|item| item["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses[..5], [201, 400, 422, 422, 400]);
    assert_eq!(statuses[5..], [201; 10]);
    assert_eq!(items[2]["problem"]["code"], "not_an_object");
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_are_refused_by_the_name_of_the_parameter() {
    let floor = Floor::open().await;
    let bearer = floor.bearer(&BOTH).await;
    let cases = [
        ("/api/v1/tasks?unknown=1", "unknown", "unknown"),
        ("/api/v1/tasks?state=bogus", "state", "malformed"),
        ("/api/v1/tasks?limit=many", "limit", "malformed"),
        ("/api/v1/tasks?state=queued&state=closed", "state", "malformed"),
        ("/api/v1/tasks?after=nonsense", "after", "malformed"),
        ("/api/v1/decisions?corrected=perhaps", "corrected", "malformed"),
        ("/api/v1/decisions?task_id=x", "task_id", "malformed"),
    ];
    for (path, field, code) in cases {
        let answer = floor.call(Method::GET, path, &bearer, None).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        let error = &answer.json()["errors"][0];
        assert_eq!((error["field"].as_str(), error["code"].as_str()), (Some(field), Some(code)), "{path}: {error}");
    }
    for state in ["queued", "claimed", "snoozed", "awaiting_approval", "resolved", "closed", "dead_letter"] {
        let answer = floor.call(Method::GET, &format!("/api/v1/tasks?state={state}"), &bearer, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{state}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_intake_says_when_to_come_back_and_drops_nothing() {
    let floor = Floor::open_with(|settings| settings.intake.queue_tasks = 4).await;
    let bearer = floor.bearer(&BOTH).await;
    let tasks: Vec<_> = (0..64).map(|number| json!({ "subject": number.to_string() })).collect();
    let items = floor.call(Method::POST, "/api/v1/tasks/batch", &bearer, Some(Value::from(tasks))).await.json();
    let items = items.as_array().unwrap();
    let accepted = items.iter().filter(|item| item["status"] == 201).count();
    let refused: Vec<_> = items.iter().filter(|item| item["status"] == 429).collect();
    assert_eq!(accepted + refused.len(), 64);
    assert!(accepted >= 4 && !refused.is_empty());
    assert_eq!(refused[0]["problem"]["retry_after_s"], 1);
    let listed = floor.call(Method::GET, "/api/v1/tasks?limit=200", &bearer, None).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), accepted);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_without_gaps() {
    let floor = Floor::open().await;
    let bearer = floor.bearer(&BOTH).await;
    let tasks: Vec<_> = (0..25).map(|number| json!({ "subject": number.to_string() })).collect();
    floor.call(Method::POST, "/api/v1/tasks/batch", &bearer, Some(Value::from(tasks))).await;
    let (mut seen, mut after) = (std::collections::BTreeSet::new(), String::new());
    loop {
        let page = floor.call(Method::GET, &format!("/api/v1/tasks?limit=10{after}"), &bearer, None).await.json();
        for item in page["items"].as_array().unwrap() {
            assert!(seen.insert(item["id"].as_str().unwrap().to_owned()));
        }
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 25);
    for bad in ["/api/v1/tasks?after=nonsense", "/api/v1/tasks?unknown=1", "/api/v1/decisions?task_id=x"] {
        assert_eq!(floor.call(Method::GET, bad, &bearer, None).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    for missing in ["/api/v1/tasks/nonsense", "/api/v1/tasks/task_01ARZ3NDEKTSV4RRFFQ69G5FAV"] {
        assert_eq!(floor.call(Method::GET, missing, &bearer, None).await.status, StatusCode::NOT_FOUND, "{missing}");
    }
}
