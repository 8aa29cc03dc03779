//! Models and the runs that train them.

use domain::{ModelBoard, RunId, TrainingRun};
use leptos::prelude::*;

use crate::error::AppError;

/// Every model, the last runs, and whether the champion answers.
#[server(prefix = "/fn", endpoint = "lookup_model_board")]
pub async fn lookup_model_board() -> Result<ModelBoard, AppError> {
    use crate::api::{actor, fail, services};
    services().model_board(&actor()?).await.map_err(fail)
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

/// Trains a candidate on the label store, in the background.
#[server(prefix = "/fn", endpoint = "start_training")]
pub async fn start_training() -> Result<TrainingRun, AppError> {
    use crate::api::{actor, fail, services};
    services().start_training(&actor()?).await.map_err(fail)
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

/// Makes a model the champion. A worse one only when `anyway` is said.
#[server(prefix = "/fn", endpoint = "promote_model")]
pub async fn promote_model(
    /// The model.
    version: u32,
    /// Also when it is worse than the champion.
    #[server(default)]
    anyway: bool,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().promote(&actor()?, version, anyway).await.map_err(fail)?;
    Ok(())
}
