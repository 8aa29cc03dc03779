//! Datasets: immutable selections of labels, by content.

use std::{
    collections::BTreeMap,
    fmt::{self, Write},
};

use domain::{
    Actor, Label, LabelKind, Page, PageRequest, Permission, Priority, ValidationCode, ValidationError,
    dataset::{
        Dataset, DatasetCount, DatasetDetail, DatasetExample, DatasetFilter, MAX_DATASET_NAME_BYTES, is_held_out,
    },
    label::LabelFilter,
    page::MAX_PAGE_SIZE,
};
use sha2::{Digest, Sha256};

use crate::{
    LabelError, ReadError, Services,
    card::escaped,
    ports::store::{StoreError, StoreResult},
    services::Act,
};

/// Examples read at a time.
const CHUNK: u32 = 5_000;

impl Services {
    /// Datasets, newest first.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_datasets(&self, actor: &Actor, page: &PageRequest) -> Result<Page<Dataset>, ReadError> {
        actor.require(Permission::ReadLabels)?;
        Ok(self.read().await?.list_datasets(page).await?)
    }

    /// A dataset with the models that learned from it.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] when there is none.
    pub async fn lookup_dataset(&self, actor: &Actor, number: u32) -> Result<DatasetDetail, ReadError> {
        actor.require(Permission::ReadLabels)?;
        let mut reads = self.read().await?;
        let dataset = reads.lookup_dataset(number).await?.ok_or(ReadError::NotFound)?;
        let models = reads.list_models().await?;
        let models = models.iter().filter(|model| model.dataset == Some(number)).map(|model| model.version).collect();
        Ok(DatasetDetail { dataset, models })
    }

    /// Examples of a dataset in the order of their texts' digests.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] when there is no such dataset.
    pub async fn list_dataset_examples(
        &self,
        actor: &Actor,
        number: u32,
        page: &PageRequest,
    ) -> Result<Page<DatasetExample>, ReadError> {
        actor.require(Permission::ReadLabels)?;
        let from = match page.after.as_deref().map(str::parse::<u32>) {
            None => 0,
            Some(Ok(last)) => last.saturating_add(1),
            Some(Err(_)) => return Err(StoreError::InvalidCursor.into()),
        };
        let mut reads = self.read().await?;
        reads.lookup_dataset(number).await?.ok_or(ReadError::NotFound)?;
        let limit = page.limit.clamp(1, MAX_PAGE_SIZE);
        let rows = reads.list_dataset_examples(number, from, limit + 1).await?;
        Ok(Page::from_rows(rows, i64::from(limit), |last: &DatasetExample| last.place.to_string()))
    }

    /// Records that the actor takes a dataset out; its examples come page by page from [`Self::list_dataset_examples`].
    ///
    /// # Errors
    /// [`ReadError::NotFound`] when there is no such dataset.
    pub async fn begin_dataset_export(&self, actor: &Actor, number: u32) -> Result<Dataset, ReadError> {
        actor.require(Permission::ExportLabels)?;
        let mut tx = self.begin().await?;
        let dataset = tx.lookup_dataset(number).await?.ok_or(ReadError::NotFound)?;
        let detail = serde_json::json!({ "sha256": dataset.sha256 });
        let act = Act { actor, at: self.now(), action: "dataset.exported", subject: subject(number), detail };
        act.record(&mut *tx).await?;
        tx.save().await?;
        Ok(dataset)
    }

    /// A dataset's card as Markdown (Gebru et al. 2021, "Datasheets for Datasets"): what it holds, what it was made from, how
    /// it may be used.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] when there is no such dataset.
    pub async fn dataset_card(&self, actor: &Actor, number: u32) -> Result<String, ReadError> {
        let detail = self.lookup_dataset(actor, number).await?;
        let mut card = String::new();
        // Writing into a string does not fail.
        let _ = write_card(&mut card, &detail);
        Ok(card)
    }

    /// Makes a dataset of the labels that hold now. When one of the same content exists, that is the answer.
    ///
    /// # Errors
    /// When a field is refused, or nothing is selected.
    pub async fn make_dataset(&self, actor: &Actor, name: &str, filter: DatasetFilter) -> Result<Dataset, LabelError> {
        actor.require(Permission::TrainModels)?;
        let name = domain::text::check_required("name", name, MAX_DATASET_NAME_BYTES)?;
        if filter.from.zip(filter.until).is_some_and(|(from, until)| from >= until) {
            let message = "must be after the first day";
            return Err(ValidationError::new("until", ValidationCode::Malformed, message).into());
        }
        let examples = self.select_examples(&filter).await?;
        if examples.is_empty() {
            let message = "no label that holds now belongs to this selection";
            return Err(ValidationError::new("filter", ValidationCode::Malformed, message).into());
        }
        Ok(self.keep_dataset(actor, name, filter, &examples).await?)
    }

    /// Keeps a selection, unless one of the same content is there.
    pub(crate) async fn keep_dataset(
        &self,
        actor: &Actor,
        name: String,
        filter: DatasetFilter,
        examples: &[DatasetExample],
    ) -> StoreResult<Dataset> {
        let sha256 = content_sha256(examples);
        let mut tx = self.begin().await?;
        if let Some(known) = tx.lookup_dataset_by_sha256(&sha256).await? {
            return Ok(known);
        }
        let now = self.now();
        let dataset = Dataset {
            number: tx.last_dataset().await? + 1,
            name,
            filter,
            sha256,
            counts: counts(examples),
            created_at: now,
            created_by: actor.name().to_owned(),
        };
        tx.add_dataset(&dataset, examples).await?;
        let detail = serde_json::json!({
            "sha256": dataset.sha256, "training": dataset.training(), "held_out": dataset.held_out(),
        });
        let act = Act { actor, at: now, action: "dataset.made", subject: subject(dataset.number), detail };
        act.record(&mut *tx).await?;
        tx.save().await?;
        Ok(dataset)
    }

    /// The labels that hold now and belong to a selection, one for each text, in the order of the texts' digests. Of equal
    /// texts the latest label that a person gave counts, else the latest of a file.
    pub(crate) async fn select_examples(&self, filter: &DatasetFilter) -> StoreResult<Vec<DatasetExample>> {
        let mut reads = self.read().await?;
        let mut latest: BTreeMap<String, Label> = BTreeMap::new();
        let mut page = PageRequest::first(MAX_PAGE_SIZE);
        loop {
            let labels = reads.list_labels(&LabelFilter::default(), &page).await?;
            for label in labels.items {
                match latest.get(&label.digest) {
                    Some(kept) if kept.kind != LabelKind::Imported || label.kind == LabelKind::Imported => {}
                    _ => drop(latest.insert(label.digest.clone(), label)),
                }
            }
            let Some(next) = labels.next else { break };
            page = PageRequest::after(Some(next), Some(MAX_PAGE_SIZE));
        }
        let set = self.label_set();
        let selected = latest.into_values().filter(|label| set.may_be_given(&label.label) && filter.admits(label));
        let example =
            |(place, label): (u32, Label)| DatasetExample { place, held_out: is_held_out(&label.digest), label };
        Ok((0..).zip(selected).map(example).collect())
    }

    /// Every example of a dataset whose text was not erased since.
    pub(crate) async fn read_dataset(&self, number: u32) -> StoreResult<Vec<DatasetExample>> {
        let mut reads = self.read().await?;
        let mut examples: Vec<DatasetExample> = Vec::new();
        let mut from = 0;
        loop {
            let mut rows = reads.list_dataset_examples(number, from, CHUNK).await?;
            let Some(last) = rows.last() else { return Ok(examples) };
            from = last.place + 1;
            rows.retain(|example| !example.label.text.is_empty());
            examples.append(&mut rows);
        }
    }
}

fn write_card(card: &mut String, DatasetDetail { dataset, models }: &DatasetDetail) -> fmt::Result {
    writeln!(card, "# Dataset {}: {}\n", dataset.short_name(), escaped(&dataset.name))?;
    let made_by = escaped(&dataset.created_by);
    writeln!(card, "Texts of tasks with what people said they are. Made {} by {made_by}.\n", dataset.created_at)?;
    let models: Vec<String> = models.iter().map(|version| format!("v{version}")).collect();
    writeln!(card, "| | |\n| --- | --- |")?;
    for (name, value) in [
        ("made from", dataset.filter.in_words()),
        ("examples to learn from", dataset.training().to_string()),
        ("held out to measure on", dataset.held_out().to_string()),
        ("SHA-256 of its content", dataset.sha256.clone()),
        ("models that learned from it", if models.is_empty() { "none".to_owned() } else { models.join(", ") }),
    ] {
        writeln!(card, "| {name} | {} |", escaped(&value))?;
    }
    writeln!(card, "\n## Labels\n\n| label | to learn from | held out |\n| --- | --- | --- |")?;
    for count in &dataset.counts {
        writeln!(card, "| {} | {} | {} |", escaped(&count.label), count.training, count.held_out)?;
    }
    writeln!(card, "\n## How it was made\n")?;
    for sentence in [
        "Of equal texts it holds one: with the latest label that a person gave, else with the latest of a file.",
        "The SHA-256 of a text decides alone on which side it is, so a text never moves from one side to the other.",
        "Labels that were retired, or split and not sorted yet, are left out.",
        "Priority and minutes are what people really did: the priority with which they finished the task, and how long they \
         held it.",
        "The SHA-256 of the content is over the digest of each text, its label, side, priority and minutes, in the order of the \
         digests.",
        "A text that is erased where it stands is gone from here, too; then the file holds fewer examples than are counted here.",
    ] {
        writeln!(card, "- {sentence}")?;
    }
    writeln!(card, "\n## What it is for\n")?;
    writeln!(
        card,
        "Training and measuring models for the work of the organisation that the texts come from. They are its customers' words \
         and may hold personal data: treat the file as you treat the tasks."
    )
}

fn subject(number: u32) -> String {
    format!("dataset_{}", domain::dataset::dataset_name(number))
}

/// SHA-256 over the examples in the order of their texts' digests, each field with its length.
fn content_sha256(examples: &[DatasetExample]) -> String {
    let mut hash = Sha256::new();
    let mut field = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    for DatasetExample { held_out, label, .. } in examples {
        field(label.digest.as_bytes());
        field(label.label.as_bytes());
        field(&[u8::from(*held_out)]);
        field(label.priority.map_or("", Priority::as_str).as_bytes());
        field(&label.handling_minutes.map(f32::to_le_bytes).map(Vec::from).unwrap_or_default());
    }
    hex::encode(hash.finalize())
}

fn counts(examples: &[DatasetExample]) -> Vec<DatasetCount> {
    let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for example in examples {
        let (training, held_out) = counts.entry(&example.label.label).or_default();
        *if example.held_out { held_out } else { training } += 1;
    }
    let count = |(label, (training, held_out)): (&str, (u64, u64))| DatasetCount {
        label: label.to_owned(),
        training,
        held_out,
    };
    counts.into_iter().map(count).collect()
}
