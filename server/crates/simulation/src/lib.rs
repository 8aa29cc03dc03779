//! What a policy would have done with the tasks that came in: the decisions of the past made again, and their arrivals
//! replayed through a model of the people who work.
//!
//! The crate is pure: no IO, no clock, no async, no randomness but from a fixed seed. It depends on `domain`, `policy` and `statistics`, never on
//! a store, a web framework or the service. Whoever runs it reads the history and the people at work, hands both in, and
//! measures how long it took.

mod flow;
mod hours;
mod limits;
mod load;
mod places;
mod redraw;
mod replay;
mod rules;
mod side;
mod simulator;
mod tally;

pub use simulator::{Prices, Setting, Simulator};

#[cfg(test)]
mod tests;
