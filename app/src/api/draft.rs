//! What the viewer is writing on a task, kept until it is sent or discarded.

use domain::{Draft, TaskId};
use leptos::prelude::*;

use crate::error::AppError;

/// Keeps what the viewer is writing on a task.
///
/// # Errors
/// When a field is refused, a draft of the same or a higher revision is kept, or the task is finished.
#[server(prefix = "/fn", endpoint = "save_draft")]
pub async fn save_draft(
    /// The task.
    task: TaskId,
    /// What the submitter is to be told.
    #[server(default)]
    reply: String,
    /// What colleagues are to know.
    #[server(default)]
    note: String,
    /// Higher than that of the draft that is kept.
    revision: u64,
) -> Result<Draft, AppError> {
    use crate::api::{actor, fail, services};
    let draft = domain::draft::NewDraft { reply, note, revision };
    services().save_draft(&actor()?, task, draft).await.map_err(fail)
}

/// What the viewer is writing on a task.
///
/// # Errors
/// When the viewer may not work tasks, or there is no such task.
#[server(prefix = "/fn", endpoint = "lookup_draft")]
pub async fn lookup_draft(
    /// The task.
    task: TaskId,
) -> Result<Option<Draft>, AppError> {
    use crate::api::{actor, fail, services};
    services().lookup_draft(&actor()?, task).await.map_err(fail)
}

/// Removes what the viewer is writing on a task.
///
/// # Errors
/// When the viewer may not work tasks, or there is no such task.
#[server(prefix = "/fn", endpoint = "discard_draft")]
pub async fn discard_draft(
    /// The task.
    task: TaskId,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().discard_draft(&actor()?, task).await.map_err(fail)
}
