//! The graphs that this version writes: a linear model, and the head on a sentence encoder.
//!
//! The linear model's cost grows with the text, not with the buckets: only the rows of the text's own
//! buckets are gathered.
//!
//! ```text
//! ids ─ Gather(idf) ─ Mul(tf) ─ LpNormalization ─ Unsqueeze ─┐
//! ids ─ Gather(weights) ─ Cast ─────────────────────────── MatMul ─ Squeeze ─ Mul(scale) ─ Add(bias) = logits
//! logits ─ Mul(1/T) ─ Softmax = probs
//! ```
//! A model with heads has a column more for each; their scores part from the logits behind the sums.
//!
//! Rows of a batch are padded with any bucket and a tf of 0. From operator set 22 on, `LpNormalization` defines a row of
//! zeros to stay zero, so a text without features is answered from the biases, not with NaN.
//!
//! ```text
//! embedding ─ MatMul(weights) ─ Add(bias) = logits
//! logits ─ Mul(1/T) ─ Softmax = probs
//! ```

use prost::Message;

use super::{
    heads,
    proto::{
        AttributeProto, Dimension, GraphProto, ModelProto, NodeProto, OperatorSetId, StringEntry, TensorProto,
        TensorShape, TensorType, TypeProto, ValueInfoProto, data_type,
    },
};
use crate::{
    featurizer::{self, BUCKETS},
    heads::{HeadForm, Heads},
    linear::LinearModel,
};

/// Keys of the facts in the graph's `metadata_props`.
pub mod fact {
    /// The labels as a JSON array, in the order of the outputs.
    pub const LABELS: &str = "labels";
    /// The temperature as a decimal number.
    pub const TEMPERATURE: &str = "temperature";
    /// The featurizer that ids must come from.
    pub const FEATURIZER: &str = "featurizer";
    /// SHA-256 of the encoder that embeddings must come from, in hexadecimal.
    pub const ENCODER_SHA256: &str = "encoder_sha256";
    /// The least probability of a label on the short list, as a decimal number; empty when there is none.
    pub const SHORT_LIST: &str = "short_list";
    /// SHA-256 of the training data in hexadecimal.
    pub const DATASET_SHA256: &str = "dataset_sha256";
    /// The heads as JSON; absent when there are none.
    pub const HEADS: &str = "heads";
}

const IR_VERSION: i64 = 10;
const OPERATOR_SET: i64 = 22;
const ATTRIBUTE_IS_INT: i32 = 2;
const PRODUCER: &str = "switchyard";

/// The bytes of a linear model's graph.
#[must_use]
pub fn encode(model: &LinearModel, dataset_sha256: &str) -> Vec<u8> {
    let facts = [
        (fact::LABELS, labels_fact(&model.labels)),
        (fact::TEMPERATURE, model.temperature.to_string()),
        (fact::FEATURIZER, featurizer::VERSION.to_owned()),
        (fact::DATASET_SHA256, dataset_sha256.to_owned()),
        (fact::SHORT_LIST, short_list_fact(model.short_list)),
    ];
    let heads = (!model.heads.is_empty()).then(|| (fact::HEADS, heads_fact(&model.heads)));
    let contents = [
        floats(&model.idf),
        model.weights.iter().map(|weight| weight.to_le_bytes()[0]).collect(),
        floats(&model.scale),
        floats(&model.bias),
        floats(&[1.0 / model.temperature]),
    ];
    let skeleton = skeleton(model.labels.len(), model.heads.form());
    filled(skeleton, facts.into_iter().chain(heads), contents.into_iter().chain(heads::contents(&model.heads)))
}

/// The bytes of a head's graph.
#[must_use]
pub fn encode_head(head: &HeadModel<'_>, dataset_sha256: &str) -> Vec<u8> {
    let facts = [
        (fact::LABELS, labels_fact(head.labels)),
        (fact::TEMPERATURE, head.temperature.to_string()),
        (fact::ENCODER_SHA256, head.encoder_sha256.to_owned()),
        (fact::DATASET_SHA256, dataset_sha256.to_owned()),
    ];
    let contents = [floats(&head.weights), floats(head.bias), floats(&[1.0 / head.temperature])];
    filled(head_skeleton(head.labels.len(), head.weights.len() / head.labels.len().max(1)), facts, contents)
}

/// The parameters of a head on a sentence encoder.
#[derive(Debug)]
pub struct HeadModel<'a> {
    /// Labels in the order of the outputs.
    pub labels: &'a [String],
    /// For each dimension of an embedding one weight for each label.
    pub weights: Vec<f32>,
    /// What is added for each label.
    pub bias: &'a [f32],
    /// What logits are divided by before the softmax.
    pub temperature: f32,
    /// The encoder that embeddings must come from.
    pub encoder_sha256: &'a str,
}

/// The threshold of the short list as a graph states it.
pub(crate) fn short_list_fact(threshold: Option<f32>) -> String {
    threshold.map(|threshold| threshold.to_string()).unwrap_or_default()
}

/// The heads as a graph states them; empty when there are none.
pub(crate) fn heads_fact(heads: &Heads) -> String {
    // Numbers and names always have a JSON.
    if heads.is_empty() { String::new() } else { serde_json::to_string(heads).unwrap_or_default() }
}

/// The labels as a graph states them.
pub(crate) fn labels_fact<T: AsRef<str>>(labels: &[T]) -> String {
    labels.iter().map(AsRef::as_ref).collect::<serde_json::Value>().to_string()
}

fn filled<'a>(
    mut proto: ModelProto,
    facts: impl IntoIterator<Item = (&'a str, String)>,
    contents: impl IntoIterator<Item = Vec<u8>>,
) -> Vec<u8> {
    proto.metadata_props =
        facts.into_iter().map(|(key, value)| StringEntry { key: Some(key.to_owned()), value: Some(value) }).collect();
    let graph = proto.graph.get_or_insert_default();
    let open = graph.initializer.iter_mut().filter(|tensor| tensor.raw_data.is_none());
    for (tensor, content) in open.zip(contents) {
        tensor.raw_data = Some(content);
    }
    proto.encode_to_vec()
}

pub(super) fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// The linear model without its learned numbers and facts: what every graph of so many labels with these heads has in
/// common. The guard compares with it.
pub(crate) fn skeleton(labels: usize, heads: HeadForm) -> ModelProto {
    let (buckets, width, columns) = (BUCKETS as i64, labels as i64, (labels + heads.columns()) as i64);
    let mut graph = GraphProto {
        node: nodes(),
        name: Some("switchyard_linear".to_owned()),
        initializer: vec![
            tensor("idf", data_type::FLOAT, &[buckets]),
            tensor("weights", data_type::INT8, &[buckets, columns]),
            tensor("scale", data_type::FLOAT, &[columns]),
            tensor("bias", data_type::FLOAT, &[columns]),
            tensor("inverse_temperature", data_type::FLOAT, &[]),
            whole_numbers("middle", &[1]),
        ],
        doc_string: Some("Hashed n-grams, tf-idf, softmax regression. Padding: any id with a tf of 0.".to_owned()),
        input: vec![
            value("ids", data_type::INT64, vec![named("batch"), named("length")]),
            value("tf", data_type::FLOAT, vec![named("batch"), named("length")]),
        ],
        output: outputs(width),
        sparse_initializer: Vec::new(),
    };
    heads::extend(&mut graph, width, heads);
    model(graph)
}

/// As [`skeleton`], of a head.
pub(crate) fn head_skeleton(labels: usize, dimensions: usize) -> ModelProto {
    let (width, dimensions) = (labels as i64, dimensions as i64);
    let probabilities = nodes().split_off(FIRST_CALIBRATION_NODE);
    let mut node =
        vec![node("MatMul", &["embedding", "weights"], "sums", &[]), node("Add", &["sums", "bias"], "logits", &[])];
    node.extend(probabilities);
    model(GraphProto {
        node,
        name: Some("switchyard_head".to_owned()),
        initializer: vec![
            tensor("weights", data_type::FLOAT, &[dimensions, width]),
            tensor("bias", data_type::FLOAT, &[width]),
            tensor("inverse_temperature", data_type::FLOAT, &[]),
        ],
        doc_string: Some("Softmax regression on the embeddings of a sentence encoder.".to_owned()),
        input: vec![value("embedding", data_type::FLOAT, vec![named("batch"), sized(dimensions)])],
        output: outputs(width),
        sparse_initializer: Vec::new(),
    })
}

fn outputs(width: i64) -> Vec<ValueInfoProto> {
    ["logits", "probs"].map(|name| value(name, data_type::FLOAT, vec![named("batch"), sized(width)])).to_vec()
}

fn model(graph: GraphProto) -> ModelProto {
    ModelProto {
        ir_version: Some(IR_VERSION),
        opset_import: vec![OperatorSetId { domain: Some(String::new()), version: Some(OPERATOR_SET) }],
        producer_name: Some(PRODUCER.to_owned()),
        producer_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        graph: Some(graph),
        ..ModelProto::default()
    }
}

/// The place of the first of the [`nodes`] that turn logits into probabilities.
pub(super) const FIRST_CALIBRATION_NODE: usize = 10;

fn nodes() -> Vec<NodeProto> {
    vec![
        node("Gather", &["idf", "ids"], "idf_of_ids", &[("axis", 0)]),
        node("Mul", &["idf_of_ids", "tf"], "tf_idf", &[]),
        node("LpNormalization", &["tf_idf"], "features", &[("axis", 1), ("p", 2)]),
        node("Unsqueeze", &["features", "middle"], "rows", &[]),
        node("Gather", &["weights", "ids"], "weights_of_ids", &[("axis", 0)]),
        node("Cast", &["weights_of_ids"], "columns", &[("to", data_type::FLOAT.into())]),
        node("MatMul", &["rows", "columns"], "products", &[]),
        node("Squeeze", &["products", "middle"], "sums", &[]),
        node("Mul", &["sums", "scale"], "scaled", &[]),
        node("Add", &["scaled", "bias"], "logits", &[]),
        node("Mul", &["logits", "inverse_temperature"], "calibrated", &[]),
        node("Softmax", &["calibrated"], "probs", &[("axis", 1)]),
    ]
}

pub(super) fn node(operator: &str, inputs: &[&str], output: &str, attributes: &[(&str, i64)]) -> NodeProto {
    let attribute = |&(name, value): &(&str, i64)| AttributeProto {
        name: Some(name.to_owned()),
        i: Some(value),
        r#type: Some(ATTRIBUTE_IS_INT),
        ..AttributeProto::default()
    };
    NodeProto {
        input: inputs.iter().map(|&input| input.to_owned()).collect(),
        output: vec![output.to_owned()],
        name: Some(format!("make_{output}")),
        op_type: Some(operator.to_owned()),
        attribute: attributes.iter().map(attribute).collect(),
        domain: None,
    }
}

pub(super) fn tensor(name: &str, data_type: i32, dims: &[i64]) -> TensorProto {
    TensorProto {
        dims: dims.to_vec(),
        data_type: Some(data_type),
        name: Some(name.to_owned()),
        ..TensorProto::default()
    }
}

/// A tensor whose numbers belong to the form.
pub(super) fn whole_numbers(name: &str, values: &[i64]) -> TensorProto {
    let raw_data = Some(values.iter().flat_map(|value| value.to_le_bytes()).collect());
    TensorProto { raw_data, ..tensor(name, data_type::INT64, &[values.len() as i64]) }
}

pub(super) fn named(name: &str) -> Dimension {
    Dimension { dim_value: None, dim_param: Some(name.to_owned()) }
}

pub(super) fn sized(size: i64) -> Dimension {
    Dimension { dim_value: Some(size), dim_param: None }
}

pub(super) fn value(name: &str, data_type: i32, dims: Vec<Dimension>) -> ValueInfoProto {
    let shape = TensorShape { dim: dims };
    let tensor_type = TensorType { elem_type: Some(data_type), shape: Some(shape) };
    ValueInfoProto { name: Some(name.to_owned()), r#type: Some(TypeProto { tensor_type: Some(tensor_type) }) }
}
