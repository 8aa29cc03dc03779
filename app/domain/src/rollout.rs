//! How a model gets from candidate to champion: in shadow first, then for a share of the work, and back by itself when it is
//! worse.

use serde::{Deserialize, Serialize};

use crate::{evaluation::Share, time::Timestamp};

/// The shares of the work, in percent, that a canary may decide.
pub const CANARY_PERCENTS: [u8; 4] = [5, 10, 25, 50];

/// How far a model's rollout is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rollout {
    /// The share of the tasks that it decides, in percent; 0 in shadow.
    pub percent: u8,
    /// Since when it stands there.
    pub since: Timestamp,
}

/// Whether a condition for promotion holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateState {
    /// It holds.
    Passed,
    /// It does not.
    Failed,
    /// Too little was seen to say.
    Open,
}

/// A condition for promotion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateCheck {
    /// What is asked.
    pub name: String,
    /// Whether it holds.
    pub state: GateState,
    /// What was seen, in one sentence.
    pub detail: String,
}

/// What a model in shadow would have done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShadowReport {
    /// Live tasks that it was asked about.
    pub tasks: u64,
    /// Those that it did not answer.
    pub failed: u64,
    /// How many of its answers were the champion's.
    pub agreed: Share,
    /// Tasks that people labelled since: only the model was right.
    pub gained: u64,
    /// Only the champion was right.
    pub lost: u64,
    /// Tasks that people labelled since.
    pub known: u64,
    /// How likely a difference as large would be if both were equally good (McNemar's exact test).
    pub p_value: f64,
}

/// How a canary does beside the champion, on tasks that people labelled since it began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CanaryReport {
    /// How many of the canary's answers were corrected.
    pub canary_wrong: Share,
    /// How many of the champion's.
    pub champion_wrong: Share,
    /// How much the cases speak for the canary being worse; begins at 1.
    pub evidence: f64,
    /// How much of it ends the canary.
    pub limit: f64,
}

/// Where a model stands on its way to champion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RolloutReport {
    /// What must hold before it is promoted; empty when there is no champion to be measured against.
    pub gate: Vec<GateCheck>,
    /// What it would have done, when it ever was in shadow.
    pub shadow: Option<ShadowReport>,
    /// How it does, while it is a canary.
    pub canary: Option<CanaryReport>,
    /// Another model that is in shadow or a canary now; only one can be.
    pub other_challenger: Option<u32>,
}

impl RolloutReport {
    /// Whether every condition holds.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.gate.iter().all(|check| check.state == GateState::Passed)
    }
}

/// What a model in shadow said of a task, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShadowCase {
    /// What it said; nothing when it did not answer.
    pub answer: Option<String>,
    /// What the champion said.
    pub live_answer: Option<String>,
    /// What people said, when they did.
    pub truth: Option<String>,
}
