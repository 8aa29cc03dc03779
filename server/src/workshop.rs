//! The service's port for models, over the embedded classifier: files under `models/v3` of the data directory.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
};

use classifier::{Artifact, Backtest, Evaluation, Model, ModelError, RuntimeError};
use domain::{
    Classification, Metrics,
    evaluation::{Answer, LearningPoint, NewestMetrics},
};
use service::ports::{
    Classifier, ClassifierError, Example, HeldOutAnswer, ModelWorkshop, Progress, SuspectExample, TrainedModel,
    TrainingError, TrainingRequest,
};

/// Fraction of a run's progress that fitting takes.
const FITTING: f32 = 0.6;
/// Fraction that fitting and measuring on held-out examples take; looking back and writing take the rest.
const MEASURING: f32 = 0.65;
/// Fraction before writing.
const LOOKING_BACK: f32 = 0.98;

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
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Measured, TrainingError> {
        let model = Model::from_artifact(&artifact, &name(request.version)).map_err(failed)?;
        if request.held_out.is_empty() {
            return Ok(Measured { artifact, metrics: None, held_out: Vec::new() });
        }
        let held_out = borrowed(&request.held_out);
        let (evaluation, answers) = classifier::evaluate_and_keep(&model, &held_out, &[]).map_err(failed)?;
        let champion = request.champion.and_then(|champion| self.champion(champion));
        let on_same = champion.as_ref().and_then(|(version, champion)| measured(*version, champion, &held_out));
        let mut metrics = evaluation.metrics(on_same.as_ref().map(|(evaluation, _)| evaluation.accuracy));
        metrics.champion = on_same.as_ref().and(request.champion);
        let mut others = on_same.map(|(_, answers)| answers.into_iter());
        let held_out_answers = answers
            .into_iter()
            .map(|answer| HeldOutAnswer {
                out_of_scope: answer.out_of_scope,
                answer: said(answer),
                champion: others.as_mut().and_then(Iterator::next).map(said),
            })
            .collect();
        let backtest = look_back(request, &held_out, progress)?;
        metrics.learning_curve = backtest
            .curve
            .into_iter()
            .map(|(examples, accuracy)| LearningPoint { examples: examples as u64, accuracy })
            .chain([LearningPoint { examples: request.training.len() as u64, accuracy: metrics.accuracy }])
            .collect();
        metrics.newest = backtest.newest.map(|accuracy| {
            let first = request.oldest_first.len() - request.newest;
            let newest: Vec<_> = borrowed_at(request, &request.oldest_first[first..]);
            let known = champion.as_ref().filter(|_| request.newest_is_new_to_champion);
            let champion_accuracy = known
                .and_then(|(version, champion)| measured(*version, champion, &newest))
                .map(|(evaluation, _)| evaluation.accuracy);
            NewestMetrics { examples: request.newest as u64, accuracy, champion_accuracy }
        });
        Ok(Measured { artifact: artifact.with_metrics(evaluation), metrics: Some(metrics), held_out: held_out_answers })
    }

    /// The champion in memory; nothing when it cannot be loaded.
    fn champion(&self, version: u32) -> Option<(u32, Model)> {
        match Model::load(&self.directory_of(version), &name(version)) {
            Ok(model) => Some((version, model)),
            Err(error) => {
                tracing::warn!(model.version = version, model.error = %error, "the champion was not measured");
                None
            }
        }
    }

    /// Writes the files of a version, and reads what the registry keeps of them.
    fn keep(&self, measured: Measured, version: u32) -> Result<TrainedModel, TrainingError> {
        let Measured { artifact, metrics, held_out } = measured;
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
            held_out,
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
        let measured = self.measure(artifact, &request, progress)?;
        if progress(Progress { percent: percent(LOOKING_BACK), step: "Writing the model" }).is_break() {
            return Err(TrainingError::Cancelled);
        }
        self.keep(measured, request.version)
    }

    fn adopt(&self, version: u32, directory: &Path) -> Result<TrainedModel, TrainingError> {
        self.start_runtime().map_err(failed)?;
        let artifact = Artifact::read(directory).map_err(failed)?;
        Model::from_artifact(&artifact, &name(version)).map_err(failed)?;
        let metrics = artifact.card().metrics.as_ref().map(|evaluation| evaluation.metrics(None));
        self.keep(Measured { artifact, metrics, held_out: Vec::new() }, version)
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

/// A model with what it reached.
struct Measured {
    artifact: Artifact,
    metrics: Option<Metrics>,
    held_out: Vec<HeldOutAnswer>,
}

/// What a model reaches on examples, and what it says of each; nothing when it does not answer.
fn measured(
    version: u32,
    model: &Model,
    examples: &[classifier::Example<'_>],
) -> Option<(Evaluation, Vec<Classification>)> {
    classifier::evaluate_and_keep(model, examples, &[])
        .inspect_err(|error| {
            tracing::warn!(model.version = version, model.error = %error, "the champion was not measured");
        })
        .ok()
}

/// What trainings on fewer labels would have reached.
fn look_back(
    request: &TrainingRequest,
    held_out: &[classifier::Example<'_>],
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Backtest, TrainingError> {
    let oldest_first = borrowed_at(request, &request.oldest_first);
    let mut tick = |share: f32| {
        let percent = percent(MEASURING + share * (LOOKING_BACK - MEASURING));
        progress(Progress { percent, step: "Looking back at what fewer labels gave" })
    };
    match classifier::backtest(&oldest_first, held_out, request.newest, request.seed, &mut tick) {
        ControlFlow::Continue(backtest) => Ok(backtest),
        ControlFlow::Break(()) => Err(TrainingError::Cancelled),
    }
}

fn said(classification: Classification) -> Answer {
    Answer { label: classification.label, confidence: classification.confidence }
}

fn borrowed_at<'a>(request: &'a TrainingRequest, places: &[usize]) -> Vec<classifier::Example<'a>> {
    let example = |&place: &usize| {
        let Example { text, label } = &request.training[place];
        classifier::Example::new(text, label)
    };
    places.iter().map(example).collect()
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
