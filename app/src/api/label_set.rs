//! The names of labels.

use domain::label_set::{LabelEntry, LabelUse};
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
