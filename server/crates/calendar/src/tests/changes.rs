//! What happens to spans on days whose clocks change.

use super::*;

/// The open stretches from a moment until another, found minute by minute, which is slow and simple.
fn stretches(calendar: &Calendar, from: Timestamp, until: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let mut stretches = Vec::new();
    let mut open_from = None;
    let mut now = from;
    while now <= until {
        match open_from {
            None if now < until && calendar.is_open(now) => open_from = Some(now),
            Some(opening) if now == until || !calendar.is_open(now) => {
                stretches.push((opening, now));
                open_from = None;
            }
            _ => {}
        }
        now = now.plus_minutes(1);
    }
    stretches
}

/// Checks the open stretches of one day, and how many minutes they hold.
fn check(name: &str, date: &str, text: &str, minutes: i64, expected: &[(&str, &str)]) {
    let (zone, calendar) = (zone(name), calendar(&daily(name, text)));
    let [from, until] =
        [0, DAY_MINUTES].map(|minute| Timestamp::from_ms(local_ms(&zone, date.parse().unwrap(), minute)));
    let expected: Vec<_> = expected.iter().map(|(from, until)| (at(from), at(until))).collect();
    assert_eq!(stretches(&calendar, from, until), expected, "{name} {date} {text}");
    assert_eq!(calendar.open_ms(from, until), minutes * MINUTE, "{name} {date} {text}");
    let closing = expected.last().map_or(from, |(_, closing)| *closing);
    assert_eq!(calendar.after(from, minutes * MINUTE), Some(closing), "{name} {date} {text}");
}

#[test]
fn a_span_over_the_spring_change_is_an_hour_shorter() {
    let check_day = |text, minutes, expected: &[_]| check("Europe/Berlin", "2026-03-29", text, minutes, expected);
    check_day("1-4", 120, &[("2026-03-29T01:00+01:00", "2026-03-29T04:00+02:00")]);
    check_day("0-24", 1_380, &[("2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00")]);
    check_day("9-17", 480, &[("2026-03-29T09:00+02:00", "2026-03-29T17:00+02:00")]);
    check_day("1-2, 3-4", 120, &[("2026-03-29T01:00+01:00", "2026-03-29T04:00+02:00")]);
    let check_day = |text, minutes, expected: &[_]| check("America/New_York", "2026-03-08", text, minutes, expected);
    check_day("0-3", 120, &[("2026-03-08T00:00-05:00", "2026-03-08T03:00-04:00")]);
    check_day("2-3", 0, &[]);
}

#[test]
fn a_span_over_the_autumn_change_is_an_hour_longer() {
    let check_day = |text, minutes, expected: &[_]| check("Europe/Berlin", "2026-10-25", text, minutes, expected);
    check_day("1-4", 240, &[("2026-10-25T01:00+02:00", "2026-10-25T04:00+01:00")]);
    check_day("0-24", 1_500, &[("2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00")]);
    check_day("2-3", 120, &[("2026-10-25T02:00+02:00", "2026-10-25T03:00+01:00")]);
    check_day(
        "1-2, 3-4",
        120,
        &[("2026-10-25T01:00+02:00", "2026-10-25T02:00+02:00"), ("2026-10-25T03:00+01:00", "2026-10-25T04:00+01:00")],
    );
    let check_day = |text, minutes, expected: &[_]| check("America/New_York", "2025-11-02", text, minutes, expected);
    check_day("0-3", 240, &[("2025-11-02T00:00-04:00", "2025-11-02T03:00-05:00")]);
    check_day("1-2", 120, &[("2025-11-02T01:00-04:00", "2025-11-02T02:00-05:00")]);
}

#[test]
fn an_edge_that_clocks_skip_moves_on_by_what_they_skip() {
    let check_day = |text, minutes, expected: &[_]| check("Europe/Berlin", "2026-03-29", text, minutes, expected);
    check_day("1-2:30", 90, &[("2026-03-29T01:00+01:00", "2026-03-29T03:30+02:00")]);
    check_day("2:30-4", 30, &[("2026-03-29T03:30+02:00", "2026-03-29T04:00+02:00")]);
    check_day("2:15-2:45", 30, &[("2026-03-29T03:15+02:00", "2026-03-29T03:45+02:00")]);
    // Its end comes before its beginning.
    check_day("2:15-3", 0, &[]);
    check_day("2:15-3, 5-6", 60, &[("2026-03-29T05:00+02:00", "2026-03-29T06:00+02:00")]);
    // Edges that change their order or overlap make one span, of which no minute counts twice.
    check_day("1-2:30, 3-4", 120, &[("2026-03-29T01:00+01:00", "2026-03-29T04:00+02:00")]);
    check_day("2:30-2:45, 3-4", 60, &[("2026-03-29T03:00+02:00", "2026-03-29T04:00+02:00")]);
    check_day("1-2:45, 3-3:15", 105, &[("2026-03-29T01:00+01:00", "2026-03-29T03:45+02:00")]);
}

#[test]
fn an_edge_that_clocks_show_twice_is_meant_the_first_time() {
    let check_day = |text, minutes, expected: &[_]| check("Europe/Berlin", "2026-10-25", text, minutes, expected);
    check_day("1-2:30", 90, &[("2026-10-25T01:00+02:00", "2026-10-25T02:30+02:00")]);
    check_day("2:30-4", 150, &[("2026-10-25T02:30+02:00", "2026-10-25T04:00+01:00")]);
    check_day("2:15-2:45", 30, &[("2026-10-25T02:15+02:00", "2026-10-25T02:45+02:00")]);
}

#[test]
fn offsets_need_not_be_whole_hours() {
    // Lord Howe Island changes by half an hour.
    let howe = "Australia/Lord_Howe";
    check(howe, "2026-04-05", "1-4", 210, &[("2026-04-05T01:00+11:00", "2026-04-05T04:00+10:30")]);
    check(howe, "2026-04-05", "1:45-3", 105, &[("2026-04-05T01:45+11:00", "2026-04-05T03:00+10:30")]);
    check(howe, "2025-10-05", "1-4", 150, &[("2025-10-05T01:00+10:30", "2025-10-05T04:00+11:00")]);
    check(howe, "2025-10-05", "2:15-4", 75, &[("2025-10-05T02:45+11:00", "2025-10-05T04:00+11:00")]);
    let nepal = "Asia/Kathmandu";
    check(nepal, "2026-06-01", "9:15-17:45", 510, &[("2026-06-01T09:15+05:45", "2026-06-01T17:45+05:45")]);
    check(nepal, "1986-01-01", "0-2", 105, &[("1986-01-01T00:15+05:45", "1986-01-01T02:00+05:45")]);
}

#[test]
fn a_span_until_24_ends_when_the_next_local_day_begins() {
    check("Europe/Berlin", "2026-06-01", "22-24", 120, &[("2026-06-01T22:00+02:00", "2026-06-02T00:00+02:00")]);
    // Cairo skips the hour after midnight, and shows the one before it twice.
    check("Africa/Cairo", "2025-04-24", "22-24", 120, &[("2025-04-24T22:00+02:00", "2025-04-25T01:00+03:00")]);
    check("Africa/Cairo", "2025-04-25", "0-2", 60, &[("2025-04-25T01:00+03:00", "2025-04-25T02:00+03:00")]);
    check("Africa/Cairo", "2025-10-30", "22-24", 180, &[("2025-10-30T22:00+03:00", "2025-10-31T00:00+02:00")]);
    // Havana shows the hour after midnight twice; the day begins the first time.
    check("America/Havana", "2025-11-01", "22-24", 120, &[("2025-11-01T22:00-04:00", "2025-11-02T00:00-04:00")]);
    check("America/Havana", "2025-11-02", "0-2", 180, &[("2025-11-02T00:00-04:00", "2025-11-02T02:00-05:00")]);
}

#[test]
fn a_day_that_a_place_leaves_out_has_no_hours() {
    // Samoa went over the date line at the end of 2011-12-29, a Thursday.
    let mut hours = daily("Pacific/Apia", "9-17");
    hours.week[5].clear();
    let calendar = calendar(&hours);
    let closing = at("2011-12-29T17:00-10:00");
    assert_eq!(calendar.next_opening(closing), Some(at("2012-01-01T09:00+14:00")));
    assert_eq!(calendar.open_ms(at("2011-12-29T09:00-10:00"), at("2012-01-01T10:00+14:00")), 9 * HOUR);
}
