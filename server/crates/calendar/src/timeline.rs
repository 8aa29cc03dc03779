//! Time divided into runs of days, with the open time before each.

use std::collections::BTreeMap;

use domain::{BusinessHours, Day, OpenSpan, time::MINUTE_MS};

use crate::zone::{DAY_MS, Zone};

/// Two weeks before 0001-01-01, where timestamps begin, as a number of days since 1970.
const FIRST_DAY: i64 = -719_176;

/// The whole of time as runs.
#[derive(Debug, Clone)]
pub(crate) struct Timeline {
    week: Week,
    /// By their beginnings; the first begins before every timestamp, and the last never ends.
    runs: Vec<Run>,
}

/// Days in a row.
#[derive(Debug, Clone)]
struct Run {
    /// When its first day begins.
    from_ms: i64,
    /// Open milliseconds of the runs before it.
    opened_ms: i64,
    days: Days,
}

#[derive(Debug, Clone)]
enum Days {
    /// Days of 24 hours that follow the week, from this day of the week on, where 0 is Monday.
    Regular(usize),
    /// One day with hours of its own.
    Single(Box<[Open]>),
}

/// An open span in milliseconds since its day began.
#[derive(Debug, Clone, Copy)]
struct Open {
    from_ms: i64,
    until_ms: i64,
}

impl Timeline {
    /// Lays business hours out; they were checked.
    pub(crate) fn new(hours: &BusinessHours, zone: &Zone) -> Self {
        let mut timeline = Self { week: Week::new(&hours.week), runs: Vec::new() };
        timeline.push(zone, FIRST_DAY, Days::Regular(weekday(FIRST_DAY)));
        for (day, spans) in exceptions(hours, zone) {
            timeline.push(zone, day, Days::Single(spans));
            timeline.push(zone, day + 1, Days::Regular(weekday(day + 1)));
        }
        timeline
    }

    fn push(&mut self, zone: &Zone, first_day: i64, days: Days) {
        let from_ms = zone.moment_ms(first_day * DAY_MS);
        // A run of no days lies between two exceptions in a row.
        self.runs.pop_if(|run| run.from_ms == from_ms);
        let opened_ms = self.runs.last().map_or(0, |run| self.opened_within_ms(run, from_ms));
        self.runs.push(Run { from_ms, opened_ms, days });
    }

    /// Open milliseconds before a moment, since the beginning of time.
    pub(crate) fn opened_ms(&self, at_ms: i64) -> i64 {
        let begun = self.runs.partition_point(|run| run.from_ms <= at_ms);
        self.runs[..begun].last().map_or(0, |run| self.opened_within_ms(run, at_ms))
    }

    /// The earliest moment before which so many milliseconds were open, which are at least 1. It is the inverse of
    /// [`opened_ms`](Self::opened_ms).
    pub(crate) fn moment_of(&self, opened_ms: i64) -> i64 {
        let place = self.runs.partition_point(|run| run.opened_ms < opened_ms).saturating_sub(1);
        let run = &self.runs[place];
        let rest_ms = opened_ms - run.opened_ms;
        run.from_ms
            + match &run.days {
                Days::Regular(first) => self.week.passed_ms(*first, rest_ms),
                Days::Single(spans) => passed_ms(spans, rest_ms),
            }
    }

    /// Open milliseconds before a moment that lies in a run or at its end.
    fn opened_within_ms(&self, run: &Run, at_ms: i64) -> i64 {
        let passed_ms = at_ms - run.from_ms;
        run.opened_ms
            + match &run.days {
                Days::Regular(first) => self.week.open_ms(*first, passed_ms),
                Days::Single(spans) => open_ms(spans, passed_ms),
            }
    }
}

/// The week, over and over.
#[derive(Debug, Clone)]
struct Week {
    days: [Vec<Open>; 7],
    /// Open milliseconds of so many days from a Monday on, over two weeks, so that a sum may begin on any day.
    sums_ms: [i64; 14],
}

impl Week {
    fn new(week: &[Vec<OpenSpan>; 7]) -> Self {
        let open = |span: &OpenSpan| Open {
            from_ms: i64::from(span.from) * MINUTE_MS,
            until_ms: i64::from(span.until) * MINUTE_MS,
        };
        let days = week.each_ref().map(|spans| spans.iter().map(open).collect::<Vec<_>>());
        let mut sums_ms = [0; 14];
        for day in 0..13 {
            sums_ms[day + 1] = sums_ms[day] + open_ms(&days[day % 7], DAY_MS);
        }
        Self { days, sums_ms }
    }

    const fn whole_ms(&self) -> i64 {
        self.sums_ms[7]
    }

    /// Open milliseconds in the first `passed_ms` of days that begin with this day of the week.
    fn open_ms(&self, first: usize, passed_ms: i64) -> i64 {
        let (days, of_day_ms) = (passed_ms.div_euclid(DAY_MS), passed_ms.rem_euclid(DAY_MS));
        let today = first + remainder_of_week(days);
        let of_days_ms = self.sums_ms[today] - self.sums_ms[first];
        days.div_euclid(7) * self.whole_ms() + of_days_ms + open_ms(&self.days[today % 7], of_day_ms)
    }

    /// How much time passes, from the beginning of this day of the week, until so much of it was open, at least 1.
    fn passed_ms(&self, first: usize, opened_ms: i64) -> i64 {
        // The last millisecond decides the week, so that a week's worth ends in the week that it began in.
        let weeks = (opened_ms - 1) / self.whole_ms();
        let sought_ms = opened_ms - weeks * self.whole_ms() + self.sums_ms[first];
        let today = self.sums_ms[first..].partition_point(|sum_ms| *sum_ms < sought_ms) + first - 1;
        let of_day_ms = passed_ms(&self.days[today % 7], sought_ms - self.sums_ms[today]);
        weeks * 7 * DAY_MS + (today - first) as i64 * DAY_MS + of_day_ms
    }
}

/// Open milliseconds in the first `passed_ms` of a day.
fn open_ms(spans: &[Open], passed_ms: i64) -> i64 {
    spans.iter().map(|span| (passed_ms.min(span.until_ms) - span.from_ms).max(0)).sum()
}

/// How much time of a day passes until so much of it was open. No caller asks for more than its spans hold.
fn passed_ms(spans: &[Open], opened_ms: i64) -> i64 {
    let mut rest_ms = opened_ms;
    for span in spans {
        let length_ms = span.until_ms - span.from_ms;
        if rest_ms <= length_ms {
            return span.from_ms + rest_ms;
        }
        rest_ms -= length_ms;
    }
    DAY_MS
}

/// The days that do not follow the week, counted from 1970, with their open spans.
fn exceptions(hours: &BusinessHours, zone: &Zone) -> BTreeMap<i64, Box<[Open]>> {
    let disturbed = zone.disturbed_days().flatten();
    let mut exceptions: BTreeMap<_, _> =
        disturbed.map(|day| (day, spans_of_day(zone, day, &hours.week[weekday(day)]))).collect();
    exceptions.extend(hours.holidays.iter().map(|holiday| (number_of_day(holiday.date), Box::default())));
    exceptions
}

/// The spans of a day whose clocks change. Clocks that skip an edge can turn the order of edges around, so that spans end
/// before they begin, overlap, or begin before their day; where the day ends, the next run cuts them off.
fn spans_of_day(zone: &Zone, day: i64, spans: &[OpenSpan]) -> Box<[Open]> {
    let moment_ms = |minute: u16| zone.moment_ms(day * DAY_MS + i64::from(minute) * MINUTE_MS);
    let begin_ms = moment_ms(0);
    let within_ms = |minute| moment_ms(minute).max(begin_ms) - begin_ms;
    let moved = spans.iter().map(|span| Open { from_ms: within_ms(span.from), until_ms: within_ms(span.until) });
    let mut moved: Vec<Open> = moved.filter(|span| span.from_ms < span.until_ms).collect();
    moved.sort_unstable_by_key(|span| span.from_ms);
    moved.dedup_by(|next, span| {
        let meets = next.from_ms <= span.until_ms;
        if meets {
            span.until_ms = span.until_ms.max(next.until_ms);
        }
        meets
    });
    moved.into()
}

/// The day of the week of a day counted from 1970, where 0 is Monday. 1970 began on a Thursday.
fn weekday(day: i64) -> usize {
    remainder_of_week(day + 3)
}

fn remainder_of_week(days: i64) -> usize {
    usize::try_from(days.rem_euclid(7)).expect("a remainder of 7 is 0 to 6")
}

/// Days from 1970-01-01 to a date.
fn number_of_day(day: Day) -> i64 {
    let date = || {
        let (month, day_of_month) = (i8::try_from(day.month()).ok()?, i8::try_from(day.day()).ok()?);
        jiff::civil::Date::new(i16::try_from(day.year()).ok()?, month, day_of_month).ok()
    };
    let date = date().expect("every `Day` is a date of the years 1 to 9999, which this library has as well");
    date.duration_since(jiff::civil::date(1970, 1, 1)).as_hours() / 24
}

#[cfg(test)]
mod tests {
    use domain::business_hours::read_spans;
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn clocks_that_skip_midnight_itself_open_no_minute_twice() {
        // No place does so today: on the second Saturday of March, 2026-03-14, clocks go from 23:30 to 00:30.
        let zone = Zone::read(&TimeZone::posix("OLD0NEW,M3.2.6/23:30,M10.2.0/3").unwrap());
        let change_ms = "2026-03-14T23:30Z".parse::<jiff::Timestamp>().unwrap().as_millisecond();
        for (spans, minutes) in [("0-24", 120), ("22-23:45", 75), ("0:30-1:30", 30), ("0:15-0:45, 23:40-23:50", 10)] {
            let week = std::array::from_fn(|_| read_spans("week", spans).unwrap());
            let hours = BusinessHours { time_zone: String::new(), week, holidays: Vec::new() };
            let timeline = Timeline::new(&hours, &zone);
            let opened_ms = |minute: i64| timeline.opened_ms(change_ms + minute * MINUTE_MS);
            let steps = (-60..60).map(|minute| opened_ms(minute + 1) - opened_ms(minute));
            assert!(steps.clone().all(|step| step == 0 || step == MINUTE_MS), "{spans}");
            assert_eq!(steps.sum::<i64>(), minutes * MINUTE_MS, "{spans}");
        }
    }
}
