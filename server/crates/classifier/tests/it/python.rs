//! The graph in the hands of others: ONNX's own checker and Python's onnxruntime.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use classifier::{Artifact, Model, featurizer::Featurizer};

use crate::support::{TEXTS, both_heads, facts, formula_model_with_heads, runtime, trained};

/// Checks the graph, then answers each line of `{"ids": [...], "tf": [...]}` with its probabilities and what heads say.
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
    logits, probs, *heads = session.run(None, {'ids': ids, 'tf': tf})
    print(json.dumps([table[0].tolist() for table in [probs, *heads]]))
";

/// The Python to ask: the one named by `PYTHON`, or `python3`; nothing when it lacks the packages.
#[expect(clippy::disallowed_methods, reason = "PYTHON is how a developer names an interpreter that has the packages")]
fn python() -> Option<String> {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let check = Command::new(&python).args(["-c", "import numpy, onnx, onnxruntime"]).stderr(Stdio::null()).status();
    check.is_ok_and(|status| status.success()).then_some(python)
}

/// For each text what Python computes from the graph: its probabilities, and what heads there are say.
fn ask(python: &str, artifact: &Artifact, texts: &[&str]) -> Vec<Vec<Vec<f32>>> {
    let home = tempfile::tempdir().unwrap();
    artifact.write(&home.path().join("model")).unwrap();
    let mut child = Command::new(python)
        .args(["-c", SCRIPT])
        .arg(home.path().join("model/model.onnx"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut featurizer = Featurizer::new();
    let mut lines = String::new();
    for text in texts {
        let features = featurizer.extract(text);
        lines += &format!("{}\n", serde_json::json!({ "ids": features.ids, "tf": features.tf }));
    }
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let answers = String::from_utf8(output.stdout).unwrap();
    assert_eq!(answers.lines().count(), texts.len());
    answers.lines().map(|answer| serde_json::from_str(answer).unwrap()).collect()
}

#[test]
fn python_checks_the_graph_and_computes_the_same() {
    let Some(python) = python() else {
        println!("skipped: python3 (or the interpreter in PYTHON) has no onnx, onnxruntime and numpy");
        return;
    };
    runtime();
    let artifact = trained();
    let model = Model::from_artifact(&artifact, "v1", None).unwrap();
    let texts: Vec<&str> = TEXTS.iter().map(|(text, _)| *text).chain(["", "ünïcödé and nothing known"]).collect();
    let labels: Vec<&str> = model.labels().collect();
    for (theirs, ours) in ask(&python, &artifact, &texts).iter().zip(model.classify(&texts).unwrap()) {
        for candidate in ours.candidates {
            let at = labels.iter().position(|label| *label == candidate.label).unwrap();
            assert!((candidate.confidence - theirs[0][at]).abs() < 1e-5);
        }
    }
}

#[test]
fn python_computes_the_same_of_the_heads() {
    let Some(python) = python() else {
        println!("skipped: python3 (or the interpreter in PYTHON) has no onnx, onnxruntime and numpy");
        return;
    };
    let reference = formula_model_with_heads(5, both_heads());
    let artifact = Artifact::new(&reference, facts(5));
    let texts = ["", "The invoice is wrong", "ünïcödé and nothing known"];
    let mut featurizer = Featurizer::new();
    for (theirs, text) in ask(&python, &artifact, &texts).iter().zip(texts) {
        let priorities = reference.priorities(featurizer.extract(text)).unwrap();
        let minutes = reference.minutes(featurizer.extract(text)).unwrap();
        let ours = priorities.iter().chain(&minutes);
        assert_eq!(theirs[1..].iter().flatten().count(), 7);
        for (theirs, ours) in theirs[1..].iter().flatten().zip(ours) {
            assert!((theirs - ours).abs() < 1e-4 * ours.max(1.0), "{text}: {theirs} instead of {ours}");
        }
    }
}
