//! Many tasks in one request.

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, Request, State},
    http::{HeaderMap, StatusCode},
};
use domain::{Fault, NewTask, Receipt, ValidationCode, ValidationError};
use serde::Serialize;
use serde_json::value::RawValue;
use service::Services;
use utoipa::ToSchema;

use super::{
    caller::Caller,
    json::{media_type, parse, unreadable, unsupported},
    problem::{Problem, Refusals},
    task::IDEMPOTENCY_KEY,
};

/// Most tasks of a batch.
const MAX_TASKS: usize = 1_000;
/// Largest batch, in bytes.
pub(super) const MAX_BATCH_BYTES: usize = 16 * 1024 * 1024;

/// What became of one task of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BatchItem {
    /// Its place in the request, from 0.
    index: usize,
    /// The status that the task alone would have been answered with.
    status: u16,
    /// The answer, when it was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<Receipt>,
    /// Why not, when it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
}

/// Submit up to 1,000 tasks, as a JSON array or as one JSON object a line. Each has a result of its own, in order; those
/// that are refused do not hinder the others. An `Idempotency-Key` is refused: it stands for one task.
#[utoipa::path(
    post, path = "/api/v1/tasks/batch", tag = "tasks", operation_id = "submit_batch",
    request_body(content((Vec<NewTask> = "application/json"), (String = "application/x-ndjson"))),
    responses((status = 200, description = "A result for each task, in order", body = Vec<BatchItem>), Refusals)
)]
pub(super) async fn submit_batch(
    State(services): State<Services>,
    Caller(actor): Caller,
    request: Request,
) -> Result<Json<Vec<BatchItem>>, Problem> {
    refuse_key(request.headers())?;
    let media_type = media_type(request.headers());
    let bytes = Bytes::from_request(request, &()).await.map_err(|rejection| unreadable(&rejection))?;
    let tasks = match media_type.as_str() {
        "application/json" => read_array(&bytes)?,
        "application/x-ndjson" | "application/jsonl" => read_lines(&bytes),
        _ => return Err(unsupported("application/json or application/x-ndjson")),
    };
    if tasks.is_empty() || tasks.len() > MAX_TASKS {
        let code = if tasks.is_empty() { ValidationCode::Required } else { ValidationCode::TooLong };
        let message = format!("must hold 1 to {MAX_TASKS} tasks");
        return Err(Fault::Invalid(ValidationError::new("tasks", code, message)).into());
    }
    let good: Vec<NewTask> = tasks.iter().filter_map(|task| task.as_ref().ok().cloned()).collect();
    let mut results = services.submit_all(&actor, good).await.map_err(Fault::from)?.into_iter();
    let items = tasks.into_iter().enumerate().map(|(index, task)| {
        let outcome = match task {
            Ok(_) => {
                results.next().unwrap_or(Err(service::SubmitError::Stopping)).map_err(|error| Fault::from(error).into())
            }
            Err(problem) => Err(problem),
        };
        match outcome {
            Ok(receipt) => {
                BatchItem { index, status: StatusCode::CREATED.as_u16(), task: Some(receipt), problem: None }
            }
            Err(problem) => BatchItem { index, status: problem.status(), task: None, problem: Some(problem) },
        }
    });
    Ok(Json(items.collect()))
}

/// A key that was passed over would promise that a retry creates nothing, and a retry would create every task again.
fn refuse_key(headers: &HeaderMap) -> Result<(), Fault> {
    if headers.contains_key(IDEMPOTENCY_KEY) {
        let message = "stands for one task; send the tasks of a batch one by one to retry them safely";
        return Err(Fault::Invalid(ValidationError::new("Idempotency-Key", ValidationCode::Malformed, message)));
    }
    Ok(())
}

/// The tasks of an array, each read on its own so that a bad one does not hide the others.
fn read_array(bytes: &[u8]) -> Result<Vec<Result<NewTask, Problem>>, Problem> {
    let raw: Vec<&RawValue> = parse_borrowed(bytes)?;
    Ok(raw.into_iter().take(MAX_TASKS + 1).map(|task| parse(task.get().as_bytes())).collect())
}

fn parse_borrowed(bytes: &[u8]) -> Result<Vec<&RawValue>, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        let detail = format!("The body is not a JSON array: {error}.");
        Problem::new(StatusCode::BAD_REQUEST, "malformed_json", "The body is not JSON", detail)
    })
}

fn read_lines(bytes: &[u8]) -> Vec<Result<NewTask, Problem>> {
    bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.trim_ascii().is_empty())
        .take(MAX_TASKS + 1)
        .map(parse)
        .collect()
}
