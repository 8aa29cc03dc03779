//! The hours of a period, and how many people work in each.

use std::collections::HashMap;

use domain::Timestamp;

/// Milliseconds in an hour.
pub(crate) const HOUR_MS: i64 = 3_600_000;

/// Hours of a day.
pub(crate) const DAY: usize = 24;

/// The hour of a time, counted since 1970.
pub(crate) const fn hour_of(ms: i64) -> i64 {
    ms.div_euclid(HOUR_MS)
}

/// The hour of the day, 0 to 23 in UTC, of an hour counted since 1970.
pub(crate) fn hour_of_day(hour: i64) -> usize {
    usize::try_from(hour.rem_euclid(24)).expect("a remainder of 24 is 0 to 23")
}

/// The hours that a history covers, the first and the last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) first: i64,
    pub(crate) last: i64,
}

impl Period {
    pub(crate) fn of(from: Timestamp, until: Timestamp) -> Self {
        Self { first: hour_of(from.as_ms()), last: hour_of(until.as_ms()) }
    }

    /// How many hours.
    pub(crate) const fn hours(self) -> i64 {
        self.last - self.first + 1
    }

    pub(crate) const fn contains(self, hour: i64) -> bool {
        self.first <= hour && hour <= self.last
    }

    /// How often each hour of the day lies in it.
    #[expect(clippy::cast_precision_loss, reason = "all hours of the calendar are below 2^53")]
    pub(crate) fn occurrences(self) -> [f64; DAY] {
        let hours = self.hours();
        let mut times = [(hours / 24) as f64; DAY];
        for hour in self.first..self.first + hours % 24 {
            times[hour_of_day(hour)] += 1.0;
        }
        times
    }

    /// A sum by the hour of the day as the mean of a day.
    pub(crate) fn mean_of_day(self, sums: &[f64; DAY]) -> [f64; DAY] {
        let times = self.occurrences();
        std::array::from_fn(|hour| if times[hour] > 0.0 { sums[hour] / times[hour] } else { 0.0 })
    }
}

/// How many people work in each hour.
#[derive(Debug)]
pub(crate) struct Staff {
    period: Period,
    /// Whether anybody was seen at work.
    is_known: bool,
    recorded: HashMap<i64, u32>,
    /// The mean of the period by the hour of the day.
    mean: [f64; DAY],
    /// People in the hours after it.
    after: [u32; DAY],
}

impl Staff {
    /// From the people who were seen at work, by the beginnings of hours; one person, always, when none was in the period.
    pub(crate) fn new(people: &[(Timestamp, u32)], period: Period) -> Self {
        let counted = people.iter().filter(|(_, count)| *count > 0).map(|&(at, count)| (hour_of(at.as_ms()), count));
        let recorded: HashMap<i64, u32> = counted.filter(|(hour, _)| period.contains(*hour)).collect();
        let mut sums = [0.0; DAY];
        for (&hour, &count) in &recorded {
            sums[hour_of_day(hour)] += f64::from(count);
        }
        let mean = period.mean_of_day(&sums);
        let times = period.occurrences();
        let of_all = sums.iter().sum::<f64>() / times.iter().sum::<f64>();
        let after = std::array::from_fn(|hour| rounded_up(if times[hour] > 0.0 { mean[hour] } else { of_all }));
        Self { period, is_known: !recorded.is_empty(), after, mean, recorded }
    }

    /// The people when each hour of the period is as another one was. What is known of all hours together stays.
    pub(crate) fn moved(&self, from: impl Fn(i64) -> i64) -> Self {
        let hours = self.period.first..=self.period.last;
        let recorded = hours.filter_map(|hour| Some((hour, *self.recorded.get(&from(hour))?))).collect();
        Self { recorded, ..*self }
    }

    /// Whether anybody was seen at work.
    pub(crate) const fn is_known(&self) -> bool {
        self.is_known
    }

    /// People at work in an hour. After the period it is the mean of the hour of the day, or of all hours when that one did
    /// not occur, rounded up, so that whatever still waits is done some day.
    pub(crate) fn at(&self, hour: i64) -> usize {
        let people = if !self.is_known {
            1
        } else if hour > self.period.last {
            self.after[hour_of_day(hour)]
        } else {
            self.recorded.get(&hour).copied().unwrap_or(0)
        };
        people as usize
    }

    /// People at work by the hour of the day: the mean of a day.
    pub(crate) fn by_hour(&self) -> Vec<f64> {
        if self.is_known { self.mean.to_vec() } else { vec![1.0; DAY] }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a mean of counts rounded up is a count")]
fn rounded_up(mean: f64) -> u32 {
    mean.ceil() as u32
}
