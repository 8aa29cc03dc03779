//! `switchyard policy list`.

use clap::Args;
use domain::{Fault, PageRequest, page::MAX_PAGE_SIZE, policy::desk::PolicySummary};

use super::{Context, DataArgs, Failure, Outcome, Workspace, output};

/// The versions of a workspace.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataArgs,
}

impl List {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let workspace = context.open(&self.data).await?;
        let versions = versions(&workspace).await;
        let versions = workspace.close(versions).await?;
        if self.json {
            return output::json(&versions);
        }
        let rows: Vec<_> = versions.into_iter().map(row).collect();
        output::table(["VERSION", "STAGE", "RULES", "SAVED", "BY", "NOTE"], &rows)
    }
}

async fn versions(workspace: &Workspace) -> Result<Vec<PolicySummary>, Failure> {
    let Workspace { services, actor, .. } = workspace;
    let mut versions = Vec::new();
    let mut request = PageRequest::first(MAX_PAGE_SIZE);
    loop {
        let page = services.list_policies(actor, &request).await.map_err(Fault::from)?;
        versions.extend(page.items.into_iter().map(PolicySummary::from));
        let Some(next) = page.next else { return Ok(versions) };
        request = PageRequest::after(Some(next), Some(MAX_PAGE_SIZE));
    }
}

fn row(version: PolicySummary) -> [String; 6] {
    let stage = match version.rollout {
        Some(rollout) if rollout.percent > 0 => format!("canary {} %", rollout.percent),
        _ => version.stage.as_str().replace('_', " "),
    };
    [
        format!("v{}", version.version),
        stage,
        version.rules.to_string(),
        version.saved_at.to_minute(),
        version.saved_by,
        version.note.replace('\n', " "),
    ]
}
