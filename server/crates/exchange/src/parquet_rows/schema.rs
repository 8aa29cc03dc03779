//! The columns of a Parquet file and what their values mean.

use super::thrift::{Compact, Kind, Parsed, bad};
use crate::row::MAX_COLUMNS;

/// A column that is not nested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub name: String,
    pub stored: Stored,
    pub meaning: Meaning,
    /// Whether values may be missing.
    pub is_optional: bool,
}

/// How values are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    Boolean,
    Int32,
    Int64,
    Int96,
    Float,
    Double,
    Bytes,
}

/// What stored values mean, where that is not plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// What they are; bytes are UTF-8.
    Itself,
    /// Whole numbers that are never negative.
    Unsigned,
    /// Days since 1970.
    Date,
    /// So many of these in a second, since 1970.
    Time { per_second: i64 },
}

/// What an element of the schema says.
#[derive(Debug, Default)]
struct Element {
    name: String,
    stored: Option<i32>,
    repetition: Option<i32>,
    children: i32,
    converted: Option<i32>,
    logical: Option<Logical>,
}

/// A logical type, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Logical {
    Text,
    Date,
    Time {
        per_second: i64,
    },
    Integer {
        is_signed: bool,
    },
    /// Nothing but nulls.
    Null,
    Other,
}

/// Reads the columns of the schema: the first element is the root, the others must be its children.
pub(super) fn read_schema(compact: &mut Compact<'_>, kind: Kind) -> Parsed<Vec<Column>> {
    let mut is_root = true;
    let mut columns: Vec<Column> = Vec::new();
    compact.list(kind, |compact, kind| {
        let element = read_element(compact, kind)?;
        if std::mem::take(&mut is_root) {
            return Ok(());
        }
        let column = column(element)?;
        if columns.iter().any(|other| other.name == column.name) {
            return bad(format!("the column `{}` is there twice", column.name));
        }
        columns.push(column);
        if columns.len() > MAX_COLUMNS { bad(format!("it has more than {MAX_COLUMNS} columns")) } else { Ok(()) }
    })?;
    Ok(columns)
}

fn read_element(compact: &mut Compact<'_>, kind: Kind) -> Parsed<Element> {
    let mut element = Element::default();
    compact.structure(kind, |compact, number, kind| {
        match number {
            1 => element.stored = Some(compact.integer(kind)?),
            3 => element.repetition = Some(compact.integer(kind)?),
            4 => compact.text(kind)?.trim().clone_into(&mut element.name),
            5 => element.children = compact.integer(kind)?,
            6 => element.converted = Some(compact.integer(kind)?),
            10 => element.logical = Some(read_logical(compact, kind)?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(element)
}

fn read_logical(compact: &mut Compact<'_>, kind: Kind) -> Parsed<Logical> {
    let mut logical = Logical::Other;
    compact.structure(kind, |compact, number, kind| {
        logical = match number {
            1 | 4 | 12 => Logical::Text,
            6 => Logical::Date,
            8 => {
                let per_second = read_time(compact, kind)?;
                logical = Logical::Time { per_second };
                return Ok(true);
            }
            10 => {
                let is_signed = read_integer(compact, kind)?;
                logical = Logical::Integer { is_signed };
                return Ok(true);
            }
            11 => Logical::Null,
            _ => Logical::Other,
        };
        Ok(false)
    })?;
    Ok(logical)
}

/// Reads a timestamp's unit. Whether it is a time in UTC or in nobody's zone is not looked at: it is taken for UTC.
fn read_time(compact: &mut Compact<'_>, kind: Kind) -> Parsed<i64> {
    let mut per_second = 0;
    compact.structure(kind, |compact, number, kind| {
        if number != 2 {
            return Ok(false);
        }
        compact.structure(kind, |_, number, _| {
            per_second = match number {
                1 => 1_000,
                2 => 1_000_000,
                3 => 1_000_000_000,
                _ => return bad("a column has times of an unknown unit"),
            };
            Ok(false)
        })?;
        Ok(true)
    })?;
    if per_second == 0 { bad("a column has times without a unit") } else { Ok(per_second) }
}

/// Reads whether a whole number may be negative.
fn read_integer(compact: &mut Compact<'_>, kind: Kind) -> Parsed<bool> {
    let mut is_signed = true;
    compact.structure(kind, |compact, number, kind| {
        if number == 2 {
            is_signed = compact.boolean(kind)?;
        }
        Ok(number == 2)
    })?;
    Ok(is_signed)
}

fn column(element: Element) -> Parsed<Column> {
    let Element { name, stored, repetition, children, converted, logical } = element;
    let is_optional = match (children, stored, repetition) {
        (0, Some(_), Some(0)) => false,
        (0, Some(_), Some(1)) => true,
        _ => return bad(format!("the column `{name}` is nested; only plain columns are read")),
    };
    let logical = logical.or_else(|| converted.map(logical_of_converted));
    let refused =
        |what: &str| bad(format!("the column `{name}` has {what}, which are not read: write it as text or numbers"));
    let (stored, meaning) = match (stored, logical) {
        (Some(0), None | Some(Logical::Null)) => (Stored::Boolean, Meaning::Itself),
        (Some(1), None | Some(Logical::Integer { is_signed: true } | Logical::Null)) => {
            (Stored::Int32, Meaning::Itself)
        }
        (Some(1), Some(Logical::Integer { is_signed: false })) => (Stored::Int32, Meaning::Unsigned),
        (Some(1), Some(Logical::Date)) => (Stored::Int32, Meaning::Date),
        (Some(2), None | Some(Logical::Integer { is_signed: true } | Logical::Null)) => {
            (Stored::Int64, Meaning::Itself)
        }
        (Some(2), Some(Logical::Integer { is_signed: false })) => (Stored::Int64, Meaning::Unsigned),
        (Some(2), Some(Logical::Time { per_second })) => (Stored::Int64, Meaning::Time { per_second }),
        (Some(3), None) => (Stored::Int96, Meaning::Time { per_second: 1_000_000_000 }),
        (Some(4), None | Some(Logical::Null)) => (Stored::Float, Meaning::Itself),
        (Some(5), None | Some(Logical::Null)) => (Stored::Double, Meaning::Itself),
        (Some(6), None | Some(Logical::Text | Logical::Null)) => (Stored::Bytes, Meaning::Itself),
        (Some(7), _) => return refused("values of fixed length (decimals, identifiers)"),
        _ => return refused("decimals, times of day or other values"),
    };
    Ok(Column { name, stored, meaning, is_optional })
}

/// What the older way to annotate columns says.
const fn logical_of_converted(converted: i32) -> Logical {
    match converted {
        0 | 4 | 19 => Logical::Text,
        6 => Logical::Date,
        9 => Logical::Time { per_second: 1_000 },
        10 => Logical::Time { per_second: 1_000_000 },
        11..=14 => Logical::Integer { is_signed: false },
        15..=18 => Logical::Integer { is_signed: true },
        _ => Logical::Other,
    }
}
