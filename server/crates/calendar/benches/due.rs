//! What a due time costs, near and far. `make bench`, or `cargo bench -p calendar`.

#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::{
    error::Error,
    hint::black_box,
    time::{Duration, Instant},
};

use calendar::Calendar;
use domain::{BusinessHours, Holiday, Timestamp, business_hours::read_spans};

/// Calls of one round.
const CALLS: i64 = 200_000;
/// The fastest of so many rounds counts, since neighbours on the machine only ever add time.
const ROUNDS: usize = 7;
const BEGIN_MS: i64 = 1_780_000_000_000;
const HOUR_MS: i64 = 3_600_000;

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo test --benches` calls this binary too; it must not wait for it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let hours = office()?;
    let calendar = Calendar::new(&hours)?;
    // Every call begins at another moment of the year, so that no branch is learned by heart.
    let from = |call: i64| Timestamp::from_ms(BEGIN_MS + call * 7_919 * 60_007 % (365 * 24 * HOUR_MS));
    for (words, open_hours) in [("four hours", 4), ("a week", 40), ("a year", 2_000), ("nine years", 18_000)] {
        let took = fastest(CALLS, |call| calendar.after(from(call), open_hours * HOUR_MS));
        println!("due after {words} of office hours: {took:.1?}");
    }
    let year = |call| calendar.open_ms(from(call), from(call).plus_ms(365 * 24 * HOUR_MS));
    println!("open time of a year: {:.1?}", fastest(CALLS, year));
    println!("is it open: {:.1?}", fastest(CALLS, |call| calendar.is_open(from(call))));
    println!("next opening: {:.1?}", fastest(CALLS, |call| calendar.next_opening(from(call))));
    println!("making a calendar: {:.1?}", fastest(100, |_| Calendar::new(&hours).is_ok()));
    Ok(())
}

/// What one call takes.
fn fastest<T>(calls: i64, mut call: impl FnMut(i64) -> T) -> Duration {
    let mut round = || {
        let start = Instant::now();
        for number in 0..calls {
            black_box(call(black_box(number)));
        }
        start.elapsed()
    };
    let best = (0..ROUNDS).map(|_| round()).min().unwrap_or_default();
    best / u32::try_from(calls).unwrap_or(u32::MAX)
}

/// An office with ten holidays a year for as long as a document can hold.
fn office() -> Result<BusinessHours, Box<dyn Error>> {
    let mut week = [const { Vec::new() }; 7];
    week[..5].fill(read_spans("week", "9-12, 13-18")?);
    let mut holidays = Vec::new();
    for year in 2020..2060 {
        for month in 1..=10 {
            holidays.push(Holiday { date: format!("{year}-{month:02}-15").parse()?, name: "Rest".to_owned() });
        }
    }
    Ok(BusinessHours { time_zone: "Europe/Berlin".to_owned(), week, holidays })
}
