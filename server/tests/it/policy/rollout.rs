//! What a version would have done, and does beside the active one.

use domain::{policy::PolicyStage, simulation::SimulationState};
use service::PolicyError;

use super::{Desk, document, rule, to};
use crate::support::Floor;

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
        services.resolve(system, task.id, token, None).await.unwrap();
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
