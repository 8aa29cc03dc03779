//! Models and the runs that train them.

use domain::{
    ModelBoard, Page, RunId, TrainingRun,
    automation::AutomationBoard,
    drift::DriftBoard,
    evaluation::{CaseFilter, CaseText, ModelReport},
};
use leptos::prelude::*;

use crate::error::AppError;

/// Every model, the last runs, and whether the champion answers.
#[server(prefix = "/fn", endpoint = "lookup_model_board")]
pub async fn lookup_model_board() -> Result<ModelBoard, AppError> {
    use crate::api::{actor, fail, services};
    services().model_board(&actor()?).await.map_err(fail)
}

/// How good a model is.
#[server(prefix = "/fn", endpoint = "lookup_model_report")]
pub async fn lookup_model_report(
    /// The model.
    version: u32,
) -> Result<ModelReport, AppError> {
    use crate::api::{actor, fail, services};
    services().model_report(&actor()?, version).await.map_err(fail)
}

/// The cases that a model was measured on.
#[server(prefix = "/fn", endpoint = "list_cases")]
pub async fn list_cases(
    /// The model.
    version: u32,
    /// What the list is narrowed to.
    #[server(default)]
    filter: CaseFilter,
    /// The cursor of the page.
    after: Option<String>,
) -> Result<Page<CaseText>, AppError> {
    use crate::api::{actor, fail, services};
    let page = domain::PageRequest::after(after, None);
    services().list_cases(&actor()?, version, &filter, &page).await.map_err(fail)
}

/// What may be left to machines.
#[server(prefix = "/fn", endpoint = "lookup_automation_board")]
pub async fn lookup_automation_board() -> Result<AutomationBoard, AppError> {
    use crate::api::{actor, fail, services};
    services().automation_board(&actor()?).await.map_err(fail)
}

/// Whether what comes in now is still like what the champion knew.
#[server(prefix = "/fn", endpoint = "lookup_drift_board")]
pub async fn lookup_drift_board() -> Result<DriftBoard, AppError> {
    use crate::api::{actor, fail, services};
    services().drift_board(&actor()?).await.map_err(fail)
}

/// Says how right the answers for a label are to be.
#[server(prefix = "/fn", endpoint = "set_automation_goal")]
pub async fn set_automation_goal(
    /// The label.
    label: String,
    /// In percent; 0 takes the goal back.
    percent: u8,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    let percent = (percent > 0).then_some(percent);
    services().set_goal(&actor()?, &label, percent).await.map_err(fail)
}

/// How far a run is.
#[server(prefix = "/fn", endpoint = "lookup_run")]
pub async fn lookup_run(
    /// The run.
    run: RunId,
) -> Result<TrainingRun, AppError> {
    use crate::api::{actor, fail, services};
    services().lookup_run(&actor()?, run).await.map_err(fail)
}

/// Trains a candidate on a dataset, or on every label that holds now, in the background.
#[server(prefix = "/fn", endpoint = "start_training")]
pub async fn start_training(
    /// The dataset.
    dataset: Option<u32>,
) -> Result<TrainingRun, AppError> {
    use crate::api::{actor, fail, services};
    services().start_training(&actor()?, dataset).await.map_err(fail)
}

/// Stops a run.
#[server(prefix = "/fn", endpoint = "cancel_training")]
pub async fn cancel_training(
    /// The run.
    run: RunId,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().cancel_training(&actor()?, run).await.map_err(fail)
}

/// Asks a model beside the champion from now on.
#[server(prefix = "/fn", endpoint = "begin_shadow")]
pub async fn begin_shadow(
    /// The model.
    version: u32,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().begin_shadow(&actor()?, version).await.map_err(fail)?;
    Ok(())
}

/// Lets a model decide a share of the tasks.
#[server(prefix = "/fn", endpoint = "begin_canary")]
pub async fn begin_canary(
    /// The model.
    version: u32,
    /// The share in percent.
    percent: u8,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().begin_canary(&actor()?, version, percent).await.map_err(fail)?;
    Ok(())
}

/// Takes a model out of its rollout.
#[server(prefix = "/fn", endpoint = "stop_rollout")]
pub async fn stop_rollout(
    /// The model.
    version: u32,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().stop_rollout(&actor()?, version).await.map_err(fail)?;
    Ok(())
}

/// Makes a model the champion. One that does not meet every condition only when `anyway` is said.
#[server(prefix = "/fn", endpoint = "promote_model")]
pub async fn promote_model(
    /// The model.
    version: u32,
    /// Also when it does not meet every condition.
    #[server(default)]
    anyway: bool,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().promote(&actor()?, version, anyway).await.map_err(fail)?;
    Ok(())
}
