//! Writing a draft: what the editor begins with, checking, saving.

use domain::{
    PolicyVersion,
    policy::{
        PolicyProblem,
        desk::{Overtaken, Vocabulary},
    },
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A text that was sent and not saved, with what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PolicyDraft {
    /// The version that it was opened with.
    pub version: u32,
    /// Its revision then.
    pub revision: u32,
    /// The document as it was written.
    pub json: String,
    /// The note as it was written.
    pub note: String,
    /// What is wrong with the document; nothing was found when it is empty.
    pub problems: Vec<PolicyProblem>,
}

/// What an editor of a policy starts from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyEdit {
    /// The version that was opened: a draft is changed, anything else becomes a new draft.
    pub policy: PolicyVersion,
    /// What the same person sent last without saving it; it is not answered a second time.
    pub draft: Option<PolicyDraft>,
    /// The names that the document may use.
    pub vocabulary: Vocabulary,
    /// The areas whose rules the viewer may change; all when there is none.
    pub areas: Vec<String>,
}

/// What a sent policy form asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyIntent {
    /// Only say what is wrong.
    Check,
    /// Save the draft, also with things that are wrong with it.
    Save,
}

/// What became of a sent policy form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum PolicyAnswer {
    /// Nothing was saved.
    Checked {
        /// What was found in the document.
        problems: Vec<PolicyProblem>,
    },
    /// The draft was saved.
    Saved {
        /// The draft.
        version: u32,
        /// Its revision.
        revision: u32,
    },
    /// Somebody else saved the draft meanwhile; nothing was changed.
    Overtaken(Box<Overtaken>),
}

/// What the editor of a version begins with.
#[server(prefix = "/fn", endpoint = "begin_policy_edit")]
pub async fn begin_policy_edit(
    /// The version that is opened.
    version: u32,
) -> Result<PolicyEdit, AppError> {
    use crate::api::{actor, fail, services, shown_once};
    let actor = actor()?;
    if !actor.may(domain::Permission::EditPolicies) {
        return Err(fail(domain::Fault::Forbidden));
    }
    let policy = services().lookup_policy(&actor, version).await.map_err(fail)?;
    let vocabulary = services().policy_vocabulary(&actor).await.map_err(fail)?;
    let draft = shown_once::take_draft(&actor).filter(|draft| draft.version == version);
    Ok(PolicyEdit { policy, draft, vocabulary, areas: actor.areas().to_vec() })
}

/// Adds a decision's task to the examples of a draft.
#[server(prefix = "/fn", endpoint = "make_policy_example")]
pub async fn make_policy_example(
    /// The decision.
    decision: domain::DecisionId,
    /// The name of the example.
    #[server(default)]
    name: String,
) -> Result<u32, AppError> {
    use crate::api::{actor, fail, services};
    let version = services().make_policy_example(&actor()?, decision, &name).await.map_err(fail)?;
    leptos_axum::redirect(&format!("/policies/{version}"));
    Ok(version)
}

/// Says what is found in a document, while it is being written.
#[server(prefix = "/fn", endpoint = "check_policy")]
pub async fn check_policy(
    /// The document.
    json: String,
) -> Result<Vec<PolicyProblem>, AppError> {
    use crate::api::{actor, fail, services};
    services().check_policy(&actor()?, &json).await.map_err(fail)
}

/// Checks a document, or saves it as a draft. Findings are an answer and no error: an error would have to fit into the
/// address that a form without JavaScript is sent back to.
#[server(prefix = "/fn", endpoint = "submit_policy")]
pub async fn submit_policy(
    /// The version that was opened.
    version: u32,
    /// Its revision then.
    revision: u32,
    /// The document.
    json: String,
    /// What changed, in the author's words.
    #[server(default)]
    note: String,
    /// Whether to save it.
    intent: PolicyIntent,
) -> Result<PolicyAnswer, AppError> {
    on_server::submit_policy(domain::policy::desk::DraftRequest { version, revision, json, note }, intent).await
}

#[cfg(feature = "ssr")]
mod on_server {
    use domain::{
        Fault,
        policy::desk::{DraftOutcome, DraftRequest},
    };

    use super::{PolicyAnswer, PolicyDraft, PolicyIntent};
    use crate::{
        api::{actor, fail, services, shown_once},
        error::AppError,
    };

    /// Without JavaScript the person's text comes back with the page behind the redirect, whatever was wrong with it.
    pub(super) async fn submit_policy(request: DraftRequest, intent: PolicyIntent) -> Result<PolicyAnswer, AppError> {
        let actor = actor()?;
        let checked = |problems| PolicyAnswer::Checked { problems };
        let answer = match intent {
            PolicyIntent::Check => services().check_policy(&actor, &request.json).await.map(checked),
            PolicyIntent::Save => services().save_policy_draft(&actor, &request).await.map(|outcome| match outcome {
                DraftOutcome::Saved { version, revision } => PolicyAnswer::Saved { version, revision },
                DraftOutcome::Overtaken(overtaken) => PolicyAnswer::Overtaken(overtaken),
            }),
        };
        let answer = match answer.map_err(Fault::from) {
            Err(Fault::InvalidPolicy { problems }) => Ok(checked(problems)),
            other => other,
        };
        let problems = match &answer {
            Ok(PolicyAnswer::Saved { version, .. }) => {
                leptos_axum::redirect(&format!("/policies/{version}"));
                None
            }
            Ok(PolicyAnswer::Checked { problems }) => Some(problems.clone()),
            Ok(PolicyAnswer::Overtaken(_)) | Err(Fault::Invalid(_)) => Some(Vec::new()),
            Err(_) => None,
        };
        if let Some(problems) = problems {
            let DraftRequest { version, revision, json, note } = request;
            shown_once::keep_draft(&actor, PolicyDraft { version, revision, json, note, problems });
        }
        answer.map_err(fail)
    }
}
