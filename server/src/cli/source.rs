//! Data files: which one, and its rows.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use clap::Args;
use exchange::{Format, Limits, Rows};

use super::Failure;

/// Whoever holds the machine may bring large files; these only keep a broken one from filling the memory.
const LIMITS: Limits = Limits { file_bytes: 4 << 30, cell_bytes: 4 << 30 };

/// Which file, in which form.
#[derive(Debug, Clone, Args)]
pub(super) struct Source {
    /// The file: CSV with a header, JSON lines, or Parquet.
    pub file: PathBuf,
    /// Its form, when its name does not say so.
    #[arg(long, value_enum)]
    pub format: Option<Format>,
}

impl Source {
    /// Reads the file row by row.
    pub(super) fn read(&self) -> Result<Rows, Failure> {
        read(&self.file, self.format)
    }
}

/// The form of a file: the one that was given, or the one that its name says.
pub(super) fn form(path: &Path, format: Option<Format>) -> Result<Format, Failure> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    format
        .or_else(|| Format::from_file_name(name))
        .ok_or_else(|| failed(path, &"say --format csv, --format jsonl or --format parquet"))
}

/// Reads a file row by row.
pub(super) fn read(path: &Path, format: Option<Format>) -> Result<Rows, Failure> {
    let format = form(path, format)?;
    let file = File::open(path).map_err(|error| failed(path, &error))?;
    exchange::read(file, format, &LIMITS).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::message(format!("{}: {error}", path.display()))
}
