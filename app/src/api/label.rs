//! The label store. Files are taken out through the REST API.

use domain::{
    Label, Page,
    dispute::{Agreement, Dispute},
    label::{LabelCount, LabelFilter},
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

/// How many texts wait to be settled.
#[server(prefix = "/fn", endpoint = "count_disputes")]
pub async fn count_disputes() -> Result<u64, AppError> {
    use crate::api::{actor, fail, services};
    services().count_disputes(&actor()?).await.map_err(fail)
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
