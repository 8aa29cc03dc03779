//! Examples and tasks as files: CSV, JSON lines, Parquet.
//!
//! Pure reading and writing. This crate depends on `domain` alone, never on the service, a store or HTTP, and knows
//! nothing of async. Files come from strangers: whatever is in them, reading them ends in rows or in words that say what
//! is wrong, within the bounds that [`Limits`] and the readers' constants give.

mod csv_rows;
mod format;
mod formula;
mod json_lines;
mod label_record;
mod label_writer;
mod parquet_rows;
mod row;

pub use format::{Format, UnknownFormat};
pub use label_record::LabelRecord;
pub use label_writer::LabelWriter;
pub use row::{Limits, Numbered, ReadError, Row, Rows, read, take_number, take_optional, take_text};
