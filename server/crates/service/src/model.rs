//! Models: reading the registry, adding, promoting, and loading the champion.

use std::{
    path::Path,
    sync::{Arc, MutexGuard, PoisonError},
};

use domain::{
    Actor, FallbackReason, Model, ModelBoard, ModelStage, Permission, RunId, TrainingRun, dataset::DatasetFilter,
    evaluation::EvaluationCase,
};

use crate::{
    ModelError, ReadError, Services,
    classify::Loaded,
    ports::{AdoptionRequest, Classifier, ClassifierError, TrainedModel, TrainingError, store::StoreError},
    services::Act,
    training,
};

/// Runs that the page shows.
const SHOWN_RUNS: u32 = 10;

impl Services {
    /// Models, runs, examples and the state of the champion.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn model_board(&self, actor: &Actor) -> Result<ModelBoard, ReadError> {
        actor.require(Permission::ReadModels)?;
        let mut reads = self.read().await?;
        let runs = reads.list_runs(SHOWN_RUNS).await?;
        Ok(ModelBoard {
            models: reads.list_models().await?,
            runs: runs.into_iter().map(|run| self.0.training.with_progress(run)).collect(),
            labels: reads.list_label_counts().await?,
            classifier: self.0.classifier.health(),
            triggers: self.triggers(reads.as_mut()).await?,
            refused: self.refused_model().clone(),
        })
    }

    /// A training run, with its progress of now.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] when there is none.
    pub async fn lookup_run(&self, actor: &Actor, id: RunId) -> Result<TrainingRun, ReadError> {
        actor.require(Permission::ReadModels)?;
        let run = self.read().await?.lookup_run(id).await?.ok_or(ReadError::NotFound)?;
        Ok(self.0.training.with_progress(run))
    }

    /// Makes a model the champion: from the next batch on it classifies. One that does not meet every condition needs `anyway`,
    /// unless it was champion before.
    ///
    /// # Errors
    /// [`ModelError::GateClosed`] and [`ModelError::Unloadable`] leave the champion where it is.
    pub async fn promote(&self, actor: &Actor, version: u32, anyway: bool) -> Result<Model, ModelError> {
        actor.require(Permission::TrainModels)?;
        let mut reads = self.read().await?;
        let chosen = reads.lookup_model(version).await?.ok_or(ModelError::NotFound)?;
        let gate = self.rollout_report(reads.as_mut(), &chosen).await?;
        drop(reads);
        let is_open = gate.is_open() || chosen.is_former_champion();
        if !is_open && !anyway {
            return Err(ModelError::GateClosed);
        }
        let classifier =
            self.load(version, chosen.sha256.clone()).await.map_err(|error| ModelError::Unloadable(error.message))?;

        let mut tx = self.begin().await?;
        let chosen = tx.lookup_model(version).await?.ok_or(ModelError::NotFound)?;
        let is_former = chosen.is_former_champion();
        let now = self.now();
        let chosen = chosen.promote(now)?;
        let before = tx.lookup_champion().await?;
        if let Some(before) = &before {
            tx.save_model(&Model { stage: ModelStage::Retired, ..before.clone() }).await?;
        }
        tx.save_model(&chosen).await?;
        let detail = serde_json::json!({
            "before": before.map(|before| before.name()),
            "after": chosen.name(),
            "anyway": !is_open,
            "gate": gate.gate,
        });
        let action = if is_former { "model.restored" } else { "model.promoted" };
        Act { actor, at: now, action, subject: subject(version), detail }.record(&mut *tx).await?;
        tx.save().await?;
        self.0.classifier.replace(Loaded::Model { version, classifier });
        tracing::info!(model.version = version, "a model became champion");
        self.reload_challenger().await?;
        self.refresh_promises().await?;
        Ok(chosen)
    }

    /// Registers a model that was trained elsewhere, from its directory, as a candidate, and measures it on the held-out
    /// examples of now. Whether it has learned from these nobody knows.
    ///
    /// # Errors
    /// [`ModelError::Refused`] when the directory holds no model that can be served, [`ModelError::AlreadyTraining`] when a run is
    /// under way.
    pub async fn add_model(&self, actor: &Actor, directory: &Path) -> Result<Model, ModelError> {
        actor.require(Permission::TrainModels)?;
        let Ok(_making) = self.0.making_model.try_lock() else { return Err(ModelError::AlreadyTraining) };
        let examples = self.select_examples(&DatasetFilter::default()).await?;
        let (training, held_out) = training::split(&examples);
        let version = self.next_model_version().await?;
        let request = AdoptionRequest {
            version,
            directory: directory.to_owned(),
            training: training::examples(&training),
            held_out: training::examples(&held_out),
            champion: self.read().await?.lookup_champion().await?.map(|champion| champion.version),
        };
        self.refused_model().take();
        let workshop = Arc::clone(&self.0.workshop);
        let adopted = tokio::task::spawn_blocking(move || workshop.adopt(request))
            .await
            .map_err(|panic| ModelError::Unloadable(panic.to_string()))?
            .map_err(|error| match error {
                TrainingError::Refused(reason) => {
                    *self.refused_model() = Some(reason.clone());
                    ModelError::Refused(reason)
                }
                other => ModelError::Unloadable(other.to_string()),
            })?;
        let cases = training::cases(&held_out, &adopted.held_out);
        self.register(actor, version, adopted, &cases, None).await
    }

    /// Why the last model that was sent here was refused. A page without a script only hears of it by asking.
    fn refused_model(&self) -> MutexGuard<'_, Option<String>> {
        self.0.refused_model.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a candidate to the registry, with what it said of the examples that it was measured on.
    pub(crate) async fn register(
        &self,
        actor: &Actor,
        version: u32,
        trained: TrainedModel,
        cases: &[EvaluationCase],
        dataset: Option<u32>,
    ) -> Result<Model, ModelError> {
        let now = self.now();
        let model = Model {
            version,
            sha256: trained.sha256,
            dataset_sha256: trained.dataset_sha256,
            trained_on: trained.trained_on,
            labels: trained.labels,
            metrics: trained.metrics,
            stage: ModelStage::Candidate,
            created_at: now,
            created_by: actor.name().to_owned(),
            promoted_at: None,
            rollout: None,
            note: None,
            dataset,
        };
        let mut tx = self.begin().await?;
        tx.save_model(&model).await?;
        tx.add_evaluation_cases(version, cases).await?;
        let detail = serde_json::json!({
            "sha256": model.sha256,
            "dataset_sha256": model.dataset_sha256,
            "dataset": model.dataset,
            "trained_on": model.trained_on,
            "accuracy": model.metrics.as_ref().map(|metrics| metrics.accuracy),
        });
        Act { actor, at: now, action: "model.added", subject: subject(version), detail }.record(&mut *tx).await?;
        tx.save().await?;
        Ok(model)
    }

    /// The version that the next model gets.
    pub(crate) async fn next_model_version(&self) -> Result<u32, StoreError> {
        let models = self.read().await?.list_models().await?;
        Ok(models.iter().map(|model| model.version).max().unwrap_or(0) + 1)
    }

    /// Loads the stored champion when it is not the one in memory: at start, when another process promoted one, and again
    /// and again while its files cannot be loaded.
    pub(crate) async fn reload_champion(&self) -> Result<(), StoreError> {
        let Some(champion) = self.read().await?.lookup_champion().await? else {
            if self.0.classifier.version().is_some() {
                self.0.classifier.replace(Loaded::Nothing(FallbackReason::NoModel));
            }
            return Ok(());
        };
        if self.0.classifier.version() == Some(champion.version) {
            return Ok(());
        }
        let loaded = match self.load(champion.version, champion.sha256.clone()).await {
            Ok(classifier) => {
                tracing::info!(model.version = champion.version, "the champion was loaded");
                Loaded::Model { version: champion.version, classifier }
            }
            Err(error) => {
                tracing::warn!(
                    model.version = champion.version,
                    model.error = error.message,
                    "the champion cannot be loaded"
                );
                Loaded::Nothing(FallbackReason::ModelUnavailable)
            }
        };
        self.0.classifier.replace(loaded);
        Ok(())
    }

    pub(crate) async fn load(&self, version: u32, sha256: String) -> Result<Arc<dyn Classifier>, ClassifierError> {
        let workshop = Arc::clone(&self.0.workshop);
        tokio::task::spawn_blocking(move || workshop.load(version, &sha256))
            .await
            .unwrap_or_else(|panic| Err(ClassifierError { message: panic.to_string() }))
    }
}

pub(crate) fn subject(version: u32) -> String {
    format!("model_v{version}")
}
