//! Between the domain's values and what SQLite stores.

use std::{fmt::Display, str::FromStr};

use domain::{PageRequest, Timestamp};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::Error;

/// Sorts after every identifier, since `~` comes after all letters and digits: the start of a newest-first list.
pub(crate) const AFTER_ALL_IDS: &str = "~";

fn corrupt(column: &'static str, cause: impl Display) -> Error {
    Error::Corrupt { column, cause: cause.to_string() }
}

/// A value from its text form.
pub(crate) fn parse<T: FromStr<Err: Display>>(column: &'static str, text: &str) -> Result<T, Error> {
    text.parse().map_err(|cause| corrupt(column, cause))
}

/// A value that may be absent, from its text form.
pub(crate) fn parse_optional<T: FromStr<Err: Display>>(
    column: &'static str,
    text: Option<&str>,
) -> Result<Option<T>, Error> {
    text.map(|text| parse(column, text)).transpose()
}

/// An enumeration's variant from its word.
pub(crate) fn variant<T: DeserializeOwned>(column: &'static str, word: &str) -> Result<T, Error> {
    use serde::de::{IntoDeserializer, value};
    let deserializer: value::StrDeserializer<'_, value::Error> = word.into_deserializer();
    T::deserialize(deserializer).map_err(|cause| corrupt(column, cause))
}

/// The word of an enumeration's variant.
pub(crate) fn word<T: Serialize>(variant: &T) -> Result<String, Error> {
    match serde_json::to_value(variant)? {
        serde_json::Value::String(word) => Ok(word),
        other => Err(corrupt("word", other)),
    }
}

/// A value from stored JSON.
pub(crate) fn from_json<T: DeserializeOwned>(column: &'static str, json: &str) -> Result<T, Error> {
    serde_json::from_str(json).map_err(|cause| corrupt(column, cause))
}

/// A number of the domain from SQLite's signed one.
pub(crate) fn number<T: TryFrom<i64, Error: Display>>(column: &'static str, value: i64) -> Result<T, Error> {
    T::try_from(value).map_err(|cause| corrupt(column, cause))
}

/// SQLite's signed number from one of the domain.
pub(crate) fn signed(column: &'static str, value: u64) -> Result<i64, Error> {
    i64::try_from(value).map_err(|cause| corrupt(column, cause))
}

/// A time that may be absent.
pub(crate) fn time(ms: Option<i64>) -> Option<Timestamp> {
    ms.map(Timestamp::from_ms)
}

/// Milliseconds of a time that may be absent.
pub(crate) fn ms(time: Option<Timestamp>) -> Option<i64> {
    time.map(Timestamp::as_ms)
}

/// Where a newest-first list by identifier goes on: rows before this text.
pub(crate) fn before_id<I: FromStr>(page: &PageRequest) -> Result<&str, Error> {
    cursor_id::<I>(page, AFTER_ALL_IDS)
}

/// Where an oldest-first list by identifier goes on: rows after this text.
pub(crate) fn after_id<I: FromStr>(page: &PageRequest) -> Result<&str, Error> {
    cursor_id::<I>(page, "")
}

fn cursor_id<'a, I: FromStr>(page: &'a PageRequest, start: &'static str) -> Result<&'a str, Error> {
    match page.after.as_deref() {
        None => Ok(start),
        Some(cursor) if cursor.parse::<I>().is_ok() => Ok(cursor),
        Some(_) => Err(Error::InvalidCursor),
    }
}

/// The parts of a cursor that a list with several sort keys made by joining them with dots.
pub(crate) fn cursor_parts<const N: usize>(page: &PageRequest) -> Result<Option<[&str; N]>, Error> {
    let Some(cursor) = page.after.as_deref() else { return Ok(None) };
    let parts: Vec<&str> = cursor.split('.').collect();
    parts.try_into().map(Some).map_err(|_| Error::InvalidCursor)
}

/// One part of a cursor.
pub(crate) fn cursor_part<T: FromStr>(part: &str) -> Result<T, Error> {
    part.parse().map_err(|_| Error::InvalidCursor)
}

/// Rows into values; the first corrupt row ends it.
pub(crate) fn all<R, T>(rows: Vec<R>) -> Result<Vec<T>, Error>
where
    T: TryFrom<R, Error = Error>,
{
    rows.into_iter().map(T::try_from).collect()
}

/// The row that may be there into a value.
pub(crate) fn one<R, T>(row: Option<R>) -> Result<Option<T>, Error>
where
    T: TryFrom<R, Error = Error>,
{
    row.map(T::try_from).transpose()
}
