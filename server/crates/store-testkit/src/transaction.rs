//! What a transaction promises.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use domain::Role;
use service::ports::store::{Reads, Store, StoreError, Submission};

use crate::fixtures::{at, audit_event, event, idempotency, queue, submission, submissions, task, task_id, user};

pub async fn nothing_lasts_without_save(store: &dyn Store) {
    let mut tx = store.begin().await.unwrap();
    tx.add_submissions(&submissions([1])).await.unwrap();
    tx.save_queue(&queue("billing")).await.unwrap();
    drop(tx);
    let mut view = store.read().await.unwrap();
    assert_eq!(view.lookup_task(task_id(1)).await.unwrap(), None);
    assert_eq!(view.list_queues().await.unwrap(), []);
    assert_eq!(view.counters().await.unwrap().submitted, 0);
}

pub async fn a_transaction_sees_its_own_writes_and_others_do_not(store: &dyn Store) {
    let mut tx = store.begin().await.unwrap();
    tx.add_submissions(&[submission(1)]).await.unwrap();
    let reads: &mut dyn Reads = tx.as_reads();
    assert_eq!(reads.lookup_task(task_id(1)).await.unwrap(), Some(task(1)));
    assert_eq!(store.read().await.unwrap().lookup_task(task_id(1)).await.unwrap(), None);
    tx.save().await.unwrap();
    assert_eq!(store.read().await.unwrap().lookup_task(task_id(1)).await.unwrap(), Some(task(1)));
}

pub async fn submissions_saved_in_one_step_bring_their_events(store: &dyn Store) {
    // The first knows nothing of the logs yet, the second follows the first, the third has read before.
    for n in 1..=3 {
        let mut tx = store.begin().await.unwrap();
        if n == 3 {
            assert_eq!(tx.lookup_task(task_id(2)).await.unwrap(), Some(task(2)));
        }
        tx.append_audit(&[audit_event(n, "task_a")]).await.unwrap();
        tx.append_events(&[event(n)]).await.unwrap();
        tx.save_submissions(&[submission(n)]).await.unwrap();
    }
    let mut view = store.read().await.unwrap();
    assert_eq!(view.counters().await.unwrap().submitted, 3);
    let positions: Vec<u64> = view.list_audit_of("task_a").await.unwrap().iter().map(|event| event.seq).collect();
    assert_eq!(positions, [1, 2, 3]);
    assert_eq!(view.list_events_after(0, 10).await.unwrap().len(), 3);
}

pub async fn submissions_refused_in_one_step_leave_nothing(store: &dyn Store) {
    let keyed = |n| Submission { idempotency: Some(idempotency(1, at(500))), ..submission(n) };
    let save = async |n, submissions: &[Submission]| {
        let mut tx = store.begin().await.unwrap();
        tx.append_audit(&[audit_event(n, "task_a")]).await.unwrap();
        tx.save_submissions(submissions).await
    };
    save(1, &[keyed(1)]).await.unwrap();
    assert!(matches!(save(2, &[submission(2), submission(1)]).await, Err(StoreError::Conflict("task"))));
    assert!(matches!(save(2, &[submission(3), keyed(2)]).await, Err(StoreError::Conflict("idempotency_key"))));
    save(2, &[submission(4)]).await.unwrap();
    let mut view = store.read().await.unwrap();
    assert_eq!(view.counters().await.unwrap().submitted, 2);
    assert_eq!(view.lookup_task(task_id(2)).await.unwrap(), None);
    let positions: Vec<u64> = view.list_audit_of("task_a").await.unwrap().iter().map(|event| event.seq).collect();
    assert_eq!(positions, [1, 2]);
}

pub async fn a_view_stays_as_it_was_when_it_was_first_read(store: &dyn Store) {
    let mut view = store.read().await.unwrap();
    assert_eq!(view.lookup_task(task_id(1)).await.unwrap(), None);
    let mut tx = store.begin().await.unwrap();
    tx.add_submissions(&[submission(1)]).await.unwrap();
    tx.save().await.unwrap();
    assert_eq!(view.lookup_task(task_id(1)).await.unwrap(), None);
    drop(view);
    assert_eq!(store.read().await.unwrap().lookup_task(task_id(1)).await.unwrap(), Some(task(1)));
}

pub async fn a_second_transaction_waits_for_the_first(store: &dyn Store) {
    let mut first = store.begin().await.unwrap();
    let mut second = store.begin();
    tokio::select! {
        biased;
        _ = &mut second => panic!("two transactions at once"),
        () = tokio::task::yield_now() => {}
    }
    first.add_submissions(&[submission(1)]).await.unwrap();
    first.save().await.unwrap();
    let mut second = second.await.unwrap();
    assert_eq!(second.lookup_task(task_id(1)).await.unwrap(), Some(task(1)));
}

pub async fn giving_up_the_wait_for_a_transaction_harms_nobody(store: &dyn Store) {
    let first = store.begin().await.unwrap();
    {
        let mut second = store.begin();
        tokio::select! {
            biased;
            _ = &mut second => panic!("two transactions at once"),
            () = tokio::task::yield_now() => {}
        }
    }
    drop(first);
    let mut third = store.begin().await.unwrap();
    third.add_submissions(&[submission(1)]).await.unwrap();
    third.save().await.unwrap();
}

pub async fn a_refused_write_leaves_the_rest_of_its_transaction(store: &dyn Store) {
    let mut tx = store.begin().await.unwrap();
    tx.add_user(&user(1, Role::Agent), "x").await.unwrap();
    assert!(matches!(tx.add_user(&user(1, Role::Agent), "x").await, Err(StoreError::Conflict("email"))));
    tx.add_user(&user(2, Role::Agent), "x").await.unwrap();
    tx.save().await.unwrap();
    assert_eq!(store.read().await.unwrap().list_users(&domain::PageRequest::default()).await.unwrap().items.len(), 2);
}
