//! The numbers of the overview page and of the live stream.

use serde::{Deserialize, Serialize};

use crate::{decision::FallbackReason, drift::DriftSignal, queue::QueueCounts};

/// How many decisions went one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestinationCount {
    /// The destination in words, for example `queue billing`.
    pub destination: String,
    /// Live decisions that went there.
    pub decisions: u64,
}

/// Whether the classifier answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassifierHealth {
    /// The champion that serves, for example `v3`.
    pub model: Option<String>,
    /// Why decisions go on without it; nothing when it answers.
    pub fallback: Option<FallbackReason>,
}

/// A bot that failed often in a row, so that people take its tasks for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BotHealth {
    /// Its automation.
    pub automation: String,
    /// Failures in a row.
    pub failures: u32,
    /// When one task tries it again.
    pub until: crate::time::Timestamp,
}

/// What came in, where it went, what waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// Tasks ever submitted.
    pub submitted: u64,
    /// Tasks finished.
    pub finished: u64,
    /// Decisions that a person corrected.
    pub corrected: u64,
    /// Decisions made without a classification.
    pub fallbacks: u64,
    /// Tasks that wait for an approval.
    pub awaiting_approval: u64,
    /// Open escalations.
    pub escalations: u64,
    /// Texts whose labels contradict each other.
    pub disputes: u64,
    /// Where live decisions went, most first.
    pub destinations: Vec<DestinationCount>,
    /// Every queue with its numbers.
    pub queues: Vec<QueueCounts>,
    /// Whether the classifier answers.
    pub classifier: ClassifierHealth,
    /// What is no longer like it was when the champion began.
    #[serde(default)]
    pub drift: Vec<DriftSignal>,
    /// Bots that get no task now.
    #[serde(default)]
    pub bots: Vec<BotHealth>,
    /// Whether the day's budget for costly stages is used up, so that they are left out.
    #[serde(default)]
    pub is_over_budget: bool,
}
