use classifier::{
    Artifact, GuardError, Heads,
    guard::{MAX_MODEL_BYTES, inspect},
    onnx::proto::{AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetId, StringEntry, TensorProto},
};
use proptest::prelude::*;
use prost::Message;

use crate::support::{both_heads, facts, formula_artifact, formula_model_with_heads, minutes_head, priority_head};

fn refused(edit: impl FnOnce(&mut ModelProto)) -> GuardError {
    let mut proto = ModelProto::decode(formula_artifact(2).graph()).unwrap();
    edit(&mut proto);
    inspect(&proto.encode_to_vec()).unwrap_err()
}

fn first_node(proto: &mut ModelProto) -> &mut NodeProto {
    &mut proto.graph.as_mut().unwrap().node[0]
}

fn first_tensor(proto: &mut ModelProto) -> &mut TensorProto {
    &mut proto.graph.as_mut().unwrap().initializer[0]
}

#[test]
fn a_graph_that_was_written_here_passes() {
    assert_eq!(inspect(formula_artifact(3).graph()).unwrap().labels(), 3);
}

#[test]
fn data_in_other_files_is_refused() {
    let external = |proto: &mut ModelProto| {
        let entry = StringEntry { key: Some("location".to_owned()), value: Some("/etc/passwd".to_owned()) };
        first_tensor(proto).external_data.push(entry);
    };
    assert!(matches!(refused(external), GuardError::ExternalData { tensor } if tensor == "idf"));
    assert!(matches!(refused(|proto| first_tensor(proto).data_location = Some(1)), GuardError::ExternalData { .. }));
    let in_attribute = |proto: &mut ModelProto| {
        let tensor = TensorProto { data_location: Some(1), ..TensorProto::default() };
        first_node(proto).attribute.push(AttributeProto { t: Some(tensor), ..AttributeProto::default() });
    };
    assert!(matches!(refused(in_attribute), GuardError::ExternalData { .. }));
}

#[test]
fn operators_of_others_are_refused() {
    let domain = || Some("com.example".to_owned());
    let custom = |error| matches!(error, GuardError::CustomDomain { domain } if domain == "com.example");
    assert!(custom(refused(|proto| first_node(proto).domain = domain())));
    assert!(custom(refused(|proto| proto.opset_import.push(OperatorSetId { domain: domain(), version: Some(1) }))));
    let unknown = refused(|proto| first_node(proto).op_type = Some("ConstantOfShape".to_owned()));
    assert_eq!(unknown, GuardError::UnknownOperator { operator: "ConstantOfShape".to_owned() });
}

#[test]
fn graphs_in_nodes_and_functions_are_refused() {
    for operator in ["If", "Loop", "Scan"] {
        let error = refused(|proto| {
            let body = AttributeProto { g: Some(Vec::new()), ..AttributeProto::default() };
            let node = first_node(proto);
            node.op_type = Some(operator.to_owned());
            node.attribute.push(body);
        });
        assert_eq!(error, GuardError::Subgraph { operator: operator.to_owned() });
    }
    assert_eq!(refused(|proto| proto.functions.push(Vec::new())), GuardError::Extras);
    assert_eq!(refused(|proto| proto.training_info.push(Vec::new())), GuardError::Extras);
    assert_eq!(refused(|proto| proto.graph.as_mut().unwrap().sparse_initializer.push(Vec::new())), GuardError::Extras);
}

#[test]
fn tensors_that_claim_more_than_they_hold_are_refused() {
    for dims in [vec![1 << 40], vec![i64::MAX, i64::MAX], vec![-1], vec![0, -5]] {
        assert!(matches!(refused(|proto| first_tensor(proto).dims = dims), GuardError::BadTensor { .. }));
    }
    assert!(matches!(refused(|proto| first_tensor(proto).data_type = Some(8)), GuardError::BadTensor { .. }));
}

#[test]
fn parts_that_take_more_memory_than_bytes_are_refused() {
    let nodes = refused(|proto| proto.graph.as_mut().unwrap().node = vec![NodeProto::default(); 600_000]);
    assert!(matches!(nodes, GuardError::TooManyParts { .. }), "{nodes}");
    // A tensor's dimensions as a list without keys: a byte for each, and eight in memory.
    let field = |key: u8, content: Vec<u8>| {
        let mut field = vec![key];
        prost::encoding::encode_varint(content.len() as u64, &mut field);
        field.extend(content);
        field
    };
    let dims = field(0x3A, field(0x2A, field(0x0A, vec![0; 600_000])));
    assert!(matches!(inspect(&dims), Err(GuardError::TooManyParts { .. })));
}

#[test]
fn legal_operators_in_another_form_are_refused() {
    let rewired = refused(|proto| first_node(proto).input[1] = "idf".to_owned());
    assert!(matches!(rewired, GuardError::OtherForm(_)));
    let more = refused(|proto| {
        let graph = proto.graph.as_mut().unwrap();
        let node = graph.node[1].clone();
        graph.node.push(node);
    });
    assert!(matches!(more, GuardError::OtherForm(_)));
    let renamed = refused(|proto| first_tensor(proto).name = Some("weights".to_owned()));
    assert!(matches!(renamed, GuardError::OtherForm(_)));
    assert!(matches!(refused(|proto| proto.ir_version = Some(3)), GuardError::OtherForm(_)));
}

#[test]
fn tampered_heads_are_refused() {
    let heads = [
        both_heads(),
        Heads { priority: Some(priority_head()), minutes: None },
        Heads { priority: None, minutes: Some(minutes_head()) },
    ];
    for heads in heads {
        let graph = Artifact::new(&formula_model_with_heads(2, heads), facts(2));
        let refused = |edit: &dyn Fn(&mut GraphProto)| {
            let mut proto = ModelProto::decode(graph.graph()).unwrap();
            edit(proto.graph.as_mut().unwrap());
            let error = inspect(&proto.encode_to_vec()).unwrap_err();
            assert!(matches!(error, GuardError::OtherForm(_)), "{error}");
        };
        refused(&|graph| _ = graph.output.pop());
        refused(&|graph| _ = graph.node.pop());
        refused(&|graph| graph.output[2].name = Some("other".to_owned()));
        refused(&|graph| graph.node.last_mut().unwrap().input[0] = "probs".to_owned());
        // Numbers that belong to the form: where the columns part, and how the priorities are told apart.
        let numbers = ["widths", "steps", "last"];
        let is_fixed = |tensor: &&TensorProto| numbers.contains(&tensor.name.as_deref().unwrap());
        let proto = ModelProto::decode(graph.graph()).unwrap();
        let fixed: Vec<_> = proto.graph.unwrap().initializer.iter().filter(is_fixed).cloned().collect();
        assert_eq!(fixed[0].name.as_deref(), Some("widths"));
        for tensor in fixed {
            refused(&|graph| {
                let found = graph.initializer.iter_mut().find(|found| found.name == tensor.name).unwrap();
                found.raw_data.as_mut().unwrap()[0] ^= 1;
            });
        }
    }
    let other = refused(|proto| {
        let graph = proto.graph.as_mut().unwrap();
        let mut output = graph.output[1].clone();
        output.name = Some("priority".to_owned());
        graph.output.push(output);
    });
    assert!(matches!(other, GuardError::OtherForm(_)), "a head that no node computes");
}

#[test]
fn large_and_foreign_bytes_are_refused() {
    let large = vec![0; MAX_MODEL_BYTES as usize + 1];
    assert!(matches!(inspect(&large), Err(GuardError::TooLarge { .. })));
    assert_eq!(inspect(b""), Err(GuardError::NotOnnx));
    assert_eq!(inspect(&[0xff; 64]), Err(GuardError::NotOnnx));
}

proptest! {
    #[test]
    fn no_bytes_make_the_guard_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(inspect(&bytes).is_err());
    }

    #[test]
    fn a_truncated_model_is_refused(share in 0.0..1.0f64) {
        static GRAPH: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        let graph = GRAPH.get_or_init(|| formula_artifact(2).graph().to_vec());
        let length = (graph.len() as f64 * share) as usize;
        prop_assert!(inspect(&graph[..length]).is_err());
    }
}
