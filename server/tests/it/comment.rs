//! Comments on tasks, who watches them, and what those are told.

use axum::http::{Method, StatusCode};
use domain::{Actor, NoticeKind, PageRequest, Role, Scope};
use serde_json::json;
use service::WorkError;

use crate::support::Floor;

/// What somebody was told, newest first, in words.
async fn told(floor: &Floor, who: &Actor) -> Vec<String> {
    let page = floor.services.list_notices(who, &PageRequest::first(50)).await.unwrap();
    page.items.into_iter().map(|notice| notice.text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_mentioned_or_watches_is_told_and_nobody_of_their_own_acts() {
    let floor = Floor::open().await;
    let services = &floor.services;
    let (ada, bo) = (floor.person("ada", Role::Agent).await, floor.person("bo", Role::Agent).await);
    let (eve, root) = (floor.person("eve", Role::Auditor).await, floor.person("root", Role::Administrator).await);
    let task = floor.submit("Where is it?").await.task_id;
    let text = " @bo, @eve and @root: who knows @nobody? @ada does. ";
    let comment = services.comment_on_task(&ada, task, text).await.unwrap();
    // Whoever sees no tasks is told of none.
    assert_eq!(comment.mentions, ["bo", "eve", "ada"]);
    assert_eq!((comment.text.as_str(), comment.by.as_str()), (text.trim(), "ADA"));
    assert_eq!(told(&floor, &bo).await, ["ADA mentioned you in a comment."]);
    assert_eq!(told(&floor, &eve).await.len(), 1);
    assert_eq!(told(&floor, &ada).await, Vec::<String>::new());
    assert_eq!(services.count_unread_notices(&root).await.unwrap(), 0);

    let detail = services.lookup_task(&ada, task).await.unwrap();
    assert_eq!((detail.watching, detail.watchers), (true, vec!["ADA".to_owned()]));
    assert!(!services.lookup_task(&bo, task).await.unwrap().watching);
    services.comment_on_task(&bo, task, "I do not.").await.unwrap();
    services.comment_on_task(&bo, task, "Do you, @ada?").await.unwrap();
    assert_eq!(told(&floor, &ada).await, ["BO mentioned you in a comment.", "BO commented on it."]);
    services.unwatch_task(&bo, task).await.unwrap();
    services.watch_task(&ada, task).await.unwrap();
    services.comment_on_task(&ada, task, "Yes.").await.unwrap();
    assert_eq!(told(&floor, &bo).await.len(), 1, "who stopped watching hears no more");
    let texts: Vec<String> =
        services.lookup_task(&eve, task).await.unwrap().comments.into_iter().map(|comment| comment.text).collect();
    assert_eq!(texts[1..], ["I do not.", "Do you, @ada?", "Yes."]);

    let notices = services.list_notices(&ada, &PageRequest::first(1)).await.unwrap();
    services.mark_notice_read(&bo, notices.items[0].id).await.unwrap();
    assert_eq!(services.count_unread_notices(&ada).await.unwrap(), 2, "only one's own are marked");
    services.mark_notice_read(&ada, notices.items[0].id).await.unwrap();
    assert_eq!(services.count_unread_notices(&ada).await.unwrap(), 1);
    services.mark_all_notices_read(&ada).await.unwrap();
    assert_eq!(services.count_unread_notices(&ada).await.unwrap(), 0);
    assert!(services.list_notices(&root, &PageRequest::first(1)).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_watches_a_task_is_told_what_happens_to_it() {
    let floor = Floor::open().await;
    let services = &floor.services;
    let (ada, boss) = (floor.person("ada", Role::Agent).await, floor.person("boss", Role::Supervisor).await);
    let task = floor.submit("Where is it?").await.task_id;
    services.watch_task(&ada, task).await.unwrap();
    services.watch_task(&ada, task).await.unwrap();
    services.watch_task(&boss, task).await.unwrap();
    let token = services.claim(&boss, task, None).await.unwrap().last_token;
    services.escalate(&boss, task, token, "Too hot").await.unwrap();
    let token = services.claim(&boss, task, None).await.unwrap().last_token;
    let minutes = domain::SnoozeRequest { minutes: Some(5), ..domain::SnoozeRequest::default() };
    services.snooze(&boss, task, token, minutes).await.unwrap();
    let later = floor.beside(6, |_| {}).await;
    while services.lookup_task(&ada, task).await.unwrap().task.state.name() == "snoozed" {
        tokio::task::yield_now().await;
    }
    drop(later);
    let token = services.claim(&boss, task, None).await.unwrap().last_token;
    services.resolve(&boss, task, token, None).await.unwrap();
    let mut kinds: Vec<NoticeKind> = services
        .list_notices(&ada, &PageRequest::first(50))
        .await
        .unwrap()
        .items
        .into_iter()
        .map(|notice| notice.kind)
        .collect();
    // The clock of the other server is ahead.
    kinds.sort_by_key(|kind| format!("{kind:?}"));
    assert_eq!(kinds, [NoticeKind::Escalated, NoticeKind::Resolved, NoticeKind::Returned]);
    assert_eq!(told(&floor, &boss).await, ["It is back in its queue: its time has come."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_are_bounded_and_their_words_are_in_no_log() {
    let floor = Floor::open().await;
    let services = &floor.services;
    let ada = floor.person("ada", Role::Agent).await;
    let bot = floor.bearer(&[Scope::Work]).await;
    let task = floor.submit("Where is it?").await.task_id;
    let path = format!("/api/v1/tasks/{task}/comments");
    for text in [String::new(), "  ".to_owned(), "x".repeat(4_097), "a\u{0}b".to_owned()] {
        let refused = floor.call(Method::POST, &path, &bot, Some(json!({ "text": text }))).await;
        assert_eq!(refused.json()["errors"][0]["field"], "text", "{}", refused.text());
    }
    let said = floor.call(Method::POST, &path, &bot, Some(json!({ "text": "Seen, @ada: xyzzy" }))).await;
    assert_eq!((said.status, &said.json()["by"]), (StatusCode::CREATED, &json!("test")), "{}", said.text());
    let log = services.list_audit_of(&floor.system, &task.to_string()).await.unwrap();
    let act = log.last().unwrap();
    assert_eq!((act.action.as_str(), &act.detail["comment"]), ("task.commented", &said.json()["id"]));
    assert!(!act.detail.to_string().contains("xyzzy"));
    for _ in 1..500 {
        services.comment_on_task(&ada, task, "More").await.unwrap();
    }
    let refused = services.comment_on_task(&ada, task, "Too much").await;
    assert!(matches!(refused, Err(WorkError::Conflict(_))), "{refused:?}");
    assert_eq!(services.lookup_task(&ada, task).await.unwrap().comments.len(), 500);
}
