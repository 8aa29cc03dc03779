//! `switchyard policy check`.

use std::path::PathBuf;

use clap::Args;
use domain::{Fault, policy::PolicyProblem};

use super::{Context, DataArgs, Failure, Outcome, alone, finding, output, read};

/// A document to be checked.
#[derive(Debug, Args)]
pub(in crate::cli) struct Check {
    /// The document (JSON).
    file: PathBuf,
    /// Without a workspace: the queues, labels and skills that the document names are taken to exist, and no guardrail is
    /// known.
    #[arg(long, conflicts_with = "data_dir")]
    offline: bool,
    /// Fail on warnings too.
    #[arg(long)]
    strict: bool,
    /// Print the findings as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataArgs,
}

impl Check {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let text = read(&self.file)?;
        let problems = if self.offline {
            alone::findings(&text)
        } else {
            let workspace = context.open(&self.data).await?;
            let checked = workspace.services.check_policy(&workspace.actor, &text).await;
            workspace.close(checked.map_err(|error| Fault::from(error).into())).await?
        };
        if self.json {
            output::json(&problems)?;
        } else {
            self.say(&problems)?;
        }
        if fails(&problems, self.strict) { Err(Failure::Said) } else { Ok(()) }
    }

    fn say(&self, problems: &[PolicyProblem]) -> Outcome {
        finding::print(&self.file, problems)?;
        let counts = finding::summary(problems);
        let is_legal = !problems.iter().any(PolicyProblem::is_error);
        output::line(&match counts {
            None => "The document is legal.".to_owned(),
            Some(counts) if is_legal => format!("The document is legal; {counts}."),
            Some(counts) => format!("The document is not legal: {counts}."),
        })?;
        if self.offline {
            output::line("Whether its queues, labels and skills exist was not checked, nor any guardrail.")?;
        }
        Ok(())
    }
}

/// Whether there is something among the findings that is a failure. Notes never are.
fn fails(problems: &[PolicyProblem], strict: bool) -> bool {
    let worst = if strict { domain::policy::Severity::Warning } else { domain::policy::Severity::Error };
    problems.iter().any(|problem| problem.severity <= worst)
}
