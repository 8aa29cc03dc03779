//! The names of labels.

use domain::{
    LabelId,
    label_set::{LabelEntry, LabelUse, Unsorted},
};
use leptos::prelude::*;

use crate::error::AppError;

/// Every label that has examples or was ever described, by name.
#[server(prefix = "/fn", endpoint = "list_label_set")]
pub async fn list_label_set() -> Result<Vec<LabelEntry>, AppError> {
    use crate::api::{actor, fail, services};
    services().list_label_set(&actor()?).await.map_err(fail)
}

/// What hangs on a label's name.
#[server(prefix = "/fn", endpoint = "lookup_label_use")]
pub async fn lookup_label_use(
    /// The label.
    name: String,
) -> Result<LabelUse, AppError> {
    use crate::api::{actor, fail, services};
    services().lookup_label_use(&actor()?, &name).await.map_err(fail)
}

/// Adds a label, says anew what one means, or brings a retired one back.
#[server(prefix = "/fn", endpoint = "save_label")]
pub async fn save_label(
    /// The label.
    name: String,
    /// When to give it.
    #[server(default)]
    about: String,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().save_label(&actor()?, &name, &about).await.map_err(fail)
}

/// Gives a label another name. Under the name of another label only when `merge` is said.
#[server(prefix = "/fn", endpoint = "rename_label")]
pub async fn rename_label(
    /// The label.
    name: String,
    /// Its new name.
    to: String,
    /// Whether both may become one.
    #[server(default)]
    merge: bool,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().rename_label(&actor()?, &name, &to, merge).await.map_err(fail)
}

/// Ends the use of a label.
#[server(prefix = "/fn", endpoint = "retire_label")]
pub async fn retire_label(
    /// The label.
    name: String,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().retire_label(&actor()?, &name).await.map_err(fail)
}

/// Says that a label is too much for one, and what its parts are.
#[server(prefix = "/fn", endpoint = "split_label")]
pub async fn split_label(
    /// The label.
    name: String,
    /// Its parts; blank ones are left out.
    #[server(default)]
    parts: Vec<String>,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().split_label(&actor()?, &name, &parts).await.map_err(fail)
}

/// Examples of a label that was split which nobody has sorted yet.
#[server(prefix = "/fn", endpoint = "list_unsorted")]
pub async fn list_unsorted(
    /// The label.
    name: String,
    /// Only those that hold all these words.
    #[server(default)]
    words: String,
) -> Result<Unsorted, AppError> {
    use crate::api::{actor, fail, services};
    services().list_unsorted(&actor()?, &name, &words).await.map_err(fail)
}

/// Sorts an example of a label that was split.
#[server(prefix = "/fn", endpoint = "sort_example")]
pub async fn sort_example(
    /// The example.
    label: LabelId,
    /// What it is.
    part: String,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().sort_example(&actor()?, label, &part).await.map_err(fail)
}

/// Sorts every example of a label that was split which holds some words; answers how many.
#[server(prefix = "/fn", endpoint = "sort_examples")]
pub async fn sort_examples(
    /// The label.
    name: String,
    /// The words.
    words: String,
    /// What they are.
    part: String,
) -> Result<u64, AppError> {
    use crate::api::{actor, fail, services};
    services().sort_examples(&actor()?, &name, &words, &part).await.map_err(fail)
}
