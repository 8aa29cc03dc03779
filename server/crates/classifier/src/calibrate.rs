//! Temperature scaling (Guo et al. 2017, "On Calibration of Modern Neural Networks") on out-of-fold predictions.

use std::ops::ControlFlow;

use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

use crate::{
    evaluate::Outcome,
    linear::softmax,
    sgd::{Corpus, fit, shuffle},
};

/// Parts that the rows are dealt into; each is predicted by a model of the others. With three, those models know so much
/// less than the final one that its confidence comes out too low; five cost more and gave the same as four.
pub(crate) const FOLDS: usize = 4;
/// Calibrating on fewer predictions than this would fit noise.
const FEWEST_PREDICTIONS: usize = 20;
/// What a probability counts as at least, so that it has a logarithm.
pub(crate) const LEAST_PROBABILITY: f32 = 1e-9;
/// Steps between the weights that a blend tries.
const BLEND_STEPS: u32 = 20;
const COLDEST: f64 = 0.1;
const HOTTEST: f64 = 10.0;

/// Logits of rows that the model had not learned from.
#[derive(Debug, Default)]
pub(crate) struct Predictions {
    logits: Vec<f32>,
    truths: Vec<u16>,
    /// The corpus's row of each.
    rows: Vec<u32>,
    labels: usize,
}

/// The logits of a blend: the weighted mean of the logarithms of two models' probabilities (a logarithmic opinion pool,
/// Genest and Zidek 1986). On banking77 it is right 0.7 points more often than the mean of the probabilities.
pub(crate) fn blended(linear: &[f32], head: &[f32], head_weight: f32) -> Vec<f32> {
    let log = |probability: f32| probability.max(LEAST_PROBABILITY).ln();
    linear.iter().zip(head).map(|(&linear, &head)| head_weight.mul_add(log(head) - log(linear), log(linear))).collect()
}

/// Predicts every row by a model of the other folds. Rows whose label has no second example are left out: no model of
/// the others could know them.
pub(crate) fn out_of_fold(
    corpus: &Corpus,
    labels: usize,
    seed: u64,
    tick: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> ControlFlow<(), Predictions> {
    let folds = deal(corpus, labels, seed);
    let mut predictions = Predictions { labels, ..Predictions::default() };
    for held_out in 0..FOLDS {
        let rows = |inside: bool| {
            let folds = &folds;
            (0u32..).zip(folds).filter(move |(_, fold)| (**fold == Some(held_out)) == inside).map(|(row, _)| row)
        };
        let training: Vec<u32> = rows(false).collect();
        let mut sub_tick = |share: f32| tick((held_out as f32 + share) / FOLDS as f32);
        let model = fit(corpus, &training, labels, seed ^ (held_out as u64 + 1), &mut sub_tick)?;
        let mut logits = vec![0.0; model.stride];
        for row in rows(true) {
            model.logits(corpus, row as usize, &mut logits);
            predictions.logits.extend_from_slice(&logits[..labels]);
            predictions.truths.push(corpus.labels[row as usize]);
            predictions.rows.push(row);
        }
    }
    ControlFlow::Continue(predictions)
}

/// The fold of each row: the rows of a label are shuffled and dealt in turn, so that each fold has its share.
fn deal(corpus: &Corpus, labels: usize, seed: u64) -> Vec<Option<usize>> {
    let mut by_label: Vec<Vec<u32>> = vec![Vec::new(); labels];
    for (row, &label) in (0u32..).zip(&corpus.labels[..corpus.len() - corpus.hints]) {
        by_label[usize::from(label)].push(row);
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut folds = vec![None; corpus.len()];
    let mut next = 0;
    for rows in by_label.iter_mut().filter(|rows| rows.len() > 1) {
        shuffle(rows, &mut rng);
        for &row in rows.iter() {
            folds[row as usize] = Some(next % FOLDS);
            next += 1;
        }
    }
    folds
}

impl Predictions {
    /// The logits of so many labels for each of some examples, one after the other, and what these are.
    pub(crate) fn of(logits: Vec<f32>, truths: Vec<u16>, labels: usize) -> Self {
        let rows = (0u32..).take(truths.len()).collect();
        Self { logits, truths, rows, labels }
    }

    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.truths.len()
    }

    /// Each row's number, its label, and the probabilities of all labels.
    pub(crate) fn probabilities(&self, temperature: f32) -> impl Iterator<Item = (u32, u16, Vec<f32>)> + '_ {
        let logits = self.logits.chunks_exact(self.labels.max(1));
        self.rows.iter().zip(&self.truths).zip(logits).map(move |((&row, &truth), logits)| {
            let mut probabilities = logits.to_vec();
            softmax(&mut probabilities, 1.0 / temperature);
            (row, truth, probabilities)
        })
    }

    /// The blend with what another kind of model said of the same rows: the weight of the other's probabilities, from 0 to 1
    /// in steps of a twentieth, with the least negative log likelihood, and the blend's logits.
    pub(crate) fn blend(&self, temperature: f32, other: &Self, other_temperature: f32) -> (f32, Self) {
        let logits = |weight: f32| {
            let pairs = self.probabilities(temperature).zip(other.probabilities(other_temperature));
            pairs.map(move |((_, truth, ours), (_, _, theirs))| (truth, blended(&ours, &theirs, weight)))
        };
        let loss = |weight: f32| -> f64 {
            logits(weight)
                .map(|(truth, mut values)| {
                    softmax(&mut values, 1.0);
                    -f64::from(values[usize::from(truth)].max(LEAST_PROBABILITY).ln())
                })
                .sum()
        };
        let weights = (0..=BLEND_STEPS).map(|step| step as f32 / BLEND_STEPS as f32);
        let (weight, _) = weights
            .map(|weight| (weight, loss(weight)))
            .fold((0.0, f64::INFINITY), |best, next| if next.1 < best.1 { next } else { best });
        let blend = Self {
            logits: logits(weight).flat_map(|(_, values)| values).collect(),
            truths: self.truths.clone(),
            rows: self.rows.clone(),
            labels: self.labels,
        };
        (weight, blend)
    }

    /// The temperature of least negative log likelihood. The likelihood is convex in the inverse temperature, so Newton's
    /// method finds it in a few steps.
    pub(crate) fn temperature(&self) -> f32 {
        if self.truths.len() < FEWEST_PREDICTIONS {
            return 1.0;
        }
        let mut inverse = 1.0f64;
        let mut scratch = vec![0.0f32; self.labels];
        for _ in 0..20 {
            let (mut slope, mut curvature) = (0.0f64, 0.0f64);
            for (logits, &truth) in self.logits.chunks_exact(self.labels).zip(&self.truths) {
                scratch.copy_from_slice(logits);
                softmax(&mut scratch, inverse as f32);
                let (mut mean, mut square) = (0.0f32, 0.0f32);
                for (&probability, &logit) in scratch.iter().zip(logits) {
                    mean += probability * logit;
                    square += probability * logit * logit;
                }
                slope += f64::from(mean - logits[usize::from(truth)]);
                curvature += f64::from((square - mean * mean).max(0.0));
            }
            if curvature <= f64::EPSILON {
                break;
            }
            // Half to double at most: far from the minimum the quadratic picture is wrong.
            let next =
                (inverse - slope / curvature).clamp(inverse / 2.0, inverse * 2.0).clamp(1.0 / HOTTEST, 1.0 / COLDEST);
            let moved = (next - inverse).abs();
            inverse = next;
            if moved < 1e-5 {
                break;
            }
        }
        (1.0 / inverse) as f32
    }

    /// The probability of each row's own label.
    pub(crate) fn of_truths(&self, temperature: f32) -> Vec<f32> {
        self.probabilities(temperature).map(|(_, truth, probabilities)| probabilities[usize::from(truth)]).collect()
    }

    /// What a model at this temperature reached on the predictions.
    pub(crate) fn outcomes(&self, temperature: f32) -> Vec<Outcome> {
        let mut scratch = vec![0.0f32; self.labels];
        let rows = self.logits.chunks_exact(self.labels).zip(&self.truths);
        rows.map(|(logits, &truth)| {
            scratch.copy_from_slice(logits);
            softmax(&mut scratch, 1.0 / temperature);
            let mut best = 0;
            for (at, probability) in scratch.iter().enumerate() {
                if *probability > scratch[best] {
                    best = at;
                }
            }
            Outcome { truth: truth.into(), predicted: best, confidence: scratch[best] }
        })
        .collect()
    }
}
