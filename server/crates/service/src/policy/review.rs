//! A second person's yes or no to a version, and what people say of it.

use domain::{
    Actor, Permission,
    policy::{PolicyComment, ReviewVerdict},
};

use super::{Controls, refuse_errors, subject};
use crate::{PolicyError, Services, services::Act};

/// Longest comment, in bytes.
const MAX_COMMENT_BYTES: usize = 4_000;
/// Most comments on one version.
const MAX_COMMENTS: usize = 500;

impl Services {
    /// Asks for a second person's yes; the text is fixed from then on.
    ///
    /// # Errors
    /// [`PolicyError::Illegal`] while something is wrong with the document.
    pub async fn ask_for_policy_review(&self, actor: &Actor, version: u32) -> Result<(), PolicyError> {
        actor.require(Permission::EditPolicies)?;
        let mut tx = self.begin().await?;
        let draft = tx.lookup_policy(version).await?.ok_or(PolicyError::NotFound)?;
        let controls = Controls::read(tx.as_reads()).await?;
        refuse_errors(self.problems(tx.as_reads(), &draft.document, &controls).await?)?;
        let revision = draft.revision;
        let asked = draft.submit_for_review()?;
        let detail = serde_json::json!({ "revision": revision });
        self.save_step(&mut *tx, actor, &asked, "policy.review_asked", detail).await?;
        Ok(tx.save().await?)
    }

    /// Takes a version that is in review back to its authors.
    ///
    /// # Errors
    /// When it is not in review.
    pub async fn take_policy_back(&self, actor: &Actor, version: u32) -> Result<(), PolicyError> {
        actor.require(Permission::EditPolicies)?;
        let mut tx = self.begin().await?;
        let policy = tx.lookup_policy(version).await?.ok_or(PolicyError::NotFound)?.back_to_draft()?;
        self.save_step(&mut *tx, actor, &policy, "policy.taken_back", serde_json::json!({})).await?;
        Ok(tx.save().await?)
    }

    /// Says something about a version. A verdict needs the right to review; a yes comes from nobody who wrote it, and counts
    /// for the revision that was looked at only.
    ///
    /// # Errors
    /// [`PolicyError::OwnWork`]; [`PolicyError::Overtaken`] when the text changed meanwhile.
    pub async fn comment_on_policy(
        &self,
        actor: &Actor,
        version: u32,
        revision: u32,
        rule: Option<String>,
        text: &str,
        verdict: Option<ReviewVerdict>,
    ) -> Result<(), PolicyError> {
        let needed = if verdict.is_some() { Permission::ReviewPolicies } else { Permission::EditPolicies };
        actor.require(needed)?;
        let text = match verdict {
            Some(ReviewVerdict::Approved) => {
                domain::text::check_length("text", text, MAX_COMMENT_BYTES).map(|()| text.trim().to_owned())?
            }
            _ => domain::text::check_required("text", text, MAX_COMMENT_BYTES)?,
        };
        let mut tx = self.begin().await?;
        let policy = tx.lookup_policy(version).await?.ok_or(PolicyError::NotFound)?;
        if policy.revision != revision {
            return Err(PolicyError::Overtaken);
        }
        if tx.list_policy_comments(version).await?.len() >= MAX_COMMENTS {
            return Err(PolicyError::Conflict("There is no room for more comments on this version.".to_owned()));
        }
        let rule = rule.filter(|id| policy.document.rules.iter().any(|rule| rule.id == *id));
        let (by, at) = (actor.name().to_owned(), self.now());
        let detail = serde_json::json!({ "revision": revision, "rule": rule, "text": text });
        let comment = PolicyComment { version, revision, rule, by, at, text, verdict };
        tx.add_policy_comment(&comment).await?;
        match verdict {
            None => {
                let act = Act { actor, at, action: "policy.commented", subject: subject(version), detail };
                act.record(&mut *tx).await?;
            }
            Some(ReviewVerdict::Approved) => {
                if policy.authors.contains(&actor.id().to_string()) {
                    return Err(PolicyError::OwnWork);
                }
                let approved = policy.approve(actor.name(), at)?;
                self.save_step(&mut *tx, actor, &approved, "policy.approved", detail).await?;
            }
            Some(ReviewVerdict::ChangesRequested) => {
                let sent_back = policy.back_to_draft()?;
                self.save_step(&mut *tx, actor, &sent_back, "policy.changes_requested", detail).await?;
            }
        }
        Ok(tx.save().await?)
    }
}
