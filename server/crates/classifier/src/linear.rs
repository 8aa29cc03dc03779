//! The parameters of a linear classifier, and its arithmetic in plain Rust as the reference for the ONNX graph.

use domain::Priority;

use crate::{
    featurizer::{BUCKETS, Features},
    heads::Heads,
};

/// A softmax regression over hashed features, and perhaps heads for more than the label. Each is a column of weights,
/// quantised to 8 bits with a scale for each column: first those of the labels, then the priority's, then the minutes'.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearModel {
    /// Labels in the order of the outputs.
    pub labels: Vec<String>,
    /// Inverse document frequency of each bucket.
    pub idf: Vec<f32>,
    /// Weights: for each bucket one byte for each column.
    pub weights: Vec<i8>,
    /// What a column's weights are to be multiplied with.
    pub scale: Vec<f32>,
    /// What is added for each column.
    pub bias: Vec<f32>,
    /// What logits are divided by before the softmax.
    pub temperature: f32,
    /// The least probability of a label on the short list.
    pub short_list: Option<f32>,
    /// What becomes of the columns behind those of the labels.
    pub heads: Heads,
}

impl LinearModel {
    /// Quantises weights, given for the buckets that have any: one float for each column, which are as many as biases, or
    /// more. A column's largest weight becomes ±127, so the error of a weight is at most 1/254 of that.
    #[must_use]
    pub fn quantise<'a, R>(labels: Vec<String>, idf: Vec<f32>, rows: R, bias: Vec<f32>) -> Self
    where
        R: Iterator<Item = (u16, &'a [f32])> + Clone,
    {
        let width = bias.len();
        let mut scale = vec![0.0f32; width];
        for (_, row) in rows.clone() {
            for (largest, weight) in scale.iter_mut().zip(row) {
                *largest = largest.max(weight.abs());
            }
        }
        for largest in &mut scale {
            // A column whose weights are all zero keeps a scale that can be divided by.
            *largest = if *largest > 0.0 { *largest / 127.0 } else { 1.0 };
        }
        let mut quantised = vec![0i8; BUCKETS * width];
        for (bucket, row) in rows {
            let target = &mut quantised[usize::from(bucket) * width..][..width];
            for ((target, weight), scale) in target.iter_mut().zip(row).zip(&scale) {
                // The cast saturates; by the choice of the scale nothing is beyond ±127.
                *target = (weight / scale).round() as i8;
            }
        }
        Self {
            labels,
            idf,
            weights: quantised,
            scale,
            bias,
            temperature: 1.0,
            short_list: None,
            heads: Heads::default(),
        }
    }

    /// The scores of one text, one for each column, as the graph computes them.
    #[must_use]
    pub fn scores(&self, features: Features<'_>) -> Vec<f32> {
        let width = self.bias.len();
        let values = normalised(features, &self.idf);
        let mut sums = vec![0.0f32; width];
        for (&id, value) in features.ids.iter().zip(values) {
            let row = &self.weights[usize::from(id) * width..][..width];
            for (sum, &weight) in sums.iter_mut().zip(row) {
                *sum += value * f32::from(weight);
            }
        }
        sums.iter().zip(&self.scale).zip(&self.bias).map(|((sum, scale), bias)| sum * scale + bias).collect()
    }

    /// The logits of one text: the scores of the labels.
    #[must_use]
    pub fn logits(&self, features: Features<'_>) -> Vec<f32> {
        let mut scores = self.scores(features);
        scores.truncate(self.labels.len());
        scores
    }

    /// The calibrated probabilities of one text, as the graph computes them.
    #[must_use]
    pub fn probabilities(&self, features: Features<'_>) -> Vec<f32> {
        let mut values = self.logits(features);
        softmax(&mut values, 1.0 / self.temperature);
        values
    }

    /// The probability of each priority for one text, as the graph computes it; nothing without the head.
    #[must_use]
    pub fn priorities(&self, features: Features<'_>) -> Option<[f32; Priority::ALL.len()]> {
        let head = self.heads.priority.as_ref()?;
        Some(head.probabilities(*self.scores(features).get(self.labels.len())?))
    }

    /// The low end, the middle and the high end of the minutes for one text, as the graph computes them; nothing without
    /// the head.
    #[must_use]
    pub fn minutes(&self, features: Features<'_>) -> Option<[f32; 3]> {
        let head = self.heads.minutes.as_ref()?;
        Some(head.minutes(*self.scores(features).get(self.labels.len() + usize::from(self.heads.priority.is_some()))?))
    }
}

/// Features times idf, scaled to length 1; all zero when there is nothing.
#[must_use]
pub fn normalised(features: Features<'_>, idf: &[f32]) -> Vec<f32> {
    let mut values: Vec<f32> =
        features.ids.iter().zip(features.tf).map(|(&id, tf)| tf * idf[usize::from(id)]).collect();
    let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        for value in &mut values {
            *value /= length;
        }
    }
    values
}

/// Turns logits into probabilities in place, after multiplying them with `factor`.
pub fn softmax(values: &mut [f32], factor: f32) {
    let largest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for value in values.iter_mut() {
        *value = ((*value - largest) * factor).exp();
        sum += *value;
    }
    for value in values.iter_mut() {
        *value /= sum;
    }
}
