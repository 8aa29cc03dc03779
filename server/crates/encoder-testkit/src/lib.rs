//! Sentence encoders small enough for tests: a table of vectors, one for each group of words that mean the same. And files
//! that want to harm. [`foreign`] has classifiers of the same kind.

pub mod foreign;

use std::{fs, io, path::Path};

use classifier::{
    encoder::{GRAPH_FILE, TOKENIZER_FILE},
    onnx::proto::{
        Dimension, GraphProto, ModelProto, NodeProto, OperatorSetId, TensorProto, TensorShape, TensorType, TypeProto,
        ValueInfoProto, data_type,
    },
};
use prost::Message;

/// Numbers of an embedding.
pub const DIMENSIONS: usize = 32;

/// Writes an encoder that takes the words of a group for the same. Words of no group mean nothing to it.
///
/// # Errors
/// When a file cannot be written.
pub fn write(directory: &Path, groups: &[&[&str]]) -> io::Result<()> {
    // The unknown word has a small vector: a text of nothing else still has a direction.
    let mut table = vec![0.01f32; DIMENSIONS];
    for (group, words) in groups.iter().enumerate() {
        table.extend(words.iter().flat_map(|_| (0..DIMENSIONS).map(move |dimension| direction(group, dimension))));
    }
    let words = groups.iter().flat_map(|words| words.iter().copied());
    fs::create_dir_all(directory)?;
    fs::write(directory.join(TOKENIZER_FILE), tokenizer(words).to_string())?;
    fs::write(directory.join(GRAPH_FILE), lookup(&table).encode_to_vec())
}

/// A tokenizer that splits at blanks and knows these words.
fn tokenizer<'a>(words: impl Iterator<Item = &'a str>) -> serde_json::Value {
    let vocabulary: serde_json::Map<_, _> =
        std::iter::once("[UNK]").chain(words).enumerate().map(|(id, word)| (word.to_owned(), id.into())).collect();
    serde_json::json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
        "normalizer": { "type": "Lowercase" }, "pre_tokenizer": { "type": "Whitespace" },
        "post_processor": null, "decoder": null,
        "model": { "type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]" },
    })
}

/// Writes an encoder of a few bytes that asks for 160 GB as soon as it runs.
///
/// # Errors
/// When a file cannot be written.
pub fn write_greedy(directory: &Path) -> io::Result<()> {
    write(directory, &[&["word"]])?;
    let shape = 40_000_000_000_i64.to_le_bytes().to_vec();
    let proto = model(
        vec![node("ConstantOfShape", &["size"], "all"), node("ReduceMax", &["all"], "vectors")],
        vec![tensor("size", data_type::INT64, &[1], shape)],
    );
    fs::write(directory.join(GRAPH_FILE), proto.encode_to_vec())
}

/// The graph of an encoder that looks its vectors up in a table.
#[must_use]
pub fn lookup(table: &[f32]) -> ModelProto {
    let content = table.iter().flat_map(|value| value.to_le_bytes()).collect();
    let words = (table.len() / DIMENSIONS) as i64;
    model(
        vec![node("Gather", &["table", "input_ids"], "vectors")],
        vec![tensor("table", data_type::FLOAT, &[words, DIMENSIONS as i64], content)],
    )
}

/// A graph from `input_ids` to `vectors`.
#[must_use]
pub fn model(node: Vec<NodeProto>, initializer: Vec<TensorProto>) -> ModelProto {
    let graph = GraphProto {
        node,
        name: Some("tiny".to_owned()),
        initializer,
        input: vec![value("input_ids", data_type::INT64, Some(2))],
        output: vec![value("vectors", data_type::FLOAT, None)],
        ..GraphProto::default()
    };
    ModelProto {
        ir_version: Some(8),
        opset_import: vec![OperatorSetId { domain: None, version: Some(17) }],
        graph: Some(graph),
        ..ModelProto::default()
    }
}

/// An operation of ONNX's own.
#[must_use]
pub fn node(operator: &str, inputs: &[&str], output: &str) -> NodeProto {
    NodeProto {
        input: inputs.iter().map(|&input| input.to_owned()).collect(),
        output: vec![output.to_owned()],
        op_type: Some(operator.to_owned()),
        ..NodeProto::default()
    }
}

fn tensor(name: &str, data_type: i32, dims: &[i64], content: Vec<u8>) -> TensorProto {
    TensorProto {
        dims: dims.to_vec(),
        data_type: Some(data_type),
        name: Some(name.to_owned()),
        raw_data: Some(content),
        ..TensorProto::default()
    }
}

fn value(name: &str, data_type: i32, dimensions: Option<usize>) -> ValueInfoProto {
    let dim = |at: usize| Dimension { dim_value: None, dim_param: Some(format!("d{at}")) };
    let shape = dimensions.map(|count| TensorShape { dim: (0..count).map(dim).collect() });
    let tensor_type = TensorType { elem_type: Some(data_type), shape };
    ValueInfoProto { name: Some(name.to_owned()), r#type: Some(TypeProto { tensor_type: Some(tensor_type) }) }
}

/// A vector for each group that is nearly orthogonal to the others', by the bits of a multiplicative hash.
fn direction(group: usize, dimension: usize) -> f32 {
    let hash = ((group * DIMENSIONS + dimension + 1) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    if (hash >> 40) & 1 == 0 { 1.0 } else { -1.0 }
}
