//! The life of policies: drafts, review, areas, guardrails, kill switches, schedules, shadow and canary, the past.

mod controls;
mod life;
mod rollout;

use domain::{
    Actor, NewUser, PolicyVersion, Queue, QueueKind, Role,
    policy::desk::{DraftOutcome, DraftRequest},
};
use serde_json::{Value, json};

use crate::support::Floor;

fn to(queue: &str) -> Value {
    json!({ "destination": { "kind": "queue", "queue": queue } })
}

fn to_bot() -> Value {
    json!({ "destination": { "kind": "automation", "automation": "bot" } })
}

/// A rule on the subject's words.
fn rule(id: &str, area: Option<&str>, word: &str, then: &Value) -> Value {
    let mut rule = json!({
        "id": id,
        "description": format!("Tasks about {word}."),
        "when": format!("contains_any(task.subject, [\"{word}\"])"),
        "then": then,
    });
    if let Some(area) = area {
        rule["area"] = json!(area);
    }
    rule
}

fn document(rules: &[Value]) -> String {
    json!({ "schema": 2, "rules": rules, "otherwise": to("triage") }).to_string()
}

struct Desk {
    floor: Floor,
}

impl Desk {
    async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    async fn open_with(change: impl FnOnce(&mut service::Settings)) -> Self {
        let desk = Self { floor: Floor::open_with(change).await };
        for (name, kind) in
            [("bot", QueueKind::Automation), ("billing", QueueKind::People), ("legal", QueueKind::People)]
        {
            let (name, title) = (name.to_owned(), name.to_owned());
            let queue = Queue { name, title, purpose: String::new(), kind, sla_minutes: 60 };
            desk.floor.services.save_queue(&desk.floor.system, &queue).await.unwrap();
        }
        desk
    }

    /// A person of this role who may change these areas.
    async fn person(&self, name: &str, role: Role, areas: &str) -> Actor {
        let email = format!("{name}@example.com");
        let new = NewUser { email, name: name.to_owned(), role, areas: areas.to_owned() };
        let added = self.floor.services.add_user_with_password(&self.floor.system, new, "correct horse battery").await;
        self.floor.services.actor_of_user(added.unwrap().id).await.unwrap().unwrap()
    }

    async fn draft(&self, by: &Actor, version: u32, revision: u32, json: &str) -> DraftOutcome {
        let request = DraftRequest { version, revision, json: json.to_owned(), note: "A change".to_owned() };
        self.floor.services.save_policy_draft(by, &request).await.unwrap()
    }

    /// Saves and activates a document as the system, which may do everything.
    async fn activate(&self, json: &str) -> u32 {
        let Floor { services, system, .. } = &self.floor;
        let saved = services.save_policy(system, json, "A change").await.unwrap();
        services.activate_policy(system, saved.version, None, "Try it").await.unwrap();
        saved.version
    }

    async fn stage(&self, version: u32) -> PolicyVersion {
        self.floor.services.lookup_policy(&self.floor.system, version).await.unwrap()
    }

    /// Where a task with this subject goes, in words.
    async fn goes(&self, subject: &str) -> String {
        self.floor.submit(subject).await.decision.destination.to_string()
    }
}

fn saved(outcome: DraftOutcome) -> (u32, u32) {
    match outcome {
        DraftOutcome::Saved { version, revision } => (version, revision),
        DraftOutcome::Overtaken(overtaken) => panic!("overtaken by {}", overtaken.by),
    }
}
