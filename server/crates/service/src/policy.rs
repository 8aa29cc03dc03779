//! Policy versions: reading, checking, saving, activating; and the one that decides, in memory.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    Actor, Page, PageRequest, Permission, PolicyVersion,
    policy::{PolicyProblem, PolicyStage},
};
use policy::CompiledPolicy;

use crate::{PolicyError, ReadError, Services, StartError, services::Act};

/// Longest note on a version, in bytes.
const MAX_NOTE_BYTES: usize = 1_000;

/// The version that decides, compiled.
pub(crate) struct ActivePolicy {
    pub version: u32,
    pub compiled: CompiledPolicy,
}

impl ActivePolicy {
    /// Before the store was read.
    pub(crate) fn none() -> Self {
        let compiled = CompiledPolicy::compile(policy::default_document(BTreeMap::new()))
            .expect("the default document is legal, which a test of the policy crate shows");
        Self { version: 0, compiled }
    }
}

impl Services {
    /// Versions, newest first.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_policies(&self, actor: &Actor, page: &PageRequest) -> Result<Page<PolicyVersion>, ReadError> {
        actor.require(Permission::ReadPolicies)?;
        Ok(self.read().await?.list_policies(page).await?)
    }

    /// One version.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] when there is none.
    pub async fn lookup_policy(&self, actor: &Actor, version: u32) -> Result<PolicyVersion, ReadError> {
        actor.require(Permission::ReadPolicies)?;
        self.read().await?.lookup_policy(version).await?.ok_or(ReadError::NotFound)
    }

    /// The version that decides now; nothing before the first was activated.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn lookup_active_policy(&self, actor: &Actor) -> Result<Option<PolicyVersion>, ReadError> {
        actor.require(Permission::ReadPolicies)?;
        Ok(self.read().await?.lookup_active_policy().await?)
    }

    /// Says everything that is wrong with a document, against the queues that exist now.
    ///
    /// # Errors
    /// See [`PolicyError`]; problems of the document are the answer, not an error.
    pub async fn check_policy(&self, actor: &Actor, json: &str) -> Result<Vec<PolicyProblem>, PolicyError> {
        actor.require(Permission::EditPolicies)?;
        match policy::parse(json) {
            Ok(document) => Ok(policy::check(&document, &self.read().await?.list_queues().await?)),
            Err(problems) => Ok(problems),
        }
    }

    /// Saves a legal document as the next version; it decides nothing until it is activated.
    ///
    /// # Errors
    /// [`PolicyError::Illegal`] with every problem when the document is refused.
    pub async fn save_policy(&self, actor: &Actor, json: &str, note: &str) -> Result<PolicyVersion, PolicyError> {
        actor.require(Permission::EditPolicies)?;
        let note = domain::text::check_required("note", note, MAX_NOTE_BYTES)?;
        let document = policy::parse(json).map_err(PolicyError::Illegal)?;
        let mut tx = self.begin().await?;
        let problems = policy::check(&document, &tx.list_queues().await?);
        if !problems.is_empty() {
            return Err(PolicyError::Illegal(problems));
        }
        let now = self.now();
        let version = PolicyVersion {
            version: tx.last_policy_version().await? + 1,
            stage: PolicyStage::Draft,
            document,
            note,
            created_by: actor.name().to_owned(),
            created_at: now,
            activated_at: None,
            activated_by: None,
        };
        tx.save_policy(&version).await?;
        let detail = serde_json::json!({ "rules": version.document.rules.len(), "note": version.note });
        let act = Act { actor, at: now, action: "policy.saved", subject: subject(version.version), detail };
        act.record(&mut *tx).await?;
        tx.save().await?;
        Ok(version)
    }

    /// Makes a version the one that decides; an earlier one comes back the same way. The change holds for every task that
    /// is decided after the answer.
    ///
    /// # Errors
    /// [`PolicyError::Illegal`] when the document names queues that no longer exist.
    pub async fn activate_policy(&self, actor: &Actor, version: u32) -> Result<PolicyVersion, PolicyError> {
        actor.require(Permission::EditPolicies)?;
        let mut tx = self.begin().await?;
        let chosen = tx.lookup_policy(version).await?.ok_or(PolicyError::NotFound)?;
        let problems = policy::check(&chosen.document, &tx.list_queues().await?);
        if !problems.is_empty() {
            return Err(PolicyError::Illegal(problems));
        }
        let compiled = CompiledPolicy::compile(chosen.document.clone()).map_err(PolicyError::Illegal)?;
        let now = self.now();
        let chosen = chosen.activate(actor.name(), now)?;
        let before = tx.lookup_active_policy().await?;
        if let Some(before) = &before {
            tx.save_policy(&PolicyVersion { stage: PolicyStage::Retired, ..before.clone() }).await?;
        }
        tx.save_policy(&chosen).await?;
        let detail = serde_json::json!({ "before": before.map(|before| before.version), "after": version });
        let act = Act { actor, at: now, action: "policy.activated", subject: subject(version), detail };
        act.record(&mut *tx).await?;
        tx.save().await?;
        self.0.policy.store(Arc::new(ActivePolicy { version, compiled }));
        tracing::info!(policy.version = version, "a policy was activated");
        Ok(chosen)
    }

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
        let version = PolicyVersion {
            version: 1,
            stage: PolicyStage::Active,
            document: policy::default_document(BTreeMap::new()),
            note: "The policy that Switchyard comes with.".to_owned(),
            created_by: "Switchyard".to_owned(),
            created_at: now,
            activated_at: Some(now),
            activated_by: Some("Switchyard".to_owned()),
        };
        tx.save_policy(&version).await?;
        let actor = Actor::system("start");
        let detail = serde_json::json!({ "after": 1 });
        let act = Act { actor: &actor, at: now, action: "policy.activated", subject: subject(1), detail };
        act.record(&mut *tx).await?;
        Ok(tx.save().await?)
    }

    /// Compiles the stored active version when it is not the one in memory: at start, and when another process changed it.
    pub(crate) async fn reload_policy(&self) -> Result<(), StartError> {
        let Some(active) = self.read().await?.lookup_active_policy().await? else { return Ok(()) };
        if active.version == self.0.policy.load().version {
            return Ok(());
        }
        let version = active.version;
        let compiled = CompiledPolicy::compile(active.document).map_err(|problems| StartError::Policy {
            version,
            problem: problems.first().map_or_else(String::new, |problem| problem.message.clone()),
        })?;
        self.0.policy.store(Arc::new(ActivePolicy { version, compiled }));
        Ok(())
    }
}

fn subject(version: u32) -> String {
    format!("policy_{version}")
}
