//! Business hours as documents and as forms write them.

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
    for text in ["2026-02-29", "2100-02-29", "2026-13-01", "2026-1-01", "0000-01-01", "2026-01-01-01", "", "+026-01-01"]
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
