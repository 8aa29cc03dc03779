//! Taking a resolution back. Resolving itself is an act on a held task, in `work`.

use domain::{Task, TaskId};
use leptos::prelude::*;

use crate::error::AppError;

/// Takes the resolution of a task back: the viewer holds it again.
///
/// # Errors
/// When the task is not resolved, the time for that is over, or a needed reason is missing.
#[server(prefix = "/fn", endpoint = "undo_resolution")]
pub async fn undo_resolution(
    /// The task.
    task: TaskId,
    /// Why; blank when one's own resolution is taken back in time.
    #[server(default)]
    reason: String,
) -> Result<Task, AppError> {
    use crate::api::{actor, fail, services};
    services().undo_resolution(&actor()?, task, &reason).await.map_err(fail)
}
