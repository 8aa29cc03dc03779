//! Replies, and taking a resolution back.

use axum::http::{Method, StatusCode};
use domain::{
    Actor, EscalationState, LabelKind, PageRequest, Role, Scope, TaskId, TaskState, draft::NewDraft, label::LabelFilter,
};
use serde_json::json;
use service::WorkError;

use crate::support::{Floor, examples};

async fn resolve(floor: &Floor, by: &Actor, task: TaskId, reply: Option<&str>) {
    let token = floor.services.claim(by, task, None).await.unwrap().last_token;
    floor.services.resolve(by, task, token, reply).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_reads_the_reply_that_it_or_somebody_gave() {
    let floor = Floor::open().await;
    let bot = floor.bearer(&[Scope::Work]).await;
    let task = floor.submit("Where is it?").await.task_id;
    let act = async |act: &str, body| {
        floor.call(Method::POST, &format!("/api/v1/tasks/{task}/{act}"), &bot, Some(body)).await
    };
    let token = act("claim", json!({})).await.json()["claim"]["token"].clone();
    let long = act("complete", json!({ "token": token, "reply": "x".repeat(16 * 1024 + 1) })).await;
    assert_eq!(long.json()["errors"][0]["field"], "reply");
    let done = act("complete", json!({ "token": token, "reply": " On its way. " })).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    let read = async || floor.call(Method::GET, &format!("/api/v1/tasks/{task}"), &bot, None).await.json();
    let shown = read().await;
    assert_eq!((&shown["reply"], &shown["undo"]["needs_reason"]), (&json!("On its way."), &json!(false)));
    let undone = act("undo", json!({})).await;
    assert_eq!((undone.status, &undone.json()["state"]), (StatusCode::OK, &json!("claimed")), "{}", undone.text());
    assert_eq!(read().await["reply"], json!(null));
    // A blank reply is none, and takes no draft's place.
    let token = undone.json()["claim"]["token"].clone();
    assert_eq!(act("complete", json!({ "token": token, "reply": " " })).await.status, StatusCode::OK);
    assert_eq!(read().await["reply"], json!(null));
    let log = floor.services.list_audit_of(&floor.system, &task.to_string()).await.unwrap();
    assert!(log.iter().all(|event| !event.detail.to_string().contains("On its way")), "no reply is in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_resolved_a_task_takes_it_back_with_everything_that_ended_with_it() {
    let floor = Floor::open().await;
    let (services, system) = (&floor.services, &floor.system);
    services.import_labels(system, &examples()).await.unwrap();
    services.train(system).await.unwrap();
    services.promote(system, 1, true).await.unwrap();
    let (boss, ada) = (floor.person("boss", Role::Supervisor).await, floor.person("ada", Role::Agent).await);
    let task = floor.submit("violin and piano").await.task_id;
    let token = services.claim(&boss, task, None).await.unwrap().last_token;
    services.escalate(&boss, task, token, "Too hot").await.unwrap();
    let token = services.claim(&boss, task, None).await.unwrap().last_token;
    services.resolve(&boss, task, token, Some("Tuned.")).await.unwrap();
    let confirmed = async || {
        let filter = LabelFilter { kind: Some(LabelKind::Confirmed), label: None };
        services.list_labels(system, &filter, &PageRequest::first(9)).await.unwrap().items.len()
    };
    assert_eq!(confirmed().await, 1);
    assert_eq!(services.lookup_task(&ada, task).await.unwrap().undo, None);
    let refused = services.undo_resolution(&ada, task, "x").await;
    assert!(matches!(refused, Err(WorkError::Forbidden(_))), "{refused:?}");

    let undone = services.undo_resolution(&boss, task, "").await.unwrap();
    let claim = undone.state.claim().unwrap();
    assert_eq!((claim.token, claim.holder.clone()), (token + 1, boss.id().to_string()));
    assert_eq!((undone.state.queue(), undone.escalation_level), (Some("team-leads"), 1));
    let detail = services.lookup_task(&boss, task).await.unwrap();
    assert_eq!(detail.open_escalation().unwrap().state, EscalationState::Open);
    assert_eq!((detail.draft.unwrap().reply.as_str(), detail.reply, detail.undo), ("Tuned.", None, None));
    assert_eq!(confirmed().await, 0);
    assert!(matches!(services.undo_resolution(&boss, task, "").await, Err(WorkError::Transition(_))));
    // The act under the token of before completes nothing, and the work can be ended again.
    assert!(services.resolve(&boss, task, token, None).await.is_err());
    services.resolve(&boss, task, token + 1, None).await.unwrap();
    let detail = services.lookup_task(&boss, task).await.unwrap();
    assert_eq!((detail.reply.as_deref(), detail.escalations[0].state), (Some("Tuned."), EscalationState::Resolved));
    assert_eq!(confirmed().await, 1);
    let acts = floor.acts(task).await;
    assert_eq!(acts[acts.len() - 2..], ["task.resolution_undone", "task.resolved"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_ten_minutes_only_a_supervisor_takes_it_back_and_says_why() {
    let floor = Floor::open().await;
    let (ada, boss) = (floor.person("ada", Role::Agent).await, floor.person("boss", Role::Supervisor).await);
    let task = floor.submit("Done too soon").await.task_id;
    resolve(&floor, &ada, task, Some("Sorted.")).await;
    let right = floor.services.lookup_task(&ada, task).await.unwrap().undo.unwrap();
    assert!(right.until.is_some() && !right.needs_reason);
    let later = floor.beside(10, |_| {}).await;
    let services = &later.services;
    assert_eq!(services.lookup_task(&ada, task).await.unwrap().undo, None);
    let late = services.undo_resolution(&ada, task, "Please").await;
    assert!(matches!(late, Err(WorkError::Conflict(_))), "{late:?}");
    let right = services.lookup_task(&boss, task).await.unwrap().undo.unwrap();
    assert!(right.until.is_none() && right.needs_reason);
    let blank = services.undo_resolution(&boss, task, "  ").await;
    assert!(matches!(&blank, Err(WorkError::Invalid(error)) if error.field == "reason"), "{blank:?}");
    let task = services.undo_resolution(&boss, task, "The customer wrote again").await.unwrap();
    assert_eq!(task.state.claim().unwrap().holder, boss.id().to_string());
    assert_eq!(services.lookup_draft(&boss, task.id).await.unwrap().unwrap().reply, "Sorted.");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_take_back_and_take_over_one_holds_the_task() {
    let floor = Floor::open().await;
    let services = &floor.services;
    let mut bosses = Vec::new();
    for n in 0..4 {
        bosses.push(floor.person(&format!("boss{n}"), Role::Supervisor).await);
    }
    for round in 0..5 {
        let task = floor.submit(&format!("Race {round}")).await.task_id;
        resolve(&floor, &bosses[0], task, None).await;
        let rivals = (0..12).map(|n| {
            let boss = &bosses[n % 4];
            async move {
                let taken = if n % 2 == 0 {
                    services.undo_resolution(boss, task, "Mine").await
                } else {
                    services.claim(boss, task, None).await
                };
                taken.ok().map(|task| task.last_token)
            }
        });
        let tokens: Vec<u64> = futures::future::join_all(rivals).await.into_iter().flatten().collect();
        assert_eq!(tokens.len(), 1, "one of them holds it");
        let held = services.lookup_task(&floor.system, task).await.unwrap().task;
        assert!(matches!(&held.state, TaskState::Claimed { claim, .. } if claim.token == tokens[0]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_task_says_nothing_of_its_reply_when_it_is_taken_back() {
    let floor = Floor::open().await;
    let services = &floor.services;
    let boss = floor.person("boss", Role::Supervisor).await;
    let task = floor.submit("Secret").await.task_id;
    resolve(&floor, &boss, task, Some("The secret is out.")).await;
    services.comment_on_task(&boss, task, "A secret").await.unwrap();
    services.erase_task_text(&boss, task, "They asked").await.unwrap();
    let detail = services.lookup_task(&boss, task).await.unwrap();
    assert_eq!((detail.reply, detail.comments[0].text.as_str()), (None, "(text erased)"));
    let token = services.undo_resolution(&boss, task, "").await.unwrap().last_token;
    assert_eq!(services.lookup_draft(&boss, task).await.unwrap(), None);
    assert!(matches!(services.resolve(&boss, task, token, Some("Again")).await, Err(WorkError::Conflict(_))));
    assert!(matches!(services.comment_on_task(&boss, task, "Again").await, Err(WorkError::Conflict(_))));
    let draft = NewDraft { reply: "Again".to_owned(), note: String::new(), revision: 1 };
    assert!(matches!(services.save_draft(&boss, task, draft).await, Err(WorkError::Conflict(_))));
    services.resolve(&boss, task, token, None).await.unwrap();
}
