//! What a model reaches on examples that it has not learned from.

mod heads;

use std::{collections::BTreeMap, collections::HashMap, time::Instant};

use domain::{
    Classification, Metrics,
    model::{HandlingMetrics, PriorityMetrics},
};
use serde::{Deserialize, Serialize};
use statistics::ranking::auroc;

use crate::{error::ClassifyError, text_classifier::TextClassifier, train::Example};

const CALIBRATION_BINS: usize = 15;
const PRECISIONS: [(&str, f64); 3] = [("0.95", 0.95), ("0.98", 0.98), ("0.99", 0.99)];
const BATCH: usize = 256;

/// What a model reached. Shares and probabilities are 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Examples it was measured on.
    pub examples: u64,
    /// Share that it labelled rightly.
    pub accuracy: f64,
    /// F1 averaged over the labels that occur in the examples or the answers, each counting the same.
    pub macro_f1: f64,
    /// Expected calibration error (Naeini et al. 2015), 15 bins of equal width.
    pub ece: f64,
    /// Largest share, most confident first, whose accuracy is at least the key.
    pub coverage_at_precision: BTreeMap<String, f64>,
    /// How well the out-of-scope score tells foreign texts from the examples: the area under the ROC curve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of_scope_auroc: Option<f64>,
    /// How good the predicted priorities are, when the model has a head for them and examples state some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<PriorityMetrics>,
    /// How good the predicted minutes are, when the model has a head for them and examples state some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling: Option<HandlingMetrics>,
    /// Texts classified in a second, in batches, featurising included.
    pub texts_per_second: f64,
    /// SHA-256 of all that the model's answers follow from, in hexadecimal.
    pub model_sha256: String,
}

impl Evaluation {
    /// The numbers that the model registry keeps.
    #[must_use]
    pub fn metrics(&self, champion_accuracy: Option<f64>) -> Metrics {
        Metrics {
            examples: self.examples,
            accuracy: self.accuracy,
            macro_f1: self.macro_f1,
            ece: self.ece,
            coverage_at_precision: self.coverage_at_precision.clone(),
            champion_accuracy,
            champion: None,
            learning_curve: Vec::new(),
            newest: None,
            priority: self.priority.clone(),
            handling: self.handling.clone(),
        }
    }
}

/// Measures a model on examples and, if given, on texts that belong to no label. A label that the model does not know
/// counts as an error. With no examples every share is 0.
///
/// # Errors
/// When the model does not answer.
pub fn evaluate(
    model: &dyn TextClassifier,
    examples: &[Example<'_>],
    out_of_scope: &[&str],
) -> Result<Evaluation, ClassifyError> {
    Ok(evaluate_and_keep(model, examples, out_of_scope)?.0)
}

/// As [`evaluate`], with what the model said of each example.
///
/// # Errors
/// When the model does not answer.
pub fn evaluate_and_keep(
    model: &dyn TextClassifier,
    examples: &[Example<'_>],
    out_of_scope: &[&str],
) -> Result<(Evaluation, Vec<Classification>), ClassifyError> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    for label in model.labels() {
        let next = places.len();
        places.insert(label, next);
    }
    let mut outcomes = Vec::with_capacity(examples.len());
    let mut answers = Vec::with_capacity(examples.len());
    let mut inside = Vec::with_capacity(examples.len());
    let started = Instant::now();
    for batch in examples.chunks(BATCH) {
        let texts: Vec<&str> = batch.iter().map(|example| example.text).collect();
        for (example, answer) in batch.iter().zip(model.classify(&texts)?) {
            let next = places.len();
            let truth = *places.entry(example.label).or_insert(next);
            let predicted = places[answer.label.as_str()];
            outcomes.push(Outcome { truth, predicted, confidence: answer.confidence });
            inside.push(answer.out_of_scope);
            answers.push(answer);
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let mut outside = Vec::with_capacity(out_of_scope.len());
    for batch in out_of_scope.chunks(BATCH) {
        outside.extend(model.classify(batch)?.into_iter().map(|answer| answer.out_of_scope));
    }
    let evaluation = Evaluation {
        examples: examples.len() as u64,
        accuracy: accuracy(&outcomes),
        macro_f1: macro_f1(&outcomes),
        ece: expected_calibration_error(&outcomes),
        coverage_at_precision: coverage(&outcomes),
        out_of_scope_auroc: auroc(&outside, &inside),
        priority: model.heads().and_then(|heads| heads::priority(heads, examples, &answers)),
        handling: model.heads().and_then(|heads| heads::handling(heads, examples, &answers)),
        texts_per_second: if seconds > 0.0 { examples.len() as f64 / seconds } else { 0.0 },
        model_sha256: model.sha256().to_owned(),
    };
    Ok((evaluation, answers))
}

/// One answer beside the truth, labels by number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) truth: usize,
    pub(crate) predicted: usize,
    pub(crate) confidence: f32,
}

impl Outcome {
    fn is_right(self) -> bool {
        self.truth == self.predicted
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

pub(crate) fn accuracy(outcomes: &[Outcome]) -> f64 {
    share(outcomes.iter().filter(|outcome| outcome.is_right()).count(), outcomes.len())
}

fn macro_f1(outcomes: &[Outcome]) -> f64 {
    // For each label: right answers, answers, truths.
    let mut counts: BTreeMap<usize, [usize; 3]> = BTreeMap::new();
    for outcome in outcomes {
        counts.entry(outcome.predicted).or_default()[1] += 1;
        let truth = counts.entry(outcome.truth).or_default();
        truth[2] += 1;
        truth[0] += usize::from(outcome.is_right());
    }
    let sum: f64 = counts.values().map(|[right, answers, truths]| share(2 * right, answers + truths)).sum();
    if counts.is_empty() { 0.0 } else { sum / counts.len() as f64 }
}

pub(crate) fn expected_calibration_error(outcomes: &[Outcome]) -> f64 {
    let mut bins = [(0usize, 0.0f64); CALIBRATION_BINS];
    for outcome in outcomes {
        let confidence = f64::from(outcome.confidence);
        let bin = ((confidence * CALIBRATION_BINS as f64).ceil() as usize).clamp(1, CALIBRATION_BINS) - 1;
        bins[bin].0 += usize::from(outcome.is_right());
        bins[bin].1 += confidence;
    }
    let gap: f64 = bins.iter().map(|(right, confidence)| (*right as f64 - confidence).abs()).sum();
    if outcomes.is_empty() { 0.0 } else { gap / outcomes.len() as f64 }
}

/// For each precision the largest share that a confidence threshold can reach; answers of equal confidence stay together,
/// because no threshold can part them.
pub(crate) fn coverage(outcomes: &[Outcome]) -> BTreeMap<String, f64> {
    let mut sorted = outcomes.to_vec();
    sorted.sort_by(|left, right| right.confidence.total_cmp(&left.confidence));
    let mut best = [0usize; PRECISIONS.len()];
    let mut right = 0usize;
    for (at, outcome) in sorted.iter().enumerate() {
        right += usize::from(outcome.is_right());
        if sorted.get(at + 1).is_some_and(|next| next.confidence == outcome.confidence) {
            continue;
        }
        for (best, (_, precision)) in best.iter_mut().zip(PRECISIONS) {
            if share(right, at + 1) >= precision {
                *best = at + 1;
            }
        }
    }
    let shares = best.into_iter().zip(PRECISIONS);
    shares.map(|(count, (key, _))| (key.to_owned(), share(count, outcomes.len()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(truth: usize, predicted: usize, confidence: f32) -> Outcome {
        Outcome { truth, predicted, confidence }
    }

    #[test]
    fn coverage_is_the_largest_prefix_of_enough_precision() {
        let mut outcomes: Vec<_> = (0u8..98).map(|at| outcome(0, 0, 1.0 - f32::from(at) / 1000.0)).collect();
        outcomes.push(outcome(0, 1, 0.6));
        outcomes.push(outcome(0, 1, 0.5));
        let coverage = coverage(&outcomes);
        assert_eq!(coverage["0.99"], 0.98);
        assert_eq!(coverage["0.98"], 1.0);
        assert_eq!(coverage["0.95"], 1.0);
    }

    #[test]
    fn coverage_does_not_part_equal_confidences() {
        let outcomes = [outcome(0, 0, 0.9), outcome(0, 1, 0.9)];
        assert_eq!(coverage(&outcomes)["0.95"], 0.0);
    }

    #[test]
    fn macro_f1_is_the_mean_over_labels() {
        // Label 0: precision 1/2, recall 1. Label 1: never found. Label 2: never true.
        let outcomes = [outcome(0, 0, 0.9), outcome(1, 0, 0.9)];
        assert!((macro_f1(&outcomes) - (2.0 / 3.0) / 2.0).abs() < 1e-12);
    }

    #[test]
    fn calibration_error_is_the_gap_between_confidence_and_accuracy() {
        let outcomes = [outcome(0, 0, 0.8), outcome(0, 1, 0.8)];
        assert!((expected_calibration_error(&outcomes) - 0.3).abs() < 1e-6);
        assert_eq!(expected_calibration_error(&[]), 0.0);
    }
}
