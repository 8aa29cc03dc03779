//! `switchyard policy diff`.

use std::path::Path;

use clap::Args;
use domain::{
    PolicyDocument,
    policy::diff::{self, Difference, DifferenceKind, FieldChange},
};

use super::{Failure, Outcome, output};

/// Two documents to be compared.
#[derive(Debug, Args)]
pub(in crate::cli) struct Diff {
    /// The document as it was (JSON).
    #[arg(value_parser = parse_document)]
    before: Box<PolicyDocument>,
    /// The document as it is.
    #[arg(value_parser = parse_document)]
    after: Box<PolicyDocument>,
    /// Print the differences as JSON.
    #[arg(long)]
    json: bool,
}

/// A document by the name of its file. One that is none is wrong usage: exit code 1 says that two documents differ.
fn parse_document(file: &str) -> Result<Box<PolicyDocument>, String> {
    super::read_document(Path::new(file)).map(Box::new).map_err(|error| error.to_string())
}

impl Diff {
    pub(super) fn run(self) -> Outcome {
        let differences = diff::diff(&self.before, &self.after);
        if self.json {
            output::json(&differences)?;
        } else if differences.is_empty() {
            output::line("The documents say the same.")?;
        } else {
            for line in differences.iter().flat_map(lines) {
                output::line(&line)?;
            }
        }
        if differences.is_empty() { Ok(()) } else { Err(Failure::Said) }
    }
}

/// The part with a sign before it, and a line for each of its fields.
fn lines(difference: &Difference) -> Vec<String> {
    let (sign, verb) = match difference.kind {
        DifferenceKind::Added => ('+', "added"),
        DifferenceKind::Removed => ('-', "removed"),
        DifferenceKind::Moved => ('>', "moved"),
        DifferenceKind::Changed => ('~', "changed"),
    };
    let mut lines = vec![format!("{sign} {} ({verb})", difference.part)];
    lines.extend(difference.fields.iter().map(|change| format!("    {}", field(change, difference.kind))));
    lines
}

/// A field of a part that is new or gone has one value, any other has two.
fn field(change: &FieldChange, kind: DifferenceKind) -> String {
    let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "(blank)".to_owned());
    let FieldChange { field, before, after } = change;
    match kind {
        DifferenceKind::Added => format!("{field}: {}", said(after)),
        DifferenceKind::Removed => format!("{field}: {}", said(before)),
        DifferenceKind::Moved | DifferenceKind::Changed => format!("{field}: {} → {}", said(before), said(after)),
    }
}
