//! Every error as a problem document.

use axum::{
    http::{StatusCode, header},
    response::IntoResponse,
};
use domain::{Fault, ValidationCode, ValidationError, policy::PolicyProblem};
use serde_json::{Value, json};
use server::http::problem::Problem;

use crate::support::{Answer, Floor, form, read};

async fn answer(fault: Fault) -> Answer {
    read(Problem::from(fault).into_response()).await
}

#[tokio::test]
async fn every_fault_has_a_form_of_its_own() {
    let cases = [
        (Fault::Unauthenticated, 401, "unauthenticated"),
        (Fault::Forbidden, 403, "forbidden"),
        (Fault::NotFound, 404, "not_found"),
        (Fault::conflict("It is held."), 409, "conflict"),
        (Fault::Invalid(ValidationError::required("subject")), 422, "invalid"),
        (Fault::InvalidPolicy { problems: Vec::new() }, 422, "invalid_policy"),
        (Fault::KeyReused, 422, "idempotency_key_reused"),
        (Fault::TooMany { retry_after_s: 7 }, 429, "too_many_requests"),
        (Fault::Internal { reference: "abc".to_owned() }, 500, "internal"),
        (Fault::Unavailable { message: "Later.".to_owned() }, 503, "unavailable"),
    ];
    for (fault, status, code) in cases {
        let detail = fault.to_string();
        let answer = answer(fault).await;
        assert_eq!(answer.status.as_u16(), status, "{code}");
        assert_eq!(answer.header(header::CONTENT_TYPE), "application/problem+json", "{code}");
        let problem = answer.json();
        assert_eq!(problem["type"], format!("/problems/{code}"));
        assert_eq!((&problem["status"], &problem["code"]), (&json!(status), &json!(code)));
        assert_eq!(problem["detail"], detail);
        assert!(problem["title"].as_str().is_some_and(|title| !title.is_empty()), "{code}");
        assert_eq!(answer.header(header::WWW_AUTHENTICATE).starts_with("Bearer"), status == 401, "{code}");
        assert_eq!(answer.header(header::RETRY_AFTER), if status == 429 { "7" } else { "" }, "{code}");
    }
}

#[tokio::test]
async fn a_problem_says_what_helps_and_nothing_else() {
    let field = ValidationError::new("attributes.plan", ValidationCode::Malformed, "must be a word");
    let problem = answer(Fault::Invalid(field)).await.json();
    assert_eq!(
        problem["errors"],
        json!([{ "field": "attributes.plan", "code": "malformed", "message": "must be a word" }])
    );
    let problems: Vec<PolicyProblem> = vec![PolicyProblem {
        severity: domain::policy::Severity::Error,
        example: None,
        rule: Some("urgent".to_owned()),
        field: "when".to_owned(),
        line: Some(1),
        column: Some(4),
        message: "There is no such fact.".to_owned(),
    }];
    let problem = answer(Fault::InvalidPolicy { problems: problems.clone() }).await.json();
    assert_eq!(problem["problems"], serde_json::to_value(&problems).unwrap());
    let problem = answer(Fault::Internal { reference: "abc".to_owned() }).await.json();
    assert_eq!(problem["reference"], "abc");
    let members = |problem: &Value| problem.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let plain = answer(Fault::NotFound).await.json();
    assert_eq!(members(&plain), ["code", "detail", "status", "title", "type"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_another_site_is_refused_with_a_problem() {
    let floor = Floor::open().await;
    let mut request = form("/fn/sign_in", None, "email=a&password=b".to_owned());
    request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    let refused = floor.send(request).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(refused.header(header::CONTENT_TYPE), "application/problem+json");
    assert_eq!(refused.json()["code"], "forbidden");
}
