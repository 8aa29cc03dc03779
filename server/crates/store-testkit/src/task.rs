//! Tasks and their lists.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use domain::{
    BlindCheck, Decision, Destination, PageRequest, Priority, Task, TaskId, TaskState, TaskSummary,
    label::LabelFilter,
    task::{ERASED_SUBJECT, TaskFilter},
};
use service::ports::store::{Store, StoreError, Submission};

use crate::{
    add,
    fixtures::{
        at, awaiting_approval, claim, decision, label_id, snoozed, submission, submission_in, submissions, task,
        task_id, task_label,
    },
    ids_of,
};

fn every_state() -> Vec<TaskState> {
    vec![
        TaskState::Queued { queue: "billing".to_owned() },
        TaskState::Claimed { queue: "billing".to_owned(), claim: claim("user_a", 3, at(5_000)) },
        snoozed("user_a", at(5_500)),
        awaiting_approval(Some(at(6_000))),
        TaskState::Resolved { at: at(9), by: "Ada".to_owned() },
        TaskState::Closed { at: at(8) },
        TaskState::DeadLetter { at: at(7), reason: "nobody wants it".to_owned() },
    ]
}

pub async fn a_task_of_every_state_comes_back_as_it_was_given(store: &dyn Store) {
    let given: Vec<Submission> = every_state().into_iter().zip(1..).map(|(state, n)| submission_in(n, state)).collect();
    add(store, &given).await;
    let mut view = store.read().await.unwrap();
    for Submission { task, .. } in given {
        assert_eq!(view.lookup_task(task.id).await.unwrap(), Some(task));
    }
}

pub async fn every_field_of_a_task_comes_back_as_it_was_given(store: &dyn Store) {
    let awkward =
        "It's \"quoted\", back\\slashed, {\"json\": [1]}, \u{1F600}, tab\there,\nline\u{2028} '; DROP TABLE task; --";
    let full = Task {
        subject: awkward.to_owned(),
        body: awkward.repeat(500),
        attributes: serde_json::from_value(serde_json::json!({"a\"b": [awkward, null, true, 1.5, {}], "": "\u{0}"}))
            .unwrap(),
        external_id: Some(awkward.to_owned()),
        priority_hint: Some(Priority::Urgent),
        callback_url: Some("https://example.com/?a=1&b=%20".to_owned()),
        priority: Priority::Low,
        due_at: None,
        label: None,
        last_token: 7,
        escalation_level: 2,
        worked_ms: 90_000,
        ..task(1)
    };
    add(store, &[Submission { task: full.clone(), ..submission(1) }]).await;
    assert_eq!(store.read().await.unwrap().lookup_task(full.id).await.unwrap(), Some(full));
}

pub async fn an_unknown_task_is_nothing(store: &dyn Store) {
    assert_eq!(store.read().await.unwrap().lookup_task(task_id(1)).await.unwrap(), None);
}

pub async fn a_saved_task_has_its_new_state_and_its_old_text(store: &dyn Store) {
    add(store, &submissions([1])).await;
    for state in every_state() {
        let changed = Task {
            state,
            priority: Priority::Urgent,
            due_at: None,
            label: Some("refund".to_owned()),
            decision_id: crate::fixtures::decision_id(9),
            last_token: 4,
            escalation_level: 1,
            worked_ms: 1_500,
            ..task(1)
        };
        let mut tx = store.begin().await.unwrap();
        tx.save_task(&changed).await.unwrap();
        tx.save().await.unwrap();
        assert_eq!(store.read().await.unwrap().lookup_task(task_id(1)).await.unwrap(), Some(changed));
    }
}

pub async fn saving_a_task_that_was_never_added_fails(store: &dyn Store) {
    let mut tx = store.begin().await.unwrap();
    assert!(matches!(tx.save_task(&task(1)).await, Err(StoreError::Failed(_))));
}

pub async fn adding_a_task_twice_is_a_conflict_and_adds_nothing_of_the_batch(store: &dyn Store) {
    add(store, &submissions([1])).await;
    let mut tx = store.begin().await.unwrap();
    assert!(matches!(tx.add_submissions(&submissions([2, 1])).await, Err(StoreError::Conflict(_))));
    drop(tx);
    assert_eq!(store.read().await.unwrap().lookup_task(task_id(2)).await.unwrap(), None);
}

pub async fn an_empty_batch_adds_nothing(store: &dyn Store) {
    add(store, &[]).await;
    assert_eq!(store.read().await.unwrap().counters().await.unwrap().submitted, 0);
}

pub async fn a_batch_of_a_thousand_goes_in_at_once(store: &dyn Store) {
    add(store, &submissions(1..=1_000)).await;
    let mut view = store.read().await.unwrap();
    assert_eq!(view.counters().await.unwrap().submitted, 1_000);
    assert_eq!(view.lookup_task(task_id(777)).await.unwrap(), Some(task(777)));
}

pub async fn tasks_are_listed_newest_first_page_by_page(store: &dyn Store) {
    add(store, &submissions(1..=5)).await;
    let mut view = store.read().await.unwrap();
    let first = view.list_tasks(&TaskFilter::default(), &PageRequest::first(2)).await.unwrap();
    assert_eq!(ids_of(&first.items), [task_id(5), task_id(4)]);
    let second = view.list_tasks(&TaskFilter::default(), &PageRequest::after(first.next, Some(2))).await.unwrap();
    assert_eq!(ids_of(&second.items), [task_id(3), task_id(2)]);
    let third = view.list_tasks(&TaskFilter::default(), &PageRequest::after(second.next, Some(2))).await.unwrap();
    assert_eq!((ids_of(&third.items), third.next), (vec![task_id(1)], None));
}

pub async fn a_page_that_ends_with_the_list_has_no_next_one(store: &dyn Store) {
    add(store, &submissions(1..=2)).await;
    let page = store.read().await.unwrap().list_tasks(&TaskFilter::default(), &PageRequest::first(2)).await.unwrap();
    assert_eq!((page.items.len(), page.next), (2, None));
}

pub async fn a_listed_task_shows_its_summary(store: &dyn Store) {
    let state = TaskState::Claimed { queue: "billing".to_owned(), claim: claim("user_a", 1, at(50)) };
    add(store, &[submission_in(1, state)]).await;
    let page = store.read().await.unwrap().list_tasks(&TaskFilter::default(), &PageRequest::first(2)).await.unwrap();
    let expected = TaskSummary {
        id: task_id(1),
        subject: task(1).subject,
        channel: "email".to_owned(),
        state: "claimed".to_owned(),
        queue: Some("billing".to_owned()),
        holder_name: Some("Name of user_a".to_owned()),
        priority: Priority::Normal,
        label: Some("billing".to_owned()),
        due_at: task(1).due_at,
        submitted_at: at(1),
        why: Some(decision(1).explanation),
    };
    assert_eq!(page.items, [expected]);
}

pub async fn a_list_does_not_tell_what_is_to_be_checked_blindly(store: &dyn Store) {
    let checked = |n: u64, label: Option<&str>| {
        let check = Some(BlindCheck { probability: 0.1, instead_of: Destination::Close });
        let given = submission(n);
        let task = Task { label: label.map(ToOwned::to_owned), ..given.task };
        Submission { task, decision: Decision { check, ..given.decision }, ..given }
    };
    add(store, &[checked(1, None), checked(2, Some("billing"))]).await;
    let page = store.read().await.unwrap().list_tasks(&TaskFilter::default(), &PageRequest::first(2)).await.unwrap();
    let why: Vec<_> = page.items.into_iter().map(|task| task.why).collect();
    assert_eq!(why, [Some(decision(2).explanation), None], "once it has a label, everybody may know");
}

pub async fn tasks_are_narrowed_by_every_filter_and_by_all_together(store: &dyn Store) {
    let mut given: Vec<Submission> =
        every_state().into_iter().zip(1..).map(|(state, n)| submission_in(n, state)).collect();
    given.extend((8..=13).map(|n| {
        let refund = Task { label: Some("refund".to_owned()), external_id: Some(format!("T-{}", n % 2)), ..task(n) };
        let queue = if n < 11 { "refunds" } else { "billing" };
        Submission { task: Task { state: TaskState::Queued { queue: queue.to_owned() }, ..refund }, ..submission(n) }
    }));
    add(store, &given).await;
    let text = |value: &str| Some(value.to_owned());
    let filters = [
        TaskFilter { state: text("queued"), ..TaskFilter::default() },
        TaskFilter { state: text("resolved"), ..TaskFilter::default() },
        TaskFilter { state: text("snoozed"), ..TaskFilter::default() },
        TaskFilter { state: text("snoozed"), queue: text("refunds"), ..TaskFilter::default() },
        TaskFilter { queue: text("billing"), ..TaskFilter::default() },
        TaskFilter { label: text("refund"), ..TaskFilter::default() },
        TaskFilter { external_id: text("T-1"), ..TaskFilter::default() },
        TaskFilter { state: text("closed"), label: text("billing"), ..TaskFilter::default() },
        TaskFilter { state: text("queued"), queue: text("refunds"), label: text("refund"), external_id: text("T-0") },
        TaskFilter { queue: text("nowhere"), ..TaskFilter::default() },
    ];
    let mut view = store.read().await.unwrap();
    for filter in filters {
        let fits = |task: &Task| {
            filter.state.as_deref().is_none_or(|state| state == task.state.name())
                && filter.queue.as_deref().is_none_or(|queue| task.state.queue() == Some(queue))
                && filter.label.is_none() | (filter.label == task.label)
                && filter.external_id.is_none() | (filter.external_id == task.external_id)
        };
        let expected: Vec<TaskId> =
            given.iter().rev().map(|s| &s.task).filter(|task| fits(task)).map(|t| t.id).collect();
        let mut found = Vec::new();
        let mut page = PageRequest::first(2);
        loop {
            let answer = view.list_tasks(&filter, &page).await.unwrap();
            found.extend(ids_of(&answer.items));
            if answer.next.is_none() {
                break;
            }
            page = PageRequest::after(answer.next, Some(2));
        }
        assert_eq!(found, expected, "{filter:?}");
    }
}

pub async fn a_cursor_of_another_list_is_refused(store: &dyn Store) {
    let foreign = PageRequest::after(Some("no cursor".to_owned()), None);
    let mut view = store.read().await.unwrap();
    assert!(matches!(view.list_tasks(&TaskFilter::default(), &foreign).await, Err(StoreError::InvalidCursor)));
    assert!(matches!(view.list_waiting("billing", &foreign).await, Err(StoreError::InvalidCursor)));
    assert!(matches!(view.list_awaiting_approval(&foreign).await, Err(StoreError::InvalidCursor)));
    assert!(matches!(view.list_open_escalations(&foreign).await, Err(StoreError::InvalidCursor)));
    assert!(matches!(view.list_decisions(&Default::default(), &foreign).await, Err(StoreError::InvalidCursor)));
    assert!(matches!(view.list_labels(&Default::default(), &foreign).await, Err(StoreError::InvalidCursor)));
    assert!(matches!(view.list_policies(&foreign).await, Err(StoreError::InvalidCursor)));
    assert!(matches!(view.list_users(&foreign).await, Err(StoreError::InvalidCursor)));
    assert!(matches!(view.list_api_keys(&foreign).await, Err(StoreError::InvalidCursor)));
}

fn waiting(n: u64, queue: &str, priority: Priority, due_minutes: Option<i64>) -> Submission {
    let due_at = due_minutes.map(|minutes| at(0).plus_minutes(minutes));
    let state = TaskState::Queued { queue: queue.to_owned() };
    Submission { task: Task { priority, due_at, state, ..task(n) }, ..submission(n) }
}

pub async fn waiting_tasks_come_most_urgent_then_earliest_due_then_oldest(store: &dyn Store) {
    let claimed = TaskState::Claimed { queue: "billing".to_owned(), claim: claim("user_a", 1, at(50)) };
    let given = [
        waiting(1, "billing", Priority::Low, Some(1)),
        waiting(2, "billing", Priority::Normal, None),
        waiting(3, "billing", Priority::Normal, Some(30)),
        waiting(4, "billing", Priority::Normal, Some(30)),
        waiting(5, "billing", Priority::Normal, Some(20)),
        waiting(6, "billing", Priority::Urgent, None),
        waiting(7, "other", Priority::Urgent, None),
        submission_in(8, claimed),
    ];
    add(store, &given).await;
    let mut view = store.read().await.unwrap();
    let mut found = Vec::new();
    let mut page = PageRequest::first(2);
    loop {
        let answer = view.list_waiting("billing", &page).await.unwrap();
        found.extend(ids_of(&answer.items));
        if answer.next.is_none() {
            break;
        }
        page = PageRequest::after(answer.next, Some(2));
    }
    assert_eq!(found, [6, 5, 3, 4, 2, 1].map(task_id));
}

pub async fn the_first_waiting_task_is_the_first_over_all_queues(store: &dyn Store) {
    let given = [
        waiting(1, "billing", Priority::Normal, Some(10)),
        waiting(2, "refunds", Priority::High, Some(90)),
        waiting(3, "refunds", Priority::High, Some(80)),
        waiting(4, "secret", Priority::Urgent, Some(1)),
    ];
    add(store, &given).await;
    let mut view = store.read().await.unwrap();
    let queues = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    assert_eq!(view.first_waiting(&queues(&["billing", "refunds"])).await.unwrap(), Some(task_id(3)));
    assert_eq!(view.first_waiting(&queues(&["billing", "nowhere"])).await.unwrap(), Some(task_id(1)));
    assert_eq!(view.first_waiting(&queues(&["nowhere"])).await.unwrap(), None);
    assert_eq!(view.first_waiting(&[]).await.unwrap(), None);
}

pub async fn claims_of_a_holder_come_by_expiry(store: &dyn Store) {
    let held = |n, holder: &str, until| {
        submission_in(n, TaskState::Claimed { queue: "billing".to_owned(), claim: claim(holder, 1, at(until)) })
    };
    add(store, &[held(1, "user_a", 300), held(2, "user_a", 100), held(3, "user_b", 50), submission(4)]).await;
    let found = store.read().await.unwrap().list_claimed_by("user_a").await.unwrap();
    assert_eq!(ids_of(&found), [task_id(2), task_id(1)]);
}

pub async fn expired_claims_come_longest_ended_first(store: &dyn Store) {
    let held = |n, until| {
        submission_in(n, TaskState::Claimed { queue: "billing".to_owned(), claim: claim("user_a", 1, at(until)) })
    };
    let given = [held(1, 200), held(2, 100), held(3, 150), held(4, 201), submission(5)];
    add(store, &given).await;
    let mut view = store.read().await.unwrap();
    let expected = [given[1].task.clone(), given[2].task.clone(), given[0].task.clone()];
    assert_eq!(view.list_expired(at(200), 10).await.unwrap(), expected);
    assert_eq!(view.list_expired(at(200), 2).await.unwrap(), expected[..2]);
    assert_eq!(view.list_expired(at(99), 10).await.unwrap(), []);
}

pub async fn an_erased_task_says_nothing_and_its_labels_hold_no_more(store: &dyn Store) {
    add(store, &submissions([1, 2])).await;
    let mut tx = store.begin().await.unwrap();
    tx.add_labels(&[task_label(1, "billing", &task(1)), task_label(2, "refund", &task(2))]).await.unwrap();
    assert!(tx.erase_task_text(task_id(1), at(70)).await.unwrap());
    tx.save().await.unwrap();
    let mut view = store.read().await.unwrap();
    let erased = view.lookup_task(task_id(1)).await.unwrap().unwrap();
    assert_eq!((erased.subject.as_str(), erased.body.as_str()), (ERASED_SUBJECT, ""));
    assert!(erased.attributes.is_empty());
    assert_eq!((erased.erased_at, erased.state), (Some(at(70)), task(1).state));
    let labels = view.list_labels(&LabelFilter::default(), &PageRequest::first(9)).await.unwrap();
    assert_eq!(labels.items, [task_label(2, "refund", &task(2))]);
    assert_eq!(view.list_labels_by_id(&[label_id(1)]).await.unwrap()[0].text, "");
    drop(view);
    let mut tx = store.begin().await.unwrap();
    assert!(!tx.erase_task_text(task_id(1), at(80)).await.unwrap());
    assert!(!tx.erase_task_text(task_id(9), at(80)).await.unwrap());
}
