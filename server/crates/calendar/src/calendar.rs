//! The questions that a service level asks.

use domain::{BusinessHours, Timestamp, ValidationError};

use crate::{timeline::Timeline, zone::Zone};

/// How far ahead a moment is looked for: ten years.
pub const HORIZON_MS: i64 = 3_653 * 24 * 60 * 60_000;

/// Business hours laid out in time. It is made once per document and asked often.
///
/// Elapsed time is real time: where clocks go forward an hour, a span from 01:00 until 04:00 holds two hours, and four
/// where they go back. An edge of a span that clocks skip moves on by what they skip, and one that they show twice is
/// meant the first time, which is the "compatible" disambiguation of Temporal and RFC 5545, section 3.3.5. A span until
/// 24:00 ends when the next local day begins, and no span reaches beyond its day.
///
/// The clock changes from 1970 to 2100 are known as the time zone database tells them now; before and after, the offset
/// stays as it is then.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// None is open always.
    timeline: Option<Timeline>,
}

impl Calendar {
    /// Lays business hours out in time.
    ///
    /// # Errors
    /// With the field that [`BusinessHours::check`] refuses, or `time_zone` when the time zone does not exist.
    pub fn new(hours: &BusinessHours) -> Result<Self, ValidationError> {
        hours.check()?;
        Ok(Self { timeline: Some(Timeline::new(hours, &Zone::lookup(&hours.time_zone)?)) })
    }

    /// The calendar of whoever has no business hours: open at every moment.
    #[must_use]
    pub const fn always() -> Self {
        Self { timeline: None }
    }

    /// Whether a moment is open. The first moment of a span is, the one at its end is not.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.opened_ms(at.as_ms() + 1) > self.opened_ms(at.as_ms())
    }

    /// The earliest moment at which `open_ms` milliseconds of open time have passed since `from`; `from` itself when
    /// `open_ms` is 0 or less. None when that moment is more than [`HORIZON_MS`] later, which an [`always`](Self::always)
    /// open calendar never says.
    #[must_use]
    pub fn after(&self, from: Timestamp, open_ms: i64) -> Option<Timestamp> {
        let Some(timeline) = &self.timeline else { return Some(from.plus_ms(open_ms.max(0))) };
        if open_ms <= 0 {
            return Some(from);
        }
        // Open time never passes faster than time, so nothing beyond the horizon needs to be looked for.
        if open_ms > HORIZON_MS {
            return None;
        }
        let reached_ms = timeline.moment_of(timeline.opened_ms(from.as_ms()) + open_ms);
        let reached = Timestamp::from_ms(reached_ms);
        let is_near = reached.since_ms(from) <= HORIZON_MS && reached.as_ms() == reached_ms;
        is_near.then_some(reached)
    }

    /// Open milliseconds from a moment to a later one; 0 when it is not later.
    #[must_use]
    pub fn open_ms(&self, from: Timestamp, until: Timestamp) -> i64 {
        (self.opened_ms(until.as_ms()) - self.opened_ms(from.as_ms())).max(0)
    }

    /// The earliest open moment that is not before `at`, which is `at` itself while it is open. None when nothing opens
    /// within [`HORIZON_MS`].
    #[must_use]
    pub fn next_opening(&self, at: Timestamp) -> Option<Timestamp> {
        // The first open millisecond has passed one millisecond after it began.
        if self.is_open(at) { Some(at) } else { self.after(at, 1).map(|passed| passed.plus_ms(-1)) }
    }

    /// Open milliseconds before a moment, counted from a moment that is the same in every call.
    fn opened_ms(&self, at_ms: i64) -> i64 {
        self.timeline.as_ref().map_or(at_ms, |timeline| timeline.opened_ms(at_ms))
    }
}
