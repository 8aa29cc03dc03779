//! `switchyard model`.

mod check;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use classifier::ModelFiles;
use domain::{Fault, Model, RunState};

use super::{Context, DataArgs, Failure, Outcome, Workspace, output};

/// Models.
#[derive(Debug, Subcommand)]
pub(super) enum ModelCommand {
    #[command(flatten)]
    InWorkspace(WorkspaceCommand),
    /// Load a model with limited memory and time, and classify a few texts: whether it can be added, and how fast it is.
    Check(check::Check),
}

/// The models of a workspace.
#[derive(Debug, Subcommand)]
pub(super) enum WorkspaceCommand {
    /// Train the next model on the workspace's labels; it stays a candidate until it is promoted.
    Retrain {
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Add a model that `train` made elsewhere, or a foreign one with a signature, as a candidate.
    Add {
        /// The model's directory.
        directory: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Write a model's files with its card; `add` takes them back. Those of a model that was made here lie as MLflow keeps
    /// models.
    Export {
        /// The version, for example v3 or 3.
        #[arg(id = "model", value_name = "VERSION", value_parser = parse_version)]
        version: u32,
        /// Directory to write, which must be empty or hold a model.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        #[command(flatten)]
        data: DataArgs,
    },
    /// List models with their numbers.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Make a model the champion; a running server takes it within seconds.
    Promote {
        /// The version, for example v3 or 3.
        #[arg(id = "model", value_name = "VERSION", value_parser = parse_version)]
        version: u32,
        /// Also when it is worse than the champion on the same held-out examples.
        #[arg(long)]
        anyway: bool,
        #[command(flatten)]
        data: DataArgs,
    },
}

fn parse_version(text: &str) -> Result<u32, String> {
    text.trim_start_matches('v').parse().map_err(|_| "must be a version like v3".to_owned())
}

impl ModelCommand {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        match self {
            Self::InWorkspace(command) => command.run(context).await,
            Self::Check(check) => check.run(context),
        }
    }
}

impl WorkspaceCommand {
    async fn run(self, context: &Context) -> Outcome {
        let workspace = context.open(self.data()).await?;
        let models = crate::workspace::models_dir(&context.config(Some(self.data()))?.data_dir);
        let outcome = self.act(&workspace, &models).await;
        workspace.close(outcome).await
    }

    const fn data(&self) -> &DataArgs {
        match self {
            Self::Retrain { data, .. }
            | Self::Add { data, .. }
            | Self::Export { data, .. }
            | Self::List { data, .. }
            | Self::Promote { data, .. } => data,
        }
    }

    async fn act(self, workspace: &Workspace, models: &Path) -> Outcome {
        let Workspace { services, actor, .. } = workspace;
        match self {
            Self::Retrain { json, .. } => {
                let run = services.train(actor).await.map_err(Fault::from)?;
                if json {
                    output::json(&run)?;
                } else {
                    output::line(&run.message)?;
                }
                if run.state == RunState::Succeeded { Ok(()) } else { Err(Failure::Said) }
            }
            Self::Add { directory, json, .. } => {
                let model = services
                    .add_model(actor, &directory)
                    .await
                    .map_err(|error| Failure::message(format!("{}: {error}", directory.display())))?;
                if json { output::json(&model) } else { output::line(&format!("Added model {}.", model.name())) }
            }
            Self::Export { version, out, .. } => export(workspace, models, version, &out).await,
            Self::List { json, .. } => {
                let models = services.model_board(actor).await.map_err(Fault::from)?.models;
                if json {
                    return output::json(&models);
                }
                let rows: Vec<_> = models.iter().map(row).collect();
                output::table(["MODEL", "STAGE", "ACCURACY", "ECE", "EXAMPLES", "MADE"], &rows)
            }
            Self::Promote { version, anyway, .. } => {
                let model = services.promote(actor, version, anyway).await.map_err(Fault::from)?;
                output::line(&format!("Model {} is the champion.", model.name()))
            }
        }
    }
}

async fn export(workspace: &Workspace, models: &Path, version: u32, out: &Path) -> Outcome {
    let Workspace { services, actor, .. } = workspace;
    let model = services.model_report(actor, version).await.map_err(Fault::from)?.model;
    let card = services.model_card(actor, version).await.map_err(Fault::from)?;
    let said = |error: classifier::ModelError| Failure::message(error.to_string());
    let files = ModelFiles::read(&models.join(model.name())).map_err(said)?;
    if files.sha256() != model.sha256 {
        let reason = format!("the files of model {} are not those that were registered", model.name());
        return Err(Failure::message(reason));
    }
    match files {
        ModelFiles::Own(artifact) => {
            classifier::mlflow::export(&artifact, &model.name(), model.created_at, &card, out).map_err(said)?;
        }
        ModelFiles::Foreign(artifact) => {
            artifact.write_with(out, &[(classifier::mlflow::README_FILE, &card)]).map_err(said)?;
        }
    }
    output::line(&format!("Model {} is in {}.", model.name(), out.display()))
}

fn row(model: &Model) -> [String; 6] {
    let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
    [
        model.name(),
        format!("{:?}", model.stage).to_lowercase(),
        number(model.metrics.as_ref().map(|metrics| metrics.accuracy)),
        number(model.metrics.as_ref().map(|metrics| metrics.ece)),
        model.trained_on.to_string(),
        model.created_at.to_minute(),
    ]
}
