//! Answers that machines acted on and the model was least sure of: people say what these tasks are, because such labels
//! teach the most (uncertainty sampling by the smallest margin, Scheffer, Decomain and Wrobel 2001).

use domain::{
    Actor, Correction, CorrectionField, CorrectionId, Label, LabelKind, Permission, TaskId, ValidationError,
    automation::UnsureTask,
};

use crate::{
    LabelError, ReadError, Services,
    services::{Act, id_ms},
};

/// Tasks that the page shows.
const SHOWN: u32 = 20;
/// The latest answers of the champion that they are chosen from.
const AMONG: u32 = 5_000;

impl Services {
    /// Tasks of machines that nobody has labelled, the least sure first, without what the model said.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_unsure(&self, actor: &Actor) -> Result<Vec<UnsureTask>, ReadError> {
        actor.require(Permission::ReadLabels)?;
        let mut reads = self.read().await?;
        let Some(champion) = reads.lookup_champion().await? else { return Ok(Vec::new()) };
        Ok(reads.list_unsure(champion.version, AMONG, SHOWN).await?)
    }

    /// Says what a task is that a machine did or does, without having seen what the model said. The label is an example; what
    /// was done stays done. Its task was chosen by the model's doubt and not by chance, so no estimate of how right
    /// automation is counts it.
    ///
    /// # Errors
    /// [`LabelError::Settled`] when somebody labelled it before, or a field is refused.
    pub async fn label_unsure(&self, actor: &Actor, id: TaskId, label: &str) -> Result<(), LabelError> {
        actor.require(Permission::SettleLabels)?;
        let name = label.trim();
        domain::text::check_label("label", name)?;
        self.check_may_be_given("label", name)?;
        let mut tx = self.begin().await?;
        let task = tx.lookup_task(id).await?.filter(|task| task.erased_at.is_none()).ok_or(LabelError::NotFound)?;
        if crate::label_set::lookup(&mut *tx, name).await?.is_none() {
            return Err(ValidationError::unknown("label", format!("the label `{name}`")).into());
        }
        if tx.lookup_label_of(id).await?.is_some() {
            return Err(LabelError::Settled);
        }
        let now = self.now();
        let given = self.label_of(&mut *tx, actor, &task, name, LabelKind::Confirmed, now).await?;
        let set = self.label_set();
        let is_right = given.predicted.as_deref().is_some_and(|predicted| set.current(predicted) == name);
        let kind = if is_right { LabelKind::Confirmed } else { LabelKind::Corrected };
        let given = Label { kind, saw_model: Some(false), chosen_with: None, ..given };
        tx.add_labels(std::slice::from_ref(&given)).await?;
        if let Some(decision_id) = given.decision_id.filter(|_| !is_right) {
            tx.add_correction(&Correction {
                id: CorrectionId::from_parts(id_ms(now), self.random_bits()),
                task_id: id,
                decision_id,
                field: CorrectionField::Label,
                old: given.predicted.clone(),
                new: name.to_owned(),
                reason: "Looked at because the model was not sure.".to_owned(),
                corrected_by: actor.name().to_owned(),
                corrected_at: now,
            })
            .await?;
        }
        let detail = serde_json::json!({ "label": given.label, "predicted": given.predicted });
        Act { actor, at: now, action: "label.given_unsure", subject: id.to_string(), detail }.record(&mut *tx).await?;
        Ok(tx.save().await?)
    }
}
