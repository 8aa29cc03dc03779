//! The life of a version: rollout, activation, the way back.

use domain::{
    Actor, InvalidTransition, Permission, PolicyVersion, Timestamp, ValidationCode, ValidationError,
    policy::{PolicyProblem, PolicyStage},
    rollout::CANARY_PERCENTS,
};
use policy::{CompiledGuardrails, CompiledPolicy, Facts};

use super::{Controls, check_areas, controls, refuse_errors, subject};
use crate::{
    PolicyError, Services,
    ports::store::{StoreResult, Transaction},
    services::Act,
};

/// Decisions of the past that a version is held against the guardrails with, the newest.
const GUARDED_HISTORY: u32 = 2_000;

/// A step of a version's life that changes what decides.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Shadow,
    Canary,
    Activate,
}

impl Services {
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
    pub async fn begin_policy_shadow(&self, actor: &Actor, version: u32, reason: &str) -> Result<(), PolicyError> {
        actor.require(Permission::EditPolicies)?;
        let reason = controls::check_reason(reason)?;
        let mut tx = self.begin().await?;
        let policy = self.may_take(&mut *tx, actor, version, Step::Shadow).await?;
        let shadow = policy.begin_shadow(self.now())?;
        self.save_step(&mut *tx, actor, &shadow, "policy.shadow_begun", serde_json::json!({ "reason": reason }))
            .await?;
        tx.save().await?;
        Ok(self.reload_policies().await?)
    }

    /// Lets a version decide a share of the tasks.
    ///
    /// # Errors
    /// As [`Services::activate_policy`]; also when the share is not one of [`CANARY_PERCENTS`], or another version is on its
    /// way.
    pub async fn begin_policy_canary(
        &self,
        actor: &Actor,
        version: u32,
        percent: u8,
        reason: &str,
    ) -> Result<(), PolicyError> {
        actor.require(Permission::ActivatePolicies)?;
        let reason = controls::check_reason(reason)?;
        if !CANARY_PERCENTS.contains(&percent) {
            let message = "must be 5, 10, 25 or 50";
            return Err(ValidationError::new("percent", ValidationCode::Unknown, message).into());
        }
        let mut tx = self.begin().await?;
        let policy = self.may_take(&mut *tx, actor, version, Step::Canary).await?;
        let canary = policy.begin_canary(percent, self.now())?;
        let detail = serde_json::json!({ "percent": percent, "reason": reason });
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

    pub(super) async fn activate_in(
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
    pub(super) async fn may_take_at(
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
