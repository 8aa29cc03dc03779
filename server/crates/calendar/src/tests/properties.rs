//! What holds for every calendar.

use proptest::prelude::*;

use super::*;

/// Zones that change by an hour, by half an hour, by two hours and at midnight, with odd offsets, and never.
const ZONES: [&str; 9] = [
    "Africa/Cairo",
    "America/Havana",
    "America/New_York",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Chatham",
    "UTC",
];

/// Some weeks before clocks changed. These are past, since places that change their rules change no past.
const BEGINNINGS: [&str; 2] = ["2025-03-03", "2025-09-29"];
const WEEKS: i64 = 8;

fn days() -> impl Strategy<Value = Vec<OpenSpan>> {
    // Many spans begin or end at night, where clocks change.
    let minute = prop_oneof![0..=DAY_MINUTES, (0_u16..=20).prop_map(|quarter| quarter * 15), Just(DAY_MINUTES)];
    prop::collection::btree_set(minute, 0..=8).prop_map(|minutes| {
        let minutes: Vec<u16> = minutes.into_iter().collect();
        minutes.chunks_exact(2).map(|pair| OpenSpan { from: pair[0], until: pair[1] }).collect()
    })
}

/// Hours with holidays in the weeks after a beginning.
fn documents() -> impl Strategy<Value = (BusinessHours, Date)> {
    let week = prop::array::uniform7(days()).prop_filter("never open", |week| week.iter().any(|day| !day.is_empty()));
    let zone = prop::sample::select(ZONES.to_vec());
    let beginning = prop::sample::select(BEGINNINGS.to_vec());
    let holidays = prop::collection::btree_set(0_i64..WEEKS * 7, 0..6);
    (zone, week, holidays, beginning).prop_map(|(zone, week, holidays, beginning)| {
        let beginning: Date = beginning.parse().unwrap();
        let day = |day| holiday(&(beginning + jiff::SignedDuration::from_hours(day * 24)).to_string());
        let holidays = holidays.into_iter().map(day).collect();
        (BusinessHours { time_zone: zone.to_owned(), week, holidays }, beginning)
    })
}

/// Milliseconds after the beginning that lie in the weeks after it, often on a whole minute.
fn moments() -> impl Strategy<Value = i64> {
    prop_oneof![0..WEEKS * 7 * DAY, (0..WEEKS * 7 * 24 * 60).prop_map(|minute| minute * MINUTE)]
}

fn moment(beginning: Date, ms: i64) -> Timestamp {
    Timestamp::from_ms(local_ms(&TimeZone::UTC, beginning, 0) + ms)
}

/// Which minutes of the weeks after a beginning are open, one by one.
fn open_minutes(hours: &BusinessHours, beginning: Date) -> Vec<bool> {
    let zone = zone(&hours.time_zone);
    let place = |ms: i64| usize::try_from((ms - moment(beginning, 0).as_ms()) / MINUTE).unwrap_or(0);
    let mut open = vec![false; usize::try_from(WEEKS * 7 * 24 * 60).unwrap()];
    for day in -2..WEEKS * 7 + 2 {
        let date = beginning + jiff::SignedDuration::from_hours(day * 24);
        if hours.holidays.iter().any(|holiday| holiday.date.to_string() == date.to_string()) {
            continue;
        }
        for span in &hours.week[usize::try_from(date.weekday().to_monday_zero_offset()).unwrap()] {
            let [begin, from, until, end] =
                [0, span.from, span.until, DAY_MINUTES].map(|minute| place(local_ms(&zone, date, minute)));
            for minute in from.max(begin)..until.min(end).min(open.len()) {
                open[minute] = true;
            }
        }
    }
    open
}

proptest! {
    #[test]
    fn open_time_is_what_counting_minutes_finds((hours, beginning) in documents(), from in moments(), until in moments()) {
        let (calendar, minutes) = (calendar(&hours), open_minutes(&hours, beginning));
        let opened_ms = |minute: usize| {
            let minute = i64::try_from(minute).unwrap();
            ((minute + 1) * MINUTE).min(until).saturating_sub((minute * MINUTE).max(from)).max(0)
        };
        let counted_ms = (0..minutes.len()).filter(|minute| minutes[*minute]).map(opened_ms).sum::<i64>();
        let at = |ms| moment(beginning, ms);
        prop_assert_eq!(calendar.open_ms(at(from), at(until)), counted_ms);
        let now = usize::try_from(from / MINUTE).unwrap();
        prop_assert_eq!(calendar.is_open(at(from)), minutes[now]);
        if let Some(wait) = minutes[now..].iter().position(|is_open| *is_open) {
            let opening = i64::try_from(now + wait).unwrap() * MINUTE;
            prop_assert_eq!(calendar.next_opening(at(from)), Some(at(opening.max(from))));
        }
    }

    #[test]
    fn a_minute_is_open_when_local_clocks_show_one_of_a_span(
        (mut hours, beginning) in documents(), moments in prop::collection::vec(moments(), 50),
    ) {
        // Clocks change at other minutes than these, or exactly at their edges, so that no edge is skipped or shown twice.
        hours.week.iter_mut().for_each(|day| *day = vec![]);
        hours.week[0] = spans("0-1, 3-17");
        hours.week[4] = spans("5-24");
        hours.week[6] = spans("0-1, 3:30-12, 12:30-24");
        hours.time_zone = "Europe/Berlin".to_owned();
        let (calendar, zone) = (calendar(&hours), zone(&hours.time_zone));
        for ms in moments {
            let at = moment(beginning, ms);
            let shown = zone.to_datetime(jiff::Timestamp::from_millisecond(at.as_ms()).unwrap());
            let minute = u16::try_from(i16::from(shown.hour()) * 60 + i16::from(shown.minute())).unwrap();
            let is_holiday = hours.holidays.iter().any(|holiday| holiday.date.to_string() == shown.date().to_string());
            let today = &hours.week[usize::try_from(shown.weekday().to_monday_zero_offset()).unwrap()];
            let is_open = !is_holiday && today.iter().any(|span| span.from <= minute && minute < span.until);
            prop_assert_eq!(calendar.is_open(at), is_open, "{}", shown);
        }
    }

    #[test]
    fn so_much_open_time_passes_until_the_moment_after_it_and_not_before(
        (hours, beginning) in documents(), from in moments(), open in 1..400 * DAY,
    ) {
        let (calendar, from) = (calendar(&hours), moment(beginning, from));
        if let Some(due) = calendar.after(from, open) {
            prop_assert_eq!(calendar.open_ms(from, due), open);
            prop_assert_eq!(calendar.open_ms(from, due.plus_ms(-1)), open - 1);
            prop_assert!(calendar.is_open(due.plus_ms(-1)));
        }
    }

    #[test]
    fn the_moment_after_so_much_open_time_is_the_first_one(
        (hours, beginning) in documents(), from in moments(), until in moments(),
    ) {
        let (calendar, from, until) = (calendar(&hours), moment(beginning, from), moment(beginning, from.max(until)));
        let open = calendar.open_ms(from, until);
        // Nothing is open between this moment and `until`, which often lies in a night, a holiday or a weekend.
        let due = calendar.after(from, open).unwrap();
        prop_assert!(due <= until);
        prop_assert_eq!(calendar.open_ms(due, until), 0);
    }

    #[test]
    fn later_work_and_more_work_is_not_due_earlier(
        (hours, beginning) in documents(), from in moments(), later in 0..9 * DAY, open in 0..9 * DAY, more in 0..9 * DAY,
    ) {
        let (calendar, from) = (calendar(&hours), moment(beginning, from));
        let after = |from, open| calendar.after(from, open).map_or(i64::MAX, Timestamp::as_ms);
        let due = after(from, open);
        prop_assert!(from.as_ms() <= due);
        prop_assert!(due <= after(from, open + more));
        prop_assert!(due <= after(from.plus_ms(later), open));
    }

    #[test]
    fn open_time_adds_up_over_a_split(
        (hours, beginning) in documents(), mut moments in prop::array::uniform3(moments()), far in 0..30_000_i64,
    ) {
        moments.sort_unstable();
        let calendar = calendar(&hours);
        let [from, split, until] = moments.map(|ms| moment(beginning, ms));
        for until in [until, until.plus_ms(far * DAY)] {
            let parts = calendar.open_ms(from, split) + calendar.open_ms(split, until);
            prop_assert_eq!(calendar.open_ms(from, until), parts);
        }
        prop_assert_eq!(calendar.open_ms(until, from), 0);
    }

    #[test]
    fn a_calendar_without_hours_lets_all_time_pass(from in any::<i32>(), length in 0..i64::from(u32::MAX) * 1_000) {
        let from = Timestamp::from_ms(i64::from(from) * 1_000);
        let always = Calendar::always();
        prop_assert!(always.is_open(from));
        prop_assert_eq!(always.next_opening(from), Some(from));
        prop_assert_eq!(always.after(from, length), Some(from.plus_ms(length)));
        prop_assert_eq!(always.open_ms(from, from.plus_ms(length)), length);
        prop_assert_eq!(always.open_ms(from.plus_ms(length + 1), from), 0);
    }
}
