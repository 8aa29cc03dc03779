//! Who acts, and what they may do.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    api_key::Scope,
    id::{ApiKeyId, UserId},
    user::Role,
};

/// One thing that somebody may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See the overview page.
    ReadOverview,
    /// Submit tasks.
    SubmitTasks,
    /// See tasks and queues.
    ReadTasks,
    /// Claim, resolve, correct, escalate and hand back tasks.
    WorkTasks,
    /// See escalations.
    ReadEscalations,
    /// Take tasks of the escalation queues.
    HandleEscalations,
    /// Undo an automated decision.
    ReverseDecisions,
    /// Take back another's resolution, or one's own when its time is over.
    UndoResolutions,
    /// Say yes or no to an automation that waits for it, as far as the policy lets the role.
    ApproveAutomations,
    /// See decisions with their traces.
    ReadDecisions,
    /// See policies.
    ReadPolicies,
    /// Write drafts of policies and try them.
    EditPolicies,
    /// Say yes or no to another's draft.
    ReviewPolicies,
    /// Let policies decide, take them back, and switch parts of them off.
    ActivatePolicies,
    /// Set what no policy may do, and how policies may be changed.
    SetGuardrails,
    /// See models.
    ReadModels,
    /// Train and promote models.
    TrainModels,
    /// See labels.
    ReadLabels,
    /// Take labels out as a file.
    ExportLabels,
    /// Say what a text is when people disagree.
    SettleLabels,
    /// Erase the text of a task.
    EraseTexts,
    /// Add, rename, merge, split and retire labels.
    ManageLabels,
    /// Add, change and disable people.
    ManagePeople,
    /// Make and revoke API keys.
    ManageApiKeys,
    /// See the audit log.
    ReadAudit,
}

impl Permission {
    /// Whether nothing can be changed with it.
    #[must_use]
    pub const fn is_read_only(self) -> bool {
        use Permission::*;
        matches!(
            self,
            ReadOverview
                | ReadTasks
                | ReadEscalations
                | ReadDecisions
                | ReadPolicies
                | ReadModels
                | ReadLabels
                | ExportLabels
                | ReadAudit
        )
    }
}

/// The actor may not do this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not permitted: {0:?}")]
pub struct Forbidden(pub Permission);

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorId {
    /// A signed-in person.
    User(UserId),
    /// A program with a key.
    ApiKey(ApiKeyId),
    /// A part of the server or the command line, which needs no permission.
    System(String),
}

impl fmt::Display for ActorId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(formatter, "{id}"),
            Self::ApiKey(id) => write!(formatter, "{id}"),
            Self::System(part) => write!(formatter, "system:{part}"),
        }
    }
}

/// Somebody whose identity was checked, with what they may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    id: ActorId,
    name: String,
    role: Option<Role>,
    permissions: Vec<Permission>,
    areas: Vec<String>,
}

impl Actor {
    /// A person who signed in.
    #[must_use]
    pub fn user(id: UserId, name: String, role: Role) -> Self {
        Self {
            id: ActorId::User(id),
            name,
            role: Some(role),
            permissions: role.permissions().to_vec(),
            areas: Vec::new(),
        }
    }

    /// A program whose key was checked.
    #[must_use]
    pub fn api_key(id: ApiKeyId, name: String, scopes: &[Scope]) -> Self {
        let permissions = scopes.iter().flat_map(|scope| scope.permissions()).copied().collect();
        Self { id: ActorId::ApiKey(id), name, role: None, permissions, areas: Vec::new() }
    }

    /// A part of the server, or whoever holds the machine and so its command line.
    #[must_use]
    pub fn system(part: &str) -> Self {
        Self {
            id: ActorId::System(part.to_owned()),
            name: part.to_owned(),
            role: None,
            permissions: Vec::new(),
            areas: Vec::new(),
        }
    }

    /// The same, who may change these areas of the policy only; all of it when there is none.
    #[must_use]
    pub fn of_areas(self, areas: Vec<String>) -> Self {
        Self { areas, ..self }
    }

    /// The areas of the policy that the actor may change; all of it when there is none.
    #[must_use]
    pub fn areas(&self) -> &[String] {
        &self.areas
    }

    /// Who it is.
    #[must_use]
    pub fn id(&self) -> &ActorId {
        &self.id
    }

    /// The name for people, as records keep it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The person's role; nothing for programs.
    #[must_use]
    pub const fn role(&self) -> Option<Role> {
        self.role
    }

    /// Whether the actor may do this.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        matches!(self.id, ActorId::System(_)) || self.permissions.contains(&permission)
    }

    /// Demands a permission; every use case begins with it.
    ///
    /// # Errors
    /// [`Forbidden`] when the actor does not have it.
    pub fn require(&self, permission: Permission) -> Result<(), Forbidden> {
        if self.may(permission) { Ok(()) } else { Err(Forbidden(permission)) }
    }
}
