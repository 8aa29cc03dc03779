//! Graphs over tokens, which anybody may have written: sentence encoders and classifiers.

use std::collections::HashSet;

use super::{check_domain, check_inside, check_outside, check_plain, decode};
use crate::{
    error::GuardError,
    onnx::proto::{AttributeProto, GraphProto, NodeProto, OperatorSetId, TensorType, ValueInfoProto, data_type},
};

/// The input with the tokens of each text.
pub const INPUT_IDS: &str = "input_ids";
/// The input that says which tokens are no padding.
pub const ATTENTION_MASK: &str = "attention_mask";
/// The input that numbers the sentences of a text.
pub const TOKEN_TYPE_IDS: &str = "token_type_ids";
/// Versions of ONNX's own operator set that such a graph may use.
const OPERATOR_SETS: std::ops::RangeInclusive<i64> = 7..=24;
/// Operators that run other graphs, or hold more than tensors.
const CONTROL_FLOW: [&str; 4] = ["Loop", "Scan", "If", "SequenceMap"];
const MAX_NODES: usize = 20_000;

/// What a graph over tokens declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenForm {
    /// Names of the inputs, in the graph's order: tokens, and perhaps the mask and the types.
    pub inputs: Vec<String>,
    /// The output that is used.
    pub output: String,
    /// Whether activations are quantised while it runs.
    pub quantises_dynamically: bool,
}

/// Reads the graph of a sentence encoder: inputs `input_ids` and perhaps `attention_mask` and `token_type_ids`, whole
/// numbers for each token of each text; first output a vector for each token, or for each text.
///
/// # Errors
/// When it is no ONNX model, declares other inputs or outputs, uses operators beyond ONNX's own, runs graphs inside graphs,
/// or keeps data in other files.
pub fn screen(bytes: &[u8]) -> Result<TokenForm, GuardError> {
    screened(bytes, |graph| {
        let is_vectors = |value: &&ValueInfoProto| {
            element(value) == Some(data_type::FLOAT) && sizes(value).is_none_or(|sizes| [2, 3].contains(&sizes.len()))
        };
        graph
            .output
            .first()
            .filter(is_vectors)
            .ok_or(GuardError::OtherForm("an encoder's first output is 32-bit vectors for each token or each text"))
    })
}

/// Reads the graph of a classifier with the inputs of [`screen`]; the named output, or else the first, is a number for each
/// of so many labels and each text.
///
/// # Errors
/// As [`screen`].
pub fn screen_classifier(bytes: &[u8], output: Option<&str>, labels: usize) -> Result<TokenForm, GuardError> {
    let unfit = |reason: String| Err(GuardError::Signature(reason));
    screened(bytes, |graph| {
        let chosen = |value: &&ValueInfoProto| output.is_none_or(|output| name(value) == output);
        let Some(value) = graph.output.iter().find(chosen) else {
            return unfit(
                output.map_or_else(|| "it has no output".to_owned(), |name| format!("it has no output `{name}`")),
            );
        };
        if element(value) != Some(data_type::FLOAT) {
            return unfit("its output is no 32-bit floating point numbers".to_owned());
        }
        match sizes(value).as_deref() {
            Some([_, Some(width)]) if usize::try_from(*width) != Ok(labels) => {
                unfit(format!("its output has {width} numbers for each text, and there are {labels} labels"))
            }
            Some([_, _]) => Ok(value),
            _ => unfit("its output is no table of texts by labels".to_owned()),
        }
    })
}

fn screened(
    bytes: &[u8],
    output: impl FnOnce(&GraphProto) -> Result<&ValueInfoProto, GuardError>,
) -> Result<TokenForm, GuardError> {
    let proto = decode(bytes)?;
    let graph = check_outside(&proto)?;
    let version = |set: &OperatorSetId| set.version.is_some_and(|version| OPERATOR_SETS.contains(&version));
    if proto.opset_import.len() != 1 || !proto.opset_import.iter().all(version) {
        return Err(GuardError::OtherForm("its operator set is none of 7 to 24"));
    }
    if graph.node.len() > MAX_NODES {
        return Err(GuardError::OtherForm("it has too many nodes"));
    }
    graph.node.iter().try_for_each(check_node)?;
    graph.initializer.iter().try_for_each(check_inside)?;
    let inputs = token_inputs(graph)?;
    let quantises = |node: &NodeProto| node.op_type.as_deref() == Some("DynamicQuantizeLinear");
    Ok(TokenForm {
        inputs,
        output: name(output(graph)?).to_owned(),
        quantises_dynamically: graph.node.iter().any(quantises),
    })
}

fn check_node(node: &NodeProto) -> Result<(), GuardError> {
    check_domain(node.domain.as_deref())?;
    let operator = node.op_type.as_deref().unwrap_or_default();
    let has_graph = |attribute: &AttributeProto| attribute.g.is_some() || !attribute.graphs.is_empty();
    if CONTROL_FLOW.contains(&operator) || node.attribute.iter().any(has_graph) {
        return Err(GuardError::Subgraph { operator: operator.to_owned() });
    }
    node.attribute.iter().try_for_each(|attribute| {
        check_plain(attribute)?;
        attribute.t.iter().chain(&attribute.tensors).try_for_each(check_inside)
    })
}

/// The names of the inputs, which are those of [`screen`].
fn token_inputs(graph: &GraphProto) -> Result<Vec<String>, GuardError> {
    let constants: HashSet<&str> = graph.initializer.iter().filter_map(|tensor| tensor.name.as_deref()).collect();
    // Old exporters list the constants among the inputs.
    let inputs: Vec<&ValueInfoProto> = graph.input.iter().filter(|value| !constants.contains(name(value))).collect();
    let is_known = |value: &&ValueInfoProto| {
        [INPUT_IDS, ATTENTION_MASK, TOKEN_TYPE_IDS].contains(&name(value))
            && element(value) == Some(data_type::INT64)
            && sizes(value).is_some_and(|sizes| sizes.len() == 2)
    };
    let are_known = inputs.iter().all(is_known) && inputs.len() <= 3;
    if !are_known || !inputs.iter().any(|value| name(value) == INPUT_IDS) {
        return Err(GuardError::OtherForm(
            "its inputs must be `input_ids`, and perhaps `attention_mask` and `token_type_ids`: 64-bit whole numbers, \
             texts by tokens",
        ));
    }
    Ok(inputs.into_iter().map(|value| name(value).to_owned()).collect())
}

fn name(value: &ValueInfoProto) -> &str {
    value.name.as_deref().unwrap_or_default()
}

fn tensor_type(value: &ValueInfoProto) -> Option<&TensorType> {
    value.r#type.as_ref()?.tensor_type.as_ref()
}

fn element(value: &ValueInfoProto) -> Option<i32> {
    tensor_type(value)?.elem_type
}

/// The size of each dimension where the graph says it; nothing when it does not say how many there are.
fn sizes(value: &ValueInfoProto) -> Option<Vec<Option<i64>>> {
    Some(tensor_type(value)?.shape.as_ref()?.dim.iter().map(|dimension| dimension.dim_value).collect())
}
