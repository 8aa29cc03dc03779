//! Values of a Parquet file as values of a row.

use serde_json::{Number, Value};
use time::{Date, OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    column::Stock,
    schema::{Column, Meaning},
};

/// The day on which Julian day 2,440,588 begins is the first of 1970.
const JULIAN_DAY_1970: i64 = 2_440_588;
/// Seconds of a day.
const DAY_SECONDS: i64 = 86_400;
/// Nanoseconds of a second.
const SECOND_NS: i64 = 1_000_000_000;

/// The value of a cell; [`Value::Null`] for one that is missing, and for what is no number among floats, which is how some
/// writers say that one is missing.
pub(super) fn value(column: &Column, stock: Stock<'_>) -> Result<Value, String> {
    let name = &column.name;
    match (stock, column.meaning) {
        (Stock::Null, _) => Ok(Value::Null),
        (Stock::Boolean(value), _) => Ok(Value::from(value)),
        (Stock::Int32(value), Meaning::Unsigned) => Ok(Value::from(value.cast_unsigned())),
        (Stock::Int64(value), Meaning::Unsigned) => Ok(Value::from(value.cast_unsigned())),
        (Stock::Int32(days), Meaning::Date) => date(days).ok_or_else(|| format!("`{name}` is no date")),
        (Stock::Int64(count), Meaning::Time { per_second }) => {
            let time = time(i128::from(count) * i128::from(SECOND_NS / per_second));
            time.ok_or_else(|| format!("`{name}` is no time"))
        }
        (Stock::Int96(bytes), _) => legacy_time(bytes).ok_or_else(|| format!("`{name}` is no time")),
        (Stock::Int32(value), _) => Ok(Value::from(value)),
        (Stock::Int64(value), _) => Ok(Value::from(value)),
        (Stock::Float(value), _) if value.is_nan() => Ok(Value::Null),
        (Stock::Double(value), _) if value.is_nan() => Ok(Value::Null),
        // By way of its shortest text: 0.1 stays 0.1, and who reads that text again gets what was stored.
        (Stock::Float(value), _) => number(value.to_string().parse().ok(), name),
        (Stock::Double(value), _) => number(Some(value), name),
        (Stock::Bytes(bytes), _) => {
            str::from_utf8(bytes).map(Value::from).map_err(|_| format!("`{name}` is not UTF-8"))
        }
    }
}

fn number(value: Option<f64>, name: &str) -> Result<Value, String> {
    value.and_then(Number::from_f64).map(Value::Number).ok_or_else(|| format!("`{name}` is not finite"))
}

fn date(days: i32) -> Option<Value> {
    let day = i64::from(days) + JULIAN_DAY_1970;
    let date = Date::from_julian_day(i32::try_from(day).ok()?).ok()?;
    // RFC 3339 knows no years of more than four digits.
    let (year, month, day) = date.to_calendar_date();
    (0..=9999).contains(&year).then(|| Value::from(format!("{year:04}-{:02}-{day:02}", u8::from(month))))
}

fn time(nanoseconds: i128) -> Option<Value> {
    let time = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok()?;
    time.format(&Rfc3339).ok().map(Value::from)
}

/// Nanoseconds of the day, then the Julian day: what Impala and old Spark wrote.
fn legacy_time(bytes: [u8; 12]) -> Option<Value> {
    let (nanoseconds, day) = bytes.split_first_chunk::<8>()?;
    let day = u32::from_le_bytes(day.try_into().ok()?);
    let seconds = (i64::from(day) - JULIAN_DAY_1970) * DAY_SECONDS;
    time(i128::from(seconds) * i128::from(SECOND_NS) + i128::from(i64::from_le_bytes(*nanoseconds)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parquet_rows::schema::Stored;

    fn read(stock: Stock<'_>, stored: Stored, meaning: Meaning) -> Result<Value, String> {
        value(&Column { name: "x".to_owned(), stored, meaning, is_optional: true }, stock)
    }

    #[test]
    fn times_are_text() {
        let milliseconds = Meaning::Time { per_second: 1_000 };
        let nanoseconds = Meaning::Time { per_second: SECOND_NS };
        let time = |count, meaning| read(Stock::Int64(count), Stored::Int64, meaning);
        assert_eq!(time(1_795_446_245_120, milliseconds), Ok(Value::from("2026-11-23T15:04:05.12Z")));
        assert_eq!(time(-1, nanoseconds), Ok(Value::from("1969-12-31T23:59:59.999999999Z")));
        assert_eq!(time(i64::MAX, milliseconds), Err("`x` is no time".to_owned()));
        let mut legacy = [0; 12];
        legacy[8..].copy_from_slice(&2_440_589_u32.to_le_bytes());
        legacy[0] = 5;
        let legacy = read(Stock::Int96(legacy), Stored::Int96, nanoseconds);
        assert_eq!(legacy, Ok(Value::from("1970-01-02T00:00:00.000000005Z")));
        let date = |days| read(Stock::Int32(days), Stored::Int32, Meaning::Date);
        assert_eq!(date(20_780), Ok(Value::from("2026-11-23")));
        assert_eq!(date(i32::MAX), Err("`x` is no date".to_owned()));
    }

    #[test]
    fn numbers_keep_their_sign_and_their_text() {
        assert_eq!(read(Stock::Int32(-1), Stored::Int32, Meaning::Unsigned), Ok(Value::from(u32::MAX)));
        assert_eq!(read(Stock::Int64(-1), Stored::Int64, Meaning::Itself), Ok(Value::from(-1)));
        assert_eq!(read(Stock::Float(0.1), Stored::Float, Meaning::Itself).unwrap().to_string(), "0.1");
        assert_eq!(read(Stock::Float(f32::NAN), Stored::Float, Meaning::Itself), Ok(Value::Null));
        assert!(read(Stock::Double(f64::INFINITY), Stored::Double, Meaning::Itself).is_err());
        assert!(read(Stock::Bytes(&[0xff]), Stored::Bytes, Meaning::Itself).is_err());
    }
}
