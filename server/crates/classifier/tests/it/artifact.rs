use std::{fs, path::Path};

use classifier::{Artifact, Model, ModelError, error::GuardError};

use crate::support::{both_heads, facts, formula_artifact, formula_model_with_heads, runtime, trained};

fn edit_card(directory: &Path, edit: impl Fn(&mut serde_json::Value)) {
    let path = directory.join("model.json");
    let mut card = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    edit(&mut card);
    fs::write(&path, card.to_string()).unwrap();
}

#[test]
fn what_is_written_is_read_back_and_answers() {
    runtime();
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("models/v1");
    let artifact = trained();
    artifact.write(&directory).unwrap();
    assert_eq!(Artifact::read(&directory).unwrap(), artifact);
    assert_eq!(Model::load(&directory, "v1", None).unwrap().classify(&["invoice refund"]).unwrap()[0].label, "billing");
    let names: Vec<_> =
        fs::read_dir(home.path().join("models")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["v1"]);
}

#[test]
fn a_model_replaces_a_model_and_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("model");
    fs::create_dir(&directory).unwrap();
    formula_artifact(2).write(&directory).unwrap();
    formula_artifact(3).write(&directory).unwrap();
    assert_eq!(Artifact::read(&directory).unwrap(), formula_artifact(3));
    fs::write(home.path().join("letter.txt"), "dear").unwrap();
    assert!(matches!(formula_artifact(2).write(home.path()), Err(ModelError::NotAModelDirectory { .. })));
    assert!(matches!(formula_artifact(2).write(&home.path().join("letter.txt")), Err(ModelError::Io { .. })));
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2);
}

#[test]
fn missing_files_are_refused() {
    let home = tempfile::tempdir().unwrap();
    assert!(matches!(Artifact::read(home.path()), Err(ModelError::Io { .. })));
    let directory = home.path().join("model");
    formula_artifact(2).write(&directory).unwrap();
    fs::remove_file(directory.join("model.onnx")).unwrap();
    assert!(matches!(Artifact::read(&directory), Err(ModelError::Io { .. })));
}

#[test]
fn a_changed_graph_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("model");
    formula_artifact(2).write(&directory).unwrap();
    let mut graph = fs::read(directory.join("model.onnx")).unwrap();
    let middle = graph.len() / 2;
    graph[middle] ^= 1;
    fs::write(directory.join("model.onnx"), &graph).unwrap();
    assert!(matches!(Artifact::read(&directory), Err(ModelError::Sha256 { .. })));
}

#[test]
fn a_graph_that_is_no_model_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("model");
    formula_artifact(2).write(&directory).unwrap();
    fs::write(directory.join("model.onnx"), b"not a model").unwrap();
    // With the right SHA-256 in the card, only the guard is left to refuse it.
    let Err(ModelError::Sha256 { found, .. }) = Artifact::read(&directory) else { panic!("the hash must not fit") };
    edit_card(&directory, |card| card["graph_sha256"] = found.as_str().into());
    assert!(matches!(Artifact::read(&directory), Err(ModelError::Guard(GuardError::NotOnnx))));
}

#[test]
fn a_card_of_another_model_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("model");
    let refused = |edit: &dyn Fn(&mut serde_json::Value)| {
        formula_artifact(2).write(&directory).unwrap();
        edit_card(&directory, edit);
        Artifact::read(&directory).unwrap_err()
    };
    let error = refused(&|card| card["featurizer"] = "switchyard-ngrams-0".into());
    assert!(matches!(error, ModelError::OtherVersion { field: "featurizer", .. }), "{error}");
    let error = refused(&|card| card["format"] = 2.into());
    assert!(matches!(error, ModelError::OtherVersion { field: "format", .. }), "{error}");
    let error = refused(&|card| card["temperature"] = 0.5.into());
    assert!(matches!(error, ModelError::Disagree("temperature")), "{error}");
    let error = refused(&|card| card["labels"][0]["name"] = "another".into());
    assert!(matches!(error, ModelError::Disagree("labels")), "{error}");
    let error = refused(&|card| card["dataset_sha256"] = "11".into());
    assert!(matches!(error, ModelError::Disagree("dataset_sha256")), "{error}");
    let error = refused(&|card| *card = serde_json::Value::Null);
    assert!(matches!(error, ModelError::Card(_)), "{error}");
}

#[test]
fn heads_that_the_graph_does_not_have_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("model");
    let artifact = Artifact::new(&formula_model_with_heads(2, both_heads()), facts(2));
    let refused = |artifact: &Artifact, edit: &dyn Fn(&mut serde_json::Value)| {
        artifact.write(&directory).unwrap();
        assert_eq!(&Artifact::read(&directory).unwrap(), artifact);
        edit_card(&directory, edit);
        let error = Artifact::read(&directory).unwrap_err();
        assert!(matches!(error, ModelError::Disagree("heads")), "{error}");
    };
    refused(&artifact, &|card| card["heads"]["priority"]["cuts"][0] = (-0.5).into());
    refused(&artifact, &|card| card["heads"]["minutes"]["typical"] = 1.into());
    refused(&artifact, &|card| _ = card["heads"].as_object_mut().unwrap().remove("minutes"));
    refused(&artifact, &|card| _ = card.as_object_mut().unwrap().remove("heads"));
    let heads = serde_json::to_value(both_heads()).unwrap();
    refused(&formula_artifact(2), &|card| card["heads"] = heads.clone());
}
