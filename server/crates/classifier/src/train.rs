//! From examples to a model: checks, features, calibration, the final fit, and the heads for priority and time.

use std::{collections::BTreeSet, ops::ControlFlow};

use domain::{Priority, label::MAX_HANDLING_MINUTES};
use sha2::{Digest, Sha256};

use crate::{
    calibrate::{self, Predictions},
    encoder::Encoder,
    error::{ClassifyError, TrainError},
    evaluate::{accuracy, coverage, expected_calibration_error},
    heads::fit::{self as heads, Fitted},
    linear::LinearModel,
    model_dir::{Artifact, Cascade, Facts, LabelCard, OutOfFold},
    onnx::{self, HeadModel},
    sgd::{self, Corpus, Weights},
    suspicious,
};

/// Labels that a model may have.
pub const MAX_LABELS: usize = 1_000;
/// Examples that a run may learn from.
pub const MAX_EXAMPLES: usize = 1_000_000;

/// With fewer examples, a label's name is one more for the encoder's head.
const FEW_EXAMPLES: usize = 30;
/// In what share of all cases the right label is to be on the short list.
const ON_SHORT_LIST: f64 = 0.99;
/// Texts between two calls of the progress callback while they are embedded.
const EMBEDDED_AT_A_TIME: usize = 256;

/// One training example, borrowed from the caller.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Example<'a> {
    /// The text.
    pub text: &'a str,
    /// What it is.
    pub label: &'a str,
    /// How urgent it was, when that is known.
    pub priority: Option<Priority>,
    /// Minutes that the work took, when that is known.
    pub handling_minutes: Option<f32>,
}

impl<'a> Example<'a> {
    /// An example of which only the label is known.
    #[must_use]
    pub const fn new(text: &'a str, label: &'a str) -> Self {
        Self { text, label, priority: None, handling_minutes: None }
    }
}

/// How far training has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Share of the work that is done, 0 to 1, never falling.
    pub fraction: f32,
    /// What it does now.
    pub step: &'static str,
}

/// Trains a model. The same examples in the same order with the same seed give the same bytes on the same machine.
/// `progress` hears how far it is many times a second and stops it by [`ControlFlow::Break`].
///
/// # Errors
/// When the examples cannot make a model, or when `progress` stopped it.
pub fn train(
    examples: &[Example<'_>],
    seed: u64,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Artifact, TrainError> {
    train_cascade(examples, None, seed, progress)
}

/// As [`train`], and with an encoder the stage behind the linear model as well.
///
/// # Errors
/// As [`train`], or when the encoder does not answer.
pub fn train_cascade(
    examples: &[Example<'_>],
    encoder: Option<&Encoder>,
    seed: u64,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Artifact, TrainError> {
    let labels = check(examples)?;
    let place = |label: &str| labels.binary_search(&label).map_or(0, |at| at as u16);
    match run(examples, &labels, &place, encoder, seed, progress) {
        ControlFlow::Continue(made) => made,
        ControlFlow::Break(()) => Err(TrainError::Cancelled),
    }
}

/// The labels in order, or why no model can come of the examples.
fn check<'a>(examples: &[Example<'a>]) -> Result<Vec<&'a str>, TrainError> {
    if examples.len() > MAX_EXAMPLES {
        return Err(TrainError::TooManyExamples { found: examples.len(), max: MAX_EXAMPLES });
    }
    for (at, example) in examples.iter().enumerate() {
        if domain::text::check_label("label", example.label).is_err() {
            return Err(TrainError::BadLabel { example: at + 1 });
        }
        if example.handling_minutes.is_some_and(|minutes| !(0.0..=MAX_HANDLING_MINUTES).contains(&minutes)) {
            return Err(TrainError::BadMinutes { example: at + 1, max: MAX_HANDLING_MINUTES });
        }
    }
    // An example of blanks teaches nothing, and a label of nothing else could never be answered.
    let with_text = examples.iter().filter(|example| !example.text.trim().is_empty());
    let labels: Vec<&str> = with_text.map(|example| example.label).collect::<BTreeSet<_>>().into_iter().collect();
    match labels.len() {
        0 => Err(TrainError::NoExamples),
        1 => Err(TrainError::TooFewLabels { found: 1 }),
        found if found > MAX_LABELS => Err(TrainError::TooManyLabels { found, max: MAX_LABELS }),
        _ => Ok(labels),
    }
}

fn run(
    examples: &[Example<'_>],
    labels: &[&str],
    place: &dyn Fn(&str) -> u16,
    encoder: Option<&Encoder>,
    seed: u64,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> ControlFlow<(), Result<Artifact, TrainError>> {
    progress(Progress { fraction: 0.0, step: "Reading the examples" })?;
    let mut kept = Vec::with_capacity(examples.len());
    let corpus = Corpus::new(examples.iter().map(|example| (example.text, place(example.label))), &mut kept);
    if corpus.len() == 0 {
        return ControlFlow::Continue(Err(TrainError::NoExamples));
    }
    let kept_examples: Vec<Example<'_>> = kept.iter().map(|&at| examples[at]).collect();
    // Of a cascade's training the linear model takes a tenth; embedding is what takes long.
    let linear_share = if encoder.is_some() { 0.1 } else { 0.85 };
    let mut span = Span { progress, start: 0.05, length: linear_share };
    let linear = learn(&corpus, labels.len(), seed, &mut span)?;
    let dense = match encoder {
        None => None,
        Some(encoder) => {
            span = Span { progress: span.progress, start: 0.15, length: 0.6 };
            let embedded = match embed_corpus(encoder, &kept_examples, labels, &corpus.labels, &mut span)? {
                Ok(embedded) => embedded,
                Err(error) => return ControlFlow::Continue(Err(TrainError::Encoder(error))),
            };
            span = Span { progress: span.progress, start: 0.75, length: 0.15 };
            Some((encoder, learn(&embedded, labels.len(), seed, &mut span)?))
        }
    };
    span = Span { progress: span.progress, start: 0.9, length: 0.05 };
    let mut tick = |share: f32| span.tick(share, "Learning priority and time");
    let fitted = heads::fit(&corpus, &kept_examples, seed, &mut tick)?;
    progress(Progress { fraction: 0.95, step: "Writing the graph" })?;
    let names: Vec<String> = labels.iter().map(|&label| label.to_owned()).collect();
    let mut model = quantised(names.clone(), &corpus, &linear, fitted);
    let blend = dense.as_ref().map(|(_, dense)| {
        let (weight, blend) = linear.predictions.blend(linear.temperature, &dense.predictions, dense.temperature);
        let temperature = blend.temperature();
        (weight, blend, temperature)
    });
    let mut outcomes = linear.predictions.outcomes(linear.temperature);
    let mut truths = linear.predictions.of_truths(linear.temperature);
    if let (Some((encoder, _)), Some((_, blend, temperature))) = (&dense, &blend) {
        let costly = blend.outcomes(*temperature).into_iter().zip(blend.of_truths(*temperature));
        for ((outcome, of_truth), costly) in outcomes.iter_mut().zip(&mut truths).zip(costly) {
            if outcome.confidence < encoder.settings().ask_below {
                (*outcome, *of_truth) = costly;
            }
        }
    }
    model.short_list = short_list_threshold(&mut truths);
    let facts = Facts {
        labels: label_cards(&corpus.labels, labels),
        trained_on: kept.len() as u64,
        left_out: (examples.len() - kept.len()) as u64,
        dataset_sha256: fingerprint(examples),
        seed,
        epochs: sgd::epochs(kept.len()) as u32,
        out_of_fold: (!outcomes.is_empty()).then(|| OutOfFold {
            examples: outcomes.len() as u64,
            accuracy: accuracy(&outcomes),
            ece: expected_calibration_error(&outcomes),
            coverage_at_precision: coverage(&outcomes),
        }),
    };
    // The better the model, the fewer right labels it doubts.
    let (judge, judge_temperature) = blend
        .as_ref()
        .map_or((&linear.predictions, linear.temperature), |(_, blend, temperature)| (blend, *temperature));
    let suspects = suspicious::find(judge, judge_temperature, labels, &kept);
    let mut artifact = Artifact::new(&model, facts).with_suspects(suspects);
    if let (Some((encoder, dense)), Some((head_weight, _, blend_temperature))) = (dense, blend) {
        let (head, cascade) = head(encoder, &dense, &names, &artifact.card().facts.dataset_sha256);
        artifact = artifact.with_cascade(head, Cascade { head_weight, blend_temperature, ..cascade });
    }
    progress(Progress { fraction: 1.0, step: "Writing the graph" })?;
    ControlFlow::Continue(Ok(artifact))
}

/// The linear model of all columns: those of the labels, then those of the heads.
fn quantised(names: Vec<String>, corpus: &Corpus, linear: &Learned, Fitted { heads, columns }: Fitted) -> LinearModel {
    let all;
    let weights = if columns.is_empty() {
        &linear.weights
    } else {
        all = linear.weights.with_columns(names.len(), &columns);
        &all
    };
    let bias = weights.bias[..names.len() + columns.len()].to_vec();
    let model = LinearModel::quantise(names, corpus.idf.clone(), weights.rows(corpus), bias);
    LinearModel { temperature: linear.temperature, heads, ..model }
}

/// The embeddings of the examples, and of the names of labels that have few.
fn embed_corpus(
    encoder: &Encoder,
    examples: &[Example<'_>],
    labels: &[&str],
    of_examples: &[u16],
    span: &mut Span<'_>,
) -> ControlFlow<(), Result<Corpus, ClassifyError>> {
    // What a label is called says what it is about. With many examples of it, that only disturbs.
    let mut counts = vec![0usize; labels.len()];
    of_examples.iter().for_each(|&label| counts[usize::from(label)] += 1);
    let named: Vec<u16> =
        (0u16..).zip(counts).filter(|(_, count)| *count < FEW_EXAMPLES).map(|(label, _)| label).collect();
    let names: Vec<String> =
        named.iter().map(|&label| labels[usize::from(label)].replace(['_', '-', '/'], " ")).collect();
    let texts: Vec<&str> =
        examples.iter().map(|example| example.text).chain(names.iter().map(String::as_str)).collect();
    let of_rows = of_examples.iter().copied().chain(named).collect();
    let embeddings = embed(encoder, &texts, span)?;
    ControlFlow::Continue(embeddings.map(|embeddings| Corpus::dense(embeddings, of_rows, names.len())))
}

/// The graph of the head, and what is to be said of it; how it is blended is not known here.
fn head(encoder: &Encoder, dense: &Learned, names: &[String], dataset_sha256: &str) -> (Vec<u8>, Cascade) {
    let (width, stride) = (names.len(), dense.weights.stride);
    let head = HeadModel {
        labels: names,
        weights: dense.weights.weights.chunks_exact(stride).flat_map(|row| &row[..width]).copied().collect(),
        bias: &dense.weights.bias[..width],
        temperature: dense.temperature,
        encoder_sha256: encoder.sha256(),
    };
    let cascade = Cascade {
        encoder_sha256: encoder.sha256().to_owned(),
        dimensions: encoder.dimensions(),
        head_sha256: String::new(),
        head_temperature: dense.temperature,
        head_weight: 0.0,
        blend_temperature: 1.0,
        ask_below: encoder.settings().ask_below,
    };
    (onnx::encode_head(&head, dataset_sha256), cascade)
}

/// The largest probability that leaves the right label on the list of those that reach it in [`ON_SHORT_LIST`] of all
/// cases, for cases like these: the sets of least ambiguity of Sadinle, Lei and Wasserman (2019), with the finite-sample
/// quantile of split conformal prediction. Nothing when there are too few cases to say so.
fn short_list_threshold(of_truths: &mut [f32]) -> Option<f32> {
    let missed = ((of_truths.len() + 1) as f64 * (1.0 - ON_SHORT_LIST)).floor() as usize;
    of_truths.sort_by(f32::total_cmp);
    missed.checked_sub(1).and_then(|at| of_truths.get(at)).copied()
}

/// A part of the progress.
struct Span<'a> {
    progress: &'a mut dyn FnMut(Progress) -> ControlFlow<()>,
    start: f32,
    length: f32,
}

impl Span<'_> {
    fn tick(&mut self, share: f32, step: &'static str) -> ControlFlow<()> {
        (self.progress)(Progress { fraction: self.length.mul_add(share, self.start), step })
    }
}

/// A fitted stage with what models of the other folds said of its examples.
struct Learned {
    predictions: Predictions,
    temperature: f32,
    weights: Weights,
}

fn learn(corpus: &Corpus, labels: usize, seed: u64, span: &mut Span<'_>) -> ControlFlow<(), Learned> {
    // Calibration fits all folds but one each time; the share of the work follows from that.
    let fits = calibrate::FOLDS as f32;
    let calibrating = (fits - 1.0) / fits;
    let mut tick = |share: f32| span.tick(calibrating * share, "Calibrating");
    let predictions = calibrate::out_of_fold(corpus, labels, seed, &mut tick)?;
    let temperature = predictions.temperature();
    let mut tick = |share: f32| span.tick((1.0 - calibrating).mul_add(share, calibrating), "Learning");
    let rows: Vec<u32> = (0u32..).take(corpus.len()).collect();
    let weights = sgd::fit(corpus, &rows, labels, seed, &mut tick)?;
    ControlFlow::Continue(Learned { predictions, temperature, weights })
}

/// The embeddings of all texts, one after the other.
fn embed(encoder: &Encoder, texts: &[&str], span: &mut Span<'_>) -> ControlFlow<(), Result<Vec<f32>, ClassifyError>> {
    let mut embeddings = Vec::with_capacity(texts.len() * encoder.dimensions());
    for (at, part) in texts.chunks(EMBEDDED_AT_A_TIME).enumerate() {
        span.tick((at * EMBEDDED_AT_A_TIME) as f32 / texts.len() as f32, "Reading with the encoder")?;
        match encoder.embed(part, None) {
            Ok(part) => embeddings.extend(part.values),
            Err(error) => return ControlFlow::Continue(Err(error)),
        }
    }
    ControlFlow::Continue(Ok(embeddings))
}

/// SHA-256 over the examples in their order, every field with its length, so that no two sets share one by accident.
#[must_use]
pub fn fingerprint(examples: &[Example<'_>]) -> String {
    let mut hash = Sha256::new();
    let mut field = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    for example in examples {
        field(example.text.as_bytes());
        field(example.label.as_bytes());
        field(example.priority.map_or("", Priority::as_str).as_bytes());
        field(&example.handling_minutes.map(f32::to_le_bytes).map(Vec::from).unwrap_or_default());
    }
    hex::encode(hash.finalize())
}

/// For each label how many examples it has. What they state of priority and time is for the heads.
fn label_cards(of_examples: &[u16], labels: &[&str]) -> Vec<LabelCard> {
    let mut counts = vec![0u64; labels.len()];
    of_examples.iter().for_each(|&label| counts[usize::from(label)] += 1);
    let card = |(name, examples): (&&str, u64)| LabelCard {
        name: (*name).to_owned(),
        examples,
        priority: None,
        handling_minutes: None,
    };
    labels.iter().zip(counts).map(card).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_list_needs_a_hundred_cases_and_misses_one_of_them() {
        let mut cases: Vec<f32> = (0..99).map(|n| 1.0 - n as f32 / 100.0).collect();
        assert_eq!(short_list_threshold(&mut cases[..98]), None);
        // Of the hundred with the next one, one may be missed: the least likely of the 99 is the threshold.
        let threshold = short_list_threshold(&mut cases);
        assert_eq!(threshold, cases.first().copied());
        assert!(cases.is_sorted());
    }

    #[test]
    fn the_fingerprint_tells_where_a_field_ends() {
        assert_ne!(fingerprint(&[Example::new("ab", "c")]), fingerprint(&[Example::new("a", "bc")]));
    }
}
