//! A sentence encoder behind the linear model.

use std::{fs, ops::ControlFlow, path::Path, sync::Arc, time::Duration};

use classifier::{
    Artifact, Encoder, EncoderSettings, Example, Model, ModelError,
    error::GuardError,
    guard,
    onnx::proto::{AttributeProto, ModelProto, StringEntry},
    train_cascade,
};
use domain::{
    Priority,
    classification::{Stage, StageOutcome},
};
use prost::Message;

use crate::support::{examples, runtime};

/// Words of the examples, with others that never occur in them but mean the same.
const GROUPS: [&[&str]; 9] = [
    &["password", "account", "sign", "login", "sso", "locked", "credentials"],
    &["unlock", "user", "codes", "attempts", "passphrase"],
    &["invoice", "charged", "receipt", "pay", "refund", "reimbursement"],
    &["price", "card", "transfer", "order", "purchase", "fee"],
    &["export", "charts", "search", "crashes", "freezes", "malfunction"],
    &["report", "dates", "map", "pdf", "column", "spreadsheet"],
    &["the", "a", "our", "my"],
    &["is", "are", "we", "i"],
    &["please", "why", "can"],
];
/// No word of it is in an example.
const SYNONYMS: &str = "reimbursement fee";

fn encoder(directory: &Path, settings: EncoderSettings) -> Arc<Encoder> {
    runtime();
    encoder_testkit::write(directory, &GROUPS).unwrap();
    Arc::new(Encoder::load(directory, settings).unwrap())
}

fn trained(encoder: &Encoder) -> Artifact {
    train_cascade(&examples(), Some(encoder), 7, &mut |_| ControlFlow::Continue(())).unwrap()
}

#[test]
fn the_encoder_is_asked_where_words_alone_are_unsure() {
    let directory = tempfile::tempdir().unwrap();
    let settings = EncoderSettings { ask_below: 0.9, cost: 2.5, ..EncoderSettings::default() };
    let encoder = encoder(directory.path(), settings);
    let model = Model::from_artifact(&trained(&encoder), "v1", Some(&encoder)).unwrap();
    let answers = model.classify_in_time(&[SYNONYMS, "I forgot my password and the hint does not help"]).unwrap();

    let asked = &answers[0];
    assert_eq!(asked.label, "billing", "{asked:?}");
    let [linear, costly] = asked.stages.as_slice() else { panic!("{asked:?}") };
    assert_eq!((linear.stage, linear.outcome, linear.cost), (Stage::Linear, StageOutcome::Unsure, 0.0));
    assert!(linear.confidence < 0.9);
    assert_eq!((costly.stage, costly.outcome, costly.cost), (Stage::Encoder, StageOutcome::Answered, 2.5));
    assert_eq!((costly.label.as_deref(), costly.confidence), (Some("billing"), asked.confidence));

    let sure = &answers[1];
    let [only] = sure.stages.as_slice() else { panic!("{sure:?}") };
    assert_eq!((only.stage, only.outcome, sure.label.as_str()), (Stage::Linear, StageOutcome::Answered, "access"));
}

#[test]
fn what_a_label_is_called_is_learned_from() {
    runtime();
    let directory = tempfile::tempdir().unwrap();
    let groups: Vec<&[&str]> = GROUPS.iter().copied().chain([["harvest", "orchard"].as_slice()]).collect();
    encoder_testkit::write(directory.path(), &groups).unwrap();
    let settings = EncoderSettings { ask_below: 1.0, ..EncoderSettings::default() };
    let encoder = Arc::new(Encoder::load(directory.path(), settings).unwrap());
    // Nothing in the examples of this label, to which the encoder has no clue either, says harvest.
    let texts: Vec<String> = (0..8).map(|n| format!("qu{n} zy{n}")).collect();
    let mut examples = examples();
    examples.extend(texts.iter().map(|text| Example::new(text, "orchard_harvest")));
    let artifact = train_cascade(&examples, Some(&encoder), 7, &mut |_| ControlFlow::Continue(())).unwrap();
    let model = Model::from_artifact(&artifact, "v1", Some(&encoder)).unwrap();
    let head = model.classify_by_head(&["harvest"]).unwrap().unwrap().remove(0);
    assert_eq!(head.label, "orchard_harvest", "{head:?}");
    assert_eq!(artifact.card().facts.trained_on, 32, "a name is no example");
}

#[test]
fn what_the_heads_say_stays_where_the_encoder_gives_the_label() {
    let directory = tempfile::tempdir().unwrap();
    let encoder = encoder(directory.path(), EncoderSettings { ask_below: 1.0, ..EncoderSettings::default() });
    let stating: Vec<Example<'_>> = (0..3u8)
        .flat_map(|round| {
            examples().into_iter().map(move |example| Example {
                priority: Some(if example.label == "bug" { Priority::High } else { Priority::Low }),
                handling_minutes: Some(f32::from(example.label.len() as u8 + round)),
                ..example
            })
        })
        .collect();
    let train = |encoder| train_cascade(&stating, encoder, 7, &mut |_| ControlFlow::Continue(())).unwrap();
    let words = Model::from_artifact(&train(None), "v1", None).unwrap().classify(&[SYNONYMS]).unwrap().remove(0);
    let cascade = Model::from_artifact(&train(Some(&encoder)), "v1", Some(&encoder)).unwrap();
    let both = cascade.classify(&[SYNONYMS]).unwrap().remove(0);
    assert_eq!(both.stages[1].outcome, StageOutcome::Answered);
    assert_ne!(both.confidence, words.confidence);
    assert!(words.priority.is_some() && words.handling_range.is_some());
    assert_eq!(
        (both.priority, both.handling_minutes, both.handling_range),
        (words.priority, words.handling_minutes, words.handling_range)
    );
}

#[test]
fn a_cascade_without_time_keeps_the_answer_of_words_alone() {
    let directory = tempfile::tempdir().unwrap();
    let settings = EncoderSettings { ask_below: 1.0, budget: Duration::ZERO, ..EncoderSettings::default() };
    let encoder = encoder(directory.path(), settings);
    let model = Model::from_artifact(&trained(&encoder), "v1", Some(&encoder)).unwrap();
    let answer = model.classify_in_time(&[SYNONYMS]).unwrap().remove(0);
    assert_eq!(answer.stages[1].outcome, StageOutcome::OutOfTime);
    assert_eq!(
        (answer.stages[0].label.as_deref(), answer.stages[1].label.as_deref()),
        (Some(answer.label.as_str()), None)
    );
    assert_eq!(answer.confidence, answer.stages[0].confidence);
    // Whoever measures has time.
    assert_eq!(model.classify(&[SYNONYMS]).unwrap()[0].stages[1].outcome, StageOutcome::Answered);
}

#[test]
fn an_encoder_that_fails_leaves_the_answer_of_words_alone() {
    let directory = tempfile::tempdir().unwrap();
    let settings = || EncoderSettings { ask_below: 1.0, ..EncoderSettings::default() };
    drop(encoder(directory.path(), settings()));
    // A word whose vector is beyond the table: ONNX Runtime refuses the call.
    let tokenizer = directory.path().join("tokenizer.json");
    let words = fs::read_to_string(&tokenizer).unwrap();
    fs::write(&tokenizer, words.replacen("\"[UNK]\":0", "\"[UNK]\":0,\"broken\":9999", 1)).unwrap();
    let encoder = Arc::new(Encoder::load(directory.path(), settings()).unwrap());
    let model = Model::from_artifact(&trained(&encoder), "v1", Some(&encoder)).unwrap();
    let answer = model.classify_in_time(&["broken password"]).unwrap().remove(0);
    assert_eq!(answer.stages[1].outcome, StageOutcome::Failed);
    assert_eq!(
        (Some(answer.label.as_str()), answer.confidence),
        (answer.stages[0].label.as_deref(), answer.stages[0].confidence)
    );
    assert!(model.classify(&["broken password"]).is_err(), "whoever measures hears of it");
}

#[test]
fn an_answer_does_not_depend_on_the_others_of_its_batch() {
    let directory = tempfile::tempdir().unwrap();
    let encoder = encoder(directory.path(), EncoderSettings { ask_below: 1.0, ..EncoderSettings::default() });
    let model = Model::from_artifact(&trained(&encoder), "v1", Some(&encoder)).unwrap();
    let long = "spreadsheet ".repeat(90);
    let texts = [SYNONYMS, "", "credentials", long.as_str(), "never seen", "🦀 \u{0}", "credentials malfunction"];
    let together = model.classify(&texts).unwrap();
    for (text, among_others) in texts.iter().zip(together) {
        let alone = model.classify(&[text]).unwrap().remove(0);
        assert_eq!(alone.label, among_others.label);
        assert!((alone.confidence - among_others.confidence).abs() < 1e-5, "{text:?}");
    }
}

#[test]
fn the_same_labels_give_the_same_files_and_any_other_part_another_digest() {
    let directory = tempfile::tempdir().unwrap();
    let encoder = encoder(&directory.path().join("encoder"), EncoderSettings::default());
    let (first, second) = (trained(&encoder), trained(&encoder));
    assert!(first == second);
    let files = directory.path().join("model");
    first.write(&files).unwrap();
    let read = Artifact::read(&files).unwrap();
    assert!(read == first);
    assert_eq!(read.sha256(), first.sha256());
    let plain = classifier::train(&examples(), 7, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(plain.card().graph_sha256, first.card().graph_sha256, "the linear part is the same");
    assert_ne!(plain.sha256(), first.sha256());

    let card = fs::read_to_string(files.join("model.json")).unwrap();
    let weight = format!("\"head_weight\": {}", first.card().cascade.as_ref().unwrap().head_weight);
    assert!(card.contains(&weight), "{card}");
    fs::write(files.join("model.json"), card.replace(&weight, "\"head_weight\": 0.123")).unwrap();
    assert_ne!(Artifact::read(&files).unwrap().sha256(), first.sha256(), "a changed number shows");
    fs::write(files.join("head.onnx"), b"").unwrap();
    assert!(matches!(Artifact::read(&files), Err(ModelError::Sha256 { file: "head.onnx", .. })));
}

#[test]
fn a_cascade_is_loaded_with_its_own_encoder_only() {
    let directory = tempfile::tempdir().unwrap();
    let own = encoder(&directory.path().join("own"), EncoderSettings::default());
    let artifact = trained(&own);
    let error = Model::from_artifact(&artifact, "v1", None).unwrap_err();
    assert!(error.to_string().contains("none can be used here"), "{error}");
    encoder_testkit::write(&directory.path().join("other"), &[&["word"]]).unwrap();
    let other = Arc::new(Encoder::load(&directory.path().join("other"), EncoderSettings::default()).unwrap());
    let error = Model::from_artifact(&artifact, "v1", Some(&other)).unwrap_err();
    assert!(error.to_string().contains(other.sha256()), "{error}");
    let shorter = EncoderSettings { max_tokens: 8, ..EncoderSettings::default() };
    let shorter = Arc::new(Encoder::load(&directory.path().join("own"), shorter).unwrap());
    assert!(Model::from_artifact(&artifact, "v1", Some(&shorter)).is_err(), "it would read other tokens");
    assert!(Model::from_artifact(&artifact, "v1", Some(&own)).is_ok());
}

#[test]
fn what_is_no_encoder_is_refused_before_it_runs() {
    let graph = || encoder_testkit::lookup(&[0.0; encoder_testkit::DIMENSIONS]);
    let refused = |change: &dyn Fn(&mut ModelProto)| {
        let mut proto = graph();
        change(&mut proto);
        guard::screen(&proto.encode_to_vec()).unwrap_err()
    };
    assert!(guard::screen(&graph().encode_to_vec()).is_ok());
    assert_eq!(guard::screen(b"not onnx"), Err(GuardError::NotOnnx));
    let node = |proto: &mut ModelProto| proto.graph.as_mut().unwrap().node.remove(0);
    let with = |proto: &mut ModelProto, node| proto.graph.as_mut().unwrap().node.push(node);
    let subgraph = refused(&|proto| {
        let mut node = node(proto);
        node.attribute.push(AttributeProto { g: Some(Vec::new()), ..AttributeProto::default() });
        with(proto, node);
    });
    assert!(matches!(subgraph, GuardError::Subgraph { .. }));
    let looping = refused(&|proto| with(proto, encoder_testkit::node("Loop", &[], "again")));
    assert!(matches!(looping, GuardError::Subgraph { .. }));
    let foreign = refused(&|proto| {
        let mut node = node(proto);
        node.domain = Some("com.example".to_owned());
        with(proto, node);
    });
    assert!(matches!(foreign, GuardError::CustomDomain { .. }));
    let outside = refused(&|proto| {
        let entry = StringEntry { key: Some("location".to_owned()), value: Some("/etc/passwd".to_owned()) };
        proto.graph.as_mut().unwrap().initializer[0].external_data.push(entry);
    });
    assert!(matches!(outside, GuardError::ExternalData { .. }));
    for change in [
        (&|proto: &mut ModelProto| proto.graph.as_mut().unwrap().input[0].name = Some("text".to_owned()))
            as &dyn Fn(&mut ModelProto),
        &|proto| proto.graph.as_mut().unwrap().input.clear(),
        &|proto| proto.graph.as_mut().unwrap().output.clear(),
        &|proto| proto.opset_import[0].version = Some(1),
        &|proto| proto.opset_import.clear(),
    ] {
        assert!(matches!(refused(change), GuardError::OtherForm(_)));
    }
}

#[test]
fn an_encoder_that_does_not_answer_is_an_error_and_no_panic() {
    runtime();
    let directory = tempfile::tempdir().unwrap();
    let load = || Encoder::load(directory.path(), EncoderSettings::default()).map(drop);
    assert!(matches!(load(), Err(ModelError::Io { .. })));
    encoder_testkit::write(directory.path(), &GROUPS).unwrap();
    fs::write(directory.path().join("tokenizer.json"), "{}").unwrap();
    assert!(matches!(load(), Err(ModelError::Tokenizer(_))));
}
