//! Policies.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use domain::{PageRequest, PolicyVersion, policy::PolicyStage};
use service::ports::store::{Store, StoreError};

use crate::fixtures::{at, policy};

async fn save(store: &dyn Store, policies: &[PolicyVersion]) {
    let mut tx = store.begin().await.unwrap();
    for policy in policies {
        tx.save_policy(policy).await.unwrap();
    }
    tx.save().await.unwrap();
}

pub async fn an_empty_store_has_no_policy(store: &dyn Store) {
    let mut view = store.read().await.unwrap();
    assert_eq!(view.last_policy_version().await.unwrap(), 0);
    assert_eq!(view.lookup_active_policy().await.unwrap(), None);
    assert_eq!(view.lookup_policy(1).await.unwrap(), None);
}

pub async fn versions_come_newest_first_page_by_page(store: &dyn Store) {
    save(store, &[policy(1), policy(2), policy(3)]).await;
    let mut view = store.read().await.unwrap();
    let first = view.list_policies(&PageRequest::first(2)).await.unwrap();
    assert_eq!(first.items, [policy(3), policy(2)]);
    let second = view.list_policies(&PageRequest::after(first.next, Some(2))).await.unwrap();
    assert_eq!((second.items, second.next), (vec![policy(1)], None));
    assert_eq!(view.last_policy_version().await.unwrap(), 3);
    assert_eq!(view.lookup_policy(2).await.unwrap(), Some(policy(2)));
}

pub async fn a_saved_version_changes_stage_and_activation_but_never_the_document(store: &dyn Store) {
    save(store, &[policy(1)]).await;
    let active = policy(1).activate("Grace", at(70)).unwrap();
    let tampered = PolicyVersion { document: policy(2).document, note: "tampered".to_owned(), ..active.clone() };
    save(store, &[tampered]).await;
    assert_eq!(store.read().await.unwrap().lookup_active_policy().await.unwrap(), Some(active));
}

pub async fn at_most_one_version_is_active(store: &dyn Store) {
    let first = policy(1).activate("Grace", at(70)).unwrap();
    let second = policy(2).activate("Grace", at(80)).unwrap();
    save(store, std::slice::from_ref(&first)).await;
    let mut tx = store.begin().await.unwrap();
    assert!(matches!(tx.save_policy(&second).await, Err(StoreError::Conflict("active_policy"))));
    drop(tx);
    save(store, &[PolicyVersion { stage: PolicyStage::Retired, ..first }, second.clone()]).await;
    assert_eq!(store.read().await.unwrap().lookup_active_policy().await.unwrap(), Some(second));
}
