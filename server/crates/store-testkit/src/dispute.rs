//! Texts that were labelled in different ways.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use domain::{
    Label, LabelKind, PageRequest, Task,
    dispute::{Dispute, OpinionPair},
};
use service::ports::store::{Store, StoreError};

use crate::{
    add,
    fixtures::{at, imported_label, label_id, submissions, task, task_id, task_label, user_id},
};

async fn add_labels(store: &dyn Store, labels: &[Label]) {
    let mut tx = store.begin().await.unwrap();
    tx.add_labels(labels).await.unwrap();
    tx.save().await.unwrap();
}

/// What person `by` said of a task.
fn said(n: u64, label: &str, on: &Task, by: u64) -> Label {
    Label { given_by_id: Some(user_id(by).to_string()), given_by: format!("Person {by}"), ..task_label(n, label, on) }
}

async fn disputes(store: &dyn Store) -> Vec<Dispute> {
    let mut view = store.read().await.unwrap();
    let page = view.list_disputes(&PageRequest::first(100)).await.unwrap();
    assert_eq!(page.next, None);
    assert_eq!(view.counters().await.unwrap().disputes, page.items.len() as u64);
    page.items
}

fn labels(dispute: &Dispute) -> Vec<&str> {
    dispute.opinions.iter().map(|opinion| opinion.label.as_str()).collect()
}

pub async fn two_people_who_differ_on_a_task_open_a_dispute(store: &dyn Store) {
    add(store, &submissions([1, 2])).await;
    add_labels(store, &[said(1, "billing", &task(1), 1), said(2, "login", &task(2), 1)]).await;
    assert_eq!(disputes(store).await, []);
    add_labels(store, &[said(3, "refund", &task(1), 2)]).await;
    let found = disputes(store).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].text, task(1).text());
    assert_eq!(found[0].opened_at, said(3, "refund", &task(1), 2).given_at);
    let opinions = [said(1, "billing", &task(1), 1), said(3, "refund", &task(1), 2)].map(Into::into);
    assert_eq!(found[0].opinions, opinions);
    let mut view = store.read().await.unwrap();
    assert_eq!(view.lookup_dispute(&found[0].digest).await.unwrap().as_ref(), Some(&found[0]));
    assert_eq!(view.lookup_dispute("unknown").await.unwrap(), None);
}

pub async fn changing_ones_own_mind_is_no_dispute(store: &dyn Store) {
    add(store, &submissions([1])).await;
    add_labels(store, &[said(1, "billing", &task(1), 1)]).await;
    add_labels(store, &[said(2, "refund", &task(1), 1)]).await;
    assert_eq!(disputes(store).await, []);
    add_labels(store, &[said(3, "billing", &task(1), 2)]).await;
    assert_eq!(labels(&disputes(store).await[0]), ["refund", "billing"]);
    add_labels(store, &[said(4, "billing", &task(1), 1)]).await;
    assert_eq!(disputes(store).await, []);
}

pub async fn a_text_that_a_file_labels_twice_is_disputed(store: &dyn Store) {
    let again = |n, label| Label { digest: "same".to_owned(), ..imported_label(n, label) };
    add_labels(store, &[again(1, "billing"), again(2, "refund"), imported_label(3, "login")]).await;
    assert_eq!(labels(&disputes(store).await[0]), ["billing", "refund"]);
    assert_eq!(store.read().await.unwrap().list_opinion_pairs().await.unwrap(), []);
}

pub async fn a_settlement_takes_the_place_of_every_label_of_the_text(store: &dyn Store) {
    add(store, &submissions([1])).await;
    let file = Label { digest: task_label(1, "login", &task(1)).digest, ..imported_label(1, "login") };
    add_labels(store, &[file, said(2, "billing", &task(1), 1), said(3, "refund", &task(1), 2)]).await;
    assert_eq!(labels(&disputes(store).await[0]), ["login", "billing", "refund"]);
    let settled = Label { kind: LabelKind::Adjudicated, ..said(4, "refund", &task(1), 3) };
    add_labels(store, std::slice::from_ref(&settled)).await;
    assert_eq!(disputes(store).await, []);
    let mut view = store.read().await.unwrap();
    let held = view.list_labels(&domain::label::LabelFilter::default(), &PageRequest::first(10)).await.unwrap();
    assert_eq!(held.items, [settled]);
    let counts = view.list_label_counts().await.unwrap();
    assert_eq!(counts.iter().map(|count| (count.label.as_str(), count.examples)).collect::<Vec<_>>(), [("refund", 1)]);
    // What was said before stays settled; what is said now may contest the settlement.
    add_labels(store, &[said(5, "refund", &task(1), 1)]).await;
    assert_eq!(disputes(store).await, []);
    add_labels(store, &[said(6, "billing", &task(1), 1)]).await;
    assert_eq!(labels(&disputes(store).await[0]), ["refund", "billing"]);
}

pub async fn disputes_come_longest_contested_first_page_by_page(store: &dyn Store) {
    let twice = |n: u64, digest: &str, ms| {
        ["billing", "refund"].map(|label| Label {
            digest: digest.to_owned(),
            given_at: at(ms),
            ..imported_label(if label == "billing" { n } else { n + 1 }, label)
        })
    };
    for (n, digest, ms) in [(1, "b", 30), (3, "c", 10), (5, "a", 30)] {
        add_labels(store, &twice(n, digest, ms)).await;
    }
    let mut view = store.read().await.unwrap();
    let first = view.list_disputes(&PageRequest::first(2)).await.unwrap();
    let second = view.list_disputes(&PageRequest::after(first.next.clone(), Some(2))).await.unwrap();
    let digests: Vec<_> = first.items.iter().chain(&second.items).map(|dispute| dispute.digest.as_str()).collect();
    assert_eq!((digests, second.next), (vec!["c", "a", "b"], None));
    let refused = view.list_disputes(&PageRequest::after(Some("x".to_owned()), None)).await;
    assert!(matches!(refused, Err(StoreError::InvalidCursor)));
}

pub async fn a_label_that_was_taken_back_is_nobodys_word(store: &dyn Store) {
    add(store, &submissions([1])).await;
    add_labels(store, &[said(1, "billing", &task(1), 1)]).await;
    add_labels(store, &[said(2, "refund", &task(1), 2)]).await;
    assert_eq!(labels(&disputes(store).await[0]), ["billing", "refund"]);
    let mut tx = store.begin().await.unwrap();
    tx.withdraw_label(label_id(2), at(70)).await.unwrap();
    tx.withdraw_label(label_id(2), at(80)).await.unwrap();
    tx.withdraw_label(label_id(9), at(70)).await.unwrap();
    tx.save().await.unwrap();
    assert_eq!(disputes(store).await, []);
    let mut view = store.read().await.unwrap();
    assert_eq!(view.lookup_label_of(task_id(1)).await.unwrap(), None);
    assert_eq!(view.list_label_counts().await.unwrap(), []);
    assert_eq!(view.list_opinion_pairs().await.unwrap(), []);
    drop(view);
    // What the same person says now counts again.
    add_labels(store, &[said(3, "refund", &task(1), 2)]).await;
    assert_eq!(labels(&disputes(store).await[0]), ["billing", "refund"]);
}

pub async fn pairs_are_each_persons_last_word_on_a_text_that_two_labelled(store: &dyn Store) {
    add(store, &submissions([1, 2, 3])).await;
    add_labels(store, &[said(1, "billing", &task(1), 1), said(2, "billing", &task(2), 1)]).await;
    add_labels(store, &[said(3, "refund", &task(1), 2), said(4, "billing", &task(2), 3)]).await;
    add_labels(store, &[said(5, "login", &task(1), 2), said(6, "login", &task(3), 2)]).await;
    let settled = Label { kind: LabelKind::Adjudicated, ..said(7, "refund", &task(1), 4) };
    add_labels(store, &[settled]).await;
    let mut pairs = store.read().await.unwrap().list_opinion_pairs().await.unwrap();
    pairs.sort_by(|left, right| left.second.cmp(&right.second));
    let pair = |second_by: u64, second: &str| OpinionPair {
        first_id: user_id(1).to_string(),
        first_by: "Person 1".to_owned(),
        first: "billing".to_owned(),
        second_id: user_id(second_by).to_string(),
        second_by: format!("Person {second_by}"),
        second: second.to_owned(),
    };
    assert_eq!(pairs, [pair(3, "billing"), pair(2, "login")]);
}
