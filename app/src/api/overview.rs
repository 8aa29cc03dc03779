//! The numbers of the overview page.

use domain::overview::Overview;
use leptos::prelude::*;

use crate::error::AppError;

/// What came in, where it went, what waits.
///
/// # Errors
/// When the viewer may not see the overview.
#[server(prefix = "/fn", endpoint = "overview")]
pub async fn lookup_overview() -> Result<Overview, AppError> {
    use crate::api::{actor, fail, services};
    services().overview(&actor()?).await.map_err(fail)
}
