//! What a week, its holidays and its nights mean for due times.

use domain::ValidationCode;

use super::*;
use crate::HORIZON_MS;

fn check_after(calendar: &Calendar, cases: &[(&str, i64, &str)]) {
    for &(from, minutes, due) in cases {
        assert_eq!(calendar.after(at(from), minutes * MINUTE), Some(at(due)), "{from} and {minutes} minutes");
        assert_eq!(calendar.open_ms(at(from), at(due)), minutes * MINUTE, "{from} until {due}");
    }
}

#[test]
fn nights_and_weekends_do_not_count() {
    let calendar = calendar(&weekdays("Europe/Berlin", "9-12, 13-17"));
    check_after(
        &calendar,
        &[
            // 2026-06-05 is a Friday.
            ("2026-06-05T09:00+02:00", 60, "2026-06-05T10:00+02:00"),
            ("2026-06-05T07:00+02:00", 60, "2026-06-05T10:00+02:00"),
            ("2026-06-05T11:30+02:00", 60, "2026-06-05T13:30+02:00"),
            ("2026-06-05T16:00+02:00", 120, "2026-06-08T10:00+02:00"),
            ("2026-06-06T12:00+02:00", 1, "2026-06-08T09:01+02:00"),
            // What is full at closing time is due then, not when the next day opens.
            ("2026-06-05T16:00+02:00", 60, "2026-06-05T17:00+02:00"),
            ("2026-06-05T09:00+02:00", 5 * 420, "2026-06-11T17:00+02:00"),
            ("2026-06-05T09:00+02:00", 52 * 5 * 420, "2027-06-03T17:00+02:00"),
            ("2026-06-06T12:00+02:00", 0, "2026-06-06T12:00+02:00"),
        ],
    );
    for (moment, opening) in [
        ("2026-06-05T08:59:59.999+02:00", "2026-06-05T09:00+02:00"),
        ("2026-06-05T09:00+02:00", "2026-06-05T09:00+02:00"),
        ("2026-06-05T11:59:59.999+02:00", "2026-06-05T11:59:59.999+02:00"),
        ("2026-06-05T12:00+02:00", "2026-06-05T13:00+02:00"),
        ("2026-06-05T17:00+02:00", "2026-06-08T09:00+02:00"),
    ] {
        assert_eq!(calendar.next_opening(at(moment)), Some(at(opening)), "{moment}");
        assert_eq!(calendar.is_open(at(moment)), moment == opening, "{moment}");
    }
}

#[test]
fn holidays_are_closed_in_the_time_zone_of_the_hours() {
    let mut hours = weekdays("America/New_York", "9-17");
    // A Friday, a Sunday, two days in a row, and the day on which clocks go forward.
    hours.holidays = ["2026-03-08", "2026-07-03", "2026-07-05", "2026-12-24", "2026-12-25"].map(holiday).to_vec();
    check_after(
        &calendar(&hours),
        &[
            ("2026-07-02T16:00-04:00", 60, "2026-07-02T17:00-04:00"),
            ("2026-07-02T16:00-04:00", 120, "2026-07-06T10:00-04:00"),
            ("2026-12-23T16:00-05:00", 120, "2026-12-28T10:00-05:00"),
            ("2026-12-24T12:00-05:00", 480, "2026-12-28T17:00-05:00"),
            // In UTC it is the day after already.
            ("2026-07-02T20:30-04:00", 1, "2026-07-06T09:01-04:00"),
            ("2026-03-06T16:00-05:00", 120, "2026-03-09T10:00-04:00"),
        ],
    );
    hours.week[6] = spans("0-24");
    check_after(&calendar(&hours), &[("2026-03-07T12:00-05:00", 60, "2026-03-09T10:00-04:00")]);
}

#[test]
fn a_night_is_two_spans() {
    let mut hours = daily("Europe/Berlin", "0-6, 22-24");
    check_after(
        &calendar(&hours),
        &[
            ("2026-06-01T22:00+02:00", 480, "2026-06-02T06:00+02:00"),
            ("2026-06-01T12:00+02:00", 300, "2026-06-02T03:00+02:00"),
            // Clocks go forward and back at night.
            ("2026-03-28T22:00+01:00", 420, "2026-03-29T06:00+02:00"),
            ("2026-10-24T22:00+02:00", 540, "2026-10-25T06:00+01:00"),
        ],
    );
    // A holiday takes both ends of its day, and leaves those of its neighbours.
    hours.holidays = vec![holiday("2026-06-02")];
    check_after(&calendar(&hours), &[("2026-06-01T22:00+02:00", 180, "2026-06-03T01:00+02:00")]);
}

#[test]
fn what_takes_more_than_ten_years_has_no_moment() {
    let mut hours = daily("Europe/Berlin", "");
    hours.week[0] = spans("9-10");
    let rare = calendar(&hours);
    let from = at("2026-06-01T09:00+02:00");
    assert_eq!(rare.after(from, 520 * HOUR), Some(at("2036-05-12T10:00+02:00")));
    assert_eq!(rare.after(from, 530 * HOUR), None);
    assert_eq!(rare.after(from, i64::MAX), None);
    // Four hundred Mondays are closed, which is less than eight years.
    let monday: Date = "2026-06-01".parse().unwrap();
    let closed = |week: i64| holiday(&(monday + jiff::SignedDuration::from_hours(week * 7 * 24)).to_string());
    hours.holidays = (0..400).map(closed).collect();
    assert_eq!(calendar(&hours).next_opening(from), Some(at("2034-01-30T09:00+01:00")));
    let full = calendar(&daily("Europe/Berlin", "0-24"));
    assert_eq!(full.after(from, HORIZON_MS), Some(from.plus_ms(HORIZON_MS)));
    assert_eq!(full.after(from, HORIZON_MS + 1), None);
}

#[test]
fn the_ends_of_time_are_quiet() {
    let calendar = calendar(&weekdays("Pacific/Auckland", "9-17"));
    let [first, last] = [i64::MIN, i64::MAX].map(Timestamp::from_ms);
    assert!(calendar.open_ms(first, last) > 9_000 * 250 * 8 * HOUR);
    assert_eq!(calendar.open_ms(last, first), 0);
    assert_eq!(calendar.after(last, 100 * DAY), None);
    assert_eq!(calendar.after(last, 0), Some(last));
    assert_eq!(calendar.next_opening(first).map(|opening| calendar.is_open(opening)), Some(true));
}

#[test]
fn the_week_goes_on_where_no_clock_change_is_known() {
    let mut hours = weekdays("Europe/Berlin", "9-17");
    hours.holidays = vec![holiday("1950-06-05"), holiday("2150-06-05")];
    // Both are Fridays and Mondays as the calendar has them; the offset is that of winter.
    check_after(
        &calendar(&hours),
        &[
            ("1950-06-02T16:00+01:00", 120, "1950-06-06T10:00+01:00"),
            ("2150-06-04T16:00+01:00", 120, "2150-06-08T10:00+01:00"),
        ],
    );
}

#[test]
fn a_time_zone_that_does_not_exist_is_refused() {
    for name in ["Europe/Atlantis", "Etc/Unknown", "Local", "CET-1CEST"] {
        let error = Calendar::new(&daily(name, "9-17")).unwrap_err();
        assert_eq!((error.field.as_str(), error.code), ("time_zone", ValidationCode::Unknown), "{error}");
    }
    assert_eq!(Calendar::new(&daily("UTC", "")).unwrap_err().field, "week");
    assert!(Calendar::new(&daily("UTC", "9-17")).is_ok());
}
