//! The service's port for models, over the embedded classifier: files under `models/v3` of the data directory.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
};

use classifier::{Artifact, Model, ModelError, RuntimeError};
use domain::{Classification, Metrics};
use service::ports::{
    Classifier, ClassifierError, Example, ModelWorkshop, Progress, SuspectExample, TrainedModel, TrainingError,
    TrainingRequest,
};

/// Fraction of a run's progress that fitting takes; measuring and writing take the rest.
const FITTING: f32 = 0.9;

/// Trains and loads models in one directory.
#[derive(Debug)]
pub struct Workshop {
    directory: PathBuf,
    onnxruntime: Option<PathBuf>,
}

impl Workshop {
    /// A workshop whose models live under `directory`. Without ONNX Runtime's library it answers errors, never panics.
    #[must_use]
    pub const fn new(directory: PathBuf, onnxruntime: Option<PathBuf>) -> Self {
        Self { directory, onnxruntime }
    }

    fn directory_of(&self, version: u32) -> PathBuf {
        self.directory.join(name(version))
    }

    fn start_runtime(&self) -> Result<(), RuntimeError> {
        self.onnxruntime.as_deref().map_or(Ok(()), classifier::init_runtime)
    }

    /// Shows that a model answers, with what it reaches on the held-out examples.
    fn measure(
        &self,
        artifact: Artifact,
        request: &TrainingRequest,
    ) -> Result<(Artifact, Option<Metrics>), TrainingError> {
        let model = Model::from_artifact(&artifact, &name(request.version)).map_err(failed)?;
        if request.held_out.is_empty() {
            return Ok((artifact, None));
        }
        let held_out = borrowed(&request.held_out);
        let evaluation = classifier::evaluate(&model, &held_out, &[]).map_err(failed)?;
        let champion_accuracy = request.champion.and_then(|champion| self.accuracy_of(champion, &held_out));
        let metrics = evaluation.metrics(champion_accuracy);
        Ok((artifact.with_metrics(evaluation), Some(metrics)))
    }

    /// What the champion reaches on the same examples; unknown when it cannot be loaded.
    fn accuracy_of(&self, version: u32, held_out: &[classifier::Example<'_>]) -> Option<f64> {
        let measured = Model::load(&self.directory_of(version), &name(version))
            .map_err(|error| error.to_string())
            .and_then(|model| classifier::evaluate(&model, held_out, &[]).map_err(|error| error.to_string()));
        match measured {
            Ok(evaluation) => Some(evaluation.accuracy),
            Err(error) => {
                tracing::warn!(model.version = version, model.error = error, "the champion was not measured");
                None
            }
        }
    }

    /// Writes the files of a version, and reads what the registry keeps of them.
    fn keep(&self, artifact: &Artifact, version: u32, metrics: Option<Metrics>) -> Result<TrainedModel, TrainingError> {
        artifact.write(&self.directory_of(version)).map_err(failed)?;
        let card = artifact.card();
        Ok(TrainedModel {
            sha256: card.graph_sha256.clone(),
            dataset_sha256: card.facts.dataset_sha256.clone(),
            trained_on: card.facts.trained_on,
            labels: card.facts.labels.iter().map(|label| label.name.clone()).collect(),
            metrics,
            suspects: artifact
                .suspects()
                .iter()
                .map(|suspect| SuspectExample {
                    example: suspect.example,
                    suggested: suspect.suggested.clone(),
                    given_confidence: suspect.given_confidence,
                    suggested_confidence: suspect.suggested_confidence,
                    threshold: suspect.threshold,
                })
                .collect(),
        })
    }
}

impl ModelWorkshop for Workshop {
    fn train(
        &self,
        request: TrainingRequest,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<TrainedModel, TrainingError> {
        self.start_runtime().map_err(failed)?;
        let training = borrowed(&request.training);
        let artifact = classifier::train(&training, request.seed, &mut |made| {
            progress(Progress { percent: percent(made.fraction * FITTING), step: made.step })
        })
        .map_err(|error| match error {
            classifier::TrainError::Cancelled => TrainingError::Cancelled,
            // The label store checks what it takes, so what is left is too little or too much of it.
            other => TrainingError::TooFew(format!("There is no model yet: {other}.")),
        })?;
        if progress(Progress { percent: percent(FITTING), step: "Measuring on held-out examples" }).is_break() {
            return Err(TrainingError::Cancelled);
        }
        let (artifact, metrics) = self.measure(artifact, &request)?;
        self.keep(&artifact, request.version, metrics)
    }

    fn adopt(&self, version: u32, directory: &Path) -> Result<TrainedModel, TrainingError> {
        self.start_runtime().map_err(failed)?;
        let artifact = Artifact::read(directory).map_err(failed)?;
        Model::from_artifact(&artifact, &name(version)).map_err(failed)?;
        let metrics = artifact.card().metrics.as_ref().map(|evaluation| evaluation.metrics(None));
        self.keep(&artifact, version, metrics)
    }

    fn load(&self, version: u32, sha256: &str) -> Result<Arc<dyn Classifier>, ClassifierError> {
        let served = self
            .start_runtime()
            .map_err(ModelError::from)
            .and_then(|()| Model::load(&self.directory_of(version), &name(version)));
        let model = served.map_err(|error| ClassifierError { message: error.to_string() })?;
        if model.sha256() != sha256 {
            return Err(ClassifierError { message: "model.onnx is not the one that was registered".to_owned() });
        }
        Ok(Arc::new(Served(model)))
    }
}

/// A loaded model as the service sees it.
struct Served(Model);

impl Classifier for Served {
    fn classify(&self, texts: &[String]) -> Result<Vec<Classification>, ClassifierError> {
        self.0.classify(texts).map_err(|error| ClassifierError { message: error.to_string() })
    }
}

fn name(version: u32) -> String {
    format!("v{version}")
}

fn borrowed(examples: &[Example]) -> Vec<classifier::Example<'_>> {
    examples.iter().map(|example| classifier::Example::new(&example.text, &example.label)).collect()
}

fn percent(fraction: f32) -> u8 {
    (fraction.clamp(0.0, 1.0) * 100.0) as u8
}

fn failed(error: impl std::fmt::Display) -> TrainingError {
    TrainingError::Failed(error.to_string())
}
