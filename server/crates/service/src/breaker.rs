//! Bots that fail: nothing goes to one that failed often in a row, until one task has tried it again.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::{Timestamp, overview::BotHealth};

/// When a bot counts as broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotSettings {
    /// Failures in a row after which nothing goes to it for a while.
    pub failures: u32,
    /// How long, in milliseconds, until one task tries it again.
    pub open_ms: i64,
    /// How often a bot may take one task and let its claim run out before the task becomes a dead letter.
    pub attempts: u32,
}

impl Default for BotSettings {
    fn default() -> Self {
        Self { failures: 5, open_ms: 60_000, attempts: 5 }
    }
}

/// Most bots that are kept in mind; there are as many as automations.
const MAX_BOTS: usize = 1_000;

/// Closed while `failures` is below the limit; open until `open_until`; then one task probes.
#[derive(Debug, Clone, Copy, Default)]
struct Breaker {
    failures: u32,
    open_until: Option<Timestamp>,
}

/// The breakers of all bots, by their automation. They know what this process saw.
#[derive(Default)]
pub(crate) struct Breakers(Mutex<HashMap<String, Breaker>>);

impl Breakers {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Breaker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A bot finished a task.
    pub(crate) fn succeeded(&self, automation: &str) {
        self.lock().remove(automation);
    }

    /// A bot gave up on a task, or let its claim run out.
    pub(crate) fn failed(&self, automation: &str, settings: &BotSettings, now: Timestamp) {
        let mut breakers = self.lock();
        if breakers.len() >= MAX_BOTS && !breakers.contains_key(automation) {
            return;
        }
        let breaker = breakers.entry(automation.to_owned()).or_default();
        breaker.failures = breaker.failures.saturating_add(1);
        if breaker.failures >= settings.failures {
            if breaker.open_until.is_none() {
                tracing::warn!(automation.name = automation, "a bot failed often and gets no task for a while");
            }
            breaker.open_until = Some(now.plus_ms(settings.open_ms));
        }
    }

    /// Whether a task may go to the bot. When an open breaker's time is over, one task probes; until that is finished the
    /// breaker stays open for others, for as long again.
    pub(crate) fn admits(&self, automation: &str, settings: &BotSettings, now: Timestamp) -> bool {
        let mut breakers = self.lock();
        let Some(breaker) = breakers.get_mut(automation) else { return true };
        match breaker.open_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                breaker.open_until = Some(now.plus_ms(settings.open_ms));
                true
            }
        }
    }

    /// The bots that get no task now, by name.
    pub(crate) fn open(&self, now: Timestamp) -> Vec<BotHealth> {
        let breakers = self.lock();
        let open = breakers.iter().filter_map(|(automation, breaker)| {
            let until = breaker.open_until.filter(|until| now < *until)?;
            Some(BotHealth { automation: automation.clone(), failures: breaker.failures, until })
        });
        let mut open: Vec<_> = open.collect();
        open.sort_by(|left, right| left.automation.cmp(&right.automation));
        open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: BotSettings = BotSettings { failures: 2, open_ms: 100, attempts: 5 };

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms)
    }

    #[test]
    fn a_bot_that_fails_in_a_row_gets_nothing_until_one_task_tried_it_again() {
        let breakers = Breakers::default();
        assert!(breakers.admits("bot", &SETTINGS, at(0)));
        breakers.failed("bot", &SETTINGS, at(0));
        assert!(breakers.admits("bot", &SETTINGS, at(0)), "one failure is no reason for alarm");
        breakers.failed("bot", &SETTINGS, at(0));
        assert!(!breakers.admits("bot", &SETTINGS, at(99)));
        assert!(breakers.admits("other", &SETTINGS, at(99)));
        assert_eq!(breakers.open(at(99)).len(), 1);
        assert!(breakers.admits("bot", &SETTINGS, at(100)), "one task probes");
        assert!(!breakers.admits("bot", &SETTINGS, at(101)), "and one only");
        breakers.succeeded("bot");
        assert!(breakers.admits("bot", &SETTINGS, at(102)));
        assert!(breakers.open(at(102)).is_empty());
    }

    #[test]
    fn a_success_between_failures_begins_the_count_anew() {
        let breakers = Breakers::default();
        breakers.failed("bot", &SETTINGS, at(0));
        breakers.succeeded("bot");
        breakers.failed("bot", &SETTINGS, at(1));
        assert!(breakers.admits("bot", &SETTINGS, at(1)));
    }
}
