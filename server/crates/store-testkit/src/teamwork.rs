//! What people keep beside tasks: resolutions, drafts, comments, watchers and notices.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use domain::{
    Draft, NoticeKind, PageRequest, Resolution, Role, TaskComment, Timestamp,
    comment::{ERASED_COMMENT, MAX_COMMENTS, Watcher},
    notice::MAX_NOTICES,
    task::ERASED_SUBJECT,
};
use service::ports::store::{NewNotice, Store, StoreError, Transaction};

use crate::{
    add,
    fixtures::{
        at, comment_id, escalation, label_id, notice_id, submissions, task, task_id, task_label, user, user_id,
    },
};

/// Two tasks and two people, with a transaction to write more.
async fn scene(store: &dyn Store) -> Box<dyn Transaction> {
    add(store, &submissions([1, 2])).await;
    let mut tx = store.begin().await.unwrap();
    for n in [1, 2] {
        tx.add_user(&user(n, Role::Agent), "x").await.unwrap();
    }
    tx
}

fn resolution() -> Resolution {
    Resolution {
        task_id: task_id(1),
        at: at(7),
        by: "Ada".to_owned(),
        by_id: user_id(1).to_string(),
        queue: "billing".to_owned(),
        reply: Some("We sent it back.".to_owned()),
        label_id: Some(label_id(1)),
        escalation_id: Some(escalation(1, 1).id),
    }
}

pub async fn a_resolution_is_kept_replaced_and_removed(store: &dyn Store) {
    let mut tx = scene(store).await;
    tx.add_labels(&[task_label(1, "billing", &task(1))]).await.unwrap();
    tx.save_escalation(&escalation(1, 1)).await.unwrap();
    assert_eq!(tx.lookup_resolution(task_id(1)).await.unwrap(), None);
    tx.save_resolution(&resolution()).await.unwrap();
    assert_eq!(tx.lookup_resolution(task_id(1)).await.unwrap(), Some(resolution()));
    let again = Resolution { reply: None, label_id: None, escalation_id: None, at: at(9), ..resolution() };
    tx.save_resolution(&again).await.unwrap();
    assert_eq!(tx.lookup_resolution(task_id(1)).await.unwrap(), Some(again));
    tx.remove_resolution(task_id(1)).await.unwrap();
    assert_eq!(tx.lookup_resolution(task_id(1)).await.unwrap(), None);
}

fn draft(revision: u64, saved_at: Timestamp) -> Draft {
    Draft { reply: "Dear".to_owned(), note: "Ask \"Bo\".".to_owned(), revision, saved_at }
}

pub async fn a_draft_belongs_to_a_task_and_a_person(store: &dyn Store) {
    let mut tx = scene(store).await;
    let (mine, other) = (draft(3, at(5)), Draft { reply: String::new(), ..draft(1, at(6)) });
    tx.save_draft(task_id(1), user_id(1), &draft(2, at(4))).await.unwrap();
    tx.save_draft(task_id(1), user_id(1), &mine).await.unwrap();
    tx.save_draft(task_id(1), user_id(2), &other).await.unwrap();
    assert_eq!(tx.lookup_draft(task_id(1), user_id(1)).await.unwrap(), Some(mine));
    assert_eq!(tx.lookup_draft(task_id(2), user_id(1)).await.unwrap(), None);
    assert!(tx.remove_draft(task_id(1), user_id(1)).await.unwrap());
    assert!(!tx.remove_draft(task_id(1), user_id(1)).await.unwrap());
    assert_eq!(tx.lookup_draft(task_id(1), user_id(1)).await.unwrap(), None);
    assert_eq!(tx.lookup_draft(task_id(1), user_id(2)).await.unwrap(), Some(other));
}

pub async fn of_very_many_drafts_of_a_person_the_oldest_are_forgotten(store: &dyn Store) {
    add(store, &submissions(1..=502)).await;
    let mut tx = store.begin().await.unwrap();
    tx.add_user(&user(1, Role::Agent), "x").await.unwrap();
    tx.add_user(&user(2, Role::Agent), "x").await.unwrap();
    tx.save_draft(task_id(1), user_id(2), &draft(1, at(0))).await.unwrap();
    for n in 1..=502 {
        tx.save_draft(task_id(n), user_id(1), &draft(1, at(i64::try_from(n).unwrap()))).await.unwrap();
    }
    for (n, kept) in [(1, false), (2, false), (3, true), (502, true)] {
        assert_eq!(tx.lookup_draft(task_id(n), user_id(1)).await.unwrap().is_some(), kept, "{n}");
    }
    assert!(tx.lookup_draft(task_id(1), user_id(2)).await.unwrap().is_some());
}

fn comment(n: u64) -> TaskComment {
    TaskComment {
        id: comment_id(n),
        task_id: task_id(1),
        by: "Ada \"the first\"".to_owned(),
        by_id: user_id(1).to_string(),
        at: at(i64::try_from(n).unwrap()),
        text: "Look, @bo: \u{1F600}\n'; --".to_owned(),
        mentions: vec!["bo".to_owned()],
    }
}

pub async fn comments_of_a_task_come_oldest_first_and_are_counted(store: &dyn Store) {
    let mut tx = scene(store).await;
    for n in [2, 1, 3] {
        tx.add_task_comment(&comment(n)).await.unwrap();
    }
    assert!(matches!(tx.add_task_comment(&comment(3)).await, Err(StoreError::Conflict("comment"))));
    assert_eq!(tx.list_task_comments(task_id(1)).await.unwrap(), [1, 2, 3].map(comment));
    assert_eq!(tx.list_task_comments(task_id(2)).await.unwrap(), []);
    assert_eq!(tx.count_task_comments(task_id(1)).await.unwrap(), 3);
    for n in 4..=u64::from(MAX_COMMENTS) + 2 {
        tx.add_task_comment(&comment(n)).await.unwrap();
    }
    assert_eq!(tx.count_task_comments(task_id(1)).await.unwrap(), MAX_COMMENTS);
    assert_eq!(tx.list_task_comments(task_id(1)).await.unwrap().len(), 500);
}

pub async fn a_person_watches_a_task_once_and_stops(store: &dyn Store) {
    let mut tx = scene(store).await;
    assert!(tx.add_watcher(task_id(1), user_id(1), at(1)).await.unwrap());
    assert!(!tx.add_watcher(task_id(1), user_id(1), at(2)).await.unwrap());
    assert!(tx.add_watcher(task_id(1), user_id(2), at(3)).await.unwrap());
    let watcher = |n| Watcher { user_id: user_id(n), name: format!("Person {n}") };
    let mut watchers = tx.list_watchers(task_id(1)).await.unwrap();
    watchers.sort_by_key(|watcher| watcher.user_id);
    assert_eq!(watchers, [watcher(1), watcher(2)]);
    assert_eq!(tx.list_watchers(task_id(2)).await.unwrap(), []);
    assert!(tx.remove_watcher(task_id(1), user_id(1)).await.unwrap());
    assert!(!tx.remove_watcher(task_id(1), user_id(1)).await.unwrap());
    assert_eq!(tx.list_watchers(task_id(1)).await.unwrap(), [watcher(2)]);
}

fn notice(n: u64, person: u64, kind: NoticeKind) -> NewNotice {
    NewNotice {
        id: notice_id(n),
        user_id: user_id(person),
        task_id: task_id(1),
        kind,
        by: Some("Ada".to_owned()),
        at: at(i64::try_from(n).unwrap()),
    }
}

pub async fn notices_of_a_person_come_newest_first_and_are_read_one_by_one_or_all(store: &dyn Store) {
    let mut tx = scene(store).await;
    let by_itself = NewNotice { by: None, ..notice(3, 1, NoticeKind::Returned) };
    let given = [notice(1, 1, NoticeKind::Mentioned), notice(2, 2, NoticeKind::Commented), by_itself];
    tx.add_notices(&given).await.unwrap();
    tx.add_notices(&[notice(4, 1, NoticeKind::Resolved)]).await.unwrap();
    let first = tx.list_notices(user_id(1), &PageRequest::first(2)).await.unwrap();
    let ids: Vec<_> = first.items.iter().map(|notice| notice.id).collect();
    assert_eq!(ids, [notice_id(4), notice_id(3)]);
    let shown = &first.items[0];
    assert_eq!((shown.text.as_str(), shown.subject.as_str()), ("Ada resolved it.", "Invoice 1 is wrong"));
    assert_eq!((shown.task_id, shown.at, shown.read_at), (task_id(1), at(4), None));
    assert_eq!((first.items[1].by.as_deref(), first.items[1].kind), (None, NoticeKind::Returned));
    let rest = tx.list_notices(user_id(1), &PageRequest::after(first.next, Some(2))).await.unwrap();
    assert_eq!((rest.items.len(), rest.items[0].kind, rest.next), (1, NoticeKind::Mentioned, None));
    assert_eq!(tx.count_unread_notices(user_id(1)).await.unwrap(), 3);
    // Only one's own.
    assert_eq!(tx.mark_notices_read(user_id(2), Some(notice_id(4)), at(50)).await.unwrap(), 0);
    assert_eq!(tx.mark_notices_read(user_id(1), Some(notice_id(4)), at(50)).await.unwrap(), 1);
    assert_eq!(tx.mark_notices_read(user_id(1), None, at(60)).await.unwrap(), 2);
    assert_eq!(tx.count_unread_notices(user_id(1)).await.unwrap(), 0);
    assert_eq!(tx.count_unread_notices(user_id(2)).await.unwrap(), 1);
    let read: Vec<_> = tx.list_notices(user_id(1), &PageRequest::first(9)).await.unwrap().items;
    assert_eq!(read.iter().map(|notice| notice.read_at).collect::<Vec<_>>(), [at(50), at(60), at(60)].map(Some));
    let foreign = PageRequest::after(Some("no cursor".to_owned()), None);
    assert!(matches!(tx.list_notices(user_id(1), &foreign).await, Err(StoreError::InvalidCursor)));
}

pub async fn of_very_many_notices_of_a_person_the_oldest_are_forgotten(store: &dyn Store) {
    let mut tx = scene(store).await;
    tx.add_notices(&[notice(1, 2, NoticeKind::Commented)]).await.unwrap();
    let many = u64::from(MAX_NOTICES) + 20;
    let given: Vec<NewNotice> = (2..many + 2).map(|n| notice(n, 1, NoticeKind::Commented)).collect();
    for part in given.chunks(50) {
        tx.add_notices(part).await.unwrap();
    }
    assert_eq!(tx.count_unread_notices(user_id(1)).await.unwrap(), MAX_NOTICES);
    assert_eq!(tx.mark_notices_read(user_id(1), None, at(1)).await.unwrap(), u64::from(MAX_NOTICES));
    let newest = tx.list_notices(user_id(1), &PageRequest::first(200)).await.unwrap();
    assert_eq!((newest.items[199].id, newest.next), (notice_id(22), None));
    assert_eq!(tx.count_unread_notices(user_id(2)).await.unwrap(), 1);
}

pub async fn what_was_written_to_an_erased_task_is_erased(store: &dyn Store) {
    let mut tx = scene(store).await;
    tx.add_labels(&[task_label(1, "billing", &task(1))]).await.unwrap();
    tx.save_escalation(&escalation(1, 1)).await.unwrap();
    tx.save_resolution(&resolution()).await.unwrap();
    tx.save_draft(task_id(1), user_id(1), &draft(1, at(1))).await.unwrap();
    tx.save_draft(task_id(2), user_id(1), &draft(1, at(1))).await.unwrap();
    tx.add_task_comment(&comment(1)).await.unwrap();
    tx.add_notices(&[notice(1, 1, NoticeKind::Mentioned)]).await.unwrap();
    assert!(tx.erase_task_text(task_id(1), at(9)).await.unwrap());
    tx.save().await.unwrap();
    let mut view = store.read().await.unwrap();
    let erased = TaskComment { text: ERASED_COMMENT.to_owned(), mentions: Vec::new(), ..comment(1) };
    assert_eq!(view.list_task_comments(task_id(1)).await.unwrap(), [erased]);
    assert_eq!(view.lookup_resolution(task_id(1)).await.unwrap(), Some(Resolution { reply: None, ..resolution() }));
    assert_eq!(view.lookup_draft(task_id(1), user_id(1)).await.unwrap(), None);
    assert!(view.lookup_draft(task_id(2), user_id(1)).await.unwrap().is_some());
    let notices = view.list_notices(user_id(1), &PageRequest::first(9)).await.unwrap();
    assert_eq!(notices.items[0].subject, ERASED_SUBJECT);
}
