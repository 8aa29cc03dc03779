//! Policies: versions and what is known of them.

pub mod edit;
pub mod life;
pub mod rollout;

use domain::policy::{
    desk::{PolicyBoard, PolicyDetail},
    diff::Difference,
};
use leptos::prelude::*;

use crate::error::AppError;

/// Versions, what decides now, and the areas.
#[server(prefix = "/fn", endpoint = "policy_board")]
pub async fn lookup_policy_board(
    /// The cursor of the page.
    after: Option<String>,
) -> Result<PolicyBoard, AppError> {
    use crate::api::{actor, fail, services};
    services().policy_board(&actor()?, &domain::PageRequest::after(after, Some(25))).await.map_err(fail)
}

/// One version with everything that its page shows.
#[server(prefix = "/fn", endpoint = "lookup_policy")]
pub async fn lookup_policy(
    /// The version.
    version: u32,
) -> Result<PolicyDetail, AppError> {
    use crate::api::{actor, fail, services};
    services().policy_detail(&actor()?, version).await.map_err(fail)
}

/// What the second of two versions has otherwise than the first.
#[server(prefix = "/fn", endpoint = "compare_policies")]
pub async fn compare_policies(
    /// The first.
    before: u32,
    /// The second.
    after: u32,
) -> Result<Vec<Difference>, AppError> {
    use crate::api::{actor, fail, services};
    services().compare_policies(&actor()?, before, after).await.map_err(fail)
}
