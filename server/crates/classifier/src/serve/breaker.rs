//! A stage that fails again and again is left out for a while, so that a batch does not pay for it each time.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Failures in a row that open it.
const FAILURES: u32 = 3;
/// How long it stays open before one batch tries again.
const OPEN: Duration = Duration::from_secs(5);

/// Closed while failures are few; open until a time; then one batch probes.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    open_until: Option<Instant>,
}

impl Breaker {
    /// Whether the stage may be asked now.
    pub(super) fn admits(&self, now: Instant) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.open_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                state.open_until = Some(now + OPEN);
                true
            }
        }
    }

    /// What came of asking it.
    pub(super) fn answered(&self, is_well: bool, now: Instant) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if is_well {
            *state = State::default();
            return;
        }
        state.failures += 1;
        if state.failures >= FAILURES {
            state.open_until = Some(now + OPEN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_that_fails_in_a_row_is_left_out_until_one_batch_tried_it_again() {
        let (breaker, start) = (Breaker::default(), Instant::now());
        for _ in 1..FAILURES {
            breaker.answered(false, start);
            assert!(breaker.admits(start));
        }
        breaker.answered(false, start);
        assert!(!breaker.admits(start));
        let later = start + OPEN;
        assert!(breaker.admits(later), "one batch probes");
        assert!(!breaker.admits(later), "and one only");
        breaker.answered(true, later);
        assert!(breaker.admits(later));
        breaker.answered(false, later);
        assert!(breaker.admits(later), "the count begins anew");
    }
}
