//! The audit log and the outbox.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use domain::{AuditEvent, audit::NewAuditEvent};
use service::{
    audit::{GENESIS, chain_hash},
    ports::store::Store,
};

use crate::fixtures::{audit_event, event};

async fn append(store: &dyn Store, events: &[NewAuditEvent]) {
    let mut tx = store.begin().await.unwrap();
    tx.append_audit(events).await.unwrap();
    tx.save().await.unwrap();
}

fn check_chain(log: &[AuditEvent]) {
    let mut previous = GENESIS;
    for (event, seq) in log.iter().zip(1..) {
        let detail = event.detail.to_string();
        let hash = chain_hash(
            previous,
            seq,
            event.at,
            &event.actor,
            &event.actor_name,
            &event.action,
            &event.subject,
            &detail,
        );
        assert_eq!((event.seq, &event.hash), (seq, &hash));
        previous = &event.hash;
    }
}

pub async fn audit_events_are_chained_across_calls_and_transactions(store: &dyn Store) {
    let given: Vec<_> = (1..=5).map(|n| audit_event(n, "task_a")).collect();
    append(store, &given[..2]).await;
    let mut tx = store.begin().await.unwrap();
    tx.append_audit(&given[2..3]).await.unwrap();
    tx.append_audit(&[]).await.unwrap();
    tx.append_audit(&given[3..]).await.unwrap();
    tx.save().await.unwrap();
    let log = store.read().await.unwrap().list_audit_after(0, 100).await.unwrap();
    check_chain(&log);
    for (event, given) in log.iter().zip(&given) {
        assert_eq!((event.at, &event.actor, &event.actor_name), (given.at, &given.actor, &given.actor_name));
        assert_eq!((&event.action, &event.subject, &event.detail), (&given.action, &given.subject, &given.detail));
    }
    assert_eq!(log.len(), given.len());
}

pub async fn an_abandoned_transaction_leaves_no_gap_in_the_chain(store: &dyn Store) {
    append(store, &[audit_event(1, "task_a")]).await;
    let mut tx = store.begin().await.unwrap();
    tx.append_audit(&[audit_event(2, "task_a")]).await.unwrap();
    drop(tx);
    append(store, &[audit_event(3, "task_a")]).await;
    let log = store.read().await.unwrap().list_audit_after(0, 100).await.unwrap();
    assert_eq!(log.len(), 2);
    check_chain(&log);
}

pub async fn the_audit_log_is_read_in_pieces_and_by_subject(store: &dyn Store) {
    let given: Vec<_> = (1..=5).map(|n| audit_event(n, if n % 2 == 0 { "task_even" } else { "task_odd" })).collect();
    append(store, &given).await;
    let mut view = store.read().await.unwrap();
    let seqs = |events: Vec<AuditEvent>| events.iter().map(|event| event.seq).collect::<Vec<_>>();
    assert_eq!(seqs(view.list_audit_after(2, 2).await.unwrap()), [3, 4]);
    assert_eq!(seqs(view.list_audit_after(5, 2).await.unwrap()), [0_u64; 0]);
    assert_eq!(seqs(view.list_audit_of("task_odd").await.unwrap()), [1, 3, 5]);
    assert_eq!(seqs(view.list_audit_of("task_unknown").await.unwrap()), [0_u64; 0]);
}

pub async fn domain_events_come_in_order_after_a_position(store: &dyn Store) {
    let mut tx = store.begin().await.unwrap();
    tx.append_events(&[event(1), event(2)]).await.unwrap();
    tx.append_events(&[]).await.unwrap();
    tx.append_events(&[event(3)]).await.unwrap();
    tx.save().await.unwrap();
    let mut view = store.read().await.unwrap();
    let all = view.list_events_after(0, 10).await.unwrap();
    assert_eq!(all.iter().map(|(_, event)| event.clone()).collect::<Vec<_>>(), [event(1), event(2), event(3)]);
    assert!(all.windows(2).all(|pair| pair[0].0 < pair[1].0));
    assert_eq!(view.list_events_after(all[0].0, 1).await.unwrap(), [all[1].clone()]);
    assert_eq!(view.list_events_after(all[2].0, 10).await.unwrap(), []);
}
