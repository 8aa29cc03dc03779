//! What holds for every version: guardrails, how policies may be changed, and what is switched off.

use domain::{
    Actor, Permission, Timestamp, ValidationCode, ValidationError,
    guardrail::{
        FreezeWindow, Governance, GuardrailForm, Guardrails, KillSwitch, MAX_GUARDRAILS, Revised, SwitchTarget,
        Switches,
    },
    policy::desk::GuardrailBoard,
};
use policy::CompiledGuardrails;
use serde::{Serialize, de::DeserializeOwned};

use super::MAX_NOTE_BYTES;
use crate::{
    PolicyError, ReadError, Services,
    ports::store::{Reads, StoreError, StoreResult, StoredSetting, Transaction},
    services::Act,
};

const GUARDRAILS: &str = "guardrails";
const GOVERNANCE: &str = "governance";
const SWITCHES: &str = "switches";

/// Most freeze windows and most switches.
const MAX_ENTRIES: usize = 200;

/// Everything that holds for every version.
#[derive(Debug, Clone, Default)]
pub(crate) struct Controls {
    pub guardrails: Revised<Guardrails>,
    pub governance: Revised<Governance>,
    pub switches: Revised<Switches>,
}

impl Controls {
    pub(crate) async fn read(reads: &mut dyn Reads) -> StoreResult<Self> {
        Ok(Self {
            guardrails: setting(reads, GUARDRAILS).await?,
            governance: setting(reads, GOVERNANCE).await?,
            switches: setting(reads, SWITCHES).await?,
        })
    }
}

async fn setting<T: DeserializeOwned + Default>(reads: &mut dyn Reads, name: &str) -> StoreResult<Revised<T>> {
    let Some(stored) = reads.lookup_setting(name).await? else { return Ok(Revised::default()) };
    let value = serde_json::from_value(stored.value).map_err(|error| StoreError::Failed(Box::new(error)))?;
    Ok(Revised { revision: stored.revision, value })
}

async fn save<T: Serialize>(tx: &mut dyn Transaction, name: &str, revision: u32, value: &T) -> Result<(), PolicyError> {
    let value = serde_json::to_value(value).map_err(|error| StoreError::Failed(Box::new(error)))?;
    match tx.save_setting(name, &StoredSetting { revision: revision + 1, value }).await {
        Err(StoreError::Conflict(_)) => Err(PolicyError::Overtaken),
        other => Ok(other?),
    }
}

impl Services {
    /// The guardrails and what else holds for every version.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn guardrail_board(&self, actor: &Actor) -> Result<GuardrailBoard, ReadError> {
        actor.require(Permission::ReadPolicies)?;
        let vocabulary = self.policy_vocabulary(actor).await?;
        let mut reads = self.read().await?;
        let controls = Controls::read(reads.as_mut()).await?;
        let active = reads.lookup_active_policy().await?;
        let compiled = CompiledGuardrails::compile(controls.guardrails.value.clone());
        let problems = match (&active, &compiled) {
            (Some(active), Ok(guardrails)) => policy::check_guardrails(&active.document, guardrails),
            (_, Err(problems)) => problems.clone(),
            (None, Ok(_)) => Vec::new(),
        };
        Ok(GuardrailBoard {
            guardrails: controls.guardrails.value,
            guardrails_revision: controls.guardrails.revision,
            governance: controls.governance.value,
            governance_revision: controls.governance.revision,
            switches: controls.switches.value.0,
            problems,
            vocabulary,
        })
    }

    /// Sets a guardrail, or changes the one of its name; it holds for every decision after the answer.
    ///
    /// # Errors
    /// With the field that is refused; [`PolicyError::Illegal`] when its expression cannot be compiled;
    /// [`PolicyError::Overtaken`] when somebody else set guardrails since `revision`.
    pub async fn set_guardrail(
        &self,
        actor: &Actor,
        form: GuardrailForm,
        revision: u32,
        reason: &str,
    ) -> Result<(), PolicyError> {
        self.change_guardrails(actor, revision, reason, |guardrails| {
            let place = guardrails.guardrails.iter().position(|known| known.id == form.id.trim());
            let guardrail = form.read(place.map(|place| &guardrails.guardrails[place]))?;
            match place {
                Some(place) => guardrails.guardrails[place] = guardrail,
                None => guardrails.guardrails.push(guardrail),
            }
            Ok(())
        })
        .await
    }

    /// Takes a guardrail away.
    ///
    /// # Errors
    /// [`PolicyError::NotFound`]; [`PolicyError::Overtaken`] when somebody else set guardrails since `revision`.
    pub async fn remove_guardrail(
        &self,
        actor: &Actor,
        id: &str,
        revision: u32,
        reason: &str,
    ) -> Result<(), PolicyError> {
        self.change_guardrails(actor, revision, reason, |guardrails| {
            let before = guardrails.guardrails.len();
            guardrails.guardrails.retain(|known| known.id != id);
            if guardrails.guardrails.len() == before { Err(PolicyError::NotFound) } else { Ok(()) }
        })
        .await
    }

    async fn change_guardrails(
        &self,
        actor: &Actor,
        revision: u32,
        reason: &str,
        change: impl FnOnce(&mut Guardrails) -> Result<(), PolicyError>,
    ) -> Result<(), PolicyError> {
        actor.require(Permission::SetGuardrails)?;
        let reason = check_reason(reason)?;
        let mut tx = self.begin().await?;
        let before = Controls::read(tx.as_reads()).await?.guardrails.value;
        let mut guardrails = before.clone();
        change(&mut guardrails)?;
        if guardrails.guardrails.len() > MAX_GUARDRAILS {
            return Err(too_many("guardrails", MAX_GUARDRAILS).into());
        }
        CompiledGuardrails::compile(guardrails.clone()).map_err(PolicyError::Illegal)?;
        save(&mut *tx, GUARDRAILS, revision, &guardrails).await?;
        let detail = serde_json::json!({ "before": before, "after": guardrails, "reason": reason });
        self.record(&mut *tx, actor, "guardrails.set", "guardrails", detail).await?;
        tx.save().await?;
        Ok(self.reload_policies().await?)
    }

    /// Says how policies may be changed.
    ///
    /// # Errors
    /// With the field that is refused; [`PolicyError::Overtaken`] when somebody else said so since `revision`.
    pub async fn set_governance(
        &self,
        actor: &Actor,
        governance: Governance,
        revision: u32,
        reason: &str,
    ) -> Result<(), PolicyError> {
        actor.require(Permission::SetGuardrails)?;
        let reason = check_reason(reason)?;
        let governance = check_governance(governance)?;
        let mut tx = self.begin().await?;
        let before = Controls::read(tx.as_reads()).await?.governance.value;
        save(&mut *tx, GOVERNANCE, revision, &governance).await?;
        let detail = serde_json::json!({ "before": before, "after": governance, "reason": reason });
        self.record(&mut *tx, actor, "governance.set", "governance", detail).await?;
        tx.save().await?;
        Ok(self.reload_policies().await?)
    }

    /// Switches a rule, a destination or all machines off; from the next decision on.
    ///
    /// # Errors
    /// [`PolicyError::NotFound`] when there is no such rule in the active version, or no such queue.
    pub async fn switch_off(&self, actor: &Actor, target: SwitchTarget, reason: &str) -> Result<(), PolicyError> {
        actor.require(Permission::ActivatePolicies)?;
        let reason = check_reason(reason)?;
        let mut tx = self.begin().await?;
        self.check_switch(tx.as_reads(), actor, &target).await?;
        let Revised { revision, value: Switches(mut switches) } = Controls::read(tx.as_reads()).await?.switches;
        if switches.iter().any(|switch| switch.target == target) {
            return Ok(());
        }
        if switches.len() >= MAX_ENTRIES {
            return Err(too_many("switches", MAX_ENTRIES).into());
        }
        let (by, at) = (actor.name().to_owned(), self.now());
        let detail = serde_json::json!({ "target": target, "reason": reason });
        switches.push(KillSwitch { target, reason, by, at });
        save(&mut *tx, SWITCHES, revision, &Switches(switches)).await?;
        self.record(&mut *tx, actor, "switch.off", "switches", detail).await?;
        tx.save().await?;
        Ok(self.reload_policies().await?)
    }

    /// Switches it on again.
    ///
    /// # Errors
    /// [`PolicyError::NotFound`] when it is not switched off.
    pub async fn switch_on(&self, actor: &Actor, target: &SwitchTarget, reason: &str) -> Result<(), PolicyError> {
        actor.require(Permission::ActivatePolicies)?;
        let reason = check_reason(reason)?;
        let mut tx = self.begin().await?;
        let Revised { revision, value: Switches(mut switches) } = Controls::read(tx.as_reads()).await?.switches;
        let before = switches.len();
        switches.retain(|switch| switch.target != *target);
        if switches.len() == before {
            return Err(PolicyError::NotFound);
        }
        check_rule_area(tx.as_reads(), actor, target).await?;
        save(&mut *tx, SWITCHES, revision, &Switches(switches)).await?;
        let detail = serde_json::json!({ "target": target, "reason": reason });
        self.record(&mut *tx, actor, "switch.on", "switches", detail).await?;
        tx.save().await?;
        Ok(self.reload_policies().await?)
    }

    async fn check_switch(
        &self,
        reads: &mut dyn Reads,
        actor: &Actor,
        target: &SwitchTarget,
    ) -> Result<(), PolicyError> {
        let exists = match target {
            SwitchTarget::Automation => true,
            SwitchTarget::Destination(name) => {
                if *name == self.0.settings.triage_queue {
                    let message = "is where everything else goes, so it cannot be switched off";
                    return Err(ValidationError::new("name", ValidationCode::Malformed, message).into());
                }
                reads.list_queues().await?.iter().any(|queue| queue.name == *name)
            }
            SwitchTarget::Rule(id) => {
                let active = reads.lookup_active_policy().await?;
                active.is_some_and(|active| active.document.rules.iter().any(|rule| rule.id == *id))
            }
        };
        if exists { check_rule_area(reads, actor, target).await } else { Err(PolicyError::NotFound) }
    }

    async fn record(
        &self,
        tx: &mut dyn Transaction,
        actor: &Actor,
        action: &'static str,
        subject: &str,
        detail: serde_json::Value,
    ) -> StoreResult<()> {
        Act { actor, at: self.now(), action, subject: subject.to_owned(), detail }.record(tx).await
    }
}

/// Who is bound to areas switches only rules of these.
async fn check_rule_area(reads: &mut dyn Reads, actor: &Actor, target: &SwitchTarget) -> Result<(), PolicyError> {
    if actor.areas().is_empty() {
        return Ok(());
    }
    let SwitchTarget::Rule(id) = target else {
        return Err(domain::Forbidden(Permission::ActivatePolicies).into());
    };
    let active = reads.lookup_active_policy().await?;
    let rule = active.iter().flat_map(|active| &active.document.rules).find(|rule| rule.id == *id);
    let area = rule.and_then(|rule| rule.area.as_ref());
    if area.is_some_and(|area| actor.areas().contains(area)) {
        Ok(())
    } else {
        Err(domain::Forbidden(Permission::ActivatePolicies).into())
    }
}

fn check_governance(governance: Governance) -> Result<Governance, ValidationError> {
    if governance.freeze_windows.len() > MAX_ENTRIES {
        return Err(too_many("freeze_windows", MAX_ENTRIES));
    }
    for FreezeWindow { from, until, reason } in &governance.freeze_windows {
        if until <= from {
            let message = "ends before it begins";
            return Err(ValidationError::new("until", ValidationCode::Malformed, message));
        }
        domain::text::check_required("freeze_reason", reason, MAX_NOTE_BYTES)?;
    }
    if governance.skills.len() > MAX_ENTRIES {
        return Err(too_many("skills", MAX_ENTRIES));
    }
    for skill in &governance.skills {
        domain::text::check_name("skills", skill)?;
    }
    Ok(governance)
}

fn too_many(field: &str, most: usize) -> ValidationError {
    ValidationError::new(field, ValidationCode::TooLong, format!("there may be at most {most}"))
}

/// A reason that a step must have.
pub(super) fn check_reason(reason: &str) -> Result<String, ValidationError> {
    domain::text::check_required("reason", reason, MAX_NOTE_BYTES)
}

/// When a version may not become active at this time, why.
pub(super) fn check_not_frozen(governance: &Governance, now: Timestamp) -> Result<(), PolicyError> {
    match governance.frozen_at(now) {
        None => Ok(()),
        Some(window) => Err(PolicyError::Conflict(format!(
            "No version becomes active until {} UTC: {}",
            window.until.to_minute(),
            window.reason
        ))),
    }
}
