//! JSON lines.

use std::io::{BufRead, BufReader, Read};

use crate::row::{MAX_COLUMNS, MAX_LINE_BYTES, Numbered, Row};

pub(crate) struct JsonLines<R> {
    input: BufReader<R>,
    line: u64,
    done: bool,
}

impl<R: Read> JsonLines<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input: BufReader::new(input), line: 0, done: false }
    }
}

impl<R: Read> Iterator for JsonLines<R> {
    type Item = Numbered<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done {
            let mut bytes = Vec::new();
            self.line += 1;
            let line = self.line;
            match (&mut self.input).take(MAX_LINE_BYTES as u64 + 1).read_until(b'\n', &mut bytes) {
                Ok(0) => self.done = true,
                Ok(_) if bytes.len() > MAX_LINE_BYTES && !bytes.ends_with(b"\n") => {
                    // A failure shows again when the next line is read.
                    drop(self.input.skip_until(b'\n'));
                    return Some(Numbered { line, row: Err(format!("is longer than {MAX_LINE_BYTES} bytes")) });
                }
                Ok(_) if bytes.trim_ascii().is_empty() => {}
                Ok(_) => return Some(Numbered { line, row: parse(&bytes) }),
                Err(error) => {
                    self.done = true;
                    return Some(Numbered { line, row: Err(error.to_string()) });
                }
            }
        }
        None
    }
}

fn parse(bytes: &[u8]) -> Result<Row, String> {
    let row: Row = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if row.len() > MAX_COLUMNS {
        return Err(format!("has more than {MAX_COLUMNS} columns"));
    }
    Ok(row)
}
