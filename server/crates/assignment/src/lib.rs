//! Who should get which task: a score for each pair of a task and a person, or what rules the person out; the best task for
//! one person who asks for the next; and a matching of waiting tasks with everybody who is free.
//!
//! The crate is pure: no IO, no clock, no async, no randomness. It depends on `domain` and on `pathfinding` for the matching,
//! never on a store, a web framework or the service. Whoever calls it reads the people and the tasks, hands both in with the
//! time, and keeps what it says.

mod agent;
mod limits;
mod matching;
mod next;
mod rules;
mod weigh;
mod work;

pub use agent::{Agent, Finished, Success};
pub use limits::{MAX_SLOTS, MAX_WORKS};
pub use matching::{Pair, assign};
pub use next::{best_for, candidates};
pub use rules::{Prior, Relaxing, Rules, Weights};
pub use weigh::weigh;
pub use work::Work;

#[cfg(test)]
mod tests;
