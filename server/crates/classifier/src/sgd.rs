//! Softmax regression by stochastic gradient descent on sparse rows, with three measures against learning a few
//! thousand examples by heart: feature dropout (Wang and Manning 2013, "Fast dropout training"), label smoothing
//! (Szegedy et al. 2016, "Rethinking the Inception Architecture") and averaging of the last passes (Polyak and Juditsky
//! 1992). `docs/benchmarks.md` has what else was tried and what each bought.

pub(crate) mod column;

use std::ops::ControlFlow;

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

use crate::{
    featurizer::{BUCKETS, Featurizer},
    linear::{normalised, softmax},
};

/// What suits a kind of features.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recipe {
    /// Step size at the start; it falls linearly to 0.
    learning_rate: f32,
    /// Of 256 features of a row, how many a visit leaves out; the rest is scaled back to length 1.
    dropped: u8,
    /// What of the certainty of a label is spread over all labels.
    smoothing: f32,
}

/// For hashed words. The step size was measured best among 0.3 to 10 on banking77; AdaGrad was worse.
const SPARSE: Recipe = Recipe { learning_rate: 3.0, dropped: 128, smoothing: 0.015 };
/// For embeddings of a sentence encoder: few features that all count, so small steps keep it from learning by heart.
const DENSE: Recipe = Recipe { learning_rate: 2.0, dropped: 0, smoothing: 0.0 };

impl Default for Recipe {
    fn default() -> Self {
        SPARSE
    }
}

/// Labels are padded to a multiple of this, so that the inner loops need no remainder. 32 sums fit the registers of any
/// 64-bit machine, and two cache lines of weights are read together.
const LANES: usize = 32;
/// The weights are the mean of those at the end of the last passes: the last of this many parts.
const AVERAGED_SHARE: usize = 2;
/// Rows between two calls of the progress callback.
const ROWS_PER_TICK: usize = 512;

/// Featurised examples, their features scaled to length 1; hashed words are weighted by idf before.
#[derive(Debug, Default)]
pub(crate) struct Corpus {
    recipe: Recipe,
    /// Places in `buckets`, for each row one after the other.
    ids: Vec<u16>,
    values: Vec<f32>,
    ends: Vec<usize>,
    /// The buckets that occur, most frequent first: training then touches neighbouring memory, and less of it.
    buckets: Vec<u16>,
    /// The label of each row.
    pub(crate) labels: Vec<u16>,
    /// Rows at the end that are only ever learned from, never predicted.
    pub(crate) hints: usize,
    /// Inverse document frequency of each bucket.
    pub(crate) idf: Vec<f32>,
}

impl Corpus {
    /// Featurises texts. Those without features are left out: `kept` gets the place of each row that stays.
    pub(crate) fn new<'a>(texts: impl Iterator<Item = (&'a str, u16)>, kept: &mut Vec<usize>) -> Self {
        let mut featurizer = Featurizer::new();
        let mut corpus = Self::default();
        let mut frequency = vec![0u32; BUCKETS];
        for (at, (text, label)) in texts.enumerate() {
            let features = featurizer.extract(text);
            if features.ids.is_empty() {
                continue;
            }
            kept.push(at);
            for &id in features.ids {
                frequency[usize::from(id)] += 1;
            }
            corpus.ids.extend_from_slice(features.ids);
            corpus.values.extend_from_slice(features.tf);
            corpus.ends.push(corpus.ids.len());
            corpus.labels.push(label);
        }
        let rows = corpus.labels.len() as f32;
        // The smoothed idf of scikit-learn: as if one more text had every bucket.
        corpus.idf = frequency.iter().map(|&count| ((1.0 + rows) / (1.0 + count as f32)).ln() + 1.0).collect();
        let mut start = 0;
        for &end in &corpus.ends {
            let features = crate::featurizer::Features { ids: &corpus.ids[start..end], tf: &corpus.values[start..end] };
            let values = normalised(features, &corpus.idf);
            corpus.values[start..end].copy_from_slice(&values);
            start = end;
        }
        corpus.order_by_frequency(&frequency);
        corpus
    }

    /// A corpus of embeddings, which stand one after the other and have length 1. The last `hints` of them are no examples.
    pub(crate) fn dense(embeddings: Vec<f32>, labels: Vec<u16>, hints: usize) -> Self {
        let dimensions = embeddings.len() / labels.len().max(1);
        let buckets: Vec<u16> = (0..=u16::MAX).take(dimensions).collect();
        Self {
            recipe: DENSE,
            ids: buckets.repeat(labels.len()),
            values: embeddings,
            ends: (1..=labels.len()).map(|row| row * dimensions).collect(),
            buckets,
            labels,
            hints,
            idf: Vec::new(),
        }
    }

    fn order_by_frequency(&mut self, frequency: &[u32]) {
        self.buckets = (0..=u16::MAX).filter(|&bucket| frequency[usize::from(bucket)] > 0).collect();
        self.buckets.sort_by_key(|&bucket| std::cmp::Reverse(frequency[usize::from(bucket)]));
        let mut places = vec![0u16; BUCKETS];
        for (place, &bucket) in (0u16..).zip(&self.buckets) {
            places[usize::from(bucket)] = place;
        }
        for id in &mut self.ids {
            *id = places[usize::from(*id)];
        }
    }

    /// Rows.
    pub(crate) fn len(&self) -> usize {
        self.labels.len()
    }

    fn row(&self, at: usize) -> (&[u16], &[f32]) {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        (&self.ids[start..self.ends[at]], &self.values[start..self.ends[at]])
    }
}

/// Weights in rows of `stride` floats, one row for each bucket that occurs in the corpus.
#[derive(Debug)]
pub(crate) struct Weights {
    pub(crate) stride: usize,
    pub(crate) weights: Vec<f32>,
    pub(crate) bias: Vec<f32>,
}

impl Weights {
    fn zero(buckets: usize, labels: usize) -> Self {
        let stride = labels.next_multiple_of(LANES);
        Self { stride, weights: vec![0.0; buckets * stride], bias: vec![0.0; stride] }
    }

    /// The weights of a bucket with its number, for each bucket that occurs.
    pub(crate) fn rows<'a>(&'a self, corpus: &'a Corpus) -> impl Iterator<Item = (u16, &'a [f32])> + Clone {
        corpus.buckets.iter().copied().zip(self.weights.chunks_exact(self.stride))
    }

    /// Writes the logits of a row, padding included.
    pub(crate) fn logits(&self, corpus: &Corpus, row: usize, out: &mut [f32]) {
        let (ids, values) = corpus.row(row);
        self.logits_of(ids, values, out);
    }

    fn logits_of(&self, ids: &[u16], values: &[f32], out: &mut [f32]) {
        let (weights, _) = self.weights.as_chunks::<LANES>();
        let (bias, _) = self.bias.as_chunks::<LANES>();
        let (out, _) = out.as_chunks_mut::<LANES>();
        // One group of labels after the other, so that its sums stay in registers over all features.
        for (group, (out, bias)) in out.iter_mut().zip(bias).enumerate() {
            let mut sums = *bias;
            for (&id, &value) in ids.iter().zip(values) {
                let weights = &weights[usize::from(id) * (self.stride / LANES) + group];
                for lane in 0..LANES {
                    sums[lane] += weights[lane] * value;
                }
            }
            *out = sums;
        }
    }

    fn descend(&mut self, ids: &[u16], values: &[f32], step: &[f32]) {
        for (&id, &value) in ids.iter().zip(values) {
            add_scaled(&mut self.weights[usize::from(id) * self.stride..][..self.stride], step, value);
        }
        add_scaled(&mut self.bias, step, 1.0);
    }

    fn add(&mut self, other: &Self, factor: f32) {
        add_scaled(&mut self.weights, &other.weights, factor);
        add_scaled(&mut self.bias, &other.bias, factor);
    }
}

#[inline]
fn add_scaled(target: &mut [f32], source: &[f32], factor: f32) {
    let (target, _) = target.as_chunks_mut::<LANES>();
    let (source, _) = source.as_chunks::<LANES>();
    for (target, source) in target.iter_mut().zip(source) {
        for lane in 0..LANES {
            target[lane] += source[lane] * factor;
        }
    }
}

/// Passes over the data that a corpus of this size needs.
pub(crate) const fn epochs(rows: usize) -> usize {
    if rows < 3_000 { 24 } else { 20 }
}

/// Shuffles by Fisher and Yates. Written out, so that a seed means the same order whatever a library does.
pub(crate) fn shuffle<T>(items: &mut [T], rng: &mut ChaCha8Rng) {
    for at in (1..items.len()).rev() {
        let other = (u64::from(rng.next_u32()) * (at as u64 + 1)) >> 32;
        items.swap(at, other as usize);
    }
}

/// Fits weights to the rows. `tick` hears the share that is done, 0 to 1, and may stop the work.
pub(crate) fn fit(
    corpus: &Corpus,
    rows: &[u32],
    labels: usize,
    seed: u64,
    tick: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> ControlFlow<(), Weights> {
    let Recipe { learning_rate, dropped, smoothing } = corpus.recipe;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut model = Weights::zero(corpus.buckets.len(), labels);
    let mut mean = Weights::zero(corpus.buckets.len(), labels);
    let mut order = rows.to_vec();
    let epochs = epochs(rows.len());
    let averaged = epochs / AVERAGED_SHARE;
    let total = (epochs * rows.len()) as f32;
    let mut done = 0usize;
    let mut gradient = vec![0.0f32; model.stride];
    let mut sample = Sample::default();
    for epoch in 0..epochs {
        shuffle(&mut order, &mut rng);
        for &row in &order {
            let row = row as usize;
            if done.is_multiple_of(ROWS_PER_TICK) {
                tick(done as f32 / total)?;
            }
            let rate = learning_rate * (1.0 - done as f32 / total);
            let (ids, values) = sample.draw(corpus.row(row), dropped, &mut rng);
            model.logits_of(ids, values, &mut gradient);
            softmax(&mut gradient[..labels], 1.0);
            gradient[usize::from(corpus.labels[row])] -= 1.0 - smoothing;
            for value in &mut gradient[..labels] {
                *value = (*value - smoothing / labels as f32) * -rate;
            }
            // The padding stays zero, or it would grow into the logits.
            gradient[labels..].fill(0.0);
            model.descend(ids, values, &gradient);
            done += 1;
        }
        if epoch + averaged >= epochs {
            mean.add(&model, 1.0 / averaged as f32);
        }
    }
    ControlFlow::Continue(mean)
}

/// The features of a row that a visit learns from.
#[derive(Debug, Default)]
struct Sample {
    coins: Vec<u8>,
    ids: Vec<u16>,
    values: Vec<f32>,
}

impl Sample {
    /// Leaves features out by chance and scales the rest to length 1. A row that would lose all keeps all.
    fn draw<'a>(
        &'a mut self,
        (ids, values): (&'a [u16], &'a [f32]),
        dropped: u8,
        rng: &mut ChaCha8Rng,
    ) -> (&'a [u16], &'a [f32]) {
        if dropped == 0 {
            return (ids, values);
        }
        self.coins.resize(ids.len(), 0);
        rng.fill_bytes(&mut self.coins);
        self.ids.clear();
        self.values.clear();
        let mut square = 0.0;
        for ((&id, &value), _) in ids.iter().zip(values).zip(&self.coins).filter(|(_, coin)| **coin >= dropped) {
            self.ids.push(id);
            self.values.push(value);
            square += value * value;
        }
        if square == 0.0 {
            return (ids, values);
        }
        let factor = 1.0 / square.sqrt();
        self.values.iter_mut().for_each(|value| *value *= factor);
        (&self.ids, &self.values)
    }
}
