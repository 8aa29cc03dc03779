//! Tasks and queues, read.

use domain::{Page, QueueCounts, TaskDetail, TaskId, TaskSummary, task::PendingApproval};
use leptos::prelude::*;

use crate::error::AppError;

/// Every queue with its numbers.
///
/// # Errors
/// When the viewer may not see tasks.
#[server(prefix = "/fn", endpoint = "list_queues")]
pub async fn list_queues() -> Result<Vec<QueueCounts>, AppError> {
    use crate::api::{actor, fail, services};
    services().list_queues(&actor()?).await.map_err(fail)
}

/// What waits in a queue, in the order in which it is taken.
///
/// # Errors
/// When the viewer may not see tasks, or there is no such queue.
#[server(prefix = "/fn", endpoint = "list_waiting")]
pub async fn list_waiting(
    /// The queue.
    queue: String,
    /// The cursor of the page.
    after: Option<String>,
) -> Result<Page<TaskSummary>, AppError> {
    use crate::api::{actor, fail, services};
    let page = domain::PageRequest::after(after, None);
    services().list_waiting(&actor()?, &queue, &page).await.map_err(fail)
}

/// The tasks that the viewer holds.
///
/// # Errors
/// When the viewer may not see tasks.
#[server(prefix = "/fn", endpoint = "list_claimed")]
pub async fn list_claimed() -> Result<Vec<TaskSummary>, AppError> {
    use crate::api::{actor, fail, services};
    services().list_claimed(&actor()?).await.map_err(fail)
}

/// The tasks that wait for an approval, oldest first.
///
/// # Errors
/// When the viewer may not see tasks.
#[server(prefix = "/fn", endpoint = "list_awaiting_approval")]
pub async fn list_awaiting_approval(
    /// The cursor of the page.
    after: Option<String>,
) -> Result<Page<PendingApproval>, AppError> {
    use crate::api::{actor, fail, services};
    let page = domain::PageRequest::after(after, None);
    services().list_awaiting_approval(&actor()?, &page).await.map_err(fail)
}

/// A task with everything that was decided and done about it.
///
/// # Errors
/// When the viewer may not see tasks, or there is no such task.
#[server(prefix = "/fn", endpoint = "lookup_task")]
pub async fn lookup_task(
    /// The task.
    task: TaskId,
) -> Result<TaskDetail, AppError> {
    use crate::api::{actor, fail, services};
    services().lookup_task(&actor()?, task).await.map_err(fail)
}

/// Erases what a task says.
///
/// # Errors
/// When the viewer may not do that, there is no such task, or it is erased already.
#[server(prefix = "/fn", endpoint = "erase_task_text")]
pub async fn erase_task_text(
    /// The task.
    task: TaskId,
    /// Why.
    reason: String,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().erase_task_text(&actor()?, task, &reason).await.map_err(fail)
}
