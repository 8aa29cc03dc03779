//! Model cards, and models as files that other programs read.

use std::process::Command;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::Role;

use crate::support::{Answer, Floor, examples, multipart, onnxruntime};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_card_says_what_a_model_is_and_an_export_comes_back_as_the_same_model() {
    let floor = Floor::open_with(|settings| settings.model_license = "CC-BY-4.0".to_owned()).await;
    floor.services.save_label(&floor.system, "a|b", "").await.unwrap();
    let mut labels = examples();
    labels.extend((0..8).map(|n| (format!("pipe number {n}"), "a|b".to_owned())));
    floor.services.import_labels(&floor.system, &labels).await.unwrap();
    floor.services.train(&floor.system).await.unwrap();
    let auditor = floor.cookie(Role::Auditor).await;
    let get = async |path: &str| {
        let request = Request::builder().uri(path).header(header::COOKIE, &auditor).body(Body::empty()).unwrap();
        floor.send(request).await
    };
    let card = get("/api/v1/models/1/card").await;
    assert_eq!(card.header(header::CONTENT_TYPE), "text/markdown; charset=utf-8");
    assert_eq!(card.header(header::CONTENT_DISPOSITION), "attachment; filename=\"model-v1.md\"");
    let report = floor.services.model_report(&floor.system, 1).await.unwrap();
    let text = card.text();
    for said in
        ["license: \"CC-BY-4.0\"", "# Model v1", "## Limits", &report.model.sha256, "| a\\|b | ", "| accuracy | "]
    {
        assert!(text.contains(said), "{said} is missing:\n{text}");
    }
    assert_eq!(get("/api/v1/models/7/card").await.status, StatusCode::NOT_FOUND);

    let elsewhere = tempfile::tempdir().unwrap();
    let out = elsewhere.path().join("model");
    let switchyard = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchyard"));
        let output = command
            .args(arguments)
            .env("ORT_DYLIB_PATH", onnxruntime())
            .env("SWITCHYARD_TRAINING_LICENSE", "CC-BY-4.0")
            .output()
            .unwrap();
        (output.status.success(), [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap()).concat())
    };
    let (here, there) = (floor.data_dir().to_str().unwrap(), out.to_str().unwrap());
    let (is_well, said) = switchyard(&["model", "export", "v1", "--out", there, "--data-dir", here]);
    assert!(is_well, "{said}");
    let mlmodel: serde_json::Value = serde_json::from_slice(&std::fs::read(out.join("MLmodel")).unwrap()).unwrap();
    assert_eq!(mlmodel["flavors"]["onnx"]["data"], "model.onnx");
    assert_eq!(mlmodel["metadata"]["sha256"], report.model.sha256);
    assert_eq!(std::fs::read_to_string(out.join("README.md")).unwrap(), text);

    let second = elsewhere.path().join("data");
    let (is_well, said) = switchyard(&["model", "add", there, "--json", "--data-dir", second.to_str().unwrap()]);
    assert!(is_well, "{said}");
    let added: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(added["sha256"], report.model.sha256);

    // What is no model is not overwritten, and a changed file is not exported.
    let (is_well, said) = switchyard(&["model", "export", "v1", "--out", here, "--data-dir", here]);
    assert!(!is_well && said.contains("is not a model directory"), "{said}");
    std::fs::write(floor.data_dir().join("models/v1/model.onnx"), "changed").unwrap();
    let (is_well, said) = switchyard(&["model", "export", "v1", "--out", there, "--data-dir", here]);
    assert!(!is_well && said.contains("SHA-256"), "{said}");
}

/// Sends a model's files as a page does.
async fn send(floor: &Floor, cookie: &str, accept: &str, files: &[(&str, Vec<u8>)]) -> Answer {
    let parts: Vec<_> = files.iter().map(|(name, content)| ("files", Some(*name), content.as_slice())).collect();
    floor.send(multipart("/api/v1/models", cookie, accept, &parts)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_model_that_is_sent_is_measured_here_and_decides_nothing() {
    let there = Floor::open().await;
    there.services.import_labels(&there.system, &examples()).await.unwrap();
    there.services.train(&there.system).await.unwrap();
    let made = there.data_dir().join("models/v1");
    let files = ["model.onnx", "model.json"].map(|name| (name, std::fs::read(made.join(name)).unwrap()));

    let here = Floor::open().await;
    here.services.import_labels(&here.system, &examples()).await.unwrap();
    let supervisor = here.cookie(Role::Supervisor).await;
    let answer = send(&here, &supervisor, "application/json", &files).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let model = here.services.model_report(&here.system, 1).await.unwrap();
    assert_eq!((model.model.stage, model.model.dataset), (domain::ModelStage::Candidate, None));
    let metrics = model.model.metrics.unwrap();
    assert!(metrics.examples >= 20 && metrics.accuracy > 0.9, "{metrics:?}");
    assert_eq!(model.held_out.unwrap().accuracy.of, metrics.examples, "every number has its cases");
    assert!(here.submit("violin and piano").await.decision.classification.is_none());
    let page = send(&here, &supervisor, "text/html", &files).await;
    assert_eq!((page.status, page.header(header::LOCATION)), (StatusCode::SEE_OTHER, "/models/2"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_broken_model_is_refused_in_words_while_the_old_one_goes_on() {
    let floor = Floor::open().await;
    floor.services.import_labels(&floor.system, &examples()).await.unwrap();
    floor.services.train(&floor.system).await.unwrap();
    floor.services.promote(&floor.system, 1, true).await.unwrap();
    let made = floor.data_dir().join("models/v1");
    let [graph, card] = ["model.onnx", "model.json"].map(|name| std::fs::read(made.join(name)).unwrap());
    let supervisor = floor.cookie(Role::Supervisor).await;
    let mut cut = graph.clone();
    cut.truncate(graph.len() / 2);
    for (files, code) in [
        (vec![("model.onnx", cut), ("model.json", card.clone())], "unusable"),
        (vec![("model.onnx", b"no graph".to_vec()), ("model.json", card.clone())], "unusable"),
        (vec![("model.onnx", graph.clone()), ("model.json", b"{}".to_vec())], "unusable"),
        (vec![("model.onnx", graph.clone())], "unusable"),
        (vec![("model.json", card)], "no_file"),
        (vec![("../../evil.onnx", graph.clone())], "no_file"),
    ] {
        let refused = send(&floor, &supervisor, "application/json", &files).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        let folder = floor.data_dir().to_str().unwrap();
        assert!(!refused.text().contains(folder), "where files are concerns nobody: {}", refused.text());
        let page = send(&floor, &supervisor, "text/html", &files).await;
        assert_eq!(page.header(header::LOCATION), format!("/models?refused={code}"));
        let decided = floor.submit("violin and piano").await.decision.classification.unwrap();
        assert_eq!(decided.model_version, "v1");
    }
    let request = Request::get("/models?refused=unusable").header(header::COOKIE, &supervisor);
    let shown = floor.send(request.body(Body::empty()).unwrap()).await.text();
    assert!(shown.contains("A file of the model is missing"), "the page says why");
    assert_eq!(floor.services.model_board(&floor.system).await.unwrap().models.len(), 1);
    let left = |folder: &str| std::fs::read_dir(floor.data_dir().join(folder)).unwrap().count();
    assert_eq!((left("models"), left("uploads")), (1, 0), "nothing is left of what was refused");
}
