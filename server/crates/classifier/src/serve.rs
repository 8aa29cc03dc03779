//! A model in memory, answering batches through ONNX Runtime.

pub(crate) mod answer;
mod breaker;

use std::{
    ops::Range,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use domain::{
    Classification, Priority,
    classification::{Stage, StageOutcome, StageRun},
    label::NONE_OF_THESE,
};
use ort::{
    session::{Session, SessionOutputs, builder::GraphOptimizationLevel},
    value::TensorRef,
};

use breaker::Breaker;

use crate::{
    calibrate::blended,
    encoder::Encoder,
    error::{ClassifyError, ModelError},
    featurizer::Featurizer,
    heads::{HeadForm, Said},
    linear::softmax,
    model_dir::{Artifact, Cascade, ModelCard},
    onnx::heads::{MINUTES, PRIORITY},
    runtime,
};

/// Floats that the gathered weights of one call may take: 32 MiB. One text alone may be above it.
const MAX_CELLS: usize = 8 * 1024 * 1024;
/// A row joins a batch only while the longest row of it is at most this many times as long, plus [`PADDING_SLACK`].
const MAX_PADDING_RATIO: f32 = 1.5;
/// Features of padding that are always cheaper than a call more.
const PADDING_SLACK: usize = 64;
/// Probabilities of priorities, and ends of a range of minutes with its middle.
const RANKS: usize = Priority::ALL.len();
const ENDS: usize = 3;
/// Texts that are featurised before ONNX Runtime is called, so that another caller need not wait for a whole file.
const TEXTS_PER_TURN: usize = 256;

/// A model that answers. Calls from several threads take turns.
#[derive(Debug)]
pub struct Model {
    worker: Mutex<Worker>,
    cascade: Option<CascadeStage>,
    card: ModelCard,
    /// The place of the label that people give to what belongs to none.
    none: Option<usize>,
    sha256: String,
    version: String,
}

/// What is asked where the linear model is unsure.
#[derive(Debug)]
struct CascadeStage {
    encoder: Arc<Encoder>,
    head: Mutex<Session>,
    card: Cascade,
    breaker: Breaker,
}

#[derive(Debug)]
struct Worker {
    session: Session,
    featurizer: Featurizer,
    /// The features of the texts of a turn, one after the other.
    ids: Vec<i64>,
    tf: Vec<f32>,
    /// For each text its place in the turn and its features.
    rows: Vec<(usize, Range<usize>)>,
    padded_ids: Vec<i64>,
    padded_tf: Vec<f32>,
}

impl Model {
    /// Loads a directory. `version` is what answers will name, for example `v3`; a cascade needs its encoder.
    ///
    /// # Errors
    /// When the files are missing, damaged, of another version or refused, or ONNX Runtime is not loaded, or the encoder is
    /// not the one that the model needs.
    pub fn load(directory: &Path, version: &str, encoder: Option<&Arc<Encoder>>) -> Result<Self, ModelError> {
        Self::from_artifact(&Artifact::read(directory)?, version, encoder)
    }

    /// Brings a model that was just made into memory.
    ///
    /// # Errors
    /// As [`Model::load`], but for the files.
    pub fn from_artifact(
        artifact: &Artifact,
        version: &str,
        encoder: Option<&Arc<Encoder>>,
    ) -> Result<Self, ModelError> {
        let inspected = artifact.inspect()?;
        let session = session(&inspected.to_bytes())?;
        let worker = Worker {
            session,
            featurizer: Featurizer::new(),
            ids: Vec::new(),
            tf: Vec::new(),
            rows: Vec::new(),
            padded_ids: Vec::new(),
            padded_tf: Vec::new(),
        };
        let card = artifact.card().clone();
        Ok(Self {
            worker: Mutex::new(worker),
            cascade: CascadeStage::of(artifact, encoder)?,
            none: card.facts.labels.iter().position(|label| label.name == NONE_OF_THESE),
            card,
            sha256: artifact.sha256(),
            version: version.to_owned(),
        })
    }

    /// What `model.json` says.
    #[must_use]
    pub const fn card(&self) -> &ModelCard {
        &self.card
    }

    /// SHA-256 of all that its answers follow from, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Labels in the order of the outputs.
    pub fn labels(&self) -> impl ExactSizeIterator<Item = &str> {
        self.card.facts.labels.iter().map(|label| label.name.as_str())
    }

    /// Classifies texts; the answers stand in their order. A text of any length and content has an answer. A cascade asks its
    /// encoder as long as that takes.
    ///
    /// # Errors
    /// When ONNX Runtime does not answer; then no text has an answer.
    pub fn classify<T: AsRef<str>>(&self, texts: &[T]) -> Result<Vec<Classification>, ClassifyError> {
        self.classify_by(texts, Asking::Freely)
    }

    /// As [`Model::classify`] for texts that somebody waits for: what a cascade's encoder has not read when its
    /// [budget](crate::EncoderSettings::budget) is used up keeps the linear model's answer.
    ///
    /// # Errors
    /// As [`Model::classify`].
    pub fn classify_in_time<T: AsRef<str>>(&self, texts: &[T]) -> Result<Vec<Classification>, ClassifyError> {
        let until = self.cascade.as_ref().map(|stage| Instant::now() + stage.encoder.settings().budget);
        self.classify_by(texts, until.map_or(Asking::Freely, Asking::Until))
    }

    /// As [`Model::classify`] without asking a cascade's encoder: where it would be asked, the linear model's answer stays, and
    /// says so.
    ///
    /// # Errors
    /// As [`Model::classify`].
    pub fn classify_cheaply<T: AsRef<str>>(&self, texts: &[T]) -> Result<Vec<Classification>, ClassifyError> {
        self.classify_by(texts, Asking::Never)
    }

    fn classify_by<T: AsRef<str>>(&self, texts: &[T], asking: Asking) -> Result<Vec<Classification>, ClassifyError> {
        let mut answers = vec![None; texts.len()];
        let mut unsure = Vec::new();
        for (turn, texts) in texts.chunks(TEXTS_PER_TURN).enumerate() {
            let first = turn * TEXTS_PER_TURN;
            let started = Instant::now();
            let mut sink = |at: usize, probabilities: &[f32], said: Said| {
                let answer = self.classification(probabilities, said);
                let asks = |stage: &CascadeStage| answer.confidence < stage.card.ask_below;
                if self.cascade.as_ref().is_some_and(asks) {
                    unsure.push((first + at, probabilities.to_vec()));
                }
                answers[first + at] = Some(answer);
            };
            // A panic in another thread leaves buffers that the next turn clears first.
            let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
            worker.answer(texts, self.card.facts.labels.len(), self.card.heads.form(), &mut sink)?;
            drop(worker);
            if let Some(stage) = &self.cascade {
                let micros = micros_each(started, texts.len());
                for answer in answers[first..first + texts.len()].iter_mut().flatten() {
                    answer.stages.push(stage.linear_run(answer, micros));
                }
            }
        }
        let missing = || ClassifyError { message: "an answer is missing".to_owned() };
        let mut answers: Vec<Classification> =
            answers.into_iter().map(|answer| answer.ok_or_else(missing)).collect::<Result<_, _>>()?;
        if let Some(stage) = self.cascade.as_ref().filter(|_| !unsure.is_empty()) {
            match asking {
                Asking::Freely => self.ask_encoder(stage, texts, &unsure, None, &mut answers)?,
                Asking::Until(until) if stage.breaker.admits(Instant::now()) => {
                    self.ask_encoder(stage, texts, &unsure, Some(until), &mut answers)?;
                }
                Asking::Until(_) | Asking::Never => unsure.iter().for_each(|(at, _)| answers[*at].stages.push(SPARED)),
            }
        }
        Ok(answers)
    }

    /// Replaces the labels of the texts that the linear model was unsure of, as far as time reaches. What its heads said
    /// stays.
    fn ask_encoder<T: AsRef<str>>(
        &self,
        stage: &CascadeStage,
        texts: &[T],
        unsure: &[(usize, Vec<f32>)],
        until: Option<Instant>,
        answers: &mut [Classification],
    ) -> Result<(), ClassifyError> {
        let started = Instant::now();
        let asked: Vec<&str> = unsure.iter().map(|(at, _)| texts[*at].as_ref()).collect();
        // A task that waits keeps the answer that it has; whoever measures must know.
        let asked_for = stage.encoder.embed(&asked, until);
        stage.breaker.answered(asked_for.is_ok(), Instant::now());
        let (embeddings, without) = match asked_for {
            Ok(embeddings) => (embeddings, StageOutcome::OutOfTime),
            Err(error) if until.is_none() => return Err(error),
            Err(error) => {
                tracing::warn!(encoder.error = error.message, texts = asked.len(), "the sentence encoder failed");
                (stage.encoder.nothing(asked.len()), StageOutcome::Failed)
            }
        };
        let heads = stage.probabilities(&embeddings.values, unsure.len())?;
        let read = embeddings.present.iter().filter(|present| **present).count();
        let micros = micros_each(started, read);
        let width = self.card.facts.labels.len();
        let rows = unsure.iter().zip(heads.chunks_exact(width)).zip(embeddings.present);
        for (((at, linear), head), present) in rows {
            let answer = &mut answers[*at];
            let mut stages = std::mem::take(&mut answer.stages);
            if present {
                let mut blend = blended(linear, head, stage.card.head_weight);
                softmax(&mut blend, 1.0 / stage.card.blend_temperature);
                *answer = self.classification(&blend, Said::again(answer));
            }
            stages.push(StageRun {
                stage: Stage::Encoder,
                outcome: if present { StageOutcome::Answered } else { without },
                label: present.then(|| answer.label.clone()),
                confidence: if present { answer.confidence } else { 0.0 },
                micros: if present { micros } else { 0 },
                cost: if present { stage.encoder.settings().cost } else { 0.0 },
            });
            answer.stages = stages;
        }
        Ok(())
    }

    /// Which labels a cascade's head alone gives texts, for benchmarks; nothing of a model without one.
    ///
    /// # Errors
    /// When ONNX Runtime does not answer.
    pub fn classify_by_head<T: AsRef<str>>(&self, texts: &[T]) -> Result<Option<Vec<Classification>>, ClassifyError> {
        let Some(stage) = &self.cascade else { return Ok(None) };
        let embeddings = stage.encoder.embed(texts, None)?;
        let probabilities = stage.probabilities(&embeddings.values, texts.len())?;
        let rows = probabilities.chunks_exact(self.card.facts.labels.len());
        Ok(Some(rows.map(|row| self.classification(row, Said::default())).collect()))
    }

    /// Puts probabilities into words. A row with anything that is no number has confidence 0 and is out of scope.
    fn classification(&self, probabilities: &[f32], said: Said) -> Classification {
        answer::classification(probabilities, said, &self.card, self.none, &self.version)
    }

    /// Calls ONNX Runtime once more on the features of the last text, which was classified alone, and drops its answer:
    /// what the graph alone costs, for benchmarks.
    ///
    /// # Errors
    /// When ONNX Runtime does not answer.
    pub fn run_again(&self) -> Result<(), ClassifyError> {
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        let Worker { session, padded_ids, padded_tf, .. } = &mut *worker;
        call(session, [1, padded_ids.len()], padded_ids, padded_tf).map(drop)
    }
}

/// Whether a cascade asks its encoder.
#[derive(Clone, Copy)]
enum Asking {
    /// As long as that takes.
    Freely,
    /// As far as time reaches.
    Until(Instant),
    /// It does not.
    Never,
}

/// What stands in an answer for an encoder that was left out.
const SPARED: StageRun = StageRun {
    stage: Stage::Encoder,
    outcome: StageOutcome::Spared,
    label: None,
    confidence: 0.0,
    micros: 0,
    cost: 0.0,
};

impl CascadeStage {
    fn of(artifact: &Artifact, encoder: Option<&Arc<Encoder>>) -> Result<Option<Self>, ModelError> {
        let (Some(card), Some(head)) = (artifact.card().cascade.clone(), artifact.inspect_head()?) else {
            return Ok(None);
        };
        let fits = |encoder: &&Arc<Encoder>| {
            encoder.sha256() == card.encoder_sha256 && encoder.dimensions() == card.dimensions
        };
        let Some(fitting) = encoder.filter(fits) else {
            let found = encoder.map(|encoder| encoder.sha256().to_owned());
            return Err(ModelError::Encoder { expected: card.encoder_sha256, found });
        };
        Ok(Some(Self {
            encoder: Arc::clone(fitting),
            head: Mutex::new(session(&head.to_bytes())?),
            card,
            breaker: Breaker::default(),
        }))
    }

    fn linear_run(&self, answer: &Classification, micros: u32) -> StageRun {
        let is_sure = answer.confidence >= self.card.ask_below;
        StageRun {
            stage: Stage::Linear,
            outcome: if is_sure { StageOutcome::Answered } else { StageOutcome::Unsure },
            label: Some(answer.label.clone()),
            confidence: answer.confidence,
            micros,
            cost: 0.0,
        }
    }

    /// The head's probabilities of so many embeddings.
    fn probabilities(&self, embeddings: &[f32], count: usize) -> Result<Vec<f32>, ClassifyError> {
        let tensor = TensorRef::from_array_view(([count, self.card.dimensions], embeddings));
        let tensor = tensor.map_err(|error| failed(&error))?;
        let mut session = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        let outputs = session.run(ort::inputs![tensor]).map_err(|error| failed(&error))?;
        let (_, probabilities) = outputs["probs"].try_extract_tensor::<f32>().map_err(|error| failed(&error))?;
        Ok(probabilities.to_vec())
    }
}

/// The share of each of so many texts of the time since `started`.
fn micros_each(started: Instant, texts: usize) -> u32 {
    u32::try_from(started.elapsed().as_micros() / texts.max(1) as u128).unwrap_or(u32::MAX)
}

/// A session with one thread that does not spin: beside a web server on few cores, more threads only take turns.
pub(crate) fn session(graph: &[u8]) -> Result<Session, ModelError> {
    let refused = |message: String| ModelError::Session(message);
    let environment = runtime::environment()?;
    let mut builder = Session::builder(&environment)
        .and_then(|builder| Ok(builder.with_intra_threads(1)?.with_inter_threads(1)?.with_intra_op_spinning(false)?))
        .and_then(|builder| {
            Ok(builder.with_inter_op_spinning(false)?.with_optimization_level(GraphOptimizationLevel::All)?)
        })
        // Patterns are kept for each shape, and here nearly every call has its own.
        .and_then(|builder| Ok(builder.with_memory_pattern(false)?))
        .map_err(|error| refused(error.to_string()))?;
    builder.commit_from_memory(graph).map_err(|error| refused(error.to_string()))
}

impl Worker {
    /// Hands the probabilities of each text, and what the heads say of it, to `sink`, in any order.
    fn answer<T: AsRef<str>>(
        &mut self,
        texts: &[T],
        labels: usize,
        heads: HeadForm,
        sink: &mut dyn FnMut(usize, &[f32], Said),
    ) -> Result<(), ClassifyError> {
        self.featurise(texts);
        let mut start = 0;
        while start < self.rows.len() {
            let end = start + batch_length(&self.rows[start..], labels + heads.columns());
            self.run(start..end, labels, heads, sink)?;
            start = end;
        }
        Ok(())
    }

    /// Featurises the texts and sorts their rows by length, longest first, so that neighbours pad little.
    fn featurise<T: AsRef<str>>(&mut self, texts: &[T]) {
        self.ids.clear();
        self.tf.clear();
        self.rows.clear();
        for (at, text) in texts.iter().enumerate() {
            let features = self.featurizer.extract(text.as_ref());
            let start = self.ids.len();
            self.ids.extend(features.ids.iter().map(|&id| i64::from(id)));
            self.tf.extend_from_slice(features.tf);
            self.rows.push((at, start..self.ids.len()));
        }
        self.rows.sort_by_key(|(_, range)| std::cmp::Reverse(range.len()));
    }

    fn run(
        &mut self,
        rows: Range<usize>,
        labels: usize,
        heads: HeadForm,
        sink: &mut dyn FnMut(usize, &[f32], Said),
    ) -> Result<(), ClassifyError> {
        let rows = &self.rows[rows];
        // A text without features still needs a column: padding, which weighs nothing.
        let length = rows.first().map_or(1, |(_, range)| range.len().max(1));
        self.padded_ids.clear();
        self.padded_tf.clear();
        for (row, (_, range)) in rows.iter().enumerate() {
            self.padded_ids.extend_from_slice(&self.ids[range.clone()]);
            self.padded_ids.resize((row + 1) * length, 0);
            self.padded_tf.extend_from_slice(&self.tf[range.clone()]);
            self.padded_tf.resize((row + 1) * length, 0.0);
        }
        let outputs = call(&mut self.session, [rows.len(), length], &self.padded_ids, &self.padded_tf)?;
        let table = |name: &str, width: usize| table(&outputs, name, [rows.len(), width]);
        let probabilities = table("probs", labels)?;
        let priorities = heads.priority.then(|| table(PRIORITY, RANKS)).transpose()?;
        let minutes = heads.minutes.then(|| table(MINUTES, ENDS)).transpose()?;
        for (row, ((at, _), probabilities)) in rows.iter().zip(probabilities.chunks_exact(labels)).enumerate() {
            let priorities = priorities.map(|table| &table[row * RANKS..][..RANKS]);
            sink(*at, probabilities, Said::of(priorities, minutes.map(|table| &table[row * ENDS..][..ENDS])));
        }
        Ok(())
    }
}

/// The numbers of an output, one row after the other.
fn table<'o>(
    outputs: &'o SessionOutputs<'_>,
    name: &str,
    [rows, width]: [usize; 2],
) -> Result<&'o [f32], ClassifyError> {
    let other = || ClassifyError { message: format!("the output {name} is missing or has another shape") };
    let output = outputs.get(name).ok_or_else(other)?;
    let (_, values) = output.try_extract_tensor::<f32>().map_err(|error| failed(&error))?;
    if values.len() == rows * width { Ok(values) } else { Err(other()) }
}

fn call<'s>(
    session: &'s mut Session,
    shape: [usize; 2],
    ids: &[i64],
    tf: &[f32],
) -> Result<SessionOutputs<'s>, ClassifyError> {
    let ids = TensorRef::from_array_view((shape, ids)).map_err(|error| failed(&error))?;
    let tf = TensorRef::from_array_view((shape, tf)).map_err(|error| failed(&error))?;
    session.run(ort::inputs![ids, tf]).map_err(|error| failed(&error))
}

pub(crate) fn failed(error: &ort::Error) -> ClassifyError {
    ClassifyError { message: error.to_string() }
}

/// How many of the rows, which get shorter and shorter, go into one call.
fn batch_length(rows: &[(usize, Range<usize>)], labels: usize) -> usize {
    let longest = rows.first().map_or(1, |(_, range)| range.len().max(1));
    let most = (MAX_CELLS / (longest * labels).max(1)).max(1);
    let fits = |(_, range): &&(usize, Range<usize>)| {
        longest <= (range.len() as f32 * MAX_PADDING_RATIO) as usize + PADDING_SLACK
    };
    rows.iter().take(most).take_while(fits).count().max(1)
}
