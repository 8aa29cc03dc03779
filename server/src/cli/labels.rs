//! `switchyard labels`.

use std::io::{self, Write};

use clap::{Subcommand, ValueEnum};
use domain::{Fault, Label, LabelKind, PageRequest, label::LabelFilter, page::MAX_PAGE_SIZE};

use super::{Context, DataArgs, Failure, Outcome, Workspace};
use crate::http::label::{CSV_HEADER, csv_record, jsonl_record};

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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values with a header.
    Csv,
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
    let mut out = io::BufWriter::new(io::stdout().lock());
    if format == Format::Csv {
        out.write_all(CSV_HEADER.as_bytes())?;
    }
    let mut request = PageRequest::first(MAX_PAGE_SIZE);
    loop {
        let page = services.list_labels(actor, filter, &request).await.map_err(Fault::from)?;
        for label in &page.items {
            out.write_all(record(format, label)?.as_bytes())?;
        }
        let Some(next) = page.next else { break };
        request = PageRequest::after(Some(next), Some(MAX_PAGE_SIZE));
    }
    Ok(out.flush()?)
}

fn record(format: Format, label: &Label) -> Result<String, Failure> {
    match format {
        Format::Csv => csv_record(label),
        Format::Jsonl => jsonl_record(label),
    }
    .map_err(|error| Failure::message(error.to_string()))
}
