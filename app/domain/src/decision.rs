//! The record of one routing.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    classification::Classification,
    id::{DecisionId, TaskId},
    task::Priority,
    time::Timestamp,
    user::Role,
};

/// Who may say yes to an automation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Approver {
    /// Whoever works tasks.
    Agent,
    /// Supervisors only.
    #[default]
    Supervisor,
}

impl Approver {
    /// The word as documents write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Supervisor => "supervisor",
        }
    }

    /// Whether somebody in this role may answer; a part of the server has none, and may.
    #[must_use]
    pub fn admits(self, role: Option<Role>) -> bool {
        match (self, role) {
            (_, None | Some(Role::Supervisor)) | (Self::Agent, Some(Role::Agent)) => true,
            (_, Some(_)) => false,
        }
    }
}

/// How an approval is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ApprovalTerms {
    /// Who may answer.
    #[serde(default)]
    pub approver: Approver,
    /// Minutes after which no answer counts as a no; without it the task waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_minutes: Option<u32>,
}

impl ApprovalTerms {
    /// Whether they are those that hold when nothing is said.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// In words, behind "after a yes"; nothing when nothing is said.
impl fmt::Display for ApprovalTerms {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.approver == Approver::Agent {
            formatter.write_str(" of an agent")?;
        }
        self.expires_minutes.map_or(Ok(()), |minutes| write!(formatter, " within {minutes} min"))
    }
}

/// Where a task goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Destination {
    /// People take it from a queue.
    Queue {
        /// The queue.
        queue: String,
    },
    /// A bot takes it from the automation's queue.
    Automation {
        /// The automation.
        automation: String,
    },
    /// A person must say yes before the automation runs.
    Approval {
        /// The automation.
        automation: String,
        /// The queue after a no.
        otherwise: String,
        /// How it is asked for.
        #[serde(default, skip_serializing_if = "ApprovalTerms::is_default")]
        terms: ApprovalTerms,
    },
    /// Nothing is to be done.
    Close,
    /// Nothing can be done.
    DeadLetter,
}

impl Destination {
    /// The kind alone, as stores and filters write it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Queue { .. } => "queue",
            Self::Automation { .. } => "automation",
            Self::Approval { .. } => "approval",
            Self::Close => "close",
            Self::DeadLetter => "dead_letter",
        }
    }

    /// Whether a machine acts on it without a person, so that a person may reverse it.
    #[must_use]
    pub const fn is_automated(&self) -> bool {
        matches!(self, Self::Automation { .. } | Self::Close)
    }

    /// The queue or automation it leads to.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Queue { queue } => Some(queue),
            Self::Automation { automation } | Self::Approval { automation, .. } => Some(automation),
            Self::Close | Self::DeadLetter => None,
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Queue { queue } => write!(formatter, "queue {queue}"),
            Self::Automation { automation } => write!(formatter, "automation {automation}"),
            Self::Approval { automation, .. } => write!(formatter, "approval of {automation}"),
            Self::Close => formatter.write_str("closed"),
            Self::DeadLetter => formatter.write_str("dead letter"),
        }
    }
}

/// Whether a decision has effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DecisionMode {
    /// It routed the task.
    Live,
    /// It was computed beside the live one, without effect.
    Shadow,
    /// It routed the task as part of a rollout to a share.
    Canary,
}

/// Why a decision was made without a classification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FallbackReason {
    /// There is no champion.
    NoModel,
    /// The champion's files are missing or damaged.
    ModelUnavailable,
    /// The model answered with an error.
    ModelFailed,
    /// The model took too long.
    ModelSlow,
    /// The model failed often lately and is not asked for a while.
    CircuitOpen,
    /// Too much waited, and the policy leaves some tasks to the rules alone then.
    Shed,
}

impl fmt::Display for FallbackReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NoModel => "there is no model yet",
            Self::ModelUnavailable => "the model's files are missing or damaged",
            Self::ModelFailed => "the model answered with an error",
            Self::ModelSlow => "the model took too long",
            Self::CircuitOpen => "the model failed often lately and is not asked for a while",
            Self::Shed => "too much waited, and the policy leaves some tasks to the rules alone then",
        })
    }
}

/// What trying a rule gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum RuleOutcome {
    /// The condition held; this rule decided.
    Matched,
    /// The condition did not hold.
    NotMatched,
    /// The rule is disabled or switched off, and was passed over.
    Disabled,
    /// The condition could not be computed; the rule was skipped.
    Error {
        /// Why, in one sentence.
        message: String,
    },
}

/// One step of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleTrace {
    /// The rule.
    pub rule: String,
    /// What trying it gave.
    #[serde(flatten)]
    pub outcome: RuleOutcome,
}

/// What made a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DecisionSource {
    /// The policy, when the task came in.
    Policy,
    /// A person's correction.
    Correction,
    /// A person undid an automated decision.
    Reversal,
    /// A person said no to an automation.
    Rejection,
    /// A bot, or a person, gave up on the task.
    Failure,
    /// The policy, when a person let a dead letter be tried again.
    Replay,
}

/// The immutable record of one routing. Everything that explains it is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Decision {
    /// Its identifier.
    pub id: DecisionId,
    /// The task.
    pub task_id: TaskId,
    /// When it was made.
    pub decided_at: Timestamp,
    /// What made it.
    pub source: DecisionSource,
    /// Who made it, when a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// Whether it has effect.
    pub mode: DecisionMode,
    /// What the model said; nothing in fallback.
    pub classification: Option<Classification>,
    /// Why there is no classification.
    pub fallback: Option<FallbackReason>,
    /// The policy that decided.
    pub policy_version: u32,
    /// The rule that matched; nothing when it was `otherwise`, or a person.
    pub matched_rule: Option<String>,
    /// Where the task goes.
    pub destination: Destination,
    /// How urgent it is.
    pub priority: Priority,
    /// When it is late.
    pub due_at: Option<Timestamp>,
    /// Skills that the work needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
    /// The rule's note for whoever works the task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The decision in one or two sentences for people.
    pub explanation: String,
    /// Every rule that was tried, in order.
    pub trace: Vec<RuleTrace>,
    /// What the rules saw besides the task and the classification: queues and time.
    pub facts: serde_json::Value,
    /// Milliseconds from acceptance until the decision was computed.
    pub latency_ms: f64,
    /// What it cost, in millionths of the workspace's currency.
    #[serde(default)]
    pub cost_micros: u64,
    /// The decision that this one takes the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<DecisionId>,
    /// The task was drawn for a blind check: people say what it is before they see what the model said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<BlindCheck>,
    /// What took effect over the rules, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
}

/// What may take effect over the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OverrideKind {
    /// A guardrail forbids what the rules said.
    Guardrail,
    /// A kill switch turned it off.
    KillSwitch,
    /// The destination failed often lately.
    CircuitBreaker,
}

/// The rules said something, and something else holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Override {
    /// What took effect.
    pub kind: OverrideKind,
    /// The guardrail, or what was switched off.
    pub name: String,
    /// Where the task would have gone.
    pub instead_of: Destination,
}

/// A task that a machine would have had, and that people look at instead, to know how right machines are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlindCheck {
    /// The probability with which it was drawn, above 0 and at most 1.
    pub probability: f32,
    /// Where the policy would have sent it.
    pub instead_of: Destination,
}

impl Decision {
    /// The probability with which people see a task that is decided like this; nothing when a machine has it.
    #[must_use]
    pub const fn chosen_with(&self) -> Option<f32> {
        match (&self.check, &self.destination) {
            (Some(check), _) => Some(check.probability),
            (None, Destination::Queue { .. }) => Some(1.0),
            _ => None,
        }
    }

    /// What the stages of the model that answered cost, in millionths of the workspace's currency.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "costs are not negative, and small")]
    pub fn stage_cost_micros(&self) -> u64 {
        let stages = self.classification.iter().flat_map(|said| &said.stages);
        stages.map(|run| (f64::from(run.cost) * 1e6).round() as u64).sum()
    }

    /// The same without what the model said and what gives it away.
    #[must_use]
    pub fn without_answer(self) -> Self {
        Self {
            classification: None,
            matched_rule: None,
            note: None,
            trace: Vec::new(),
            skills: Vec::new(),
            explanation: "Drawn at random for a blind check: say what it is, then the model’s answer is shown."
                .to_owned(),
            check: None,
            overrides: Vec::new(),
            ..self
        }
    }
}

/// A decision as a list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionSummary {
    /// Its identifier.
    pub id: DecisionId,
    /// The task.
    pub task_id: TaskId,
    /// The task's subject.
    pub subject: String,
    /// When it was made.
    pub decided_at: Timestamp,
    /// What made it.
    pub source: DecisionSource,
    /// The label; nothing in fallback.
    pub label: Option<String>,
    /// How sure the model was, 0 to 1.
    pub confidence: Option<f32>,
    /// The model, for example `v3`.
    pub model_version: Option<String>,
    /// The policy that decided.
    pub policy_version: u32,
    /// The rule that matched.
    pub matched_rule: Option<String>,
    /// Where the task went.
    pub destination: Destination,
    /// Whether it has effect.
    pub mode: DecisionMode,
    /// Whether a person corrected it.
    pub corrected: bool,
}

/// What a list of decisions is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionFilter {
    /// Only this label.
    pub label: Option<String>,
    /// Only this queue or automation.
    pub destination: Option<String>,
    /// Only this rule.
    pub rule: Option<String>,
    /// Only this model, for example `v3`.
    pub model_version: Option<String>,
    /// Only corrected ones, or only others.
    pub corrected: Option<bool>,
    /// Only of this task.
    pub task_id: Option<TaskId>,
}
