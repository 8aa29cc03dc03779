//! Labels that are likely wrong.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use domain::{
    Label, LabelId, LabelKind, PageRequest,
    suspicion::{Suspicion, SuspiciousLabel},
};
use service::ports::store::{Store, StoreError};

use crate::fixtures::{imported_label, label_id};

fn suspicion(n: u64, suggested_confidence: f32) -> Suspicion {
    Suspicion {
        label_id: label_id(n),
        suggested: "refund".to_owned(),
        given_confidence: 0.125,
        suggested_confidence,
        threshold: 0.5,
    }
}

async fn prepare(store: &dyn Store, suspicions: &[Suspicion]) {
    let labels: Vec<_> = (1..=4).map(|n| imported_label(n, "billing")).collect();
    let mut tx = store.begin().await.unwrap();
    tx.add_labels(&labels).await.unwrap();
    tx.replace_suspicions(suspicions).await.unwrap();
    tx.save().await.unwrap();
}

async fn listed(store: &dyn Store) -> Vec<LabelId> {
    let mut view = store.read().await.unwrap();
    let page = view.list_suspicions(&PageRequest::first(100)).await.unwrap();
    assert_eq!(view.counters().await.unwrap().suspicions, page.items.len() as u64);
    page.items.iter().map(|item| item.suspicion.label_id).collect()
}

pub async fn suspicions_come_with_their_labels_likeliest_first_page_by_page(store: &dyn Store) {
    // The ninth label does not exist.
    prepare(store, &[suspicion(1, 0.5), suspicion(2, 0.75), suspicion(3, 0.75), suspicion(9, 0.9)]).await;
    let mut view = store.read().await.unwrap();
    let first = view.list_suspicions(&PageRequest::first(2)).await.unwrap();
    let of = |n, sure| SuspiciousLabel { label: imported_label(n, "billing"), suspicion: suspicion(n, sure) };
    assert_eq!(first.items, [of(2, 0.75), of(3, 0.75)]);
    let second = view.list_suspicions(&PageRequest::after(first.next, Some(2))).await.unwrap();
    assert_eq!((second.items, second.next), (vec![of(1, 0.5)], None));
    assert_eq!(view.lookup_suspicion(label_id(3)).await.unwrap(), Some(of(3, 0.75)));
    assert_eq!(view.lookup_suspicion(label_id(4)).await.unwrap(), None);
    let refused = view.list_suspicions(&PageRequest::after(Some("x".to_owned()), None)).await;
    assert!(matches!(refused, Err(StoreError::InvalidCursor)));
}

pub async fn a_kept_label_is_not_suspected_again_and_other_suspicions_are_replaced(store: &dyn Store) {
    prepare(store, &[suspicion(1, 0.5), suspicion(2, 0.75)]).await;
    let mut tx = store.begin().await.unwrap();
    tx.keep_suspicious_label(label_id(2)).await.unwrap();
    tx.save().await.unwrap();
    assert_eq!(listed(store).await, [label_id(1)]);
    let mut tx = store.begin().await.unwrap();
    tx.replace_suspicions(&[suspicion(2, 0.9), suspicion(3, 0.6)]).await.unwrap();
    tx.save().await.unwrap();
    assert_eq!(listed(store).await, [label_id(3)]);
}

pub async fn what_takes_a_labels_place_ends_the_suspicion(store: &dyn Store) {
    prepare(store, &[suspicion(1, 0.5), suspicion(2, 0.75)]).await;
    let settled = Label {
        kind: LabelKind::Adjudicated,
        digest: imported_label(2, "billing").digest,
        ..imported_label(8, "refund")
    };
    let mut tx = store.begin().await.unwrap();
    tx.add_labels(&[settled]).await.unwrap();
    tx.save().await.unwrap();
    assert_eq!(listed(store).await, [label_id(1)]);
}

pub async fn a_suggestion_follows_its_labels_name_and_ends_when_both_are_one(store: &dyn Store) {
    prepare(store, &[suspicion(1, 0.5)]).await;
    let mut tx = store.begin().await.unwrap();
    tx.rename_label("refund", "money back").await.unwrap();
    let found = tx.lookup_suspicion(label_id(1)).await.unwrap().unwrap();
    assert_eq!(found.suspicion.suggested, "money back");
    tx.rename_label("money back", "billing").await.unwrap();
    assert_eq!(tx.lookup_suspicion(label_id(1)).await.unwrap(), None);
    assert_eq!(tx.counters().await.unwrap().suspicions, 0);
}
