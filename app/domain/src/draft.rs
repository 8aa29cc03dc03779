//! What somebody is writing on a task and has not sent.

use serde::{Deserialize, Serialize};

use crate::{
    error::{ValidationCode, ValidationError},
    resolution::MAX_REPLY_BYTES,
    text,
    time::Timestamp,
};

/// Longest note of a draft, in bytes.
pub const MAX_NOTE_BYTES: usize = 4 * 1024;

/// Highest revision of a draft: the highest whole number that JavaScript counts exactly.
pub const MAX_DRAFT_REVISION: u64 = (1 << 53) - 1;

/// What a person is writing on a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Draft {
    /// What the submitter is to be told.
    pub reply: String,
    /// What colleagues are to know.
    pub note: String,
    /// Counts up with every change; who writes it counts.
    pub revision: u64,
    /// When the server kept it.
    pub saved_at: Timestamp,
}

/// A draft to be kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewDraft {
    /// What the submitter is to be told.
    pub reply: String,
    /// What colleagues are to know.
    pub note: String,
    /// Higher than that of the draft that is kept.
    pub revision: u64,
}

impl NewDraft {
    /// Checks the fields.
    ///
    /// # Errors
    /// With the first field that is refused.
    pub fn check(&self) -> Result<(), ValidationError> {
        text::check_length("reply", &self.reply, MAX_REPLY_BYTES)?;
        text::check_length("note", &self.note, MAX_NOTE_BYTES)?;
        if (1..=MAX_DRAFT_REVISION).contains(&self.revision) {
            Ok(())
        } else {
            let message = format!("must be from 1 to {MAX_DRAFT_REVISION}");
            Err(ValidationError::new("revision", ValidationCode::Malformed, message))
        }
    }

    /// Whether this is what is kept already, so that keeping it again changes nothing.
    #[must_use]
    pub fn is(&self, kept: &Draft) -> bool {
        (&self.reply, &self.note, self.revision) == (&kept.reply, &kept.note, kept.revision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drafts_are_bounded_field_by_field() {
        let draft = NewDraft { reply: "r".repeat(MAX_REPLY_BYTES), note: "n".repeat(MAX_NOTE_BYTES), revision: 1 };
        assert_eq!(draft.check(), Ok(()));
        let field = |draft: NewDraft| draft.check().unwrap_err().field;
        assert_eq!(field(NewDraft { reply: "r".repeat(MAX_REPLY_BYTES + 1), ..draft.clone() }), "reply");
        assert_eq!(field(NewDraft { note: "n".repeat(MAX_NOTE_BYTES + 1), ..draft.clone() }), "note");
        assert_eq!(field(NewDraft { revision: 0, ..draft.clone() }), "revision");
        assert_eq!(field(NewDraft { revision: MAX_DRAFT_REVISION + 1, ..draft }), "revision");
    }
}
