//! Tasks that are put aside.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use domain::{PageRequest, SnoozeKind, SnoozedTask, Task, TaskState, task::TaskFilter};
use service::ports::store::{Store, StoreError, Submission};

use crate::{
    add,
    fixtures::{at, queue, snoozed, submission, submission_in, submissions, task, task_id},
    ids_of,
};

async fn save(store: &dyn Store, task: &Task) {
    let mut tx = store.begin().await.unwrap();
    tx.save_task(task).await.unwrap();
    tx.save().await.unwrap();
}

pub async fn what_is_put_aside_waits_in_no_queue_and_counts_in_none(store: &dyn Store) {
    let mut tx = store.begin().await.unwrap();
    tx.save_queue(&queue("billing")).await.unwrap();
    tx.save().await.unwrap();
    let late = Submission { task: Task { due_at: Some(at(10)), ..task(2) }, ..submission(2) };
    add(store, &[submission(1), late, submission_in(3, snoozed("user_a", at(900)))]).await;
    let waiting = |n: &[u64]| n.iter().map(|&n| task_id(n)).collect::<Vec<_>>();
    let look = async |expected: &[u64], late| {
        let mut view = store.read().await.unwrap();
        let listed = view.list_waiting("billing", &PageRequest::first(9)).await.unwrap();
        let mut ids = ids_of(&listed.items);
        ids.sort();
        assert_eq!(ids, waiting(expected));
        let counts = view.list_queue_counts(at(11)).await.unwrap();
        assert_eq!((counts[0].waiting, counts[0].late), (expected.len() as u64, late));
        let first = view.first_waiting(&["billing".to_owned()]).await.unwrap();
        assert_eq!(first.is_some(), !expected.is_empty());
        let oldest = view.list_oldest_waiting().await.unwrap();
        assert_eq!(oldest.len(), usize::from(!expected.is_empty()));
    };
    look(&[1, 2], 1).await;
    let aside = Task { state: snoozed("user_a", at(500)), due_at: Some(at(10)), ..task(2) };
    save(store, &aside).await;
    look(&[1], 0).await;
    // A later time is no other state.
    save(store, &Task { state: snoozed("user_a", at(600)), ..aside.clone() }).await;
    look(&[1], 0).await;
    save(store, &Task { state: snoozed("user_a", at(500)), ..task(1) }).await;
    look(&[], 0).await;
    save(store, &Task { state: task(2).state, ..aside }).await;
    save(store, &task(3)).await;
    look(&[2, 3], 1).await;
    assert_eq!(store.read().await.unwrap().counters().await.unwrap().finished, 0);
}

pub async fn what_is_put_aside_is_found_by_its_own_state_alone(store: &dyn Store) {
    let aside = |n| submission_in(n, snoozed("user_a", at(900)));
    add(store, &[submission(1), aside(2), submission(3), aside(4)]).await;
    let mut view = store.read().await.unwrap();
    let filter = |state: &str| TaskFilter { state: Some(state.to_owned()), ..TaskFilter::default() };
    let page = PageRequest::first(9);
    let ids = |page: domain::Page<domain::TaskSummary>| ids_of(&page.items);
    assert_eq!(ids(view.list_tasks(&filter("queued"), &page).await.unwrap()), [task_id(3), task_id(1)]);
    let listed = view.list_tasks(&filter("snoozed"), &PageRequest::first(1)).await.unwrap();
    assert_eq!((listed.items[0].id, listed.items[0].state.as_str()), (task_id(4), "snoozed"));
    let rest = view.list_tasks(&filter("snoozed"), &PageRequest::after(listed.next, Some(1))).await.unwrap();
    assert_eq!((ids_of(&rest.items), rest.next), (vec![task_id(2)], None));
    // A queue has what waits in it and what comes back to it.
    let of_queue = TaskFilter { queue: Some("billing".to_owned()), ..TaskFilter::default() };
    assert_eq!(view.list_tasks(&of_queue, &page).await.unwrap().items.len(), 4);
    let both = TaskFilter { state: Some("snoozed".to_owned()), ..of_queue };
    assert_eq!(ids(view.list_tasks(&both, &page).await.unwrap()), [task_id(4), task_id(2)]);
}

pub async fn what_is_put_aside_comes_earliest_return_first_of_one_person_and_of_all(store: &dyn Store) {
    let aside = |n, by: &str, until| submission_in(n, snoozed(by, at(until)));
    let given = [aside(1, "user_a", 300), aside(2, "user_b", 200), aside(3, "user_a", 100), submission(4)];
    add(store, &given).await;
    let mut view = store.read().await.unwrap();
    let first = view.list_snoozed(None, &PageRequest::first(2)).await.unwrap();
    let ids: Vec<_> = first.items.iter().map(|item| item.task.id).collect();
    assert_eq!(ids, [task_id(3), task_id(2)]);
    let rest = view.list_snoozed(None, &PageRequest::after(first.next.clone(), Some(2))).await.unwrap();
    assert_eq!((rest.items.len(), rest.items[0].task.id, rest.next), (1, task_id(1), None));
    let mine = view.list_snoozed(Some("user_a"), &PageRequest::first(1)).await.unwrap();
    let SnoozedTask { task, until, kind, by, since, reason } = &mine.items[0];
    assert_eq!((task.id, *until, *kind, *since), (task_id(3), at(100), SnoozeKind::Waiting, at(-7)));
    assert_eq!(
        (by.as_str(), reason.as_deref(), task.state.as_str()),
        ("Name of user_a", Some("They call back."), "snoozed")
    );
    let mine = view.list_snoozed(Some("user_a"), &PageRequest::after(mine.next, Some(1))).await.unwrap();
    assert_eq!((mine.items[0].task.id, mine.next), (task_id(1), None));
    let foreign = PageRequest::after(Some("no cursor".to_owned()), None);
    assert!(matches!(view.list_snoozed(None, &foreign).await, Err(StoreError::InvalidCursor)));
}

pub async fn what_is_to_come_back_comes_longest_ago_first(store: &dyn Store) {
    let aside = |n, until| submission_in(n, snoozed("user_a", at(until)));
    let given = [aside(1, 200), aside(2, 100), aside(3, 201)];
    add(store, &given).await;
    add(store, &submissions([4])).await;
    let mut view = store.read().await.unwrap();
    let expected = [given[1].task.clone(), given[0].task.clone()];
    assert_eq!(view.list_snooze_ended(at(200), 9).await.unwrap(), expected);
    assert_eq!(view.list_snooze_ended(at(200), 1).await.unwrap(), expected[..1]);
    assert_eq!(view.list_snooze_ended(at(99), 9).await.unwrap(), []);
    drop(view);
    save(store, &Task { state: TaskState::Queued { queue: "billing".to_owned() }, ..task(2) }).await;
    assert_eq!(store.read().await.unwrap().list_snooze_ended(at(200), 9).await.unwrap(), expected[1..]);
}
