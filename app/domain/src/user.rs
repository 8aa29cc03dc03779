//! People and their roles.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    actor::Permission,
    error::{ValidationCode, ValidationError},
    id::UserId,
    text,
    time::Timestamp,
};

/// Shortest password, in characters (NIST SP 800-63B, section 3.1.1.2).
pub const MIN_PASSWORD_CHARS: usize = 12;

/// Longest password, in bytes: long enough for any pass phrase, short enough to hash.
pub const MAX_PASSWORD_BYTES: usize = 256;

/// What a person is here for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Works queues.
    Agent,
    /// Edits policies, runs models, handles escalations.
    Supervisor,
    /// Reads everything and changes nothing.
    Auditor,
    /// Manages people, API keys and connections.
    Administrator,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Agent, Self::Supervisor, Self::Auditor, Self::Administrator];

    /// The role as stores and command lines write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Supervisor => "supervisor",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// The permission table: what each role may do, and nothing else.
    #[must_use]
    pub const fn permissions(self) -> &'static [Permission] {
        use Permission::*;
        match self {
            Self::Agent => &[ReadOverview, ReadTasks, WorkTasks, ReadEscalations, ApproveAutomations],
            Self::Supervisor => &[
                ReadOverview,
                ReadTasks,
                WorkTasks,
                ReadEscalations,
                HandleEscalations,
                ReverseDecisions,
                UndoResolutions,
                ApproveAutomations,
                ReadDecisions,
                ReadPolicies,
                EditPolicies,
                ReviewPolicies,
                ActivatePolicies,
                ReadModels,
                TrainModels,
                ReadLabels,
                ExportLabels,
                SettleLabels,
                EraseTexts,
                ManageLabels,
            ],
            Self::Auditor => &[
                ReadOverview,
                ReadTasks,
                ReadEscalations,
                ReadDecisions,
                ReadPolicies,
                ReadModels,
                ReadLabels,
                ExportLabels,
                ReadAudit,
            ],
            Self::Administrator => &[ReadOverview, ReadPolicies, SetGuardrails, ManagePeople, ManageApiKeys, ReadAudit],
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = ValidationError;

    fn from_str(text: &str) -> Result<Self, ValidationError> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| ValidationError::unknown("role", format!("the role `{text}`")))
    }
}

/// A person who signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Its identifier.
    pub id: UserId,
    /// What the person signs in with; unique, lower case.
    pub email: String,
    /// Name for people.
    pub name: String,
    /// What the person is here for.
    pub role: Role,
    /// The areas of the policy that the person may change; all of it when there is none.
    #[serde(default)]
    pub areas: Vec<String>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// Since when the person may not sign in.
    pub disabled_at: Option<Timestamp>,
}

/// Most areas of one person or key.
pub const MAX_AREAS: usize = 50;

/// Reads areas as people write them, with commas between; none is all.
///
/// # Errors
/// When one is no name, or there are too many.
pub fn check_areas(areas: &str) -> Result<Vec<String>, ValidationError> {
    let mut read: Vec<String> = Vec::new();
    for area in areas.split(',').map(str::trim).filter(|area| !area.is_empty()) {
        text::check_name("areas", area)?;
        if !read.iter().any(|known| known == area) {
            read.push(area.to_owned());
        }
    }
    if read.len() > MAX_AREAS {
        return Err(ValidationError::new(
            "areas",
            ValidationCode::TooLong,
            format!("there may be at most {MAX_AREAS} areas"),
        ));
    }
    Ok(read)
}

/// Brings an e-mail address to the form it is stored and looked up in, and checks it roughly: only a mail proves it.
///
/// # Errors
/// When it is empty, too long, or has no `@` with something on both sides.
pub fn check_email(email: &str) -> Result<String, ValidationError> {
    let email = text::check_required("email", email, 254)?.to_lowercase();
    let well_formed = email.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty()
            && !host.is_empty()
            && !host.contains('@')
            && !email.chars().any(|c| c.is_whitespace() || c.is_control())
    });
    if well_formed {
        Ok(email)
    } else {
        Err(ValidationError::new("email", ValidationCode::Malformed, "must be an e-mail address"))
    }
}

/// Checks a new password's length; composition rules make passwords worse and are not asked for.
///
/// # Errors
/// When it is too short or too long.
pub fn check_password(password: &str) -> Result<(), ValidationError> {
    if password.chars().count() < MIN_PASSWORD_CHARS {
        return Err(ValidationError::new(
            "password",
            ValidationCode::TooShort,
            format!("must have at least {MIN_PASSWORD_CHARS} characters"),
        ));
    }
    text::check_length("password", password, MAX_PASSWORD_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auditors_change_nothing_and_administrators_work_no_tasks() {
        for permission in Role::Auditor.permissions() {
            assert!(permission.is_read_only(), "{permission:?}");
        }
        assert!(!Role::Administrator.permissions().contains(&Permission::WorkTasks));
    }

    #[test]
    fn addresses_are_brought_to_one_form() {
        assert_eq!(check_email(" Ada@Example.COM ").unwrap(), "ada@example.com");
        for bad in ["", "ada", "@x", "a@", "a@b@c", "a b@c"] {
            assert!(check_email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn short_passwords_are_refused() {
        assert!(check_password("eleven char").is_err());
        assert!(check_password("twelve chars").is_ok());
        assert!(check_password(&"x".repeat(257)).is_err());
    }
}
