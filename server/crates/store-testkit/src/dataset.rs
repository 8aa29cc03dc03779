//! Datasets, and files of examples.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use domain::{
    ImportId, Label, Page, PageRequest, Priority,
    dataset::{Dataset, DatasetCount, DatasetExample, DatasetFilter},
    import::{BadLine, ImportState, LabelImport},
    task::ERASED_SUBJECT,
};
use service::ports::store::{Store, StoreError};

use crate::{
    add,
    fixtures::{START_MS, at, imported_label, submissions, task, task_id, task_label},
};

fn dataset(number: u32) -> Dataset {
    Dataset {
        number,
        name: format!("Quarter {number}"),
        filter: DatasetFilter { labels: vec!["billing".to_owned()], unanchored: true, ..DatasetFilter::default() },
        sha256: format!("{number:064x}"),
        counts: vec![DatasetCount { label: "billing".to_owned(), training: 2, held_out: 1 }],
        created_at: at(i64::from(number)),
        created_by: "Grace".to_owned(),
    }
}

fn examples(labels: &[Label]) -> Vec<DatasetExample> {
    let example = |(place, label): (u32, &Label)| DatasetExample { place, held_out: place == 1, label: label.clone() };
    (0..).zip(labels).map(example).collect()
}

async fn add_dataset(store: &dyn Store, number: u32, labels: &[Label]) -> Vec<DatasetExample> {
    let examples = examples(labels);
    let mut tx = store.begin().await.unwrap();
    tx.add_labels(labels).await.unwrap();
    tx.add_dataset(&dataset(number), &examples).await.unwrap();
    tx.save().await.unwrap();
    examples
}

pub async fn a_dataset_comes_back_with_its_examples_in_their_order(store: &dyn Store) {
    let plain = Label { priority: None, handling_minutes: None, ..imported_label(3, "refund") };
    let given = add_dataset(store, 1, &[imported_label(2, "billing"), imported_label(1, "refund"), plain]).await;
    let mut view = store.read().await.unwrap();
    assert_eq!(view.lookup_dataset(1).await.unwrap(), Some(dataset(1)));
    assert_eq!(view.lookup_dataset(2).await.unwrap(), None);
    assert_eq!(view.list_dataset_examples(1, 0, 2).await.unwrap(), given[..2]);
    assert_eq!(view.list_dataset_examples(1, 2, 10).await.unwrap(), given[2..]);
    assert_eq!(view.list_dataset_examples(2, 0, 10).await.unwrap(), []);
}

pub async fn datasets_come_newest_first_and_no_content_twice(store: &dyn Store) {
    assert_eq!(store.read().await.unwrap().last_dataset().await.unwrap(), 0);
    for number in 1..=3 {
        add_dataset(store, number, &[imported_label(u64::from(number), "billing")]).await;
    }
    let mut tx = store.begin().await.unwrap();
    let same = Dataset { number: 4, ..dataset(2) };
    assert!(matches!(tx.add_dataset(&same, &[]).await, Err(StoreError::Conflict("dataset"))));
    drop(tx);
    let mut view = store.read().await.unwrap();
    assert_eq!(view.last_dataset().await.unwrap(), 3);
    let first = view.list_datasets(&PageRequest::first(2)).await.unwrap();
    assert_eq!(first.items, [dataset(3), dataset(2)]);
    let second = view.list_datasets(&PageRequest::after(first.next, Some(2))).await.unwrap();
    assert_eq!(second, Page { items: vec![dataset(1)], next: None });
    assert_eq!(view.lookup_dataset_by_sha256(&dataset(2).sha256).await.unwrap(), Some(dataset(2)));
    assert_eq!(view.lookup_dataset_by_sha256("other").await.unwrap(), None);
}

pub async fn an_example_keeps_its_label_of_then_and_loses_an_erased_text(store: &dyn Store) {
    add(store, &submissions([1])).await;
    let then =
        Label { priority: Some(Priority::Urgent), handling_minutes: Some(7.5), ..task_label(1, "billing", &task(1)) };
    add_dataset(store, 1, std::slice::from_ref(&then)).await;
    let mut tx = store.begin().await.unwrap();
    tx.rename_label("billing", "invoices").await.unwrap();
    tx.save().await.unwrap();
    let kept = store.read().await.unwrap().list_dataset_examples(1, 0, 9).await.unwrap();
    assert_eq!(kept[0].label, Label { given_as: Some("billing".to_owned()), ..then.clone() });
    let mut tx = store.begin().await.unwrap();
    tx.erase_task_text(task_id(1), at(9)).await.unwrap();
    tx.save().await.unwrap();
    let kept = store.read().await.unwrap().list_dataset_examples(1, 0, 9).await.unwrap();
    assert_eq!((kept[0].label.text.as_str(), kept[0].label.digest.as_str()), ("", then.digest.as_str()));
    let task = store.read().await.unwrap().lookup_task(task_id(1)).await.unwrap().unwrap();
    assert_eq!(task.subject, ERASED_SUBJECT);
}

pub async fn imports_come_newest_first_and_are_changed(store: &dyn Store) {
    let import = |n: u64| LabelImport {
        id: ImportId::from_parts(START_MS + n, u128::from(n)),
        file_name: format!("labels {n}.csv"),
        sha256: format!("{n:064x}"),
        state: ImportState::Running,
        skip_bad: n == 2,
        good: 0,
        added: 0,
        known: 0,
        bad: 0,
        problems: Vec::new(),
        message: "Checking the lines".to_owned(),
        started_by: "Grace".to_owned(),
        started_at: at(5),
        ended_at: None,
    };
    let ended = LabelImport {
        state: ImportState::Succeeded,
        good: 4,
        added: 3,
        known: 1,
        bad: 1,
        problems: vec![BadLine { line: 7, reason: "`label` is missing".to_owned() }],
        message: "3 new examples came in.".to_owned(),
        ended_at: Some(at(90)),
        ..import(2)
    };
    let mut tx = store.begin().await.unwrap();
    for import in [import(1), import(2), import(3), ended.clone()] {
        tx.save_import(&import).await.unwrap();
    }
    tx.save().await.unwrap();
    let mut view = store.read().await.unwrap();
    assert_eq!(view.list_imports(2).await.unwrap(), [import(3), ended.clone()]);
    assert_eq!(view.lookup_import(ended.id).await.unwrap(), Some(ended));
    assert_eq!(view.lookup_import(import(9).id).await.unwrap(), None);
}
