//! The service's port for models, over the embedded classifier: files under `models/v3` of the data directory.

use std::{
    io::Read,
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, OnceLock, mpsc},
    time::Duration,
};

use classifier::{Artifact, Backtest, Encoder, EncoderSettings, Evaluation, Model, ModelError, RuntimeError};
use domain::{
    Classification, Metrics,
    evaluation::{Answer, LearningPoint, NewestMetrics, ShortListCase},
};
use service::ports::{
    AdoptionRequest, Classifier, ClassifierError, Example, HeldOutAnswer, ModelWorkshop, Progress, SuspectExample,
    TrainedModel, TrainingError, TrainingRequest,
};

/// Fraction of a run's progress that fitting takes.
const FITTING: f32 = 0.6;
/// Fraction that fitting and measuring on held-out examples take; looking back and writing take the rest.
const MEASURING: f32 = 0.65;
/// Fraction before writing.
const LOOKING_BACK: f32 = 0.98;

/// Time that trying an encoder in a process of its own may take.
const TRIAL: Duration = Duration::from_secs(60);

/// Bytes of what such a process says that are read.
const MAX_LAST_WORDS: u64 = 64 * 1024;

/// What models run on.
#[derive(Debug, Clone, Default)]
pub struct ModelSources {
    /// ONNX Runtime's shared library.
    pub onnxruntime: Option<PathBuf>,
    /// A sentence encoder that new models ask where they are unsure.
    pub encoder: Option<EncoderSource>,
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
}

impl Workshop {
    /// A workshop whose models live under `directory`. Without ONNX Runtime's library it answers errors, never panics.
    #[must_use]
    pub const fn new(directory: PathBuf, sources: ModelSources) -> Self {
        Self { directory, sources, encoder: OnceLock::new() }
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
    fn bring_up(&self, artifact: &Artifact, version: u32) -> Result<Model, ModelError> {
        let encoder = artifact.card().cascade.as_ref().and_then(|_| self.encoder().ok().flatten());
        Model::from_artifact(artifact, &name(version), encoder.as_ref())
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
        artifact: Artifact,
        model: &Model,
        held_out: &[classifier::Example<'_>],
        champion: Option<u32>,
    ) -> Result<(Measured, Option<(u32, Model)>), TrainingError> {
        if held_out.is_empty() {
            return Ok((Measured { artifact, metrics: None, held_out: Vec::new() }, None));
        }
        let (evaluation, answers) = classifier::evaluate_and_keep(model, held_out, &[]).map_err(failed)?;
        let loaded = champion.and_then(|champion| self.champion(champion));
        let on_same = loaded.as_ref().and_then(|(version, champion)| measured(*version, champion, held_out));
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
        let artifact = artifact.with_metrics(evaluation);
        Ok((Measured { artifact, metrics: Some(metrics), held_out: held_out_answers }, loaded))
    }

    /// As [`Self::measure_on`], with what fewer examples and the newest ones say.
    fn measure(
        &self,
        artifact: Artifact,
        request: &TrainingRequest,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Measured, TrainingError> {
        let model = self.bring_up(&artifact, request.version).map_err(failed)?;
        let held_out = borrowed(&request.held_out);
        let (mut measured, champion) = self.measure_on(artifact, &model, &held_out, request.champion)?;
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
                .and_then(|(version, champion)| self::measured(*version, champion, &newest))
                .map(|(evaluation, _)| evaluation.accuracy);
            NewestMetrics { examples: request.newest as u64, accuracy, champion_accuracy }
        });
        Ok(measured)
    }

    /// The champion in memory; nothing when it cannot be loaded.
    fn champion(&self, version: u32) -> Option<(u32, Model)> {
        let loaded = Artifact::read(&self.directory_of(version)).and_then(|artifact| self.bring_up(&artifact, version));
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
        let Measured { artifact, metrics, held_out } = measured;
        artifact.write(&self.directory_of(version)).map_err(failed)?;
        let card = artifact.card();
        Ok(TrainedModel {
            sha256: artifact.sha256(),
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
        let measured = self.measure(artifact, &request, progress)?;
        if progress(Progress { percent: percent(LOOKING_BACK), step: "Writing the model" }).is_break() {
            return Err(TrainingError::Cancelled);
        }
        self.keep(measured, request.version)
    }

    fn adopt(&self, request: AdoptionRequest) -> Result<TrainedModel, TrainingError> {
        self.start_runtime().map_err(failed)?;
        let AdoptionRequest { version, directory, held_out, champion, .. } = request;
        let artifact = Artifact::read(&directory).map_err(|error| refused(&error))?;
        let model = self.bring_up(&artifact, version).map_err(|error| refused(&error))?;
        let measured = self.measure_on(artifact, &model, &borrowed(&held_out), champion)?;
        self.keep(measured.0, version)
    }

    fn load(&self, version: u32, sha256: &str) -> Result<Arc<dyn Classifier>, ClassifierError> {
        let served = self
            .start_runtime()
            .map_err(ModelError::from)
            .and_then(|()| Artifact::read(&self.directory_of(version)))
            .and_then(|artifact| self.bring_up(&artifact, version));
        let model = served.map_err(|error| ClassifierError { message: error.to_string() })?;
        if model.sha256() != sha256 {
            return Err(ClassifierError { message: "the files are not those that were registered".to_owned() });
        }
        Ok(Arc::new(Served(model)))
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
        let directory = std::path::absolute(&self.directory).map_err(|error| error.to_string())?;
        let mut command = Command::new(&self.program);
        command
            .args(["encoder", "check"])
            .arg(&directory)
            .arg("--max-tokens")
            .arg(self.settings.max_tokens.to_string());
        // Its settings are its own: nothing of this server's environment or working directory concerns it.
        command.env_clear().current_dir(std::env::temp_dir());
        command.envs(onnxruntime.map(|path| ("ORT_DYLIB_PATH", path)));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", self.program.display()))?;
        // What it says ends when it ends; that is what is waited for.
        let (say, hear) = mpsc::channel();
        if let Some(stderr) = child.stderr.take() {
            std::thread::spawn(move || {
                let mut said = Vec::new();
                // Whatever came before an error is what there is; nobody may listen any more.
                let _ = stderr.take(MAX_LAST_WORDS).read_to_end(&mut said);
                let _ = say.send(said);
            });
        }
        let Ok(said) = hear.recv_timeout(TRIAL) else {
            // It is stopped either way; an error means that it has just ended by itself.
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("it took longer than {} s", TRIAL.as_secs()));
        };
        let status = child.wait().map_err(|error| error.to_string())?;
        if status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&said);
        let last = said.lines().rev().find(|line| line.starts_with("error: ")).map(|line| &line["error: ".len()..]);
        Err(last
            .map_or_else(|| format!("it was stopped, by the limit of memory or time ({status})"), ToOwned::to_owned))
    }
}

/// A loaded model as the service sees it.
struct Served(Model);

impl Classifier for Served {
    fn classify(&self, texts: &[String]) -> Result<Vec<Classification>, ClassifierError> {
        self.0.classify_in_time(texts).map_err(|error| ClassifierError { message: error.to_string() })
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

/// What is wrong with files that somebody brought; where they are concerns nobody.
fn refused(error: &ModelError) -> TrainingError {
    match error {
        ModelError::Io { .. } => TrainingError::Refused("A file of the model is missing or cannot be read.".to_owned()),
        other => TrainingError::Refused(format!("This is no model that can be used here: {other}.")),
    }
}

fn failed(error: impl std::fmt::Display) -> TrainingError {
    TrainingError::Failed(error.to_string())
}
