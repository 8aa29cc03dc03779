//! CSV with a header.
//!
//! `csv-core` is driven by hand, because the reader of `csv` holds a record in memory however long it is: one quote that is
//! never closed would be the whole file.

use std::io::{self, BufRead, BufReader, Read};

use csv_core::ReadRecordResult;
use serde_json::Value;

use crate::row::{MAX_COLUMNS, MAX_LINE_BYTES, Numbered, ReadError, Row, Rows};

/// Bytes that a record's buffer starts with.
const FIRST_BUFFER_BYTES: usize = 4 * 1024;

pub(crate) fn read<R: Read + Send + 'static>(input: R) -> Result<Rows, ReadError> {
    let mut records = Records::new(input);
    let header = match records.next_record()? {
        None => return Err(ReadError::Refused("the file has no header".to_owned())),
        Some(Record { outcome: Err(reason), .. }) => return Err(ReadError::Refused(format!("the header {reason}"))),
        Some(Record { outcome: Ok(()), .. }) => records.cells(),
    };
    let header = header.map_err(|_| ReadError::Refused("the header is not UTF-8".to_owned()))?;
    let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    let twice = header.iter().enumerate().find(|(place, name)| header[..*place].contains(name));
    if let Some((_, name)) = twice {
        return Err(ReadError::Refused(format!("the column `{name}` is there twice")));
    }
    Ok(Box::new(CsvRows { records, header, done: false }))
}

struct CsvRows<R> {
    records: Records<R>,
    header: Vec<String>,
    done: bool,
}

impl<R: Read> Iterator for CsvRows<R> {
    type Item = Numbered<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        match self.records.next_record() {
            Ok(None) => {
                self.done = true;
                None
            }
            Ok(Some(Record { line, outcome })) => Some(Numbered { line, row: outcome.and_then(|()| self.row()) }),
            Err(error) => {
                self.done = true;
                Some(Numbered { line: self.records.core.line(), row: Err(error.to_string()) })
            }
        }
    }
}

impl<R: Read> CsvRows<R> {
    fn row(&self) -> Result<Row, String> {
        let cells = self.records.cells().map_err(|place| match self.header.get(place) {
            Some(name) => format!("`{name}` is not UTF-8"),
            None => "is not UTF-8".to_owned(),
        })?;
        if cells.len() != self.header.len() {
            return Err(format!("has {} cells, but the header has {}", cells.len(), self.header.len()));
        }
        Ok(self.header.iter().cloned().zip(cells.into_iter().map(Value::from)).collect())
    }
}

/// Where a record began, and why it cannot be used.
struct Record {
    line: u64,
    outcome: Result<(), String>,
}

/// The records of a file, one after the other in the same buffer.
struct Records<R> {
    input: BufReader<R>,
    core: csv_core::Reader,
    /// The cells of the last record without anything between them.
    bytes: Vec<u8>,
    /// Where its cells end.
    ends: Vec<usize>,
    /// How many cells it has.
    count: usize,
}

impl<R: Read> Records<R> {
    fn new(input: R) -> Self {
        Self {
            input: BufReader::new(input),
            core: csv_core::Reader::new(),
            bytes: vec![0; FIRST_BUFFER_BYTES],
            ends: vec![0; MAX_COLUMNS + 1],
            count: 0,
        }
    }

    /// Reads the next record. One that is too long is read to its end but not kept.
    fn next_record(&mut self) -> io::Result<Option<Record>> {
        self.skip_line_ends()?;
        let line = self.core.line();
        let mut outcome = Ok(());
        let (mut written, mut count) = (0, 0);
        loop {
            let input = self.input.fill_buf()?;
            let (result, read, wrote, ended) =
                self.core.read_record(input, &mut self.bytes[written..], &mut self.ends[count..]);
            self.input.consume(read);
            written += wrote;
            count += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.bytes.len() < MAX_LINE_BYTES => {
                    self.bytes.resize((self.bytes.len() * 2).min(MAX_LINE_BYTES), 0);
                }
                ReadRecordResult::OutputFull => {
                    let hint = "perhaps a quote is not closed";
                    outcome = Err(format!("is longer than {MAX_LINE_BYTES} bytes; {hint}"));
                    (written, count) = (0, 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    outcome = outcome.and_then(|()| Err(format!("has more than {MAX_COLUMNS} columns")));
                    (written, count) = (0, 0);
                }
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(None),
            }
        }
        if outcome.is_ok() && count > MAX_COLUMNS {
            outcome = Err(format!("has more than {MAX_COLUMNS} columns"));
        }
        self.count = count;
        Ok(Some(Record { line, outcome }))
    }

    /// Reads over what ended the last record and over empty lines, so that the next record's line is the one where it begins.
    fn skip_line_ends(&mut self) -> io::Result<()> {
        while let Some(b'\r' | b'\n') = self.input.fill_buf()?.first() {
            let input = &self.input.buffer()[..1];
            let (_, read, _, _) = self.core.read_record(input, &mut self.bytes, &mut self.ends);
            self.input.consume(read);
        }
        Ok(())
    }

    /// The cells of the last record, or the place of one that is not UTF-8.
    fn cells(&self) -> Result<Vec<&str>, usize> {
        let ends = &self.ends[..self.count];
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let cells = starts.zip(ends).enumerate();
        cells.map(|(place, (start, end))| str::from_utf8(&self.bytes[start..*end]).map_err(|_| place)).collect()
    }
}
