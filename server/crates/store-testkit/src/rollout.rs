//! Models on their way to champion.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use domain::{Decision, DecisionMode, rollout::ShadowCase};
use service::ports::store::{ShadowDecision, Store, StoreError};

use crate::{
    add,
    fixtures::{at, decision, decision_id, model, submissions, task, task_label},
};

pub async fn at_most_one_model_is_on_its_way(store: &dyn Store) {
    let first = model(1).begin_shadow(at(50)).unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.save_model(&first).await.unwrap();
    let second = model(2).begin_shadow(at(60)).unwrap();
    assert!(matches!(tx.save_model(&second).await, Err(StoreError::Conflict("challenger"))));
    let canary = first.begin_canary(10, at(70)).unwrap();
    tx.save_model(&canary).await.unwrap();
    assert_eq!(tx.lookup_challenger().await.unwrap(), Some(canary.clone()));
    let aside = canary.set_aside("It was worse.").unwrap();
    tx.save_model(&aside).await.unwrap();
    assert_eq!(tx.lookup_challenger().await.unwrap(), None);
    assert_eq!(tx.lookup_model(1).await.unwrap(), Some(aside));
    tx.save_model(&second).await.unwrap();
}

fn shadow(n: u64, live_answer: Option<&str>, with_answer: bool) -> ShadowDecision {
    let said = decision(n);
    let classification = said.classification.clone().filter(|_| with_answer);
    ShadowDecision {
        model_version: 2,
        live_answer: live_answer.map(str::to_owned),
        decision: Decision { id: decision_id(100 + n), mode: DecisionMode::Shadow, classification, ..said },
    }
}

pub async fn what_a_shadow_said_comes_newest_first_with_what_people_said(store: &dyn Store) {
    add(store, &submissions([1, 2, 3])).await;
    let said = decision(1).classification.unwrap().label;
    let mut tx = store.begin().await.unwrap();
    tx.save_model(&model(2)).await.unwrap();
    tx.add_labels(&[task_label(1, "refund", &task(1))]).await.unwrap();
    let shadows = [shadow(1, Some("fees"), true), shadow(2, None, true), shadow(3, Some("fees"), false)];
    tx.add_shadow_decisions(&shadows).await.unwrap();
    let case = |answer: Option<&str>, live: Option<&str>, truth: Option<&str>| ShadowCase {
        answer: answer.map(str::to_owned),
        live_answer: live.map(str::to_owned),
        truth: truth.map(str::to_owned),
    };
    let all = [
        case(None, Some("fees"), None),
        case(Some(&said), None, None),
        case(Some(&said), Some("fees"), Some("refund")),
    ];
    assert_eq!(tx.list_shadow_cases(2, 10).await.unwrap(), all);
    assert_eq!(tx.list_shadow_cases(2, 1).await.unwrap(), all[..1]);
    assert_eq!(tx.list_shadow_cases(3, 10).await.unwrap(), []);
    assert_eq!(tx.list_shadow_of(task(1).id).await.unwrap(), [shadows[0].decision.clone()]);
    // Nothing of a shadow is among a task's own decisions.
    assert!(tx.list_decisions_of(task(1).id).await.unwrap().iter().all(|one| one.mode != DecisionMode::Shadow));
}
