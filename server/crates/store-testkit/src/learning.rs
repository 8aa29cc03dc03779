//! Labels, models and training runs.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use domain::{
    Label, LabelId, LabelKind, Model, ModelStage, PageRequest, Priority, RunState, Task, TaskState, TrainingRun,
    label::{LabelCount, LabelFilter, MAX_HANDLING_MINUTES},
    model::RunStep,
};
use service::ports::store::{Store, StoreError, Submission};

use crate::{
    add,
    fixtures::{at, imported_label, label_id, model, run, run_id, submission, submissions, task, task_id, task_label},
};

async fn add_labels(store: &dyn Store, labels: &[Label]) {
    let mut tx = store.begin().await.unwrap();
    tx.add_labels(labels).await.unwrap();
    tx.save().await.unwrap();
}

async fn held(store: &dyn Store, filter: &LabelFilter) -> Vec<LabelId> {
    let page = store.read().await.unwrap().list_labels(filter, &PageRequest::first(100)).await.unwrap();
    page.items.iter().map(|label| label.id).collect()
}

pub async fn labels_come_back_as_they_were_given_newest_first(store: &dyn Store) {
    let without_body = Task { body: "  ".to_owned(), ..task(2) };
    add(store, &[submission(1), Submission { task: without_body.clone(), ..submission(2) }]).await;
    let given =
        [imported_label(1, "refund"), task_label(2, "billing", &task(1)), task_label(3, "billing", &without_body)];
    add_labels(store, &given).await;
    let mut view = store.read().await.unwrap();
    let first = view.list_labels(&LabelFilter::default(), &PageRequest::first(2)).await.unwrap();
    assert_eq!(first.items, [given[2].clone(), given[1].clone()]);
    let second = view.list_labels(&LabelFilter::default(), &PageRequest::after(first.next, Some(2))).await.unwrap();
    assert_eq!((second.items, second.next), (vec![given[0].clone()], None));
}

pub async fn labels_are_narrowed_by_name_and_kind(store: &dyn Store) {
    add(store, &submissions([1])).await;
    let given = [
        imported_label(1, "refund"),
        imported_label(2, "billing"),
        task_label(3, "refund", &task(1)),
        imported_label(4, "refund"),
    ];
    add_labels(store, &given).await;
    let refund = || Some("refund".to_owned());
    assert_eq!(held(store, &LabelFilter { label: refund(), kind: None }).await, [4, 3, 1].map(label_id));
    let imported = LabelFilter { label: None, kind: Some(LabelKind::Imported) };
    assert_eq!(held(store, &imported).await, [4, 2, 1].map(label_id));
    let both = LabelFilter { label: refund(), kind: Some(LabelKind::Corrected) };
    assert_eq!(held(store, &both).await, [label_id(3)]);
}

pub async fn a_later_label_of_a_task_takes_the_place_of_the_one_before(store: &dyn Store) {
    add(store, &submissions([1, 2])).await;
    add_labels(store, &[task_label(1, "billing", &task(1)), task_label(2, "billing", &task(2))]).await;
    let second = task_label(3, "refund", &task(1));
    add_labels(store, std::slice::from_ref(&second)).await;
    assert_eq!(held(store, &LabelFilter::default()).await, [3, 2].map(label_id));
    let mut view = store.read().await.unwrap();
    assert_eq!(view.lookup_label_of(task_id(1)).await.unwrap(), Some(second));
    assert_eq!(view.lookup_label_of(task_id(9)).await.unwrap(), None);
    let count = |label: &str, examples| LabelCount { label: label.to_owned(), examples };
    assert_eq!(view.list_label_counts().await.unwrap(), [count("billing", 1), count("refund", 1)]);
}

pub async fn of_several_labels_of_a_task_in_one_call_the_last_holds(store: &dyn Store) {
    add(store, &submissions([1])).await;
    add_labels(store, &[task_label(1, "billing", &task(1)), task_label(2, "refund", &task(1))]).await;
    assert_eq!(held(store, &LabelFilter::default()).await, [label_id(2)]);
    let counts = store.read().await.unwrap().list_label_counts().await.unwrap();
    assert_eq!(counts, [LabelCount { label: "refund".to_owned(), examples: 1 }]);
}

pub async fn corrected_labels_that_hold_are_counted_from_one_on(store: &dyn Store) {
    add(store, &submissions([1, 2])).await;
    add_labels(store, &[task_label(1, "billing", &task(1)), imported_label(2, "billing")]).await;
    add_labels(store, &[task_label(3, "refund", &task(2)), task_label(4, "login", &task(1))]).await;
    let mut view = store.read().await.unwrap();
    assert_eq!(view.count_corrected_labels(label_id(1), 10).await.unwrap(), 2);
    assert_eq!(view.count_corrected_labels(label_id(4), 10).await.unwrap(), 1);
    assert_eq!(view.count_corrected_labels(label_id(5), 10).await.unwrap(), 0);
    assert_eq!(view.count_corrected_labels(label_id(1), 1).await.unwrap(), 1);
}

pub async fn a_long_import_is_counted_by_label(store: &dyn Store) {
    let names = ["billing", "refund", "login"];
    let labels: Vec<_> = (0..2_500).map(|n| imported_label(n, names[usize::try_from(n).unwrap() % 3])).collect();
    add_labels(store, &labels).await;
    let counts = store.read().await.unwrap().list_label_counts().await.unwrap();
    let found: Vec<_> = counts.iter().map(|count| (count.label.as_str(), count.examples)).collect();
    assert_eq!(found, [("billing", 834), ("login", 833), ("refund", 833)]);
}

pub async fn a_finished_task_says_how_urgent_and_how_long_the_work_was(store: &dyn Store) {
    add(store, &submissions([1, 2, 3])).await;
    let label = |n: u64| task_label(n, "billing", &task(n));
    add_labels(store, &[label(1), label(2), label(3)]).await;
    let done = TaskState::Resolved { at: at(9), by: "Ada".to_owned() };
    let mut tx = store.begin().await.unwrap();
    let worked = Task { state: done.clone(), priority: Priority::Urgent, worked_ms: 90_000, ..task(1) };
    tx.save_task(&worked).await.unwrap();
    // Nobody held it: a machine did.
    tx.save_task(&Task { state: done.clone(), ..task(2) }).await.unwrap();
    // Somebody kept it open over the summer.
    tx.save_task(&Task { state: done, worked_ms: i64::MAX / 4, ..task(3) }).await.unwrap();
    tx.save().await.unwrap();
    let mut view = store.read().await.unwrap();
    let mut said = Vec::new();
    for n in 1..=3 {
        let label = view.lookup_label_of(task_id(n)).await.unwrap().unwrap();
        said.push((label.priority, label.handling_minutes));
    }
    let longest = (Some(Priority::Normal), Some(MAX_HANDLING_MINUTES));
    assert_eq!(said, [(Some(Priority::Urgent), Some(1.5)), (None, None), longest]);
}

pub async fn what_files_said_of_texts_is_found_by_digest(store: &dyn Store) {
    add(store, &submissions([1])).await;
    let again = Label { digest: imported_label(1, "").digest, ..imported_label(5, "login") };
    let of_task = Label { digest: imported_label(2, "").digest, ..task_label(4, "refund", &task(1)) };
    add_labels(store, &[imported_label(1, "billing"), imported_label(2, "refund"), again.clone(), of_task.clone()])
        .await;
    // What people settled was said by a file all the same.
    let settled = Label { kind: LabelKind::Adjudicated, ..imported_label(6, "parcel") };
    let before = Label { digest: settled.digest.clone(), ..imported_label(3, "letter") };
    add_labels(store, &[before]).await;
    add_labels(store, std::slice::from_ref(&settled)).await;
    let mut view = store.read().await.unwrap();
    assert_eq!(
        view.list_imported(std::slice::from_ref(&settled.digest)).await.unwrap(),
        [(settled.digest.clone(), "letter".to_owned())]
    );
    let digests = [1, 2, 9].map(|n| imported_label(n, "").digest);
    let mut found = view.list_imported(&digests).await.unwrap();
    found.sort();
    let pair = |n: usize, label: &str| (digests[n - 1].clone(), label.to_owned());
    assert_eq!(found, [pair(1, "billing"), pair(1, "login"), pair(2, "refund")]);
    let labels: Vec<_> = [1, 2].map(|n| digests[n - 1].clone()).into();
    assert_eq!(view.list_labels_of_text(&labels[0]).await.unwrap(), [imported_label(1, "billing"), again]);
    assert_eq!(view.list_labels_of_text(&labels[1]).await.unwrap(), [imported_label(2, "refund"), of_task]);
}

async fn save_models(store: &dyn Store, models: &[Model]) {
    let mut tx = store.begin().await.unwrap();
    for model in models {
        tx.save_model(model).await.unwrap();
    }
    tx.save().await.unwrap();
}

pub async fn models_come_newest_first_and_are_found_by_version(store: &dyn Store) {
    let plain = Model { metrics: None, labels: Vec::new(), ..model(2) };
    save_models(store, &[model(1), plain.clone()]).await;
    let mut view = store.read().await.unwrap();
    assert_eq!(view.list_models().await.unwrap(), [plain, model(1)]);
    assert_eq!(view.lookup_model(1).await.unwrap(), Some(model(1)));
    assert_eq!(view.lookup_model(3).await.unwrap(), None);
    assert_eq!(view.lookup_champion().await.unwrap(), None);
}

pub async fn a_saved_model_changes_stage_and_promotion_alone(store: &dyn Store) {
    save_models(store, &[model(1)]).await;
    let champion = model(1).promote(at(50)).unwrap();
    save_models(store, &[Model { sha256: "another".to_owned(), ..champion.clone() }]).await;
    assert_eq!(store.read().await.unwrap().lookup_champion().await.unwrap(), Some(champion));
}

pub async fn there_is_at_most_one_champion(store: &dyn Store) {
    let first = model(1).promote(at(50)).unwrap();
    save_models(store, &[first.clone(), model(2)]).await;
    let second = model(2).promote(at(60)).unwrap();
    let mut tx = store.begin().await.unwrap();
    assert!(matches!(tx.save_model(&second).await, Err(StoreError::Conflict("champion"))));
    drop(tx);
    save_models(store, &[Model { stage: ModelStage::Retired, ..first }, second.clone()]).await;
    assert_eq!(store.read().await.unwrap().lookup_champion().await.unwrap(), Some(second));
}

pub async fn runs_come_newest_first_and_are_changed(store: &dyn Store) {
    let ended = TrainingRun {
        state: RunState::Succeeded,
        progress_percent: 100,
        message: "Made v4".to_owned(),
        ended_at: Some(at(90)),
        model_version: Some(4),
        log: vec![RunStep { at: at(8), step: "learning \"quoted\"".to_owned() }],
        ..run(1)
    };
    let mut tx = store.begin().await.unwrap();
    for run in [run(1), run(2), run(3), ended.clone()] {
        tx.save_run(&run).await.unwrap();
    }
    tx.save().await.unwrap();
    let mut view = store.read().await.unwrap();
    assert_eq!(view.list_runs(2).await.unwrap(), [run(3), run(2)]);
    assert_eq!(view.lookup_run(run_id(1)).await.unwrap(), Some(ended));
    assert_eq!(view.lookup_run(run_id(9)).await.unwrap(), None);
}
