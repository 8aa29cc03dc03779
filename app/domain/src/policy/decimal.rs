//! Numbers as people write them into a table: exact, so that 0.8 is 0.8.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Parts of one.
const ONE: i64 = 1_000_000;
/// The largest number, and the smallest below zero: as far as a JSON number keeps six digits after the point.
const MOST: i64 = 2_000_000_000 * ONE;

/// A number with at most six digits after the point, from minus to plus two thousand million.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(i64);

impl Decimal {
    /// The smallest.
    pub const MIN: Self = Self(-MOST);
    /// The largest.
    pub const MAX: Self = Self(MOST);

    /// From millionths; what lies outside becomes the nearest that is legal.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(if micros > MOST {
            MOST
        } else if micros < -MOST {
            -MOST
        } else {
            micros
        })
    }

    /// Millionths.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// A whole number.
    #[must_use]
    pub const fn whole(number: i64) -> Self {
        Self::from_micros(number.saturating_mul(ONE))
    }

    /// The nearest to a number of the machine; what is not a number is 0.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "the product is clamped to what fits")]
    pub fn nearest(number: f64) -> Self {
        if number.is_nan() {
            return Self(0);
        }
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        let most = MOST as f64;
        Self((number * 1e6).round().clamp(-most, most) as i64)
    }

    /// As a number of the machine.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// Whether nothing stands after the point.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        self.0 % ONE == 0
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, micros) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let (whole, rest) = (micros / ONE.unsigned_abs(), micros % ONE.unsigned_abs());
        if rest == 0 {
            return write!(formatter, "{sign}{whole}");
        }
        let rest = format!("{rest:06}");
        write!(formatter, "{sign}{whole}.{}", rest.trim_end_matches('0'))
    }
}

/// The text is no number that a table can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a number with at most six digits after the point, at most 2,000,000,000")]
pub struct NotDecimal;

impl FromStr for Decimal {
    type Err = NotDecimal;

    fn from_str(text: &str) -> Result<Self, NotDecimal> {
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
        let (whole, rest) = digits.split_once('.').unwrap_or((digits, "0"));
        let legal = |part: &str, most: usize| {
            !part.is_empty() && part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !legal(whole, 10) || !legal(rest, 6) {
            return Err(NotDecimal);
        }
        let number = |part: &str| part.parse::<i64>().map_err(|_| NotDecimal);
        let micros = number(whole)? * ONE + number(&format!("{rest:0<6}"))?;
        if micros > MOST { Err(NotDecimal) } else { Ok(Self(sign * micros)) }
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_whole() { serializer.serialize_i64(self.0 / ONE) } else { serializer.serialize_f64(self.to_f64()) }
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::nearest(f64::deserialize(deserializer)?))
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Decimal {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        f64::schema()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Decimal {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_written_as_short_as_they_are() {
        for (micros, text) in [(800_000, "0.8"), (1, "0.000001"), (-1_500_000, "-1.5"), (0, "0"), (12_000_000, "12")] {
            assert_eq!(Decimal::from_micros(micros).to_string(), text);
            assert_eq!(text.parse(), Ok(Decimal::from_micros(micros)));
        }
        for bad in ["", ".", "1.", ".5", "1e3", "1.0000001", "2000000001", "--1", "+1", "1,5"] {
            assert_eq!(bad.parse::<Decimal>(), Err(NotDecimal), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn every_number_survives_text_and_json(micros in -MOST..=MOST) {
            let number = Decimal::from_micros(micros);
            prop_assert_eq!(number.to_string().parse(), Ok(number));
            let json = serde_json::to_string(&number).unwrap();
            prop_assert_eq!(serde_json::from_str::<Decimal>(&json).unwrap(), number);
        }
    }
}
