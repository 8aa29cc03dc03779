//! Examples written to a file.

mod parquet;

use std::io::{self, Write};

use domain::{LabelKind, Priority, Timestamp};
use serde::Serialize;

use self::parquet::ParquetWriter;
use crate::{Format, LabelRecord, formula::disarm};

/// The columns, in the order of the file.
const COLUMNS: [&str; 16] = [
    "text",
    "label",
    "kind",
    "given_by",
    "given_at",
    "predicted",
    "confidence",
    "model_version",
    "task_id",
    "decision_id",
    "replaced",
    "saw_model",
    "chosen_with",
    "priority",
    "handling_minutes",
    "digest",
];
/// The column that datasets have beside these.
const PART: &str = "part";

/// Writes examples to a file, one after the other. Of Parquet the rows of one row group are kept in memory; the other forms
/// are written through, with a small buffer that [`LabelWriter::flush`] empties.
#[derive(Debug)]
pub struct LabelWriter<W: Write + Send> {
    with_part: bool,
    form: Form<W>,
}

#[derive(Debug)]
enum Form<W: Write + Send> {
    Csv(Box<csv::Writer<W>>),
    Jsonl(W),
    Parquet(Box<ParquetWriter<W>>),
}

impl<W: Write + Send> LabelWriter<W> {
    /// Begins a file; with a column `part` when it is a dataset's.
    ///
    /// # Errors
    /// When the beginning of the file cannot be written.
    pub fn new(format: Format, with_part: bool, out: W) -> io::Result<Self> {
        let form = match format {
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(out);
                writer.write_record(COLUMNS.into_iter().chain(with_part.then_some(PART)))?;
                Form::Csv(Box::new(writer))
            }
            Format::Jsonl => Form::Jsonl(out),
            Format::Parquet => Form::Parquet(Box::new(ParquetWriter::new(with_part, out)?)),
        };
        Ok(Self { with_part, form })
    }

    /// Writes an example.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, record: &LabelRecord) -> io::Result<()> {
        match &mut self.form {
            Form::Csv(writer) => write_csv(writer, record, self.with_part),
            Form::Jsonl(out) => {
                let mut line = serde_json::to_vec(&Line::new(record, self.with_part))?;
                line.push(b'\n');
                out.write_all(&line)
            }
            Form::Parquet(writer) => writer.write(record),
        }
    }

    /// Hands on what is buffered, as far as the form allows: of Parquet, whole row groups.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        match &mut self.form {
            Form::Csv(writer) => writer.flush(),
            Form::Jsonl(out) => out.flush(),
            Form::Parquet(writer) => writer.flush(),
        }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When the end of the file cannot be written.
    pub fn finish(self) -> io::Result<W> {
        match self.form {
            Form::Csv(writer) => writer.into_inner().map_err(csv::IntoInnerError::into_error),
            Form::Jsonl(mut out) => {
                out.flush()?;
                Ok(out)
            }
            Form::Parquet(writer) => writer.finish(),
        }
    }
}

fn write_csv<W: Write>(writer: &mut csv::Writer<W>, record: &LabelRecord, with_part: bool) -> io::Result<()> {
    let number = |number: Option<f32>| number.map(|number| number.to_string()).unwrap_or_default();
    let text = |text: &Option<String>| disarm(text.as_deref().unwrap_or_default()).into_owned();
    let cells = [
        disarm(&record.text).into_owned(),
        disarm(&record.label).into_owned(),
        record.kind.map_or("", LabelKind::as_str).to_owned(),
        text(&record.given_by),
        record.given_at.map(|time| time.to_string()).unwrap_or_default(),
        text(&record.predicted),
        number(record.confidence),
        text(&record.model_version),
        text(&record.task_id),
        text(&record.decision_id),
        text(&record.replaced),
        record.saw_model.map(|saw| saw.to_string()).unwrap_or_default(),
        number(record.chosen_with),
        record.priority.map_or("", Priority::as_str).to_owned(),
        number(record.handling_minutes),
        record.digest.clone(),
    ];
    let part = with_part.then(|| record.part().unwrap_or_default());
    Ok(writer.write_record(cells.iter().map(String::as_str).chain(part))?)
}

/// A line of a JSON lines file; what is unknown is left out.
#[derive(Serialize)]
struct Line<'a> {
    text: &'a str,
    label: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<LabelKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    predicted: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model_version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    saw_model: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chosen_with: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<Priority>,
    #[serde(skip_serializing_if = "Option::is_none")]
    handling_minutes: Option<f32>,
    digest: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<&'static str>,
}

impl<'a> Line<'a> {
    fn new(record: &'a LabelRecord, with_part: bool) -> Self {
        Self {
            text: &record.text,
            label: &record.label,
            kind: record.kind,
            given_by: record.given_by.as_deref(),
            given_at: record.given_at,
            predicted: record.predicted.as_deref(),
            confidence: record.confidence,
            model_version: record.model_version.as_deref(),
            task_id: record.task_id.as_deref(),
            decision_id: record.decision_id.as_deref(),
            replaced: record.replaced.as_deref(),
            saw_model: record.saw_model,
            chosen_with: record.chosen_with,
            priority: record.priority,
            handling_minutes: record.handling_minutes,
            digest: &record.digest,
            part: record.part().filter(|_| with_part),
        }
    }
}
