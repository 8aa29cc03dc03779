//! The graph in the hands of others: ONNX's own checker and Python's onnxruntime.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use classifier::{Model, featurizer::Featurizer};

use crate::support::{TEXTS, runtime, trained};

/// Checks the graph, then answers each line of `{"ids": [...], "tf": [...]}` with its probabilities.
const SCRIPT: &str = r"
import json, sys
import numpy, onnx, onnxruntime
model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
session = onnxruntime.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])
for line in sys.stdin:
    row = json.loads(line)
    ids = numpy.array([row['ids'] + [0, 0, 0]], dtype=numpy.int64)
    tf = numpy.array([row['tf'] + [0, 0, 0]], dtype=numpy.float32)
    logits, probs = session.run(['logits', 'probs'], {'ids': ids, 'tf': tf})
    print(json.dumps(probs[0].tolist()))
";

/// The Python to ask: the one named by `PYTHON`, or `python3`; nothing when it lacks the packages.
#[expect(clippy::disallowed_methods, reason = "PYTHON is how a developer names an interpreter that has the packages")]
fn python() -> Option<String> {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let check = Command::new(&python).args(["-c", "import numpy, onnx, onnxruntime"]).stderr(Stdio::null()).status();
    check.is_ok_and(|status| status.success()).then_some(python)
}

#[test]
fn python_checks_the_graph_and_computes_the_same() {
    let Some(python) = python() else {
        println!("skipped: python3 (or the interpreter in PYTHON) has no onnx, onnxruntime and numpy");
        return;
    };
    runtime();
    let artifact = trained();
    let home = tempfile::tempdir().unwrap();
    artifact.write(&home.path().join("model")).unwrap();
    let model = Model::from_artifact(&artifact, "v1", None).unwrap();
    let texts: Vec<&str> = TEXTS.iter().map(|(text, _)| *text).chain(["", "ünïcödé and nothing known"]).collect();

    let mut child = Command::new(python)
        .args(["-c", SCRIPT])
        .arg(home.path().join("model/model.onnx"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut featurizer = Featurizer::new();
    let mut lines = String::new();
    for text in &texts {
        let features = featurizer.extract(text);
        lines += &format!("{}\n", serde_json::json!({ "ids": features.ids, "tf": features.tf }));
    }
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());

    let answers = String::from_utf8(output.stdout).unwrap();
    assert_eq!(answers.lines().count(), texts.len());
    let labels: Vec<&str> = model.labels().collect();
    for (answer, ours) in answers.lines().zip(model.classify(&texts).unwrap()) {
        let theirs: Vec<f32> = serde_json::from_str(answer).unwrap();
        for candidate in ours.candidates {
            let at = labels.iter().position(|label| *label == candidate.label).unwrap();
            assert!((candidate.confidence - theirs[at]).abs() < 1e-5);
        }
    }
}
