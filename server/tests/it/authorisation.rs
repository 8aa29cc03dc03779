//! One walk over every route and every server function: anonymous callers, wrong roles, right roles. An endpoint that is
//! not in the tables here fails the walk.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use domain::{NewTask, Role, Scope};
use server::auth::is_public;

use crate::support::{Floor, examples, form};

use Role::{Administrator, Agent, Auditor, Supervisor};

const EVERYBODY: &[Role] = &Role::ALL;
const READS_TASKS: &[Role] = &[Agent, Supervisor, Auditor];
const WORKS: &[Role] = &[Agent, Supervisor];
const READS_DECISIONS: &[Role] = &[Supervisor, Auditor];
const READS_POLICIES: &[Role] = &[Supervisor, Auditor, Administrator];
const SUPERVISES: &[Role] = &[Supervisor];
const ADMINISTERS: &[Role] = &[Administrator];
const NOBODY: &[Role] = &[];

/// Pages and who may see them. `{task}` and `{decision}` stand for ones that exist.
const PAGES: &[(&str, &[Role])] = &[
    ("/", EVERYBODY),
    ("/account", EVERYBODY),
    ("/overview", EVERYBODY),
    ("/work", READS_TASKS),
    ("/aside", READS_TASKS),
    ("/notices", READS_TASKS),
    ("/work/triage", READS_TASKS),
    ("/tasks/{task}", READS_TASKS),
    ("/escalations", READS_TASKS),
    ("/approvals", READS_TASKS),
    ("/dead-letters", READS_DECISIONS),
    ("/decisions", READS_DECISIONS),
    ("/decisions/{decision}", READS_DECISIONS),
    ("/policies", READS_POLICIES),
    ("/policies/1", READS_POLICIES),
    ("/policies/1/simulation", SUPERVISES),
    ("/policies/1/rollout", READS_POLICIES),
    ("/guardrails", READS_POLICIES),
    ("/models", READS_DECISIONS),
    ("/models/1", READS_DECISIONS),
    ("/models/1/cases", READS_DECISIONS),
    ("/models/automation", READS_DECISIONS),
    ("/models/drift", READS_DECISIONS),
    ("/labels", READS_DECISIONS),
    ("/labels/disputes", READS_DECISIONS),
    ("/labels/agreement", READS_DECISIONS),
    ("/labels/suspicious", READS_DECISIONS),
    ("/labels/names", READS_DECISIONS),
    ("/labels/names/refund", READS_DECISIONS),
    ("/labels/names/split/sort", READS_DECISIONS),
    ("/labels/datasets", READS_DECISIONS),
    ("/labels/datasets/1", READS_DECISIONS),
    ("/labels/imports", READS_DECISIONS),
    ("/labels/unsure", READS_DECISIONS),
    ("/people", ADMINISTERS),
    ("/keys", ADMINISTERS),
];

/// Server functions: who may call them, with a form that gets past the parsing.
const FUNCTIONS: &[(&str, &[Role], &str)] = &[
    ("viewer", EVERYBODY, ""),
    ("overview", EVERYBODY, ""),
    ("change_password", EVERYBODY, "old=x&new=y&again=y"),
    ("set_keys", EVERYBODY, "on=true"),
    ("list_queues", READS_TASKS, ""),
    ("list_waiting", READS_TASKS, "queue=triage"),
    ("list_claimed", READS_TASKS, ""),
    ("list_awaiting_approval", READS_TASKS, ""),
    ("lookup_task", READS_TASKS, "task={task}"),
    ("list_label_counts", READS_TASKS, ""),
    ("list_escalations", READS_TASKS, ""),
    ("claim_task", WORKS, "task={task}"),
    ("claim_next", WORKS, ""),
    ("heartbeat_task", WORKS, "task={task}&token=99"),
    ("release_task", WORKS, "task={task}&token=99"),
    ("resolve_task", WORKS, "task={task}&token=99&queue=triage"),
    ("undo_resolution", WORKS, "task={task}&reason=x"),
    ("snooze_task", WORKS, "task={task}&token=99&minutes=5"),
    ("wake_task", WORKS, "task={task}"),
    ("list_snoozed", READS_TASKS, "mine=true"),
    ("save_draft", WORKS, "task={task}&reply=x&revision=1"),
    ("lookup_draft", WORKS, "task={task}"),
    ("discard_draft", WORKS, "task={task}"),
    ("comment_on_task", WORKS, "task={task}&text=x"),
    ("watch_task", WORKS, "task={task}"),
    ("unwatch_task", WORKS, "task={task}"),
    ("list_notices", READS_TASKS, ""),
    ("count_unread_notices", EVERYBODY, ""),
    ("mark_notice_read", READS_TASKS, "notice=notice_01ARZ3NDEKTSV4RRFFQ69G5FAV"),
    ("mark_all_notices_read", READS_TASKS, ""),
    ("correct_task", WORKS, "task={task}&token=99&label=x&reason=x"),
    ("escalate_task", WORKS, "task={task}&token=99&queue=triage&reason=x"),
    ("hand_back_task", WORKS, "task={task}&token=99&reason=x"),
    ("erase_task_text", SUPERVISES, "task={task}&reason=+"),
    ("reverse_decision", SUPERVISES, "task={task}&reason=x"),
    ("answer_approval", WORKS, "task={task}&yes=true&reason=x"),
    ("list_dead_letters", READS_DECISIONS, ""),
    ("replay_dead_letter", SUPERVISES, "task={task}&reason=x"),
    ("replay_dead_letters", SUPERVISES, "reason=+"),
    ("list_decisions", READS_DECISIONS, ""),
    ("lookup_decision", READS_DECISIONS, "id={decision}"),
    ("policy_board", READS_POLICIES, ""),
    ("lookup_policy", READS_POLICIES, "version=1"),
    ("compare_policies", READS_POLICIES, "before=1&after=1"),
    ("begin_policy_edit", SUPERVISES, "version=1"),
    ("make_policy_example", SUPERVISES, "decision={decision}&name=+"),
    ("check_policy", SUPERVISES, "json=x"),
    ("submit_policy", SUPERVISES, "version=1&revision=1&json=x&note=x&intent=check"),
    ("ask_for_policy_review", SUPERVISES, "version=99"),
    ("take_policy_back", SUPERVISES, "version=99"),
    ("comment_on_policy", SUPERVISES, "version=99&revision=1&text=x&verdict=approved"),
    ("activate_policy", SUPERVISES, "version=1&reason=x"),
    ("schedule_policy", SUPERVISES, "version=99"),
    ("roll_policy_back", SUPERVISES, "reason=x"),
    ("set_policy_aside", SUPERVISES, "version=1&reason=x"),
    ("begin_policy_shadow", SUPERVISES, "version=99&reason=x"),
    ("begin_policy_canary", SUPERVISES, "version=99&percent=5&reason=x"),
    ("policy_rollout", READS_POLICIES, "version=1"),
    ("simulate_policy", SUPERVISES, "version=99&most=1"),
    ("cancel_policy_simulation", SUPERVISES, "number=99"),
    ("lookup_policy_simulation", SUPERVISES, "number=99"),
    ("latest_policy_simulation", SUPERVISES, "version=1"),
    ("guardrail_board", READS_POLICIES, ""),
    ("set_guardrail", ADMINISTERS, "revision=0&id=x"),
    ("remove_guardrail", ADMINISTERS, "revision=0&id=x&reason=x"),
    ("set_governance", ADMINISTERS, "revision=99&reason=x"),
    ("switch_off", SUPERVISES, "kind=rule&name=x&reason=x"),
    ("switch_on", SUPERVISES, "kind=rule&name=x&reason=x"),
    ("lookup_model_board", READS_DECISIONS, ""),
    ("lookup_model_report", READS_DECISIONS, "version=1"),
    ("list_cases", READS_DECISIONS, "version=1"),
    ("lookup_automation_board", READS_DECISIONS, ""),
    ("lookup_drift_board", READS_DECISIONS, ""),
    ("begin_shadow", SUPERVISES, "version=99"),
    ("begin_canary", SUPERVISES, "version=99&percent=5"),
    ("stop_rollout", SUPERVISES, "version=99"),
    ("set_automation_goal", SUPERVISES, "label=refund&percent=98"),
    ("lookup_run", READS_DECISIONS, "run=run_01ARZ3NDEKTSV4RRFFQ69G5FAV"),
    ("start_training", SUPERVISES, "dataset=99"),
    ("cancel_training", SUPERVISES, "run=run_01ARZ3NDEKTSV4RRFFQ69G5FAV"),
    ("promote_model", SUPERVISES, "version=99"),
    ("list_labels", READS_DECISIONS, ""),
    ("list_disputes", READS_DECISIONS, ""),
    ("count_label_backlog", READS_DECISIONS, ""),
    ("list_suspicions", READS_DECISIONS, ""),
    ("answer_suspicion", SUPERVISES, "label=label_01ARZ3NDEKTSV4RRFFQ69G5FAV&change=true"),
    ("label_agreement", READS_DECISIONS, ""),
    ("list_label_set", READS_TASKS, ""),
    ("lookup_label_use", READS_DECISIONS, "name=x"),
    ("save_label", SUPERVISES, "name=+"),
    ("rename_label", SUPERVISES, "name=x&to=y"),
    ("retire_label", SUPERVISES, "name=x"),
    ("split_label", SUPERVISES, "name=x"),
    ("list_unsorted", READS_DECISIONS, "name=split"),
    ("sort_example", SUPERVISES, "label=label_01ARZ3NDEKTSV4RRFFQ69G5FAV&part=x"),
    ("sort_examples", SUPERVISES, "name=split&words=x&part=y"),
    ("list_datasets", READS_DECISIONS, ""),
    ("lookup_dataset", READS_DECISIONS, "number=1"),
    ("list_dataset_examples", READS_DECISIONS, "number=1"),
    ("make_dataset", SUPERVISES, "name=+"),
    ("list_imports", READS_DECISIONS, ""),
    ("lookup_import", READS_DECISIONS, "import=imp_01ARZ3NDEKTSV4RRFFQ69G5FAV"),
    ("cancel_import", SUPERVISES, "import=imp_01ARZ3NDEKTSV4RRFFQ69G5FAV"),
    ("list_unsure", READS_DECISIONS, ""),
    ("label_unsure", SUPERVISES, "task={task}&label=+"),
    ("settle_dispute", SUPERVISES, "digest=x&label=x&reason=x"),
    ("list_people", ADMINISTERS, ""),
    ("add_user", ADMINISTERS, "email=x&name=x&role=agent"),
    ("set_user_areas", ADMINISTERS, "user=user_01ARZ3NDEKTSV4RRFFQ69G5FAV&areas=x"),
    ("set_user_disabled", ADMINISTERS, "user=user_01ARZ3NDEKTSV4RRFFQ69G5FAV&disabled=true"),
    ("reset_password", ADMINISTERS, "user=user_01ARZ3NDEKTSV4RRFFQ69G5FAV"),
    ("list_api_keys", ADMINISTERS, ""),
    ("create_api_key", ADMINISTERS, "name=x"),
    ("revoke_api_key", ADMINISTERS, "key=key_01ARZ3NDEKTSV4RRFFQ69G5FAV"),
];

/// Server functions with walks of their own: they make or end the session that the walk needs, or need none.
const SESSION_FUNCTIONS: [&str; 3] = ["sign_in", "sign_out", "set_look"];

/// Routes of the REST API: the scopes of which each alone is enough, and the roles that may call it with a session.
const API: &[(&str, &str, &[Scope], &[Role])] = &[
    ("POST", "/api/v1/tasks", &[Scope::TasksWrite], NOBODY),
    ("POST", "/api/v1/tasks/batch", &[Scope::TasksWrite], NOBODY),
    ("GET", "/api/v1/tasks", &[Scope::TasksRead, Scope::Work], READS_TASKS),
    ("GET", "/api/v1/tasks/{id}", &[Scope::TasksRead, Scope::Work], READS_TASKS),
    ("GET", "/api/v1/queues", &[Scope::TasksRead, Scope::Work], READS_TASKS),
    ("POST", "/api/v1/queues/{queue}/claim", &[Scope::Work], WORKS),
    ("POST", "/api/v1/tasks/{id}/claim", &[Scope::Work], WORKS),
    ("POST", "/api/v1/tasks/{id}/heartbeat", &[Scope::Work], WORKS),
    ("POST", "/api/v1/tasks/{id}/complete", &[Scope::Work], WORKS),
    ("POST", "/api/v1/tasks/{id}/undo", &[Scope::Work], WORKS),
    ("POST", "/api/v1/tasks/{id}/snooze", &[Scope::Work], WORKS),
    ("POST", "/api/v1/tasks/{id}/wake", &[Scope::Work], WORKS),
    ("POST", "/api/v1/tasks/{id}/comments", &[Scope::Work], WORKS),
    ("GET", "/api/v1/snoozed", &[Scope::TasksRead, Scope::Work], READS_TASKS),
    ("POST", "/api/v1/tasks/{id}/fail", &[Scope::Work], WORKS),
    ("POST", "/api/v1/tasks/{id}/release", &[Scope::Work], WORKS),
    ("POST", "/api/v1/tasks/{id}/corrections", &[Scope::Work], WORKS),
    ("POST", "/api/v1/tasks/{id}/escalations", &[Scope::Work], WORKS),
    ("POST", "/api/v1/tasks/{id}/hand-back", &[Scope::Work], WORKS),
    ("POST", "/api/v1/tasks/{id}/reversal", &[], SUPERVISES),
    ("POST", "/api/v1/tasks/{id}/approval", &[], WORKS),
    ("GET", "/api/v1/decisions", &[Scope::TasksRead], READS_DECISIONS),
    ("GET", "/api/v1/decisions/{id}", &[Scope::TasksRead], READS_DECISIONS),
    ("GET", "/api/v1/escalations", &[], READS_TASKS),
    ("GET", "/api/v1/labels/export", &[], READS_DECISIONS),
    ("POST", "/api/v1/labels/imports", &[], SUPERVISES),
    ("GET", "/api/v1/datasets/{number}/export", &[], READS_DECISIONS),
    ("GET", "/api/v1/datasets/{number}/card", &[], READS_DECISIONS),
    ("GET", "/api/v1/models/{version}/card", &[], READS_DECISIONS),
    ("POST", "/api/v1/models", &[], SUPERVISES),
    ("GET", "/api/v1/policies", &[Scope::PoliciesRead, Scope::PoliciesWrite], READS_POLICIES),
    ("GET", "/api/v1/policies/{version}", &[Scope::PoliciesRead, Scope::PoliciesWrite], READS_POLICIES),
    ("POST", "/api/v1/policies", &[Scope::PoliciesWrite], SUPERVISES),
    ("POST", "/api/v1/policies/check", &[Scope::PoliciesWrite], SUPERVISES),
    ("POST", "/api/v1/policies/{version}/activate", &[Scope::PoliciesWrite], SUPERVISES),
    ("GET", "/api/v1/live", &[], EVERYBODY),
];

/// A body that gets past the parsing of a route.
fn body_of(path: &str) -> &'static str {
    match path.rsplit('/').next().unwrap_or_default() {
        "tasks" => r#"{"subject":"x"}"#,
        "batch" => r#"[{"subject":"x"}]"#,
        "claim" => "{}",
        "undo" => r#"{"reason":"x"}"#,
        "snooze" => r#"{"token":99,"minutes":5}"#,
        "comments" => r#"{"text":"x"}"#,
        "heartbeat" | "complete" | "release" => r#"{"token":99}"#,
        "fail" | "escalations" | "hand-back" => r#"{"token":99,"reason":"x"}"#,
        "corrections" => r#"{"token":99,"label":"x","reason":"x"}"#,
        "reversal" => r#"{"reason":"x"}"#,
        "approval" => r#"{"approved":true,"reason":"x"}"#,
        "policies" => r#"{"document":{},"note":"x"}"#,
        "check" => r#"{"document":{}}"#,
        "activate" => r#"{"reason":"x"}"#,
        _ => "",
    }
}

struct Walk {
    floor: Floor,
    task: String,
    decision: String,
    cookies: BTreeMap<Role, String>,
}

impl Walk {
    async fn begin() -> Self {
        let floor = Floor::open().await;
        let new = NewTask { subject: "A task".to_owned(), ..NewTask::default() };
        let receipt = floor.services.submit(&floor.system, new, None).await.unwrap();
        floor.services.save_label(&floor.system, "refund", "").await.unwrap();
        floor.services.import_labels(&floor.system, &examples()).await.unwrap();
        floor.services.save_label(&floor.system, "split", "").await.unwrap();
        floor.services.split_label(&floor.system, "split", &["x".to_owned(), "y".to_owned()]).await.unwrap();
        floor.services.train(&floor.system).await.unwrap();
        let mut cookies = BTreeMap::new();
        for role in Role::ALL {
            cookies.insert(role, floor.cookie(role).await);
        }
        Self { floor, task: receipt.task_id.to_string(), decision: receipt.decision.id.to_string(), cookies }
    }

    fn fill(&self, text: &str) -> String {
        let id = if text.starts_with("/api/v1/decisions") { &self.decision } else { &self.task };
        text.replace("{task}", &self.task)
            .replace("{decision}", &self.decision)
            .replace("{id}", id)
            .replace("{queue}", "triage")
            .replace("{version}", "1")
            .replace("{number}", "1")
    }

    /// The status alone: a stream's body never ends.
    async fn status(&self, request: Request<Body>) -> StatusCode {
        use tower::ServiceExt;
        self.floor.router.clone().oneshot(request).await.unwrap().status()
    }

    fn api_request(&self, method: &str, path: &str, name: header::HeaderName, value: &str) -> Request<Body> {
        Request::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(self.fill(path))
            .header(header::CONTENT_TYPE, "application/json")
            .header(name, value)
            .body(Body::from(body_of(path)))
            .unwrap()
    }
}

fn is_refused(status: StatusCode) -> bool {
    status == StatusCode::FORBIDDEN
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_page_is_for_its_roles_only() {
    let walk = Walk::begin().await;
    for (path, roles) in PAGES {
        let page = |cookie: Option<&str>| {
            let mut request = Request::get(walk.fill(path)).header(header::ACCEPT, "text/html");
            if let Some(cookie) = cookie {
                request = request.header(header::COOKIE, cookie);
            }
            request.body(Body::empty()).unwrap()
        };
        let anonymous = walk.floor.send(page(None)).await;
        assert_eq!(anonymous.status, StatusCode::SEE_OTHER, "{path}");
        assert!(anonymous.header(header::LOCATION).starts_with("/sign-in"), "{path}");
        for (role, cookie) in &walk.cookies {
            let status = walk.status(page(Some(cookie))).await;
            if roles.contains(role) {
                let fine = status == StatusCode::OK || (*path == "/" && status.is_redirection());
                assert!(fine, "{role} should see {path}: {status}");
            } else {
                assert_eq!(status, StatusCode::FORBIDDEN, "{role} should not see {path}");
            }
        }
    }
    let listed: BTreeSet<String> = leptos_axum::generate_route_list(app::App)
        .iter()
        .map(|listing| listing.path().trim_end_matches('/').to_owned())
        .filter(|path| !is_public(path))
        .collect();
    let known: BTreeSet<String> = PAGES
        .iter()
        .map(|(path, _)| {
            let path = path.replace("{task}", "{id}").replace("{decision}", "{id}");
            path.replace("/work/triage", "/work/{queue}")
                .replace("/policies/1", "/policies/{version}")
                .replace("/models/1", "/models/{version}")
                .replace("/names/refund", "/names/{name}")
                .replace("/names/split", "/names/{name}")
                .replace("/datasets/1", "/datasets/{number}")
        })
        .map(|path| path.trim_end_matches('/').to_owned())
        .collect();
    assert_eq!(listed, known, "every page has its line in this test");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_server_function_is_for_its_roles_only() {
    let walk = Walk::begin().await;
    for (name, roles, body) in FUNCTIONS {
        let path = format!("/fn/{name}");
        let anonymous = walk.status(form(&path, None, walk.fill(body))).await;
        assert_eq!(anonymous, StatusCode::UNAUTHORIZED, "{name}");
        for (role, cookie) in &walk.cookies {
            let status = walk.status(form(&path, Some(cookie), walk.fill(body))).await;
            assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR, "{role} calls {name}");
            assert_eq!(is_refused(status), !roles.contains(role), "{role} calls {name}: {status}");
        }
    }
    let known: BTreeSet<String> =
        FUNCTIONS.iter().map(|(name, ..)| *name).chain(SESSION_FUNCTIONS).map(|name| format!("/fn/{name}")).collect();
    let registered: BTreeSet<String> = app::server_function_paths().into_iter().map(str::to_owned).collect();
    assert_eq!(registered, known, "every server function has its line in this test");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_route_of_the_api_is_for_its_scopes_and_roles_only() {
    let walk = Walk::begin().await;
    for (method, path, scopes, roles) in API {
        let anonymous = walk.status(walk.api_request(method, path, header::USER_AGENT, "nobody")).await;
        assert_eq!(anonymous, StatusCode::UNAUTHORIZED, "{method} {path}");
        let wrong = walk.status(walk.api_request(method, path, header::AUTHORIZATION, "Bearer key_x.y")).await;
        assert_eq!(wrong, StatusCode::UNAUTHORIZED, "{method} {path}");
        for scope in Scope::ALL {
            let bearer = walk.floor.bearer(&[scope]).await;
            let status = walk.status(walk.api_request(method, path, header::AUTHORIZATION, &bearer)).await;
            assert_ne!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
            assert_eq!(is_refused(status), !scopes.contains(&scope), "{scope:?} calls {method} {path}: {status}");
        }
        for (role, cookie) in &walk.cookies {
            let status = walk.status(walk.api_request(method, path, header::COOKIE, cookie)).await;
            assert_eq!(is_refused(status), !roles.contains(role), "{role} calls {method} {path}: {status}");
        }
    }
    let known: BTreeSet<(String, String)> =
        API.iter().map(|(method, path, ..)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(documented(), known, "every route has its line in this test");
}

/// Method and path of every route of the description that is not public.
fn documented() -> BTreeSet<(String, String)> {
    let document = serde_json::to_value(server::http::document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .filter(|(path, _)| !is_public(path))
        .flat_map(|(path, operations)| {
            operations.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone()))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_ends_with_sign_out_and_with_disabling() {
    let floor = Floor::open().await;
    let cookie = floor.cookie(Agent).await;
    let reads = |cookie: String| form("/fn/list_queues", Some(&cookie), String::new());
    assert_eq!(floor.send(reads(cookie.clone())).await.status, StatusCode::OK);
    assert_eq!(floor.send(form("/fn/sign_out", Some(&cookie), String::new())).await.status, StatusCode::OK);
    assert_eq!(floor.send(reads(cookie)).await.status, StatusCode::UNAUTHORIZED);

    let email = "agent@example.com";
    let cookie = floor.sign_in(email, "correct horse battery").await.unwrap();
    let user = floor.services.lookup_user_by_email(&floor.system, email).await.unwrap();
    floor.services.set_user_disabled(&floor.system, user.id, true).await.unwrap();
    assert_eq!(floor.send(reads(cookie)).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(floor.sign_in(email, "correct horse battery").await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_from_other_sites_change_nothing() {
    let floor = Floor::open().await;
    let cookie = floor.cookie(Supervisor).await;
    let mut request = form("/fn/start_training", Some(&cookie), String::new());
    request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    request.headers_mut().insert(header::ORIGIN, "https://evil.example".parse().unwrap());
    assert_eq!(floor.send(request).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guessing_passwords_is_slowed_down_and_right_ones_wait_too() {
    let floor = Floor::open().await;
    drop(floor.cookie(Agent).await);
    for _ in 0..5 {
        assert_eq!(floor.sign_in("agent@example.com", "wrong wrong wrong").await, None);
    }
    let body = "email=agent%40example.com&password=correct+horse+battery".to_owned();
    assert_eq!(floor.send(form("/fn/sign_in", None, body)).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn forms_are_bounded_also_for_callers_whom_nobody_knows() {
    let floor = Floor::open().await;
    let body = format!("email=a%40b.example&password={}", "x".repeat(4 * 1024 * 1024));
    let length = body.len();
    let mut request = form("/fn/sign_in", None, body);
    // As every HTTP client sends it.
    request.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    assert_eq!(floor.send(request).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}
