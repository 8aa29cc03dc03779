//! Files read row by row, each with the line that it came from.

use std::{
    collections::BTreeMap,
    io::{self, Read, Seek},
};

use serde_json::Value;

use crate::{Format, csv_rows, json_lines::JsonLines, parquet_rows};

/// Longest row, in bytes: of a JSON lines file the line, otherwise all cells together.
pub(crate) const MAX_LINE_BYTES: usize = 1024 * 1024;
/// Most columns of a file.
pub(crate) const MAX_COLUMNS: usize = 256;

/// One row by column. The values of a CSV file are all text; of a Parquet file, what is null is left out.
pub type Row = BTreeMap<String, Value>;

/// The rows of a file, read as they are asked for.
pub type Rows = Box<dyn Iterator<Item = Numbered<Row>> + Send>;

/// A row, or why there is none, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered<T> {
    /// The line on which it begins, counting from 1 with the header; of a Parquet file the row, counting from 1.
    pub line: u64,
    /// The row, or what is wrong with it.
    pub row: Result<T, String>,
}

/// How much of a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest file, in bytes.
    pub file_bytes: u64,
    /// Most bytes of a Parquet file in all cells together, and in all pages when they are unpacked: it can say much more
    /// than it is long.
    pub cell_bytes: u64,
}

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file could not be read from where it is.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The file is no such file, or one that is not read; in words that follow the file's name.
    #[error("{0}")]
    Refused(String),
}

/// Reads a file row by row. A bad row does not end the reading; a failure of the disk or a broken Parquet file does, with
/// a last bad row that says so.
///
/// # Errors
/// See [`ReadError`]; of CSV files the header is read here, of Parquet files the metadata.
pub fn read<R: Read + Seek + Send + 'static>(reader: R, format: Format, limits: &Limits) -> Result<Rows, ReadError> {
    match format {
        Format::Csv => csv_rows::read(Bounded::new(reader, limits.file_bytes)),
        Format::Jsonl => Ok(Box::new(JsonLines::new(Bounded::new(reader, limits.file_bytes)))),
        Format::Parquet => parquet_rows::read(reader, limits),
    }
}

/// Why a file is too large.
pub(crate) fn too_large(bytes: u64) -> String {
    format!("the file is larger than {bytes} bytes")
}

/// A reader that fails after so many bytes, so that a file that grows, or a pipe, has a limit, too.
struct Bounded<R> {
    inner: R,
    limit: u64,
    left: u64,
}

impl<R> Bounded<R> {
    fn new(inner: R, limit: u64) -> Self {
        Self { inner, limit, left: limit }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| io::Error::other(too_large(self.limit)))?;
        Ok(read)
    }
}

/// Takes a column that must be text and not blank.
///
/// # Errors
/// In words that name the column.
pub fn take_text(row: &mut Row, column: &str) -> Result<String, String> {
    take_optional(row, column)?.ok_or_else(|| format!("`{column}` is missing"))
}

/// Takes a column that may be missing or blank.
///
/// # Errors
/// In words that name the column, when it is not text.
pub fn take_optional(row: &mut Row, column: &str) -> Result<Option<String>, String> {
    match row.remove(column) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text).filter(|text| !text.trim().is_empty())),
        Some(_) => Err(format!("`{column}` must be text")),
    }
}

/// Takes a column that may be missing or blank, and otherwise is a finite number, perhaps as text. The text decides, not
/// a wider number in between, so what [`f32`] wrote comes back as it was.
///
/// # Errors
/// In words that name the column, when it is something else.
pub fn take_number(row: &mut Row, column: &str) -> Result<Option<f32>, String> {
    let text = match row.remove(column) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
        Some(Value::String(text)) => text,
        Some(_) => return Err(format!("`{column}` must be a number")),
    };
    let number = text.trim().parse().ok().filter(|number: &f32| number.is_finite());
    number.map(Some).ok_or_else(|| format!("`{column}` must be a number"))
}
