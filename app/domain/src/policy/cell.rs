//! The condition cells of a decision table, and how people write them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{column::ColumnKind, decimal::Decimal};

/// Most texts of one cell.
pub const MAX_CELL_VALUES: usize = 200;
/// Longest text of a cell, in bytes.
pub const MAX_CELL_VALUE_BYTES: usize = 256;

/// What one column asks of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Cell {
    /// The text is one of these. A fact without a value is the empty text; an attribute that is a number or a truth is
    /// compared by the text that JSON writes it as.
    AnyOf(Vec<String>),
    /// The text is none of these.
    NoneOf(Vec<String>),
    /// The number lies within bounds. An attribute that is missing or no number lies within none.
    Range(Range),
    /// The truth is this one. An attribute that is missing is false.
    Is(bool),
}

/// Bounds of a number; at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The number is this or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Decimal>,
    /// The number is more than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<Decimal>,
    /// The number is this or less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Decimal>,
    /// The number is less than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<Decimal>,
}

impl Range {
    /// The smallest and the largest number within; nothing when there is none.
    #[must_use]
    pub fn bounds(&self) -> Option<(Decimal, Decimal)> {
        let step = |number: Decimal, by: i64| number.as_micros().saturating_add(by);
        let low = [self.at_least.map(|number| step(number, 0)), self.above.map(|number| step(number, 1))];
        let high = [self.at_most.map(|number| step(number, 0)), self.below.map(|number| step(number, -1))];
        let low = low.into_iter().flatten().max().unwrap_or(Decimal::MIN.as_micros());
        let high = high.into_iter().flatten().min().unwrap_or(Decimal::MAX.as_micros());
        (low <= high).then(|| (Decimal::from_micros(low), Decimal::from_micros(high)))
    }

    /// Whether a number lies within.
    #[must_use]
    pub fn holds(&self, number: Decimal) -> bool {
        self.at_least.is_none_or(|low| number >= low)
            && self.above.is_none_or(|low| number > low)
            && self.at_most.is_none_or(|high| number <= high)
            && self.below.is_none_or(|high| number < high)
    }

    /// Whether it has no bound.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Cell {
    /// The kind of column that it fits.
    #[must_use]
    pub const fn kind(&self) -> ColumnKind {
        match self {
            Self::AnyOf(_) | Self::NoneOf(_) => ColumnKind::Text,
            Self::Range(_) => ColumnKind::Number,
            Self::Is(_) => ColumnKind::Truth,
        }
    }

    /// Whether it holds for a text.
    #[must_use]
    pub fn holds_for_text(&self, text: &str) -> bool {
        match self {
            Self::AnyOf(values) => values.iter().any(|value| value == text),
            Self::NoneOf(values) => values.iter().all(|value| value != text),
            Self::Range(_) | Self::Is(_) => false,
        }
    }

    /// Whether it holds for a number; nothing is a number that is missing.
    #[must_use]
    pub fn holds_for_number(&self, number: Option<Decimal>) -> bool {
        matches!((self, number), (Self::Range(range), Some(number)) if range.holds(number))
    }

    /// Whether it holds for a truth.
    #[must_use]
    pub fn holds_for_truth(&self, truth: bool) -> bool {
        matches!(self, Self::Is(wanted) if *wanted == truth)
    }

    /// Reads what a person wrote into a cell; nothing when it is blank, which asks nothing.
    ///
    /// Texts: `billing, refund` or `not billing, refund`, in quotes when they have commas or quotes or begin with `not `.
    /// Numbers: `>= 0.8`, `> 5 and <= 10`, `= 3`. Truths: `yes`, `no`.
    ///
    /// # Errors
    /// With one sentence that says what is not understood.
    pub fn read(kind: ColumnKind, text: &str) -> Result<Option<Self>, String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        match kind {
            ColumnKind::Text => read_texts(text),
            ColumnKind::Number => read_range(text).map(Self::Range),
            ColumnKind::Truth => match text {
                "yes" => Ok(Self::Is(true)),
                "no" => Ok(Self::Is(false)),
                _ => Err("write yes or no".to_owned()),
            },
        }
        .map(Some)
    }
}

fn read_texts(text: &str) -> Result<Cell, String> {
    let (negated, list) = text.strip_prefix("not ").map_or((false, text), |list| (true, list));
    let mut values: Vec<String> = Vec::new();
    let mut rest = list.trim_start();
    loop {
        let (value, after) = read_text(rest)?;
        if value.len() > MAX_CELL_VALUE_BYTES {
            return Err(format!("a text may have at most {MAX_CELL_VALUE_BYTES} bytes"));
        }
        if !values.contains(&value) {
            values.push(value);
        }
        if after.is_empty() {
            break;
        }
        let next = after.strip_prefix(',').ok_or_else(|| "put commas between the texts".to_owned())?;
        rest = next.trim_start();
        if values.len() > MAX_CELL_VALUES {
            return Err(format!("a cell may have at most {MAX_CELL_VALUES} texts"));
        }
    }
    Ok(if negated { Cell::NoneOf(values) } else { Cell::AnyOf(values) })
}

/// The first text and what follows it, from the comma on.
fn read_text(rest: &str) -> Result<(String, &str), String> {
    let Some(quoted) = rest.strip_prefix('"') else {
        let end = rest.find(',').unwrap_or(rest.len());
        let value = rest[..end].trim_end();
        if value.is_empty() {
            return Err("a text is missing; the empty text is written \"\"".to_owned());
        }
        if value.contains('"') {
            return Err("a text with quotes is written in quotes, each of its own twice".to_owned());
        }
        return Ok((value.to_owned(), &rest[end..]));
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c != '"' {
            value.push(c);
        } else if chars.next_if(|(_, next)| *next == '"').is_some() {
            value.push('"');
        } else {
            return Ok((value, quoted[at + 1..].trim_start()));
        }
    }
    Err("the quotes are not closed".to_owned())
}

fn read_range(text: &str) -> Result<Range, String> {
    const HELP: &str = "write bounds, like >= 0.8 or > 5 and <= 10 or = 3";
    let mut range = Range::default();
    for part in text.split(" and ") {
        let part = part.trim().replace('≥', ">=").replace('≤', "<=");
        let (sign, number) = ["<=", ">=", "<", ">", "="]
            .into_iter()
            .find_map(|sign| part.strip_prefix(sign).map(|number| (sign, number.trim())))
            .ok_or(HELP)?;
        let number: Decimal = number.parse().map_err(|error: super::decimal::NotDecimal| error.to_string())?;
        let bounds: [&mut Option<Decimal>; 2] = match sign {
            ">=" => [&mut range.at_least, &mut None],
            ">" => [&mut range.above, &mut None],
            "<=" => [&mut range.at_most, &mut None],
            "<" => [&mut range.below, &mut None],
            _ => [&mut range.at_least, &mut range.at_most],
        };
        for bound in bounds {
            if bound.replace(number).is_some() {
                return Err("the same bound stands here twice".to_owned());
            }
        }
    }
    if range.bounds().is_none() { Err("no number lies within these bounds".to_owned()) } else { Ok(range) }
}

impl fmt::Display for Range {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(low), Some(high), None, None) = (self.at_least, self.at_most, self.above, self.below)
            && low == high
        {
            return write!(formatter, "= {low}");
        }
        let bounds = [(">=", self.at_least), (">", self.above), ("<=", self.at_most), ("<", self.below)];
        let parts = bounds.into_iter().filter_map(|(sign, number)| Some(format!("{sign} {}", number?)));
        formatter.write_str(&parts.collect::<Vec<_>>().join(" and "))
    }
}

/// As [`Cell::read`] reads it.
impl fmt::Display for Cell {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AnyOf(values) => write_texts(formatter, values),
            Self::NoneOf(values) => {
                formatter.write_str("not ")?;
                write_texts(formatter, values)
            }
            Self::Range(range) => range.fmt(formatter),
            Self::Is(true) => formatter.write_str("yes"),
            Self::Is(false) => formatter.write_str("no"),
        }
    }
}

fn write_texts(formatter: &mut fmt::Formatter<'_>, values: &[String]) -> fmt::Result {
    for (place, value) in values.iter().enumerate() {
        if place > 0 {
            formatter.write_str(", ")?;
        }
        let plain = !value.is_empty()
            && value.trim() == value
            && !value.contains([',', '"'])
            && !value.starts_with("not ")
            && value != "not";
        if plain {
            formatter.write_str(value)?;
        } else {
            write!(formatter, "\"{}\"", value.replace('"', "\"\""))?;
        }
    }
    Ok(())
}

/// Reads bounds alone.
impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        read_range(text.trim())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cells_read_as_people_write_them() {
        let texts = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect::<Vec<_>>();
        let number = |text: &str| Some(text.parse().unwrap());
        for (kind, text, cell) in [
            (ColumnKind::Text, "billing", Cell::AnyOf(texts(&["billing"]))),
            (ColumnKind::Text, " a ,b, a", Cell::AnyOf(texts(&["a", "b"]))),
            (ColumnKind::Text, "not a, \"b, c\"", Cell::NoneOf(texts(&["a", "b, c"]))),
            (ColumnKind::Text, "\"\", \"say \"\"hi\"\"\"", Cell::AnyOf(texts(&["", "say \"hi\""]))),
            (ColumnKind::Number, "≥0.8", Cell::Range(Range { at_least: number("0.8"), ..Range::default() })),
            (
                ColumnKind::Number,
                "> 5 and <= 10",
                Cell::Range(Range { above: number("5"), at_most: number("10"), ..Range::default() }),
            ),
            (
                ColumnKind::Number,
                "= 3",
                Cell::Range(Range { at_least: number("3"), at_most: number("3"), ..Range::default() }),
            ),
            (ColumnKind::Truth, "no", Cell::Is(false)),
        ] {
            assert_eq!(Cell::read(kind, text), Ok(Some(cell)), "{text}");
        }
        for kind in ColumnKind::ALL {
            assert_eq!(Cell::read(kind, "  "), Ok(None));
        }
        for (kind, bad) in [
            (ColumnKind::Text, "a,"),
            (ColumnKind::Text, "\"a"),
            (ColumnKind::Text, "\"a\" b"),
            (ColumnKind::Text, "say \"hi\""),
            (ColumnKind::Number, "0.8"),
            (ColumnKind::Number, "> 5 and > 6"),
            (ColumnKind::Number, "> 5 and < 5"),
            (ColumnKind::Number, ">= much"),
            (ColumnKind::Truth, "true"),
        ] {
            assert!(Cell::read(kind, bad).is_err(), "{bad}");
        }
    }

    fn cells() -> impl Strategy<Value = Cell> {
        let texts = || {
            prop::collection::btree_set("[a-z, \"']{0,8}|not [a-z]{0,3}|not", 1..4)
                .prop_map(|values| values.into_iter().collect::<Vec<_>>())
        };
        let bound = || prop::option::of((-3_000_000..3_000_000_i64).prop_map(Decimal::from_micros));
        let range = (bound(), bound(), bound(), bound())
            .prop_map(|(at_least, above, at_most, below)| Range { at_least, above, at_most, below })
            .prop_filter("has numbers", |range| range.bounds().is_some() && !range.is_empty());
        prop_oneof![
            texts().prop_map(Cell::AnyOf),
            texts().prop_map(Cell::NoneOf),
            range.prop_map(Cell::Range),
            any::<bool>().prop_map(Cell::Is)
        ]
    }

    proptest! {
        #[test]
        fn cells_survive_being_written_and_read(cell in cells()) {
            prop_assert_eq!(Cell::read(cell.kind(), &cell.to_string()), Ok(Some(cell.clone())));
            let json = serde_json::to_string(&cell).unwrap();
            prop_assert_eq!(serde_json::from_str::<Cell>(&json).unwrap(), cell);
        }

        #[test]
        fn bounds_hold_what_lies_between_them(cell in cells(), micros in -3_000_001..3_000_001_i64) {
            if let Cell::Range(range) = cell {
                let (low, high) = range.bounds().unwrap();
                let number = Decimal::from_micros(micros);
                prop_assert_eq!(range.holds(number), low <= number && number <= high);
            }
        }
    }
}
