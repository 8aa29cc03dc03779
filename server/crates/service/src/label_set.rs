//! The names of labels: adding, describing, renaming, merging and retiring them.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    Actor, Permission, ValidationCode, ValidationError,
    label_set::{LabelEntry, LabelName, LabelSet, LabelState, LabelUse, MAX_ABOUT_BYTES},
};

use crate::{
    LabelError, ReadError, Services,
    ports::store::{Reads, StoreResult, Transaction},
    services::Act,
};

/// Most unfinished tasks of a label that are counted.
const MAX_OPEN_TASKS: u32 = 1_000;

impl Services {
    /// Every label that has examples or was ever described, by name.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_label_set(&self, actor: &Actor) -> Result<Vec<LabelEntry>, ReadError> {
        actor.require(Permission::ReadTasks)?;
        Ok(entries(self.read().await?.as_mut()).await?)
    }

    /// What hangs on a label's name.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn lookup_label_use(&self, actor: &Actor, name: &str) -> Result<LabelUse, ReadError> {
        actor.require(Permission::ReadLabels)?;
        let mut reads = self.read().await?;
        let mut entries = entries(reads.as_mut()).await?;
        let place = entries.iter().position(|entry| entry.name == name).ok_or(ReadError::NotFound)?;
        let entry = entries.swap_remove(place);
        let mut others: Vec<String> =
            entries.into_iter().filter(|other| other.state == LabelState::Active).map(|other| other.name).collect();
        others.sort();
        let champion = reads.lookup_champion().await?;
        let policy = self.0.policy.load();
        Ok(LabelUse {
            open_tasks: reads.count_open_tasks_of_label(name, MAX_OPEN_TASKS).await?,
            champion: champion.filter(|model| model.labels.iter().any(|label| label == name)).map(|model| model.name()),
            policy_version: policy.version,
            rules: policy.compiled.rules_naming(name).into_iter().map(str::to_owned).collect(),
            queue: policy.compiled.document().label_queues.get(name).cloned(),
            others,
            entry,
        })
    }

    /// Adds a label, or says anew what one means. A retired one may be given again.
    ///
    /// # Errors
    /// When a field is refused, or the label has another name now.
    pub async fn save_label(&self, actor: &Actor, name: &str, about: &str) -> Result<(), LabelError> {
        actor.require(Permission::ManageLabels)?;
        let name = name.trim();
        domain::text::check_label("name", name)?;
        domain::text::check_length("about", about, MAX_ABOUT_BYTES)?;
        let mut tx = self.begin().await?;
        if let Some(LabelState::Became { label }) = lookup(&mut *tx, name).await?.map(|entry| entry.state) {
            return Err(taken(format!("is called {label} now")).into());
        }
        self.change(tx, actor, name, about.trim(), LabelState::Active, "label.saved", serde_json::json!({})).await
    }

    /// Gives a label another name, with all its examples and unfinished tasks; finished tasks and decisions keep the name
    /// they have. Under the name of a label that exists, both become one, which `merge` must say.
    ///
    /// # Errors
    /// When there is no such label, the new name is refused, or it exists and `merge` was not said.
    pub async fn rename_label(&self, actor: &Actor, from: &str, to: &str, merge: bool) -> Result<(), LabelError> {
        actor.require(Permission::ManageLabels)?;
        let to = to.trim();
        domain::text::check_label("to", to)?;
        let mut tx = self.begin().await?;
        let entry = lookup(&mut *tx, from).await?.ok_or(LabelError::NotFound)?;
        if matches!(entry.state, LabelState::Became { .. }) {
            return Err(LabelError::NotFound);
        }
        let refused = |message: &str| ValidationError::new("to", ValidationCode::Malformed, message.to_owned());
        if from == to {
            return Err(refused("is the name it has").into());
        }
        let known = lookup(&mut *tx, to).await?;
        match known.as_ref().map(|entry| &entry.state) {
            Some(LabelState::Active) if !merge => return Err(LabelError::Exists),
            Some(LabelState::Retired) => return Err(refused("is retired; bring it back first").into()),
            // Back to an old name: the label of then is the label of now.
            Some(LabelState::Became { .. }) if self.label_set().current(to) != from => {
                return Err(refused("was the name of another label").into());
            }
            _ => {}
        }
        let examples = tx.rename_label(from, to).await?;
        let about = known.map_or_else(|| entry.about.clone(), |known| known.about);
        let now = self.now();
        let changed_by = actor.name().to_owned();
        let active = LabelName { name: to.to_owned(), about, state: LabelState::Active, changed_at: now, changed_by };
        tx.save_label_name(&active).await?;
        let action = if merge { "label.merged" } else { "label.renamed" };
        let detail = serde_json::json!({ "to": to, "examples": examples });
        let became = LabelState::Became { label: to.to_owned() };
        self.change(tx, actor, from, &entry.about, became, action, detail).await
    }

    /// Ends the use of a label: nobody gives it any more, training leaves its examples out, and a model that still
    /// answers with it is not believed.
    ///
    /// # Errors
    /// When there is no such label, or it has another name now.
    pub async fn retire_label(&self, actor: &Actor, name: &str) -> Result<(), LabelError> {
        actor.require(Permission::ManageLabels)?;
        let mut tx = self.begin().await?;
        let entry = lookup(&mut *tx, name).await?.ok_or(LabelError::NotFound)?;
        if entry.state != LabelState::Active {
            return Err(LabelError::NotFound);
        }
        let detail = serde_json::json!({ "examples": entry.examples });
        self.change(tx, actor, name, &entry.about, LabelState::Retired, "label.retired", detail).await
    }

    /// Writes a name with the events of what was done to it, and lets deciding know.
    #[expect(clippy::too_many_arguments, reason = "the parts of one record")]
    async fn change(
        &self,
        mut tx: Box<dyn Transaction>,
        actor: &Actor,
        name: &str,
        about: &str,
        state: LabelState,
        action: &'static str,
        detail: serde_json::Value,
    ) -> Result<(), LabelError> {
        let at = self.now();
        let name = LabelName {
            name: name.to_owned(),
            about: about.to_owned(),
            state,
            changed_at: at,
            changed_by: actor.name().to_owned(),
        };
        tx.save_label_name(&name).await?;
        Act { actor, at, action, subject: format!("label:{}", name.name), detail }.record(&mut *tx).await?;
        tx.save().await?;
        self.reload_label_set().await?;
        Ok(())
    }

    /// The names as of now, or of about two seconds ago when another process changed them.
    pub(crate) fn label_set(&self) -> Arc<LabelSet> {
        self.0.label_set.load_full()
    }

    pub(crate) async fn reload_label_set(&self) -> StoreResult<()> {
        let set = LabelSet::new(&self.read().await?.list_label_names().await?);
        if set != **self.0.label_set.load() {
            self.0.label_set.store(Arc::new(set));
        }
        Ok(())
    }

    /// Refuses a label that is retired or has another name.
    pub(crate) fn check_may_be_given(&self, field: &str, label: &str) -> Result<(), ValidationError> {
        let set = self.label_set();
        if set.may_be_given(label) {
            return Ok(());
        }
        let message = match set.current(label) {
            current if current == label => "is retired".to_owned(),
            current => format!("is called {current} now"),
        };
        Err(ValidationError::new(field, ValidationCode::Malformed, message))
    }
}

fn taken(message: String) -> ValidationError {
    ValidationError::new("name", ValidationCode::Taken, message)
}

pub(crate) async fn lookup(tx: &mut dyn Transaction, name: &str) -> StoreResult<Option<LabelEntry>> {
    Ok(entries(tx.as_reads()).await?.into_iter().find(|entry| entry.name == name))
}

async fn entries(reads: &mut dyn Reads) -> StoreResult<Vec<LabelEntry>> {
    let mut entries: BTreeMap<String, LabelEntry> = reads
        .list_label_names()
        .await?
        .into_iter()
        .map(|LabelName { name, about, state, .. }| (name.clone(), LabelEntry { name, about, state, examples: 0 }))
        .collect();
    for count in reads.list_label_counts().await? {
        entries
            .entry(count.label.clone())
            .or_insert(LabelEntry { name: count.label, about: String::new(), state: LabelState::Active, examples: 0 })
            .examples = count.examples;
    }
    Ok(entries.into_values().collect())
}
