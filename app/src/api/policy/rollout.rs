//! Before and during: trying a version on the past, and how it does beside the active one.

use domain::{PolicyVersion, rollout::PolicyRolloutReport, simulation::Simulation};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A version with its latest simulation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimulationPageData {
    /// The version.
    pub policy: PolicyVersion,
    /// The simulation that is asked for, or the latest; nothing when there is none.
    pub simulation: Option<Simulation>,
}

/// A version with its way beside the active one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RolloutPageData {
    /// The version.
    pub policy: PolicyVersion,
    /// What it would have done and how it does.
    pub report: PolicyRolloutReport,
    /// Another version that is in shadow or a canary now; only one can be.
    pub other_challenger: Option<u32>,
}

/// Tries a version on the latest decisions, in the background.
#[server(prefix = "/fn", endpoint = "simulate_policy")]
pub async fn simulate_policy(
    /// The version.
    version: u32,
    /// On how many decisions.
    most: u32,
) -> Result<u64, AppError> {
    use crate::api::{actor, fail, services};
    services().start_simulation(&actor()?, version, most).await.map_err(fail)
}

/// Stops a simulation.
#[server(prefix = "/fn", endpoint = "cancel_policy_simulation")]
pub async fn cancel_policy_simulation(
    /// Its number.
    number: u64,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().cancel_simulation(&actor()?, number).map_err(fail)
}

/// A simulation as it is now.
#[server(prefix = "/fn", endpoint = "lookup_policy_simulation")]
pub async fn lookup_policy_simulation(
    /// Its number.
    number: u64,
) -> Result<Simulation, AppError> {
    use crate::api::{actor, fail, services};
    services().lookup_simulation(&actor()?, number).map_err(fail)
}

/// A version with its latest simulation.
#[server(prefix = "/fn", endpoint = "latest_policy_simulation")]
pub async fn latest_policy_simulation(
    /// The version.
    version: u32,
) -> Result<SimulationPageData, AppError> {
    use crate::api::{actor, fail, services};
    let actor = actor()?;
    let policy = services().lookup_policy(&actor, version).await.map_err(fail)?;
    let simulation = services().latest_simulation(&actor, version).map_err(fail)?;
    Ok(SimulationPageData { policy, simulation })
}

/// A version with its way beside the active one.
#[server(prefix = "/fn", endpoint = "policy_rollout")]
pub async fn policy_rollout(
    /// The version.
    version: u32,
) -> Result<RolloutPageData, AppError> {
    use crate::api::{actor, fail, services};
    let actor = actor()?;
    let detail = services().policy_detail(&actor, version).await.map_err(fail)?;
    let report = services().policy_rollout(&actor, version).await.map_err(fail)?;
    Ok(RolloutPageData { policy: detail.policy, report, other_challenger: detail.other_challenger })
}
