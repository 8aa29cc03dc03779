//! Policies: read, checked, saved and activated.

use domain::{
    Page, PolicyVersion, Timestamp,
    policy::{PolicyProblem, PolicyStage},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A version as the list shows it: without its document, which may be large.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicySummary {
    /// Counts up from 1.
    pub version: u32,
    /// Where it stands.
    pub stage: PolicyStage,
    /// How many rules it has.
    pub rules: u64,
    /// What changed, in the author's words.
    pub note: String,
    /// Who saved it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
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
            rules: policy.document.rules.len() as u64,
            note: policy.note,
            created_by: policy.created_by,
            created_at: policy.created_at,
            activated_at: policy.activated_at,
            activated_by: policy.activated_by,
        }
    }
}

/// A text that was sent and not saved, with what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyDraft {
    /// The document as it was written.
    pub json: String,
    /// The note as it was written.
    pub note: String,
    /// What is wrong with the document; nothing was found when it is empty.
    pub problems: Vec<PolicyProblem>,
}

/// What an editor of a policy starts from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyEdit {
    /// The version that the new one is made from.
    pub policy: PolicyVersion,
    /// What the same person sent last without saving it; it is not answered a second time.
    pub draft: Option<PolicyDraft>,
}

/// What a sent policy form asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyIntent {
    /// Only say what is wrong.
    Check,
    /// Save a version when nothing is wrong.
    Save,
}

/// What became of a sent policy form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum PolicyAnswer {
    /// Nothing was saved. Without problems the document may be saved as it is.
    Checked {
        /// What is wrong with the document.
        problems: Vec<PolicyProblem>,
    },
    /// A new version was saved.
    Saved {
        /// The version.
        version: u32,
    },
}

/// Versions, newest first.
#[server(prefix = "/fn", endpoint = "list_policies")]
pub async fn list_policies(
    /// The cursor of the page.
    after: Option<String>,
) -> Result<Page<PolicySummary>, AppError> {
    use crate::api::{actor, fail, services};
    let page = domain::PageRequest::after(after, Some(25));
    let page = services().list_policies(&actor()?, &page).await.map_err(fail)?;
    Ok(Page { items: page.items.into_iter().map(PolicySummary::from).collect(), next: page.next })
}

/// One version with its document.
#[server(prefix = "/fn", endpoint = "lookup_policy")]
pub async fn lookup_policy(
    /// The version.
    version: u32,
) -> Result<PolicyVersion, AppError> {
    use crate::api::{actor, fail, services};
    services().lookup_policy(&actor()?, version).await.map_err(fail)
}

/// The version that decides now.
#[server(prefix = "/fn", endpoint = "lookup_active_policy")]
pub async fn lookup_active_policy() -> Result<Option<PolicyVersion>, AppError> {
    use crate::api::{actor, fail, services};
    services().lookup_active_policy(&actor()?).await.map_err(fail)
}

/// What the editor of a version begins with.
#[server(prefix = "/fn", endpoint = "begin_policy_edit")]
pub async fn begin_policy_edit(
    /// The version that the new one is made from.
    version: u32,
) -> Result<PolicyEdit, AppError> {
    use crate::api::{actor, fail, services, shown_once};
    let actor = actor()?;
    if !actor.may(domain::Permission::EditPolicies) {
        return Err(fail(domain::Fault::Forbidden));
    }
    let policy = services().lookup_policy(&actor, version).await.map_err(fail)?;
    Ok(PolicyEdit { policy, draft: shown_once::take_draft(&actor) })
}

/// Checks a document, or saves it as a new version. Problems are an answer and no error: an error would have to fit into
/// the address that a form without JavaScript is sent back to.
#[server(prefix = "/fn", endpoint = "submit_policy")]
pub async fn submit_policy(
    /// The document.
    json: String,
    /// What changed, in the author's words.
    #[server(default)]
    note: String,
    /// Whether to save it.
    intent: PolicyIntent,
) -> Result<PolicyAnswer, AppError> {
    on_server::submit_policy(json, note, intent).await
}

/// Makes a version the active one; with an older version this is rolling back.
#[server(prefix = "/fn", endpoint = "activate_policy")]
pub async fn activate_policy(
    /// The version.
    version: u32,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().activate_policy(&actor()?, version).await.map_err(fail)?;
    Ok(())
}

#[cfg(feature = "ssr")]
mod on_server {
    use domain::Fault;

    use super::{PolicyAnswer, PolicyDraft, PolicyIntent};
    use crate::{
        api::{actor, fail, services, shown_once},
        error::AppError,
    };

    /// Without JavaScript the person's text comes back with the page behind the redirect, whatever was wrong with it.
    pub(super) async fn submit_policy(
        json: String,
        note: String,
        intent: PolicyIntent,
    ) -> Result<PolicyAnswer, AppError> {
        let actor = actor()?;
        let answer = match intent {
            PolicyIntent::Check => services().check_policy(&actor, &json).await.map_err(Fault::from).map(checked),
            PolicyIntent::Save => match services().save_policy(&actor, &json, &note).await.map_err(Fault::from) {
                Ok(policy) => {
                    leptos_axum::redirect(&format!("/policies/{}", policy.version));
                    return Ok(PolicyAnswer::Saved { version: policy.version });
                }
                Err(Fault::InvalidPolicy { problems }) => Ok(checked(problems)),
                Err(fault) => Err(fault),
            },
        };
        match &answer {
            Ok(PolicyAnswer::Checked { problems }) => {
                shown_once::keep_draft(&actor, PolicyDraft { json, note, problems: problems.clone() });
            }
            Err(Fault::Invalid(_)) => shown_once::keep_draft(&actor, PolicyDraft { json, note, problems: Vec::new() }),
            _ => {}
        }
        answer.map_err(fail)
    }

    fn checked(problems: Vec<domain::policy::PolicyProblem>) -> PolicyAnswer {
        PolicyAnswer::Checked { problems }
    }
}
