//! The kinds of values that conditions compute with, as far as they are known before a task comes.

use std::fmt;

/// The kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Truth,
    Whole,
    Fraction,
    Text,
    List,
    Map,
    Null,
    /// Known only at run time: attributes.
    Any,
}

impl Kind {
    pub(crate) const fn is_number(self) -> bool {
        matches!(self, Self::Whole | Self::Fraction)
    }

    /// Whether it is this kind, or may turn out to be.
    pub(crate) fn may_be(self, other: Self) -> bool {
        self == other || self == Self::Any
    }

    /// Whether an equality of the two can ever hold.
    pub(crate) fn may_equal(self, other: Self) -> bool {
        self.may_be(other) || other == Self::Any || (self.is_number() && other.is_number())
    }

    /// Whether one can be less than the other.
    pub(crate) fn may_order(self, other: Self) -> bool {
        let orders = |kind: Self| kind.is_number() || matches!(kind, Self::Text | Self::Truth | Self::Any);
        orders(self) && orders(other) && self.may_equal(other)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Truth => "true or false",
            Self::Whole => "a whole number",
            Self::Fraction => "a fraction",
            Self::Text => "a text",
            Self::List => "a list",
            Self::Map => "a map",
            Self::Null => "null",
            Self::Any => "a value",
        })
    }
}
