//! What the viewer is told of tasks.

use domain::{Notice, NoticeId, Page};
use leptos::prelude::*;

use crate::error::AppError;

/// What the viewer was told, newest first.
///
/// # Errors
/// When the viewer may not see tasks.
#[server(prefix = "/fn", endpoint = "list_notices")]
pub async fn list_notices(
    /// The cursor of the page.
    #[server(default)]
    after: Option<String>,
) -> Result<Page<Notice>, AppError> {
    use crate::api::{actor, fail, services};
    let page = domain::PageRequest::after(after, None);
    services().list_notices(&actor()?, &page).await.map_err(fail)
}

/// How many notices the viewer has not read.
///
/// # Errors
/// When nobody is signed in.
#[server(prefix = "/fn", endpoint = "count_unread_notices")]
pub async fn count_unread_notices() -> Result<u32, AppError> {
    use crate::api::{actor, fail, services};
    services().count_unread_notices(&actor()?).await.map_err(fail)
}

/// Marks one of the viewer's notices read.
///
/// # Errors
/// When the viewer may not see tasks.
#[server(prefix = "/fn", endpoint = "mark_notice_read")]
pub async fn mark_notice_read(
    /// The notice.
    notice: NoticeId,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().mark_notice_read(&actor()?, notice).await.map_err(fail)
}

/// Marks all of the viewer's notices read.
///
/// # Errors
/// When the viewer may not see tasks.
#[server(prefix = "/fn", endpoint = "mark_all_notices_read")]
pub async fn mark_all_notices_read() -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().mark_all_notices_read(&actor()?).await.map_err(fail)
}
