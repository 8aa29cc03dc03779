//! The names of labels: adding, describing, renaming, merging and retiring them.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    Actor, Label, LabelId, LabelKind, PageRequest, Permission, ValidationCode, ValidationError,
    label::LabelFilter,
    label_set::{LabelEntry, LabelName, LabelSet, LabelState, LabelUse, MAX_ABOUT_BYTES, MAX_PARTS, Unsorted},
    page::MAX_PAGE_SIZE,
};

use crate::{
    LabelError, ReadError, Services,
    ports::store::{Reads, StoreResult, Transaction},
    services::{Act, id_ms},
};

/// Most unfinished tasks of a label that are counted.
const MAX_OPEN_TASKS: u32 = 1_000;
/// Examples that a page shows of those that are to be sorted.
const SHOWN_UNSORTED: usize = 20;

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
        let deciding = self.0.deciding.load();
        let policy = &deciding.active;
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

    /// Says that a label is too much for one: it is not given any more, and people sort its examples into its parts, of which
    /// those that do not exist yet are added. Finished tasks and decisions keep the old name.
    ///
    /// # Errors
    /// When there is no such label, it is not in use, or its parts are refused.
    pub async fn split_label(&self, actor: &Actor, name: &str, parts: &[String]) -> Result<(), LabelError> {
        actor.require(Permission::ManageLabels)?;
        let parts: Vec<String> =
            parts.iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect();
        let refused = |message: String| ValidationError::new("parts", ValidationCode::Malformed, message);
        if !(2..=MAX_PARTS).contains(&parts.len()) {
            return Err(refused(format!("must be 2 to {MAX_PARTS} names")).into());
        }
        for (place, part) in parts.iter().enumerate() {
            domain::text::check_label("parts", part)?;
            if parts[..place].contains(part) {
                return Err(refused(format!("name `{part}` twice")).into());
            }
            if part == name {
                return Err(refused(format!("must be other names than `{name}`")).into());
            }
            self.check_may_be_given("parts", part)?;
        }
        let mut tx = self.begin().await?;
        let entry = lookup(&mut *tx, name).await?.ok_or(LabelError::NotFound)?;
        if entry.state != LabelState::Active {
            return Err(LabelError::NotFound);
        }
        for part in &parts {
            if lookup(&mut *tx, part).await?.is_none() {
                let about = String::new();
                let (changed_at, changed_by) = (self.now(), actor.name().to_owned());
                let state = LabelState::Active;
                tx.save_label_name(&LabelName { name: part.clone(), about, state, changed_at, changed_by }).await?;
            }
        }
        let detail = serde_json::json!({ "parts": parts, "examples": entry.examples });
        self.change(tx, actor, name, &entry.about, LabelState::Split { parts }, "label.split", detail).await
    }

    /// Examples of a label that was split which nobody has sorted yet, newest first; only those that hold all these words,
    /// when there are any.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] when the label was not split.
    pub async fn list_unsorted(&self, actor: &Actor, name: &str, words: &str) -> Result<Unsorted, ReadError> {
        actor.require(Permission::ReadLabels)?;
        let mut reads = self.read().await?;
        let entry = entries(reads.as_mut()).await?.into_iter().find(|entry| entry.name == name);
        let Some(LabelEntry { state: LabelState::Split { parts }, examples, .. }) = entry else {
            return Err(ReadError::NotFound);
        };
        let mut matching = labels_with(reads.as_mut(), name, words).await?;
        let found = matching.len() as u64;
        matching.truncate(SHOWN_UNSORTED);
        Ok(Unsorted { name: name.to_owned(), parts, left: examples, words: words.to_owned(), found, first: matching })
    }

    /// Sorts an example of a label that was split into one of its parts. The new label takes the place of every label of the
    /// text, which stay in its history.
    ///
    /// # Errors
    /// [`LabelError::Settled`] when the example is sorted already, or a field is refused.
    pub async fn sort_example(&self, actor: &Actor, id: LabelId, part: &str) -> Result<(), LabelError> {
        actor.require(Permission::SettleLabels)?;
        let mut tx = self.begin().await?;
        let label = tx.list_labels_by_id(&[id]).await?.pop().ok_or(LabelError::NotFound)?;
        if !tx.list_labels_of_text(&label.digest).await?.iter().any(|holding| holding.id == id) {
            return Err(LabelError::Settled);
        }
        self.sort(&mut *tx, actor, &label.label.clone(), &[label], part).await?;
        Ok(tx.save().await?)
    }

    /// Sorts every example that holds all these words; answers how many. See [`Self::sort_example`].
    ///
    /// # Errors
    /// When the label was not split, or a field is refused.
    pub async fn sort_examples(&self, actor: &Actor, name: &str, words: &str, part: &str) -> Result<u64, LabelError> {
        actor.require(Permission::SettleLabels)?;
        if words.trim().is_empty() {
            return Err(ValidationError::required("words").into());
        }
        let mut tx = self.begin().await?;
        let labels = labels_with(tx.as_reads(), name, words).await?;
        self.sort(&mut *tx, actor, name, &labels, part).await?;
        tx.save().await?;
        Ok(labels.len() as u64)
    }

    async fn sort(
        &self,
        tx: &mut dyn Transaction,
        actor: &Actor,
        name: &str,
        labels: &[Label],
        part: &str,
    ) -> Result<(), LabelError> {
        match lookup(tx, name).await?.map(|entry| entry.state) {
            Some(LabelState::Split { parts }) if parts.iter().any(|known| known == part) => {}
            Some(LabelState::Split { .. }) => {
                return Err(ValidationError::unknown("part", format!("the part `{part}`")).into());
            }
            _ => return Err(LabelError::NotFound),
        }
        self.check_may_be_given("part", part)?;
        let now = self.now();
        let sorted: Vec<Label> = labels
            .iter()
            .map(|label| Label {
                id: LabelId::from_parts(id_ms(now), self.random_bits()),
                label: part.to_owned(),
                kind: LabelKind::Adjudicated,
                given_by: actor.name().to_owned(),
                given_by_id: Some(actor.id().to_string()),
                given_at: now,
                given_as: None,
                replaced: Some(label.label.clone()),
                ..label.clone()
            })
            .collect();
        tx.add_labels(&sorted).await?;
        let detail = serde_json::json!({ "part": part, "examples": sorted.len() });
        Act { actor, at: now, action: "label.sorted", subject: format!("label:{name}"), detail }.record(tx).await?;
        Ok(())
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

/// The holding examples of a label whose texts hold all these words, whatever their case, newest first.
async fn labels_with(reads: &mut dyn Reads, name: &str, words: &str) -> StoreResult<Vec<Label>> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let filter = LabelFilter { label: Some(name.to_owned()), kind: None };
    let mut found = Vec::new();
    let mut page = PageRequest::first(MAX_PAGE_SIZE);
    loop {
        let labels = reads.list_labels(&filter, &page).await?;
        found.extend(labels.items.into_iter().filter(|label| {
            let text = label.text.to_lowercase();
            words.iter().all(|word| text.contains(word))
        }));
        let Some(next) = labels.next else { return Ok(found) };
        page = PageRequest::after(Some(next), Some(MAX_PAGE_SIZE));
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
