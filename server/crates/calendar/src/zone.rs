//! A time zone as the list of its clock changes.

use std::ops::RangeInclusive;

use domain::ValidationError;
use jiff::{
    Timestamp,
    tz::{TimeZone, TimeZoneDatabase},
};

/// Milliseconds of a day whose clocks do not change.
pub(crate) const DAY_MS: i64 = 24 * 60 * 60_000;

/// 2100-01-01T00:00:00Z in milliseconds. Nobody knows the clock changes of later years, and few those of earlier ones.
const KNOWN_UNTIL_MS: i64 = 4_102_444_800_000;

/// The offsets of a time zone through time.
#[derive(Debug)]
pub(crate) struct Zone {
    /// Milliseconds that local clocks are ahead of UTC before the first change.
    first_offset_ms: i64,
    changes: Vec<Change>,
}

/// A moment at which the offset changes.
#[derive(Debug)]
struct Change {
    at_ms: i64,
    offset_before_ms: i64,
    offset_after_ms: i64,
}

impl Change {
    /// What local clocks show at the moment of the change, by the smaller of both offsets: the first local time that clocks
    /// skip or show twice.
    fn disturbed_from_ms(&self) -> i64 {
        self.at_ms + self.offset_before_ms.min(self.offset_after_ms)
    }

    /// By the larger of both offsets: the first local time that is meant by the new offset. Times that clocks skip before
    /// it move on by what they skip when the old offset holds for them, and times that clocks show twice are meant the
    /// first time.
    fn holds_from_ms(&self) -> i64 {
        self.at_ms + self.offset_before_ms.max(self.offset_after_ms)
    }
}

impl Zone {
    /// Looks a time zone up in the database that is compiled in.
    pub(crate) fn lookup(name: &str) -> Result<Self, ValidationError> {
        let zone = TimeZoneDatabase::bundled().get(name).ok().filter(|zone| !zone.is_unknown());
        let unknown = || ValidationError::unknown("time_zone", format!("the time zone `{name}`"));
        Ok(Self::read(&zone.ok_or_else(unknown)?))
    }

    /// Reads the clock changes of a zone.
    pub(crate) fn read(zone: &TimeZone) -> Self {
        let first_offset_ms = i64::from(zone.to_offset(Timestamp::UNIX_EPOCH).seconds()) * 1_000;
        let mut offset_before_ms = first_offset_ms;
        let mut changes = Vec::new();
        for transition in zone.following(Timestamp::UNIX_EPOCH) {
            let at_ms = transition.timestamp().as_millisecond();
            if at_ms >= KNOWN_UNTIL_MS {
                break;
            }
            let offset_after_ms = i64::from(transition.offset().seconds()) * 1_000;
            // Some transitions only rename the time, or say that it is daylight saving time now.
            if offset_after_ms != offset_before_ms {
                changes.push(Change { at_ms, offset_before_ms, offset_after_ms });
                offset_before_ms = offset_after_ms;
            }
        }
        Self { first_offset_ms, changes }
    }

    /// The moment that a local time means, which is given as if it were UTC.
    pub(crate) fn moment_ms(&self, local_ms: i64) -> i64 {
        let past = self.changes.partition_point(|change| change.holds_from_ms() <= local_ms);
        local_ms - self.changes[..past].last().map_or(self.first_offset_ms, |change| change.offset_after_ms)
    }

    /// The days, counted from 1970, with a local time that clocks skip or show twice.
    pub(crate) fn disturbed_days(&self) -> impl Iterator<Item = RangeInclusive<i64>> {
        self.changes
            .iter()
            .map(|change| change.disturbed_from_ms().div_euclid(DAY_MS)..=change.holds_from_ms().div_euclid(DAY_MS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_local_time_near_a_clock_change_means_what_the_database_says() {
        let database = TimeZoneDatabase::bundled();
        let mut changes = 0;
        for name in database.available() {
            let zone = database.get(name.as_str()).unwrap();
            let read = Zone::read(&zone);
            changes += read.changes.len();
            for change in &read.changes {
                let (from, holds) = (change.disturbed_from_ms(), change.holds_from_ms());
                let around = [from - DAY_MS, from - 1, from, from + 1, i64::midpoint(from, holds), holds - 1, holds];
                for local_ms in around.into_iter().chain([holds + DAY_MS]) {
                    let local = jiff::tz::Offset::UTC.to_datetime(Timestamp::from_millisecond(local_ms).unwrap());
                    let meant = zone.to_timestamp(local).unwrap().as_millisecond();
                    assert_eq!(read.moment_ms(local_ms), meant, "{} {local}", name.as_str());
                }
            }
        }
        assert!(changes > 10_000, "only {changes} clock changes were seen");
    }

    #[test]
    fn no_local_day_ends_before_it_begins() {
        let database = TimeZoneDatabase::bundled();
        for name in database.available() {
            let zone = Zone::lookup(name.as_str()).ok();
            for day in zone.iter().flat_map(|zone| zone.disturbed_days().flatten().map(move |day| (zone, day))) {
                let (zone, day) = day;
                assert!(zone.moment_ms(day * DAY_MS) <= zone.moment_ms((day + 1) * DAY_MS), "{} {day}", name.as_str());
            }
        }
    }
}
