//! Learns the heads from the examples that state their values.

use std::ops::ControlFlow;

use domain::Priority;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

use super::{CUTS, FEWEST_STATEMENTS, Heads, LEAST_MINUTES, MinutesHead, PriorityHead, choose};
use crate::{
    calibrate::FOLDS,
    sgd::{
        Corpus,
        column::{Column, Loss, fit_column},
        shuffle,
    },
    train::Example,
};

/// Keeps the randomness of a head apart from that of the labels, and the heads from one another.
const PRIORITY_SEED: u64 = 0x7072_696f_7269_7479;
const MINUTES_SEED: u64 = 0x6d69_6e75_7465_7300;
/// Beyond so many times the spread, how far a prediction is off counts no more for its step (Huber 1964).
const FAR_OFF: f32 = 1.345;
/// What makes the median distance from the median the standard deviation of a normal distribution.
const NORMAL_SPREAD: f32 = 1.4826;

/// Heads with the columns of their weights, in the order of the graph.
#[derive(Debug, Default)]
pub(crate) struct Fitted {
    pub(crate) heads: Heads,
    pub(crate) columns: Vec<Column>,
}

/// Learns the heads that enough examples speak of; the examples are those of the corpus's rows. `tick` hears the share
/// that is done, 0 to 1, and may stop the work.
pub(crate) fn fit(
    corpus: &Corpus,
    examples: &[Example<'_>],
    seed: u64,
    tick: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> ControlFlow<(), Fitted> {
    let ranks: Vec<Option<u8>> = examples.iter().map(|example| example.priority.map(Priority::rank)).collect();
    let minutes: Vec<Option<f32>> = examples.iter().map(|example| example.handling_minutes).collect();
    let mut fitted = Fitted::default();
    if let Some((head, column)) = priority(corpus, &ranks, seed ^ PRIORITY_SEED, &mut |share| tick(0.5 * share))? {
        fitted.heads.priority = Some(head);
        fitted.columns.push(column);
    }
    let mut second_half = |share: f32| tick(0.5f32.mul_add(share, 0.5));
    if let Some((head, column)) = handling(corpus, &minutes, seed ^ MINUTES_SEED, &mut second_half)? {
        fitted.heads.minutes = Some(head);
        fitted.columns.push(column);
    }
    ControlFlow::Continue(fitted)
}

fn priority(
    corpus: &Corpus,
    ranks: &[Option<u8>],
    seed: u64,
    tick: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> ControlFlow<(), Option<(PriorityHead, Column)>> {
    let of_rank = |wanted: u8| (0u32..).zip(ranks).filter(move |(_, rank)| **rank == Some(wanted)).map(|(row, _)| row);
    let groups: Vec<Vec<u32>> = Priority::ALL.iter().map(|priority| of_rank(priority.rank()).collect()).collect();
    let count = groups.iter().map(Vec::len).sum::<usize>();
    if count < FEWEST_STATEMENTS || groups.iter().filter(|group| !group.is_empty()).count() < 2 {
        return ControlFlow::Continue(None);
    }
    let mut loss = Ordinal { ranks, cuts: [0.0; CUTS] };
    let rows = deal(groups, seed);
    let cases = out_of_fold(corpus, &rows, &mut loss, seed, tick)?;
    let cases: Vec<(u8, f32)> = cases.into_iter().map(|(row, score)| (loss.rank(row), score)).collect();
    let (strength, cuts) = choose::priority(&cases);
    let column = whole(corpus, rows, strength, &mut loss, seed, tick)?;
    ControlFlow::Continue(Some((PriorityHead { examples: count as u64, strength, cuts }, column)))
}

fn handling(
    corpus: &Corpus,
    minutes: &[Option<f32>],
    seed: u64,
    tick: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> ControlFlow<(), Option<(MinutesHead, Column)>> {
    let stating: Vec<u32> =
        (0u32..).zip(minutes).filter(|(_, minutes)| minutes.is_some()).map(|(row, _)| row).collect();
    let count = stating.len();
    if count < FEWEST_STATEMENTS {
        return ControlFlow::Continue(None);
    }
    let mut loss = Logarithms::of(minutes);
    let rows = deal(vec![stating], seed);
    let cases = out_of_fold(corpus, &rows, &mut loss, seed, tick)?;
    let spread = loss.spread;
    let cases: Vec<(f32, f32)> = cases.into_iter().map(|(row, score)| (loss.log(row), spread * score)).collect();
    let (strength, offsets) = choose::minutes(&cases);
    let column = whole(corpus, rows, strength, &mut loss, seed, tick)?.scaled(spread);
    let typical = choose::median(&mut minutes.iter().copied().flatten().collect::<Vec<f32>>());
    ControlFlow::Continue(Some((MinutesHead { examples: count as u64, strength, offsets, typical }, column)))
}

/// Rows with their folds: each group is shuffled and dealt in turn, so that each fold has its share.
fn deal(groups: Vec<Vec<u32>>, seed: u64) -> Vec<(u32, usize)> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let shuffled = groups.into_iter().flat_map(|mut rows| {
        shuffle(&mut rows, &mut rng);
        rows
    });
    shuffled.enumerate().map(|(at, row)| (row, at % FOLDS)).collect()
}

/// Each row with the score that a model of the other folds gives it.
fn out_of_fold<L: Loss>(
    corpus: &Corpus,
    rows: &[(u32, usize)],
    loss: &mut L,
    seed: u64,
    tick: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> ControlFlow<(), Vec<(u32, f32)>> {
    let mut scores = Vec::with_capacity(rows.len());
    for held_out in 0..FOLDS {
        let inside =
            |inside: bool| rows.iter().filter(move |(_, fold)| (*fold == held_out) == inside).map(|(row, _)| *row);
        let training: Vec<u32> = inside(false).collect();
        let mut tick = |share: f32| tick((held_out as f32 + share) / (FOLDS + 1) as f32);
        let column = fit_column(corpus, &training, loss, seed ^ (held_out as u64 + 1), &mut tick)?;
        scores.extend(inside(true).map(|row| (row, column.score(corpus, row))));
    }
    ControlFlow::Continue(scores)
}

/// The column of all rows.
fn whole<L: Loss>(
    corpus: &Corpus,
    rows: Vec<(u32, usize)>,
    strength: f32,
    loss: &mut L,
    seed: u64,
    tick: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> ControlFlow<(), Column> {
    if strength == 0.0 {
        return ControlFlow::Continue(Column::zero(corpus));
    }
    let rows: Vec<u32> = rows.into_iter().map(|(row, _)| row).collect();
    let mut tick = |share: f32| tick((FOLDS as f32 + share) / (FOLDS + 1) as f32);
    let column = fit_column(corpus, &rows, loss, seed, &mut tick)?;
    ControlFlow::Continue(column.scaled(strength))
}

/// The loss of the proportional odds model: less the logarithm of the probability of what was stated.
struct Ordinal<'a> {
    ranks: &'a [Option<u8>],
    cuts: [f32; CUTS],
}

impl Ordinal<'_> {
    fn rank(&self, row: u32) -> u8 {
        self.ranks[row as usize].unwrap_or_default()
    }
}

impl Loss for Ordinal<'_> {
    fn slope(&self, row: u32, score: f32) -> f32 {
        let [at_most, below] = choose::around(self.cuts, self.rank(row), score);
        1.0 - at_most - below
    }

    fn settle(&mut self, scores: &[(u32, f32)]) {
        let cases: Vec<(u8, f32)> = scores.iter().map(|&(row, score)| (self.rank(row), score)).collect();
        self.cuts = choose::cuts(&cases);
    }
}

/// Huber's loss of logarithms of minutes, in units of their spread.
struct Logarithms {
    logs: Vec<Option<f32>>,
    spread: f32,
    middle: f32,
}

impl Logarithms {
    fn of(minutes: &[Option<f32>]) -> Self {
        let logs: Vec<Option<f32>> =
            minutes.iter().map(|minutes| minutes.map(|minutes| minutes.max(LEAST_MINUTES).ln())).collect();
        let mut stated: Vec<f32> = logs.iter().copied().flatten().collect();
        let middle = choose::median(&mut stated);
        stated.iter_mut().for_each(|log| *log = (*log - middle).abs());
        // Where most took equally long, the few others still have a scale.
        let spread = (NORMAL_SPREAD * choose::median(&mut stated)).max(0.1);
        Self { logs, spread, middle }
    }

    fn log(&self, row: u32) -> f32 {
        self.logs[row as usize].unwrap_or_default()
    }
}

impl Loss for Logarithms {
    fn slope(&self, row: u32, score: f32) -> f32 {
        let off = score - (self.log(row) - self.middle) / self.spread;
        off.clamp(-FAR_OFF, FAR_OFF)
    }

    fn settle(&mut self, scores: &[(u32, f32)]) {
        let mut rests: Vec<f32> = scores.iter().map(|&(row, score)| self.log(row) - self.spread * score).collect();
        self.middle = choose::median(&mut rests);
    }
}
