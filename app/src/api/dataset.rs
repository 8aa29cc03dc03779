//! Datasets. Their files are taken out through the REST API.

use domain::{
    Page,
    dataset::{Dataset, DatasetDetail, DatasetExample},
};
use leptos::prelude::*;

use crate::error::AppError;

/// Datasets, newest first.
#[server(prefix = "/fn", endpoint = "list_datasets")]
pub async fn list_datasets(
    /// The cursor of the page.
    after: Option<String>,
) -> Result<Page<Dataset>, AppError> {
    use crate::api::{actor, fail, services};
    services().list_datasets(&actor()?, &domain::PageRequest::after(after, Some(20))).await.map_err(fail)
}

/// A dataset with the models that learned from it.
#[server(prefix = "/fn", endpoint = "lookup_dataset")]
pub async fn lookup_dataset(
    /// The dataset.
    number: u32,
) -> Result<DatasetDetail, AppError> {
    use crate::api::{actor, fail, services};
    services().lookup_dataset(&actor()?, number).await.map_err(fail)
}

/// Examples of a dataset, in the order of their texts' digests.
#[server(prefix = "/fn", endpoint = "list_dataset_examples")]
pub async fn list_dataset_examples(
    /// The dataset.
    number: u32,
    /// The cursor of the page.
    after: Option<String>,
) -> Result<Page<DatasetExample>, AppError> {
    use crate::api::{actor, fail, services};
    let page = domain::PageRequest::after(after, Some(25));
    services().list_dataset_examples(&actor()?, number, &page).await.map_err(fail)
}

/// Makes a dataset of the labels that hold now, and leads to it. Days are whole days of UTC, both included.
#[server(prefix = "/fn", endpoint = "make_dataset")]
pub async fn make_dataset(
    /// What it is for.
    name: String,
    /// Only these labels, separated by commas; all when empty.
    #[server(default)]
    labels: String,
    /// Only what came to be in this way; any when empty.
    #[server(default)]
    kind: String,
    /// From this day on, as `2026-11-25`.
    #[server(default)]
    from: String,
    /// Up to this day.
    #[server(default)]
    until: String,
    /// Leave out what people said after they had seen the model's answer.
    #[server(default)]
    unanchored: bool,
) -> Result<(), AppError> {
    use domain::{Fault, LabelKind, ValidationError, dataset::DatasetFilter};

    use crate::api::{actor, day, fail, services};
    let kinds: Vec<LabelKind> = LabelKind::ALL.into_iter().filter(|known| known.as_str() == kind).collect();
    if kinds.is_empty() && !kind.is_empty() {
        return Err(fail(Fault::Invalid(ValidationError::unknown("kind", format!("the kind `{kind}`")))));
    }
    let names = labels.split(',').map(|label| label.trim().to_owned()).filter(|label| !label.is_empty());
    let filter = DatasetFilter {
        labels: names.collect(),
        kinds,
        from: day("from", &from)?,
        until: day("until", &until)?.map(|day| day.plus_minutes(24 * 60)),
        unanchored,
    };
    let made = services().make_dataset(&actor()?, &name, filter).await.map_err(fail)?;
    leptos_axum::redirect(&format!("/labels/datasets/{}", made.number));
    Ok(())
}
