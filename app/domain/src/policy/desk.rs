//! What the pages of policies work with.

use serde::{Deserialize, Serialize};

use super::{
    Approval, Challenge, PolicyComment, PolicyProblem, PolicyStage, PolicyVersion, Schedule,
    diff::{Difference, Merge},
};
use crate::{
    guardrail::{FreezeWindow, Guardrails, KillSwitch},
    page::Page,
    queue::Queue,
    time::Timestamp,
};

/// A fact or function that conditions may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactEntry {
    /// As it is written in a condition.
    pub name: String,
    /// The kind of its value, for example `text`.
    pub type_name: String,
    /// What it is, in one sentence.
    pub meaning: String,
    /// A condition that uses it.
    pub example: String,
}

/// The names that a document may use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vocabulary {
    /// Labels in use, by name.
    pub labels: Vec<String>,
    /// Queues and automations, by name.
    pub queues: Vec<Queue>,
    /// Skills that rules may ask for; any when there is none.
    pub skills: Vec<String>,
    /// Areas of the active version, by name.
    pub areas: Vec<String>,
    /// Facts and functions, in the order that help shows them.
    pub facts: Vec<FactEntry>,
}

/// What a person wants to save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftRequest {
    /// The version that was opened: a draft is changed, anything else becomes a new draft.
    pub version: u32,
    /// The revision that was opened.
    pub revision: u32,
    /// The document as JSON.
    pub json: String,
    /// What changed, in the author's words.
    pub note: String,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum DraftOutcome {
    /// It is kept.
    Saved {
        /// The draft.
        version: u32,
        /// Its revision.
        revision: u32,
    },
    /// Somebody else saved the draft meanwhile; nothing was changed.
    Overtaken(Box<Overtaken>),
}

/// A draft that somebody else saved since it was opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Overtaken {
    /// The draft.
    pub version: u32,
    /// Its revision now.
    pub revision: u32,
    /// Who saved it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What they changed since the revision that was opened.
    pub theirs: Vec<Difference>,
    /// What the refused text changes.
    pub mine: Vec<Difference>,
    /// Both together.
    pub merge: Merge,
}

/// A version as the list shows it: without its document, which may be large.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicySummary {
    /// Counts up from 1.
    pub version: u32,
    /// Where it stands.
    pub stage: PolicyStage,
    /// How often the draft was saved.
    pub revision: u32,
    /// How many rules it has.
    pub rules: u64,
    /// What changed, in the author's words.
    pub note: String,
    /// Who made it.
    pub created_by: String,
    /// Who saved it last.
    pub saved_by: String,
    /// When.
    pub saved_at: Timestamp,
    /// The second person's yes, when it was given.
    pub approval: Option<Approval>,
    /// When it is to become active by itself.
    pub schedule: Option<Schedule>,
    /// How far its rollout is, in shadow or as a canary.
    pub rollout: Option<Challenge>,
    /// Why it was set aside, when it was.
    pub set_aside: Option<String>,
    /// When it became active last.
    pub activated_at: Option<Timestamp>,
    /// Who made it active last.
    pub activated_by: Option<String>,
}

impl From<PolicyVersion> for PolicySummary {
    fn from(policy: PolicyVersion) -> Self {
        Self {
            version: policy.version,
            stage: policy.stage,
            revision: policy.revision,
            rules: policy.document.rules.len() as u64,
            note: policy.note,
            created_by: policy.created_by,
            saved_by: policy.saved_by,
            saved_at: policy.saved_at,
            approval: policy.approval,
            schedule: policy.schedule,
            rollout: policy.rollout,
            set_aside: policy.set_aside,
            activated_at: policy.activated_at,
            activated_by: policy.activated_by,
        }
    }
}

/// How many rules of the active version belong to an area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaCount {
    /// The area; nothing for rules of none.
    pub area: Option<String>,
    /// Its rules.
    pub rules: u64,
}

/// What the page of policies shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyBoard {
    /// Versions, newest first.
    pub versions: Page<PolicySummary>,
    /// The version that decides now.
    pub active: Option<PolicySummary>,
    /// The version that is in shadow or a canary now.
    pub challenger: Option<PolicySummary>,
    /// The version that was active before.
    pub previous: Option<u32>,
    /// The areas of the active version.
    pub areas: Vec<AreaCount>,
    /// What is switched off.
    pub switches: Vec<KillSwitch>,
}

/// A version with everything that its page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyDetail {
    /// The version.
    pub policy: PolicyVersion,
    /// The number of the active version, when this is another.
    pub active: Option<u32>,
    /// What differs from the active version; empty when this is it.
    pub differences: Vec<Difference>,
    /// The parts among them that the viewer may not change, because they belong to other areas.
    pub foreign: Vec<Difference>,
    /// What was found in the document.
    pub problems: Vec<PolicyProblem>,
    /// What was said about it, oldest first.
    pub comments: Vec<PolicyComment>,
    /// Whether a second person must say yes.
    pub four_eyes: bool,
    /// Whether the viewer is one of its authors, who cannot approve it.
    pub is_author: bool,
    /// The time now, in which no version becomes active.
    pub frozen: Option<FreezeWindow>,
    /// Another version that is in shadow or a canary now; only one can be.
    pub other_challenger: Option<u32>,
    /// What is switched off.
    pub switches: Vec<KillSwitch>,
}

/// The guardrails and what else holds for every version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuardrailBoard {
    /// The guardrails.
    pub guardrails: Guardrails,
    /// The number of their last change.
    pub guardrails_revision: u32,
    /// How policies may be changed.
    pub governance: crate::guardrail::Governance,
    /// The number of its last change.
    pub governance_revision: u32,
    /// What is switched off.
    pub switches: Vec<KillSwitch>,
    /// What the active version does against them.
    pub problems: Vec<PolicyProblem>,
    /// The names that they may use.
    pub vocabulary: Vocabulary,
}
