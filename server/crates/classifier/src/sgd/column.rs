//! One column of weights, for what is no choice among labels. What people state of priority and time is noisier than
//! labels are, so the steps are far smaller; with those, leaving features out by chance bought nothing.

use std::ops::ControlFlow;

use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

use super::{AVERAGED_SHARE, Corpus, ROWS_PER_TICK, Weights, epochs, shuffle};

/// Step size at the start; it falls linearly to 0. On banking77 with simulated priorities and times, 0.1 to 0.4 gave about
/// the same and 1 less.
const LEARNING_RATE: f32 = 0.2;

/// Weights for the buckets that occur in a corpus, and what is added so that scores are 0 on average.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    weights: Vec<f32>,
    bias: f32,
}

/// What is to be small, and where scores stand on its scale.
pub(crate) trait Loss {
    /// How the loss of a row changes with its score.
    fn slope(&self, row: u32, score: f32) -> f32;

    /// Finds what belongs to scores like those of the last pass.
    fn settle(&mut self, scores: &[(u32, f32)]);
}

impl Column {
    /// Of a corpus, with nothing learned.
    pub(crate) fn zero(corpus: &Corpus) -> Self {
        Self { weights: vec![0.0; corpus.buckets.len()], bias: 0.0 }
    }

    /// Weakens or strengthens what it says.
    #[must_use]
    pub(crate) fn scaled(mut self, factor: f32) -> Self {
        self.weights.iter_mut().for_each(|weight| *weight *= factor);
        self.bias *= factor;
        self
    }

    /// The score of a row.
    pub(crate) fn score(&self, corpus: &Corpus, row: u32) -> f32 {
        let (ids, values) = corpus.row(row as usize);
        self.bias + self.sum(ids, values)
    }

    fn sum(&self, ids: &[u16], values: &[f32]) -> f32 {
        ids.iter().zip(values).map(|(&id, &value)| self.weights[usize::from(id)] * value).sum()
    }
}

impl Weights {
    /// The weights of the labels, then other columns.
    pub(crate) fn with_columns(&self, labels: usize, columns: &[Column]) -> Self {
        let row = |(bucket, row): (usize, &[f32])| {
            let others = columns.iter().map(move |column| column.weights[bucket]);
            row[..labels].iter().copied().chain(others).collect::<Vec<_>>()
        };
        Self {
            stride: labels + columns.len(),
            weights: self.weights.chunks_exact(self.stride).enumerate().flat_map(row).collect(),
            bias: self.bias[..labels].iter().copied().chain(columns.iter().map(|column| column.bias)).collect(),
        }
    }
}

/// Fits a column to the rows. `tick` hears the share that is done, 0 to 1, and may stop the work.
pub(crate) fn fit_column<L: Loss>(
    corpus: &Corpus,
    rows: &[u32],
    loss: &mut L,
    seed: u64,
    tick: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> ControlFlow<(), Column> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut column = Column::zero(corpus);
    let mut mean = Column::zero(corpus);
    let mut order = rows.to_vec();
    let mut scores: Vec<(u32, f32)> = rows.iter().map(|&row| (row, 0.0)).collect();
    loss.settle(&scores);
    let epochs = epochs(rows.len());
    let averaged = epochs / AVERAGED_SHARE;
    let total = (epochs * rows.len()) as f32;
    let mut done = 0usize;
    for epoch in 0..epochs {
        shuffle(&mut order, &mut rng);
        scores.clear();
        for &row in &order {
            if done.is_multiple_of(ROWS_PER_TICK) {
                tick(done as f32 / total)?;
            }
            let rate = LEARNING_RATE * (1.0 - done as f32 / total);
            let (ids, values) = corpus.row(row as usize);
            let score = column.sum(ids, values);
            scores.push((row, score));
            let step = -rate * loss.slope(row, score);
            for (&id, &value) in ids.iter().zip(values) {
                column.weights[usize::from(id)] += step * value;
            }
            done += 1;
        }
        loss.settle(&scores);
        if epoch + averaged >= epochs {
            for (mean, weight) in mean.weights.iter_mut().zip(&column.weights) {
                *mean += weight / averaged as f32;
            }
        }
    }
    let sum: f32 = rows.iter().map(|&row| mean.score(corpus, row)).sum();
    mean.bias = -sum / rows.len().max(1) as f32;
    ControlFlow::Continue(mean)
}
