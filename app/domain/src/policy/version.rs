//! The versions of the policy, and their way from draft to retired.

use serde::{Deserialize, Serialize};

use super::PolicyDocument;
use crate::{error::InvalidTransition, rollout::Rollout, time::Timestamp};

/// Where a version stands. One is active at most, and one beside it in shadow or a canary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PolicyStage {
    /// Being written; decides nothing.
    Draft,
    /// Waits for a second person's yes, or has it; its text is fixed.
    InReview,
    /// Decides every task beside the active version, without effect.
    Shadow,
    /// Decides a share of the tasks.
    Canary,
    /// Decides every task, or every task that a canary leaves.
    Active,
    /// Was active, or was set aside.
    Retired,
}

impl PolicyStage {
    /// Every stage, in the order in which a version goes through them.
    pub const ALL: [Self; 6] = [Self::Draft, Self::InReview, Self::Shadow, Self::Canary, Self::Active, Self::Retired];

    /// The stage as stores write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::Shadow => "shadow",
            Self::Canary => "canary",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }

    /// Whether it is on its way beside the active version.
    #[must_use]
    pub const fn is_rollout(self) -> bool {
        matches!(self, Self::Shadow | Self::Canary)
    }
}

/// A second person's yes to a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Approval {
    /// Who, by name.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// When a version is to become active by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Schedule {
    /// When.
    pub at: Timestamp,
    /// Who said so.
    pub by: String,
    /// Why, in that person's words.
    pub reason: String,
    /// The version that was active then: over another one it does not become active by itself.
    pub over: Option<u32>,
}

/// How far the rollout of a version is; with the same meaning as for models.
pub type Challenge = Rollout;

/// A version of the policy. Its document changes only while it is a draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyVersion {
    /// Counts up from 1.
    pub version: u32,
    /// Where it stands.
    pub stage: PolicyStage,
    /// How often the draft was saved, from 1: whoever saves says which revision they began from.
    pub revision: u32,
    /// The version that it was made from.
    pub based_on: Option<u32>,
    /// The document.
    pub document: PolicyDocument,
    /// What changed, in the author's words.
    pub note: String,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Everybody who ever saved it, by the identifiers of actors: none of them may approve it.
    pub authors: Vec<String>,
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

impl PolicyVersion {
    /// A new draft of an author, who has this identifier and name.
    #[must_use]
    pub fn draft(version: u32, document: PolicyDocument, note: String, author: (&str, &str), at: Timestamp) -> Self {
        let (id, name) = author;
        Self {
            version,
            stage: PolicyStage::Draft,
            revision: 1,
            based_on: None,
            document,
            note,
            created_by: name.to_owned(),
            created_at: at,
            authors: vec![id.to_owned()],
            saved_by: name.to_owned(),
            saved_at: at,
            approval: None,
            schedule: None,
            rollout: None,
            set_aside: None,
            activated_at: None,
            activated_by: None,
        }
    }

    /// Takes another text, as the next revision.
    ///
    /// # Errors
    /// When it is no draft any more.
    pub fn rewrite(
        self,
        document: PolicyDocument,
        note: String,
        author: (&str, &str),
        at: Timestamp,
    ) -> Result<Self, InvalidTransition> {
        self.only_from(&[PolicyStage::Draft])?;
        let (id, name) = author;
        let mut authors = self.authors.clone();
        if !authors.iter().any(|known| known == id) {
            authors.push(id.to_owned());
        }
        let revision = self.revision + 1;
        let saved_by = name.to_owned();
        Ok(Self { document, note, authors, revision, saved_by, saved_at: at, ..self })
    }

    /// Asks for a second person's yes.
    ///
    /// # Errors
    /// When it is no draft.
    pub fn submit_for_review(self) -> Result<Self, InvalidTransition> {
        self.only_from(&[PolicyStage::Draft])?;
        Ok(Self { stage: PolicyStage::InReview, approval: None, ..self })
    }

    /// A second person says yes.
    ///
    /// # Errors
    /// When nobody asked for it.
    pub fn approve(self, by: &str, at: Timestamp) -> Result<Self, InvalidTransition> {
        self.only_from(&[PolicyStage::InReview])?;
        Ok(Self { approval: Some(Approval { by: by.to_owned(), at }), ..self })
    }

    /// Goes back to its authors: a reviewer asks for changes, or an author takes it back.
    ///
    /// # Errors
    /// When it is not in review.
    pub fn back_to_draft(self) -> Result<Self, InvalidTransition> {
        self.only_from(&[PolicyStage::InReview])?;
        Ok(Self { stage: PolicyStage::Draft, approval: None, schedule: None, ..self })
    }

    /// Decides every task beside the active version from now on, without effect.
    ///
    /// # Errors
    /// From stages other than draft, review, canary and retired.
    pub fn begin_shadow(self, at: Timestamp) -> Result<Self, InvalidTransition> {
        use PolicyStage::{Canary, Draft, InReview, Retired};
        self.only_from(&[Draft, InReview, Canary, Retired])?;
        Ok(Self {
            rollout: Some(Challenge { percent: 0, since: at }),
            set_aside: None,
            ..self.at_stage(PolicyStage::Shadow)
        })
    }

    /// Decides a share of the tasks from now on, in percent; from one share to another, the comparison begins anew.
    ///
    /// # Errors
    /// From stages other than draft, review, shadow, canary and retired.
    pub fn begin_canary(self, percent: u8, at: Timestamp) -> Result<Self, InvalidTransition> {
        use PolicyStage::{Canary, Draft, InReview, Retired, Shadow};
        self.only_from(&[Draft, InReview, Shadow, Canary, Retired])?;
        if self.rollout.is_some_and(|rollout| self.stage == Canary && rollout.percent == percent) {
            return Err(InvalidTransition::NotPossible);
        }
        Ok(Self { rollout: Some(Challenge { percent, since: at }), set_aside: None, ..self.at_stage(Canary) })
    }

    /// Makes this version the active one; a retired version comes back this way (roll back).
    ///
    /// # Errors
    /// [`InvalidTransition::NotPossible`] when it is active already.
    pub fn activate(self, by: &str, at: Timestamp) -> Result<Self, InvalidTransition> {
        if self.stage == PolicyStage::Active {
            return Err(InvalidTransition::NotPossible);
        }
        Ok(Self {
            activated_at: Some(at),
            activated_by: Some(by.to_owned()),
            rollout: None,
            schedule: None,
            set_aside: None,
            ..self.at_stage(PolicyStage::Active)
        })
    }

    /// Stops deciding, for a reason when it was not simply replaced.
    ///
    /// # Errors
    /// When it is retired already.
    pub fn retire(self, why: Option<&str>) -> Result<Self, InvalidTransition> {
        if self.stage == PolicyStage::Retired {
            return Err(InvalidTransition::NotPossible);
        }
        Ok(Self {
            rollout: None,
            schedule: None,
            set_aside: why.map(str::to_owned),
            ..self.at_stage(PolicyStage::Retired)
        })
    }

    /// Becomes active by itself at a time; nothing takes that back.
    ///
    /// # Errors
    /// When it is active already.
    pub fn schedule(self, schedule: Option<Schedule>) -> Result<Self, InvalidTransition> {
        if self.stage == PolicyStage::Active {
            return Err(InvalidTransition::NotPossible);
        }
        Ok(Self { schedule, ..self })
    }

    fn only_from(&self, stages: &[PolicyStage]) -> Result<(), InvalidTransition> {
        if stages.contains(&self.stage) { Ok(()) } else { Err(InvalidTransition::NotPossible) }
    }

    fn at_stage(self, stage: PolicyStage) -> Self {
        Self { stage, ..self }
    }
}

/// What a reviewer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReviewVerdict {
    /// It may decide.
    Approved,
    /// It goes back to its authors.
    ChangesRequested,
}

impl ReviewVerdict {
    /// The verdict as stores write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::ChangesRequested => "changes_requested",
        }
    }
}

/// What somebody said about a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyComment {
    /// The version.
    pub version: u32,
    /// The revision that was looked at.
    pub revision: u32,
    /// The rule that it is about, when it is about one.
    pub rule: Option<String>,
    /// Who, by name.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The words.
    pub text: String,
    /// The verdict that came with them.
    pub verdict: Option<ReviewVerdict>,
}
