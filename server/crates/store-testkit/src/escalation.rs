//! Escalations and idempotency keys.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use domain::{Escalation, EscalationState, PageRequest, TaskState};
use service::ports::store::{Store, StoreError, Submission};

use crate::{
    add,
    fixtures::{at, claim, escalation, idempotency, submission, submission_in, submissions, task_id},
};

async fn save(store: &dyn Store, escalations: &[Escalation]) {
    let mut tx = store.begin().await.unwrap();
    for escalation in escalations {
        tx.save_escalation(escalation).await.unwrap();
    }
    tx.save().await.unwrap();
}

pub async fn a_task_has_at_most_one_open_escalation(store: &dyn Store) {
    add(store, &submissions([1])).await;
    save(store, &[escalation(1, 1)]).await;
    let mut tx = store.begin().await.unwrap();
    assert!(matches!(tx.save_escalation(&escalation(2, 1)).await, Err(StoreError::Conflict("escalation"))));
}

pub async fn escalations_of_a_task_come_oldest_first_and_the_open_one_is_found(store: &dyn Store) {
    add(store, &submissions([1, 2])).await;
    let mut view = store.read().await.unwrap();
    assert_eq!(view.lookup_open_escalation(task_id(1)).await.unwrap(), None);
    drop(view);
    save(store, &[escalation(1, 1), escalation(3, 2)]).await;
    let closed = escalation(1, 1).close(EscalationState::Superseded, at(7)).unwrap();
    let second = Escalation { level: 2, to_queue: "duty-manager".to_owned(), ..escalation(2, 1) };
    save(store, &[closed.clone(), second.clone()]).await;
    let mut view = store.read().await.unwrap();
    assert_eq!(view.lookup_open_escalation(task_id(1)).await.unwrap(), Some(second.clone()));
    assert_eq!(view.list_escalations_of(task_id(1)).await.unwrap(), [closed, second]);
    assert_eq!(view.counters().await.unwrap().escalations, 2);
}

pub async fn open_escalations_come_earliest_due_first_with_subject_and_holder(store: &dyn Store) {
    let held = TaskState::Claimed { queue: "team-leads".to_owned(), claim: claim("user_a", 1, at(50)) };
    add(store, &[submission(1), submission_in(2, held), submission(3), submission(4)]).await;
    let later = Escalation { due_at: at(0).plus_minutes(90), ..escalation(1, 1) };
    let closed = escalation(4, 4).close(EscalationState::HandedBack, at(9)).unwrap();
    save(store, &[later.clone(), escalation(2, 2), escalation(3, 3), closed]).await;
    let mut view = store.read().await.unwrap();
    let first = view.list_open_escalations(&PageRequest::first(2)).await.unwrap();
    assert_eq!(first.items[0].escalation, escalation(2, 2));
    assert_eq!(first.items[0].subject, "Invoice 2 is wrong");
    assert_eq!(first.items[0].holder.as_deref(), Some("Name of user_a"));
    assert_eq!((&first.items[1].escalation, &first.items[1].holder), (&escalation(3, 3), &None));
    let second = view.list_open_escalations(&PageRequest::after(first.next, Some(2))).await.unwrap();
    assert_eq!(second.items[0].escalation, later);
    assert_eq!((second.items.len(), second.next), (1, None));
}

pub async fn a_used_idempotency_key_is_found_until_it_expires(store: &dyn Store) {
    let record = idempotency(1, at(100));
    add(store, &[Submission { idempotency: Some(record.clone()), ..submission(1) }, submission(2)]).await;
    let mut view = store.read().await.unwrap();
    let keys = [record.key_digest.clone(), "unknown".to_owned()];
    assert_eq!(view.list_idempotency(&keys, at(99)).await.unwrap(), [record]);
    assert_eq!(view.list_idempotency(&keys, at(100)).await.unwrap(), []);
    assert_eq!(view.list_idempotency(&[], at(99)).await.unwrap(), []);
}

pub async fn a_used_idempotency_key_is_a_conflict_until_it_expires(store: &dyn Store) {
    let keyed = |n, expires_at| Submission { idempotency: Some(idempotency(1, expires_at)), ..submission(n) };
    add(store, &[keyed(1, at(50))]).await;
    let mut tx = store.begin().await.unwrap();
    let refused = tx.add_submissions(&[keyed(49, at(500))]).await;
    assert!(matches!(refused, Err(StoreError::Conflict("idempotency_key"))));
    drop(tx);
    add(store, &[keyed(51, at(500))]).await;
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.list_idempotency(&[idempotency(1, at(0)).key_digest], at(499)).await.unwrap()[0].expires_at, at(500));
}

pub async fn an_idempotency_key_that_comes_twice_in_a_batch_is_a_conflict(store: &dyn Store) {
    let keyed = |n| Submission { idempotency: Some(idempotency(1, at(500))), ..submission(n) };
    let mut tx = store.begin().await.unwrap();
    assert!(matches!(tx.add_submissions(&[keyed(1), keyed(2)]).await, Err(StoreError::Conflict("idempotency_key"))));
}

pub async fn expired_idempotency_keys_are_removed_and_counted(store: &dyn Store) {
    let keyed = |n: u64, ms| Submission { idempotency: Some(idempotency(n, at(ms))), ..submission(n) };
    add(store, &[keyed(1, 100), keyed(2, 101), keyed(3, 102)]).await;
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.remove_expired_idempotency(at(101)).await.unwrap(), 2);
    assert_eq!(tx.remove_expired_idempotency(at(101)).await.unwrap(), 0);
    let keys: Vec<String> = (1..=3).map(|n| idempotency(n, at(0)).key_digest).collect();
    assert_eq!(tx.list_idempotency(&keys, at(0)).await.unwrap(), [idempotency(3, at(102))]);
    tx.save().await.unwrap();
}
