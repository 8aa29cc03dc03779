//! Decisions, read.

use domain::{DecisionDetail, DecisionId, DecisionSummary, Page, decision::DecisionFilter};
use leptos::prelude::*;

use crate::error::AppError;

/// Decisions, newest first.
#[server(prefix = "/fn", endpoint = "list_decisions")]
pub async fn list_decisions(
    /// What the list is narrowed to.
    #[server(default)]
    filter: DecisionFilter,
    /// The cursor of the page.
    after: Option<String>,
) -> Result<Page<DecisionSummary>, AppError> {
    use crate::api::{actor, fail, services};
    let page = domain::PageRequest::after(after, None);
    services().list_decisions(&actor()?, &filter, &page).await.map_err(fail)
}

/// One decision with its trace and what became of it.
#[server(prefix = "/fn", endpoint = "lookup_decision")]
pub async fn lookup_decision(
    /// The decision.
    id: DecisionId,
) -> Result<DecisionDetail, AppError> {
    use crate::api::{actor, fail, services};
    services().lookup_decision(&actor()?, id).await.map_err(fail)
}
