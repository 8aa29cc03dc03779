//! The life of a version: review, rollout, activation, the way back.

use domain::{
    Actor, InvalidTransition, Permission, PolicyVersion, Timestamp, ValidationCode, ValidationError,
    policy::{PolicyComment, PolicyProblem, PolicyStage, ReviewVerdict, Schedule},
    rollout::CANARY_PERCENTS,
};
use policy::{CompiledGuardrails, CompiledPolicy, Facts};

use super::{Controls, check_areas, controls, refuse_errors, subject};
use crate::{
    PolicyError, Services,
    ports::store::{StoreResult, Transaction},
    services::Act,
};

/// Longest comment, in bytes.
const MAX_COMMENT_BYTES: usize = 4_000;
/// Most comments on one version.
const MAX_COMMENTS: usize = 500;
/// Decisions of the past that a version is held against the guardrails with, the newest.
const GUARDED_HISTORY: u32 = 2_000;
/// Furthest that an activation may be set in advance.
const MAX_AHEAD_MS: i64 = 366 * 24 * 3_600_000;

/// A step of a version's life that changes what decides.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Shadow,
    Canary,
    Activate,
}

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

    /// Sets a draft, or a version that is in review, in shadow or a canary, aside.
    ///
    /// # Errors
    /// When it is active or retired.
    pub async fn set_policy_aside(&self, actor: &Actor, version: u32, reason: &str) -> Result<(), PolicyError> {
        actor.require(Permission::EditPolicies)?;
        let reason = controls::check_reason(reason)?;
        let mut tx = self.begin().await?;
        let policy = tx.lookup_policy(version).await?.ok_or(PolicyError::NotFound)?;
        if policy.stage == PolicyStage::Canary {
            actor.require(Permission::ActivatePolicies)?;
        }
        if policy.stage == PolicyStage::Active {
            return Err(InvalidTransition::NotPossible.into());
        }
        let why = format!("{}: {reason}", actor.name());
        let aside = policy.retire(Some(&why))?;
        self.save_step(&mut *tx, actor, &aside, "policy.set_aside", serde_json::json!({ "reason": reason })).await?;
        tx.save().await?;
        Ok(self.reload_policies().await?)
    }

    /// Lets a version decide every task beside the active one, without effect.
    ///
    /// # Errors
    /// [`PolicyError::Illegal`]; [`PolicyError::OtherChallenger`] when another version is on its way.
    pub async fn begin_policy_shadow(&self, actor: &Actor, version: u32) -> Result<(), PolicyError> {
        actor.require(Permission::EditPolicies)?;
        let mut tx = self.begin().await?;
        let policy = self.may_take(&mut *tx, actor, version, Step::Shadow).await?;
        let shadow = policy.begin_shadow(self.now())?;
        self.save_step(&mut *tx, actor, &shadow, "policy.shadow_begun", serde_json::json!({})).await?;
        tx.save().await?;
        Ok(self.reload_policies().await?)
    }

    /// Lets a version decide a share of the tasks.
    ///
    /// # Errors
    /// As [`Services::activate_policy`]; also when the share is not one of [`CANARY_PERCENTS`], or another version is on its
    /// way.
    pub async fn begin_policy_canary(&self, actor: &Actor, version: u32, percent: u8) -> Result<(), PolicyError> {
        actor.require(Permission::ActivatePolicies)?;
        if !CANARY_PERCENTS.contains(&percent) {
            let message = "must be 5, 10, 25 or 50";
            return Err(ValidationError::new("percent", ValidationCode::Unknown, message).into());
        }
        let mut tx = self.begin().await?;
        let policy = self.may_take(&mut *tx, actor, version, Step::Canary).await?;
        let canary = policy.begin_canary(percent, self.now())?;
        let detail = serde_json::json!({ "percent": percent });
        self.save_step(&mut *tx, actor, &canary, "policy.canary_begun", detail).await?;
        tx.save().await?;
        Ok(self.reload_policies().await?)
    }

    /// Makes a version the one that decides; an earlier one comes back the same way. The change holds on every server for
    /// every task that is written after its commit.
    ///
    /// # Errors
    /// [`PolicyError::Illegal`] with what is wrong: names that no longer exist, examples that do not hold, guardrails that it
    /// breaks, in the rules or on the latest decisions; [`PolicyError::NotReviewed`], [`PolicyError::OtherArea`], and
    /// [`PolicyError::Conflict`] in a freeze window. Going back to a version that was active needs neither review nor thaw.
    pub async fn activate_policy(
        &self,
        actor: &Actor,
        version: u32,
        revision: Option<u32>,
        reason: &str,
    ) -> Result<PolicyVersion, PolicyError> {
        actor.require(Permission::ActivatePolicies)?;
        let reason = controls::check_reason(reason)?;
        let mut tx = self.begin().await?;
        let active = self.activate_in(&mut *tx, actor, version, revision, &reason).await?;
        tx.save().await?;
        self.reload_policies().await?;
        tracing::info!(policy.version = version, "a policy was activated");
        Ok(active)
    }

    /// Brings the version back that was active before.
    ///
    /// # Errors
    /// [`PolicyError::NotFound`] when there was none.
    pub async fn roll_policy_back(&self, actor: &Actor, reason: &str) -> Result<PolicyVersion, PolicyError> {
        actor.require(Permission::ActivatePolicies)?;
        let previous = self.read().await?.lookup_previous_policy().await?.ok_or(PolicyError::NotFound)?;
        self.activate_policy(actor, previous.version, None, reason).await
    }

    /// Lets a version become active by itself at a time; without a time, takes that back.
    ///
    /// # Errors
    /// As [`Services::activate_policy`], as it would be at that time.
    pub async fn schedule_policy(
        &self,
        actor: &Actor,
        version: u32,
        at: Option<Timestamp>,
        reason: &str,
    ) -> Result<(), PolicyError> {
        actor.require(Permission::ActivatePolicies)?;
        let mut tx = self.begin().await?;
        let now = self.now();
        let policy = match at {
            None => tx.lookup_policy(version).await?.ok_or(PolicyError::NotFound)?.schedule(None)?,
            Some(at) => {
                let reason = controls::check_reason(reason)?;
                if at <= now || at.since_ms(now) > MAX_AHEAD_MS {
                    let message = "must be later than now, and within a year";
                    return Err(ValidationError::new("at", ValidationCode::Malformed, message).into());
                }
                let policy = self.may_take_at(&mut *tx, actor, version, Step::Activate, at).await?;
                let over = tx.lookup_active_policy().await?.map(|active| active.version);
                // A draft could be written anew until then.
                let policy =
                    if policy.stage == PolicyStage::Draft { policy.submit_for_review()? } else { policy };
                policy.schedule(Some(Schedule { at, by: actor.name().to_owned(), reason, over }))?
            }
        };
        let detail = serde_json::json!({ "at": at, "reason": reason });
        self.save_step(&mut *tx, actor, &policy, "policy.scheduled", detail).await?;
        Ok(tx.save().await?)
    }

    /// Activates the versions whose time has come. One that cannot be any more is taken off the schedule, and says why.
    pub(crate) async fn activate_scheduled(&self) -> Result<(), PolicyError> {
        let now = self.now();
        let mut scheduled = self.read().await?.list_scheduled_policies().await?;
        scheduled.retain(|policy| policy.schedule.as_ref().is_some_and(|schedule| schedule.at <= now));
        for policy in scheduled {
            let Some(schedule) = policy.schedule.clone() else { continue };
            let actor = Actor::system("schedule");
            let mut tx = self.begin().await?;
            let active = tx.lookup_active_policy().await?.map(|active| active.version);
            let refused = if active == schedule.over {
                let reason = format!("Set by {}: {}", schedule.by, schedule.reason);
                self.activate_in(&mut *tx, &actor, policy.version, None, &reason).await.err()
            } else {
                Some(PolicyError::Conflict("Another version became active meanwhile.".to_owned()))
            };
            match refused {
                None => tx.save().await?,
                Some(PolicyError::Store(error)) => return Err(error.into()),
                Some(error) => {
                    drop(tx);
                    let mut tx = self.begin().await?;
                    let why = domain::Fault::from(error).to_string();
                    let Some(policy) = tx.lookup_policy(policy.version).await? else { continue };
                    let taken_off = policy.schedule(None)?;
                    let detail = serde_json::json!({ "why": why });
                    self.save_step(&mut *tx, &actor, &taken_off, "policy.schedule_failed", detail).await?;
                    let text = format!("It did not become active at its time: {why}");
                    let (by, at) = ("Switchyard".to_owned(), now);
                    let (version, revision) = (taken_off.version, taken_off.revision);
                    let comment = PolicyComment { version, revision, rule: None, by, at, text, verdict: None };
                    tx.add_policy_comment(&comment).await?;
                    tx.save().await?;
                    tracing::warn!(policy.version = version, "a scheduled policy did not become active");
                }
            }
            self.reload_policies().await?;
        }
        Ok(())
    }

    async fn activate_in(
        &self,
        tx: &mut dyn Transaction,
        actor: &Actor,
        version: u32,
        revision: Option<u32>,
        reason: &str,
    ) -> Result<PolicyVersion, PolicyError> {
        let chosen = self.may_take(tx, actor, version, Step::Activate).await?;
        if revision.is_some_and(|revision| revision != chosen.revision) {
            return Err(PolicyError::Overtaken);
        }
        let chosen = chosen.activate(actor.name(), self.now())?;
        let before = tx.lookup_active_policy().await?;
        if let Some(before) = &before {
            tx.save_policy(&before.clone().retire(None)?).await?;
        }
        let detail =
            serde_json::json!({ "before": before.map(|before| before.version), "after": version, "reason": reason });
        self.save_step(tx, actor, &chosen, "policy.activated", detail).await?;
        Ok(chosen)
    }

    async fn may_take(
        &self,
        tx: &mut dyn Transaction,
        actor: &Actor,
        version: u32,
        step: Step,
    ) -> Result<PolicyVersion, PolicyError> {
        self.may_take_at(tx, actor, version, step, self.now()).await
    }

    /// The version, when it may take this step at this time.
    async fn may_take_at(
        &self,
        tx: &mut dyn Transaction,
        actor: &Actor,
        version: u32,
        step: Step,
        at: Timestamp,
    ) -> Result<PolicyVersion, PolicyError> {
        let policy = tx.lookup_policy(version).await?.ok_or(PolicyError::NotFound)?;
        if policy.stage == PolicyStage::Active {
            return Err(InvalidTransition::NotPossible.into());
        }
        let controls = Controls::read(tx.as_reads()).await?;
        if step != Step::Activate
            && tx.lookup_policy_challenger().await?.is_some_and(|challenger| challenger.version != version)
        {
            return Err(PolicyError::OtherChallenger);
        }
        refuse_errors(match policy.activated_at {
            Some(_) => self.standing_problems(tx.as_reads(), &policy.document, &controls).await?,
            None => self.problems(tx.as_reads(), &policy.document, &controls).await?,
        })?;
        if step == Step::Shadow {
            return Ok(policy);
        }
        if let Some(active) = tx.lookup_active_policy().await? {
            check_areas(actor, &active.document, &policy.document)?;
        }
        // What was active passed all this once, and going back must always be possible.
        if policy.activated_at.is_none() {
            if controls.governance.value.four_eyes && policy.approval.is_none() {
                return Err(PolicyError::NotReviewed);
            }
            controls::check_not_frozen(&controls.governance.value, at)?;
            self.check_on_history(tx, &policy, &controls).await?;
        }
        Ok(policy)
    }

    /// Holds a version against the guardrails with the latest decisions.
    async fn check_on_history(
        &self,
        tx: &mut dyn Transaction,
        policy: &PolicyVersion,
        controls: &Controls,
    ) -> Result<(), PolicyError> {
        if controls.guardrails.value.guardrails.is_empty() {
            return Ok(());
        }
        let guardrails =
            CompiledGuardrails::compile(controls.guardrails.value.clone()).map_err(PolicyError::Illegal)?;
        let compiled = CompiledPolicy::compile(policy.document.clone()).map_err(PolicyError::Illegal)?;
        let mut problems: Vec<PolicyProblem> = Vec::new();
        for case in tx.list_history(None, GUARDED_HISTORY).await? {
            let facts = Facts::of(&case.facts);
            let verdict = compiled.evaluate(&facts);
            let Some(guardrail) = guardrails.violated(&facts, &verdict.destination) else { continue };
            let rule = verdict.matched_rule.clone();
            if problems.iter().any(|known| known.rule == rule && known.field == guardrail.id) {
                continue;
            }
            problems.push(PolicyProblem {
                severity: domain::policy::Severity::Error,
                rule,
                field: guardrail.id.clone(),
                line: None,
                column: None,
                message: format!(
                    "the guardrail {} forbids what this does with a task that came in ({}): {}",
                    guardrail.id, case.task_id, guardrail.description
                ),
                example: Some(Box::new(case.facts)),
            });
        }
        refuse_errors(problems)
    }

    /// Writes a version at its new place, with the act that brought it there.
    pub(super) async fn save_step(
        &self,
        tx: &mut dyn Transaction,
        actor: &Actor,
        policy: &PolicyVersion,
        action: &'static str,
        detail: serde_json::Value,
    ) -> StoreResult<()> {
        tx.save_policy(policy).await?;
        Act { actor, at: self.now(), action, subject: subject(policy.version), detail }.record(tx).await
    }
}
