//! Tasks that nothing could be done with.

use serde::{Deserialize, Serialize};

use crate::{task::TaskSummary, time::Timestamp};

/// Most dead letters that are tried again at once.
pub const MAX_REPLAYED: u32 = 500;

/// A task that nothing could be done with, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeadLetter {
    /// The task.
    pub task: TaskSummary,
    /// Why.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
}

/// What became of trying dead letters again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Replayed {
    /// Tasks that go somewhere now.
    pub sent_on: u64,
    /// Tasks that the policy sends back here.
    pub dead_again: u64,
}
