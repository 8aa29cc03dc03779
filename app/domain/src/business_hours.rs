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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn span(text: &str) -> OpenSpan {
        text.parse().unwrap()
    }

    fn holiday(date: &str) -> Holiday {
        Holiday { date: date.parse().unwrap(), name: "Rest".to_owned() }
    }

    fn office() -> BusinessHours {
        let day = vec![span("09:00-12:00"), span("13:00-17:30")];
        let mut week = [const { Vec::new() }; 7];
        week[..5].fill(day);
        week[5] = vec![span("10:00-14:00")];
        let holidays = vec![holiday("2026-12-25"), holiday("2027-01-01")];
        BusinessHours { time_zone: "Europe/Berlin".to_owned(), week, holidays }
    }

    proptest! {
        #[test]
        fn a_span_survives_its_text_form(from in 0..DAY_MINUTES, length in 1..=DAY_MINUTES) {
            let span = OpenSpan { from, until: (from + length).min(DAY_MINUTES) };
            prop_assert_eq!(span.to_string().parse(), Ok(span));
        }

        #[test]
        fn the_spans_of_a_day_survive_their_text_form(
            minutes in prop::collection::btree_set(0..=DAY_MINUTES, 0..=2 * MAX_DAY_SPANS),
        ) {
            let minutes: Vec<u16> = minutes.into_iter().collect();
            let spans: Vec<_> =
                minutes.chunks_exact(2).map(|pair| OpenSpan { from: pair[0], until: pair[1] }).collect();
            prop_assert_eq!(read_spans("week.0", &write_spans(&spans)), Ok(spans));
        }

        #[test]
        fn a_day_survives_its_text_form_and_exists_when_the_calendar_has_it(
            year in 0_u16..=10_000, month in 0_u8..=13, day in 0_u8..=32,
        ) {
            let exists = year != 0
                && time::Month::try_from(month)
                    .is_ok_and(|month| time::Date::from_calendar_date(year.into(), month, day).is_ok());
            let made = Day::new(year, month, day);
            prop_assert_eq!(made.is_some(), exists);
            if let Some(made) = made {
                prop_assert_eq!(made.to_string().parse(), Ok(made));
            }
        }

        #[test]
        fn no_text_makes_a_reader_panic(text in ".{0,12}|[0-9:–, -]{0,12}") {
            let _ = (text.parse::<OpenSpan>(), text.parse::<Day>(), read_spans("week.0", &text));
        }
    }

    #[test]
    fn spans_read_as_people_write_them() {
        for (text, spans) in [
            ("9-17", "09:00-17:00"),
            (" 9:00 – 17:30 ", "09:00-17:30"),
            ("13:00-17:00,09:00-12:00,", "09:00-12:00, 13:00-17:00"),
            ("22:00-24:00", "22:00-24:00"),
            ("9-12, 12-13", "09:00-12:00, 12:00-13:00"),
            ("  ", ""),
        ] {
            assert_eq!(read_spans("week.0", text).map(|spans| write_spans(&spans)).as_deref(), Ok(spans), "{text}");
        }
        for text in
            ["9", "17-9", "9-9", "9:5-10", "9:60-11", "9-24:01", "+9-10", "9-12, 11-13", "1-2,2-3,3-4,4-5,5-6", "a-b"]
        {
            assert_eq!(read_spans("week.0", text).unwrap_err().field, "week.0", "{text}");
        }
    }

    #[test]
    fn days_that_the_calendar_lacks_are_refused() {
        for text in
            ["2026-02-29", "2100-02-29", "2026-13-01", "2026-1-01", "0000-01-01", "2026-01-01-01", "", "+026-01-01"]
        {
            assert_eq!(text.parse::<Day>(), Err(NotDay), "{text}");
        }
        assert_eq!("2028-02-29".parse(), Ok(Day::new(2028, 2, 29).unwrap()));
    }

    #[test]
    fn the_document_survives_json_and_takes_no_other_fields() {
        let json = serde_json::to_value(office()).unwrap();
        assert_eq!(json["week"][5], serde_json::json!([{ "from": 600, "until": 840 }]));
        assert_eq!(json["holidays"][0], serde_json::json!({ "date": "2026-12-25", "name": "Rest" }));
        assert_eq!(serde_json::from_value::<BusinessHours>(json.clone()).unwrap(), office());
        for path in ["", "/week/5/0", "/holidays/0"] {
            let mut other = json.clone();
            other.pointer_mut(path).unwrap()["other"] = 1.into();
            assert!(serde_json::from_value::<BusinessHours>(other).is_err(), "{path}");
        }
    }

    #[test]
    fn words_put_equal_days_together() {
        let words = "Monday to Friday 09:00-12:00 and 13:00-17:30, Saturday 10:00-14:00 (Europe/Berlin)";
        assert_eq!(office().to_string(), words);
    }

    #[test]
    fn a_document_is_refused_at_the_field_that_is_wrong() {
        type Change = fn(&mut BusinessHours);
        let wrong: [(&str, ValidationCode, Change); 13] = [
            ("time_zone", ValidationCode::Required, |hours| hours.time_zone.clear()),
            ("time_zone", ValidationCode::TooLong, |hours| hours.time_zone = "x".repeat(65)),
            ("time_zone", ValidationCode::Malformed, |hours| hours.time_zone.push(' ')),
            ("week", ValidationCode::Required, |hours| hours.week = Default::default()),
            ("week.0", ValidationCode::TooLong, |hours| hours.week[0] = vec![span("0-1"); 5]),
            ("week.2", ValidationCode::Malformed, |hours| hours.week[2].reverse()),
            ("week.2", ValidationCode::Malformed, |hours| hours.week[2][1].from = 719),
            ("week.6", ValidationCode::Malformed, |hours| hours.week[6].push(OpenSpan { from: 9, until: 9 })),
            ("week.6", ValidationCode::Malformed, |hours| hours.week[6].push(OpenSpan { from: 9, until: 1441 })),
            ("holidays", ValidationCode::TooLong, |hours| hours.holidays = vec![holiday("2026-01-01"); 401]),
            ("holidays.1.name", ValidationCode::Required, |hours| hours.holidays[1].name.clear()),
            ("holidays.1.date", ValidationCode::Taken, |hours| hours.holidays[1].date = hours.holidays[0].date),
            ("holidays.1.date", ValidationCode::Malformed, |hours| hours.holidays.reverse()),
        ];
        assert_eq!(office().check(), Ok(()));
        for (field, code, change) in wrong {
            let mut hours = office();
            change(&mut hours);
            let error = hours.check().unwrap_err();
            assert_eq!((error.field.as_str(), error.code), (field, code), "{error}");
        }
    }
}
