//! What the end of a Parquet file says of its columns and where they are
//! (<https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>).

use super::{
    schema::{Column, read_schema},
    thrift::{Compact, Flaw, Kind, Parsed, bad},
};

/// Most rows of a file.
pub(super) const MAX_ROWS: u64 = 10_000_000;
/// Most bytes that a row group may say that it has when it is unpacked.
pub(super) const MAX_GROUP_BYTES: u64 = 256 * 1024 * 1024;

/// What is known of a file before its values are read.
#[derive(Debug)]
pub(super) struct Footer {
    pub columns: Vec<Column>,
    pub groups: Vec<Group>,
}

/// Some rows of a file; of each column there is one chunk.
#[derive(Debug)]
pub(super) struct Group {
    pub rows: u64,
    pub chunks: Vec<Chunk>,
}

/// Where the values of a column are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chunk {
    pub start: u64,
    pub bytes: u64,
    pub codec: Codec,
}

/// How pages are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Codec {
    Plain,
    Snappy,
    Gzip,
    Zstd,
}

impl Footer {
    /// Reads the metadata of a file whose values take the bytes before `end`.
    pub(super) fn read(bytes: &[u8], end: u64) -> Result<Self, String> {
        let mut columns = Vec::new();
        let mut groups: Vec<Group> = Vec::new();
        let (mut rows, mut values_bytes) = (0, 0);
        let parsed = Compact::new(bytes).fields(|compact, number, kind| {
            match number {
                2 => columns = read_schema(compact, kind)?,
                4 => compact.list(kind, |compact, kind| {
                    let group = read_group(compact, kind, columns.len(), end)?;
                    rows += group.rows;
                    if rows > MAX_ROWS {
                        return bad(format!("it has more than {MAX_ROWS} rows"));
                    }
                    // Were the same values named again and again, a short file would be read for ever.
                    values_bytes += group.chunks.iter().map(|chunk| chunk.bytes).sum::<u64>();
                    if values_bytes > end {
                        return bad("its columns lie over each other");
                    }
                    groups.push(group);
                    Ok(())
                })?,
                _ => return Ok(false),
            }
            Ok(true)
        });
        match parsed {
            Ok(()) if columns.is_empty() => Err("it has no columns".to_owned()),
            Ok(()) => Ok(Self { columns, groups }),
            Err(Flaw::Bad(reason)) => Err(reason),
            Err(Flaw::Short) => Err("its metadata ends too early".to_owned()),
        }
    }
}

fn read_group(compact: &mut Compact<'_>, kind: Kind, columns: usize, end: u64) -> Parsed<Group> {
    let mut rows: i64 = -1;
    let mut chunks = Vec::with_capacity(columns);
    let mut unpacked = 0_u64;
    compact.structure(kind, |compact, number, kind| {
        match number {
            1 => compact.list(kind, |compact, kind| {
                let (chunk, bytes) = read_chunk(compact, kind, end)?;
                unpacked = unpacked.saturating_add(bytes);
                chunks.push(chunk);
                if chunks.len() > columns { bad("a row group has more columns than the file") } else { Ok(()) }
            })?,
            3 => rows = compact.integer(kind)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    if chunks.len() != columns {
        return bad("a row group has fewer columns than the file");
    }
    if unpacked > MAX_GROUP_BYTES {
        return bad(format!(
            "a row group has {unpacked} bytes, more than {MAX_GROUP_BYTES}: write the file with fewer rows in a group"
        ));
    }
    let rows = u64::try_from(rows).or_else(|_| bad("a row group does not say how many rows it has"))?;
    Ok(Group { rows, chunks })
}

/// A chunk, and how many bytes it says that it has when it is unpacked.
fn read_chunk(compact: &mut Compact<'_>, kind: Kind, end: u64) -> Parsed<(Chunk, u64)> {
    let mut chunk = None;
    compact.structure(kind, |compact, number, kind| match number {
        1 => bad("its values are in other files"),
        3 => {
            chunk = Some(read_chunk_metadata(compact, kind, end)?);
            Ok(true)
        }
        8 | 9 => bad("it is encrypted"),
        _ => Ok(false),
    })?;
    chunk.ok_or_else(|| Flaw::Bad("a column of a row group has no metadata".to_owned()))
}

fn read_chunk_metadata(compact: &mut Compact<'_>, kind: Kind, end: u64) -> Parsed<(Chunk, u64)> {
    let (mut codec, mut unpacked, mut bytes, mut data, mut dictionary) = (-1_i32, -1_i64, -1_i64, -1_i64, None);
    compact.structure(kind, |compact, number, kind| {
        match number {
            4 => codec = compact.integer(kind)?,
            6 => unpacked = compact.integer(kind)?,
            7 => bytes = compact.integer(kind)?,
            9 => data = compact.integer(kind)?,
            11 => dictionary = Some(compact.integer::<i64>(kind)?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    let codec = match codec {
        0 => Codec::Plain,
        1 => Codec::Snappy,
        2 => Codec::Gzip,
        6 => Codec::Zstd,
        3 => return bad(refused_codec("LZO")),
        4 => return bad(refused_codec("Brotli")),
        5 | 7 => return bad(refused_codec("LZ4")),
        _ => return bad("it is compressed in an unknown way"),
    };
    // Some writers say 0 when there is no dictionary.
    let start = dictionary.filter(|dictionary| (1..data).contains(dictionary)).unwrap_or(data);
    let place = (u64::try_from(start), u64::try_from(bytes), u64::try_from(unpacked));
    match place {
        (Ok(start), Ok(bytes), Ok(unpacked)) if start.checked_add(bytes).is_some_and(|after| after <= end) => {
            Ok((Chunk { start, bytes, codec }, unpacked))
        }
        _ => bad("a column is said to be where the file has no values"),
    }
}

fn refused_codec(name: &str) -> String {
    format!("it is compressed with {name}, which is not read: write it with Snappy, gzip, Zstandard or uncompressed")
}
