//! The names of labels.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use domain::{
    Label, LabelKind, PageRequest, Task, TaskState,
    label::LabelFilter,
    label_set::{LabelName, LabelState},
};
use service::ports::store::{Store, Submission};

use crate::{
    add,
    fixtures::{at, imported_label, submission, submission_in, task, task_id, task_label},
};

fn name(name: &str, state: LabelState) -> LabelName {
    LabelName {
        name: name.to_owned(),
        about: format!("When somebody asks about {name}."),
        state,
        changed_at: at(7),
        changed_by: "Grace".to_owned(),
    }
}

pub async fn names_of_labels_come_by_name_and_are_changed(store: &dyn Store) {
    let became = LabelState::Became { label: "billing".to_owned() };
    let names =
        [name("billing", LabelState::Active), name("fax", LabelState::Retired), name("invoice", became.clone())];
    let mut tx = store.begin().await.unwrap();
    for name in names.iter().rev() {
        tx.save_label_name(name).await.unwrap();
    }
    tx.save().await.unwrap();
    assert_eq!(store.read().await.unwrap().list_label_names().await.unwrap(), names);
    let changed = LabelName { about: String::new(), changed_at: at(9), ..name("fax", LabelState::Active) };
    let mut tx = store.begin().await.unwrap();
    tx.save_label_name(&changed).await.unwrap();
    assert_eq!(tx.list_label_names().await.unwrap()[1], changed);
}

pub async fn a_renamed_label_takes_examples_and_unfinished_tasks_along(store: &dyn Store) {
    let labelled =
        |n: u64| Submission { task: Task { label: Some("invoice".to_owned()), ..submission(n).task }, ..submission(n) };
    let finished = submission_in(3, TaskState::Closed { at: at(1) });
    let finished = Submission { task: Task { label: Some("invoice".to_owned()), ..finished.task }, ..finished };
    add(store, &[labelled(1), labelled(2), finished]).await;
    let given = [
        task_label(1, "invoice", &task(1)),
        imported_label(2, "invoice"),
        imported_label(3, "billing"),
        imported_label(4, "login"),
    ];
    let mut tx = store.begin().await.unwrap();
    tx.add_labels(&given).await.unwrap();
    assert_eq!(tx.count_open_tasks_of_label("invoice", 10).await.unwrap(), 2);
    assert_eq!(tx.count_open_tasks_of_label("invoice", 1).await.unwrap(), 1);
    assert_eq!(tx.rename_label("invoice", "billing").await.unwrap(), 2);
    tx.save().await.unwrap();

    let mut view = store.read().await.unwrap();
    let counts = view.list_label_counts().await.unwrap();
    let counts: Vec<_> = counts.iter().map(|count| (count.label.as_str(), count.examples)).collect();
    assert_eq!(counts, [("billing", 3), ("login", 1)]);
    let filter = LabelFilter { label: Some("billing".to_owned()), kind: None };
    let found = view.list_labels(&filter, &PageRequest::first(10)).await.unwrap().items;
    let given_as: Vec<_> = found.iter().map(|label| label.given_as.as_deref()).collect();
    assert_eq!(given_as, [None, Some("invoice"), Some("invoice")]);
    let label_of = async |view: &mut Box<dyn service::ports::store::Reads>, n| {
        view.lookup_task(task_id(n)).await.unwrap().unwrap().label
    };
    assert_eq!(label_of(&mut view, 1).await.as_deref(), Some("billing"));
    assert_eq!(label_of(&mut view, 3).await.as_deref(), Some("invoice"));
    assert_eq!(view.count_open_tasks_of_label("invoice", 10).await.unwrap(), 0);
}

pub async fn labels_that_become_one_end_their_disputes(store: &dyn Store) {
    let same = |n, label: &str| Label { digest: "same".to_owned(), ..imported_label(n, label) };
    let mut tx = store.begin().await.unwrap();
    tx.add_labels(&[same(1, "invoice"), same(2, "billing")]).await.unwrap();
    assert_eq!(tx.counters().await.unwrap().disputes, 1);
    tx.rename_label("invoice", "billing").await.unwrap();
    assert_eq!(tx.counters().await.unwrap().disputes, 0);
    assert_eq!(tx.rename_label("nothing", "billing").await.unwrap(), 0);
    let kinds = tx.list_labels(&LabelFilter::default(), &PageRequest::first(10)).await.unwrap().items;
    assert!(kinds.iter().all(|label| label.kind == LabelKind::Imported && label.label == "billing"));
}
