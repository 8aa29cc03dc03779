//! Escalations, read.

use domain::{Page, escalation::EscalationSummary};
use leptos::prelude::*;

use crate::error::AppError;

/// Open escalations, the most urgent first.
///
/// # Errors
/// When the viewer may not see escalations.
#[server(prefix = "/fn", endpoint = "list_escalations")]
pub async fn list_escalations(
    /// The cursor of the page.
    after: Option<String>,
) -> Result<Page<EscalationSummary>, AppError> {
    use crate::api::{actor, fail, services};
    let page = domain::PageRequest::after(after, None);
    services().list_escalations(&actor()?, &page).await.map_err(fail)
}
