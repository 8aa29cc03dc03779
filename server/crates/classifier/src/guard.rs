//! Reads a model file before ONNX Runtime does, and refuses what could harm.
//!
//! Of a sentence encoder, which anybody may have written, [`screen`] looks at what can be read off the graph, and
//! [`screen_classifier`] at that of a foreign model; what these do with memory and time only shows when they run. Of the
//! graphs that this version writes itself, [`inspect`] knows all:
//!
//! ONNX Runtime follows tensors into other files, runs loops, and computes constants while loading, so that a few bytes can
//! ask for gigabytes. What is accepted here has the nodes, names and shapes that this version writes and nothing else, so
//! its memory follows from the file's size. What ONNX Runtime then gets is not the file, but what was read of it, written
//! anew: the two readers cannot understand it differently.

mod parts;
mod screen;

use prost::Message;

pub use self::screen::{ATTENTION_MASK, INPUT_IDS, TOKEN_TYPE_IDS, TokenForm, screen, screen_classifier};

use crate::{
    error::GuardError,
    heads::HeadForm,
    onnx::{
        graph::{head_skeleton, skeleton},
        heads::{MINUTES, PRIORITY},
        proto::{AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, data_type},
    },
    train::MAX_LABELS,
};

/// Bytes that a model file may have: the largest number of labels, and some room.
pub const MAX_MODEL_BYTES: u64 = 80 * 1024 * 1024;

const OPERATORS: [&str; 13] = [
    "Gather",
    "Mul",
    "LpNormalization",
    "Unsqueeze",
    "Cast",
    "MatMul",
    "Squeeze",
    "Add",
    "Softmax",
    "Split",
    "Sub",
    "Sigmoid",
    "Exp",
];

/// A model that was read and found harmless.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspected {
    proto: ModelProto,
    labels: usize,
    heads: HeadForm,
}

impl Inspected {
    /// Labels that the graph answers with.
    #[must_use]
    pub const fn labels(&self) -> usize {
        self.labels
    }

    /// Which heads the graph has.
    #[must_use]
    pub const fn heads(&self) -> HeadForm {
        self.heads
    }

    /// A fact from the graph's `metadata_props`.
    #[must_use]
    pub fn fact(&self, key: &str) -> Option<&str> {
        let entry = self.proto.metadata_props.iter().find(|entry| entry.key.as_deref() == Some(key))?;
        entry.value.as_deref()
    }

    /// The model written anew, for ONNX Runtime.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.proto.encode_to_vec()
    }
}

/// Reads the file of a linear model.
///
/// # Errors
/// When it is no ONNX model, or one with anything but a linear classifier in it.
pub fn inspect(bytes: &[u8]) -> Result<Inspected, GuardError> {
    inspect_as(bytes, heads_of, skeleton)
}

/// Reads the file of a head on embeddings of so many dimensions.
///
/// # Errors
/// When it is no ONNX model, or one with anything but such a head in it.
pub fn inspect_head(bytes: &[u8], dimensions: usize) -> Result<Inspected, GuardError> {
    inspect_as(bytes, |_| HeadForm::default(), |labels, _| head_skeleton(labels, dimensions))
}

/// Which heads a graph seems to have; whether it has just these shows when it is compared.
fn heads_of(graph: &GraphProto) -> HeadForm {
    let has = |name: &str| graph.output.iter().any(|output| output.name.as_deref() == Some(name));
    HeadForm { priority: has(PRIORITY), minutes: has(MINUTES) }
}

fn inspect_as(
    bytes: &[u8],
    heads_of: impl FnOnce(&GraphProto) -> HeadForm,
    form: impl FnOnce(usize, HeadForm) -> ModelProto,
) -> Result<Inspected, GuardError> {
    if bytes.len() as u64 > MAX_MODEL_BYTES {
        return Err(GuardError::TooLarge { bytes: bytes.len() as u64, max: MAX_MODEL_BYTES });
    }
    let proto = decode(bytes)?;
    let graph = check_outside(&proto)?;
    graph.node.iter().try_for_each(check_node)?;
    graph.initializer.iter().try_for_each(check_tensor)?;
    let heads = heads_of(graph);
    let labels = check_form(&proto, graph, heads, form)?;
    Ok(Inspected { proto, labels, heads })
}

/// Reads a file whose parts are few enough that reading them takes little memory.
fn decode(bytes: &[u8]) -> Result<ModelProto, GuardError> {
    parts::check(bytes)?;
    ModelProto::decode(bytes).map_err(|_| GuardError::NotOnnx)
}

/// The graph of a model that has nothing around it but ONNX's own operators.
fn check_outside(proto: &ModelProto) -> Result<&GraphProto, GuardError> {
    if !proto.functions.is_empty() || !proto.training_info.is_empty() {
        return Err(GuardError::Extras);
    }
    for set in &proto.opset_import {
        check_domain(set.domain.as_deref())?;
    }
    let graph = proto.graph.as_ref().ok_or(GuardError::NotOnnx)?;
    if graph.sparse_initializer.is_empty() { Ok(graph) } else { Err(GuardError::Extras) }
}

fn check_inside(tensor: &TensorProto) -> Result<(), GuardError> {
    if tensor.external_data.is_empty() && tensor.data_location.unwrap_or(0) == 0 {
        Ok(())
    } else {
        Err(GuardError::ExternalData { tensor: tensor.name.clone().unwrap_or_default() })
    }
}

/// Sparse tensors have tensors of their own inside.
fn check_plain(attribute: &AttributeProto) -> Result<(), GuardError> {
    let is_plain = attribute.sparse_tensor.is_none() && attribute.sparse_tensors.is_empty();
    if is_plain { Ok(()) } else { Err(GuardError::Extras) }
}

fn check_domain(domain: Option<&str>) -> Result<(), GuardError> {
    match domain {
        None | Some("" | "ai.onnx") => Ok(()),
        Some(domain) => Err(GuardError::CustomDomain { domain: domain.to_owned() }),
    }
}

fn check_node(node: &NodeProto) -> Result<(), GuardError> {
    check_domain(node.domain.as_deref())?;
    let operator = node.op_type.clone().unwrap_or_default();
    for attribute in &node.attribute {
        if attribute.g.is_some() || !attribute.graphs.is_empty() {
            return Err(GuardError::Subgraph { operator });
        }
        attribute.t.iter().chain(&attribute.tensors).try_for_each(check_tensor)?;
        check_plain(attribute)?;
        if attribute.ref_attr_name.is_some() {
            return Err(GuardError::Extras);
        }
    }
    if OPERATORS.contains(&operator.as_str()) { Ok(()) } else { Err(GuardError::UnknownOperator { operator }) }
}

fn check_tensor(tensor: &TensorProto) -> Result<(), GuardError> {
    check_inside(tensor)?;
    let name = || tensor.name.clone().unwrap_or_default();
    let element_bytes = match tensor.data_type.unwrap_or(0) {
        data_type::FLOAT => 4u64,
        data_type::INT8 => 1,
        data_type::INT64 => 8,
        _ => return Err(GuardError::BadTensor { tensor: name() }),
    };
    let mut bytes = Some(element_bytes);
    for &dim in &tensor.dims {
        bytes = bytes.zip(u64::try_from(dim).ok()).and_then(|(bytes, dim)| bytes.checked_mul(dim));
    }
    let held = tensor.raw_data.as_ref().map_or(0, Vec::len) as u64;
    if bytes == Some(held) { Ok(()) } else { Err(GuardError::BadTensor { tensor: name() }) }
}

/// Compares with what this version writes, apart from the learned numbers and the facts, and returns the number of labels.
fn check_form(
    proto: &ModelProto,
    graph: &GraphProto,
    heads: HeadForm,
    form: impl FnOnce(usize, HeadForm) -> ModelProto,
) -> Result<usize, GuardError> {
    let bias = graph.initializer.iter().find(|tensor| tensor.name.as_deref() == Some("bias"));
    let labels = match bias.map(|tensor| tensor.dims.as_slice()) {
        Some(&[columns]) => usize::try_from(columns).unwrap_or(0).saturating_sub(heads.columns()),
        _ => return Err(GuardError::OtherForm("it has no bias for each label")),
    };
    if !(2..=MAX_LABELS).contains(&labels) {
        return Err(GuardError::OtherForm("the number of labels is out of range"));
    }
    let ours = form(labels, heads);
    let ours_graph = ours.graph.unwrap_or_default();
    if proto.ir_version != ours.ir_version || proto.opset_import != ours.opset_import {
        return Err(GuardError::OtherForm("the operator set is another"));
    }
    if graph.node != ours_graph.node {
        return Err(GuardError::OtherForm("the nodes are others"));
    }
    if graph.input != ours_graph.input || graph.output != ours_graph.output {
        return Err(GuardError::OtherForm("the inputs or outputs are others"));
    }
    let same = |(theirs, ours): (&TensorProto, &TensorProto)| {
        let has_our_numbers = ours.raw_data.is_none() || theirs.raw_data == ours.raw_data;
        has_our_numbers && (&theirs.name, theirs.data_type, &theirs.dims) == (&ours.name, ours.data_type, &ours.dims)
    };
    let tensors = &graph.initializer;
    if tensors.len() != ours_graph.initializer.len() || !tensors.iter().zip(&ours_graph.initializer).all(same) {
        return Err(GuardError::OtherForm("the tensors are others"));
    }
    Ok(labels)
}
