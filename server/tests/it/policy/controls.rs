//! What holds over the rules: guardrails, approvals, kill switches, breakers; and dead letters.

use domain::{
    NewTask, Role,
    decision::OverrideKind,
    guardrail::{GuardrailForm, SwitchTarget},
};
use serde_json::{Value, json};
use service::PolicyError;

use super::{Desk, document, rule, to, to_bot};
use crate::support::Floor;

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
