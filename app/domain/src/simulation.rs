//! What a policy would have done with the tasks that came in.

use serde::{Deserialize, Serialize};

use crate::{
    decision::{Destination, Override},
    id::{DecisionId, TaskId},
    policy::CaseFacts,
    task::Priority,
    time::Timestamp,
};

/// Most decisions that one simulation looks at.
pub const MAX_SIMULATED: u32 = 200_000;
/// Cases that are kept for each cell of the flow matrix.
pub const MAX_CELL_CASES: usize = 50;
/// How often a simulation replays the arrivals of days drawn anew. The percentiles 2.5 and 97.5 of so many are the fifth from
/// each end.
pub const REPLAYS: u32 = 199;

/// One live decision of the past with what came of it, as a simulation reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryCase {
    /// The decision.
    pub decision_id: DecisionId,
    /// The task.
    pub task_id: TaskId,
    /// What the rules may ask, as it was then. Of queues only those numbers that the policy of then asked for.
    pub facts: CaseFacts,
    /// The policy that decided.
    pub policy_version: u32,
    /// The rule that matched; nothing when it was `otherwise`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched_rule: Option<String>,
    /// Where the task went. For a task that was drawn for a blind check, where it would have gone.
    pub destination: Destination,
    /// How urgent it was.
    #[serde(default)]
    pub priority: Priority,
    /// What took effect over the rules of then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
    /// When it was to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// What the decision cost, in millionths of the workspace's currency.
    #[serde(default)]
    pub cost_micros: u64,
    /// Where people sent it when they corrected or reversed the decision; nothing when nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected_to: Option<Destination>,
    /// The label that people gave it, also when they confirmed the model's; nothing when nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truth: Option<String>,
    /// When it was finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Milliseconds that somebody held it; 0 when nobody did.
    #[serde(default)]
    pub worked_ms: u64,
}

/// A number with the interval, at 95 %, that it lies in.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Its lower bound.
    pub low: f64,
    /// Its upper bound.
    pub high: f64,
    /// From how many cases.
    pub of: u64,
}

/// The same measure under the policy of then and under the one that is simulated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before<T> {
    /// As it was.
    pub then: T,
    /// As it would be.
    pub now: T,
}

impl<T> Before<T> {
    /// The same of each.
    pub fn map<U>(self, mut of: impl FnMut(T) -> U) -> Before<U> {
        Before { then: of(self.then), now: of(self.now) }
    }

    /// References to both.
    pub const fn as_ref(&self) -> Before<&T> {
        Before { then: &self.then, now: &self.now }
    }

    /// Both, side by side with both of another measure.
    pub fn zip<U>(self, other: Before<U>) -> Before<(T, U)> {
        Before { then: (self.then, other.then), now: (self.now, other.now) }
    }
}

/// A cell of the flow matrix: decisions that went from one destination to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flow {
    /// Where they went.
    pub from: Destination,
    /// Where they would go.
    pub to: Destination,
    /// How many.
    pub count: u64,
    /// Of those that people corrected: how many the simulated policy sends where people sent them.
    pub sided_with_people: u64,
    /// Of those that people corrected or confirmed: how many it takes from where people left them.
    pub sided_against_people: u64,
    /// Some of them, the newest first; at most [`MAX_CELL_CASES`].
    pub cases: Vec<FlowCase>,
}

/// One case of a cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlowCase {
    /// The decision of then.
    pub decision_id: DecisionId,
    /// The task.
    pub task_id: TaskId,
    /// Its subject.
    pub subject: String,
    /// The rule that matched then.
    pub rule_then: Option<String>,
    /// The rule that matches now.
    pub rule_now: Option<String>,
}

/// A number under both policies, and how far they lie apart. The intervals come from replaying the arrivals of days drawn anew,
/// [`REPLAYS`] times; both policies get the same days, so that the change is known better than either number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// As it was.
    pub then: Estimate,
    /// As it would be.
    pub now: Estimate,
    /// How much more it would be; its interval holds 0 when chance alone may be the cause.
    pub change: Estimate,
}

impl Compared {
    /// Both numbers, without what differs.
    #[must_use]
    pub const fn both(&self) -> Before<Estimate> {
        Before { then: self.then, now: self.now }
    }

    /// Whether chance alone may have made the two differ.
    #[must_use]
    pub fn may_be_chance(&self) -> bool {
        self.change.low <= 0.0 && 0.0 <= self.change.high
    }
}

/// What comes to one queue or automation, and what a replay of the arrivals makes of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueueLoad {
    /// The queue or automation.
    pub queue: String,
    /// Tasks that came to it, of all.
    pub arrivals: Compared,
    /// Most tasks that waited at once, in the replay.
    pub depth_most: Compared,
    /// Mean minutes that a task waited, in the replay.
    pub wait_minutes: Compared,
    /// Minutes that one task in twenty waited longer than, in the replay.
    pub wait_minutes_p95: Compared,
    /// Hours of people's work.
    pub agent_hours: Compared,
    /// The share of tasks that were late when somebody finished them, in the replay.
    pub late: Compared,
}

/// What came to one queue in one hour of the day, UTC. Each list runs from 0 to 23 and holds means of a day, of as many days
/// as had the hour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HourLoad {
    /// The queue or automation.
    pub queue: String,
    /// Arrivals in each hour.
    pub arrivals: Before<Vec<Estimate>>,
    /// Tasks that wait at the end of each hour, in the replay.
    pub depth: Before<Vec<Estimate>>,
}

/// What a rule of the simulated policy did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleHits {
    /// The rule; nothing is `otherwise`.
    pub rule: Option<String>,
    /// Decisions that it made.
    pub count: u64,
    /// Decisions for which it could not be computed.
    pub errors: u64,
}

/// What the simulation assumed about the people who work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Staffing {
    /// People at work by hour of the day, UTC, from 0 to 23: the mean of a day.
    pub agents: Vec<f64>,
    /// Minutes of work that a task takes when its own are not known: the mean of all that are.
    pub handling_minutes: f64,
    /// Tasks whose own minutes are known.
    pub measured: u64,
}

/// What a simulation found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimulationReport {
    /// Decisions that were made again.
    pub decisions: u64,
    /// When the oldest of them was made.
    pub from: Option<Timestamp>,
    /// When the newest was.
    pub until: Option<Timestamp>,
    /// Decisions that would be another: another destination, priority, due time or rule's note does not count, only where the
    /// task goes.
    pub changed: Estimate,
    /// The flow matrix; cells without decisions are left out. Unchanged ones are in it, without cases.
    pub flows: Vec<Flow>,
    /// The share of tasks that machines do.
    pub automated: Before<Estimate>,
    /// The share of tasks that a person must approve first.
    pub approvals: Before<Estimate>,
    /// The share of the tasks that people looked at whose destination they would have to correct. A task that people corrected
    /// is right where they sent it; one that they left is right where it was.
    pub wrong: Before<Estimate>,
    /// The share of tasks that were late, in the replay.
    pub late: Compared,
    /// Money for one thousand tasks, in millionths of the workspace's currency: decisions and people's minutes.
    pub cost_per_thousand: Before<Estimate>,
    /// What the rules did.
    pub rules: Vec<RuleHits>,
    /// What comes to each queue.
    pub queues: Vec<QueueLoad>,
    /// The same by the hour of the day.
    pub hours: Vec<HourLoad>,
    /// What was assumed about people.
    pub staffing: Staffing,
    /// Decisions in which a guardrail takes effect.
    pub guarded: Before<u64>,
    /// What it cannot know, each in one sentence.
    pub limits: Vec<String>,
    /// Milliseconds that making the decisions again took; whoever ran it measures them.
    pub took_ms: u64,
}

/// How far a simulation is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SimulationState {
    /// Under way.
    Running {
        /// Decisions that were made again.
        done: u64,
        /// Decisions that are to be.
        of: u64,
        /// How often the arrivals were replayed, of [`REPLAYS`] times.
        replays: u32,
    },
    /// Somebody stopped it.
    Cancelled,
    /// It could not be done.
    Failed {
        /// Why, in one sentence.
        message: String,
    },
    /// There is a report.
    Done {
        /// It.
        report: Box<SimulationReport>,
    },
}

/// One simulation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Simulation {
    /// Counts up from 1 since the server started.
    pub number: u64,
    /// The version that is simulated.
    pub version: u32,
    /// Its revision.
    pub revision: u32,
    /// Who asked.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// How far it is.
    pub state: SimulationState,
}
