//! `switchyard import`.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use clap::{Args, Subcommand, ValueEnum};
use domain::{
    Fault, NewTask,
    import::{ImportState, LabelImport},
    task::MAX_SUBJECT_BYTES,
};
use exchange::{Format, LabelRecord, Numbered, Row, take_optional, take_text};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use service::{
    ImportRequest,
    ports::{ExampleLines, ExampleSource},
};
use sha2::{Digest, Sha256};

use super::{
    Context, DataArgs, Failure, Outcome, Workspace, output,
    source::{self, Source},
};
use crate::http;

/// How often it is asked how far an import is.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Rows handed to the service at a time.
const CHUNK: usize = 500;
/// Bad rows that are reported one by one; the others are only counted.
const MAX_REPORTED: usize = 50;

/// Bring tasks or labels in from a file.
#[derive(Debug, Subcommand)]
pub(super) enum ImportCommand {
    /// Submit tasks: columns `subject` and `body`, or `text`; also channel, external_id, priority_hint, callback_url;
    /// every other column becomes an attribute.
    Tasks(Import),
    /// Add training examples: columns `text` and `label`, perhaps `priority` and `handling_minutes`. What is an example
    /// already comes in only once.
    Labels(Import),
}

/// What both imports take.
#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(flatten)]
    source: Source,
    /// Only check the rows; nothing is written.
    #[arg(long)]
    dry_run: bool,
    /// What a bad row means: `refuse` imports nothing, `skip` imports the others.
    #[arg(long, value_enum, default_value_t = OnError::Refuse)]
    on_error: OnError,
    /// Print the counts as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OnError {
    Refuse,
    Skip,
}

impl ImportCommand {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        match self {
            Self::Tasks(import) => {
                let tasks = import.check(task_of_row)?;
                if import.dry_run {
                    return import.report(0, &tasks);
                }
                let workspace = context.open(&import.data).await?;
                let outcome = submit(&workspace, tasks.good.clone()).await;
                let imported = workspace.close(outcome).await?;
                import.report(imported, &tasks)
            }
            Self::Labels(import) => {
                let form = source::form(&import.source.file, import.source.format)?;
                if import.dry_run {
                    let labels = import.check(|row| LabelRecord::from_row(row, form))?;
                    return import.report(0, &labels);
                }
                let workspace = context.open(&import.data).await?;
                let outcome = import.bring_in(&workspace, form).await;
                let done = workspace.close(outcome).await?;
                import.report_labels(&done)
            }
        }
    }
}

/// The rows of a file, checked.
struct Checked<T> {
    good: Vec<T>,
    bad: u64,
}

impl Import {
    /// Checks every row before anything is written, and says which are bad.
    fn check<T>(&self, convert: impl Fn(Row) -> Result<T, String>) -> Result<Checked<T>, Failure> {
        let mut checked = Checked { good: Vec::new(), bad: 0 };
        for Numbered { line, row } in self.source.read()? {
            match row.and_then(&convert) {
                Ok(value) => checked.good.push(value),
                Err(reason) => {
                    checked.bad += 1;
                    if checked.bad <= MAX_REPORTED as u64 {
                        complain(&format!("{}:{line}: {reason}", self.source.file.display()));
                    }
                }
            }
        }
        if checked.bad > MAX_REPORTED as u64 {
            complain(&format!("… and {} more bad rows", checked.bad - MAX_REPORTED as u64));
        }
        if checked.bad > 0 && self.on_error == OnError::Refuse {
            return Err(Failure::message(format!(
                "{} bad rows, so nothing was imported; `--on-error skip` imports the {} others",
                checked.bad,
                checked.good.len()
            )));
        }
        Ok(checked)
    }

    /// Brings examples in as a form of the page does: checked first, in the background, kept among the imports.
    async fn bring_in(&self, workspace: &Workspace, form: Format) -> Result<LabelImport, Failure> {
        let Workspace { services, actor, .. } = workspace;
        let path = self.source.file.clone();
        let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let unreadable = |error| Failure::message(format!("{}: {error}", path.display()));
        let sha256 = file_sha256(&path).map_err(unreadable)?;
        let source = Arc::new(ExampleFile { path: path.clone(), form });
        let request = ImportRequest { file_name, sha256, skip_bad: self.on_error == OnError::Skip, source };
        let started = services.start_import(actor, request).await.map_err(Fault::from)?;
        let bar = progress_bar(0);
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        let done = loop {
            ticks.tick().await;
            let now = services.lookup_import(actor, started.id).await.map_err(Fault::from)?;
            bar.set_length(now.good);
            bar.set_position(now.added + now.known);
            if now.state != ImportState::Running {
                break now;
            }
        };
        bar.finish_and_clear();
        Ok(done)
    }

    fn report_labels(&self, done: &LabelImport) -> Outcome {
        for problem in &done.problems {
            complain(&format!("{}:{}: {}", self.source.file.display(), problem.line, problem.reason));
        }
        if done.bad > done.problems.len() as u64 {
            complain(&format!("… and {} more bad rows", done.bad - done.problems.len() as u64));
        }
        if done.state != ImportState::Succeeded {
            let hint = if done.bad > 0 && done.state == ImportState::Refused {
                format!(" `--on-error skip` imports the {} others.", done.good)
            } else {
                String::new()
            };
            return Err(Failure::message(format!("{}{hint}", done.message)));
        }
        if self.json {
            return output::json(&serde_json::json!({
                "imported": done.added, "known": done.known, "good": done.good, "bad": done.bad, "dry_run": false,
            }));
        }
        output::line(&done.message)
    }

    fn report<T>(&self, imported: u64, checked: &Checked<T>) -> Outcome {
        if self.json {
            return output::json(&serde_json::json!({
                "imported": imported, "good": checked.good.len(), "bad": checked.bad, "dry_run": self.dry_run,
            }));
        }
        output::line(&if self.dry_run {
            format!("{} rows are good, {} are bad; nothing was written.", checked.good.len(), checked.bad)
        } else {
            format!("Imported {imported} rows; skipped {} bad ones.", checked.bad)
        })
    }
}

#[expect(clippy::print_stderr, reason = "bad rows are reported to people while the file is read")]
fn complain(text: &str) {
    eprintln!("{text}");
}

/// A file of examples where it is.
struct ExampleFile {
    path: PathBuf,
    form: Format,
}

impl ExampleSource for ExampleFile {
    fn read(&self) -> Result<ExampleLines, String> {
        let file = File::open(&self.path).map_err(|error| error.to_string())?;
        http::import::read_examples(file, self.form)
    }
}

fn file_sha256(path: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex::encode(hash.finalize())),
            read => hash.update(&buffer[..read]),
        }
    }
}

fn task_of_row(mut row: Row) -> Result<NewTask, String> {
    let (subject, body) = match take_optional(&mut row, "subject")? {
        Some(subject) => (subject, take_optional(&mut row, "body")?.unwrap_or_default()),
        None => split_text(take_text(&mut row, "text")?),
    };
    let priority_hint = take_optional(&mut row, "priority_hint")?
        .map(|text| text.parse())
        .transpose()
        .map_err(|error: domain::ValidationError| error.to_string())?;
    let channel = take_optional(&mut row, "channel")?;
    let external_id = take_optional(&mut row, "external_id")?;
    let callback_url = take_optional(&mut row, "callback_url")?;
    let mut attributes = match row.remove("attributes") {
        None | Some(Value::Null) => serde_json::Map::new(),
        Some(Value::Object(attributes)) => attributes,
        Some(_) => return Err("`attributes` must be an object".to_owned()),
    };
    attributes.extend(row.into_iter().filter(|(_, value)| !value.is_null() && *value != ""));
    let task = NewTask { subject, body, channel, attributes, external_id, priority_hint, callback_url };
    task.check().map_err(|error| error.to_string())?;
    Ok(task)
}

/// A text without a subject: its first line is the subject when it fits, the whole text the body when it does not.
fn split_text(text: String) -> (String, String) {
    match text.split_once('\n') {
        Some((first, rest)) if first.len() <= MAX_SUBJECT_BYTES && !first.trim().is_empty() => {
            (first.to_owned(), rest.to_owned())
        }
        None if text.len() <= MAX_SUBJECT_BYTES => (text, String::new()),
        _ => (text.trim().chars().take(100).collect::<String>().replace('\n', " "), text),
    }
}

async fn submit(workspace: &Workspace, tasks: Vec<NewTask>) -> Result<u64, Failure> {
    let bar = progress_bar(tasks.len());
    let mut imported = 0;
    for chunk in tasks.chunks(CHUNK) {
        let results = workspace.services.submit_all(&workspace.actor, chunk.to_vec()).await.map_err(Fault::from)?;
        for result in results {
            result.map_err(|error| {
                Failure::message(format!("{}; {imported} rows were imported before", Fault::from(error)))
            })?;
            imported += 1;
        }
        bar.set_position(imported);
    }
    bar.finish_and_clear();
    Ok(imported)
}

/// A bar on standard error; it stays silent when that is no terminal.
fn progress_bar(rows: usize) -> ProgressBar {
    let bar = ProgressBar::new(rows as u64);
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} rows, {per_sec}, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(json: Value) -> Row {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn unknown_columns_become_attributes() {
        let task =
            task_of_row(row(serde_json::json!({ "text": "Where is my card?", "plan": "pro", "empty": "" }))).unwrap();
        assert_eq!(task.subject, "Where is my card?");
        assert_eq!(task.attributes.len(), 1);
        assert_eq!(task.attributes["plan"], "pro");
    }

    #[test]
    fn long_texts_get_a_subject_of_their_beginning() {
        let long = "word ".repeat(400);
        let task = task_of_row(row(serde_json::json!({ "text": long }))).unwrap();
        assert_eq!(task.subject.chars().count(), 100);
        assert_eq!(task.body, long);
        let task = task_of_row(row(serde_json::json!({ "text": "Subject\nBody" }))).unwrap();
        assert_eq!((task.subject.as_str(), task.body.as_str()), ("Subject", "Body"));
    }

    #[test]
    fn bad_rows_say_which_column() {
        assert!(task_of_row(row(serde_json::json!({ "text": "x", "priority_hint": "soon" }))).is_err());
    }
}
