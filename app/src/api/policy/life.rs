//! The life of a version: review, rollout, activation and the way back.

use domain::policy::ReviewVerdict;
use leptos::prelude::*;

use crate::error::AppError;

/// Asks for a second person's yes.
#[server(prefix = "/fn", endpoint = "ask_for_policy_review")]
pub async fn ask_for_policy_review(
    /// The version.
    version: u32,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().ask_for_policy_review(&actor()?, version).await.map_err(fail)
}

/// Takes a version that is in review back to its authors.
#[server(prefix = "/fn", endpoint = "take_policy_back")]
pub async fn take_policy_back(
    /// The version.
    version: u32,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().take_policy_back(&actor()?, version).await.map_err(fail)
}

/// Says something about a version, with a verdict or without.
#[server(prefix = "/fn", endpoint = "comment_on_policy")]
pub async fn comment_on_policy(
    /// The version.
    version: u32,
    /// The revision that was looked at.
    revision: u32,
    /// The rule that it is about, when it is about one.
    #[server(default)]
    rule: Option<String>,
    /// The words.
    #[server(default)]
    text: String,
    /// The verdict.
    #[server(default)]
    verdict: Option<ReviewVerdict>,
) -> Result<(), AppError> {
    use crate::api::{actor, blank, fail, services};
    services().comment_on_policy(&actor()?, version, revision, blank(rule), &text, verdict).await.map_err(fail)
}

/// Makes a version the active one; with an older version this is rolling back.
#[server(prefix = "/fn", endpoint = "activate_policy")]
pub async fn activate_policy(
    /// The version.
    version: u32,
    /// The revision that was looked at.
    #[server(default)]
    revision: Option<u32>,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().activate_policy(&actor()?, version, revision, &reason).await.map_err(fail)?;
    Ok(())
}

/// Lets a version become active by itself at a time, in UTC as a form writes it; without a time, takes that back.
#[server(prefix = "/fn", endpoint = "schedule_policy")]
pub async fn schedule_policy(
    /// The version.
    version: u32,
    /// When, for example `2026-12-24T08:00`.
    #[server(default)]
    at: String,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, minute, services};
    let at = minute("at", &at)?;
    services().schedule_policy(&actor()?, version, at, &reason).await.map_err(fail)
}

/// Brings the version back that was active before.
#[server(prefix = "/fn", endpoint = "roll_policy_back")]
pub async fn roll_policy_back(
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().roll_policy_back(&actor()?, &reason).await.map_err(fail)?;
    Ok(())
}

/// Sets a draft, or a version that is in review, aside.
#[server(prefix = "/fn", endpoint = "set_policy_aside")]
pub async fn set_policy_aside(
    /// The version.
    version: u32,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().set_policy_aside(&actor()?, version, &reason).await.map_err(fail)
}

/// Lets a version decide every task beside the active one, without effect.
#[server(prefix = "/fn", endpoint = "begin_policy_shadow")]
pub async fn begin_policy_shadow(
    /// The version.
    version: u32,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().begin_policy_shadow(&actor()?, version, &reason).await.map_err(fail)
}

/// Lets a version decide a share of the tasks.
#[server(prefix = "/fn", endpoint = "begin_policy_canary")]
pub async fn begin_policy_canary(
    /// The version.
    version: u32,
    /// The share, in percent.
    percent: u8,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().begin_policy_canary(&actor()?, version, percent, &reason).await.map_err(fail)
}
