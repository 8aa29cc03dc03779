//! When service levels run: business hours laid out in time.
//!
//! The crate is pure: no IO, no clock, no async. Its time zone database is compiled in, so that the same hours give the
//! same moments on every machine; `jiff` is built without `std` and therefore cannot ask for the time or the machine's
//! own database. It depends on `domain` alone, never on a store, a web framework or the service.
//!
//! [`Calendar::new`] divides time into runs (`timeline`): stretches of days that all have 24 hours and follow the week, and
//! between them single days with hours of their own, because the clocks change (`zone`) or because they are holidays.
//! For each run it keeps how much open time lies before it. So every question is two binary searches and a little
//! arithmetic, however far apart the moments are.

mod calendar;
mod timeline;
mod zone;

pub use calendar::{Calendar, HORIZON_MS};

#[cfg(test)]
mod tests;
