//! Reads a model file before ONNX Runtime does, and refuses what could harm.
//!
//! ONNX Runtime follows tensors into other files, runs loops, and computes constants while loading, so that a few bytes can
//! ask for gigabytes. What is accepted here has the nodes, names and shapes that this version writes and nothing else, so
//! its memory follows from the file's size. What ONNX Runtime then gets is not the file, but what was read of it, written
//! anew: the two readers cannot understand it differently.

use prost::Message;

use crate::{
    error::GuardError,
    onnx::{
        graph::skeleton,
        proto::{GraphProto, ModelProto, NodeProto, TensorProto, data_type},
    },
    train::MAX_LABELS,
};

/// Bytes that a model file may have: the largest number of labels, and some room.
pub const MAX_MODEL_BYTES: u64 = 80 * 1024 * 1024;

const OPERATORS: [&str; 9] =
    ["Gather", "Mul", "LpNormalization", "Unsqueeze", "Cast", "MatMul", "Squeeze", "Add", "Softmax"];

/// A model that was read and found harmless.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspected {
    proto: ModelProto,
    labels: usize,
}

impl Inspected {
    /// Labels that the graph answers with.
    #[must_use]
    pub const fn labels(&self) -> usize {
        self.labels
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

/// Reads a model file.
///
/// # Errors
/// When it is no ONNX model, or one with anything but a linear classifier in it.
pub fn inspect(bytes: &[u8]) -> Result<Inspected, GuardError> {
    if bytes.len() as u64 > MAX_MODEL_BYTES {
        return Err(GuardError::TooLarge { bytes: bytes.len() as u64, max: MAX_MODEL_BYTES });
    }
    let proto = ModelProto::decode(bytes).map_err(|_| GuardError::NotOnnx)?;
    if !proto.functions.is_empty() || !proto.training_info.is_empty() {
        return Err(GuardError::Extras);
    }
    for set in &proto.opset_import {
        check_domain(set.domain.as_deref())?;
    }
    let graph = proto.graph.as_ref().ok_or(GuardError::NotOnnx)?;
    if !graph.sparse_initializer.is_empty() {
        return Err(GuardError::Extras);
    }
    graph.node.iter().try_for_each(check_node)?;
    graph.initializer.iter().try_for_each(check_tensor)?;
    let labels = check_form(&proto, graph)?;
    Ok(Inspected { proto, labels })
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
        if attribute.ref_attr_name.is_some() {
            return Err(GuardError::Extras);
        }
    }
    if OPERATORS.contains(&operator.as_str()) { Ok(()) } else { Err(GuardError::UnknownOperator { operator }) }
}

fn check_tensor(tensor: &TensorProto) -> Result<(), GuardError> {
    let name = || tensor.name.clone().unwrap_or_default();
    if !tensor.external_data.is_empty() || tensor.data_location.unwrap_or(0) != 0 {
        return Err(GuardError::ExternalData { tensor: name() });
    }
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

/// Compares with what this version writes, apart from the numbers and the facts, and returns the number of labels.
fn check_form(proto: &ModelProto, graph: &GraphProto) -> Result<usize, GuardError> {
    let bias = graph.initializer.iter().find(|tensor| tensor.name.as_deref() == Some("bias"));
    let labels = match bias.map(|tensor| tensor.dims.as_slice()) {
        Some(&[labels]) => usize::try_from(labels).unwrap_or(0),
        _ => return Err(GuardError::OtherForm("it has no bias for each label")),
    };
    if !(2..=MAX_LABELS).contains(&labels) {
        return Err(GuardError::OtherForm("the number of labels is out of range"));
    }
    let ours = skeleton(labels);
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
        (&theirs.name, theirs.data_type, &theirs.dims) == (&ours.name, ours.data_type, &ours.dims)
    };
    let tensors = &graph.initializer;
    if tensors.len() != ours_graph.initializer.len() || !tensors.iter().zip(&ours_graph.initializer).all(same) {
        return Err(GuardError::OtherForm("the tensors are others"));
    }
    Ok(labels)
}
