//! How versions are written, reviewed, activated and taken back, and by whom.

use axum::http::{Method, StatusCode};
use domain::{
    Role, Scope, Timestamp,
    guardrail::{FreezeWindow, Governance, SwitchTarget},
    policy::desk::{DraftOutcome, DraftRequest},
    policy::diff::DocumentPart,
    policy::{PolicyStage, ReviewVerdict},
};
use serde_json::{Value, json};
use service::PolicyError;

use super::{Desk, document, rule, saved, to};
use crate::support::{Floor, encode, form};

#[tokio::test(flavor = "multi_thread")]
async fn a_version_goes_from_draft_by_a_second_person_to_active_and_back() {
    let desk = Desk::open().await;
    let services = &desk.floor.services;
    let four_eyes = Governance { four_eyes: true, ..Governance::default() };
    services.set_governance(&desk.floor.system, four_eyes, 0, "Two see more").await.unwrap();
    let (ada, sam) = (desk.person("Ada", Role::Supervisor, "").await, desk.person("Sam", Role::Supervisor, "").await);
    let (version, _) = saved(desk.draft(&ada, 1, 1, &document(&[rule("bill", None, "invoice", &to("billing"))])).await);
    assert_eq!(desk.goes("An invoice").await, "queue triage", "a draft decides nothing");
    let refused = services.activate_policy(&ada, version, None, "Now").await;
    assert!(matches!(refused, Err(PolicyError::NotReviewed)), "{refused:?}");

    services.ask_for_policy_review(&ada, version).await.unwrap();
    let own = services.comment_on_policy(&ada, version, 1, None, "Fine", Some(ReviewVerdict::Approved)).await;
    assert!(matches!(own, Err(PolicyError::OwnWork)), "{own:?}");
    let wanted = Some(ReviewVerdict::ChangesRequested);
    services.comment_on_policy(&sam, version, 1, Some("bill".to_owned()), "Receipts too?", wanted).await.unwrap();
    let both = [rule("bill", None, "invoice", &to("billing")), rule("receipt", None, "receipt", &to("billing"))];
    assert_eq!(saved(desk.draft(&ada, version, 1, &document(&both)).await), (version, 2));
    services.ask_for_policy_review(&ada, version).await.unwrap();
    let old = services.comment_on_policy(&sam, version, 1, None, "", Some(ReviewVerdict::Approved)).await;
    assert!(matches!(old, Err(PolicyError::Overtaken)), "a yes counts for what was looked at: {old:?}");
    services.comment_on_policy(&sam, version, 2, None, "", Some(ReviewVerdict::Approved)).await.unwrap();
    assert_eq!(desk.stage(version).await.approval.unwrap().by, "Sam");

    services.activate_policy(&ada, version, Some(2), "Reviewed").await.unwrap();
    assert_eq!(desk.goes("A receipt").await, "queue billing");
    assert_eq!(desk.stage(1).await.stage, PolicyStage::Retired);
    let back = services.roll_policy_back(&sam, "Too many receipts").await.unwrap();
    assert_eq!((back.version, desk.goes("A receipt").await.as_str()), (1, "queue triage"));

    let acts: Vec<String> = services
        .list_audit_of(&desk.floor.system, &format!("policy_{version}"))
        .await
        .unwrap()
        .into_iter()
        .map(|event| event.action)
        .collect();
    let expected = [
        "policy.saved",
        "policy.review_asked",
        "policy.changes_requested",
        "policy.saved",
        "policy.review_asked",
        "policy.approved",
        "policy.activated",
    ];
    assert_eq!(acts, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_editors_never_overwrite_each_other_and_see_both_changes() {
    let desk = Desk::open().await;
    let (ada, sam) = (desk.person("Ada", Role::Supervisor, "").await, desk.person("Sam", Role::Supervisor, "").await);
    let first = rule("a", None, "apples", &to("billing"));
    let (version, revision) = saved(desk.draft(&ada, 1, 1, &document(std::slice::from_ref(&first))).await);
    let adas = [first.clone(), rule("b", None, "bananas", &to("billing"))];
    saved(desk.draft(&ada, version, revision, &document(&adas)).await);
    let sams = [rule("a", None, "apples", &to("legal")), rule("c", None, "cherries", &to("legal"))];
    let DraftOutcome::Overtaken(overtaken) = desk.draft(&sam, version, revision, &document(&sams)).await else {
        panic!("Sam began from an older revision")
    };
    assert_eq!((overtaken.by.as_str(), overtaken.revision), ("Ada", 2));
    let parts = |differences: &[domain::policy::diff::Difference]| {
        differences.iter().map(|difference| difference.part.clone()).collect::<Vec<_>>()
    };
    assert_eq!(parts(&overtaken.theirs), [DocumentPart::Rule("b".to_owned())]);
    assert_eq!(parts(&overtaken.mine), [DocumentPart::Rule("a".to_owned()), DocumentPart::Rule("c".to_owned())]);
    assert_eq!(overtaken.merge.conflicts, []);
    let both = serde_json::to_string(&overtaken.merge.document).unwrap();
    assert_eq!(saved(desk.draft(&sam, version, overtaken.revision, &both).await), (version, 3));
    let ids: Vec<String> = desk.stage(version).await.document.rules.into_iter().map(|rule| rule.id).collect();
    assert!(ids.contains(&"b".to_owned()) && ids.contains(&"c".to_owned()), "{ids:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_of_one_area_is_refused_in_another_in_functions_and_in_the_api() {
    let desk = Desk::open().await;
    let services = &desk.floor.services;
    let rules = |billing: &str, legal: &str| {
        document(&[
            rule("bill", Some("billing"), "invoice", &to(billing)),
            rule("law", Some("legal"), "lawyer", &to(legal)),
        ])
    };
    let base = desk.activate(&rules("triage", "legal")).await;
    let bill = desk.person("Bill", Role::Supervisor, "billing").await;
    let (version, _) = saved(desk.draft(&bill, base, 1, &rules("billing", "legal")).await);
    services.activate_policy(&bill, version, None, "Billing works it").await.unwrap();
    assert_eq!(desk.goes("An invoice").await, "queue billing");

    let request = DraftRequest { version, revision: 1, json: rules("billing", "triage"), note: "Not mine".to_owned() };
    let refused = services.save_policy_draft(&bill, &request).await;
    assert!(matches!(refused, Err(PolicyError::OtherArea(_))), "{refused:?}");
    let cookie = desk.floor.sign_in("Bill@example.com", "correct horse battery").await.unwrap();
    let body = format!("version={version}&revision=1&note=x&intent=save&json={}", encode(&rules("billing", "triage")));
    let answer = desk.floor.send(form("/fn/submit_policy", Some(&cookie), body)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.text());
    assert!(answer.text().contains("rule law"), "{}", answer.text());

    let issued = services.create_api_key(&desk.floor.system, "git", &[Scope::PoliciesWrite], "billing").await.unwrap();
    let bearer = format!("Bearer {}", issued.secret);
    let foreign =
        json!({ "document": serde_json::from_str::<Value>(&rules("billing", "triage")).unwrap(), "note": "x" });
    let answer = desk.floor.call(Method::POST, "/api/v1/policies", &bearer, Some(foreign)).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (StatusCode::FORBIDDEN, Some("outside_area")));
    let own = json!({ "document": serde_json::from_str::<Value>(&rules("triage", "legal")).unwrap(), "note": "x" });
    let answer = desk.floor.call(Method::POST, "/api/v1/policies", &bearer, Some(own)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());

    // Somebody else's change cannot be activated by them either, and a rule of another area not be switched off.
    let law = services.save_policy(&desk.floor.system, &rules("billing", "billing"), "Law").await.unwrap();
    let refused = services.activate_policy(&bill, law.version, None, "Mine").await;
    assert!(matches!(refused, Err(PolicyError::OtherArea(_))), "{refused:?}");
    services.switch_off(&bill, SwitchTarget::Rule("bill".to_owned()), "Broken").await.unwrap();
    for foreign in [SwitchTarget::Rule("law".to_owned()), SwitchTarget::Automation] {
        let refused = services.switch_off(&bill, foreign, "Broken").await;
        assert!(matches!(refused, Err(PolicyError::Forbidden(_))), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_becomes_active_in_a_freeze_window_but_what_was_active_before() {
    let desk = Desk::open().await;
    let Floor { services, system, .. } = &desk.floor;
    let version = desk.activate(&document(&[rule("bill", None, "invoice", &to("billing"))])).await;
    let far = Timestamp::parse("2199-01-01T00:00:00Z").unwrap();
    let window = FreezeWindow { from: Timestamp::from_ms(0), until: far, reason: "Launch day".to_owned() };
    let frozen = Governance { freeze_windows: vec![window], ..Governance::default() };
    services.set_governance(system, frozen, 0, "Launch").await.unwrap();
    let next = services.save_policy(system, &document(&[]), "Nothing").await.unwrap();
    for refused in [
        services.activate_policy(system, next.version, None, "Now").await.err(),
        services.begin_policy_canary(system, next.version, 5, "A few first").await.err(),
        services
            .schedule_policy(system, next.version, Some(Timestamp::parse("2026-12-31T00:00:00Z").unwrap()), "x")
            .await
            .err(),
    ] {
        assert!(matches!(&refused, Some(PolicyError::Conflict(why)) if why.contains("Launch day")), "{refused:?}");
    }
    assert_eq!(services.roll_policy_back(system, "It burns").await.unwrap().version, 1);
    assert_eq!(desk.stage(version).await.stage, PolicyStage::Retired);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_with_mistakes_is_kept_and_decides_nothing() {
    let desk = Desk::open().await;
    let ada = desk.person("Ada", Role::Supervisor, "").await;
    let wrong = document(&[rule("lost", None, "x", &to("nowhere"))]);
    let (version, _) = saved(desk.draft(&ada, 1, 1, &wrong).await);
    let services = &desk.floor.services;
    for refused in [
        services.ask_for_policy_review(&ada, version).await.err(),
        services.begin_policy_shadow(&ada, version, "Look first").await.err(),
        services.activate_policy(&ada, version, None, "Now").await.err(),
    ] {
        let Some(PolicyError::Illegal(problems)) = refused else { panic!("{refused:?}") };
        assert!(problems[0].message.contains("nowhere"), "{problems:?}");
    }
    let request = DraftRequest { version, revision: 1, json: "{".to_owned(), note: "x".to_owned() };
    assert!(matches!(services.save_policy_draft(&ada, &request).await, Err(PolicyError::Illegal(_))));
    assert_eq!(desk.stage(version).await.revision, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_keeps_policies_through_the_api() {
    let desk = Desk::open().await;
    let floor = &desk.floor;
    let bearer = floor.bearer(&[Scope::PoliciesWrite]).await;
    let legal: Value = serde_json::from_str(&document(&[rule("bill", None, "invoice", &to("billing"))])).unwrap();
    let wrong: Value = serde_json::from_str(&document(&[rule("bill", None, "invoice", &to("nowhere"))])).unwrap();
    let checked = floor.call(Method::POST, "/api/v1/policies/check", &bearer, Some(json!({ "document": wrong }))).await;
    assert_eq!(checked.json()[0]["severity"], "error", "{}", checked.text());
    let refused =
        floor.call(Method::POST, "/api/v1/policies", &bearer, Some(json!({ "document": wrong, "note": "x" }))).await;
    assert_eq!(
        (refused.status, refused.json()["code"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("invalid_policy"))
    );
    let saved = floor
        .call(Method::POST, "/api/v1/policies", &bearer, Some(json!({ "document": legal, "note": "From Git" })))
        .await;
    assert_eq!(saved.status, StatusCode::CREATED, "{}", saved.text());
    let version = saved.json()["version"].as_u64().unwrap();
    let path = format!("/api/v1/policies/{version}/activate");
    let stale = floor.call(Method::POST, &path, &bearer, Some(json!({ "revision": 9, "reason": "Merged" }))).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let active = floor.call(Method::POST, &path, &bearer, Some(json!({ "revision": 1, "reason": "Merged" }))).await;
    assert_eq!((active.status, active.json()["stage"].as_str()), (StatusCode::OK, Some("active")));
    let list = floor.call(Method::GET, "/api/v1/policies", &bearer, None).await.json();
    assert_eq!(list["items"][0]["version"], version);
    assert_eq!(desk.goes("An invoice").await, "queue billing");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_activation_on_one_server_holds_for_the_next_task_of_every_other() {
    let desk = Desk::open().await;
    let other = desk.floor.beside(0, |_| {}).await;
    assert_eq!(other.submit("An invoice").await.decision.policy_version, 1);
    let version = desk.activate(&document(&[rule("bill", None, "invoice", &to("billing"))])).await;
    // Nothing tells the other server; it finds out before it writes.
    let receipt = other.submit("An invoice").await;
    assert_eq!(
        (receipt.decision.policy_version, receipt.decision.destination.to_string().as_str()),
        (version, "queue billing")
    );
    let task = desk.floor.services.lookup_task(&desk.floor.system, receipt.task_id).await.unwrap().task;
    assert_eq!((task.state.queue(), task.decision_id), (Some("billing"), receipt.decision.id));
    desk.floor
        .services
        .switch_off(&desk.floor.system, SwitchTarget::Rule("bill".to_owned()), "It burns")
        .await
        .unwrap();
    assert_eq!(other.submit("An invoice").await.decision.destination.to_string(), "queue triage");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_example_of_a_task_holds_a_version_to_what_became_of_it() {
    let desk = Desk::open().await;
    let Floor { services, system, .. } = &desk.floor;
    desk.activate(&document(&[rule("bill", None, "invoice", &to("billing"))])).await;
    let receipt = desk.floor.submit("An invoice").await;
    let version = services.make_policy_example(system, receipt.decision.id, "an-invoice").await.unwrap();
    let draft = desk.stage(version).await;
    assert_eq!(
        (draft.stage, draft.document.examples[0].facts.task.subject.as_str()),
        (PolicyStage::Draft, "An invoice")
    );
    assert!(
        services.make_policy_example(system, receipt.decision.id, "an-invoice").await.is_err(),
        "the name is taken"
    );
    let mut broken = draft.document.clone();
    broken.rules[0].when = "contains_any(task.subject, [\"receipt\"])".to_owned();
    let broken = serde_json::to_string(&broken).unwrap();
    saved(desk.draft(system, version, draft.revision, &broken).await);
    let refused = services.activate_policy(system, version, None, "Now").await;
    let Err(PolicyError::Illegal(problems)) = refused else { panic!("{refused:?}") };
    assert!(problems[0].message.contains("an-invoice") || problems[0].field.contains("an-invoice"), "{problems:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_becomes_active_by_itself_at_its_time_unless_another_did_meanwhile() {
    let desk = Desk::open().await;
    let Floor { services, system, .. } = &desk.floor;
    let soon = async || services.lookup_policy(system, 1).await.unwrap().created_at.plus_minutes(60);
    let save = async |word: &str| {
        let rules = [rule("one", None, word, &to("billing"))];
        services.save_policy(system, &document(&rules), "A change").await.unwrap().version
    };
    let (first, second) = (save("apple").await, save("banana").await);
    services.schedule_policy(system, first, Some(soon().await), "After lunch").await.unwrap();
    services.schedule_policy(system, second, Some(soon().await.plus_minutes(1)), "After that").await.unwrap();
    assert_eq!(desk.stage(first).await.stage, PolicyStage::InReview, "its text is fixed until then");
    let past = services.schedule_policy(system, first, Some(Timestamp::from_ms(0)), "Too late").await;
    assert!(matches!(past, Err(PolicyError::Invalid(_))), "{past:?}");

    let _later = desk.floor.beside(62, |_| {}).await;
    while desk.stage(first).await.stage != PolicyStage::Active {
        tokio::task::yield_now().await;
    }
    while desk.stage(second).await.schedule.is_some() {
        tokio::task::yield_now().await;
    }
    assert_eq!(desk.stage(second).await.stage, PolicyStage::InReview);
    let detail = services.policy_detail(system, second).await.unwrap();
    assert!(detail.comments[0].text.contains("Another version became active meanwhile."), "{:?}", detail.comments);
}
