//! Calendars over the clocks of real places.

mod changes;
mod hours;
mod properties;

use domain::{
    BusinessHours, Holiday, OpenSpan, Timestamp,
    business_hours::{DAY_MINUTES, read_spans},
};
use jiff::{
    civil::{Date, Time},
    tz::{TimeZone, TimeZoneDatabase},
};

use crate::Calendar;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A moment from text like `2026-03-29T03:00+02:00`.
fn at(text: &str) -> Timestamp {
    Timestamp::from_ms(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

fn spans(text: &str) -> Vec<OpenSpan> {
    read_spans("spans", text).unwrap()
}

/// The same spans on every day.
fn daily(time_zone: &str, text: &str) -> BusinessHours {
    let week = std::array::from_fn(|_| spans(text));
    BusinessHours { time_zone: time_zone.to_owned(), week, holidays: Vec::new() }
}

/// Closed on Saturday and Sunday.
fn weekdays(time_zone: &str, text: &str) -> BusinessHours {
    let mut hours = daily(time_zone, text);
    hours.week[5..].fill(Vec::new());
    hours
}

fn holiday(date: &str) -> Holiday {
    Holiday { date: date.parse().unwrap(), name: "Rest".to_owned() }
}

fn calendar(hours: &BusinessHours) -> Calendar {
    Calendar::new(hours).unwrap()
}

fn zone(name: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(name).unwrap()
}

/// When local clocks show a minute of a day, as the database says it: 1440 is the next midnight.
fn local_ms(zone: &TimeZone, date: Date, minute: u16) -> i64 {
    let (date, minute) = if minute == DAY_MINUTES { (date.tomorrow().unwrap(), 0) } else { (date, minute) };
    let time = Time::midnight() + jiff::SignedDuration::from_mins(minute.into());
    zone.to_timestamp(date.to_datetime(time)).unwrap().as_millisecond()
}
