//! Data files: CSV with a header or JSON lines, read row by row with the line that each came from.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use serde_json::Value;

use super::Failure;

/// Longest line of a JSON lines file, in bytes.
const MAX_LINE_BYTES: u64 = 1024 * 1024;

/// One row by column; the values of a CSV file are all text.
pub(super) type Row = BTreeMap<String, Value>;

/// A row, or why there is none, with its line.
pub(super) struct Numbered<T> {
    pub line: u64,
    pub row: Result<T, String>,
}

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Comma-separated values with a header.
    Csv,
    /// One JSON object a line.
    Jsonl,
}

/// Which file, and what to do with its bad rows.
#[derive(Debug, Clone, Args)]
pub(super) struct Source {
    /// The file: CSV with a header, or JSON lines.
    pub file: PathBuf,
    /// Its form, when its name does not say so.
    #[arg(long, value_enum)]
    pub format: Option<Format>,
}

impl Source {
    /// Reads the file row by row.
    pub(super) fn read(&self) -> Result<Box<dyn Iterator<Item = Numbered<Row>>>, Failure> {
        read(&self.file, self.format)
    }
}

/// Reads a file row by row; without a form, its name says which.
pub(super) fn read(path: &Path, format: Option<Format>) -> Result<Box<dyn Iterator<Item = Numbered<Row>>>, Failure> {
    let file = File::open(path).map_err(|error| Failure::message(format!("{}: {error}", path.display())))?;
    let format = match (format, path.extension().and_then(|extension| extension.to_str())) {
        (Some(format), _) => format,
        (None, Some("csv")) => Format::Csv,
        (None, Some("jsonl" | "ndjson" | "json")) => Format::Jsonl,
        _ => return Err(Failure::message(format!("{}: say --format csv or --format jsonl", path.display()))),
    };
    match format {
        Format::Csv => read_csv(path, file),
        Format::Jsonl => Ok(Box::new(JsonLines { reader: BufReader::new(file), line: 0 })),
    }
}

fn read_csv(path: &Path, file: File) -> Result<Box<dyn Iterator<Item = Numbered<Row>>>, Failure> {
    let mut reader = csv::Reader::from_reader(BufReader::new(file));
    let header = reader.headers().map_err(|error| Failure::message(format!("{}: {error}", path.display())))?.clone();
    if let Some(twice) =
        header.iter().enumerate().find(|(place, name)| header.iter().take(*place).any(|other| other == *name))
    {
        return Err(Failure::message(format!("{}: the column `{}` is there twice", path.display(), twice.1)));
    }
    Ok(Box::new(reader.into_records().map(move |record| match record {
        Ok(record) => {
            let line = record.position().map_or(0, csv::Position::line);
            let row =
                header.iter().zip(&record).map(|(name, value)| (name.trim().to_owned(), Value::from(value))).collect();
            Numbered { line, row: Ok(row) }
        }
        Err(error) => Numbered { line: error.position().map_or(0, csv::Position::line), row: Err(error.to_string()) },
    })))
}

struct JsonLines {
    reader: BufReader<File>,
    line: u64,
}

impl Iterator for JsonLines {
    type Item = Numbered<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut bytes = Vec::new();
            self.line += 1;
            let line = self.line;
            match (&mut self.reader).take(MAX_LINE_BYTES).read_until(b'\n', &mut bytes) {
                Ok(0) => return None,
                Ok(_) if bytes.len() as u64 == MAX_LINE_BYTES && !bytes.ends_with(b"\n") => {
                    drop(self.reader.skip_until(b'\n'));
                    return Some(Numbered { line, row: Err(format!("is longer than {MAX_LINE_BYTES} bytes")) });
                }
                Ok(_) if bytes.trim_ascii().is_empty() => {}
                Ok(_) => {
                    let row = serde_json::from_slice(&bytes).map_err(|error| error.to_string());
                    return Some(Numbered { line, row });
                }
                Err(error) => return Some(Numbered { line, row: Err(error.to_string()) }),
            }
        }
    }
}

/// Takes a column that must be text and not blank.
pub(super) fn take_text(row: &mut Row, column: &str) -> Result<String, String> {
    match row.remove(column) {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text),
        Some(Value::String(_) | Value::Null) | None => Err(format!("`{column}` is missing")),
        Some(_) => Err(format!("`{column}` must be text")),
    }
}

/// Takes a column that may be missing or blank.
pub(super) fn take_optional(row: &mut Row, column: &str) -> Result<Option<String>, String> {
    match row.remove(column) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text).filter(|text| !text.trim().is_empty())),
        Some(_) => Err(format!("`{column}` must be text")),
    }
}
