//! The label store: reading, importing, exporting.

use domain::{
    Actor, Label, LabelId, LabelKind, Page, PageRequest, Permission, ValidationCode, ValidationError,
    label::{LabelCount, LabelFilter},
};
use sha2::{Digest, Sha256};

use crate::{
    LabelError, ReadError, Services,
    services::{Act, id_ms},
};

/// Labels written in one transaction of an import.
const IMPORT_CHUNK: usize = 2_000;

/// The digest that equal texts share.
pub(crate) fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

impl Services {
    /// Labels that hold now, newest first.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_labels(
        &self,
        actor: &Actor,
        filter: &LabelFilter,
        page: &PageRequest,
    ) -> Result<Page<Label>, ReadError> {
        actor.require(Permission::ReadLabels)?;
        Ok(self.read().await?.list_labels(filter, page).await?)
    }

    /// How many examples each label has. Whoever corrects tasks needs the labels' names, so reading tasks is enough.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_label_counts(&self, actor: &Actor) -> Result<Vec<LabelCount>, ReadError> {
        actor.require(Permission::ReadTasks)?;
        Ok(self.read().await?.list_label_counts().await?)
    }

    /// Records that the actor takes labels out; the labels themselves come page by page from [`Self::list_labels`].
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn begin_export(&self, actor: &Actor, filter: &LabelFilter) -> Result<(), ReadError> {
        actor.require(Permission::ExportLabels)?;
        let detail = serde_json::json!({ "label": filter.label, "kind": filter.kind });
        let mut tx = self.begin().await?;
        let act = Act { actor, at: self.now(), action: "labels.exported", subject: "labels".to_owned(), detail };
        act.record(&mut *tx).await?;
        Ok(tx.save().await?)
    }

    /// Adds examples that came with a file, as `(text, label)`; answers how many. Checked by the caller. A label that has
    /// another name now is added under that name.
    ///
    /// # Errors
    /// When a label is retired; then nothing is added.
    pub async fn import_labels(&self, actor: &Actor, examples: &[(String, String)]) -> Result<u64, LabelError> {
        actor.require(Permission::TrainModels)?;
        let set = self.label_set();
        if let Some((_, label)) = examples.iter().find(|(_, label)| set.is_retired(label)) {
            let message = format!("`{label}` is retired; bring it back, or leave its rows out");
            return Err(ValidationError::new("label", ValidationCode::Malformed, message).into());
        }
        for chunk in examples.chunks(IMPORT_CHUNK) {
            let now = self.now();
            let labels: Vec<Label> = chunk
                .iter()
                .map(|(text, label)| Label {
                    id: LabelId::from_parts(id_ms(now), self.random_bits()),
                    digest: digest(text),
                    text: text.clone(),
                    label: set.current(label).to_owned(),
                    kind: LabelKind::Imported,
                    task_id: None,
                    given_by: actor.name().to_owned(),
                    given_at: now,
                    predicted: None,
                    confidence: None,
                    model_version: None,
                    given_by_id: None,
                    decision_id: None,
                    chosen_with: None,
                    given_as: (set.current(label) != label).then(|| label.clone()),
                    replaced: None,
                    saw_model: None,
                })
                .collect();
            let mut tx = self.begin().await?;
            tx.add_labels(&labels).await?;
            let detail = serde_json::json!({ "labels": labels.len() });
            let act = Act { actor, at: now, action: "labels.imported", subject: "labels".to_owned(), detail };
            act.record(&mut *tx).await?;
            tx.save().await?;
        }
        Ok(examples.len() as u64)
    }
}
