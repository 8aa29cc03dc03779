//! The ports of policies, handed on to their nouns.

use async_trait::async_trait;
use domain::{
    DecisionId, Page, PageRequest, PolicyDocument, PolicyVersion, Timestamp,
    policy::PolicyComment,
    rollout::{PolicyOutcome, PolicyShadowCase},
    simulation::HistoryCase,
};
use service::ports::store::{PolicyReads, PolicyShadow, PolicyWrites, StoreResult, StoredSetting};

use crate::{
    at_work, history, outcome, policy, policy_comment, policy_shadow, setting, transaction::SqliteTransaction,
};

#[async_trait]
impl PolicyReads for SqliteTransaction {
    async fn list_policies(&mut self, page: &PageRequest) -> StoreResult<Page<PolicyVersion>> {
        let answer = policy::list(self.connection().await?, page).await;
        self.settle(answer)
    }

    async fn lookup_policy(&mut self, version: u32) -> StoreResult<Option<PolicyVersion>> {
        let answer = policy::lookup(self.connection().await?, version).await;
        self.settle(answer)
    }

    async fn lookup_policy_revision(&mut self, version: u32, revision: u32) -> StoreResult<Option<PolicyDocument>> {
        let answer = policy::lookup_revision(self.connection().await?, version, revision).await;
        self.settle(answer)
    }

    async fn lookup_active_policy(&mut self) -> StoreResult<Option<PolicyVersion>> {
        let answer = policy::lookup_active(self.connection().await?).await;
        self.settle(answer)
    }

    async fn lookup_policy_challenger(&mut self) -> StoreResult<Option<PolicyVersion>> {
        let answer = policy::lookup_challenger(self.connection().await?).await;
        self.settle(answer)
    }

    async fn lookup_previous_policy(&mut self) -> StoreResult<Option<PolicyVersion>> {
        let answer = policy::lookup_previous(self.connection().await?).await;
        self.settle(answer)
    }

    async fn list_scheduled_policies(&mut self) -> StoreResult<Vec<PolicyVersion>> {
        let answer = policy::list_scheduled(self.connection().await?).await;
        self.settle(answer)
    }

    async fn last_policy_version(&mut self) -> StoreResult<u32> {
        let answer = policy::last_version(self.connection().await?).await;
        self.settle(answer)
    }

    async fn list_policy_comments(&mut self, version: u32) -> StoreResult<Vec<PolicyComment>> {
        let answer = policy_comment::list(self.connection().await?, version).await;
        self.settle(answer)
    }

    async fn lookup_setting(&mut self, name: &str) -> StoreResult<Option<StoredSetting>> {
        let answer = setting::lookup(self.connection().await?, name).await;
        self.settle(answer)
    }

    async fn decision_epoch(&mut self) -> StoreResult<u64> {
        let answer = setting::epoch(self.connection().await?).await;
        self.settle(answer)
    }

    async fn list_history(&mut self, before: Option<DecisionId>, most: u32) -> StoreResult<Vec<HistoryCase>> {
        let answer = history::list(self.connection().await?, before, most).await;
        self.settle(answer)
    }

    async fn list_people_at_work(&mut self, from: Timestamp, until: Timestamp) -> StoreResult<Vec<(Timestamp, u32)>> {
        self.flush().await?;
        let answer = at_work::list(self.connection().await?, from, until).await;
        self.settle(answer)
    }

    async fn list_policy_shadow_cases(&mut self, version: u32, most: u32) -> StoreResult<Vec<PolicyShadowCase>> {
        let answer = policy_shadow::list_cases(self.connection().await?, version, most).await;
        self.settle(answer)
    }

    async fn list_policy_outcomes(
        &mut self,
        version: u32,
        from: DecisionId,
        most: u32,
    ) -> StoreResult<Vec<PolicyOutcome>> {
        let answer = outcome::list(self.connection().await?, version, from, most).await;
        self.settle(answer)
    }
}

#[async_trait]
impl PolicyWrites for SqliteTransaction {
    async fn save_policy(&mut self, policy: &PolicyVersion) -> StoreResult<()> {
        let answer = policy::save(self.connection().await?, policy).await;
        self.settle(answer)
    }

    async fn add_policy_comment(&mut self, comment: &PolicyComment) -> StoreResult<()> {
        let answer = policy_comment::add(self.connection().await?, comment).await;
        self.settle(answer)
    }

    async fn save_setting(&mut self, name: &str, setting: &StoredSetting) -> StoreResult<()> {
        let answer = setting::save(self.connection().await?, name, setting).await;
        self.settle(answer)
    }

    async fn add_policy_shadows(&mut self, shadows: &[PolicyShadow]) -> StoreResult<()> {
        let answer = policy_shadow::add(self.connection().await?, shadows).await;
        self.settle(answer)
    }
}
