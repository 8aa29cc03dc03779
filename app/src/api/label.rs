//! The label store. Files are taken out through the REST API.

use domain::{
    Label, LabelId, Page, TaskId,
    automation::UnsureTask,
    dispute::{Agreement, Dispute, LabelBacklog},
    label::{LabelCount, LabelFilter},
    suspicion::SuspiciousLabel,
};
use leptos::prelude::*;

use crate::error::AppError;

/// Labels, newest first.
#[server(prefix = "/fn", endpoint = "list_labels")]
pub async fn list_labels(
    /// What the list is narrowed to.
    #[server(default)]
    filter: LabelFilter,
    /// The cursor of the page.
    after: Option<String>,
) -> Result<Page<Label>, AppError> {
    use crate::api::{actor, fail, services};
    let page = domain::PageRequest::after(after, None);
    services().list_labels(&actor()?, &filter, &page).await.map_err(fail)
}

/// How many examples each label has.
#[server(prefix = "/fn", endpoint = "list_label_counts")]
pub async fn list_label_counts() -> Result<Vec<LabelCount>, AppError> {
    use crate::api::{actor, fail, services};
    services().list_label_counts(&actor()?).await.map_err(fail)
}

/// Texts whose labels contradict each other, the longest contested first.
#[server(prefix = "/fn", endpoint = "list_disputes")]
pub async fn list_disputes(
    /// The cursor of the page.
    after: Option<String>,
) -> Result<Page<Dispute>, AppError> {
    use crate::api::{actor, fail, services};
    let page = domain::PageRequest::after(after, Some(20));
    services().list_disputes(&actor()?, &page).await.map_err(fail)
}

/// How much waits for somebody to look at it.
#[server(prefix = "/fn", endpoint = "count_label_backlog")]
pub async fn count_label_backlog() -> Result<LabelBacklog, AppError> {
    use crate::api::{actor, fail, services};
    services().label_backlog(&actor()?).await.map_err(fail)
}

/// Labels that are likely wrong, the likeliest first.
#[server(prefix = "/fn", endpoint = "list_suspicions")]
pub async fn list_suspicions(
    /// The cursor of the page.
    after: Option<String>,
) -> Result<Page<SuspiciousLabel>, AppError> {
    use crate::api::{actor, fail, services};
    let page = domain::PageRequest::after(after, Some(20));
    services().list_suspicions(&actor()?, &page).await.map_err(fail)
}

/// Says of a suspicious label that it is right, or takes the suggestion.
#[server(prefix = "/fn", endpoint = "answer_suspicion")]
pub async fn answer_suspicion(
    /// The label.
    label: LabelId,
    /// Whether it is wrong and the suggestion right.
    change: bool,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    if change {
        services().take_suggestion(&actor()?, label).await.map_err(fail)?;
    } else {
        services().keep_suspicious_label(&actor()?, label).await.map_err(fail)?;
    }
    Ok(())
}

/// Says what a contested text is: `other`, when it is given, else `label`.
#[server(prefix = "/fn", endpoint = "settle_dispute")]
pub async fn settle_dispute(
    /// The text.
    digest: String,
    /// The label of the button that was pressed.
    label: Option<String>,
    /// The label that was typed.
    other: Option<String>,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), AppError> {
    use crate::api::{actor, blank, fail, services};
    let label = label.or(blank(other)).unwrap_or_default();
    services().settle_dispute(&actor()?, &digest, &label, &reason).await.map_err(fail)?;
    Ok(())
}

/// How far people who labelled the same texts agree.
#[server(prefix = "/fn", endpoint = "label_agreement")]
pub async fn label_agreement() -> Result<Agreement, AppError> {
    use crate::api::{actor, fail, services};
    services().label_agreement(&actor()?).await.map_err(fail)
}

/// Tasks of machines that the model was least sure of, without what it said.
#[server(prefix = "/fn", endpoint = "list_unsure")]
pub async fn list_unsure() -> Result<Vec<UnsureTask>, AppError> {
    use crate::api::{actor, fail, services};
    services().list_unsure(&actor()?).await.map_err(fail)
}

/// Says what a task of a machine is.
#[server(prefix = "/fn", endpoint = "label_unsure")]
pub async fn label_unsure(
    /// The task.
    task: TaskId,
    /// What it is.
    label: String,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().label_unsure(&actor()?, task, &label).await.map_err(fail)
}
