//! `switchyard policy export`.

use std::path::PathBuf;

use clap::Args;
use domain::{Fault, PolicyVersion};

use super::{Context, DataArgs, Failure, Outcome, Workspace, failed, output, parse_version};

/// A version whose document is wanted.
#[derive(Debug, Args)]
pub(in crate::cli) struct Export {
    /// The version, for example v3 or 3; without it the one that is active.
    #[arg(id = "policy", value_name = "VERSION", value_parser = parse_version)]
    version: Option<u32>,
    /// Write the document to this file.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    data: DataArgs,
}

impl Export {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let workspace = context.open(&self.data).await?;
        let found = lookup(&workspace, self.version).await;
        let PolicyVersion { version, document, .. } = workspace.close(found).await?;
        let Some(file) = self.output else { return output::json(&document) };
        let mut text = serde_json::to_string_pretty(&document).map_err(|error| Failure::message(error.to_string()))?;
        text.push('\n');
        std::fs::write(&file, text).map_err(|error| failed(&file, &error))?;
        output::line(&format!("The document of v{version} is in {}.", file.display()))
    }
}

async fn lookup(workspace: &Workspace, version: Option<u32>) -> Result<PolicyVersion, Failure> {
    let Workspace { services, actor, .. } = workspace;
    match version {
        Some(version) => Ok(services.lookup_policy(actor, version).await.map_err(|error| match error {
            service::ReadError::NotFound => Failure::message(format!("there is no version v{version}")),
            error => Fault::from(error).into(),
        })?),
        None => {
            let active = services.lookup_active_policy(actor).await.map_err(Fault::from)?;
            active.ok_or_else(|| Failure::message("no version is active; say which one"))
        }
    }
}
