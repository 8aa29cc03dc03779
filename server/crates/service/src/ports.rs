//! What the use cases need from outside, as traits: stores, clock, randomness, models.

use std::{ops::ControlFlow, path::PathBuf, sync::Arc};

use domain::{
    Classification, Metrics, Priority, Timestamp,
    evaluation::{Answer, ShortListCase},
    import::{BadLine, NewExample},
};

pub mod store;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Gives unpredictable bytes for identifiers and secrets.
pub trait Entropy: Send + Sync + 'static {
    /// Fills the buffer with random bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// Why a model gave no answer.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct ClassifierError {
    /// The cause for the log.
    pub message: String,
}

/// A model in memory.
pub trait Classifier: Send + Sync + 'static {
    /// Classifies a batch; the answers stand in the order of the texts. Called off the async threads.
    ///
    /// # Errors
    /// When the model cannot answer; then no text of the batch has an answer.
    fn classify(&self, texts: &[String]) -> Result<Vec<Classification>, ClassifierError>;

    /// As [`Classifier::classify`] by its cheapest stage alone; a model of one stage has no cheaper one.
    ///
    /// # Errors
    /// As there.
    fn classify_cheaply(&self, texts: &[String]) -> Result<Vec<Classification>, ClassifierError> {
        self.classify(texts)
    }
}

/// One training example.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The text.
    pub text: String,
    /// What it is.
    pub label: String,
    /// How urgent the work turned out to be.
    pub priority: Option<Priority>,
    /// Minutes that the work took.
    pub handling_minutes: Option<f32>,
}

/// A file of examples, which can be read more than once.
pub trait ExampleSource: Send + Sync + 'static {
    /// The lines from the beginning on: each with its number, counting from 1, or why it is bad. Called off the async threads.
    ///
    /// # Errors
    /// Why it is no file of examples, as a sentence for people.
    fn read(&self) -> Result<ExampleLines, String>;
}

/// The lines of a file of examples.
pub type ExampleLines = Box<dyn Iterator<Item = Result<(u64, NewExample), BadLine>> + Send>;

/// What a training run is asked for.
#[derive(Debug)]
pub struct TrainingRequest {
    /// The version that the new model will have.
    pub version: u32,
    /// What it learns from.
    pub training: Vec<Example>,
    /// What it and the champion are measured on; never learned from.
    pub held_out: Vec<Example>,
    /// The champion of now, measured on the same held-out examples.
    pub champion: Option<u32>,
    /// The places in `training`, the oldest first.
    pub oldest_first: Vec<usize>,
    /// So many of them, the newest, say how a model does that did not know what came last; 0 when there are too few.
    pub newest: usize,
    /// Whether the champion did not know these either.
    pub newest_is_new_to_champion: bool,
    /// Seed of everything random.
    pub seed: u64,
}

/// A model that was trained elsewhere.
#[derive(Debug)]
pub struct AdoptionRequest {
    /// The version that it will have.
    pub version: u32,
    /// Holds its files.
    pub directory: PathBuf,
    /// What its confidence may be calibrated on.
    pub training: Vec<Example>,
    /// What it and the champion are measured on.
    pub held_out: Vec<Example>,
    /// The champion of now.
    pub champion: Option<u32>,
}

/// How far training has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Share of the work done, 0 to 100.
    pub percent: u8,
    /// What it does now.
    pub step: &'static str,
}

/// A training example whose label is likely wrong. Probabilities are 0 to 1, by models that did not learn from it.
#[derive(Debug, Clone, PartialEq)]
pub struct SuspectExample {
    /// Its place in [`TrainingRequest::training`].
    pub example: usize,
    /// The label that it likely should have.
    pub suggested: String,
    /// Probability of the label that it has.
    pub given_confidence: f32,
    /// Probability of the suggested one.
    pub suggested_confidence: f32,
    /// What the suggested label's own examples reach on average.
    pub threshold: f32,
}

/// What models said of an example that the new one did not learn from.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldOutAnswer {
    /// The new model.
    pub answer: Answer,
    /// How likely it thought that the example belongs to no label, 0 to 1.
    pub out_of_scope: f32,
    /// The champion, when there is one that answers.
    pub champion: Option<Answer>,
    /// The new model's short list.
    pub short_list: Option<ShortListCase>,
}

/// What training made: files on disk, complete and readable.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainedModel {
    /// SHA-256 of the ONNX graph in hexadecimal.
    pub sha256: String,
    /// SHA-256 of the training data in hexadecimal.
    pub dataset_sha256: String,
    /// Examples it was trained on.
    pub trained_on: u64,
    /// Labels it knows.
    pub labels: Vec<String>,
    /// What it reached on the held-out examples; nothing when there were none.
    pub metrics: Option<Metrics>,
    /// Examples whose labels are likely wrong, the likeliest first.
    pub suspects: Vec<SuspectExample>,
    /// What it said of each held-out example, in their order.
    pub held_out: Vec<HeldOutAnswer>,
}

/// Why training made no model; nothing is left behind.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// The caller stopped it.
    #[error("cancelled")]
    Cancelled,
    /// There is too little to learn from, or nothing to learn with; the sentence says to people what is missing.
    #[error("{0}")]
    Refused(String),
    /// The files could not be written, or the new model does not load.
    #[error("{0}")]
    Failed(String),
}

/// Makes models, and brings them into memory. Both are called off the async threads.
pub trait ModelWorkshop: Send + Sync + 'static {
    /// Trains a model, measures it and writes its files. `progress` may ask to stop.
    ///
    /// # Errors
    /// When no model was made; then no file of it is left.
    fn train(
        &self,
        request: TrainingRequest,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<TrainedModel, TrainingError>;

    /// Copies the files of a model that was trained elsewhere and gives them a version, after trying them where they can harm
    /// nothing, and measures it.
    ///
    /// # Errors
    /// When they cannot be used; then no file of the version is left.
    fn adopt(&self, request: AdoptionRequest) -> Result<TrainedModel, TrainingError>;

    /// Loads the files of a version and checks them against the SHA-256 that the registry holds.
    ///
    /// # Errors
    /// When the files are missing, damaged or of another form.
    fn load(&self, version: u32, sha256: &str) -> Result<Arc<dyn Classifier>, ClassifierError>;
}
