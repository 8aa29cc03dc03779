//! `switchyard policy simulate`.

use std::path::PathBuf;

use clap::Args;
use domain::simulation::{MAX_SIMULATED, SimulationReport};

use super::{Context, DataArgs, Failure, Outcome, output, read, refused, replay, report};

/// A document to be tried on the past.
#[derive(Debug, Args)]
pub(in crate::cli) struct Simulate {
    /// The document (JSON).
    file: PathBuf,
    /// Most decisions, the latest.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 10_000,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_SIMULATED)),
    )]
    most: u32,
    /// A file that `history` wrote, instead of the decisions of a workspace; `-` is standard input. Neither guardrails nor the
    /// queues' own times are known then.
    #[arg(long, value_name = "FILE", conflicts_with = "data_dir")]
    history: Option<PathBuf>,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataArgs,
}

impl Simulate {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let found = match &self.history {
            Some(history) => replay::simulate(&self.file, history, self.most, &context.config(None)?.settings())?,
            None => self.in_workspace(context).await?,
        };
        if self.json { output::json(&found) } else { report::print(&found) }
    }

    async fn in_workspace(&self, context: &Context) -> Result<SimulationReport, Failure> {
        let text = read(&self.file)?;
        let workspace = context.open(&self.data).await?;
        let report = workspace.services.simulate_document(&workspace.actor, &text, self.most).await;
        workspace.close(report.map_err(|error| refused(&self.file, error))).await
    }
}
