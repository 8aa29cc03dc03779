//! Identifiers: a ULID behind a prefix that says what it names, so that a log line or a URL reads alone.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de};
use ulid::Ulid;

/// Why a string is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an identifier like `{prefix}_01ARZ3NDEKTSV4RRFFQ69G5FAV`")]
pub struct InvalidId {
    prefix: &'static str,
}

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Ulid);

        impl $name {
            /// What its text form starts with, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// Builds an identifier from a creation time (milliseconds since 1970) and 80 random bits; later times sort later.
            #[must_use]
            pub const fn from_parts(created_ms: u64, random: u128) -> Self {
                Self(Ulid::from_parts(created_ms, random))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut buffer = [0; ulid::ULID_LEN];
                write!(formatter, "{}_{}", Self::PREFIX, self.0.array_to_str(&mut buffer))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, formatter)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(|rest| Ulid::from_string(rest).ok())
                    .map(Self)
                    .ok_or(InvalidId { prefix: Self::PREFIX })
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-9A-HJKMNP-TV-Z]{26}$")))
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    )*};
}

identifiers! {
    /// Names a task.
    TaskId = "task";
    /// Names a decision.
    DecisionId = "dec";
    /// Names a person.
    UserId = "user";
    /// Names an API key.
    ApiKeyId = "key";
    /// Names an escalation.
    EscalationId = "esc";
    /// Names a correction.
    CorrectionId = "corr";
    /// Names a label in the label store.
    LabelId = "label";
    /// Names a training run.
    RunId = "run";
    /// Names an import of a file.
    ImportId = "imp";
    /// Names a comment on a task.
    CommentId = "comment";
    /// Names a notice for a person.
    NoticeId = "notice";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_survives_text_and_json() {
        let id = TaskId::from_parts(1_700_000_000_000, 42);
        assert_eq!(id.to_string().parse(), Ok(id));
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(serde_json::from_str::<TaskId>(&json).unwrap(), id);
    }

    #[test]
    fn an_identifier_of_another_kind_is_refused() {
        let user = UserId::from_parts(1, 1).to_string();
        assert!(user.parse::<TaskId>().is_err());
        assert!("task_".parse::<TaskId>().is_err());
        assert!("task_01ARZ3NDEKTSV4RRFFQ69G5FA".parse::<TaskId>().is_err());
    }

    #[test]
    fn identifiers_sort_by_creation_time() {
        assert!(TaskId::from_parts(1, u128::MAX >> 48) < TaskId::from_parts(2, 0));
    }
}
