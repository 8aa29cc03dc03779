//! Checks on text that several nouns share.

use crate::error::{ValidationCode, ValidationError};

/// Longest name of a queue, label, channel or rule, in bytes.
pub const MAX_NAME_BYTES: usize = 64;

/// Checks a machine-readable name: 1 to 64 of lower-case letters, digits, `_`, `-`, `.`; starts with a letter or digit.
///
/// # Errors
/// With the field when the name has another form.
pub fn check_name(field: &str, name: &str) -> Result<(), ValidationError> {
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    match bytes.first() {
        None => Err(ValidationError::required(field)),
        Some(_) if bytes.len() > MAX_NAME_BYTES => Err(ValidationError::too_long(field, MAX_NAME_BYTES)),
        Some(&first) if legal(first) && bytes.iter().all(|&byte| legal(byte) || b"_-.".contains(&byte)) => Ok(()),
        Some(_) => Err(ValidationError::new(
            field,
            ValidationCode::Malformed,
            "must be lower-case letters, digits, `_`, `-` or `.`, starting with a letter or digit",
        )),
    }
}

/// Checks a label's name: 1 to 128 bytes, no control characters, no surrounding blanks. Public data sets use capitals and
/// punctuation in label names, so these are allowed.
///
/// # Errors
/// With the field when the name has another form.
pub fn check_label(field: &str, label: &str) -> Result<(), ValidationError> {
    if label.trim().is_empty() {
        return Err(ValidationError::required(field));
    }
    if label.len() > 128 {
        return Err(ValidationError::too_long(field, 128));
    }
    if label.trim() != label || label.chars().any(char::is_control) {
        return Err(ValidationError::new(
            field,
            ValidationCode::Malformed,
            "must have no control characters and no blanks around it",
        ));
    }
    Ok(())
}

/// Trims a text that a person must give, and checks its length.
///
/// # Errors
/// With the field when nothing is left or it is longer than `max_bytes`.
pub fn check_required(field: &str, text: &str, max_bytes: usize) -> Result<String, ValidationError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ValidationError::required(field));
    }
    check_length(field, text, max_bytes)?;
    Ok(text.to_owned())
}

/// Checks that a text has at most `max_bytes` and no NUL, which neither SQLite's text functions nor terminals bear.
///
/// # Errors
/// With the field when it is longer or has a NUL.
pub fn check_length(field: &str, text: &str, max_bytes: usize) -> Result<(), ValidationError> {
    if text.len() > max_bytes {
        return Err(ValidationError::too_long(field, max_bytes));
    }
    if text.contains('\0') {
        return Err(ValidationError::new(field, ValidationCode::Malformed, "must not contain a NUL character"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        for good in ["a", "billing", "team-leads", "v1.2_x", "9"] {
            assert_eq!(check_name("queue", good), Ok(()), "{good}");
        }
        for bad in ["", "Billing", "-x", "a b", "ä", &"x".repeat(65)] {
            assert!(check_name("queue", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn labels_may_have_capitals_but_no_stray_blanks() {
        assert_eq!(check_label("label", "Refund_not_showing_up"), Ok(()));
        assert_eq!(check_label("label", "reverted_card_payment?"), Ok(()));
        for bad in ["", " ", " a", "a\n", &"x".repeat(129)] {
            assert!(check_label("label", bad).is_err(), "{bad:?}");
        }
    }
}
