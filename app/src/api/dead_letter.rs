//! Tasks that nothing could be done with.

use domain::{
    Page, TaskId,
    dead_letter::{DeadLetter, Replayed},
};
use leptos::prelude::*;

use crate::error::AppError;

/// Tasks that nothing could be done with, newest first.
#[server(prefix = "/fn", endpoint = "list_dead_letters")]
pub async fn list_dead_letters(
    /// The cursor of the page.
    after: Option<String>,
) -> Result<Page<DeadLetter>, AppError> {
    use crate::api::{actor, fail, services};
    let page = domain::PageRequest::after(after, Some(50));
    services().list_dead_letters(&actor()?, &page).await.map_err(fail)
}

/// Decides one of them again, by what decides now.
#[server(prefix = "/fn", endpoint = "replay_dead_letter")]
pub async fn replay_dead_letter(
    /// The task.
    task: TaskId,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().replay_dead_letter(&actor()?, task, &reason).await.map_err(fail)?;
    Ok(())
}

/// Decides them again, the newest first, a bounded number.
#[server(prefix = "/fn", endpoint = "replay_dead_letters")]
pub async fn replay_dead_letters(
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<Replayed, AppError> {
    use crate::api::{actor, fail, services};
    services().replay_dead_letters(&actor()?, &reason).await.map_err(fail)
}
