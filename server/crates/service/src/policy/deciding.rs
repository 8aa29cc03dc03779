//! What decides, compiled and in memory: the active version, the one beside it, the guardrails and the switches. It is
//! replaced as a whole, and carries the epoch that it was read at: a batch that was decided by an older one is decided again
//! before it is written, so that a change holds for all servers from its commit on.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    PolicyDocument, PolicyVersion,
    guardrail::{SwitchTarget, Switches},
    policy::{PolicyProblem, PolicyStage, SCHEMA},
};
use policy::{CompiledGuardrails, CompiledPolicy};

use super::{Controls, subject};
use crate::{
    Services, StartError,
    ports::store::{Reads, StoreResult},
    rollout::share_of_parts,
    services::Act,
};

/// A version, compiled.
pub(crate) struct DecidingPolicy {
    pub version: u32,
    pub compiled: CompiledPolicy,
}

/// A version on its way, compiled.
pub(crate) struct ChallengingPolicy {
    pub policy: DecidingPolicy,
    pub stage: PolicyStage,
    /// The share of the tasks that it decides, in percent.
    pub percent: u8,
}

/// Everything that decides.
pub(crate) struct Deciding {
    pub epoch: u64,
    pub active: DecidingPolicy,
    pub challenger: Option<ChallengingPolicy>,
    pub guardrails: CompiledGuardrails,
    pub switches: Switches,
}

impl Deciding {
    /// Before the store was read.
    pub(crate) fn none() -> Self {
        let compiled = CompiledPolicy::compile(policy::default_document(BTreeMap::new()))
            .expect("the default document is legal, which a test of the policy crate shows");
        Self {
            epoch: 0,
            active: DecidingPolicy { version: 0, compiled },
            challenger: None,
            guardrails: CompiledGuardrails::default(),
            switches: Switches::default(),
        }
    }

    fn is_loaded(&self) -> bool {
        self.active.version > 0
    }

    /// Whether it was read at this epoch.
    fn is_of(&self, epoch: u64) -> bool {
        self.is_loaded() && self.epoch == epoch
    }

    /// The version that decides a task, and whether it is a canary's; `part` says which part of all tasks it belongs to
    /// (see [`crate::rollout::part`]), and is asked only when there is a canary.
    pub(crate) fn policy_of(&self, part: impl FnOnce() -> u32) -> (&DecidingPolicy, bool) {
        let canary = self.challenger.as_ref().filter(|challenger| challenger.stage == PolicyStage::Canary);
        match canary {
            Some(canary) if part() < share_of_parts(canary.percent) => (&canary.policy, true),
            _ => (&self.active, false),
        }
    }

    /// The version in shadow.
    pub(crate) fn shadow(&self) -> Option<&DecidingPolicy> {
        self.challenger.as_ref().filter(|it| it.stage == PolicyStage::Shadow).map(|it| &it.policy)
    }

    async fn read(reads: &mut dyn Reads, epoch: u64) -> Result<Option<Self>, StartError> {
        let Some(active) = reads.lookup_active_policy().await? else { return Ok(None) };
        let controls = Controls::read(reads).await?;
        let switches = controls.switches.value;
        let refused = |version, problems: Vec<PolicyProblem>| StartError::Policy {
            version,
            problem: problems.first().map_or_else(String::new, |problem| problem.message.clone()),
        };
        let compile = |policy: PolicyVersion| {
            let version = policy.version;
            CompiledPolicy::compile(without(policy.document, &switches))
                .map(|compiled| DecidingPolicy { version, compiled })
                .map_err(|problems| refused(version, problems))
        };
        let challenger = match reads.lookup_policy_challenger().await? {
            Some(challenger) => {
                let (stage, percent) = (challenger.stage, challenger.rollout.map_or(0, |rollout| rollout.percent));
                Some(ChallengingPolicy { policy: compile(challenger)?, stage, percent })
            }
            None => None,
        };
        let guardrails = CompiledGuardrails::compile(controls.guardrails.value)
            .map_err(|problems| refused(active.version, problems))?;
        Ok(Some(Self { epoch, active: compile(active)?, challenger, guardrails, switches }))
    }
}

/// A document with the rules disabled that are switched off.
fn without(mut document: PolicyDocument, switches: &Switches) -> PolicyDocument {
    for rule in &mut document.rules {
        if switches.is_off(&SwitchTarget::Rule(rule.id.clone())) {
            rule.disabled = true;
            // The first form knows no disabled rules, and says the same in this one.
            document.schema = SCHEMA;
        }
    }
    document
}

impl Services {
    /// Saves and activates the default policy of a new workspace, for the queues that exist; makes the triage, incident
    /// and escalation queues first when they are missing.
    pub(crate) async fn ensure_policy(&self) -> Result<(), StartError> {
        let mut tx = self.begin().await?;
        if tx.last_policy_version().await? > 0 {
            return Ok(());
        }
        let known = tx.list_queues().await?;
        for queue in crate::routing::default_queues(&self.0.settings) {
            if !known.iter().any(|existing| existing.name == queue.name) {
                tx.save_queue(&queue).await?;
            }
        }
        let now = self.now();
        let actor = domain::Actor::system("start");
        let note = "The policy that Switchyard comes with.".to_owned();
        let id = actor.id().to_string();
        let draft = PolicyVersion::draft(1, policy::default_document(BTreeMap::new()), note, (&id, "Switchyard"), now);
        let first = draft.activate("Switchyard", now).expect("a draft can be activated");
        tx.save_policy(&first).await?;
        let detail = serde_json::json!({ "after": 1 });
        let act = Act { actor: &actor, at: now, action: "policy.activated", subject: subject(1), detail };
        act.record(&mut *tx).await?;
        Ok(tx.save().await?)
    }

    /// Reads and compiles what decides when anything of it changed: at start, after a change here, and when another process
    /// made one.
    pub(crate) async fn reload_deciding(&self) -> Result<(), StartError> {
        let mut reads = self.read().await?;
        let epoch = reads.decision_epoch().await?;
        if self.0.deciding.load().is_of(epoch) {
            return Ok(());
        }
        if let Some(deciding) = Deciding::read(reads.as_mut(), epoch).await? {
            let deciding = Arc::new(deciding);
            // Two may read at once, and the later view must win.
            self.0.deciding.rcu(|present| {
                let is_older = !present.is_loaded() || present.epoch < epoch;
                Arc::clone(if is_older { &deciding } else { present })
            });
        }
        Ok(())
    }

    /// As [`Services::reload_deciding`], after a change that was checked before it was written.
    pub(crate) async fn reload_policies(&self) -> StoreResult<()> {
        match self.reload_deciding().await {
            Err(StartError::Store(error)) => Err(error),
            Err(error) => {
                tracing::error!(policy.error = %error, "what decides cannot be read; the version before goes on");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }
}
