//! Why something did not work, one enum for each use.

use std::path::PathBuf;

/// Why training made no model.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The progress callback asked to stop.
    #[error("training was stopped")]
    Cancelled,
    /// No example has any text to learn from.
    #[error("there are no examples with text to learn from")]
    NoExamples,
    /// One label alone leaves nothing to tell apart.
    #[error("the examples have {found} label; at least 2 are needed")]
    TooFewLabels {
        /// Labels found.
        found: usize,
    },
    /// More labels than a model may have.
    #[error("the examples have {found} labels; at most {max} are possible")]
    TooManyLabels {
        /// Labels found.
        found: usize,
        /// Labels allowed.
        max: usize,
    },
    /// More examples than a run may learn from.
    #[error("there are {found} examples; at most {max} are possible")]
    TooManyExamples {
        /// Examples found.
        found: usize,
        /// Examples allowed.
        max: usize,
    },
    /// A label that the system cannot carry.
    #[error("example {example} has a label that is empty, too long or malformed")]
    BadLabel {
        /// Which example, counted from 1.
        example: usize,
    },
    /// The sentence encoder did not answer.
    #[error("the sentence encoder: {0}")]
    Encoder(ClassifyError),
    /// A handling time that is no duration.
    #[error("example {example} has a handling time that is not a number of minutes from 0 to {max}")]
    BadMinutes {
        /// Which example, counted from 1.
        example: usize,
        /// Most minutes allowed.
        max: f32,
    },
}

/// Why ONNX Runtime could not be brought into the process.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuntimeError {
    /// There is no library at the path.
    #[error("ONNX Runtime is not at {}", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file is no ONNX Runtime, or too old.
    #[error("ONNX Runtime did not load: {message}")]
    Unusable {
        /// What the loader said.
        message: String,
    },
    /// A model was loaded before [`init_runtime`](crate::init_runtime).
    #[error("ONNX Runtime is not loaded yet")]
    NotLoaded,
}

/// Why a model file is refused before ONNX Runtime sees it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// The bytes are no ONNX model.
    #[error("the file is not an ONNX model")]
    NotOnnx,
    /// The file is larger than any model may be.
    #[error("the model has {bytes} bytes; at most {max} are possible")]
    TooLarge {
        /// Size found.
        bytes: u64,
        /// Size allowed.
        max: u64,
    },
    /// A tensor keeps its data in another file.
    #[error("tensor `{tensor}` keeps its data outside the model")]
    ExternalData {
        /// The tensor.
        tensor: String,
    },
    /// A tensor's shape and data disagree.
    #[error("tensor `{tensor}` has a shape or data that does not fit")]
    BadTensor {
        /// The tensor.
        tensor: String,
    },
    /// An operator set or node beyond the standard one.
    #[error("the model uses operators of the domain `{domain}`")]
    CustomDomain {
        /// The domain.
        domain: String,
    },
    /// A graph inside a node: loops, branches and scans.
    #[error("node `{operator}` has a graph inside")]
    Subgraph {
        /// The operator.
        operator: String,
    },
    /// Functions or training information, which the embedded model never has.
    #[error("the model carries functions, training information or sparse tensors")]
    Extras,
    /// An operator that a linear model does not need.
    #[error("the operator `{operator}` is not allowed")]
    UnknownOperator {
        /// The operator.
        operator: String,
    },
    /// Legal operators in a form that this version neither writes nor uses.
    #[error("the graph is of another form: {0}")]
    OtherForm(&'static str),
    /// The graph of a foreign model has not what its signature declares.
    #[error("the graph does not fit its signature: {0}")]
    Signature(String),
    /// So many parts that reading them alone would take much memory.
    #[error("the graph has more than {max} parts")]
    TooManyParts {
        /// Parts allowed.
        max: usize,
    },
}

/// Why a model directory could not be written or loaded.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A file is missing or unreadable, or could not be written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The target holds something that is no model, which is not overwritten.
    #[error("{} exists and is not a model directory", path.display())]
    NotAModelDirectory {
        /// The directory.
        path: PathBuf,
    },
    /// `signature.json` cannot be read, or declares something that is not possible.
    #[error("signature.json: {0}")]
    Signature(String),
    /// A foreign model does not answer, or otherwise than its signature says.
    #[error("its answer cannot be used: {0}")]
    Answer(String),
    /// `model.json` cannot be read.
    #[error("model.json is damaged: {0}")]
    Card(String),
    /// `foreign.json` cannot be read.
    #[error("foreign.json is damaged: {0}")]
    ForeignCard(String),
    /// `model.json` or the graph is of another form.
    #[error("the model's {field} is {found}; this version reads {expected}")]
    OtherVersion {
        /// What differs.
        field: &'static str,
        /// What the model has.
        found: String,
        /// What this version needs.
        expected: String,
    },
    /// A file's bytes are not those that the card describes.
    #[error("{file} has SHA-256 {found}; {expected} is expected")]
    Sha256 {
        /// The file.
        file: &'static str,
        /// Of the file.
        found: String,
        /// As the card says.
        expected: String,
    },
    /// The graph and `model.json` contradict each other.
    #[error("model.onnx and model.json disagree on {0}")]
    Disagree(&'static str),
    /// The graph is refused.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// ONNX Runtime is missing.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// An encoder's tokenizer cannot be read, or does not take a text.
    #[error("the tokenizer: {0}")]
    Tokenizer(String),
    /// The model asks an encoder that is not there.
    #[error("the model needs the sentence encoder with SHA-256 {expected}; {}", found.as_deref().map_or("none can be used here".to_owned(), |found| format!("the one here has {found}")))]
    Encoder {
        /// As `model.json` says.
        expected: String,
        /// The one that is there.
        found: Option<String>,
    },
    /// ONNX Runtime refuses the graph.
    #[error("ONNX Runtime refuses the model: {0}")]
    Session(String),
}

/// Why a batch has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("ONNX Runtime did not answer: {message}")]
pub struct ClassifyError {
    /// What it said.
    pub message: String,
}
