//! Labels that are likely wrong: what training found, and what people say to it.

use domain::{
    Actor, Label, LabelId, LabelKind, Page, PageRequest, Permission,
    suspicion::{Suspicion, SuspiciousLabel},
};

use crate::{
    LabelError, ReadError, Services,
    ports::store::StoreResult,
    services::{Act, id_ms},
};

impl Services {
    /// Labels that are likely wrong and that nobody has looked at, the likeliest first.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_suspicions(&self, actor: &Actor, page: &PageRequest) -> Result<Page<SuspiciousLabel>, ReadError> {
        actor.require(Permission::ReadLabels)?;
        Ok(self.read().await?.list_suspicions(page).await?)
    }

    /// Says that a suspicious label is right: no training will suspect it again.
    ///
    /// # Errors
    /// [`LabelError::Settled`] when somebody looked at it before.
    pub async fn keep_suspicious_label(&self, actor: &Actor, id: LabelId) -> Result<(), LabelError> {
        actor.require(Permission::SettleLabels)?;
        let mut tx = self.begin().await?;
        let found = tx.lookup_suspicion(id).await?.ok_or(LabelError::Settled)?;
        tx.keep_suspicious_label(id).await?;
        let detail = serde_json::json!({ "label": found.label.label, "suggested": found.suspicion.suggested });
        Act { actor, at: self.now(), action: "label.kept", subject: id.to_string(), detail }.record(&mut *tx).await?;
        Ok(tx.save().await?)
    }

    /// Gives a suspicious label's text the suggested label. It takes the place of every label of the text, which stay in
    /// its history.
    ///
    /// # Errors
    /// [`LabelError::Settled`] when somebody looked at it before.
    pub async fn take_suggestion(&self, actor: &Actor, id: LabelId) -> Result<Label, LabelError> {
        actor.require(Permission::SettleLabels)?;
        let mut tx = self.begin().await?;
        let SuspiciousLabel { label, suspicion } = tx.lookup_suspicion(id).await?.ok_or(LabelError::Settled)?;
        self.check_may_be_given("label", &suspicion.suggested)?;
        let now = self.now();
        let changed = Label {
            id: LabelId::from_parts(id_ms(now), self.random_bits()),
            label: suspicion.suggested.clone(),
            kind: LabelKind::Adjudicated,
            given_by: actor.name().to_owned(),
            given_by_id: Some(actor.id().to_string()),
            given_at: now,
            given_as: None,
            replaced: Some(label.label.clone()),
            // The page shows what the models said.
            saw_model: Some(true),
            ..label
        };
        tx.add_labels(std::slice::from_ref(&changed)).await?;
        let detail = serde_json::json!({
            "before": changed.replaced,
            "after": changed.label,
            "label": changed.id,
            "task": changed.task_id,
        });
        Act { actor, at: now, action: "label.changed", subject: id.to_string(), detail }.record(&mut *tx).await?;
        tx.save().await?;
        Ok(changed)
    }

    /// Keeps what a training found.
    pub(crate) async fn keep_suspicions(&self, suspicions: &[Suspicion]) -> StoreResult<()> {
        let mut tx = self.begin().await?;
        tx.replace_suspicions(suspicions).await?;
        tx.save().await
    }
}
