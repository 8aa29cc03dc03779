//! Cells that a spreadsheet would take for a formula (OWASP, CSV injection), and the way back.

use std::borrow::Cow;

/// What makes a spreadsheet take a cell for a formula when it comes first.
const ACTIVE: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Whether an apostrophe comes first and something follows that made or makes one necessary.
fn is_guarded(cell: &str) -> bool {
    cell.strip_prefix('\'').is_some_and(|rest| rest.starts_with(ACTIVE) || rest.starts_with('\''))
}

/// The cell with an apostrophe in front, when a spreadsheet would run it, or when it looks like such a cell already:
/// then [`restore`] would otherwise take an apostrophe away that belongs to it.
pub(crate) fn disarm(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(ACTIVE) || is_guarded(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// Takes away the apostrophe that [`disarm`] put in front.
pub(crate) fn restore(cell: String) -> String {
    if is_guarded(&cell) { cell[1..].to_owned() } else { cell }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cells_that_look_like_formulas_are_disarmed() {
        for cell in ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "'=1", "''", "'''=1"] {
            assert_eq!(disarm(cell), format!("'{cell}"));
        }
        for cell in ["", "a=b", "'", "'tis", "'90s =1"] {
            assert_eq!(disarm(cell), cell);
        }
    }

    proptest! {
        #[test]
        fn disarming_can_be_undone(cell in "['=+@\t\ra-]{0,6}") {
            let disarmed = disarm(&cell).into_owned();
            prop_assert!(!disarmed.starts_with(ACTIVE));
            prop_assert_eq!(restore(disarmed), cell);
        }
    }
}
