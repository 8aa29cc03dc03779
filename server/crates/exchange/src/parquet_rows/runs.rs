//! Runs of small whole numbers: equal ones counted, others packed bit by bit (Parquet's RLE encoding,
//! <https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE>).

/// The next number of a run.
#[derive(Debug)]
enum Run {
    /// So many of the same.
    Same { value: u32, left: u64 },
    /// So many that are packed, the next one beginning at this bit of the page.
    Packed { at_bit: usize, left: u64 },
}

/// Numbers of a page, read one by one.
#[derive(Debug)]
pub(super) struct Runs {
    at: usize,
    end: usize,
    width: u8,
    run: Run,
}

impl Runs {
    /// Numbers of so many bits (at most 32) in these bytes of a page.
    pub(super) const fn new(at: usize, end: usize, width: u8) -> Self {
        Self { at, end, width, run: Run::Same { value: 0, left: 0 } }
    }

    /// The next number; nothing when the page has no more.
    pub(super) fn next(&mut self, page: &[u8]) -> Option<u32> {
        let page = page.get(..self.end)?;
        loop {
            match &mut self.run {
                Run::Same { left: 0, .. } | Run::Packed { left: 0, .. } => self.run = self.next_run(page)?,
                Run::Same { value, left } => {
                    *left -= 1;
                    return Some(*value);
                }
                Run::Packed { at_bit, left } => {
                    let value = unpack(page, *at_bit, self.width)?;
                    *at_bit += usize::from(self.width);
                    *left -= 1;
                    return Some(value);
                }
            }
        }
    }

    fn next_run(&mut self, page: &[u8]) -> Option<Run> {
        let header = self.header(page)?;
        let count = header >> 1;
        if header & 1 == 0 {
            let mut bytes = [0; 4];
            let length = usize::from(self.width.div_ceil(8));
            bytes.get_mut(..length)?.copy_from_slice(page.get(self.at..self.at + length)?);
            self.at += length;
            return Some(Run::Same { value: u32::from_le_bytes(bytes), left: count });
        }
        let at_bit = self.at * 8;
        // Eight numbers take as many bytes as one has bits. Some writers leave out the end of the last run.
        let bytes = usize::try_from(count).ok()?.checked_mul(usize::from(self.width))?;
        self.at = self.at.checked_add(bytes)?.min(self.end);
        Some(Run::Packed { at_bit, left: count.checked_mul(8)? })
    }

    fn header(&mut self, page: &[u8]) -> Option<u64> {
        let mut value = 0;
        for shift in (0..35).step_by(7) {
            let byte = *page.get(self.at)?;
            self.at += 1;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

/// The number of so many bits that begins at a bit, the lowest bit first.
fn unpack(page: &[u8], at_bit: usize, width: u8) -> Option<u32> {
    let first = at_bit / 8;
    let shift = at_bit % 8;
    let length = (shift + usize::from(width)).div_ceil(8);
    let mut bytes = [0; 8];
    bytes.get_mut(..length)?.copy_from_slice(page.get(first..first + length)?);
    let mask = (1_u64 << width) - 1;
    u32::try_from(u64::from_le_bytes(bytes) >> shift & mask).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(page: &[u8], width: u8) -> Vec<u32> {
        let mut runs = Runs::new(0, page.len(), width);
        std::iter::from_fn(|| runs.next(page)).take(100).collect()
    }

    #[test]
    fn counted_and_packed_runs_follow_each_other() {
        // The specification's example: 0 to 7 in three bits each; then four times 5.
        assert_eq!(all(&[0x03, 0x88, 0xc6, 0xfa, 0x08, 0x05], 3), [0, 1, 2, 3, 4, 5, 6, 7, 5, 5, 5, 5]);
        assert_eq!(all(&[0x06], 0), [0, 0, 0]);
        assert_eq!(all(&[0x02, 0xff, 0xff, 0xff, 0xff], 32), [u32::MAX]);
    }

    #[test]
    fn what_ends_too_early_ends_the_numbers() {
        assert_eq!(all(&[0x03, 0x88], 3), [0, 1]);
        assert!(all(&[0x02], 8).is_empty());
        assert!(all(&[0x80], 8).is_empty());
        assert!(all(&[0x80; 9], 8).is_empty());
        assert!(all(&[0xff, 0xff, 0xff, 0xff, 0x0f], 8).is_empty());
        // Runs of no length must not be waited for.
        assert!(all(&[0x00; 50], 0).is_empty());
    }
}
