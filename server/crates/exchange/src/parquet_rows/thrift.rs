//! So much of Thrift's compact protocol as the metadata of a Parquet file needs
//! (<https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>).
//!
//! Stricter than the protocol: the fields of a structure must come in the order of their numbers, so that none comes twice.

/// How deep structures that are only skipped may be nested.
const MAX_DEPTH: u32 = 16;

/// Why bytes are no such structure.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// They end too early.
    Short,
    /// They are something else; in words.
    Bad(String),
}

pub(super) type Parsed<T> = Result<T, Flaw>;

pub(super) fn bad<T>(reason: impl Into<String>) -> Parsed<T> {
    Err(Flaw::Bad(reason.into()))
}

/// What a value is, as the protocol numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind(u8);

impl Kind {
    const TRUE: Self = Self(1);
    const FALSE: Self = Self(2);
    const BYTE: Self = Self(3);
    const DOUBLE: Self = Self(7);
    const BINARY: Self = Self(8);
    const LIST: Self = Self(9);
    const SET: Self = Self(10);
    const MAP: Self = Self(11);
    const STRUCT: Self = Self(12);
    const UUID: Self = Self(13);
}

/// Bytes that are read from the front.
#[derive(Debug)]
pub(super) struct Compact<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Compact<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bytes have been read.
    pub(super) const fn position(&self) -> usize {
        self.at
    }

    fn take(&mut self, count: usize) -> Parsed<&'a [u8]> {
        let taken = self.bytes[self.at..].get(..count).ok_or(Flaw::Short)?;
        self.at += count;
        Ok(taken)
    }

    fn byte(&mut self) -> Parsed<u8> {
        Ok(self.take(1)?[0])
    }

    fn unsigned(&mut self) -> Parsed<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        bad("a number in its metadata is too large")
    }

    /// The next field of a structure, after the one of that number; nothing at its end.
    fn field(&mut self, last: i16) -> Parsed<Option<(i16, Kind)>> {
        let header = self.byte()?;
        if header == 0 {
            return Ok(None);
        }
        let (delta, kind) = (header >> 4, Kind(header & 0x0f));
        let number = match delta {
            0 => i16::try_from(zigzag(self.unsigned()?)).ok(),
            delta => last.checked_add(i16::from(delta)),
        };
        match number {
            Some(number) if number > last => Ok(Some((number, kind))),
            _ => bad("the fields of its metadata are out of order"),
        }
    }

    /// Reads a structure. `each` gets every field's number and kind, and says whether it has read the value; the others
    /// are skipped.
    pub(super) fn structure(
        &mut self,
        kind: Kind,
        each: impl FnMut(&mut Self, i16, Kind) -> Parsed<bool>,
    ) -> Parsed<()> {
        if kind != Kind::STRUCT {
            return bad("a field of its metadata is no structure");
        }
        self.fields(each)
    }

    /// Reads the fields of a structure that was not announced by a kind: the outermost one.
    pub(super) fn fields(&mut self, mut each: impl FnMut(&mut Self, i16, Kind) -> Parsed<bool>) -> Parsed<()> {
        let mut last = 0;
        while let Some((number, kind)) = self.field(last)? {
            if !each(self, number, kind)? {
                self.skip(kind, MAX_DEPTH)?;
            }
            last = number;
        }
        Ok(())
    }

    /// Reads a list; `each` reads one value, whose kind it gets.
    pub(super) fn list(&mut self, kind: Kind, mut each: impl FnMut(&mut Self, Kind) -> Parsed<()>) -> Parsed<()> {
        if kind != Kind::LIST {
            return bad("a field of its metadata is no list");
        }
        let (count, kind) = self.list_header()?;
        for _ in 0..count {
            each(self, kind)?;
        }
        Ok(())
    }

    fn list_header(&mut self) -> Parsed<(u64, Kind)> {
        let header = self.byte()?;
        let count = match header >> 4 {
            15 => self.unsigned()?,
            count => u64::from(count),
        };
        // Every value takes a byte at least, so a count that cannot be true is found before anything is done.
        if count > (self.bytes.len() - self.at) as u64 {
            return Err(Flaw::Short);
        }
        Ok((count, Kind(header & 0x0f)))
    }

    pub(super) fn integer<T: TryFrom<i64>>(&mut self, kind: Kind) -> Parsed<T> {
        let value = match kind {
            Kind::BYTE => i64::from(self.byte()?.cast_signed()),
            Kind(4..=6) => zigzag(self.unsigned()?),
            _ => return bad("a field of its metadata is no number"),
        };
        value.try_into().or_else(|_| bad("a number in its metadata is out of range"))
    }

    #[expect(
        clippy::unused_self,
        reason = "the value is in the field's kind, but the caller reads it like every other"
    )]
    pub(super) fn boolean(&self, kind: Kind) -> Parsed<bool> {
        match kind {
            Kind::TRUE => Ok(true),
            Kind::FALSE => Ok(false),
            _ => bad("a field of its metadata is neither true nor false"),
        }
    }

    pub(super) fn text(&mut self, kind: Kind) -> Parsed<&'a str> {
        if kind != Kind::BINARY {
            return bad("a field of its metadata is no text");
        }
        str::from_utf8(self.binary()?).or_else(|_| bad("a text in its metadata is not UTF-8"))
    }

    fn binary(&mut self) -> Parsed<&'a [u8]> {
        let length = self.unsigned()?;
        self.take(usize::try_from(length).map_err(|_| Flaw::Short)?)
    }

    fn skip(&mut self, kind: Kind, depth: u32) -> Parsed<()> {
        let Some(depth) = depth.checked_sub(1) else { return bad("its metadata is nested too deeply") };
        match kind {
            Kind::TRUE | Kind::FALSE => {}
            Kind::BYTE => {
                self.byte()?;
            }
            Kind(4..=6) => {
                self.unsigned()?;
            }
            Kind::DOUBLE => {
                self.take(8)?;
            }
            Kind::BINARY => {
                self.binary()?;
            }
            Kind::LIST | Kind::SET => {
                let (count, kind) = self.list_header()?;
                (0..count).try_for_each(|_| self.skip_element(kind, depth))?;
            }
            Kind::MAP => self.skip_map(depth)?,
            Kind::STRUCT => {
                let mut last = 0;
                while let Some((number, kind)) = self.field(last)? {
                    self.skip(kind, depth)?;
                    last = number;
                }
            }
            Kind::UUID => {
                self.take(16)?;
            }
            Kind(_) => return bad("a field of its metadata is of no known kind"),
        }
        Ok(())
    }

    fn skip_map(&mut self, depth: u32) -> Parsed<()> {
        let count = self.unsigned()?;
        if count == 0 {
            return Ok(());
        }
        if count > (self.bytes.len() - self.at) as u64 {
            return Err(Flaw::Short);
        }
        let kinds = self.byte()?;
        for _ in 0..count {
            self.skip_element(Kind(kinds >> 4), depth)?;
            self.skip_element(Kind(kinds & 0x0f), depth)?;
        }
        Ok(())
    }

    /// Within lists and maps a truth value takes a byte; as a field it is in the kind.
    fn skip_element(&mut self, kind: Kind, depth: u32) -> Parsed<()> {
        match kind {
            Kind::TRUE | Kind::FALSE => self.byte().map(drop),
            kind => self.skip(kind, depth),
        }
    }
}

const fn zigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_the_protocol_says() {
        for (bytes, value) in [(&[0_u8][..], 0), (&[1], -1), (&[2], 1), (&[0xac, 0x02], 150), (&[0xff, 0x01], -128)] {
            assert_eq!(Compact::new(bytes).integer(Kind(5)), Ok(value));
        }
        assert_eq!(Compact::new(&[0x80]).integer::<i64>(Kind(6)), Err(Flaw::Short));
        assert!(matches!(Compact::new(&[0xff; 11]).integer::<i64>(Kind(6)), Err(Flaw::Bad(_))));
        assert!(matches!(Compact::new(&[0xff, 0x7f]).integer::<i8>(Kind(5)), Err(Flaw::Bad(_))));
    }

    #[test]
    fn a_field_that_comes_twice_is_refused() {
        // Field 1, a number, then field 1 again with its number written out.
        let twice = [0x15, 0x02, 0x05, 0x02, 0x04, 0x00];
        assert!(matches!(Compact::new(&twice).fields(|_, _, _| Ok(false)), Err(Flaw::Bad(_))));
    }

    #[test]
    fn deep_nesting_and_false_counts_are_refused() {
        let deep = [0x1c; 10_000];
        assert!(matches!(Compact::new(&deep).fields(|_, _, _| Ok(false)), Err(Flaw::Bad(_))));
        let list_of_many = [0x19, 0xf5, 0xff, 0xff, 0xff, 0xff, 0x07];
        assert_eq!(Compact::new(&list_of_many).fields(|_, _, _| Ok(false)), Err(Flaw::Short));
    }
}
