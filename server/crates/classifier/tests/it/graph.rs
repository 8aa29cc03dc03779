use classifier::{Model, featurizer::Featurizer};

use crate::support::{formula_artifact, formula_model, runtime, trained};

/// Computed by an independent program (numpy, the formulas of `support.rs`) from the text "Hi, hi!".
const GOLDEN: [f32; 3] = [0.4581842, 0.0591111, 0.4827046];

#[test]
fn the_graph_gives_the_golden_probabilities() {
    runtime();
    let model = Model::from_artifact(&formula_artifact(3), "v1", None).unwrap();
    let answer = &model.classify(&["Hi, hi!"]).unwrap()[0];
    for (label, golden) in GOLDEN.iter().enumerate() {
        let name = format!("label {label}");
        let candidate = answer.candidates.iter().find(|candidate| candidate.label == name).unwrap();
        assert!((candidate.confidence - golden).abs() < 1e-5, "{name}: {} instead of {golden}", candidate.confidence);
    }
}

#[test]
fn the_graph_computes_what_the_reference_computes() {
    runtime();
    let reference = formula_model(5);
    let model = Model::from_artifact(&formula_artifact(5), "v1", None).unwrap();
    let mut featurizer = Featurizer::new();
    for text in ["", "a", "The invoice is wrong", "ein etwas längerer Text, mit Umlauten und 12 Zahlen 34"] {
        let expected = reference.probabilities(featurizer.extract(text));
        let answer = &model.classify(&[text]).unwrap()[0];
        for candidate in &answer.candidates {
            let label: usize = candidate.label["label ".len()..].parse().unwrap();
            assert!((candidate.confidence - expected[label]).abs() < 1e-5, "{text}");
        }
    }
}

#[test]
fn the_graph_carries_the_facts() {
    let artifact = trained();
    let inspected = classifier::guard::inspect(artifact.graph()).unwrap();
    assert_eq!(inspected.fact("labels"), Some(r#"["access","billing","bug"]"#));
    assert_eq!(inspected.fact("featurizer"), Some("switchyard-ngrams-1"));
    assert_eq!(inspected.fact("temperature"), Some(artifact.card().temperature.to_string().as_str()));
    assert_eq!(inspected.fact("dataset_sha256"), Some(artifact.card().facts.dataset_sha256.as_str()));
    assert_eq!(inspected.to_bytes(), artifact.graph());
}
