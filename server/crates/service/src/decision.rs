//! Reading decisions.

use domain::{
    Actor, DecisionDetail, DecisionId, DecisionSummary, Page, PageRequest, Permission, decision::DecisionFilter,
};

use crate::{ReadError, Services};

impl Services {
    /// A decision with what became of it.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] when there is none.
    pub async fn lookup_decision(&self, actor: &Actor, id: DecisionId) -> Result<DecisionDetail, ReadError> {
        actor.require(Permission::ReadDecisions)?;
        let mut reads = self.read().await?;
        let decision = reads.lookup_decision(id).await?.ok_or(ReadError::NotFound)?;
        let task = reads.lookup_task(decision.task_id).await?.ok_or(ReadError::NotFound)?;
        let mut corrections = reads.list_corrections_of(decision.task_id).await?;
        corrections.retain(|correction| correction.decision_id == id);
        let shadows = reads.list_shadow_of(decision.task_id).await?;
        Ok(DecisionDetail { decision, subject: task.subject, task_state: task.state, corrections, shadows })
    }

    /// Decisions, newest first.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_decisions(
        &self,
        actor: &Actor,
        filter: &DecisionFilter,
        page: &PageRequest,
    ) -> Result<Page<DecisionSummary>, ReadError> {
        actor.require(Permission::ReadDecisions)?;
        Ok(self.read().await?.list_decisions(filter, page).await?)
    }
}
