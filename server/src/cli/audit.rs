//! `switchyard audit`.

use clap::Subcommand;
use domain::Fault;

use super::{Context, DataArgs, Failure, Outcome, output};

/// Check the audit log.
#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Check every record's hash; exit code 1 at the first that was changed or removed.
    Verify {
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataArgs,
    },
}

impl AuditCommand {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let Self::Verify { json, data } = self;
        let workspace = context.open(&data).await?;
        let verified = workspace.services.verify_audit(&workspace.actor).await;
        let verdict = workspace.close(verified.map_err(|error| Fault::from(error).into())).await?;
        if json {
            output::json(&serde_json::json!({ "events": verdict.events, "broken_at": verdict.broken_at }))?;
        } else {
            output::line(&match verdict.broken_at {
                None => format!("All {} audit records hold.", verdict.events),
                Some(seq) => format!("The audit log is broken at record {seq}; the {} before it hold.", verdict.events),
            })?;
        }
        if verdict.broken_at.is_some() { Err(Failure::Said) } else { Ok(()) }
    }
}
