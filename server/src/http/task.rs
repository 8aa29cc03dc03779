//! Submitting and reading tasks.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    Fault, NewTask, Page, PageRequest, Receipt, TaskDetail, TaskId, TaskSummary, ValidationCode, ValidationError,
    task::TaskFilter,
};
use serde::Deserialize;
use service::Services;
use utoipa::{IntoParams, ToSchema};

use super::{
    caller::Caller,
    json::{Asked, Body, Named},
    problem::{Problem, Refusals},
};

/// Longest `Idempotency-Key`, in bytes.
const MAX_KEY_BYTES: usize = 255;
/// The header of a key.
pub(super) const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Says that an answer is the first one of its key, given again.
const REPLAYED: &str = "idempotency-replayed";

/// Submit a task. The answer comes after the task is kept for good.
#[utoipa::path(
    post, path = "/api/v1/tasks", tag = "tasks", operation_id = "submit_task", request_body = NewTask,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters of your own, kept 24 h: the same key and body answer the first result again")),
    responses(
        (status = 201, description = "Accepted, decided and kept", body = Receipt, headers(
            ("Location" = String, description = "Where the task can be read"),
            ("Idempotency-Replayed" = String, description = "`true` on the first answer of a key, given again")
        )),
        Refusals
    )
)]
pub(super) async fn submit_task(
    State(services): State<Services>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(task): Body<NewTask>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers)?;
    let receipt = services.submit(&actor, task, key).await.map_err(Fault::from)?;
    let location = format!("/api/v1/tasks/{}", receipt.task_id);
    let replayed = receipt.replayed;
    let mut response = (StatusCode::CREATED, [(header::LOCATION, location)], Json(receipt)).into_response();
    if replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Fault> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| {
        // Of two keys neither is the caller's word.
        values.next().is_none()
            && (1..=MAX_KEY_BYTES).contains(&key.len())
            && key.bytes().all(|byte| byte.is_ascii_graphic())
    });
    key.map(|key| Some(key.to_owned())).ok_or_else(|| {
        let message = format!("must be given once, as 1 to {MAX_KEY_BYTES} visible ASCII characters");
        Fault::Invalid(ValidationError::new("Idempotency-Key", ValidationCode::Malformed, message))
    })
}

/// Where a task stands, by name.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum StateName {
    /// Waits in a queue.
    Queued,
    /// Somebody works it.
    Claimed,
    /// Put aside until a time.
    Snoozed,
    /// Waits for a person's yes before an automation runs.
    AwaitingApproval,
    /// Done.
    Resolved,
    /// Nothing was to be done.
    Closed,
    /// Nothing can be done.
    DeadLetter,
}

impl StateName {
    /// The name as [`domain::TaskState::name`] gives it.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Claimed => "claimed",
            Self::Snoozed => "snoozed",
            Self::AwaitingApproval => "awaiting_approval",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
            Self::DeadLetter => "dead_letter",
        }
    }
}

/// What a list of tasks is narrowed to, and which page of it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TaskQuery {
    /// Only this state.
    #[param(inline)]
    state: Option<StateName>,
    /// Only this queue.
    queue: Option<String>,
    /// Only this label.
    label: Option<String>,
    /// Only your own name for it.
    external_id: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Most rows, 1 to 200.
    limit: Option<u32>,
}

/// List tasks, newest first.
#[utoipa::path(
    get, path = "/api/v1/tasks", tag = "tasks", operation_id = "list_tasks", params(TaskQuery),
    responses((status = 200, description = "A page of tasks", body = Page<TaskSummary>), Refusals)
)]
pub(super) async fn list_tasks(
    State(services): State<Services>,
    Caller(actor): Caller,
    Asked(query): Asked<TaskQuery>,
) -> Result<Json<Page<TaskSummary>>, Problem> {
    let filter = TaskFilter {
        state: query.state.map(|state| state.as_str().to_owned()),
        queue: query.queue,
        label: query.label,
        external_id: query.external_id,
    };
    let page = PageRequest::after(query.after, query.limit);
    Ok(Json(services.list_tasks(&actor, &filter, &page).await.map_err(Fault::from)?))
}

/// Read a task with everything that was decided and done about it.
#[utoipa::path(
    get, path = "/api/v1/tasks/{id}", tag = "tasks", operation_id = "lookup_task", params(("id" = TaskId, Path)),
    responses((status = 200, description = "The task", body = TaskDetail), Refusals)
)]
pub(super) async fn lookup_task(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(id): Named<TaskId>,
) -> Result<Json<TaskDetail>, Problem> {
    Ok(Json(services.lookup_task(&actor, id).await.map_err(Fault::from)?))
}
