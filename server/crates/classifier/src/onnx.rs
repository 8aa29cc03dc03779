//! The ONNX side: the messages of its file format, and the graph of a linear model.

pub mod graph;
pub(crate) mod heads;
pub mod proto;

pub use graph::{HeadModel, encode, encode_head};
