//! The bytes of a Parquet file, and what the format wraps around them.

use std::{
    io::{self, Read, Seek, SeekFrom},
    sync::{Arc, Mutex, PoisonError},
};

use super::footer::{Codec, Footer};

/// What a file begins and ends with.
const MAGIC: &[u8] = b"PAR1";
/// What a file with an encrypted footer ends with.
const ENCRYPTED: &[u8] = b"PARE";
/// Length of the metadata's length and what comes after it.
const TAIL_BYTES: u64 = 8;
/// Most metadata that is read, in bytes. A million rows that this crate has written have a quarter of a megabyte.
const MAX_METADATA_BYTES: u64 = 4 * 1024 * 1024;

/// A file that several columns are read from in turn.
pub(super) struct Source<R> {
    reader: Arc<Mutex<R>>,
    /// How long it is, in bytes.
    pub length: u64,
}

impl<R> Clone for Source<R> {
    fn clone(&self) -> Self {
        Self { reader: Arc::clone(&self.reader), length: self.length }
    }
}

impl<R: Read + Seek> Source<R> {
    pub(super) fn new(mut reader: R) -> io::Result<Self> {
        let length = reader.seek(SeekFrom::End(0))?;
        Ok(Self { reader: Arc::new(Mutex::new(reader)), length })
    }

    /// Reads so many bytes; fewer only where the file ends.
    pub(super) fn read(&self, start: u64, count: u64) -> io::Result<Vec<u8>> {
        // A reader that panicked is asked again: all it can do is to fail.
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        reader.by_ref().take(count).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads what the end of the file says.
    pub(super) fn footer(&self) -> Result<Footer, String> {
        let failed = |error: io::Error| error.to_string();
        let Some(tail_start) = self.length.checked_sub(TAIL_BYTES).filter(|start| *start >= MAGIC.len() as u64) else {
            return Err("it is too short for a Parquet file".to_owned());
        };
        if self.read(0, MAGIC.len() as u64).map_err(failed)? != MAGIC {
            return Err("it does not begin like a Parquet file".to_owned());
        }
        let tail = self.read(tail_start, TAIL_BYTES).map_err(failed)?;
        let metadata_bytes = match tail.split_first_chunk::<4>() {
            Some((length, MAGIC)) => u64::from(u32::from_le_bytes(*length)),
            Some((_, ENCRYPTED)) => return Err("it is encrypted".to_owned()),
            _ => return Err("it does not end like a Parquet file".to_owned()),
        };
        if metadata_bytes > MAX_METADATA_BYTES {
            return Err(format!("its metadata has {metadata_bytes} bytes, more than {MAX_METADATA_BYTES}"));
        }
        let Some(start) = tail_start.checked_sub(metadata_bytes) else {
            return Err("its metadata is said to be longer than the file".to_owned());
        };
        Footer::read(&self.read(start, metadata_bytes).map_err(failed)?, start)
    }
}

/// Unpacks bytes that say how long they are when unpacked. However they lie, no more than that is kept.
pub(super) fn unpack(codec: Codec, packed: &[u8], length: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let unpacked = match codec {
        Codec::Plain => {
            bytes.extend_from_slice(packed);
            Ok(())
        }
        // The decoder refuses what says another length than the buffer has.
        Codec::Snappy => {
            bytes.resize(length, 0);
            snap::raw::Decoder::new().decompress(packed, &mut bytes).map_err(|error| error.to_string()).and_then(
                |count| {
                    if count == length { Ok(()) } else { Err("it is shorter than it says".to_owned()) }
                },
            )
        }
        Codec::Gzip => read_up_to(flate2::bufread::MultiGzDecoder::new(packed), length, &mut bytes),
        Codec::Zstd => ruzstd::decoding::StreamingDecoder::new(packed)
            .map_err(|error| error.to_string())
            .and_then(|decoder| read_up_to(decoder, length, &mut bytes)),
    };
    unpacked.map_err(|error| format!("a page cannot be unpacked: {error}"))?;
    if bytes.len() == length { Ok(bytes) } else { Err("a page is not as long as it says".to_owned()) }
}

fn read_up_to(reader: impl Read, length: usize, bytes: &mut Vec<u8>) -> Result<(), String> {
    reader.take(length as u64 + 1).read_to_end(bytes).map(drop).map_err(|error| error.to_string())
}
