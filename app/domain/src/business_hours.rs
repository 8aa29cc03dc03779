//! When people are at work: the hours in which the time of a service level passes.
//!
//! A document only, made of numbers and texts. What it means on a given day depends on a time zone database, which this
//! crate does not have, since it would be large in a browser; the crate `calendar` has one.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{
    error::{ValidationCode, ValidationError},
    text,
};

/// Most open spans of one day.
pub const MAX_DAY_SPANS: usize = 4;
/// Most holidays.
pub const MAX_HOLIDAYS: usize = 400;
/// Longest name of a time zone, in bytes; the longest that exists has 32.
pub const MAX_TIME_ZONE_BYTES: usize = 64;
/// Longest name of a holiday, in bytes.
pub const MAX_HOLIDAY_NAME_BYTES: usize = 120;
/// Minutes of a day whose clocks do not change; as the end of a span it is midnight.
pub const DAY_MINUTES: u16 = 24 * 60;
/// The days of the week as [`BusinessHours::week`] orders them.
pub const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The hours in which people are at work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BusinessHours {
    /// The time zone whose clocks are meant, by its name in the IANA database, for example `Europe/Berlin`.
    pub time_zone: String,
    /// The open spans of each day, Monday first; a day without any is closed.
    pub week: [Vec<OpenSpan>; 7],
    /// Days that are closed whatever the week says, in the order of their dates.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
}

impl BusinessHours {
    /// Checks everything but whether the time zone exists, which only the crate `calendar` knows.
    ///
    /// # Errors
    /// With the first field that is refused.
    pub fn check(&self) -> Result<(), ValidationError> {
        check_time_zone(&self.time_zone)?;
        for (place, spans) in self.week.iter().enumerate() {
            check_spans(&format!("week.{place}"), spans)?;
        }
        if self.week.iter().all(Vec::is_empty) {
            let message = "must be open on at least one day";
            return Err(ValidationError::new("week", ValidationCode::Required, message));
        }
        check_holidays(&self.holidays)
    }
}

/// In words, with equal days in a row together: `Monday to Friday 09:00-17:30, Saturday 10:00-14:00 (Europe/Berlin)`.
impl fmt::Display for BusinessHours {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = 0;
        let mut separator = "";
        for days in self.week.chunk_by(|day, next| day == next) {
            let last = first + days.len() - 1;
            if !days[0].is_empty() {
                write!(formatter, "{separator}{}", WEEKDAYS[first])?;
                if first < last {
                    write!(formatter, " to {}", WEEKDAYS[last])?;
                }
                write!(formatter, " {}", write_spans(&days[0]).replace(", ", " and "))?;
                separator = ", ";
            }
            first = last + 1;
        }
        write!(formatter, " ({})", self.time_zone)
    }
}

fn check_time_zone(name: &str) -> Result<(), ValidationError> {
    text::check_required("time_zone", name, MAX_TIME_ZONE_BYTES)?;
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte)) {
        Ok(())
    } else {
        let message = "must be the name of a time zone, like Europe/Berlin";
        Err(ValidationError::new("time_zone", ValidationCode::Malformed, message))
    }
}

fn check_spans(field: &str, spans: &[OpenSpan]) -> Result<(), ValidationError> {
    let refused = |code, message: String| Err(ValidationError::new(field, code, message));
    if spans.len() > MAX_DAY_SPANS {
        return refused(ValidationCode::TooLong, format!("must be at most {MAX_DAY_SPANS} spans a day"));
    }
    if let Some(span) = spans.iter().find(|span| !span.is_legal()) {
        let message = format!("must begin before it ends, and end at 24:00 at the latest, unlike {span}");
        return refused(ValidationCode::Malformed, message);
    }
    if let Some(pair) = spans.windows(2).find(|pair| pair[0].until > pair[1].from) {
        let message = format!("must follow one another, unlike {} and {}", pair[0], pair[1]);
        return refused(ValidationCode::Malformed, message);
    }
    Ok(())
}

fn check_holidays(holidays: &[Holiday]) -> Result<(), ValidationError> {
    if holidays.len() > MAX_HOLIDAYS {
        let message = format!("must be at most {MAX_HOLIDAYS}");
        return Err(ValidationError::new("holidays", ValidationCode::TooLong, message));
    }
    for (place, holiday) in holidays.iter().enumerate() {
        let field = format!("holidays.{place}.name");
        text::check_required(&field, &holiday.name, MAX_HOLIDAY_NAME_BYTES)?;
        if holiday.name.chars().any(char::is_control) {
            let message = "must have no control characters";
            return Err(ValidationError::new(field, ValidationCode::Malformed, message));
        }
    }
    for (place, pair) in holidays.windows(2).enumerate() {
        let (code, message) = match pair[0].date.cmp(&pair[1].date) {
            std::cmp::Ordering::Less => continue,
            std::cmp::Ordering::Equal => (ValidationCode::Taken, "is there twice"),
            std::cmp::Ordering::Greater => (ValidationCode::Malformed, "must be later than the one before it"),
        };
        return Err(ValidationError::new(format!("holidays.{}.date", place + 1), code, message));
    }
    Ok(())
}

/// A part of a day in which people are at work, in minutes of its local clock: 540 is 09:00. A span over midnight is two,
/// one until 24:00 and one from 00:00 of the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenSpan {
    /// The first minute.
    pub from: u16,
    /// The minute after the last, later than `from`; at most 1440, which is the end of the day.
    pub until: u16,
}

impl OpenSpan {
    const fn is_legal(self) -> bool {
        self.from < self.until && self.until <= DAY_MINUTES
    }
}

/// As forms write it: `09:00-17:30`.
impl fmt::Display for OpenSpan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, until } = self;
        write!(formatter, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, until / 60, until % 60)
    }
}

/// The text is no span of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be hours from 00:00 to 24:00, like 09:00-17:30")]
pub struct NotOpenSpan;

/// As people write it: `9-17` and `9:00 – 17:30` will do.
impl FromStr for OpenSpan {
    type Err = NotOpenSpan;

    fn from_str(text: &str) -> Result<Self, NotOpenSpan> {
        let (from, until) = text.split_once(['-', '–']).ok_or(NotOpenSpan)?;
        let minute = |text: &str| minute_of_day(text.trim()).ok_or(NotOpenSpan);
        let span = Self { from: minute(from)?, until: minute(until)? };
        if span.is_legal() { Ok(span) } else { Err(NotOpenSpan) }
    }
}

fn minute_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "00"));
    let minute = digits(minute, 2..=2).filter(|minute| *minute < 60)?;
    Some(digits(hour, 1..=2)? * 60 + minute)
}

/// A number of so many digits, without the sign that `parse` would take.
fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<u16> {
    let legal = length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| legal)
}

/// Reads the open spans of a day as people write them, in any order with commas between; blank is closed.
///
/// # Errors
/// With `field` when one is no span, two overlap, or there are too many.
pub fn read_spans(field: &str, text: &str) -> Result<Vec<OpenSpan>, ValidationError> {
    let malformed = |error: NotOpenSpan| ValidationError::new(field, ValidationCode::Malformed, error.to_string());
    let texts = text.split(',').map(str::trim).filter(|text| !text.is_empty());
    let mut spans = texts.map(str::parse).collect::<Result<Vec<OpenSpan>, _>>().map_err(malformed)?;
    spans.sort_unstable();
    check_spans(field, &spans)?;
    Ok(spans)
}

/// The open spans of a day as [`read_spans`] reads them: `09:00-12:00, 13:00-17:30`.
#[must_use]
pub fn write_spans(spans: &[OpenSpan]) -> String {
    spans.iter().map(OpenSpan::to_string).collect::<Vec<_>>().join(", ")
}

/// A day that is closed whatever the week says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// Its date in the time zone of the business hours.
    pub date: Day,
    /// What people call it.
    pub name: String,
}

/// A date that the calendar has, of the years 1 to 9999. Its text form is `2026-12-24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day {
    // In this order the derived comparison is that of time.
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// A date, unless the calendar does not have it. `month` and `day` count from 1.
    #[must_use]
    pub const fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let length = match month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let exists = 1 <= year && year <= 9999 && 1 <= month && month <= 12 && 1 <= day && day <= length;
        if exists { Some(Self { year, month, day }) } else { None }
    }

    /// The year, 1 to 9999.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The text is no date that the calendar has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a date like 2026-12-24")]
pub struct NotDay;

impl FromStr for Day {
    type Err = NotDay;

    fn from_str(text: &str) -> Result<Self, NotDay> {
        let read = || {
            let (year, rest) = text.split_once('-')?;
            let (month, day) = rest.split_once('-')?;
            let small = |text: &str| digits(text, 2..=2).and_then(|number| u8::try_from(number).ok());
            Self::new(digits(year, 4..=4)?, small(month)?, small(day)?)
        };
        read().ok_or(NotDay)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Day {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Date)))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Day {}

#[cfg(test)]
mod tests;
