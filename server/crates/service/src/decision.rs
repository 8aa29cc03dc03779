//! Reading decisions.

use domain::{
    Actor, DecisionDetail, DecisionId, DecisionSummary, Page, PageRequest, Permission, decision::DecisionFilter,
    detail::TaskCost,
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
        let settings = &self.0.settings;
        let worked_ms = u64::try_from(task.worked_ms).unwrap_or(0);
        let work_micros = worked_ms.saturating_mul(settings.prices.person_minute_micros) / 60_000;
        let cost = TaskCost { work_micros, currency: settings.currency.clone() };
        Ok(DecisionDetail { decision, subject: task.subject, task_state: task.state, corrections, shadows, cost })
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
