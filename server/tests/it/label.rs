//! Labels as a file.

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::{Role, page::MAX_PAGE_SIZE};
use serde_json::Value;

use crate::support::{Answer, Floor, encode, form};

async fn export(floor: &Floor, cookie: &str, query: &str) -> Answer {
    let request = Request::get(format!("/api/v1/labels/export{query}")).header(header::COOKIE, cookie);
    floor.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_holds_every_label_over_all_its_pages() {
    let floor = Floor::open().await;
    let count = MAX_PAGE_SIZE as usize * 2 + 1;
    let examples: Vec<_> = (0..count).map(|number| (format!("=text {number}"), "wheels".to_owned())).collect();
    floor.services.import_labels(&floor.system, &examples).await.unwrap();
    let auditor = floor.cookie(Role::Auditor).await;

    let jsonl = export(&floor, &auditor, "").await;
    assert_eq!(jsonl.status, StatusCode::OK, "{}", jsonl.text());
    assert_eq!(jsonl.header(header::CONTENT_TYPE), "application/x-ndjson");
    assert_eq!(jsonl.header(header::CONTENT_DISPOSITION), "attachment; filename=\"labels.jsonl\"");
    let texts: BTreeSet<String> = jsonl
        .text()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["text"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(texts, examples.iter().map(|(text, _)| text.clone()).collect());

    let csv = export(&floor, &auditor, "?format=csv").await;
    assert_eq!(csv.header(header::CONTENT_DISPOSITION), "attachment; filename=\"labels.csv\"");
    let text = csv.text();
    let mut lines = text.lines();
    assert!(lines.next().unwrap().starts_with("text,label,kind"));
    let rows: Vec<_> = lines.collect();
    assert_eq!(rows.len(), count);
    assert!(rows.iter().all(|row| row.starts_with("'=text ")), "no cell begins like a formula");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_narrowed_and_refuses_what_it_does_not_know() {
    let floor = Floor::open().await;
    let examples = [("a".to_owned(), "wheels".to_owned()), ("b".to_owned(), "doors".to_owned())];
    floor.services.import_labels(&floor.system, &examples).await.unwrap();
    let auditor = floor.cookie(Role::Auditor).await;
    assert_eq!(export(&floor, &auditor, "?label=doors&kind=imported").await.text().lines().count(), 1);
    assert_eq!(export(&floor, &auditor, "?kind=corrected").await.text(), "");
    for (query, field) in [("?format=xml", "format"), ("?kind=guessed", "kind"), ("?lable=doors", "lable")] {
        let refused = export(&floor, &auditor, query).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert_eq!(refused.json()["errors"][0]["field"], field);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contested_text_is_settled_once_and_training_reads_the_settlement() {
    let floor = Floor::open().await;
    let text = "Where is my money?".to_owned();
    for label in ["billing", "refund"] {
        floor.services.import_labels(&floor.system, &[(text.clone(), label.to_owned())]).await.unwrap();
    }
    let supervisor = floor.cookie(Role::Supervisor).await;
    let disputes = floor.send(form("/fn/list_disputes", Some(&supervisor), String::new())).await.json();
    assert_eq!(disputes["items"].as_array().unwrap().len(), 1, "{disputes}");
    assert_eq!(disputes["items"][0]["text"], text.as_str());
    let digest = disputes["items"][0]["digest"].as_str().unwrap().to_owned();
    let settle = async |label: &str| {
        let body = format!("digest={digest}&label={}&reason=It+asks+for+it+back", encode(label));
        floor.send(form("/fn/settle_dispute", Some(&supervisor), body)).await
    };

    for (label, field) in [("", "label"), ("nobody calls it this", "label")] {
        let refused = settle(label).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        assert!(refused.text().contains(field), "{}", refused.text());
    }
    assert_eq!(export(&floor, &supervisor, "").await.text().lines().count(), 2, "a refusal changes nothing");

    let settled = settle("refund").await;
    assert_eq!(settled.status, StatusCode::OK, "{}", settled.text());
    let left: Vec<Value> =
        export(&floor, &supervisor, "").await.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(left.len(), 1);
    let found = ["label", "kind", "given_by", "replaced"].map(|key| left[0][key].as_str().unwrap());
    assert_eq!(found, ["refund", "adjudicated", "The supervisor", "refund"]);
    assert_eq!(settle("billing").await.status, StatusCode::CONFLICT, "somebody settled it before");

    let log = floor.services.verify_audit(&floor.system).await.unwrap();
    assert_eq!(log.broken_at, None);
}
