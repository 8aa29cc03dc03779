//! Files of examples on their way in. The files themselves come through the REST API.

use domain::{ImportId, import::LabelImport};
use leptos::prelude::*;

use crate::error::AppError;

/// The latest imports, newest first.
#[server(prefix = "/fn", endpoint = "list_imports")]
pub async fn list_imports() -> Result<Vec<LabelImport>, AppError> {
    use crate::api::{actor, fail, services};
    services().list_imports(&actor()?).await.map_err(fail)
}

/// How far an import is.
#[server(prefix = "/fn", endpoint = "lookup_import")]
pub async fn lookup_import(
    /// The import.
    import: ImportId,
) -> Result<LabelImport, AppError> {
    use crate::api::{actor, fail, services};
    services().lookup_import(&actor()?, import).await.map_err(fail)
}

/// Stops an import.
#[server(prefix = "/fn", endpoint = "cancel_import")]
pub async fn cancel_import(
    /// The import.
    import: ImportId,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().cancel_import(&actor()?, import).await.map_err(fail)
}
