//! What goes wrong inside this crate, and what callers hear of it.

use service::ports::store::StoreError;

/// Why a statement gave no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// SQLite, or the way to it, failed.
    #[error(transparent)]
    Sqlite(#[from] sqlx::Error),
    /// A stored value is not what this version writes.
    #[error("the column {column} holds what it cannot hold: {cause}")]
    Corrupt { column: &'static str, cause: String },
    /// A value cannot be written as JSON.
    #[error("a value has no JSON form: {0}")]
    Json(#[from] serde_json::Error),
    /// Something else has this unique value already.
    #[error("{0} is taken")]
    Conflict(&'static str),
    /// The cursor is not one of this list.
    #[error("the page cursor is not valid")]
    InvalidCursor,
    /// A row that must exist does not.
    #[error("there is no such {0}")]
    Missing(&'static str),
    /// An earlier failure ended the transaction, so that a later statement would stand alone.
    #[error("the transaction ended with an earlier failure")]
    Ended,
}

impl Error {
    /// Names the field of a broken uniqueness; leaves every other error as it is.
    pub(crate) fn conflict(error: sqlx::Error, field: &'static str) -> Self {
        match &error {
            sqlx::Error::Database(database) if database.is_unique_violation() => Self::Conflict(field),
            _ => Self::Sqlite(error),
        }
    }

    /// Whether SQLite may have ended the transaction by itself: a full disk does that, a broken constraint does not.
    pub(crate) fn may_end_transaction(&self) -> bool {
        match self {
            Self::Sqlite(sqlx::Error::Database(database)) => {
                let constraint = database.is_unique_violation()
                    || database.is_foreign_key_violation()
                    || database.is_check_violation();
                !constraint
            }
            Self::Sqlite(_) => true,
            _ => false,
        }
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::Conflict(field) => Self::Conflict(field),
            Error::InvalidCursor => Self::InvalidCursor,
            other => Self::Failed(Box::new(other)),
        }
    }
}
