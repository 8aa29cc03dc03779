//! Parquet without nested columns.
//!
//! Reading is this crate's own, and checks every length before it believes it: files come from strangers, and the
//! decoders of the `parquet` crate trust them (see `column`). What common writers do not write is refused in words.

mod cell;
mod column;
mod footer;
mod pages;
mod runs;
mod schema;
mod source;
mod thrift;

use std::io::{Read, Seek};

use self::{
    column::{Stock, Values},
    footer::{Footer, Group},
    pages::Budget,
    schema::Column,
    source::Source,
};
use crate::row::{Limits, MAX_LINE_BYTES, Numbered, ReadError, Row, Rows, too_large};

pub(crate) fn read<R: Read + Seek + Send + 'static>(reader: R, limits: &Limits) -> Result<Rows, ReadError> {
    let source = Source::new(reader)?;
    if source.length > limits.file_bytes {
        return Err(ReadError::Refused(too_large(limits.file_bytes)));
    }
    let Footer { columns, groups } = source.footer().map_err(ReadError::Refused)?;
    Ok(Box::new(ParquetRows {
        source,
        columns,
        groups: groups.into_iter(),
        values: Vec::new(),
        left: 0,
        row: 0,
        budget: Budget::of_file(limits.cell_bytes),
        cell_bytes_left: limits.cell_bytes,
        done: false,
    }))
}

struct ParquetRows<R> {
    source: Source<R>,
    columns: Vec<Column>,
    groups: std::vec::IntoIter<Group>,
    /// Of each column what comes next.
    values: Vec<Values<R>>,
    /// Rows that are left of the row group.
    left: u64,
    /// Rows that have been read.
    row: u64,
    budget: Budget,
    cell_bytes_left: u64,
    done: bool,
}

impl<R: Read + Seek> Iterator for ParquetRows<R> {
    type Item = Numbered<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done && self.left == 0 {
            match self.groups.next() {
                Some(group) => self.begin(&group),
                None => self.done = true,
            }
        }
        if self.done {
            return None;
        }
        self.left -= 1;
        self.row += 1;
        let row = self.next_row().unwrap_or_else(|reason| {
            self.done = true;
            Err(format!("the file cannot be read from here on: {reason}"))
        });
        Some(Numbered { line: self.row, row })
    }
}

impl<R: Read + Seek> ParquetRows<R> {
    fn begin(&mut self, group: &Group) {
        self.budget = self.budget.next_group();
        let columns = self.columns.iter().zip(&group.chunks);
        self.values = columns
            .map(|(column, chunk)| Values::new(self.source.clone(), *chunk, column, self.budget.clone()))
            .collect();
        self.left = group.rows;
    }

    /// The next row or what is wrong with it alone; otherwise why there can be no further ones.
    fn next_row(&mut self) -> Result<Result<Row, String>, String> {
        let mut row = Ok(Row::new());
        let mut bytes = 0;
        for (column, values) in self.columns.iter().zip(&mut self.values) {
            // Every column must step on, also when the row is lost.
            let stock = values.next().map_err(|reason| format!("`{}`: {reason}", column.name))?;
            if let Stock::Bytes(text) = stock {
                bytes += text.len();
            }
            if bytes > MAX_LINE_BYTES {
                row = Err(format!("is longer than {MAX_LINE_BYTES} bytes"));
            }
            if let Ok(cells) = &mut row {
                match cell::value(column, stock) {
                    Ok(value) if value.is_null() => {}
                    Ok(value) => drop(cells.insert(column.name.clone(), value)),
                    Err(reason) => row = Err(reason),
                }
            }
        }
        if row.is_ok() {
            let left = self.cell_bytes_left.checked_sub(bytes as u64);
            self.cell_bytes_left = left.ok_or("its cells have too many bytes when they are unpacked")?;
        }
        Ok(row)
    }
}
