//! `switchyard policy`: documents as files, so that policies can live in Git and be checked by CI.

mod alone;
mod check;
mod diff;
mod examples;
mod export;
mod finding;
mod history;
mod import;
mod list;
mod replay;
mod report;
mod simulate;

use std::path::Path;

use clap::Subcommand;
use domain::{Fault, PolicyDocument};
use service::PolicyError;

use super::{Context, DataArgs, Failure, Outcome, Workspace, output};

/// Check, test, compare and simulate policy documents; bring them in and take them out.
#[derive(Debug, Subcommand)]
pub(super) enum PolicyCommand {
    /// Say everything that is found in a document, against the names and guardrails of a workspace; exit code 1 when
    /// something is wrong. What is only likely not meant is a warning, and no failure unless `--strict` is said.
    Check(check::Check),
    /// Evaluate the examples of a document, without a workspace; exit code 1 when one does not hold.
    Test(examples::Test),
    /// Say what differs between two documents, by rule and cell; exit code 0 when nothing does, 1 when something does, and 2
    /// when one of them is no document.
    Diff(diff::Diff),
    /// Make the decisions of the past again under a document and report what would be different: those of a workspace, or
    /// those of a file that `history` wrote.
    Simulate(simulate::Simulate),
    /// Write the decisions of a workspace as JSON lines, newest first, for `simulate --history`. The tasks' texts are in it.
    History(history::History),
    /// Print the document of a version.
    Export(export::Export),
    /// Keep a document as a new draft; exit code 1 when something is wrong with it.
    Import(import::Import),
    /// List versions, newest first.
    List(list::List),
}

impl PolicyCommand {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        match self {
            Self::Check(command) => command.run(context).await,
            Self::Test(command) => command.run(),
            Self::Diff(command) => command.run(),
            Self::Simulate(command) => command.run(context).await,
            Self::History(command) => command.run(context).await,
            Self::Export(command) => command.run(context).await,
            Self::Import(command) => command.run(context).await,
            Self::List(command) => command.run(context).await,
        }
    }
}

/// Reads a file as text.
fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| failed(file, &error))
}

/// Reads a file as a document.
fn read_document(file: &Path) -> Result<PolicyDocument, Failure> {
    policy::parse(&read(file)?).map_err(|problems| finding::illegal(file, &problems))
}

/// A failure that lies with a file.
fn failed(file: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::message(format!("{}: {error}", file.display()))
}

/// Why a use case refused a file.
fn refused(file: &Path, error: PolicyError) -> Failure {
    match error {
        PolicyError::Illegal(problems) => finding::illegal(file, &problems),
        error => Fault::from(error).into(),
    }
}

/// The number of a version, which may have a `v` before it.
fn parse_version(text: &str) -> Result<u32, String> {
    text.strip_prefix('v').unwrap_or(text).parse().map_err(|_| "must be a version like v3".to_owned())
}
