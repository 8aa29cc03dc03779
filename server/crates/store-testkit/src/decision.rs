//! Decisions and corrections.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use domain::{
    CorrectionField, Decision, DecisionId, DecisionMode, DecisionSummary, Destination, PageRequest, Priority,
    decision::{ApprovalTerms, Approver, DecisionFilter, Override, OverrideKind},
};
use service::ports::store::{Store, StoreError, Submission};

use crate::{
    add,
    fixtures::{
        at, correction, decision, decision_id, fallback_decision, later_decision, submission, submissions, task_id,
    },
};

async fn correct(store: &dyn Store, task: u64) {
    let mut tx = store.begin().await.unwrap();
    tx.add_correction(&correction(task, task, CorrectionField::Label)).await.unwrap();
    tx.save().await.unwrap();
}

pub async fn a_decision_comes_back_as_it_was_given(store: &dyn Store) {
    let full = Decision {
        mode: DecisionMode::Canary,
        destination: Destination::Approval {
            automation: "refund-bot".to_owned(),
            otherwise: "refunds".to_owned(),
            terms: ApprovalTerms { approver: Approver::Agent, expires_minutes: Some(30) },
        },
        priority: Priority::Urgent,
        due_at: None,
        skills: vec!["french".to_owned()],
        note: Some("Mind the \"discount\".".to_owned()),
        decided_by: Some("Ada".to_owned()),
        overrides: vec![Override {
            kind: OverrideKind::Guardrail,
            name: "no-machine".to_owned(),
            instead_of: Destination::Close,
        }],
        ..decision(1)
    };
    let fallback = fallback_decision(2);
    add(
        store,
        &[
            Submission { decision: full.clone(), ..submission(1) },
            Submission { decision: fallback.clone(), ..submission(2) },
        ],
    )
    .await;
    let mut view = store.read().await.unwrap();
    assert_eq!(view.lookup_decision(full.id).await.unwrap(), Some(full));
    assert_eq!(view.lookup_decision(fallback.id).await.unwrap(), Some(fallback));
    assert_eq!(view.lookup_decision(decision_id(3)).await.unwrap(), None);
}

pub async fn decisions_are_found_by_their_identifiers(store: &dyn Store) {
    add(store, &submissions(1..=3)).await;
    let mut view = store.read().await.unwrap();
    let mut found = view.list_decisions_by_id(&[decision_id(3), decision_id(1), decision_id(9)]).await.unwrap();
    found.sort_by_key(|decision| decision.id);
    assert_eq!(found, [decision(1), decision(3)]);
    assert_eq!(view.list_decisions_by_id(&[]).await.unwrap(), []);
}

pub async fn decisions_of_a_task_come_oldest_first(store: &dyn Store) {
    add(store, &submissions(1..=2)).await;
    let mut tx = store.begin().await.unwrap();
    tx.add_decision(&later_decision(9, 1)).await.unwrap();
    tx.save().await.unwrap();
    let listed = store.read().await.unwrap().list_decisions_of(task_id(1)).await.unwrap();
    assert_eq!(listed, [decision(1), later_decision(9, 1)]);
}

pub async fn adding_a_decision_twice_is_a_conflict(store: &dyn Store) {
    add(store, &submissions([1])).await;
    let mut tx = store.begin().await.unwrap();
    assert!(matches!(tx.add_decision(&decision(1)).await, Err(StoreError::Conflict("decision"))));
}

pub async fn a_listed_decision_shows_its_summary(store: &dyn Store) {
    add(store, &[submission(1), Submission { decision: fallback_decision(2), ..submission(2) }]).await;
    correct(store, 1).await;
    let mut view = store.read().await.unwrap();
    let page = view.list_decisions(&DecisionFilter::default(), &PageRequest::first(5)).await.unwrap();
    let summary = DecisionSummary {
        id: decision_id(1),
        task_id: task_id(1),
        subject: "Invoice 1 is wrong".to_owned(),
        decided_at: at(1),
        source: domain::decision::DecisionSource::Policy,
        label: Some("billing".to_owned()),
        confidence: Some(0.9375),
        model_version: Some("v3".to_owned()),
        policy_version: 2,
        matched_rule: Some("sure".to_owned()),
        destination: Destination::Queue { queue: "billing".to_owned() },
        mode: DecisionMode::Live,
        corrected: true,
    };
    assert_eq!(page.items[1], summary);
    assert_eq!((&page.items[0].label, page.items[0].confidence, &page.items[0].model_version), (&None, None, &None));
}

pub async fn decisions_are_narrowed_by_every_filter_newest_first_page_by_page(store: &dyn Store) {
    let mut given: Vec<Submission> = submissions(1..=8);
    for given in &mut given[..4] {
        given.decision.classification.as_mut().unwrap().label = "refund".to_owned();
        given.decision.destination = Destination::Automation { automation: "refund-bot".to_owned() };
    }
    for given in given.iter_mut().step_by(2) {
        given.decision.matched_rule = Some("urgent-words".to_owned());
        given.decision.classification.as_mut().unwrap().model_version = "v4".to_owned();
    }
    given[7].decision = Decision { destination: Destination::Close, ..fallback_decision(8) };
    add(store, &given).await;
    for task in [2, 3, 7] {
        correct(store, task).await;
    }
    let text = |value: &str| Some(value.to_owned());
    let none = DecisionFilter::default;
    let cases = [
        (none(), vec![8, 7, 6, 5, 4, 3, 2, 1]),
        (DecisionFilter { label: text("refund"), ..none() }, vec![4, 3, 2, 1]),
        (DecisionFilter { destination: text("refund-bot"), ..none() }, vec![4, 3, 2, 1]),
        (DecisionFilter { destination: text("billing"), ..none() }, vec![7, 6, 5]),
        (DecisionFilter { rule: text("urgent-words"), ..none() }, vec![7, 5, 3, 1]),
        (DecisionFilter { model_version: text("v3"), ..none() }, vec![6, 4, 2]),
        (DecisionFilter { corrected: Some(true), ..none() }, vec![7, 3, 2]),
        (DecisionFilter { corrected: Some(false), ..none() }, vec![8, 6, 5, 4, 1]),
        (DecisionFilter { task_id: Some(task_id(6)), ..none() }, vec![6]),
        (
            DecisionFilter { label: text("refund"), rule: text("urgent-words"), corrected: Some(true), ..none() },
            vec![3],
        ),
        (DecisionFilter { task_id: Some(task_id(6)), label: text("refund"), ..none() }, vec![]),
    ];
    let mut view = store.read().await.unwrap();
    for (filter, expected) in cases {
        let mut found: Vec<DecisionId> = Vec::new();
        let mut page = PageRequest::first(3);
        loop {
            let answer = view.list_decisions(&filter, &page).await.unwrap();
            found.extend(answer.items.iter().map(|item| item.id));
            if answer.next.is_none() {
                break;
            }
            page = PageRequest::after(answer.next, Some(3));
        }
        assert_eq!(found, expected.into_iter().map(decision_id).collect::<Vec<_>>(), "{filter:?}");
    }
}

pub async fn corrections_of_a_task_come_oldest_first_and_mark_the_decision_once(store: &dyn Store) {
    add(store, &submissions([1])).await;
    let given = [correction(1, 1, CorrectionField::Label), correction(2, 1, CorrectionField::Destination)];
    let mut tx = store.begin().await.unwrap();
    for correction in given.iter().rev() {
        tx.add_correction(correction).await.unwrap();
    }
    assert!(matches!(tx.add_correction(&given[0]).await, Err(StoreError::Conflict("correction"))));
    tx.save().await.unwrap();
    let mut view = store.read().await.unwrap();
    assert_eq!(view.list_corrections_of(task_id(1)).await.unwrap(), given);
    assert_eq!(view.counters().await.unwrap().corrected, 1);
    assert_eq!(view.lookup_decision(decision_id(1)).await.unwrap(), Some(decision(1)));
}
