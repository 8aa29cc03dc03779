use std::io::{Cursor, Write};

use exchange::{Format, Limits, read};
use proptest::prelude::*;

use crate::support::{LIMITS, bare, full, refusal, rows, write};

/// Structures of Thrift's compact protocol.
struct Thrift {
    bytes: Vec<u8>,
    last: u8,
}

impl Thrift {
    fn new() -> Self {
        Self { bytes: Vec::new(), last: 0 }
    }

    fn field(mut self, number: u8, kind: u8) -> Self {
        self.bytes.push((number - self.last) << 4 | kind);
        self.last = number;
        self
    }

    fn unsigned(bytes: &mut Vec<u8>, mut value: u64) {
        while value > 0x7f {
            bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        bytes.push(value as u8);
    }

    fn number(mut self, number: u8, value: i64) -> Self {
        self = self.field(number, 6);
        Self::unsigned(&mut self.bytes, ((value << 1) ^ (value >> 63)) as u64);
        self
    }

    fn text(mut self, number: u8, text: &str) -> Self {
        self = self.field(number, 8);
        Self::unsigned(&mut self.bytes, text.len() as u64);
        self.bytes.extend(text.bytes());
        self
    }

    fn structure(mut self, number: u8, inner: Self) -> Self {
        self = self.field(number, 12);
        self.bytes.extend(inner.end());
        self
    }

    fn list(mut self, number: u8, inner: Vec<Self>) -> Self {
        self = self.field(number, 9);
        self.bytes.push(0xfc);
        Self::unsigned(&mut self.bytes, inner.len() as u64);
        self.bytes.extend(inner.into_iter().flat_map(Self::end));
        self
    }

    fn end(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }
}

fn column(name: &str, stored: i64, repetition: i64) -> Thrift {
    Thrift::new().number(1, stored).number(3, repetition).text(4, name)
}

fn chunk(codec: i64, unpacked: i64, packed: i64, start: i64) -> Thrift {
    let metadata = Thrift::new().number(4, codec).number(6, unpacked).number(7, packed).number(9, start);
    Thrift::new().structure(3, metadata)
}

fn group(rows: i64, chunks: Vec<Thrift>) -> Thrift {
    Thrift::new().list(1, chunks).number(3, rows)
}

fn file(values: &[u8], columns: Vec<Thrift>, groups: Vec<Thrift>) -> Vec<u8> {
    let mut schema = vec![Thrift::new().text(4, "root").number(5, columns.len() as i64)];
    schema.extend(columns);
    let footer = Thrift::new().number(1, 1).list(2, schema).number(3, 1).list(4, groups).end();
    let mut bytes = b"PAR1".to_vec();
    bytes.extend(values);
    bytes.extend(&footer);
    bytes.extend((footer.len() as u32).to_le_bytes());
    bytes.extend(b"PAR1");
    bytes
}

/// A page of texts that cannot be missing.
fn page(packed: &[u8], unpacked: i64, values: i64, encoding: i64) -> Vec<u8> {
    let inner = Thrift::new().number(1, values).number(2, encoding).number(3, 3);
    let header = Thrift::new().number(1, 0).number(2, unpacked).number(3, packed.len() as i64).structure(5, inner);
    [&header.end(), packed].concat()
}

fn dictionary_page(packed: &[u8], values: i64) -> Vec<u8> {
    let inner = Thrift::new().number(1, values).number(2, 0);
    let length = packed.len() as i64;
    let header = Thrift::new().number(1, 2).number(2, length).number(3, length).structure(7, inner);
    [&header.end(), packed].concat()
}

/// A file of one column `text` whose bytes are these pages.
fn texts(codec: i64, rows: i64, pages: &[u8]) -> Vec<u8> {
    let chunk = chunk(codec, 100, pages.len() as i64, 4);
    file(pages, vec![column("text", 6, 0)], vec![group(rows, vec![chunk])])
}

/// What the last row says is wrong.
fn flaw(bytes: Vec<u8>) -> String {
    rows(Format::Parquet, bytes).pop().unwrap().row.unwrap_err()
}

#[test]
fn a_file_that_is_made_by_hand_is_read() {
    let found = rows(Format::Parquet, texts(0, 1, &page(b"\x02\0\0\0hi", 6, 1, 0)));
    assert_eq!(found[0].row.as_ref().unwrap()["text"], "hi");
}

#[test]
fn what_is_no_parquet_file_is_refused() {
    for bytes in [&b""[..], b"PAR1", b"PAR1PAR1", b"text,label\na,b\nc,d\n", &[0; 1000], b"PAR1\xff\xff\xff\xffPAR1"] {
        assert!(refusal(Format::Parquet, bytes.to_vec()).starts_with("it"));
    }
    let mut encrypted = texts(0, 1, &page(b"\x02\0\0\0hi", 6, 1, 0));
    *encrypted.last_mut().unwrap() = b'E';
    assert_eq!(refusal(Format::Parquet, encrypted), "it is encrypted");
}

#[test]
fn every_part_of_a_file_that_is_cut_off_is_refused() {
    let whole = write(Format::Parquet, &[full("a", "b"), bare("c", "d")]);
    for length in 0..whole.len() {
        refusal(Format::Parquet, whole[..length].to_vec());
    }
}

#[test]
fn a_page_that_promises_more_than_it_has_is_an_error() {
    let big = i64::from(i32::MAX);
    for pages in [
        page(b"\x02\0\0\0hi", 6, big, 0),
        page(b"\x02\0\0\0hi", 7, 1, 0),
        page(b"\x02\0\0\0h", 5, 1, 0),
        page(b"\xff\xff\xff\xff", 4, 1, 0),
        page(b"\x02", 1, 1, 0),
        page(b"\x01\x02\0", 3, 1, 8),
        page(b"\x02\0\0\0hi", -6, 1, 0),
        page(b"\x02\0\0\0hi", 6, -1, 0),
        page(b"", 0, 0, 0).repeat(1000),
        dictionary_page(b"\x02\0\0\0hi", big),
        [dictionary_page(b"\x02\0\0\0hi", 1), page(b"\x08\x02\x07", 3, 1, 8)].concat(),
        [dictionary_page(b"\x02\0\0\0hi", 1), page(b"\x21\x02\0\0\0\0\0", 7, 1, 8)].concat(),
        [dictionary_page(b"", 0), dictionary_page(b"", 0)].concat(),
    ] {
        // The first page says that there are many more values than its bytes hold.
        assert!(flaw(texts(0, 2, &pages)).starts_with("the file cannot be read from here on"));
    }
    assert!(flaw(texts(0, 1, &page(b"\x02\0\0\0hi", 6, 1, 7))).contains("encoding 7 is not read"));
}

#[test]
fn a_page_that_unpacks_into_more_than_it_says_is_not_unpacked() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&vec![0; 8 * 1024 * 1024]).unwrap();
    let bomb = gzip.finish().unwrap();
    assert!(flaw(texts(2, 1, &page(&bomb, 100, 1, 0))).contains("not as long as it says"));
    assert!(flaw(texts(2, 1, &page(&bomb, i64::from(i32::MAX), 1, 0))).contains("more than 268435456 bytes"));
    assert!(flaw(texts(1, 1, &page(b"\xff\xff\xff\x7f", 100, 1, 0))).contains("cannot be unpacked"));
    for codec in [1, 2, 6] {
        assert!(flaw(texts(codec, 1, &page(b"nonsense", 100, 1, 0))).contains("cannot be unpacked"));
    }
}

#[test]
fn pages_that_no_row_needs_are_not_unpacked_without_end() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&vec![0; 1024 * 1024]).unwrap();
    let packed = gzip.finish().unwrap();
    // Each page has one empty text, and a megabyte that nobody asked for.
    let pages = page(&packed, 1024 * 1024, 1, 0).repeat(100);
    let limits = Limits { cell_bytes: 10 * 1024 * 1024, ..LIMITS };
    let found: Vec<_> = read(Cursor::new(texts(2, 100, &pages)), Format::Parquet, &limits).unwrap().collect();
    assert_eq!(found.len(), 11);
    assert!(found[10].row.as_ref().unwrap_err().ends_with("too many bytes when they are unpacked"));
}

#[test]
fn one_long_text_named_again_and_again_does_not_fill_the_memory() {
    let text = "x".repeat(500_000);
    let mut dictionary = (text.len() as u32).to_le_bytes().to_vec();
    dictionary.extend(text.bytes());
    // One run of a million times the first text.
    let pages = [dictionary_page(&dictionary, 1), page(b"\x01\x80\x89\x7a\0", 5, 1_000_000, 8)].concat();
    let bytes = texts(0, 1_000_000, &pages);
    let limits = Limits { cell_bytes: 10_000_000, ..LIMITS };
    let mut found = read(Cursor::new(bytes), Format::Parquet, &limits).unwrap();
    assert_eq!(found.by_ref().take_while(|row| row.row.is_ok()).count(), 20);
    assert!(found.next().is_none());
}

#[test]
fn a_row_that_is_too_long_is_refused_and_the_next_is_read() {
    let mut values = (2_000_000_u32).to_le_bytes().to_vec();
    values.extend(vec![b'x'; 2_000_000]);
    values.extend(b"\x02\0\0\0hi");
    let found = rows(Format::Parquet, texts(0, 2, &page(&values, values.len() as i64, 2, 0)));
    assert_eq!(found[0].row, Err("is longer than 1048576 bytes".to_owned()));
    assert_eq!((found[1].line, &found[1].row.as_ref().unwrap()["text"]), (2, &"hi".into()));
}

#[test]
fn metadata_that_promises_too_much_is_refused() {
    let one = || vec![column("text", 6, 0)];
    let deep: Vec<Thrift> = (0..200_000).map(|_| Thrift::new().number(3, 0).text(4, "x").number(5, 1)).collect();
    for (bytes, reason) in [
        (file(b"", one(), vec![group(20_000_000, vec![chunk(0, 0, 0, 4)])]), "more than 10000000 rows"),
        (file(b"", one(), vec![group(1, vec![chunk(0, 1 << 40, 0, 4)])]), "fewer rows in a group"),
        (file(b"", one(), vec![group(1, vec![chunk(0, 0, 1 << 40, 4)])]), "where the file has no values"),
        (file(b"", one(), vec![group(1, vec![chunk(0, 0, i64::MAX, i64::MAX)])]), "where the file has no values"),
        (file(b"", one(), vec![group(1, vec![chunk(0, 0, -1, -1)])]), "where the file has no values"),
        (file(b"", one(), vec![group(-1, vec![chunk(0, 0, 0, 4)])]), "does not say how many rows"),
        (file(b"", one(), vec![group(1, vec![])]), "fewer columns"),
        (file(b"", one(), vec![group(1, vec![chunk(4, 0, 0, 4)])]), "Brotli, which is not read"),
        (file(&[0; 90], one(), (0..9).map(|_| group(1, vec![chunk(0, 0, 80, 4)])).collect()), "over each other"),
        (file(b"", deep, vec![]), "is nested"),
        (file(b"", vec![column("a", 6, 2)], vec![]), "the column `a` is nested; only plain columns are read"),
        (file(b"", vec![column("a", 6, 0), column("a", 6, 0)], vec![]), "the column `a` is there twice"),
        (file(b"", (0..300).map(|number| column(&number.to_string(), 6, 0)).collect(), vec![]), "256 columns"),
        (file(b"", vec![column("a", 7, 0)], vec![]), "the column `a` has values of fixed length"),
        (file(b"", vec![], vec![]), "no columns"),
    ] {
        let found = refusal(Format::Parquet, bytes);
        assert!(found.contains(reason), "{found}");
    }
    let whole = write(Format::Parquet, &[bare("a", "b")]);
    let small = Limits { file_bytes: 100, ..LIMITS };
    let refused = read(Cursor::new(whole), Format::Parquet, &small).err().unwrap();
    assert_eq!(refused.to_string(), "the file is larger than 100 bytes");
}

fn originals() -> Vec<Vec<u8>> {
    let records = [full("=1", "b"), bare("c", "d"), full("\"\r\n", "e")];
    let mut files = vec![write(Format::Parquet, &records)];
    files.extend(crate::foreign::files().map(<[u8]>::to_vec));
    files
}

/// Reads to the end, which there must be, without a panic.
fn read_all(bytes: Vec<u8>) {
    if let Ok(found) = read(Cursor::new(bytes), Format::Parquet, &LIMITS) {
        found.take(100_000).for_each(drop);
    }
}

#[test]
fn a_file_with_any_one_byte_changed_is_read_or_refused() {
    for original in originals() {
        for place in 0..original.len() {
            for change in [0x01, 0xff] {
                let mut bytes = original.clone();
                bytes[place] ^= change;
                read_all(bytes);
            }
        }
    }
}

proptest! {
    #[test]
    fn a_file_with_several_bytes_changed_is_read_or_refused(
        which in 0_usize..4,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let originals = originals();
        let mut bytes = originals[which % originals.len()].clone();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        read_all(bytes);
    }
}
