//! Putting tasks aside: over HTTP, by time, and beside everything else that happens to a task.

use axum::http::{Method, StatusCode};
use domain::{PageRequest, Role, Scope, SnoozeKind, SnoozeRequest, TaskId, TaskState, time::MINUTE_MS};
use serde_json::json;

use crate::support::{Floor, form};

fn minutes(minutes: u32, kind: SnoozeKind) -> SnoozeRequest {
    SnoozeRequest { minutes: Some(minutes), kind, ..SnoozeRequest::default() }
}

/// Waits until another server's sweep has brought a task back.
async fn returned(floor: &Floor, task: TaskId) -> domain::Task {
    loop {
        let task = floor.services.lookup_task(&floor.system, task).await.unwrap().task;
        if matches!(task.state, TaskState::Queued { .. }) {
            return task;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_puts_a_task_aside_and_nobody_gets_it_until_it_is_woken() {
    let floor = Floor::open().await;
    let bot = floor.bearer(&[Scope::Work]).await;
    let task = floor.submit("Ask again tomorrow").await.task_id;
    let act = async |act: &str, body| {
        floor.call(Method::POST, &format!("/api/v1/tasks/{task}/{act}"), &bot, Some(body)).await
    };
    let token = act("claim", json!({})).await.json()["claim"]["token"].clone();
    for (body, field) in [
        (json!({ "token": token }), "until"),
        (json!({ "token": token, "minutes": 0 }), "minutes"),
        (json!({ "token": token, "minutes": 90 * 24 * 60 + 1 }), "minutes"),
        (json!({ "token": token, "until": "2020-01-01T00:00:00Z" }), "until"),
        (json!({ "token": token, "minutes": 5, "kind": "tired" }), "kind"),
        (json!({ "token": token, "minutes": 5, "reason": "x".repeat(2_001) }), "reason"),
    ] {
        let refused = act("snooze", body.clone()).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(refused.json()["errors"][0]["field"], field, "{body}");
    }
    let stale = act("snooze", json!({ "token": 99, "minutes": 5 })).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let aside = act("snooze", json!({ "token": token, "minutes": 5, "reason": " They sleep. " })).await;
    assert_eq!(aside.status, StatusCode::OK, "{}", aside.text());
    let aside = aside.json();
    assert_eq!((&aside["state"], &aside["kind"], &aside["by"]), (&json!("snoozed"), &json!("snoozed"), &json!("test")));
    assert_eq!((&aside["queue"], &aside["reason"]), (&json!("triage"), &json!("They sleep.")));

    let next = floor.call(Method::POST, "/api/v1/queues/triage/claim", &bot, None).await;
    assert_eq!(next.status, StatusCode::NO_CONTENT);
    assert_eq!(act("claim", json!({})).await.status, StatusCode::CONFLICT);
    assert_eq!(act("complete", json!({ "token": token })).await.status, StatusCode::CONFLICT);
    let get = async |path: &str| floor.call(Method::GET, path, &bot, None).await.json();
    let queues = get("/api/v1/queues").await;
    let triage = queues.as_array().unwrap().iter().find(|counts| counts["queue"]["name"] == "triage").unwrap();
    assert_eq!((&triage["waiting"], &triage["claimed"]), (&json!(0), &json!(0)));
    let listed = get("/api/v1/snoozed?mine=true").await;
    assert_eq!((&listed["items"][0]["task"]["id"], &listed["next"]), (&json!(task), &json!(null)));
    let other = floor.bearer(&[Scope::TasksRead]).await;
    let of = async |query: &str| {
        let answer = floor.call(Method::GET, &format!("/api/v1/snoozed{query}"), &other, None).await;
        answer.json()["items"].as_array().unwrap().len()
    };
    assert_eq!((of("?mine=true").await, of("").await), (0, 1));
    assert_eq!(get("/api/v1/tasks?state=snoozed").await["items"].as_array().unwrap().len(), 1);
    assert_eq!(get("/api/v1/tasks?state=queued").await["items"].as_array().unwrap().len(), 0);

    let woken = act("wake", json!({})).await.json();
    assert_eq!((&woken["state"], &woken["due_at"]), (&json!("queued"), &aside["due_at"]));
    assert_eq!(act("wake", json!({})).await.status, StatusCode::CONFLICT);
    assert_eq!(act("claim", json!({})).await.status, StatusCode::OK);
    assert_eq!(floor.acts(task).await[1..], ["task.claimed", "task.snoozed", "task.woken", "task.claimed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_comes_back_once_by_itself_also_when_the_server_was_started_anew() {
    let floor = Floor::open().await;
    let Floor { services, system, .. } = &floor;
    let (soon, later) = (floor.submit("Soon").await.task_id, floor.submit("Later").await.task_id);
    for (id, until) in [(soon, 10), (later, 30)] {
        let task = services.claim(system, id, None).await.unwrap();
        services.snooze(system, id, task.last_token, minutes(until, SnoozeKind::Snoozed)).await.unwrap();
    }
    // Two servers whose time has come look at once.
    let _first = floor.beside(11, |_| {}).await;
    let _second = floor.beside(11, |_| {}).await;
    let back = returned(&floor, soon).await;
    assert_eq!(back.state.queue(), Some("triage"));
    let of_later = services.lookup_task(system, later).await.unwrap().task;
    assert!(matches!(of_later.state, TaskState::Snoozed { .. }), "its time has not come");
    let _third = floor.beside(31, |_| {}).await;
    returned(&floor, later).await;
    for id in [soon, later] {
        let acts = floor.acts(id).await;
        assert_eq!(acts.iter().filter(|act| *act == "task.returned").count(), 1, "{acts:?}");
    }
    assert!(services.claim(system, soon, None).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_the_customer_is_due_later_also_where_it_was_escalated() {
    let floor = Floor::open().await;
    let Floor { services, system, .. } = &floor;
    let task = floor.submit("Waiting for papers").await.task_id;
    let claimed = services.claim(system, task, None).await.unwrap();
    services.escalate(system, task, claimed.last_token, "Too hot").await.unwrap();
    let claimed = services.claim(system, task, None).await.unwrap();
    let due = claimed.due_at.unwrap();
    let before = services.lookup_task(system, task).await.unwrap().open_escalation().unwrap().due_at;
    services.snooze(system, task, claimed.last_token, minutes(60, SnoozeKind::Waiting)).await.unwrap();
    let _later = floor.beside(90, |_| {}).await;
    let back = returned(&floor, task).await;
    // It waited for the hour that it was to wait, however late somebody noticed.
    assert_eq!(back.due_at.unwrap().since_ms(due), 60 * MINUTE_MS);
    let detail = services.lookup_task(system, task).await.unwrap();
    assert_eq!(detail.open_escalation().unwrap().due_at.since_ms(before), 60 * MINUTE_MS);
    assert_eq!((detail.task.escalation_level, detail.task.state.queue()), (1, Some("team-leads")));
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_put_aside_and_whoever_works_tasks_brings_back() {
    let floor = Floor::open().await;
    let (services, agent) = (&floor.services, floor.cookie(Role::Agent).await);
    let boss = floor.person("boss", Role::Supervisor).await;
    let task = floor.submit("Call back").await.task_id;
    let token = services.claim(&boss, task, None).await.unwrap().last_token;
    let post = async |function: &str, body: String| floor.send(form(function, Some(&agent), body)).await;
    let stolen = post("/fn/snooze_task", format!("task={task}&token={token}&minutes=5")).await;
    assert_eq!(stolen.status, StatusCode::CONFLICT);
    services.snooze(&boss, task, token, minutes(5, SnoozeKind::Waiting)).await.unwrap();
    assert_eq!(post("/fn/wake_task", format!("task={task}")).await.status, StatusCode::OK);
    let token = post("/fn/claim_task", format!("task={task}")).await.json()["claim"]["token"].clone();
    for (rest, field) in
        [("minutes=soon", "minutes"), ("until=tomorrow", "until"), ("minutes=5&kind=x", "kind"), ("", "until")]
    {
        let refused = post("/fn/snooze_task", format!("task={task}&token={token}&{rest}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{rest}");
        assert!(refused.text().contains(field), "{rest}: {}", refused.text());
    }
    let aside =
        post("/fn/snooze_task", format!("task={task}&token={token}&minutes=5&until=&kind=waiting&reason=")).await;
    assert_eq!(aside.json()["kind"], "waiting", "{}", aside.text());
    let mine = services.list_snoozed(&boss, true, &PageRequest::first(9)).await.unwrap();
    let all = services.list_snoozed(&boss, false, &PageRequest::first(9)).await.unwrap();
    assert_eq!((mine.items.len(), all.items[0].by.as_str()), (0, "The agent"));
    // Whoever put it aside is told when somebody else brings it back.
    services.wake(&boss, task).await.unwrap();
    let told = post("/fn/list_notices", String::new()).await.json();
    assert_eq!(told["items"].as_array().unwrap().len(), 1, "{told}");
    assert_eq!(told["items"][0]["text"], "BOSS brought it back to its queue.");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_task_that_comes_back_while_others_act_has_one_holder() {
    let floor = Floor::open().await;
    let Floor { services, system, .. } = &floor;
    let task = floor.submit("One for many").await.task_id;
    let token = services.claim(system, task, None).await.unwrap().last_token;
    services.snooze(system, task, token, minutes(5, SnoozeKind::Snoozed)).await.unwrap();
    let rivals = (0..12).map(|n| async move {
        if n % 3 == 0 {
            services.wake(system, task).await.is_ok()
        } else {
            services.claim(system, task, None).await.is_ok()
        }
    });
    let won = futures::future::join_all(rivals).await.into_iter().filter(|won| *won).count();
    assert!(won <= 2, "one brings it back and at most one takes it");
    let acts = floor.acts(task).await;
    assert_eq!(acts.iter().filter(|act| *act == "task.woken").count(), 1);
    assert!(acts.iter().filter(|act| *act == "task.claimed").count() <= 2);
}
