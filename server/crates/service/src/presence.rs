//! Who is at work now: people who were seen a short while ago.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use domain::{Timestamp, UserId};

/// How long somebody counts as present after a request, in milliseconds.
const PRESENT_MS: i64 = 5 * 60_000;

#[derive(Default)]
pub(crate) struct Presence(Mutex<HashMap<UserId, Timestamp>>);

impl Presence {
    /// Somebody who may work tasks made a request.
    pub(crate) fn saw(&self, user: UserId, now: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(user, now);
    }

    /// How many are present; forgets the others.
    pub(crate) fn count(&self, now: Timestamp) -> u64 {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, at| now.since_ms(*at) < PRESENT_MS);
        seen.len() as u64
    }
}
