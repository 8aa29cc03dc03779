//! The life of policies: drafts, review, areas, guardrails, kill switches, schedules, shadow and canary, the past.

use axum::http::{Method, StatusCode};
use domain::{
    Actor, NewTask, NewUser, PolicyVersion, Queue, QueueKind, Role, Scope, Timestamp,
    decision::OverrideKind,
    guardrail::{FreezeWindow, Governance, GuardrailForm, SwitchTarget},
    policy::{
        PolicyStage, ReviewVerdict,
        desk::{DraftOutcome, DraftRequest},
        diff::DocumentPart,
    },
    simulation::SimulationState,
};
use serde_json::{Value, json};
use service::PolicyError;

use crate::support::{Floor, encode, form};

fn to(queue: &str) -> Value {
    json!({ "destination": { "kind": "queue", "queue": queue } })
}

fn to_bot() -> Value {
    json!({ "destination": { "kind": "automation", "automation": "bot" } })
}

/// A rule on the subject's words.
fn rule(id: &str, area: Option<&str>, word: &str, then: &Value) -> Value {
    let mut rule = json!({
        "id": id,
        "description": format!("Tasks about {word}."),
        "when": format!("contains_any(task.subject, [\"{word}\"])"),
        "then": then,
    });
    if let Some(area) = area {
        rule["area"] = json!(area);
    }
    rule
}

fn document(rules: &[Value]) -> String {
    json!({ "schema": 2, "rules": rules, "otherwise": to("triage") }).to_string()
}

struct Desk {
    floor: Floor,
}

impl Desk {
    async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    async fn open_with(change: impl FnOnce(&mut service::Settings)) -> Self {
        let desk = Self { floor: Floor::open_with(change).await };
        for (name, kind) in
            [("bot", QueueKind::Automation), ("billing", QueueKind::People), ("legal", QueueKind::People)]
        {
            let (name, title) = (name.to_owned(), name.to_owned());
            let queue = Queue { name, title, purpose: String::new(), kind, sla_minutes: 60 };
            desk.floor.services.save_queue(&desk.floor.system, &queue).await.unwrap();
        }
        desk
    }

    /// A person of this role who may change these areas.
    async fn person(&self, name: &str, role: Role, areas: &str) -> Actor {
        let email = format!("{name}@example.com");
        let new = NewUser { email, name: name.to_owned(), role, areas: areas.to_owned() };
        let added = self.floor.services.add_user_with_password(&self.floor.system, new, "correct horse battery").await;
        self.floor.services.actor_of_user(added.unwrap().id).await.unwrap().unwrap()
    }

    async fn draft(&self, by: &Actor, version: u32, revision: u32, json: &str) -> DraftOutcome {
        let request = DraftRequest { version, revision, json: json.to_owned(), note: "A change".to_owned() };
        self.floor.services.save_policy_draft(by, &request).await.unwrap()
    }

    /// Saves and activates a document as the system, which may do everything.
    async fn activate(&self, json: &str) -> u32 {
        let Floor { services, system, .. } = &self.floor;
        let saved = services.save_policy(system, json, "A change").await.unwrap();
        services.activate_policy(system, saved.version, None, "Try it").await.unwrap();
        saved.version
    }

    async fn stage(&self, version: u32) -> PolicyVersion {
        self.floor.services.lookup_policy(&self.floor.system, version).await.unwrap()
    }

    /// Where a task with this subject goes, in words.
    async fn goes(&self, subject: &str) -> String {
        self.floor.submit(subject).await.decision.destination.to_string()
    }
}

fn saved(outcome: DraftOutcome) -> (u32, u32) {
    match outcome {
        DraftOutcome::Saved { version, revision } => (version, revision),
        DraftOutcome::Overtaken(overtaken) => panic!("overtaken by {}", overtaken.by),
    }
}

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
async fn a_guardrail_stops_an_activation_and_a_decision() {
    let desk = Desk::open().await;
    let Floor { services, system, .. } = &desk.floor;
    let contracts = rule("contracts", None, "contract", &to_bot());
    desk.activate(&document(std::slice::from_ref(&contracts))).await;
    assert_eq!(desk.goes("A contract").await, "automation bot");

    let guardrail = GuardrailForm {
        id: "legal-by-people".to_owned(),
        description: "People read what lawyers send.".to_owned(),
        labels: String::new(),
        when: "contains_any(task.subject, [\"contract\"])".to_owned(),
        require: "person".to_owned(),
        amount: String::new(),
    };
    services.set_guardrail(system, guardrail.clone(), 0, "The lawyers ask for it").await.unwrap();
    let stale = services.set_guardrail(system, guardrail, 0, "Again").await;
    assert!(matches!(stale, Err(PolicyError::Overtaken)), "{stale:?}");

    // At run time: the active version still says bot, and people have it.
    let receipt = desk.floor.submit("Another contract").await;
    assert_eq!(receipt.decision.destination.to_string(), "queue triage");
    let held = &receipt.decision.overrides[0];
    assert_eq!((held.kind, held.name.as_str()), (OverrideKind::Guardrail, "legal-by-people"));
    assert_eq!(held.instead_of.to_string(), "automation bot");
    assert!(receipt.decision.explanation.contains("legal-by-people"), "{}", receipt.decision.explanation);
    let acts = services.list_audit_of(system, "guardrail:legal-by-people").await.unwrap();
    assert_eq!(acts[0].action, "guardrail.held");

    // At activation: a version that would do it again is refused, by what came in.
    let again = document(&[contracts, rule("more", None, "more", &to("billing"))]);
    let again = services.save_policy(system, &again, "The same and more").await.unwrap();
    let refused = services.activate_policy(system, again.version, None, "Now").await;
    let Err(PolicyError::Illegal(problems)) = refused else { panic!("{refused:?}") };
    assert!(problems.iter().any(|problem| problem.message.contains("legal-by-people")), "{problems:?}");
    assert!(problems.iter().any(|problem| problem.example.is_some()), "{problems:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_must_be_approved_waits_for_a_person_and_what_must_be_audited_is_drawn() {
    let desk = Desk::open().await;
    let Floor { services, system, .. } = &desk.floor;
    desk.activate(&document(&[rule("refund", None, "refund", &to_bot())])).await;
    let form = GuardrailForm {
        id: "large-refunds".to_owned(),
        description: "Somebody says yes to refunds above 500.".to_owned(),
        when: "has(task.attributes.amount) && task.attributes.amount > 500".to_owned(),
        require: "approval".to_owned(),
        ..GuardrailForm::default()
    };
    services.set_guardrail(system, form, 0, "Money").await.unwrap();
    let submit = async |amount: i64| {
        let attributes = json!({ "amount": amount }).as_object().unwrap().clone();
        let new = NewTask { subject: "A refund".to_owned(), attributes, ..NewTask::default() };
        services.submit(system, new, None).await.unwrap().decision.destination.to_string()
    };
    assert_eq!(submit(501).await, "approval of bot");
    assert_eq!(submit(500).await, "automation bot");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_switch_holds_from_the_next_task_on_until_it_is_switched_on_again() {
    let desk = Desk::open().await;
    let Floor { services, system, .. } = &desk.floor;
    let rules = [rule("bill", None, "invoice", &to("billing")), rule("bot", None, "copy", &to_bot())];
    desk.activate(&document(&rules)).await;
    for (target, subject, before) in [
        (SwitchTarget::Rule("bill".to_owned()), "An invoice", "queue billing"),
        (SwitchTarget::Destination("billing".to_owned()), "An invoice", "queue billing"),
        (SwitchTarget::Destination("bot".to_owned()), "A copy", "automation bot"),
        (SwitchTarget::Automation, "A copy", "automation bot"),
    ] {
        assert_eq!(desk.goes(subject).await, before);
        services.switch_off(system, target.clone(), "It burns").await.unwrap();
        assert_eq!(desk.goes(subject).await, "queue triage", "{target:?}");
        services.switch_on(system, &target, "It is out").await.unwrap();
        assert_eq!(desk.goes(subject).await, before, "{target:?}");
    }
    for unknown in [SwitchTarget::Rule("none".to_owned()), SwitchTarget::Destination("none".to_owned())] {
        assert!(matches!(services.switch_off(system, unknown, "x").await, Err(PolicyError::NotFound)));
    }
    assert!(services.switch_off(system, SwitchTarget::Destination("triage".to_owned()), "x").await.is_err());
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
async fn a_shadow_has_no_effect_and_tells_with_whom_people_sided() {
    let desk = Desk::open().await;
    let Floor { services, system, .. } = &desk.floor;
    desk.activate(&document(&[rule("bill", None, "invoice", &to("triage"))])).await;
    let other = document(&[rule("bill", None, "invoice", &to("billing"))]);
    let other = services.save_policy(system, &other, "To billing").await.unwrap();
    services.begin_policy_shadow(system, other.version, "Look first").await.unwrap();
    let third = services.save_policy(system, &document(&[]), "Third").await.unwrap();
    let refused = services.begin_policy_shadow(system, third.version, "Look first").await;
    assert!(matches!(refused, Err(PolicyError::OtherChallenger)), "{refused:?}");

    let receipt = desk.floor.submit("An invoice").await;
    assert_eq!(receipt.decision.destination.to_string(), "queue triage");
    desk.floor.submit("Something else").await;
    let task = services.claim(system, receipt.task_id, None).await.unwrap();
    let request = domain::CorrectionRequest {
        label: None,
        priority: None,
        queue: Some("billing".to_owned()),
        reason: "Billing does these".to_owned(),
    };
    services.correct(system, task.id, task.last_token, request).await.unwrap();
    let report = loop {
        let report = services.policy_rollout(system, other.version).await.unwrap().shadow.unwrap();
        if report.tasks == 2 {
            break report;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((report.sided_with_shadow, report.sided_with_active), (1, 0));
    let changed: Vec<_> = report.flows.iter().filter(|flow| flow.from != flow.to).collect();
    assert_eq!((changed.len(), changed[0].count, changed[0].cases[0].subject.as_str()), (1, 1, "An invoice"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canary_decides_its_share_always_the_same_texts_and_goes_back_when_it_is_worse() {
    let desk = Desk::open().await;
    let Floor { services, system, .. } = &desk.floor;
    desk.activate(&document(&[rule("bill", None, "invoice", &to("billing"))])).await;
    let canary = document(&[rule("bill", None, "invoice", &to("legal"))]);
    let canary = services.save_policy(system, &canary, "To legal").await.unwrap();
    services.begin_policy_canary(system, canary.version, 25, "A few first").await.unwrap();
    let subjects: Vec<String> = (0..400).map(|n| format!("invoice number {n}")).collect();
    let mut decided = Vec::new();
    for subject in &subjects {
        decided.push(desk.floor.submit(subject).await);
    }
    let of_canary = decided.iter().filter(|receipt| receipt.decision.policy_version == canary.version).count();
    // Four standard deviations of a binomial with 400 trials and a share of one quarter.
    assert!((65..=135).contains(&of_canary), "{of_canary} of 400");
    for (subject, receipt) in subjects.iter().zip(&decided).take(50) {
        let again = desk.floor.submit(subject).await;
        assert_eq!(again.decision.policy_version, receipt.decision.policy_version, "{subject}");
    }
    // People correct whatever the canary did, and leave what the active version did.
    for receipt in &decided {
        let task = services.claim(system, receipt.task_id, None).await.unwrap();
        let mut token = task.last_token;
        if receipt.decision.policy_version == canary.version {
            let queue = Some("billing".to_owned());
            let request =
                domain::CorrectionRequest { label: None, priority: None, queue, reason: "Not for lawyers".to_owned() };
            services.correct(system, task.id, token, request).await.unwrap();
            token = services.claim(system, task.id, None).await.unwrap().last_token;
        }
        services.resolve(system, task.id, token).await.unwrap();
    }
    loop {
        let policy = desk.stage(canary.version).await;
        if policy.stage == PolicyStage::Retired {
            assert!(policy.set_aside.unwrap().starts_with("Rolled back by itself"));
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(desk.goes("invoice number 1").await, "queue billing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_tried_on_the_past() {
    let desk = Desk::open().await;
    let Floor { services, system, .. } = &desk.floor;
    desk.activate(&document(&[rule("bill", None, "invoice", &to("triage"))])).await;
    for n in 0..30 {
        desk.floor.submit(&format!("invoice {n}")).await;
        desk.floor.submit(&format!("letter {n}")).await;
    }
    let draft = document(&[rule("bill", None, "invoice", &to("billing"))]);
    let draft = services.save_policy(system, &draft, "To billing").await.unwrap();
    let number = services.start_simulation(system, draft.version, 60).await.unwrap();
    let report = loop {
        match services.lookup_simulation(system, number).unwrap().state {
            SimulationState::Running { .. } => tokio::task::yield_now().await,
            SimulationState::Done { report } => break report,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(report.decisions, 60);
    let changed: Vec<_> = report.flows.iter().filter(|flow| flow.from != flow.to).collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(
        (changed[0].from.to_string(), changed[0].to.to_string()),
        ("queue triage".to_owned(), "queue billing".to_owned())
    );
    assert_eq!(changed[0].count, 30);
    assert!(matches!(services.cancel_simulation(system, number), Err(PolicyError::NotFound)));
    assert_eq!(desk.goes("invoice 1").await, "queue triage", "nothing came of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_tried_again_by_what_decides_then() {
    let desk = Desk::open().await;
    let Floor { services, system, .. } = &desk.floor;
    let dead = json!({ "destination": { "kind": "dead_letter" } });
    desk.activate(&document(&[rule("odd", None, "odd", &dead)])).await;
    let first = desk.floor.submit("An odd one").await;
    desk.floor.submit("Another odd one").await;
    let page = services.list_dead_letters(system, &domain::PageRequest::first(10)).await.unwrap();
    assert_eq!(page.items.len(), 2);
    assert!(page.items.iter().all(|letter| letter.reason == "the policy sent it here"));
    let replayed = services.replay_dead_letters(system, "Perhaps now").await.unwrap();
    assert_eq!((replayed.sent_on, replayed.dead_again), (0, 2));
    desk.activate(&document(&[rule("odd", None, "odd", &to("billing"))])).await;
    let task = services.replay_dead_letter(system, first.task_id, "Billing takes them").await.unwrap();
    assert_eq!(task.state.queue(), Some("billing"));
    assert_eq!(services.replay_dead_letters(system, "The rest").await.unwrap().sent_on, 1);
    assert!(services.replay_dead_letter(system, first.task_id, "Again").await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_fails_again_and_again_gets_nothing_for_a_while() {
    let desk = Desk::open_with(|settings| settings.bots.failures = 3).await;
    let Floor { services, system, .. } = &desk.floor;
    desk.activate(&document(&[rule("bot", None, "copy", &to_bot())])).await;
    for _ in 0..3 {
        let receipt = desk.floor.submit("A copy").await;
        assert_eq!(receipt.decision.destination.to_string(), "automation bot");
        let task = services.claim(system, receipt.task_id, None).await.unwrap();
        services.fail(system, task.id, task.last_token, "No such invoice").await.unwrap();
    }
    let receipt = desk.floor.submit("A copy").await;
    assert_eq!(receipt.decision.destination.to_string(), "queue triage");
    assert_eq!(receipt.decision.overrides[0].kind, OverrideKind::CircuitBreaker);
    assert_eq!(services.overview(system).await.unwrap().bots[0].automation, "bot");
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
async fn an_approval_is_for_its_role_and_silence_counts_as_a_no() {
    let desk = Desk::open().await;
    let Floor { services, system, .. } = &desk.floor;
    let approval = |terms: Value| json!({ "destination": { "kind": "approval", "automation": "bot", "otherwise": "billing", "terms": terms } });
    let rules = [
        rule("small", None, "small", &approval(json!({ "approver": "agent" }))),
        rule("large", None, "large", &approval(json!({ "approver": "supervisor", "expires_minutes": 30 }))),
    ];
    desk.activate(&document(&rules)).await;
    let agent = desk.person("Abe", Role::Agent, "").await;
    let (small, large) = (desk.floor.submit("A small one").await, desk.floor.submit("A large one").await);
    let refused = services.answer_approval(&agent, large.task_id, true, "").await;
    assert!(matches!(refused, Err(service::WorkError::Forbidden(_))), "{refused:?}");
    let task = services.answer_approval(&agent, small.task_id, true, "").await.unwrap();
    assert_eq!(task.state.queue(), Some("bot"));
    let acts = services.list_audit_of(system, &small.task_id.to_string()).await.unwrap();
    assert_eq!(acts.last().unwrap().action, "approval.granted");
    let pending = services.list_awaiting_approval(system, &domain::PageRequest::first(9)).await.unwrap().items;
    assert_eq!((pending.len(), pending[0].task.id), (1, large.task_id));
    let left_ms = pending[0].expires_at.unwrap().since_ms(large.decision.decided_at);
    assert_eq!(left_ms, 30 * 60_000);

    let _later = desk.floor.beside(31, |_| {}).await;
    let task = loop {
        let task = services.lookup_task(system, large.task_id).await.unwrap().task;
        if task.state.queue().is_some() {
            break task;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(task.state.queue(), Some("billing"));
    assert!(services.answer_approval(system, large.task_id, true, "").await.is_err(), "a late yes wins nothing");
    let acts = services.list_audit_of(system, &large.task_id.to_string()).await.unwrap();
    assert_eq!(acts.last().unwrap().action, "approval.expired");
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

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_bots_never_finish_becomes_a_dead_letter() {
    let desk = Desk::open().await;
    let Floor { services, system, .. } = &desk.floor;
    desk.activate(&document(&[rule("bot", None, "copy", &to_bot())])).await;
    let receipt = desk.floor.submit("A copy").await;
    services.claim(system, receipt.task_id, None).await.unwrap();
    let _later = desk.floor.beside(16, |settings| settings.bots.attempts = 1).await;
    let letter = loop {
        let page = services.list_dead_letters(system, &domain::PageRequest::first(1)).await.unwrap();
        if let Some(letter) = page.items.into_iter().next() {
            break letter;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((letter.task.id, letter.reason.as_str()), (receipt.task_id, "bot took it once and never finished it"));
}
