//! The embedded classifier: text to features, training, calibration, ONNX export, ONNX Runtime serving, evaluation.
//!
//! A model is a hashed n-gram linear classifier. It is trained here by plain stochastic gradient descent, written as a
//! real ONNX graph beside a `model.json`, and answered by ONNX Runtime; only turning text into hashed ids is Rust. A foreign
//! model, a text classifier over tokens with a declared signature, can take its place.
//!
//! Of our crates this one depends on `domain` and `statistics` alone. It never knows use cases, stores, HTTP or async: every call blocks, and the
//! caller decides on which thread. It reads no clock but to measure speed, and draws no randomness but from a seed.

pub mod backtest;
mod calibrate;
pub mod encoder;
pub mod error;
pub mod evaluate;
pub mod featurizer;
mod files;
pub mod foreign;
pub mod guard;
pub mod heads;
pub mod linear;
pub mod mlflow;
pub mod model_dir;
mod model_files;
pub mod onnx;
pub mod runtime;
pub mod serve;
mod sgd;
pub mod suspicious;
mod text_classifier;
mod tokens;
pub mod train;

pub use backtest::{Backtest, backtest};
pub use encoder::{Encoder, EncoderSettings};
pub use error::{ClassifyError, GuardError, ModelError, RuntimeError, TrainError};
pub use evaluate::{Evaluation, evaluate, evaluate_and_keep};
pub use foreign::{ForeignArtifact, ForeignModel, Signature};
pub use heads::{HeadForm, Heads, MinutesHead, PriorityHead};
pub use model_dir::{Artifact, Cascade, LabelCard, ModelCard, OutOfFold};
pub use model_files::ModelFiles;
pub use runtime::init_runtime;
pub use serve::Model;
pub use suspicious::Suspect;
pub use text_classifier::TextClassifier;
pub use train::{Example, Progress, train, train_cascade};
