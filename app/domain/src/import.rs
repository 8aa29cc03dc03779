//! How examples come in with files.

use serde::{Deserialize, Serialize};

use crate::{id::ImportId, task::Priority, time::Timestamp};

/// Largest file of examples, in bytes.
pub const MAX_IMPORT_BYTES: u64 = 256 * 1024 * 1024;
/// Most lines of a file of examples.
pub const MAX_IMPORT_LINES: u64 = 1_000_000;
/// Bad lines that are kept with an import; the others are only counted.
pub const MAX_BAD_LINES: usize = 50;

/// An example as a file says it.
#[derive(Debug, Clone, PartialEq)]
pub struct NewExample {
    /// The text.
    pub text: String,
    /// What it is.
    pub label: String,
    /// How urgent it was, when the file says so.
    pub priority: Option<Priority>,
    /// Minutes that the work took, when the file says so.
    pub handling_minutes: Option<f32>,
}

impl From<(String, String)> for NewExample {
    fn from((text, label): (String, String)) -> Self {
        Self { text, label, priority: None, handling_minutes: None }
    }
}

/// What came of examples that were to be added.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Added {
    /// Those that are examples now.
    pub added: u64,
    /// Those that a file said before, whatever people said of them since.
    pub known: u64,
}

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Under way.
    Running,
    /// Everything that was to come in is in.
    Succeeded,
    /// The file has bad lines, or is no such file; nothing came in.
    Refused,
    /// Somebody stopped it. What was in by then stays.
    Cancelled,
    /// The server stopped. What was in by then stays; the same file again brings the rest.
    Interrupted,
    /// An error of ours. What was in by then stays.
    Failed,
}

impl ImportState {
    /// The state as stores write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
            Self::Failed => "failed",
        }
    }
}

/// A line that cannot come in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BadLine {
    /// The line in the file, counting from 1 with the header; of a Parquet file the row.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// A file of examples on its way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LabelImport {
    /// Its identifier.
    pub id: ImportId,
    /// What the file is called.
    pub file_name: String,
    /// SHA-256 of the file in hexadecimal.
    pub sha256: String,
    /// Where it stands.
    pub state: ImportState,
    /// Whether good lines come in although others are bad.
    pub skip_bad: bool,
    /// Good lines.
    pub good: u64,
    /// Good lines that are examples now.
    pub added: u64,
    /// Good lines that were examples already, with the same label.
    pub known: u64,
    /// Bad lines.
    pub bad: u64,
    /// The first of the bad lines.
    pub problems: Vec<BadLine>,
    /// What happens or happened, in one sentence.
    pub message: String,
    /// Who started it: a person's name at that time.
    pub started_by: String,
    /// When.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl LabelImport {
    /// How far it is, 0 to 100.
    #[must_use]
    pub fn percent(&self) -> u64 {
        match (self.state, self.good) {
            (ImportState::Running, 0) => 0,
            (ImportState::Running, good) => (self.added + self.known) * 100 / good,
            _ => 100,
        }
    }
}
