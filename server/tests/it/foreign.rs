//! Foreign models: tried apart, measured, promoted; harmless when they are broken or want to harm.

use std::{fs, path::Path, process::Command};

use classifier::foreign::Output;
use domain::{ModelStage, Receipt};
use encoder_testkit::foreign::{Flaw, ForeignClassifier, Topic};
use server::{
    config::{Config, Flags},
    workshop::ModelSources,
    workspace,
};
use service::ModelError;

use crate::support::{Floor, examples, models, onnxruntime};

/// The words of the examples, and one for each label that no example has.
const TOPICS: [Topic<'static>; 3] = [
    ("weather", &["rain", "sunshine", "storm", "snow", "clouds", "wind", "frost", "fog", "drizzle"]),
    ("kitchen", &["bread", "butter", "soup", "salad", "cheese", "noodles", "pepper", "flour", "omelette"]),
    ("music", &["violin", "piano", "trumpet", "chorus", "rhythm", "melody", "concert", "drums", "cello"]),
];

/// A workspace whose champion, v1, was trained on three labels.
async fn floor() -> Floor {
    let floor = Floor::open().await;
    floor.services.import_labels(&floor.system, &examples()).await.unwrap();
    let run = floor.services.train(&floor.system).await.unwrap();
    assert_eq!(run.model_version, Some(1), "{}", run.message);
    floor.services.promote(&floor.system, 1, false).await.unwrap();
    floor
}

fn said(receipt: &Receipt) -> (&str, &str) {
    let classification = receipt.decision.classification.as_ref().unwrap();
    (&classification.model_version, &classification.label)
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = entries.collect();
    names.sort();
    names
}

/// Runs `switchyard`: whether it is well, and its words.
fn switchyard(arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchyard"));
    let output = command.args(arguments).env("ORT_DYLIB_PATH", onnxruntime()).output().unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap()).concat();
    (output.status.success(), said)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_foreign_model_is_measured_promoted_and_decides() {
    let floor = floor().await;
    let upload = tempfile::tempdir().unwrap();
    ForeignClassifier { output: Output::Probabilities, ..ForeignClassifier::new(&TOPICS) }
        .write(upload.path())
        .unwrap();
    let added = floor.services.add_model(&floor.system, upload.path()).await.unwrap();
    assert_eq!((added.version, added.stage), (2, ModelStage::Candidate));
    assert_eq!((added.dataset_sha256.as_str(), added.trained_on), ("", 0));
    assert_eq!(added.labels, ["weather", "kitchen", "music"]);
    let metrics = added.metrics.as_ref().unwrap();
    assert!(metrics.examples >= 20 && metrics.champion == Some(1), "{metrics:?}");
    assert_eq!((metrics.accuracy, metrics.champion_accuracy), (1.0, Some(1.0)));
    let card = fs::read_to_string(floor.data_dir().join("models/v2/foreign.json")).unwrap();
    let card: serde_json::Value = serde_json::from_str(&card).unwrap();
    assert!(card["calibrated_on"].as_u64().unwrap() >= 50, "{card}");
    assert_eq!(card["metrics"]["model_sha256"], added.sha256);
    let report = floor.services.model_report(&floor.system, 2).await.unwrap();
    assert!(report.held_out.is_some_and(|held_out| held_out.accuracy.of == metrics.examples));
    assert_eq!(said(&floor.submit("omelette").await).0, "v1", "a candidate decides nothing");

    drop(upload);
    floor.services.promote(&floor.system, 2, true).await.unwrap();
    assert_eq!(said(&floor.submit("omelette").await), ("v2", "kitchen"));
    assert_eq!(said(&floor.submit("a cello and a drizzle, with a violin").await), ("v2", "music"));

    let config = Config::merge(None, [], &Flags::default()).unwrap();
    let (services, background) =
        workspace::open(floor.data_dir(), config.store(), config.settings(), models(None)).await.unwrap();
    let new = domain::NewTask { subject: "drizzle".to_owned(), ..domain::NewTask::default() };
    let receipt = services.submit(&floor.system, new, None).await.unwrap();
    assert_eq!(said(&receipt), ("v2", "weather"));
    background.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_broken_or_wants_to_harm_stops_nothing() {
    let floor = floor().await;
    let written = |flaw: Option<Flaw>| {
        let upload = tempfile::tempdir().unwrap();
        let made = ForeignClassifier::new(&TOPICS);
        flaw.map_or_else(|| made.write(upload.path()), |flaw| made.write_flawed(upload.path(), flaw)).unwrap();
        upload
    };
    let mut cases: Vec<_> = Flaw::ALL.into_iter().map(|flaw| (format!("{flaw:?}"), written(Some(flaw)))).collect();
    let incomplete = written(None);
    fs::remove_file(incomplete.path().join("tokenizer.json")).unwrap();
    cases.push(("no tokenizer".to_owned(), incomplete));
    let misspelt = written(None);
    fs::write(misspelt.path().join("signature.json"), r#"{"format": 1, "max_token": 64}"#).unwrap();
    cases.push(("unknown field".to_owned(), misspelt));
    for (name, upload) in cases {
        let (services, system, path) = (floor.services.clone(), floor.system.clone(), upload.path().to_owned());
        let adding = tokio::spawn(async move { services.add_model(&system, &path).await });
        let mut submitted = 0;
        while submitted == 0 || !adding.is_finished() {
            assert_eq!(said(&floor.submit("rain and storm today").await), ("v1", "weather"), "{name}");
            submitted += 1;
        }
        let error = adding.await.unwrap().unwrap_err();
        let ModelError::Refused(reason) = error else { panic!("{name}: {error:?}") };
        let start =
            if name == "no tokenizer" { "A file of the model is missing" } else { "This is no model that can be" };
        assert!(reason.starts_with(start) && reason.ends_with('.'), "{name}: {reason}");
        assert!(name != "UnknownWord" || reason.contains("9999"), "{reason}");
        // This process would have given the memory; the one where it was tried may not.
        assert!(name != "Greedy" || reason.contains("Failed to allocate memory"), "{reason}");
        assert!(!reason.contains('/') && !reason.contains('\n') && reason.len() < 600, "{name}: {reason}");
        assert_eq!(names(&floor.data_dir().join("models")), ["v1"], "{name}");
    }
    assert_eq!(floor.services.model_board(&floor.system).await.unwrap().models.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn files_that_changed_since_they_were_registered_are_not_loaded() {
    let floor = floor().await;
    let upload = tempfile::tempdir().unwrap();
    ForeignClassifier::new(&TOPICS).write(upload.path()).unwrap();
    floor.services.add_model(&floor.system, upload.path()).await.unwrap();
    let kept = floor.data_dir().join("models/v2");
    for file in ["model.onnx", "tokenizer.json", "signature.json", "foreign.json"] {
        let sound = fs::read(kept.join(file)).unwrap();
        let changed = if file == "foreign.json" {
            let mut card: serde_json::Value = serde_json::from_slice(&sound).unwrap();
            card["temperature"] = 0.25.into();
            card.to_string().into_bytes()
        } else {
            // An unknown field is no harm to a graph, and a blank none to JSON.
            [sound.as_slice(), if file == "model.onnx" { b"\x12\x01x" } else { b" " }].concat()
        };
        fs::write(kept.join(file), changed).unwrap();
        let error = floor.services.promote(&floor.system, 2, true).await.unwrap_err();
        assert!(matches!(error, ModelError::Unloadable(_)), "{file}: {error:?}");
        fs::write(kept.join(file), sound).unwrap();
    }
    assert_eq!(said(&floor.submit("omelette").await).0, "v1");
    floor.services.promote(&floor.system, 2, true).await.unwrap();
    assert_eq!(said(&floor.submit("omelette").await), ("v2", "kitchen"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_a_program_to_try_it_no_foreign_model_is_taken() {
    let home = tempfile::tempdir().unwrap();
    let config = Config::merge(None, [], &Flags::default()).unwrap();
    let sources = ModelSources { program: None, ..models(None) };
    let (services, background) =
        workspace::open(&home.path().join("data"), config.store(), config.settings(), sources).await.unwrap();
    let system = domain::Actor::system("test");
    ForeignClassifier::new(&TOPICS).write(&home.path().join("foreign")).unwrap();
    let error = services.add_model(&system, &home.path().join("foreign")).await.unwrap_err();
    assert!(matches!(&error, ModelError::Refused(reason) if reason.contains("a process of its own")), "{error:?}");

    let owned = examples();
    let borrowed: Vec<_> = owned.iter().map(|(text, label)| classifier::Example::new(text, label)).collect();
    let artifact = classifier::train(&borrowed, 1, &mut |_| std::ops::ControlFlow::Continue(())).unwrap();
    artifact.write(&home.path().join("own")).unwrap();
    assert_eq!(services.add_model(&system, &home.path().join("own")).await.unwrap().version, 1);
    background.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn models_of_both_kinds_are_checked_and_exported_by_the_command_line() {
    let floor = floor().await;
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    ForeignClassifier::new(&TOPICS).write(&home.path().join("foreign")).unwrap();
    let (is_well, said) = switchyard(&["model", "check", &path("foreign")]);
    assert!(is_well && said.starts_with("It can be used: 3 labels (weather, kitchen, music), "), "{said}");
    let own = floor.data_dir().join("models/v1");
    for (directory, kind) in [(path("foreign").as_str(), "foreign"), (own.to_str().unwrap(), "switchyard")] {
        let (is_well, said) = switchyard(&["model", "check", directory, "--json"]);
        let said: serde_json::Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}"));
        assert!(is_well && said["sha256"].as_str().is_some_and(|sha256| sha256.len() == 64), "{said}");
        assert_eq!((said["kind"].as_str(), said["labels"].as_array().unwrap().len()), (Some(kind), 3));
    }
    ForeignClassifier::new(&TOPICS).write_flawed(&home.path().join("greedy"), Flaw::Greedy).unwrap();
    let bytes = fs::metadata(home.path().join("greedy/model.onnx")).unwrap().len();
    assert!(bytes < 150, "the greedy graph has {bytes} bytes");
    let (is_well, said) = switchyard(&["model", "check", &path("greedy")]);
    assert!(!is_well, "{said}");

    let added = floor.services.add_model(&floor.system, &home.path().join("foreign")).await.unwrap();
    let data = floor.data_dir().to_str().unwrap();
    let (is_well, said) = switchyard(&["model", "export", "v2", "--out", &path("out"), "--data-dir", data]);
    assert!(is_well, "{said}");
    assert_eq!(
        names(&home.path().join("out")),
        ["README.md", "foreign.json", "model.onnx", "signature.json", "tokenizer.json"]
    );
    // A workspace without examples takes it as it was calibrated.
    let (is_well, said) = switchyard(&["model", "add", &path("out"), "--json", "--data-dir", &path("other")]);
    let said: serde_json::Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}"));
    assert!(is_well && said["sha256"] == added.sha256, "{said}");
}
