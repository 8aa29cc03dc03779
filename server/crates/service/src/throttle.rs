//! Slows down guessing of passwords: after a few failures, an address and a place must wait, longer each time.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use domain::Timestamp;

/// Failures of one address that cost nothing.
pub(crate) const FREE_BY_ADDRESS: u32 = 5;
/// Failures from one place that cost nothing: an office shares one.
pub(crate) const FREE_BY_PLACE: u32 = 50;
/// The wait after the first failure beyond, in milliseconds; it doubles with each.
const FIRST_WAIT_MS: i64 = 2_000;
/// Longest wait, in milliseconds.
const LONGEST_WAIT_MS: i64 = 15 * 60_000;
/// After this long without a failure everything is forgotten, in milliseconds.
const FORGET_MS: i64 = 30 * 60_000;
/// Most addresses and places kept in mind; beyond it the longest quiet ones are forgotten.
const MAX_ENTRIES: usize = 20_000;

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
    until: Timestamp,
}

#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<String, Failures>>);

impl Throttle {
    /// Seconds that any of these must still wait; nothing when an attempt may be made now.
    pub(crate) fn wait_s(&self, names: &[&str], now: Timestamp) -> Option<u32> {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names
            .iter()
            .filter_map(|name| failures.get(*name))
            .map(|entry| entry.until.since_ms(now))
            .filter(|&left_ms| left_ms > 0)
            .max()
            .map(|left_ms| u32::try_from(left_ms.div_euclid(1_000) + 1).unwrap_or(u32::MAX))
    }

    /// An attempt failed. Each name comes with how many failures cost it nothing.
    pub(crate) fn failed(&self, names: &[(&str, u32)], now: Timestamp) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.retain(|_, entry| now.since_ms(entry.last) < FORGET_MS);
        if failures.len() >= MAX_ENTRIES
            && let Some(quietest) = failures.iter().min_by_key(|(_, entry)| entry.last).map(|(name, _)| name.clone())
        {
            failures.remove(&quietest);
        }
        for (name, free) in names {
            let entry = failures.entry((*name).to_owned()).or_insert(Failures { count: 0, last: now, until: now });
            entry.count = entry.count.saturating_add(1);
            entry.last = now;
            if let Some(beyond) = entry.count.checked_sub(*free) {
                let wait_ms = FIRST_WAIT_MS.saturating_mul(1 << beyond.min(20)).min(LONGEST_WAIT_MS);
                entry.until = now.plus_ms(wait_ms);
            }
        }
    }

    /// An attempt succeeded: what this name did before is forgotten.
    pub(crate) fn succeeded(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_gets_slower_and_forgives_in_time() {
        let throttle = Throttle::default();
        let start = Timestamp::from_ms(0);
        for _ in 0..4 {
            throttle.failed(&[("ada", FREE_BY_ADDRESS), ("10.0.0.1", FREE_BY_ADDRESS)], start);
        }
        assert_eq!(throttle.wait_s(&["ada"], start), None);
        throttle.failed(&[("ada", FREE_BY_ADDRESS), ("10.0.0.1", FREE_BY_ADDRESS)], start);
        assert_eq!(throttle.wait_s(&["ada"], start), Some(3));
        assert_eq!(throttle.wait_s(&["grace", "10.0.0.1"], start), Some(3));
        throttle.failed(&[("ada", FREE_BY_ADDRESS)], start);
        assert_eq!(throttle.wait_s(&["ada"], start), Some(5));
        assert_eq!(throttle.wait_s(&["ada"], start.plus_ms(4_001)), None);
        throttle.failed(&[("grace", FREE_BY_ADDRESS)], start.plus_ms(FORGET_MS));
        throttle.failed(&[("ada", FREE_BY_ADDRESS)], start.plus_ms(FORGET_MS));
        assert_eq!(throttle.wait_s(&["ada"], start.plus_ms(FORGET_MS)), None);
    }

    #[test]
    fn a_success_clears_the_address() {
        let throttle = Throttle::default();
        let now = Timestamp::from_ms(0);
        for _ in 0..6 {
            throttle.failed(&[("ada", FREE_BY_ADDRESS)], now);
        }
        throttle.succeeded("ada");
        assert_eq!(throttle.wait_s(&["ada"], now), None);
    }
}
