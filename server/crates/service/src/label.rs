//! The label store: reading and exporting.

use domain::{
    Actor, Label, Page, PageRequest, Permission,
    label::{LabelCount, LabelFilter},
};
use sha2::{Digest, Sha256};

use crate::{ReadError, Services, services::Act};

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
}
