//! What people are writing on tasks.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::{Role, draft::NewDraft};
use service::WorkError;

use crate::support::{Floor, form};

fn draft(reply: &str, revision: u64) -> NewDraft {
    NewDraft { reply: reply.to_owned(), note: "Ask Bo.".to_owned(), revision }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_draft_wins_and_is_its_writers_alone() {
    let floor = Floor::open().await;
    let services = &floor.services;
    let (ada, bo) = (floor.person("ada", Role::Agent).await, floor.person("bo", Role::Agent).await);
    let task = floor.submit("Where is it?").await.task_id;
    assert_eq!(services.lookup_draft(&ada, task).await.unwrap(), None);
    services.save_draft(&ada, task, draft("Dear", 1)).await.unwrap();
    let kept = services.save_draft(&ada, task, draft("Dear customer", 5)).await.unwrap();
    // The same again changes nothing, not even the time.
    assert_eq!(services.save_draft(&ada, task, draft("Dear customer", 5)).await.unwrap(), kept);
    for late in [draft("Dear", 4), draft("Another", 5)] {
        let refused = services.save_draft(&ada, task, late).await;
        assert!(matches!(refused, Err(WorkError::Conflict(_))), "{refused:?}");
    }
    assert_eq!(services.lookup_draft(&ada, task).await.unwrap(), Some(kept.clone()));
    let detail = services.lookup_task(&ada, task).await.unwrap();
    assert_eq!(detail.draft, Some(kept));
    assert_eq!(services.lookup_task(&bo, task).await.unwrap().draft, None);
    assert_eq!(services.lookup_draft(&bo, task).await.unwrap(), None);
    services.discard_draft(&bo, task).await.unwrap();
    assert!(services.lookup_draft(&ada, task).await.unwrap().is_some());
    services.discard_draft(&ada, task).await.unwrap();
    assert_eq!(services.lookup_draft(&ada, task).await.unwrap(), None);
    let acts = floor.acts(task).await;
    assert_eq!(acts, ["task.submitted"], "what is being written is in no log");
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_are_refused_by_the_field_and_where_nothing_more_is_to_be_written() {
    let floor = Floor::open().await;
    let agent = floor.cookie(Role::Agent).await;
    let task = floor.submit("Where is it?").await.task_id;
    let save = async |body: String| floor.send(form("/fn/save_draft", Some(&agent), body)).await;
    for (body, field) in [
        (format!("task={task}&reply={}&revision=1", "x".repeat(16 * 1024 + 1)), "reply"),
        (format!("task={task}&note={}&revision=1", "x".repeat(4 * 1024 + 1)), "note"),
        (format!("task={task}&reply=x&revision=0"), "revision"),
    ] {
        let refused = save(body).await;
        assert_eq!((refused.status, refused.text().contains(field)), (StatusCode::UNPROCESSABLE_ENTITY, true));
    }
    assert_eq!(save(format!("task={task}&reply=x&revision=1")).await.status, StatusCode::OK);
    floor.services.erase_task_text(&floor.system, task, "They asked").await.unwrap();
    assert_eq!(save(format!("task={task}&reply=x&revision=2")).await.status, StatusCode::CONFLICT);
    let kept = floor.send(form("/fn/lookup_draft", Some(&agent), format!("task={task}"))).await;
    assert_eq!(kept.text(), "null");
    let done = floor.submit("Done").await.task_id;
    floor.work(done, None).await;
    assert_eq!(save(format!("task={done}&reply=x&revision=1")).await.status, StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_outlives_the_lease_and_becomes_the_reply() {
    let floor = Floor::open().await;
    let services = &floor.services;
    let (ada, bo) = (floor.person("ada", Role::Agent).await, floor.person("bo", Role::Agent).await);
    let task = floor.submit("Where is it?").await.task_id;
    services.claim(&ada, task, None).await.unwrap();
    services.save_draft(&ada, task, draft("It is on its way.", 1)).await.unwrap();
    services.save_draft(&bo, task, draft("Mine.", 1)).await.unwrap();
    let later = floor.beside(16, |_| {}).await;
    while services.lookup_task(&ada, task).await.unwrap().task.state.claim().is_some() {
        tokio::task::yield_now().await;
    }
    drop(later);
    assert!(services.lookup_draft(&ada, task).await.unwrap().is_some());
    let token = services.claim(&ada, task, None).await.unwrap().last_token;
    services.resolve(&ada, task, token, None).await.unwrap();
    let detail = services.lookup_task(&ada, task).await.unwrap();
    let rest = detail.draft.map(|draft| (draft.reply, draft.note));
    assert_eq!(detail.reply.as_deref(), Some("It is on its way."));
    assert_eq!(rest, Some((String::new(), "Ask Bo.".to_owned())), "a note that was not sent is not lost");
    services.comment_on_task(&ada, task, "Something else.").await.unwrap();
    assert!(services.lookup_draft(&ada, task).await.unwrap().is_some());
    services.comment_on_task(&ada, task, "Ask Bo.").await.unwrap();
    assert_eq!(services.lookup_draft(&ada, task).await.unwrap(), None, "it is sent");
    assert!(services.lookup_task(&bo, task).await.unwrap().draft.is_some(), "another's draft is another's");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_could_not_show_the_draft_does_not_blank_it() {
    let floor = Floor::open().await;
    let services = &floor.services;
    let cookie = floor.cookie(Role::Agent).await;
    let read = async |path: &str, body: String| floor.send(form(path, Some(&cookie), body)).await.json();
    for (shown, expected) in
        [("", Some("Dear customer")), ("&shown=false", Some("Dear customer")), ("&shown=true", None)]
    {
        let task = floor.submit("Where is it?").await.task_id;
        let token = read("/fn/claim_task", format!("task={task}")).await["last_token"].clone();
        read("/fn/save_draft", format!("task={task}&reply=Dear+customer&revision=1")).await;
        read("/fn/resolve_task", format!("task={task}&token={token}&queue=triage&reply={shown}")).await;
        let detail = services.lookup_task(&floor.system, task).await.unwrap();
        assert_eq!((detail.reply.as_deref(), detail.task.state.name()), (expected, "resolved"), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_page_with_fields_is_whole_whichever_thread_draws_it_and_forgets_it() {
    let floor = std::sync::Arc::new(Floor::open().await);
    let cookie = floor.cookie(Role::Agent).await;
    let task = floor.submit("Where is it?").await.task_id;
    floor.send(form("/fn/claim_task", Some(&cookie), format!("task={task}"))).await;
    // What belongs to one thread panics when another one drops it, in about a fifth of the pages.
    let pages: Vec<_> = (0..60)
        .map(|_| {
            let (floor, cookie) = (std::sync::Arc::clone(&floor), cookie.clone());
            tokio::spawn(async move {
                let request = Request::get(format!("/tasks/{task}")).header(header::COOKIE, cookie);
                floor.send(request.body(Body::empty()).unwrap()).await.text()
            })
        })
        .collect();
    for page in pages {
        assert!(page.await.expect("no page panics").contains("You hold this task"));
    }
}
