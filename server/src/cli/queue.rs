//! `switchyard queue`.

use clap::{Subcommand, ValueEnum};
use domain::{Fault, Queue, QueueKind};

use super::{Context, DataArgs, Outcome, Workspace, output};

/// The queues of a workspace.
#[derive(Debug, Subcommand)]
pub(super) enum QueueCommand {
    /// Add a queue, or change the one of this name.
    Save {
        /// Machine-readable name, for example billing.
        name: String,
        /// Name for people.
        #[arg(long)]
        title: String,
        /// One sentence that says what waits there.
        #[arg(long, default_value = "")]
        purpose: String,
        /// Who takes work from it.
        #[arg(long, value_enum, default_value_t = Kind::People)]
        kind: Kind,
        /// Minutes until a task is late, when the policy's rule says nothing.
        #[arg(long, default_value_t = 480)]
        sla_minutes: u32,
        #[command(flatten)]
        data: DataArgs,
    },
    /// List queues with their numbers.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataArgs,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// Agents, in the browser.
    People,
    /// A bot, through the API.
    Automation,
}

impl QueueCommand {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let workspace = context.open(self.data()).await?;
        let outcome = self.act(&workspace).await;
        workspace.close(outcome).await
    }

    const fn data(&self) -> &DataArgs {
        match self {
            Self::Save { data, .. } | Self::List { data, .. } => data,
        }
    }

    async fn act(self, workspace: &Workspace) -> Outcome {
        let Workspace { services, actor, .. } = workspace;
        match self {
            Self::Save { name, title, purpose, kind, sla_minutes, .. } => {
                let kind = match kind {
                    Kind::People => QueueKind::People,
                    Kind::Automation => QueueKind::Automation,
                };
                let queue = Queue { name, title, purpose, kind, sla_minutes };
                services.save_queue(actor, &queue).await.map_err(Fault::from)?;
                output::line(&format!("Saved the queue {}.", queue.name))
            }
            Self::List { json, .. } => {
                let queues = services.list_queues(actor).await.map_err(Fault::from)?;
                if json {
                    return output::json(&queues);
                }
                let rows: Vec<_> = queues
                    .into_iter()
                    .map(|counts| {
                        let kind = format!("{:?}", counts.queue.kind).to_lowercase();
                        [
                            counts.queue.name,
                            counts.queue.title,
                            kind,
                            counts.waiting.to_string(),
                            counts.claimed.to_string(),
                        ]
                    })
                    .collect();
                output::table(["NAME", "TITLE", "KIND", "WAITING", "HELD"], &rows)
            }
        }
    }
}
