//! `switchyard policy`.

use std::path::PathBuf;

use clap::Subcommand;
use domain::Fault;

use super::{Context, DataArgs, Failure, Outcome, output};

/// Check policy documents.
#[derive(Debug, Subcommand)]
pub(super) enum PolicyCommand {
    /// Say everything that is wrong with a document, against the queues of a workspace; exit code 1 when something is.
    Check {
        /// The document (JSON).
        file: PathBuf,
        /// Print the problems as JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataArgs,
    },
}

impl PolicyCommand {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let Self::Check { file, json, data } = self;
        let text =
            std::fs::read_to_string(&file).map_err(|error| Failure::message(format!("{}: {error}", file.display())))?;
        let workspace = context.open(&data).await?;
        let checked = workspace.services.check_policy(&workspace.actor, &text).await;
        let problems = workspace.close(checked.map_err(|error| Fault::from(error).into())).await?;
        if json {
            output::json(&problems)?;
        } else if problems.is_empty() {
            output::line("The document is legal.")?;
        }
        if problems.is_empty() {
            return Ok(());
        }
        if !json {
            for problem in &problems {
                let rule = problem.rule.as_ref().map(|rule| format!("rule {rule}, ")).unwrap_or_default();
                let line = problem.line.map(|line| format!(" line {line}")).unwrap_or_default();
                let column = problem.column.map(|column| format!(" column {column}")).unwrap_or_default();
                output::line(&format!(
                    "{}: {rule}{}{line}{column}: {}",
                    file.display(),
                    problem.field,
                    problem.message
                ))?;
            }
        }
        Err(Failure::Said)
    }
}
