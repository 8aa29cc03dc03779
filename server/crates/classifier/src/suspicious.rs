//! Labels that are likely wrong: confident learning (Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating
//! Uncertainty in Dataset Labels", section 3) on out-of-fold probabilities.

use crate::calibrate::Predictions;

/// Most suspects that a training answers.
const MAX_SUSPECTS: usize = 1_000;

/// An example whose label is likely wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspect {
    /// The example's place among those that were trained on.
    pub example: usize,
    /// The label that it likely should have.
    pub suggested: String,
    /// Probability of the label that it has, by models that did not learn from it.
    pub given_confidence: f32,
    /// Probability of the suggested one.
    pub suggested_confidence: f32,
    /// Mean probability of the suggested label over the examples that have it: the suggestion reaches it.
    pub threshold: f32,
}

/// An example is suspect when, of the labels whose probability reaches their threshold, the likeliest is another than its
/// own. A label's threshold is the mean of its probability over the examples that have it. Those whose suggested label is
/// furthest ahead come first.
pub(crate) fn find(predictions: &Predictions, temperature: f32, labels: &[&str], kept: &[usize]) -> Vec<Suspect> {
    let mut sums = vec![(0.0_f64, 0_u32); labels.len()];
    for (_, truth, probabilities) in predictions.probabilities(temperature) {
        let sum = &mut sums[usize::from(truth)];
        sum.0 += f64::from(probabilities[usize::from(truth)]);
        sum.1 += 1;
    }
    let thresholds: Vec<f32> = sums.into_iter().map(|(sum, count)| (sum / f64::from(count.max(1))) as f32).collect();
    let mut suspects: Vec<Suspect> = predictions
        .probabilities(temperature)
        .filter_map(|(row, truth, probabilities)| {
            let given = usize::from(truth);
            let confident = (0..labels.len()).filter(|&at| thresholds[at] > 0.0 && probabilities[at] >= thresholds[at]);
            let best = confident.max_by(|&left, &right| probabilities[left].total_cmp(&probabilities[right]))?;
            (best != given && probabilities[best] > probabilities[given]).then(|| Suspect {
                example: kept[row as usize],
                suggested: labels[best].to_owned(),
                given_confidence: probabilities[given],
                suggested_confidence: probabilities[best],
                threshold: thresholds[best],
            })
        })
        .collect();
    let lead = |suspect: &Suspect| suspect.suggested_confidence - suspect.given_confidence;
    suspects.sort_by(|left, right| lead(right).total_cmp(&lead(left)).then(left.example.cmp(&right.example)));
    suspects.truncate(MAX_SUSPECTS);
    suspects
}
