//! Model cards, and models as files that other programs read.

use std::process::Command;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::Role;

use crate::support::{Floor, examples, onnxruntime};

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
