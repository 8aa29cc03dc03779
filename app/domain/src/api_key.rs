//! Keys by which programs act.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{actor::Permission, error::ValidationError, id::ApiKeyId, time::Timestamp};

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Scope {
    /// Submit tasks.
    #[serde(rename = "tasks:write")]
    TasksWrite,
    /// Read tasks and decisions.
    #[serde(rename = "tasks:read")]
    TasksRead,
    /// Take tasks as a bot and finish them, correct and escalate.
    #[serde(rename = "work")]
    Work,
    /// Read policies and what is said of them.
    #[serde(rename = "policies:read")]
    PoliciesRead,
    /// Write drafts of policies, try them and let them decide.
    #[serde(rename = "policies:write")]
    PoliciesWrite,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 5] = [Self::TasksWrite, Self::TasksRead, Self::Work, Self::PoliciesRead, Self::PoliciesWrite];

    /// The scope as people and files write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TasksWrite => "tasks:write",
            Self::TasksRead => "tasks:read",
            Self::Work => "work",
            Self::PoliciesRead => "policies:read",
            Self::PoliciesWrite => "policies:write",
        }
    }

    /// What the scope permits.
    #[must_use]
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::TasksWrite => &[Permission::SubmitTasks],
            Self::TasksRead => &[Permission::ReadTasks, Permission::ReadDecisions],
            Self::Work => &[Permission::WorkTasks, Permission::ReadTasks],
            Self::PoliciesRead => &[Permission::ReadPolicies],
            Self::PoliciesWrite => &[Permission::ReadPolicies, Permission::EditPolicies, Permission::ActivatePolicies],
        }
    }
}

impl FromStr for Scope {
    type Err = ValidationError;

    fn from_str(text: &str) -> Result<Self, ValidationError> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| ValidationError::unknown("scopes", format!("the scope `{text}`")))
    }
}

/// A key as it is shown: the secret itself is kept only as a hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// Its identifier, which is also the first part of the key.
    pub id: ApiKeyId,
    /// Name for people.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The areas of the policy that it may change; all of it when there is none.
    #[serde(default)]
    pub areas: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was used last, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}
