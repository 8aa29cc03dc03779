//! The pages of a column, one after the other.

use std::{
    io::{Read, Seek},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{
    footer::{Chunk, Codec, MAX_GROUP_BYTES},
    source::{Source, unpack},
    thrift::{Compact, Flaw, Kind, Parsed},
};

/// How much is read in the hope that it holds a page's header.
const HEADER_BYTES: u64 = 4 * 1024;
/// Longest header of a page, in bytes. It may hold the smallest and the greatest text of the page.
const MAX_HEADER_BYTES: u64 = 1024 * 1024;

/// How values are written in a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Plain,
    Dictionary,
    Runs,
}

/// What is in a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Values that other pages name by number.
    Dictionary,
    /// Values.
    Data(Levels),
}

/// Where a page says which values are missing, if any can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Levels {
    /// In front, after its length.
    InFront,
    /// In so many bytes in front: the second form of pages.
    Bytes(usize),
    /// In a form that is not read.
    Unread,
}

/// An unpacked page.
#[derive(Debug)]
pub(super) struct Page {
    pub content: Content,
    /// Values, missing ones included.
    pub values: u64,
    pub encoding: Encoding,
    pub bytes: Vec<u8>,
}

/// What a page's header says.
#[derive(Debug, Default)]
struct Header {
    kind: i32,
    unpacked: i32,
    packed: i32,
    values: i32,
    encoding: i32,
    levels_encoding: Option<i32>,
    definition_bytes: i32,
    repetition_bytes: i32,
    is_packed: bool,
}

/// The pages of one column in one row group.
pub(super) struct Pages<R> {
    source: Source<R>,
    at: u64,
    end: u64,
    codec: Codec,
    budget: Budget,
}

/// Bytes that may still be unpacked, all columns together. The metadata's word is not taken for it.
#[derive(Clone)]
pub(super) struct Budget {
    /// Of the row group: what may be in memory at a time.
    group: Arc<AtomicU64>,
    /// Of the file: what may be unpacked, whether rows come of it or not.
    file: Arc<AtomicU64>,
}

impl Budget {
    pub(super) fn of_file(bytes: u64) -> Self {
        Self { group: Arc::new(AtomicU64::new(MAX_GROUP_BYTES)), file: Arc::new(AtomicU64::new(bytes)) }
    }

    /// The same for the next row group.
    pub(super) fn next_group(&self) -> Self {
        Self { group: Arc::new(AtomicU64::new(MAX_GROUP_BYTES)), file: Arc::clone(&self.file) }
    }

    fn spend(&self, bytes: u64) -> Result<(), String> {
        let take = |from: &AtomicU64| {
            from.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes)).is_ok()
        };
        if !take(&self.group) {
            return Err(format!("a row group has more than {MAX_GROUP_BYTES} bytes"));
        }
        if take(&self.file) { Ok(()) } else { Err("its pages have too many bytes when they are unpacked".to_owned()) }
    }
}

impl<R: Read + Seek> Pages<R> {
    pub(super) fn new(source: Source<R>, chunk: Chunk, budget: Budget) -> Self {
        Self { source, at: chunk.start, end: chunk.start + chunk.bytes, codec: chunk.codec, budget }
    }

    /// Reads the next page; nothing when there are no more.
    pub(super) fn next(&mut self) -> Result<Option<Page>, String> {
        while self.at < self.end {
            let header = self.header()?;
            let (packed, unpacked) = (length(header.packed)?, length(header.unpacked)?);
            if packed as u64 > self.end - self.at {
                return Err("a page is longer than its column".to_owned());
            }
            // What every page costs keeps a file from being nothing but headers.
            self.budget.spend((unpacked.max(packed) as u64).max(HEADER_BYTES))?;
            let start = self.at;
            self.at += packed as u64;
            // Others than these (indexes) are of no use here, and pages without values are empty.
            if !matches!(header.kind, 0 | 2 | 3) || header.values == 0 && header.kind != 2 {
                continue;
            }
            let bytes = self.source.read(start, packed as u64).map_err(|error| error.to_string())?;
            return self.page(&header, &bytes, unpacked).map(Some);
        }
        Ok(None)
    }

    fn page(&self, header: &Header, packed: &[u8], unpacked: usize) -> Result<Page, String> {
        let encoding = match (header.encoding, header.kind) {
            (0, _) | (2, 2) => Encoding::Plain,
            (2 | 8, 0 | 3) => Encoding::Dictionary,
            (3, 0 | 3) => Encoding::Runs,
            (other, _) => {
                return Err(format!("encoding {other} is not read: write the file with plain or dictionary encoding"));
            }
        };
        let mut page = Page { content: Content::Dictionary, values: 0, encoding, bytes: Vec::new() };
        page.values = u64::try_from(header.values).map_err(|_| "a page has less than no values".to_owned())?;
        if header.kind != 3 {
            page.bytes = unpack(self.codec, packed, unpacked)?;
        }
        match header.kind {
            0 if header.levels_encoding == Some(3) => page.content = Content::Data(Levels::InFront),
            0 => page.content = Content::Data(Levels::Unread),
            3 => {
                let levels = length(header.definition_bytes)?;
                let (Some(front), Some(rest)) = (packed.get(..levels), unpacked.checked_sub(levels)) else {
                    return Err("a page is shorter than it says".to_owned());
                };
                if header.repetition_bytes != 0 {
                    return Err("a page has nested values".to_owned());
                }
                let codec = if header.is_packed { self.codec } else { Codec::Plain };
                page.bytes.extend_from_slice(front);
                // A page without values may be packed into nothing.
                if rest > 0 {
                    page.bytes.append(&mut unpack(codec, &packed[levels..], rest)?);
                }
                page.content = Content::Data(Levels::Bytes(levels));
            }
            _ => {}
        }
        Ok(page)
    }

    /// Reads a page's header and steps over it.
    fn header(&mut self) -> Result<Header, String> {
        let available = self.end - self.at;
        for most in [HEADER_BYTES, MAX_HEADER_BYTES] {
            let bytes = self.source.read(self.at, available.min(most)).map_err(|error| error.to_string())?;
            let mut compact = Compact::new(&bytes);
            match read_header(&mut compact) {
                Ok(header) => {
                    self.at += compact.position() as u64;
                    return Ok(header);
                }
                Err(Flaw::Bad(reason)) => return Err(reason),
                Err(Flaw::Short) if most >= available => break,
                Err(Flaw::Short) => {}
            }
        }
        Err("the header of a page ends too early".to_owned())
    }
}

fn length(bytes: i32) -> Result<usize, String> {
    usize::try_from(bytes).map_err(|_| "a page has less than no bytes".to_owned())
}

fn read_header(compact: &mut Compact<'_>) -> Parsed<Header> {
    let mut header = Header { kind: -1, encoding: -1, is_packed: true, ..Header::default() };
    compact.fields(|compact, number, kind| {
        match number {
            1 => header.kind = compact.integer(kind)?,
            2 => header.unpacked = compact.integer(kind)?,
            3 => header.packed = compact.integer(kind)?,
            5 | 7 | 8 => return read_page_header(compact, kind, number, &mut header).map(|()| true),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(header)
}

/// Reads what a header says of its kind of page: 5 for values, 7 for a dictionary, 8 for the second form of values.
fn read_page_header(compact: &mut Compact<'_>, kind: Kind, page: i16, header: &mut Header) -> Parsed<()> {
    compact.structure(kind, |compact, number, kind| {
        match (page, number) {
            (_, 1) => header.values = compact.integer(kind)?,
            (5 | 7, 2) | (8, 4) => header.encoding = compact.integer(kind)?,
            (5, 3) => header.levels_encoding = Some(compact.integer(kind)?),
            (8, 5) => header.definition_bytes = compact.integer(kind)?,
            (8, 6) => header.repetition_bytes = compact.integer(kind)?,
            (8, 7) => header.is_packed = compact.boolean(kind)?,
            _ => return Ok(false),
        }
        Ok(true)
    })
}
