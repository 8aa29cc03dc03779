//! Acts on tasks. Each that ends with the task out of the viewer's hands leads on to where work goes on; the others
//! lead back to the task.

use domain::{Task, TaskId};
use leptos::prelude::*;

use crate::error::AppError;

/// What a form says that should happen after a task is resolved.
pub const THEN_NEXT: &str = "next";

/// Takes a task.
///
/// # Errors
/// When somebody holds it, or it does not wait in a queue.
#[server(prefix = "/fn", endpoint = "claim_task")]
pub async fn claim_task(
    /// The task.
    task: TaskId,
) -> Result<Task, AppError> {
    use crate::api::{actor, fail, services};
    services().claim(&actor()?, task, None).await.map_err(fail)
}

/// Takes the next task of a queue, or of any queue, and leads to it. Answers nothing when nothing waits.
///
/// # Errors
/// When the viewer may not work tasks.
#[server(prefix = "/fn", endpoint = "claim_next")]
pub async fn claim_next(
    /// The queue; every people's queue when it is blank.
    queue: Option<String>,
    /// The address of the list to go back to.
    from: Option<String>,
) -> Result<Option<Task>, AppError> {
    use crate::api::{actor, blank, fail, services};
    let queues: Vec<String> = blank(queue).into_iter().collect();
    let task = services().claim_next(&actor()?, &queues, None).await.map_err(fail)?;
    if let Some(task) = &task {
        on_server::go_to_task(task, from);
    }
    Ok(task)
}

/// Extends one's hold on a task.
///
/// # Errors
/// When the hold ended or was replaced.
#[server(prefix = "/fn", endpoint = "heartbeat_task")]
pub async fn heartbeat_task(
    /// The task.
    task: TaskId,
    /// The claim's fencing token.
    token: u64,
) -> Result<Task, AppError> {
    use crate::api::{actor, fail, services};
    services().heartbeat(&actor()?, task, token, None).await.map_err(fail)
}

/// Gives a task back to its queue.
///
/// # Errors
/// When the hold ended or was replaced.
#[server(prefix = "/fn", endpoint = "release_task")]
pub async fn release_task(
    /// The task.
    task: TaskId,
    /// The claim's fencing token.
    token: u64,
) -> Result<Task, AppError> {
    use crate::api::{actor, fail, services};
    let task = services().release(&actor()?, task, token).await.map_err(fail)?;
    on_server::go_to_queue(task.state.queue());
    Ok(task)
}

/// Ends the work on a task, and leads to its queue or to the next task there.
///
/// # Errors
/// When the reply is too long, or the hold ended or was replaced.
#[server(prefix = "/fn", endpoint = "resolve_task")]
pub async fn resolve_task(
    /// The task.
    task: TaskId,
    /// The claim's fencing token.
    token: u64,
    /// The queue to go on with.
    queue: String,
    /// `next` to take the queue's next task at once.
    then: Option<String>,
    /// The address of the list to go back to.
    from: Option<String>,
    /// What the submitter is told; the reply of the viewer's draft when the field is missing.
    #[server(default)]
    reply: Option<String>,
    /// Whether the field showed the draft, which takes a script: a field that is blank then means no reply.
    #[server(default)]
    shown: bool,
) -> Result<Task, AppError> {
    use crate::api::{actor, fail, services};
    let reply = if shown { Some(reply.unwrap_or_default()) } else { crate::api::blank(reply) };
    let actor = actor()?;
    let task = services().resolve(&actor, task, token, reply.as_deref()).await.map_err(fail)?;
    let next = match then.as_deref() {
        Some(THEN_NEXT) => services().claim_next(&actor, std::slice::from_ref(&queue), None).await.map_err(fail)?,
        _ => None,
    };
    match next {
        Some(next) => on_server::go_to_task(&next, from),
        None => on_server::go_to_queue(Some(&queue)),
    }
    Ok(task)
}

/// Says what was wrong with a task's decision. Blank fields were right.
///
/// # Errors
/// When nothing is corrected, the reason is missing, or the hold ended or was replaced.
#[server(prefix = "/fn", endpoint = "correct_task")]
pub async fn correct_task(
    /// The task.
    task: TaskId,
    /// The claim's fencing token.
    token: u64,
    /// The right label.
    label: Option<String>,
    /// The right priority.
    priority: Option<String>,
    /// The right queue.
    queue: Option<String>,
    /// Why.
    reason: String,
) -> Result<Task, AppError> {
    use crate::api::{actor, blank, fail, services};
    let priority = blank(priority).map(|text| text.parse()).transpose();
    let priority = priority.map_err(|error| fail(domain::Fault::Invalid(error)))?;
    let correction = domain::CorrectionRequest { label: blank(label), priority, queue: blank(queue), reason };
    services().correct(&actor()?, task, token, correction).await.map_err(fail)
}

/// Hands a task up the chain, and leads back to the queue it came from.
///
/// # Errors
/// When the reason is missing, the chain ends here, or the hold ended or was replaced.
#[server(prefix = "/fn", endpoint = "escalate_task")]
pub async fn escalate_task(
    /// The task.
    task: TaskId,
    /// The claim's fencing token.
    token: u64,
    /// The queue to go on with.
    queue: String,
    /// Why.
    reason: String,
) -> Result<Task, AppError> {
    use crate::api::{actor, fail, services};
    let task = services().escalate(&actor()?, task, token, &reason).await.map_err(fail)?;
    on_server::go_to_queue(Some(&queue));
    Ok(task)
}

/// Gives an escalated task back to where it came from, and leads to the escalations.
///
/// # Errors
/// When the reason is missing, the task is not escalated, or the hold ended or was replaced.
#[server(prefix = "/fn", endpoint = "hand_back_task")]
pub async fn hand_back_task(
    /// The task.
    task: TaskId,
    /// The claim's fencing token.
    token: u64,
    /// Why.
    reason: String,
) -> Result<Task, AppError> {
    use crate::api::{actor, fail, services};
    let task = services().hand_back(&actor()?, task, token, &reason).await.map_err(fail)?;
    leptos_axum::redirect("/escalations");
    Ok(task)
}

/// Undoes an automated decision and routes the task anew.
///
/// # Errors
/// When the reason is missing, or the decision was not automated.
#[server(prefix = "/fn", endpoint = "reverse_decision")]
pub async fn reverse_decision(
    /// The task.
    task: TaskId,
    /// Where the task goes instead; the workspace's triage queue when it is blank.
    queue: Option<String>,
    /// Why.
    reason: String,
) -> Result<Task, AppError> {
    use crate::api::{actor, blank, fail, services};
    services().reverse(&actor()?, task, blank(queue).as_deref(), &reason).await.map_err(fail)
}

/// Says yes or no to an automation.
///
/// # Errors
/// When the task does not wait for an approval, or a no has no reason.
#[server(prefix = "/fn", endpoint = "answer_approval")]
pub async fn answer_approval(
    /// The task.
    task: TaskId,
    /// Whether the automation may run.
    yes: bool,
    /// Why.
    reason: String,
) -> Result<Task, AppError> {
    use crate::api::{actor, fail, services};
    services().answer_approval(&actor()?, task, yes, &reason).await.map_err(fail)
}

#[cfg(feature = "ssr")]
pub(super) mod on_server {
    use domain::Task;
    use leptos_router::location::Url;

    /// Leads to a task, which remembers the list that it was opened from when that is one of ours.
    pub(super) fn go_to_task(task: &Task, from: Option<String>) {
        let from =
            from.filter(|from| ["/work", "/aside"].iter().any(|list| from.starts_with(list)) && from.len() <= 1_024);
        let from = from.map(|from| format!("?from={}", Url::escape(&from))).unwrap_or_default();
        leptos_axum::redirect(&format!("/tasks/{}{from}", task.id));
    }

    /// Leads to a queue's page; to the page of all queues for a name that no queue can have.
    pub(in crate::api) fn go_to_queue(queue: Option<&str>) {
        match queue.filter(|queue| domain::text::check_name("queue", queue).is_ok()) {
            Some(queue) => leptos_axum::redirect(&format!("/work/{queue}")),
            None => leptos_axum::redirect("/work"),
        }
    }
}
