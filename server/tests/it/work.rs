//! Working tasks over HTTP: claims, fencing, corrections, escalations, reversals.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use domain::{NewTask, Queue, QueueKind, Role, Scope, TaskId};
use serde_json::{Value, json};

use crate::support::{Answer, Floor};

struct Desk {
    floor: Floor,
    bot: String,
}

impl Desk {
    async fn open() -> Self {
        let floor = Floor::open().await;
        let bot = floor.bearer(&[Scope::Work, Scope::TasksRead]).await;
        Self { floor, bot }
    }

    async fn submit(&self, subject: &str) -> TaskId {
        let new = NewTask { subject: subject.to_owned(), ..NewTask::default() };
        self.floor.services.submit(&self.floor.system, new, None).await.unwrap().task_id
    }

    async fn act(&self, task: TaskId, act: &str, body: Value) -> Answer {
        self.floor.call(Method::POST, &format!("/api/v1/tasks/{task}/{act}"), &self.bot, Some(body)).await
    }

    /// Claims a task and answers the token.
    async fn claim(&self, task: TaskId) -> u64 {
        let claimed = self.act(task, "claim", json!({})).await;
        assert_eq!(claimed.status, StatusCode::OK, "{}", claimed.text());
        claimed.json()["claim"]["token"].as_u64().unwrap()
    }

    async fn read(&self, task: TaskId) -> Value {
        self.floor.call(Method::GET, &format!("/api/v1/tasks/{task}"), &self.bot, None).await.json()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_has_at_most_one_holder() {
    let desk = Desk::open().await;
    let task = desk.submit("One for many").await;
    let rivals = futures::future::join_all((0..16).map(|_| desk.act(task, "claim", json!({})))).await;
    let winners = rivals.iter().filter(|answer| answer.status == StatusCode::OK).count();
    assert_eq!(winners, 1);
    assert!(rivals.iter().all(|answer| answer.status == StatusCode::OK || answer.json()["code"] == "conflict"));

    let others: Vec<TaskId> = futures::future::join_all((0..8).map(|_| desk.submit("Next"))).await;
    let path = "/api/v1/queues/triage/claim";
    let takes = (0..12).map(|_| desk.floor.call(Method::POST, path, &desk.bot, None));
    let taken = futures::future::join_all(takes).await;
    let ids: std::collections::BTreeSet<String> = taken
        .iter()
        .filter(|answer| answer.status == StatusCode::OK)
        .map(|answer| answer.json()["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), others.len());
    assert_eq!(taken.iter().filter(|answer| answer.status == StatusCode::NO_CONTENT).count(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_was_replaced_completes_nothing() {
    let desk = Desk::open().await;
    let task = desk.submit("Fenced").await;
    let first = desk.claim(task).await;
    assert_eq!(desk.act(task, "release", json!({ "token": first })).await.status, StatusCode::OK);
    let second = desk.claim(task).await;
    assert!(second > first);
    let prolonged = desk.act(task, "heartbeat", json!({ "token": second, "lease_seconds": 3_600 })).await;
    assert_eq!(prolonged.status, StatusCode::OK);
    for act in ["complete", "heartbeat", "release"] {
        let stale = desk.act(task, act, json!({ "token": first })).await;
        assert_eq!(stale.status, StatusCode::CONFLICT, "{act}");
    }
    let stranger = desk.floor.bearer(&[Scope::Work]).await;
    let path = format!("/api/v1/tasks/{task}/complete");
    let stolen = desk.floor.call(Method::POST, &path, &stranger, Some(json!({ "token": second }))).await;
    assert_eq!(stolen.status, StatusCode::CONFLICT);
    let done = desk.act(task, "complete", json!({ "token": second })).await;
    assert_eq!(done.json()["state"], "resolved");
    assert_eq!(desk.act(task, "complete", json!({ "token": second })).await.status, StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_moves_the_task_and_becomes_a_label() {
    let desk = Desk::open().await;
    let task = desk.submit("The wheel fell off").await;
    let token = desk.claim(task).await;
    let nothing = desk.act(task, "corrections", json!({ "token": token, "reason": "x" })).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let unknown = json!({ "token": token, "queue": "nowhere", "reason": "x" });
    let unknown = desk.act(task, "corrections", unknown).await;
    assert_eq!(unknown.json()["errors"][0]["field"], "queue");
    let right = json!({ "token": token, "label": "wheels", "priority": "high", "queue": "incident", "reason": "It is a wheel." });
    let corrected = desk.act(task, "corrections", right).await;
    assert_eq!(corrected.status, StatusCode::OK, "{}", corrected.text());
    let corrected = corrected.json();
    assert_eq!((&corrected["state"], &corrected["queue"]), (&json!("queued"), &json!("incident")));
    assert_eq!((&corrected["label"], &corrected["priority"]), (&json!("wheels"), &json!("high")));

    let detail = desk.read(task).await;
    let decisions = detail["decisions"].as_array().unwrap();
    assert_eq!(decisions.len(), 2);
    assert_eq!(decisions[1]["supersedes"], decisions[0]["id"]);
    assert_eq!(decisions[1]["source"]["kind"], "correction");
    assert_eq!(detail["corrections"].as_array().unwrap().len(), 3);

    let supervisor = desk.floor.cookie(Role::Supervisor).await;
    let export = |format: &str| {
        Request::get(format!("/api/v1/labels/export?format={format}"))
            .header("cookie", supervisor.clone())
            .body(Body::empty())
            .unwrap()
    };
    let label: Value = serde_json::from_str(desk.floor.send(export("jsonl")).await.text().trim()).unwrap();
    assert_eq!((&label["label"], &label["kind"]), (&json!("wheels"), &json!("corrected")));
    assert_eq!(label["text"], "The wheel fell off");
    let csv = desk.floor.send(export("csv")).await.text();
    assert!(csv.starts_with("text,label,kind") && csv.contains("The wheel fell off,wheels,corrected"), "{csv}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_escalation_goes_up_the_chain_and_comes_back() {
    let desk = Desk::open().await;
    let task = desk.submit("Angry customer").await;
    let mut levels = Vec::new();
    for _ in 0..2 {
        let token = desk.claim(task).await;
        let blank = desk.act(task, "escalations", json!({ "token": token, "reason": " " })).await;
        assert_eq!(blank.json()["errors"][0]["field"], "reason");
        let escalated = desk.act(task, "escalations", json!({ "token": token, "reason": "Too hot" })).await.json();
        levels.push((escalated["queue"].as_str().unwrap().to_owned(), escalated["escalation_level"].as_u64().unwrap()));
    }
    assert_eq!(levels, [("team-leads".to_owned(), 1), ("duty-manager".to_owned(), 2)]);
    let token = desk.claim(task).await;
    let top = desk.act(task, "escalations", json!({ "token": token, "reason": "Higher" })).await;
    assert_eq!(top.status, StatusCode::CONFLICT);
    let back = desk.act(task, "hand-back", json!({ "token": token, "reason": "Handled by phone" })).await.json();
    assert_eq!((&back["queue"], &back["escalation_level"]), (&json!("triage"), &json!(0)));
    let states: Vec<_> =
        desk.read(task).await["escalations"].as_array().unwrap().iter().map(|step| step["state"].clone()).collect();
    assert_eq!(states, [json!("superseded"), json!("handed_back")]);

    // Agents do not take what was escalated.
    let token = desk.claim(task).await;
    desk.act(task, "escalations", json!({ "token": token, "reason": "Again" })).await;
    let agent = desk.floor.cookie(Role::Agent).await;
    let claim = crate::support::form("/fn/claim_task", Some(&agent), format!("task={task}"));
    assert_eq!(desk.floor.send(claim).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_automated_decision_can_be_reversed_and_the_bot_is_fenced_off() {
    let desk = Desk::open().await;
    let Desk { floor, .. } = &desk;
    let bot = Queue {
        name: "bot".to_owned(),
        title: "Bot".to_owned(),
        purpose: String::new(),
        kind: QueueKind::Automation,
        sla_minutes: 5,
    };
    floor.services.save_queue(&floor.system, &bot).await.unwrap();
    let policy = json!({
        "schema": 1,
        "rules": [
            { "id": "ask", "description": "Ask first.", "when": "task.subject == \"ask\"",
              "then": { "destination": { "kind": "approval", "automation": "bot", "otherwise": "triage" } } }
        ],
        "otherwise": { "destination": { "kind": "automation", "automation": "bot" } },
    });
    let saved = floor.services.save_policy(&floor.system, &policy.to_string(), "Bots").await.unwrap();
    floor.services.activate_policy(&floor.system, saved.version, None, "Try it.").await.unwrap();

    let task = desk.submit("to the bot").await;
    let token = desk.claim(task).await;
    let supervisor = floor.cookie(Role::Supervisor).await;
    let reverse = format!("task={task}&queue=incident&reason=Wrong");
    let reversed = floor.send(crate::support::form("/fn/reverse_decision", Some(&supervisor), reverse)).await;
    assert_eq!(reversed.status, StatusCode::OK, "{}", reversed.text());
    assert_eq!(desk.act(task, "complete", json!({ "token": token })).await.status, StatusCode::CONFLICT);
    let detail = desk.read(task).await;
    assert_eq!(detail["task"]["queue"], "incident");
    assert_eq!(detail["decisions"][1]["source"]["kind"], "reversal");

    let failed = desk.submit("another").await;
    let token = desk.claim(failed).await;
    let given_up = desk.act(failed, "fail", json!({ "token": token, "reason": "No such invoice" })).await.json();
    assert_eq!(given_up["queue"], "triage");

    let asked = desk.submit("ask").await;
    assert_eq!(desk.read(asked).await["task"]["state"], "awaiting_approval");
    assert_eq!(desk.act(asked, "claim", json!({})).await.status, StatusCode::CONFLICT);
    let yes = format!("task={asked}&yes=true&reason=");
    assert_eq!(
        floor.send(crate::support::form("/fn/answer_approval", Some(&supervisor), yes)).await.status,
        StatusCode::OK
    );
    assert_eq!(desk.read(asked).await["task"]["queue"], "bot");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_act_is_in_an_audit_log_that_holds() {
    let desk = Desk::open().await;
    let task = desk.submit("Watched").await;
    let token = desk.claim(task).await;
    desk.act(task, "complete", json!({ "token": token })).await;
    let Desk { floor, .. } = &desk;
    let acts: Vec<String> = floor
        .services
        .list_audit_of(&floor.system, &task.to_string())
        .await
        .unwrap()
        .into_iter()
        .map(|event| event.action)
        .collect();
    assert_eq!(acts, ["task.submitted", "task.claimed", "task.resolved"]);
    let verdict = floor.services.verify_audit(&floor.system).await.unwrap();
    assert!(verdict.events > 3 && verdict.broken_at.is_none(), "{verdict:?}");
}
