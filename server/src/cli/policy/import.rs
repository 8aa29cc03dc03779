//! `switchyard policy import`.

use std::path::PathBuf;

use clap::Args;
use domain::{Fault, policy::PolicyProblem};

use super::{Context, DataArgs, Failure, Outcome, Workspace, finding, output, read, refused};

/// A document to be kept.
#[derive(Debug, Args)]
pub(in crate::cli) struct Import {
    /// The document (JSON).
    file: PathBuf,
    /// What changed, in your words.
    #[arg(long, value_name = "TEXT")]
    note: String,
    /// Make it the version that decides, too.
    #[arg(long, requires = "reason")]
    activate: bool,
    /// Why it is to decide, in your words.
    #[arg(long, value_name = "TEXT", requires = "activate")]
    reason: Option<String>,
    #[command(flatten)]
    data: DataArgs,
}

impl Import {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let text = read(&self.file)?;
        let workspace = context.open(&self.data).await?;
        let kept = self.keep(&workspace, &text).await;
        workspace.close(kept).await
    }

    async fn keep(&self, workspace: &Workspace, text: &str) -> Outcome {
        let Workspace { services, actor, .. } = workspace;
        let problems = services.check_policy(actor, text).await.map_err(Fault::from)?;
        finding::print(&self.file, &problems)?;
        if problems.iter().any(PolicyProblem::is_error) {
            return Err(Failure::message(format!("{} is no legal document; nothing was saved", self.file.display())));
        }
        let saved = services.save_policy(actor, text, &self.note).await;
        let saved = saved.map_err(|error| refused(&self.file, error))?;
        output::line(&format!("Saved as v{}.", saved.version))?;
        let Some(reason) = self.reason.as_ref().filter(|_| self.activate) else { return Ok(()) };
        let active = services.activate_policy(actor, saved.version, Some(saved.revision), reason).await;
        let active = active.map_err(|error| refused(&self.file, error))?;
        output::line(&format!("v{} decides now.", active.version))
    }
}
