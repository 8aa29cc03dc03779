use std::path::Path;

use classifier::{Artifact, Evaluation, Model, RuntimeError, evaluate, init_runtime, linear::LinearModel};
use domain::Priority;
use proptest::prelude::*;

use crate::support::{TEXTS, examples, facts, formula_artifact, formula_model, runtime, trained};

#[test]
fn a_trained_model_knows_its_examples() {
    runtime();
    let model = Model::from_artifact(&trained(), "v3", None).unwrap();
    let texts: Vec<&str> = TEXTS.iter().map(|(text, _)| *text).collect();
    for (answer, (text, label)) in model.classify(&texts).unwrap().iter().zip(TEXTS) {
        assert_eq!(answer.label, label, "{text}");
        assert_eq!(answer.model_version, "v3");
        assert_eq!(answer.candidates[0].label, answer.label);
        assert_eq!(answer.candidates[0].confidence, answer.confidence);
        assert!(answer.candidates.is_sorted_by(|left, right| left.confidence >= right.confidence));
    }
}

#[test]
fn answers_do_not_depend_on_the_batch() {
    runtime();
    let model = Model::from_artifact(&formula_artifact(7), "v1", None).unwrap();
    let mut texts: Vec<String> = TEXTS.iter().map(|(text, _)| (*text).to_owned()).collect();
    texts.push(String::new());
    texts.push("long ".repeat(200) + TEXTS[0].0);
    texts.push((0..3_000).map(|at| format!("w{at} ")).collect());
    let together = model.classify(&texts).unwrap();
    for (text, answer) in texts.iter().zip(together) {
        let alone = &model.classify(&[text]).unwrap()[0];
        assert_eq!(alone.label, answer.label);
        assert!((alone.confidence - answer.confidence).abs() < 1e-5);
        assert!((alone.out_of_scope - answer.out_of_scope).abs() < 1e-4);
    }
}

#[test]
fn no_texts_give_no_answers() {
    runtime();
    let model = Model::from_artifact(&formula_artifact(2), "v1", None).unwrap();
    assert!(model.classify::<&str>(&[]).unwrap().is_empty());
}

#[test]
fn at_most_five_candidates_are_named() {
    runtime();
    let model = Model::from_artifact(&formula_artifact(9), "v1", None).unwrap();
    assert_eq!(model.classify(&["text"]).unwrap()[0].candidates.len(), 5);
}

#[test]
fn a_short_list_has_the_labels_that_are_likely_enough() {
    runtime();
    let answer = |labels: usize, threshold: Option<f32>| {
        let model = LinearModel { short_list: threshold, ..formula_model(labels) };
        let model = Model::from_artifact(&Artifact::new(&model, facts(labels)), "v1", None).unwrap();
        model.classify(&["text"]).unwrap().remove(0)
    };
    let plain = answer(9, None);
    assert!(plain.short_list.is_none() && plain.short_list().is_empty());
    let third = plain.candidates[2].confidence;
    assert_eq!(answer(9, Some(third)).short_list(), &plain.candidates[..3]);
    assert_eq!(answer(9, Some(1.1)).short_list(), &plain.candidates[..1], "there is always a likeliest");
    assert_eq!(answer(9, Some(0.0)).short_list, None, "nine labels are no short list");
    assert_eq!(answer(4, Some(0.0)).short_list, Some(4));
}

#[test]
fn what_is_no_number_has_no_confidence() {
    runtime();
    for poison in [f32::NAN, f32::INFINITY] {
        let mut model = formula_model(3);
        model.bias[1] = poison;
        let model = Model::from_artifact(&Artifact::new(&model, facts(3)), "v1", None).unwrap();
        let answer = &model.classify(&["text"]).unwrap()[0];
        assert_eq!((answer.confidence, answer.out_of_scope), (0.0, 1.0));
        assert_eq!((answer.candidates.len(), answer.candidates[0].confidence), (1, 0.0));
        assert_eq!(answer.priority, None);
    }
}

#[test]
fn a_model_of_an_earlier_version_answers_with_the_priority_and_time_of_the_label() {
    runtime();
    let mut facts = facts(2);
    for label in &mut facts.labels {
        label.priority = Some(Priority::Urgent);
        label.handling_minutes = Some(12.5);
    }
    let model = Model::from_artifact(&Artifact::new(&formula_model(2), facts), "v1", None).unwrap();
    let answer = &model.classify(&["text"]).unwrap()[0];
    assert_eq!((answer.priority, answer.handling_minutes), (Some(Priority::Urgent), Some(12.5)));
}

#[test]
fn an_evaluation_counts_unknown_labels_as_errors() {
    runtime();
    let model = Model::from_artifact(&trained(), "v1", None).unwrap();
    let mut examples = examples();
    for example in examples.iter_mut().take(6) {
        example.label = "unheard of";
    }
    let evaluation = evaluate(&model, &examples, &["zzz qqq xxx"]).unwrap();
    assert_eq!((evaluation.examples, evaluation.accuracy), (24, 0.75));
    assert!(evaluation.out_of_scope_auroc.unwrap() > 0.9);
    assert_eq!(evaluation.model_sha256, model.sha256());
    let json = serde_json::to_value(&evaluation).unwrap();
    for key in ["accuracy", "macro_f1", "ece", "texts_per_second", "out_of_scope_auroc"] {
        assert!(json[key].is_f64(), "{key}");
    }
    assert!(["0.95", "0.98", "0.99"].iter().all(|key| json["coverage_at_precision"][key].is_f64()));
    let back: Evaluation = serde_json::from_value(json).unwrap();
    assert_eq!(back.metrics(Some(0.5)).champion_accuracy, Some(0.5));
}

#[test]
fn evaluating_nothing_gives_zeros() {
    runtime();
    let model = Model::from_artifact(&formula_artifact(2), "v1", None).unwrap();
    let evaluation = evaluate(&model, &[], &[]).unwrap();
    assert_eq!((evaluation.accuracy, evaluation.macro_f1, evaluation.ece), (0.0, 0.0, 0.0));
    assert_eq!(evaluation.out_of_scope_auroc, None);
}

#[test]
fn a_second_start_of_the_runtime_changes_nothing() {
    runtime();
    assert_eq!(init_runtime(Path::new("nowhere")), Ok(()));
    assert_ne!(RuntimeError::NotLoaded.to_string(), "");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn probabilities_of_any_text_sum_to_one(texts in proptest::collection::vec("(?s).{0,200}", 1..6)) {
        runtime();
        let model = MODEL.get_or_init(|| Model::from_artifact(&formula_artifact(4), "v1", None).unwrap());
        for answer in model.classify(&texts).unwrap() {
            let sum: f32 = answer.candidates.iter().map(|candidate| candidate.confidence).sum();
            prop_assert!((sum - 1.0).abs() < 1e-5);
            prop_assert!((0.0..=1.0).contains(&answer.out_of_scope));
        }
    }
}

static MODEL: std::sync::OnceLock<Model> = std::sync::OnceLock::new();
