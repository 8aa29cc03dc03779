//! Putting tasks aside, and bringing them back.

use domain::{Page, SnoozedTask, Task, TaskId};
use leptos::prelude::*;

use crate::error::AppError;

/// Puts a task aside, and leads to its queue. The end is a time or a number of minutes from now.
///
/// # Errors
/// When a field is refused, or the hold ended or was replaced.
#[server(prefix = "/fn", endpoint = "snooze_task")]
pub async fn snooze_task(
    /// The task.
    task: TaskId,
    /// The claim's fencing token.
    token: u64,
    /// The minute in UTC when it comes back, like 2026-12-24T08:00; blank when minutes are given.
    #[server(default)]
    until: Option<String>,
    /// In how many minutes it comes back; blank when a time is given.
    #[server(default)]
    minutes: Option<String>,
    /// `snoozed` to look at it later, `waiting` when it waits for the customer.
    #[server(default)]
    kind: Option<String>,
    /// Why; may be blank.
    #[server(default)]
    reason: Option<String>,
) -> Result<Task, AppError> {
    use crate::api::{actor, fail, services, work::on_server::go_to_queue};
    let request = on_server::request(until, minutes, kind, reason)?;
    let task = services().snooze(&actor()?, task, token, request).await.map_err(fail)?;
    go_to_queue(task.state.queue());
    Ok(task)
}

/// Brings a task that is put aside back to its queue.
///
/// # Errors
/// When it is not put aside.
#[server(prefix = "/fn", endpoint = "wake_task")]
pub async fn wake_task(
    /// The task.
    task: TaskId,
) -> Result<Task, AppError> {
    use crate::api::{actor, fail, services};
    services().wake(&actor()?, task).await.map_err(fail)
}

/// The tasks that are put aside, the earliest return first.
///
/// # Errors
/// When the viewer may not see tasks.
#[server(prefix = "/fn", endpoint = "list_snoozed")]
pub async fn list_snoozed(
    /// Whether only those that the viewer put aside.
    #[server(default)]
    mine: bool,
    /// The cursor of the page.
    #[server(default)]
    after: Option<String>,
) -> Result<Page<SnoozedTask>, AppError> {
    use crate::api::{actor, fail, services};
    let page = domain::PageRequest::after(after, None);
    services().list_snoozed(&actor()?, mine, &page).await.map_err(fail)
}

#[cfg(feature = "ssr")]
mod on_server {
    use domain::{Fault, SnoozeRequest, ValidationCode, ValidationError};

    use crate::{
        api::{blank, fail, minute},
        error::AppError,
    };

    /// What the fields of the form ask for.
    pub(super) fn request(
        until: Option<String>,
        minutes: Option<String>,
        kind: Option<String>,
        reason: Option<String>,
    ) -> Result<SnoozeRequest, AppError> {
        let invalid = |error| fail(Fault::Invalid(error));
        let whole = |text: String| {
            text.parse()
                .map_err(|_| ValidationError::new("minutes", ValidationCode::Malformed, "must be a whole number"))
        };
        Ok(SnoozeRequest {
            until: minute("until", until.as_deref().unwrap_or_default())?,
            minutes: blank(minutes).map(whole).transpose().map_err(invalid)?,
            kind: blank(kind).map(|kind| kind.parse()).transpose().map_err(invalid)?.unwrap_or_default(),
            reason: blank(reason),
        })
    }
}
