//! The label store, read. Files are taken out through the REST API.

use domain::{
    Label, Page,
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
