//! What people say to each other about a task, and who watches it.

use domain::{TaskComment, TaskId};
use leptos::prelude::*;

use crate::error::AppError;

/// Says something about a task to colleagues; `@` and the name in an address mentions a person.
///
/// # Errors
/// When the text is blank or too long, the task has too many comments, or its text was erased.
#[server(prefix = "/fn", endpoint = "comment_on_task")]
pub async fn comment_on_task(
    /// The task.
    task: TaskId,
    /// The words.
    #[server(default)]
    text: String,
) -> Result<TaskComment, AppError> {
    use crate::api::{actor, fail, services};
    services().comment_on_task(&actor()?, task, &text).await.map_err(fail)
}

/// Lets the viewer hear of what happens to a task.
///
/// # Errors
/// When the viewer may not work tasks, there is no such task, or very many watch it.
#[server(prefix = "/fn", endpoint = "watch_task")]
pub async fn watch_task(
    /// The task.
    task: TaskId,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().watch_task(&actor()?, task).await.map_err(fail)
}

/// Lets the viewer hear no more of what happens to a task.
///
/// # Errors
/// When the viewer may not work tasks, or there is no such task.
#[server(prefix = "/fn", endpoint = "unwatch_task")]
pub async fn unwatch_task(
    /// The task.
    task: TaskId,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().unwatch_task(&actor()?, task).await.map_err(fail)
}
