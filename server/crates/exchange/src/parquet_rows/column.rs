//! The values of a column, one by one.
//!
//! The decoders of the `parquet` crate are not used: in version 60 a page that is cut off makes them panic, and they make
//! room for as many values as a dictionary says it has before they look whether it has them.

use std::io::{Read, Seek};

use super::{
    footer::Chunk,
    pages::{Budget, Content, Encoding, Levels, Page, Pages},
    runs::Runs,
    schema::{Column, Stored},
    source::Source,
};

/// A value as it is stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Stock<'a> {
    Null,
    Boolean(bool),
    Int32(i32),
    Int64(i64),
    Int96([u8; 12]),
    Float(f32),
    Double(f64),
    Bytes(&'a [u8]),
}

/// Where a value is in its page.
type Place = (usize, usize);

/// The values of one column in one row group.
pub(super) struct Values<R> {
    pages: Pages<R>,
    stored: Stored,
    is_optional: bool,
    dictionary: Option<Dictionary>,
    page: Option<Data>,
}

struct Dictionary {
    bytes: Vec<u8>,
    places: Vec<Place>,
}

/// A page of values.
struct Data {
    bytes: Vec<u8>,
    left: u64,
    levels: Option<Runs>,
    rest: Rest,
}

/// The values of a page that are still to come.
enum Rest {
    /// One after the other, from this byte on.
    Plain(usize),
    /// Bit by bit, from this bit on.
    Bits(usize),
    /// As numbers of a dictionary, or as truth values.
    Runs(Runs),
}

impl<R: Read + Seek> Values<R> {
    pub(super) fn new(source: Source<R>, chunk: Chunk, column: &Column, budget: Budget) -> Self {
        let pages = Pages::new(source, chunk, budget);
        Self { pages, stored: column.stored, is_optional: column.is_optional, dictionary: None, page: None }
    }

    /// The next value.
    pub(super) fn next(&mut self) -> Result<Stock<'_>, String> {
        if self.page.as_ref().is_none_or(|page| page.left == 0) {
            self.page = Some(self.next_page()?);
        }
        let ends = || "a column has fewer values than the file has rows".to_owned();
        let page = self.page.as_mut().ok_or_else(ends)?;
        page.left -= 1;
        let level = match &mut page.levels {
            Some(levels) => levels.next(&page.bytes).ok_or_else(ends)?,
            None => 1,
        };
        if level == 0 {
            return Ok(Stock::Null);
        }
        let cut_off = || "a page ends too early".to_owned();
        match &mut page.rest {
            Rest::Plain(at) => {
                let (start, end) = place(self.stored, &page.bytes, *at).ok_or_else(cut_off)?;
                *at = end;
                stock(self.stored, page.bytes.get(start..end)).ok_or_else(cut_off)
            }
            Rest::Bits(at) => {
                let byte = page.bytes.get(*at / 8).ok_or_else(cut_off)?;
                let value = byte >> (*at % 8) & 1 == 1;
                *at += 1;
                Ok(Stock::Boolean(value))
            }
            Rest::Runs(runs) => {
                let number = runs.next(&page.bytes).ok_or_else(cut_off)?;
                match (self.stored, &self.dictionary) {
                    (Stored::Boolean, _) => Ok(Stock::Boolean(number != 0)),
                    (stored, Some(Dictionary { bytes, places })) => {
                        let place = places.get(number as usize).and_then(|&(start, end)| bytes.get(start..end));
                        stock(stored, place).ok_or_else(|| "a value is not in its dictionary".to_owned())
                    }
                    (_, None) => Err("a column has no dictionary".to_owned()),
                }
            }
        }
    }

    /// Reads up to the next page of values.
    fn next_page(&mut self) -> Result<Data, String> {
        loop {
            let Some(page) = self.pages.next()? else {
                return Err("a column has fewer values than the file has rows".to_owned());
            };
            match page.content {
                Content::Data(levels) => return self.data(page, levels),
                Content::Dictionary if self.dictionary.is_some() => {
                    return Err("a column has two dictionaries".to_owned());
                }
                Content::Dictionary => self.dictionary = Some(dictionary(self.stored, page)?),
            }
        }
    }

    fn data(&self, page: Page, levels: Levels) -> Result<Data, String> {
        let Page { bytes, values, encoding, .. } = page;
        let cut_off = || "a page ends too early".to_owned();
        let (start, end) = match levels {
            Levels::Bytes(length) => (0, length),
            Levels::InFront if self.is_optional => {
                let length = little_endian(&bytes, 0).ok_or_else(cut_off)?;
                (4, 4_usize.saturating_add(length as usize))
            }
            Levels::Unread if self.is_optional => {
                return Err("it says in an outdated way which values are missing".to_owned());
            }
            Levels::InFront | Levels::Unread => (0, 0),
        };
        if end > bytes.len() {
            return Err(cut_off());
        }
        let rest = match (encoding, self.stored) {
            (Encoding::Plain, Stored::Boolean) => Rest::Bits(end * 8),
            (Encoding::Plain, _) => Rest::Plain(end),
            (Encoding::Dictionary, stored) if stored != Stored::Boolean => {
                // A page of nothing but nulls may leave out even the width.
                let width = bytes.get(end).copied().unwrap_or_default();
                if width > 32 {
                    return Err("a page has numbers of more than 32 bits".to_owned());
                }
                Rest::Runs(Runs::new(end + 1, bytes.len(), width))
            }
            // The length in front says no more than that the page ends.
            (Encoding::Runs, Stored::Boolean) => Rest::Runs(Runs::new(end + 4, bytes.len(), 1)),
            _ => return Err("a page is written in a way that does not fit its column".to_owned()),
        };
        let levels = self.is_optional.then(|| Runs::new(start, end, 1));
        Ok(Data { bytes, left: values, levels, rest })
    }
}

/// Finds the values of a dictionary; as many as there are, whatever it says.
fn dictionary(stored: Stored, page: Page) -> Result<Dictionary, String> {
    let Page { bytes, values, .. } = page;
    let mut places = Vec::new();
    let mut at = 0;
    if stored == Stored::Boolean {
        return Err("truth values have a dictionary".to_owned());
    }
    for _ in 0..values {
        let (start, end) = place(stored, &bytes, at).ok_or_else(|| "a dictionary ends too early".to_owned())?;
        places.push((start, end));
        at = end;
    }
    Ok(Dictionary { bytes, places })
}

/// Where the value is that begins at a byte; that there are so many bytes is for whoever reads it to see.
fn place(stored: Stored, bytes: &[u8], at: usize) -> Option<Place> {
    let (start, length) = match stored {
        Stored::Boolean => return None,
        Stored::Int32 | Stored::Float => (at, 4),
        Stored::Int64 | Stored::Double => (at, 8),
        Stored::Int96 => (at, 12),
        Stored::Bytes => (at + 4, little_endian(bytes, at)? as usize),
    };
    let end = start.checked_add(length)?;
    (end <= bytes.len()).then_some((start, end))
}

fn little_endian(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

fn stock(stored: Stored, bytes: Option<&[u8]>) -> Option<Stock<'_>> {
    let bytes = bytes?;
    match stored {
        Stored::Boolean => None,
        Stored::Int32 => bytes.try_into().ok().map(|bytes| Stock::Int32(i32::from_le_bytes(bytes))),
        Stored::Int64 => bytes.try_into().ok().map(|bytes| Stock::Int64(i64::from_le_bytes(bytes))),
        Stored::Int96 => bytes.try_into().ok().map(Stock::Int96),
        Stored::Float => bytes.try_into().ok().map(|bytes| Stock::Float(f32::from_le_bytes(bytes))),
        Stored::Double => bytes.try_into().ok().map(|bytes| Stock::Double(f64::from_le_bytes(bytes))),
        Stored::Bytes => Some(Stock::Bytes(bytes)),
    }
}
