//! Examples written as Parquet.

use std::{
    fmt,
    io::{self, Write},
    sync::Arc,
};

use domain::{LabelKind, Priority};
use parquet::{
    basic::{Compression, ConvertedType, LogicalType, Repetition, Type as Physical},
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, FloatType},
    errors::ParquetError,
    file::{
        properties::{EnabledStatistics, WriterProperties},
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::types::{ColumnPath, Type, TypePtr},
};

use super::{COLUMNS, PART};
use crate::LabelRecord;

/// Most rows of a row group.
const MAX_GROUP_ROWS: usize = 10_000;
/// Most bytes of the texts of a row group but its last: what is kept in memory until the group is written. Far less than
/// what the reader of this crate refuses.
const MAX_GROUP_BYTES: usize = 16 * 1024 * 1024;
/// Values between two looks at how large a page has become; a text may have 64 KiB.
const BATCH_VALUES: usize = 64;
/// Columns of which hardly two rows are alike, so that a dictionary would be work for nothing.
const WITHOUT_DICTIONARY: [&str; 4] = ["text", "task_id", "decision_id", "digest"];

/// Columns that every example fills.
const REQUIRED: [&str; 3] = ["text", "label", "digest"];

pub(super) struct ParquetWriter<W: Write + Send> {
    inner: SerializedFileWriter<W>,
    with_part: bool,
    rows: Vec<LabelRecord>,
    bytes: usize,
}

impl<W: Write + Send> fmt::Debug for ParquetWriter<W> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ParquetWriter").field("rows", &self.rows.len()).finish_non_exhaustive()
    }
}

impl<W: Write + Send> ParquetWriter<W> {
    pub(super) fn new(with_part: bool, out: W) -> io::Result<Self> {
        let columns = COLUMNS.into_iter().chain(with_part.then_some(PART));
        let fields = columns.map(column).collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let schema = Type::group_type_builder("labels").with_fields(fields).build().map_err(failed)?;
        // Nobody looks for rows by their smallest and greatest values, and these would show texts a second time.
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_statistics_enabled(EnabledStatistics::None)
            .set_offset_index_disabled(true)
            .set_write_batch_size(BATCH_VALUES)
            .set_created_by(concat!("switchyard ", env!("CARGO_PKG_VERSION")).to_owned());
        for name in WITHOUT_DICTIONARY {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(name), false);
        }
        let inner = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties.build())).map_err(failed)?;
        Ok(Self { inner, with_part, rows: Vec::new(), bytes: 0 })
    }

    pub(super) fn write(&mut self, record: &LabelRecord) -> io::Result<()> {
        self.bytes += record.text.len();
        self.rows.push(record.clone());
        if self.rows.len() >= MAX_GROUP_ROWS || self.bytes >= MAX_GROUP_BYTES {
            self.write_group().map_err(failed)?;
        }
        Ok(())
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }

    pub(super) fn finish(mut self) -> io::Result<W> {
        if !self.rows.is_empty() {
            self.write_group().map_err(failed)?;
        }
        self.inner.into_inner().map_err(failed)
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let rows = std::mem::take(&mut self.rows);
        self.bytes = 0;
        let mut group = self.inner.next_row_group()?;
        write_texts(&mut group, &rows, |row| Some(row.text.as_str()))?;
        write_texts(&mut group, &rows, |row| Some(row.label.as_str()))?;
        write_texts(&mut group, &rows, |row| row.kind.map(LabelKind::as_str))?;
        write_texts(&mut group, &rows, |row| row.given_by.as_deref())?;
        write_texts(&mut group, &rows, |row| row.given_at.map(|time| time.to_string()))?;
        write_texts(&mut group, &rows, |row| row.predicted.as_deref())?;
        write_column::<FloatType>(&mut group, rows.iter().map(|row| row.confidence))?;
        write_texts(&mut group, &rows, |row| row.model_version.as_deref())?;
        write_texts(&mut group, &rows, |row| row.task_id.as_deref())?;
        write_texts(&mut group, &rows, |row| row.decision_id.as_deref())?;
        write_texts(&mut group, &rows, |row| row.replaced.as_deref())?;
        write_column::<BoolType>(&mut group, rows.iter().map(|row| row.saw_model))?;
        write_column::<FloatType>(&mut group, rows.iter().map(|row| row.chosen_with))?;
        write_texts(&mut group, &rows, |row| row.priority.map(Priority::as_str))?;
        write_column::<FloatType>(&mut group, rows.iter().map(|row| row.handling_minutes))?;
        write_texts(&mut group, &rows, |row| Some(row.digest.as_str()))?;
        if self.with_part {
            write_texts(&mut group, &rows, LabelRecord::part)?;
        }
        group.close()?;
        Ok(())
    }
}

/// How a column is called and typed.
fn column(name: &str) -> Result<TypePtr, ParquetError> {
    let (physical, is_text) = match name {
        "confidence" | "chosen_with" | "handling_minutes" => (Physical::FLOAT, false),
        "saw_model" => (Physical::BOOLEAN, false),
        _ => (Physical::BYTE_ARRAY, true),
    };
    let repetition = if REQUIRED.contains(&name) { Repetition::REQUIRED } else { Repetition::OPTIONAL };
    let column = Type::primitive_type_builder(name, physical)
        .with_repetition(repetition)
        .with_logical_type(is_text.then_some(LogicalType::String))
        .with_converted_type(if is_text { ConvertedType::UTF8 } else { ConvertedType::NONE })
        .build()?;
    Ok(Arc::new(column))
}

fn write_texts<'a, W: Write + Send, T: AsRef<str>>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    rows: &'a [LabelRecord],
    text: impl Fn(&'a LabelRecord) -> Option<T>,
) -> Result<(), ParquetError> {
    let values = rows.iter().map(|row| text(row).map(|text| ByteArray::from(text.as_ref())));
    write_column::<ByteArrayType>(group, values)
}

/// Writes the next column: which rows have a value, and the values.
fn write_column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, impl Write + Send>,
    cells: impl Iterator<Item = Option<T::T>>,
) -> Result<(), ParquetError> {
    let mut values = Vec::new();
    let levels: Vec<i16> = cells
        .map(|cell| {
            let level = i16::from(cell.is_some());
            values.extend(cell);
            level
        })
        .collect();
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General("the schema has fewer columns than are written".to_owned()));
    };
    column.typed::<T>().write_batch(&values, Some(&levels), None)?;
    column.close()
}

fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(error) => io::Error::other(error),
        error => io::Error::other(error.to_string()),
    }
}
