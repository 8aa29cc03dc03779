use classifier::{Artifact, Heads, Model, PriorityHead, featurizer::Featurizer};
use domain::{Priority, classification::MinutesRange};

use crate::support::{
    both_heads, facts, formula_artifact, formula_model, formula_model_with_heads, minutes_head, priority_head, runtime,
    trained,
};

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
fn the_graph_computes_what_the_reference_computes_of_the_heads() {
    runtime();
    let texts = ["", "a", "The invoice is wrong", "ein etwas längerer Text, mit Umlauten und 12 Zahlen 34"];
    let mut heard = Vec::new();
    // Cuts beside which the scores of the texts fall on all sides.
    for shift in -12..=12 {
        let cuts = priority_head().cuts.map(|cut| cut + shift as f32 / 4.0);
        let priority = Some(PriorityHead { cuts, ..priority_head() });
        for minutes in [None, Some(minutes_head())] {
            let reference = formula_model_with_heads(5, Heads { priority: priority.clone(), minutes });
            let model = Model::from_artifact(&Artifact::new(&reference, facts(5)), "v1", None).unwrap();
            let mut featurizer = Featurizer::new();
            for (text, answer) in texts.iter().zip(model.classify(&texts).unwrap()) {
                let [low, normal, high, _] = reference.priorities(featurizer.extract(text)).unwrap();
                let at_most = [low, low + normal, low + normal + high];
                let median = Priority::ALL[at_most.iter().filter(|share| **share < 0.5).count()];
                if at_most.iter().all(|share| (share - 0.5).abs() > 1e-4) {
                    assert_eq!(answer.priority, Some(median), "{text} at {shift}");
                    heard.push(median);
                }
                let expected = reference.minutes(featurizer.extract(text));
                assert_eq!(answer.handling_minutes.is_some(), expected.is_some());
                let said = answer.handling_minutes.zip(answer.handling_range);
                if let (Some([low, middle, high]), Some((minutes, range))) = (expected, said) {
                    let MinutesRange { low: said_low, high: said_high } = range;
                    for (said, expected) in [(said_low, low), (minutes, middle), (said_high, high)] {
                        assert!((said / expected - 1.0).abs() < 1e-4, "{text}: {said} instead of {expected}");
                    }
                }
            }
        }
    }
    assert!(Priority::ALL.iter().all(|priority| heard.contains(priority)));
}

#[test]
fn the_probabilities_of_the_priorities_are_those_of_the_proportional_odds_model() {
    let sigmoid = |value: f32| 1.0 / (1.0 + (-value).exp());
    let head = priority_head();
    let found = head.probabilities(0.5);
    let [low, normal, high] = head.cuts.map(|cut| sigmoid(cut - 0.5));
    assert_eq!(found, [low, normal - low, high - normal, 1.0 - high]);
    assert!((found.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    let urgent = head.probabilities(9.0);
    assert!(urgent[3] > 0.99, "a greater score is more urgent: {urgent:?}");
}

#[test]
fn the_graph_carries_what_is_known_of_its_heads() {
    let artifact = Artifact::new(&formula_model_with_heads(2, both_heads()), facts(2));
    let inspected = classifier::guard::inspect(artifact.graph()).unwrap();
    let stated: Heads = serde_json::from_str(inspected.fact("heads").unwrap()).unwrap();
    assert_eq!((&stated, &artifact.card().heads), (&both_heads(), &both_heads()));
    assert_eq!(inspected.to_bytes(), artifact.graph());
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
