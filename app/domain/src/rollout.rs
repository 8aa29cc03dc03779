//! How a model gets from candidate to champion: in shadow first, then for a share of the work, and back by itself when it is
//! worse.

use serde::{Deserialize, Serialize};

use crate::{
    decision::Destination,
    evaluation::Share,
    id::{DecisionId, TaskId},
    time::Timestamp,
};

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

/// What a policy in shadow would have done with a task, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyShadowCase {
    /// The live decision beside it.
    pub decision_id: DecisionId,
    /// The task.
    pub task_id: TaskId,
    /// Its subject.
    pub subject: String,
    /// Where the policy in shadow would have sent it.
    pub destination: Destination,
    /// By which rule; nothing is `otherwise`.
    pub rule: Option<String>,
    /// Where it went.
    pub live_destination: Destination,
    /// By which rule.
    pub live_rule: Option<String>,
    /// Where people sent it when they corrected or reversed the live decision; nothing when nobody did.
    pub corrected_to: Option<Destination>,
    /// Whether it is finished.
    pub ended: bool,
}

/// What came of one decision of a policy, for holding a canary against the active version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyOutcome {
    /// The decision.
    pub decision_id: DecisionId,
    /// Whether people corrected where it went, or anything else of it.
    pub corrected: bool,
    /// Whether people undid it.
    pub reversed: bool,
    /// Whether it was finished late.
    pub late: bool,
    /// When the task ended; nothing while it is open.
    pub ended_at: Option<Timestamp>,
    /// Milliseconds that somebody held it.
    pub worked_ms: u64,
}

/// A way from where the active version sends tasks to where the other would.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShadowFlow {
    /// Where they went.
    pub from: Destination,
    /// Where they would have gone.
    pub to: Destination,
    /// How many.
    pub count: u64,
    /// Some of them, the newest first.
    pub cases: Vec<PolicyShadowCase>,
}

/// What a policy in shadow would have done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyShadowReport {
    /// Live tasks that it decided beside the active version.
    pub tasks: u64,
    /// How many of them it would have sent to the same place.
    pub agreed: Share,
    /// The agreement matrix, the largest cells first.
    pub flows: Vec<ShadowFlow>,
    /// Tasks that people sent elsewhere, or finished where they were, and on which the two differ: the policy in shadow would
    /// have sent them where people wanted them.
    pub sided_with_shadow: u64,
    /// The active version did.
    pub sided_with_active: u64,
    /// Neither did.
    pub sided_with_neither: u64,
    /// How likely a difference as large would be if both were equally good (McNemar's exact test).
    pub p_value: f64,
}

/// How the work of one version went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyWork {
    /// Tasks that it decided.
    pub tasks: u64,
    /// Those of the finished ones that people corrected.
    pub corrected: Share,
    /// Those that people undid.
    pub reversed: Share,
    /// Those of the finished ones that were late.
    pub late: Share,
    /// Mean minutes that somebody held the finished ones that somebody held; nothing without any.
    pub handling_minutes: Option<f64>,
}

/// How a canary of a policy does beside the active version, on tasks that came in since it began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyCanaryReport {
    /// The canary's work.
    pub canary: PolicyWork,
    /// The active version's.
    pub active: PolicyWork,
    /// The test that ends the canary because people correct or undo more of its work.
    pub wrong: CanaryReport,
    /// The test that ends it because more of its work is late.
    pub late: CanaryReport,
}

/// Where a version of the policy stands on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyRolloutReport {
    /// What it would have done, when it ever was in shadow.
    pub shadow: Option<PolicyShadowReport>,
    /// How it does, while it is a canary.
    pub canary: Option<PolicyCanaryReport>,
}
