//! The service's port for models, over the embedded classifier: files under `models/v3` of the data directory.

mod refusal;
mod trial;

use std::{
    ffi::OsStr,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use classifier::{
    Backtest, ClassifyError, Encoder, EncoderSettings, Evaluation, ModelError, ModelFiles, RuntimeError, Suspect,
    TextClassifier, foreign,
};
use domain::{
    Classification, Metrics,
    evaluation::{Answer, LearningPoint, NewestMetrics, ShortListCase},
};
use service::ports::{
    AdoptionRequest, Classifier, ClassifierError, Example, HeldOutAnswer, ModelWorkshop, Progress, SuspectExample,
    TrainedModel, TrainingError, TrainingRequest,
};

pub(crate) use self::refusal::refusal;
use self::{
    refusal::{refused, unusable},
    trial::TrialError,
};

/// Fraction of a run's progress that fitting takes.
const FITTING: f32 = 0.6;
/// Fraction that fitting and measuring on held-out examples take; looking back and writing take the rest.
const MEASURING: f32 = 0.65;
/// Fraction before writing.
const LOOKING_BACK: f32 = 0.98;

/// What models run on.
#[derive(Debug, Clone, Default)]
pub struct ModelSources {
    /// ONNX Runtime's shared library.
    pub onnxruntime: Option<PathBuf>,
    /// A sentence encoder that new models ask where they are unsure.
    pub encoder: Option<EncoderSource>,
    /// The `switchyard` program, which tries foreign models in a process of its own; without it none is taken.
    pub program: Option<PathBuf>,
}

/// A sentence encoder on disk.
#[derive(Debug, Clone)]
pub struct EncoderSource {
    /// Holds `model.onnx` and `tokenizer.json`.
    pub directory: PathBuf,
    /// How it is used.
    pub settings: EncoderSettings,
    /// The `switchyard` program, which tries it in a process of its own before this one loads it.
    pub program: PathBuf,
}

/// Trains and loads models in one directory.
#[derive(Debug)]
pub struct Workshop {
    directory: PathBuf,
    sources: ModelSources,
    /// The encoder, or why there is none to be had; looked at once, when first needed.
    encoder: OnceLock<Result<Arc<Encoder>, String>>,
    /// One trial at a time, so that their limits of memory do not add up.
    trial: Mutex<()>,
}

impl Workshop {
    /// A workshop whose models live under `directory`. Without ONNX Runtime's library it answers errors, never panics.
    #[must_use]
    pub const fn new(directory: PathBuf, sources: ModelSources) -> Self {
        Self { directory, sources, encoder: OnceLock::new(), trial: Mutex::new(()) }
    }

    /// The configured encoder, tried in another process first; nothing when none is configured.
    fn encoder(&self) -> Result<Option<Arc<Encoder>>, TrainingError> {
        let Some(source) = &self.sources.encoder else { return Ok(None) };
        let loaded = self.encoder.get_or_init(|| {
            let loaded = source.load(self.sources.onnxruntime.as_deref()).map(Arc::new);
            loaded.inspect_err(|error| tracing::error!(encoder.error = error, "the sentence encoder is not used"))
        });
        // Why is for the log: it may name files.
        let refused = "The configured sentence encoder cannot be used; the log says why. \
            `switchyard encoder check` tries it again, and a restarted server takes it.";
        loaded.clone().map(Some).map_err(|_| TrainingError::Refused(refused.to_owned()))
    }

    /// Brings a model into memory, with the encoder when it asks one.
    fn bring_up(&self, files: &ModelFiles, version: u32) -> Result<Box<dyn TextClassifier>, ModelError> {
        let encoder = if files.asks_encoder() { self.encoder().ok().flatten() } else { None };
        files.bring_up(&name(version), encoder.as_ref())
    }

    /// Tries a foreign model in another process, whose memory and time are limited. A model that was made here is compared
    /// with what this version writes instead, so that nothing unknown of it runs.
    fn try_apart(&self, directory: &Path) -> Result<(), TrainingError> {
        if !foreign::is_foreign(directory) {
            return Ok(());
        }
        let Some(program) = &self.sources.program else {
            let reason =
                "A foreign model is only taken after a trial in a process of its own, which is not possible here.";
            return Err(TrainingError::Refused(reason.to_owned()));
        };
        let check = ["model", "check"].map(OsStr::new);
        let _turn = self.trial.lock().unwrap_or_else(PoisonError::into_inner);
        trial::run(program, &check, directory, self.sources.onnxruntime.as_deref()).map_err(|error| match error {
            TrialError::Untried(cause) => TrainingError::Failed(cause),
            // The command says where, which concerns nobody.
            TrialError::Refused(said) => {
                let place = std::path::absolute(directory).unwrap_or_default();
                let place = format!("{}: ", place.display());
                refused(&said.strip_prefix(&place).map_or_else(|| unusable(&said), str::to_owned))
            }
        })
    }

    /// Brings a model that somebody brought into memory; a foreign one is calibrated on examples.
    fn bring_in(
        &self,
        files: ModelFiles,
        request: &AdoptionRequest,
    ) -> Result<(ModelFiles, Box<dyn TextClassifier>), ModelError> {
        match files {
            ModelFiles::Own(_) => {
                let model = self.bring_up(&files, request.version)?;
                Ok((files, model))
            }
            ModelFiles::Foreign(artifact) => {
                let (artifact, model) = artifact.calibrated(&name(request.version), &borrowed(&request.training))?;
                Ok((ModelFiles::Foreign(Box::new(artifact)), Box::new(model)))
            }
        }
    }

    fn directory_of(&self, version: u32) -> PathBuf {
        self.directory.join(name(version))
    }

    fn start_runtime(&self) -> Result<(), RuntimeError> {
        self.sources.onnxruntime.as_deref().map_or(Ok(()), classifier::init_runtime)
    }

    /// Shows that a model answers, with what it and the champion reach on the held-out examples; the champion comes back.
    fn measure_on(
        &self,
        files: ModelFiles,
        model: &dyn TextClassifier,
        held_out: &[classifier::Example<'_>],
        champion: Option<u32>,
    ) -> Result<(Measured, Option<Champion>), ClassifyError> {
        if held_out.is_empty() {
            return Ok((Measured { files, metrics: None, held_out: Vec::new() }, None));
        }
        let (evaluation, answers) = classifier::evaluate_and_keep(model, held_out, &[])?;
        let loaded = champion.and_then(|champion| self.champion(champion));
        let on_same = loaded.as_ref().and_then(|(version, champion)| measured(*version, champion.as_ref(), held_out));
        let mut metrics = evaluation.metrics(on_same.as_ref().map(|(evaluation, _)| evaluation.accuracy));
        metrics.champion = on_same.as_ref().and(champion);
        let mut others = on_same.map(|(_, answers)| answers.into_iter());
        let held_out_answers = answers
            .into_iter()
            .zip(held_out)
            .map(|(answer, example)| HeldOutAnswer {
                out_of_scope: answer.out_of_scope,
                short_list: answer.short_list.map(|size| ShortListCase {
                    size,
                    holds: answer.short_list().iter().any(|candidate| candidate.label == example.label),
                }),
                answer: said(answer),
                champion: others.as_mut().and_then(Iterator::next).map(said),
            })
            .collect();
        let files = files.with_metrics(evaluation);
        Ok((Measured { files, metrics: Some(metrics), held_out: held_out_answers }, loaded))
    }

    /// As [`Self::measure_on`], with what fewer examples and the newest ones say.
    fn measure(
        &self,
        files: ModelFiles,
        request: &TrainingRequest,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Measured, TrainingError> {
        let model = self.bring_up(&files, request.version).map_err(failed)?;
        let held_out = borrowed(&request.held_out);
        let (mut measured, champion) =
            self.measure_on(files, model.as_ref(), &held_out, request.champion).map_err(failed)?;
        let Some(metrics) = &mut measured.metrics else { return Ok(measured) };
        let backtest = look_back(request, &held_out, progress)?;
        metrics.learning_curve = backtest
            .curve
            .into_iter()
            .map(|(examples, accuracy)| LearningPoint { examples: examples as u64, accuracy })
            .collect();
        metrics.newest = backtest.newest.map(|accuracy| {
            let first = request.oldest_first.len() - request.newest;
            let newest: Vec<_> = borrowed_at(request, &request.oldest_first[first..]);
            let known = champion.as_ref().filter(|_| request.newest_is_new_to_champion);
            let champion_accuracy = known
                .and_then(|(version, champion)| self::measured(*version, champion.as_ref(), &newest))
                .map(|(evaluation, _)| evaluation.accuracy);
            NewestMetrics { examples: request.newest as u64, accuracy, champion_accuracy }
        });
        Ok(measured)
    }

    /// The champion in memory; nothing when it cannot be loaded.
    fn champion(&self, version: u32) -> Option<Champion> {
        let loaded = ModelFiles::read(&self.directory_of(version)).and_then(|files| self.bring_up(&files, version));
        match loaded {
            Ok(model) => Some((version, model)),
            Err(error) => {
                tracing::warn!(model.version = version, model.error = %error, "the champion was not measured");
                None
            }
        }
    }

    /// Writes the files of a version, and reads what the registry keeps of them.
    fn keep(&self, measured: Measured, version: u32) -> Result<TrainedModel, TrainingError> {
        let Measured { files, metrics, held_out } = measured;
        files.write(&self.directory_of(version)).map_err(failed)?;
        let (dataset_sha256, trained_on, suspects) = match &files {
            ModelFiles::Own(artifact) => {
                let facts = &artifact.card().facts;
                let suspects = artifact.suspects().iter().map(suspect).collect();
                (facts.dataset_sha256.clone(), facts.trained_on, suspects)
            }
            // What it learned from nobody here knows.
            ModelFiles::Foreign(_) => (String::new(), 0, Vec::new()),
        };
        let labels = files.labels().into_iter().map(str::to_owned).collect();
        let sha256 = files.sha256();
        Ok(TrainedModel { sha256, dataset_sha256, trained_on, labels, metrics, suspects, held_out })
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
        let encoder = self.encoder()?;
        let artifact = classifier::train_cascade(&training, encoder.as_deref(), request.seed, &mut |made| {
            progress(Progress { percent: percent(made.fraction * FITTING), step: made.step })
        })
        .map_err(|error| match error {
            classifier::TrainError::Cancelled => TrainingError::Cancelled,
            classifier::TrainError::Encoder(error) => failed(error),
            // The label store checks what it takes, so what is left is too little or too much of it.
            other => TrainingError::Refused(format!("There is no model yet: {other}.")),
        })?;
        if progress(Progress { percent: percent(FITTING), step: "Measuring on held-out examples" }).is_break() {
            return Err(TrainingError::Cancelled);
        }
        let measured = self.measure(ModelFiles::Own(Box::new(artifact)), &request, progress)?;
        if progress(Progress { percent: percent(LOOKING_BACK), step: "Writing the model" }).is_break() {
            return Err(TrainingError::Cancelled);
        }
        self.keep(measured, request.version)
    }

    fn adopt(&self, request: AdoptionRequest) -> Result<TrainedModel, TrainingError> {
        self.start_runtime().map_err(failed)?;
        self.try_apart(&request.directory)?;
        let brought = ModelFiles::read(&request.directory).and_then(|files| self.bring_in(files, &request));
        let (files, model) = brought.map_err(|error| refused(&refusal(&error)))?;
        let measured = self.measure_on(files, model.as_ref(), &borrowed(&request.held_out), request.champion);
        let (measured, _) = measured.map_err(|error| refused(&unusable(&error.to_string())))?;
        self.keep(measured, request.version)
    }

    fn load(&self, version: u32, sha256: &str) -> Result<Arc<dyn Classifier>, ClassifierError> {
        let unloadable = |error: ModelError| ClassifierError { message: error.to_string() };
        self.start_runtime().map_err(ModelError::from).map_err(unloadable)?;
        let files = ModelFiles::read(&self.directory_of(version)).map_err(unloadable)?;
        // Before anything of them runs: of a foreign model only these files were tried.
        if files.sha256() != sha256 {
            return Err(ClassifierError { message: "the files are not those that were registered".to_owned() });
        }
        Ok(Arc::new(Served(self.bring_up(&files, version).map_err(unloadable)?)))
    }
}

impl EncoderSource {
    /// Loads it here, after it was tried in another process.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn load(&self, onnxruntime: Option<&Path>) -> Result<Encoder, String> {
        self.try_apart(onnxruntime)?;
        Encoder::load(&self.directory, self.settings.clone()).map_err(|error| error.to_string())
    }

    /// Loads it in another process, whose memory and time are limited: a graph may ask for any amount of both.
    ///
    /// # Errors
    /// What that process said, or that it was stopped.
    pub fn try_apart(&self, onnxruntime: Option<&Path>) -> Result<(), String> {
        let tokens = self.settings.max_tokens.to_string();
        let check = ["encoder", "check", "--max-tokens", &tokens].map(OsStr::new);
        trial::run(&self.program, &check, &self.directory, onnxruntime).map_err(|error| error.to_string())
    }
}

/// A loaded model as the service sees it.
struct Served(Box<dyn TextClassifier>);

impl Classifier for Served {
    fn classify(&self, texts: &[String]) -> Result<Vec<Classification>, ClassifierError> {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        self.0.classify_in_time(&texts).map_err(|error| ClassifierError { message: error.to_string() })
    }

    fn classify_cheaply(&self, texts: &[String]) -> Result<Vec<Classification>, ClassifierError> {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        self.0.classify_cheaply(&texts).map_err(|error| ClassifierError { message: error.to_string() })
    }
}

/// The champion of now and its version.
type Champion = (u32, Box<dyn TextClassifier>);

/// A model with what it reached.
struct Measured {
    files: ModelFiles,
    metrics: Option<Metrics>,
    held_out: Vec<HeldOutAnswer>,
}

/// What a model reaches on examples, and what it says of each; nothing when it does not answer.
fn measured(
    version: u32,
    model: &dyn TextClassifier,
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
    places.iter().map(|&place| lent(&request.training[place])).collect()
}

fn name(version: u32) -> String {
    format!("v{version}")
}

fn lent(example: &Example) -> classifier::Example<'_> {
    classifier::Example {
        text: &example.text,
        label: &example.label,
        priority: example.priority,
        handling_minutes: example.handling_minutes,
    }
}

fn borrowed(examples: &[Example]) -> Vec<classifier::Example<'_>> {
    examples.iter().map(lent).collect()
}

fn percent(fraction: f32) -> u8 {
    (fraction.clamp(0.0, 1.0) * 100.0) as u8
}

fn suspect(found: &Suspect) -> SuspectExample {
    SuspectExample {
        example: found.example,
        suggested: found.suggested.clone(),
        given_confidence: found.given_confidence,
        suggested_confidence: found.suggested_confidence,
        threshold: found.threshold,
    }
}

fn failed(error: impl std::fmt::Display) -> TrainingError {
    TrainingError::Failed(error.to_string())
}
