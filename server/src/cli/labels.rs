//! `switchyard labels`.

use std::io::{self, Write};

use clap::Subcommand;
use domain::{Fault, LabelKind, PageRequest, label::LabelFilter, page::MAX_PAGE_SIZE};
use exchange::{Format, LabelRecord, LabelWriter};

use super::{Context, DataArgs, Outcome, Workspace};

/// Take labels out.
#[derive(Debug, Subcommand)]
pub(super) enum LabelsCommand {
    /// Print the labels that hold now, newest first.
    Export {
        /// The form of the output.
        #[arg(long, value_enum, default_value_t = Format::Jsonl)]
        format: Format,
        /// Only this label.
        #[arg(long)]
        label: Option<String>,
        /// Only labels that came to be this way.
        #[arg(long, value_parser = parse_kind)]
        kind: Option<LabelKind>,
        #[command(flatten)]
        data: DataArgs,
    },
}

fn parse_kind(text: &str) -> Result<LabelKind, String> {
    LabelKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == text)
        .ok_or_else(|| "must be corrected, confirmed, imported or adjudicated".to_owned())
}

impl LabelsCommand {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let Self::Export { format, label, kind, data } = self;
        let workspace = context.open(&data).await?;
        let outcome = export(&workspace, format, &LabelFilter { label, kind }).await;
        workspace.close(outcome).await
    }
}

async fn export(workspace: &Workspace, format: Format, filter: &LabelFilter) -> Outcome {
    let Workspace { services, actor, .. } = workspace;
    services.begin_export(actor, filter).await.map_err(Fault::from)?;
    let mut writer = LabelWriter::new(format, false, io::BufWriter::new(io::stdout()))?;
    let mut request = PageRequest::first(MAX_PAGE_SIZE);
    loop {
        let page = services.list_labels(actor, filter, &request).await.map_err(Fault::from)?;
        for label in &page.items {
            writer.write(&LabelRecord::from_label(label))?;
        }
        let Some(next) = page.next else { break };
        request = PageRequest::after(Some(next), Some(MAX_PAGE_SIZE));
    }
    Ok(writer.finish()?.flush()?)
}
