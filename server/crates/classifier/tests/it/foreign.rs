//! Models that were made elsewhere.

use std::{fs, path::Path};

use classifier::{
    Artifact, Example, ForeignArtifact, ForeignModel, GuardError, ModelError, ModelFiles, Signature, evaluate,
    foreign::Output,
    onnx::proto::{AttributeProto, ModelProto},
};
use encoder_testkit::foreign::{Flaw, ForeignClassifier, Topic};
use prost::Message;
use serde_json::json;

use crate::support::{formula_artifact, runtime};

const TOPICS: [Topic<'static>; 3] = [
    ("weather", &["rain", "storm", "snow", "fog"]),
    ("kitchen", &["bread", "soup", "salad", "cheese"]),
    ("music", &["violin", "piano", "rhythm", "drums"]),
];

fn load(directory: &Path) -> Result<ForeignModel, ModelError> {
    ForeignModel::from_artifact(&ForeignArtifact::read(directory)?, "v5")
}

/// Texts of one topic each; every third has the label of another.
fn doubtful() -> Vec<(String, &'static str)> {
    let pair = |topic: usize, at: usize| {
        let words = TOPICS[topic].1;
        let label = if at.is_multiple_of(3) { TOPICS[(topic + 1) % 3].0 } else { TOPICS[topic].0 };
        (format!("{} {} please", words[at % 4], words[at / 4 % 4]), label)
    };
    (0..90).map(|at| pair(at % 3, at / 3)).collect()
}

fn lent<'a>(examples: &'a [(String, &'a str)]) -> Vec<Example<'a>> {
    examples.iter().map(|(text, label)| Example::new(text, label)).collect()
}

#[test]
fn it_answers_with_its_labels_whatever_form_its_output_has() {
    runtime();
    let plain = ForeignClassifier::new(&TOPICS);
    for made in [
        plain,
        ForeignClassifier { has_fixed_width: true, ..plain },
        ForeignClassifier { output: Output::Probabilities, ..plain },
    ] {
        let directory = tempfile::tempdir().unwrap();
        made.write(directory.path()).unwrap();
        let model = load(directory.path()).unwrap();
        let answers = model.classify(&["soup and salad", "", "drums with rain"]).unwrap();
        let sure = &answers[0];
        assert_eq!((sure.label.as_str(), sure.model_version.as_str()), ("kitchen", "v5"));
        assert_eq!((sure.candidates.len(), sure.short_list, sure.priority), (3, None, None));
        let sum: f32 = sure.candidates.iter().map(|candidate| candidate.confidence).sum();
        assert!((sum - 1.0).abs() < 1e-5 && sure.confidence > 0.9, "{sure:?}");
        assert!((answers[1].confidence - 1.0 / 3.0).abs() < 1e-5 && answers[1].out_of_scope > 0.99, "{answers:?}");
        assert!(answers[2].margin() < 0.5, "{answers:?}");
    }
}

#[test]
fn answers_do_not_depend_on_the_batch() {
    runtime();
    let directory = tempfile::tempdir().unwrap();
    ForeignClassifier::new(&TOPICS).write(directory.path()).unwrap();
    let model = load(directory.path()).unwrap();
    let long = "rhythm rain ".repeat(500);
    let texts = ["storm", "", "fog soup", &long, "cheese cheese piano", "🦀 \u{0}"];
    for (text, among_others) in texts.iter().zip(model.classify(&texts).unwrap()) {
        let alone = model.classify(&[text]).unwrap().remove(0);
        assert_eq!(alone.label, among_others.label, "{text:?}");
        assert!((alone.confidence - among_others.confidence).abs() < 1e-5, "{text:?}");
    }
}

#[test]
fn of_a_long_text_so_much_is_read_as_the_signature_says() {
    runtime();
    let directory = tempfile::tempdir().unwrap();
    let made = ForeignClassifier::new(&TOPICS);
    made.write(directory.path()).unwrap();
    let text = "rain rain rain ".to_owned() + &"violin ".repeat(40);
    assert_eq!(load(directory.path()).unwrap().classify(&[&text]).unwrap()[0].label, "music");
    let short = Signature { max_tokens: Some(4), ..made.signature() };
    fs::write(directory.path().join("signature.json"), serde_json::to_vec(&short).unwrap()).unwrap();
    assert_eq!(load(directory.path()).unwrap().classify(&[&text]).unwrap()[0].label, "weather");
}

#[test]
fn a_model_that_is_too_sure_is_calibrated_on_examples() {
    runtime();
    for output in [Output::Logits, Output::Probabilities] {
        let directory = tempfile::tempdir().unwrap();
        ForeignClassifier { output, logit: 12.0, ..ForeignClassifier::new(&TOPICS) }.write(directory.path()).unwrap();
        let owned = doubtful();
        let examples = lent(&owned);
        let came = ForeignArtifact::read(directory.path()).unwrap();
        let before = evaluate(&ForeignModel::from_artifact(&came, "v1").unwrap(), &examples, &[]).unwrap();
        let (artifact, model) = came.clone().calibrated("v1", &examples).unwrap();
        let after = evaluate(&model, &examples, &[]).unwrap();
        assert_eq!(before.accuracy, after.accuracy, "a temperature changes no label");
        assert!(before.ece > 0.25 && after.ece < 0.1, "{} became {}", before.ece, after.ece);
        assert!(artifact.card().temperature > 1.5 && artifact.card().calibrated_on == 90, "{:?}", artifact.card());

        // The temperature is a part of the model: it is in the digest, in the files, and in what these answer.
        assert_ne!(artifact.sha256(), came.sha256());
        assert_eq!(after.model_sha256, artifact.sha256());
        let kept = directory.path().join("kept");
        artifact.write(&kept).unwrap();
        let read = ForeignArtifact::read(&kept).unwrap();
        assert_eq!((read.sha256(), read == artifact), (artifact.sha256(), true));
        assert_eq!(evaluate(&load(&kept).unwrap(), &examples, &[]).unwrap().ece, after.ece);
    }
}

#[test]
fn few_examples_and_labels_that_it_does_not_know_calibrate_nothing() {
    runtime();
    let directory = tempfile::tempdir().unwrap();
    ForeignClassifier::new(&TOPICS).write(directory.path()).unwrap();
    let owned = doubtful();
    let mut examples = lent(&owned);
    examples[49..].iter_mut().for_each(|example| example.label = "unheard of");
    let came = ForeignArtifact::read(directory.path()).unwrap();
    let (artifact, _) = came.clone().calibrated("v1", &examples).unwrap();
    assert_eq!((artifact.card().temperature, artifact.card().calibrated_on), (1.0, 0));
    assert_eq!(artifact.sha256(), came.sha256());
}

#[test]
fn what_is_broken_or_could_harm_is_refused_before_it_runs() {
    let refused = |flaw: Flaw| {
        let directory = tempfile::tempdir().unwrap();
        ForeignClassifier::new(&TOPICS).write_flawed(directory.path(), flaw).unwrap();
        ForeignArtifact::read(directory.path()).map(drop).unwrap_err()
    };
    assert!(matches!(refused(Flaw::Loop), ModelError::Guard(GuardError::Subgraph { operator }) if operator == "Loop"));
    assert!(matches!(refused(Flaw::ExternalData), ModelError::Guard(GuardError::ExternalData { .. })));
    assert!(matches!(refused(Flaw::CutOff), ModelError::Guard(GuardError::NotOnnx)));
    assert!(matches!(refused(Flaw::ManyNodes), ModelError::Guard(GuardError::TooManyParts { .. })));
    let width = refused(Flaw::DeclaredWidth).to_string();
    assert!(width.contains("its output has 4 numbers for each text, and there are 3 labels"), "{width}");
}

#[test]
fn what_does_not_answer_as_it_says_is_refused_when_it_runs() {
    runtime();
    let refused = |made: ForeignClassifier<'_>, flaw: Option<Flaw>| {
        let directory = tempfile::tempdir().unwrap();
        match flaw {
            Some(flaw) => made.write_flawed(directory.path(), flaw).unwrap(),
            None => made.write(directory.path()).unwrap(),
        }
        load(directory.path()).map(drop).unwrap_err()
    };
    let plain = ForeignClassifier::new(&TOPICS);
    assert!(matches!(refused(plain, Some(Flaw::Tokenizer)), ModelError::Tokenizer(_)));
    let width = refused(plain, Some(Flaw::Width)).to_string();
    assert!(width.contains("shape [1, 4]; 3 labels need [1, 3]"), "{width}");
    for output in [Output::Logits, Output::Probabilities] {
        let made = ForeignClassifier { output, ..plain };
        assert!(matches!(refused(made, Some(Flaw::NoNumbers)), ModelError::Answer(_)));
    }
}

#[test]
fn logits_that_are_called_probabilities_have_no_confidence() {
    runtime();
    let directory = tempfile::tempdir().unwrap();
    let made = ForeignClassifier::new(&TOPICS);
    made.write(directory.path()).unwrap();
    let signature = Signature { output: Output::Probabilities, ..made.signature() };
    fs::write(directory.path().join("signature.json"), serde_json::to_vec(&signature).unwrap()).unwrap();
    // Of a text of which it knows no word it says only zeros.
    let error = load(directory.path()).unwrap_err().to_string();
    assert!(error.contains("no probability for each label"), "{error}");
}

#[test]
fn a_graph_of_another_form_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let made = ForeignClassifier::new(&TOPICS);
    let refused = |edit: &dyn Fn(&mut ModelProto)| {
        made.write(directory.path()).unwrap();
        let mut graph = made.graph();
        edit(&mut graph);
        fs::write(directory.path().join("model.onnx"), graph.encode_to_vec()).unwrap();
        ForeignArtifact::read(directory.path()).map(drop).unwrap_err()
    };
    let output = |proto: &mut ModelProto, edit: &dyn Fn(&mut classifier::onnx::proto::TensorType)| {
        let output = &mut proto.graph.as_mut().unwrap().output[0];
        edit(output.r#type.as_mut().unwrap().tensor_type.as_mut().unwrap());
    };
    for change in [
        (&|proto: &mut ModelProto| output(proto, &|tensor| tensor.elem_type = Some(7))) as &dyn Fn(&mut ModelProto),
        &|proto| output(proto, &|tensor| tensor.shape = None),
        &|proto| output(proto, &|tensor| tensor.shape.as_mut().unwrap().dim.truncate(1)),
        &|proto| proto.graph.as_mut().unwrap().output.clear(),
    ] {
        assert!(matches!(refused(change), ModelError::Guard(GuardError::Signature(_))));
    }
    let sparse = refused(&|proto| {
        let attribute = AttributeProto { sparse_tensor: Some(Vec::new()), ..AttributeProto::default() };
        proto.graph.as_mut().unwrap().node[0].attribute.push(attribute);
    });
    assert!(matches!(sparse, ModelError::Guard(GuardError::Extras)), "{sparse}");
    let domain = refused(&|proto| proto.graph.as_mut().unwrap().node[0].domain = Some("com.example".to_owned()));
    assert!(matches!(domain, ModelError::Guard(GuardError::CustomDomain { .. })), "{domain}");
    let old = refused(&|proto| proto.opset_import[0].version = Some(6));
    assert!(matches!(old, ModelError::Guard(GuardError::OtherForm(_))), "{old}");
}

#[test]
fn a_signature_says_what_is_wrong_with_it() {
    let whole = json!({
        "format": 1, "input": "tokens", "labels": ["a", "b"], "output": "logits", "output_name": "logits",
        "max_tokens": 64, "license": "MIT", "about": "For tests.",
    });
    let parse = |text: &serde_json::Value| Signature::parse(text.to_string().as_bytes());
    let signature = parse(&whole).unwrap();
    assert_eq!((signature.max_tokens(), signature.license.as_deref()), (64, Some("MIT")));
    assert_eq!(serde_json::to_value(&signature).unwrap(), whole);
    let cases = [
        ("format", json!(2), "the format is 2; this version reads 1"),
        ("input", json!("pixels"), "unknown variant `pixels`"),
        ("labels", json!(["a"]), "there are 1 labels; 2 to 1000 are possible"),
        ("labels", json!(["a", "a"]), "the label `a` is there twice"),
        ("labels", json!(["a", " b"]), "label 2: "),
        ("output", json!("embedding"), "unknown variant `embedding`"),
        ("max_tokens", json!(1), "max_tokens must be from 2 to 512"),
        ("max_tokens", json!(513), "max_tokens must be from 2 to 512"),
        ("about", json!("x".repeat(2_001)), "about"),
        ("threshold", json!(0.5), "unknown field `threshold`"),
    ];
    for (field, value, reason) in cases {
        let mut text = whole.clone();
        text[field] = value;
        let error = parse(&text).unwrap_err().to_string();
        assert!(error.starts_with("signature.json: ") && error.contains(reason), "{field}: {error}");
    }
    let mut without = whole;
    _ = without.as_object_mut().unwrap().remove("max_tokens");
    assert_eq!(parse(&without).unwrap().max_tokens(), 128);
}

#[test]
fn a_named_output_is_the_one_that_is_used() {
    runtime();
    let directory = tempfile::tempdir().unwrap();
    let made = ForeignClassifier { output: Output::Probabilities, ..ForeignClassifier::new(&TOPICS) };
    made.write(directory.path()).unwrap();
    let mut graph = made.graph();
    let outputs = &mut graph.graph.as_mut().unwrap().output;
    let mut first = outputs[0].clone();
    first.name = Some("logits".to_owned());
    outputs.insert(0, first);
    fs::write(directory.path().join("model.onnx"), graph.encode_to_vec()).unwrap();
    let load_with = |name: Option<&str>| {
        let signature = Signature { output_name: name.map(str::to_owned), ..made.signature() };
        fs::write(directory.path().join("signature.json"), serde_json::to_vec(&signature).unwrap()).unwrap();
        load(directory.path())
    };
    let answer = load_with(Some("probabilities")).unwrap().classify(&["soup"]).unwrap().remove(0);
    assert!(answer.label == "kitchen" && answer.confidence > 0.9, "{answer:?}");
    assert!(load_with(None).is_err(), "the first output is no probabilities");
    let error = load_with(Some("scores")).unwrap_err().to_string();
    assert!(error.contains("it has no output `scores`"), "{error}");
}

#[test]
fn files_that_changed_after_they_were_written_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let (came, kept) = (home.path().join("came"), home.path().join("kept"));
    ForeignClassifier::new(&TOPICS).write(&came).unwrap();
    // A blank more, and another name of the program that wrote the graph: files that are sound, but not those of then.
    let more: [(&str, &[u8]); 3] = [("model.onnx", b"\x12\x01x"), ("tokenizer.json", b" "), ("signature.json", b" ")];
    for (file, more) in more {
        ForeignArtifact::read(&came).unwrap().write(&kept).unwrap();
        let content = [fs::read(kept.join(file)).unwrap().as_slice(), more].concat();
        fs::write(kept.join(file), content).unwrap();
        let error = ForeignArtifact::read(&kept).map(drop).unwrap_err();
        assert!(matches!(error, ModelError::Sha256 { file: found, .. } if found == file), "{error}");
    }
}

#[test]
fn a_directory_is_of_the_kind_that_its_files_say() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("model");
    ForeignClassifier::new(&TOPICS).write(&directory).unwrap();
    let foreign = ModelFiles::read(&directory).unwrap();
    assert!(matches!(foreign, ModelFiles::Foreign(_)) && foreign.labels() == ["weather", "kitchen", "music"]);
    // A leftover of one kind does not stand in the way of the other.
    formula_artifact(2).write(&directory).unwrap();
    assert_eq!(Artifact::read(&directory).unwrap(), formula_artifact(2));
    assert!(matches!(ModelFiles::read(&directory).unwrap(), ModelFiles::Own(_)));
    foreign.write(&directory).unwrap();
    assert_eq!(ModelFiles::read(&directory).unwrap(), foreign);
    assert!(matches!(ModelFiles::read(home.path()), Err(ModelError::Io { .. })));
}
