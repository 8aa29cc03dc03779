//! What earlier trainings would have reached: on the held-out examples with fewer labels, and on labels that came later.

use std::{collections::BTreeSet, ops::ControlFlow};

use crate::{
    sgd::{Corpus, fit},
    train::Example,
};

/// Parts of the examples, the oldest first, that the learning curve learns from.
const PARTS: [f64; 4] = [0.25, 0.5, 0.75, 1.0];
/// A curve over fewer examples than this would show noise.
const FEWEST_EXAMPLES: usize = 40;

/// What earlier trainings would have reached. Accuracies are 0 to 1.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Backtest {
    /// Examples, and the accuracy on the held-out ones of a model that learned from so many of the oldest.
    pub curve: Vec<(usize, f64)>,
    /// The accuracy on the newest examples of a model that learned from all others.
    pub newest: Option<f64>,
}

/// Trains on the older part of the examples, which stand oldest first, and measures on what it left out: `held_out`, and the
/// `newest` examples when that is not 0. Words are weighted by how often they occur in all of them. Calibration is left out,
/// since it changes no answer, and so is any encoder. `progress` hears the share that is done, 0 to 1, and stops it by [`ControlFlow::Break`].
pub fn backtest(
    examples: &[Example<'_>],
    held_out: &[Example<'_>],
    newest: usize,
    seed: u64,
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> ControlFlow<(), Backtest> {
    let all = || examples.iter().chain(held_out);
    let labels: Vec<&str> = all().map(|example| example.label).collect::<BTreeSet<_>>().into_iter().collect();
    if examples.len() < FEWEST_EXAMPLES {
        return ControlFlow::Continue(Backtest::default());
    }
    let place = |label: &str| labels.binary_search(&label).map_or(0, |at| at as u16);
    let mut kept = Vec::new();
    let corpus = Corpus::new(all().map(|example| (example.text, place(example.label))), &mut kept);
    // The first row that belongs to an example at or after this place; texts without features have no row.
    let row_of = |at: usize| kept.partition_point(|&place| place < at) as u32;
    let held_out_rows = row_of(examples.len())..row_of(usize::MAX);

    let before_newest = (newest > 0 && newest < examples.len()).then(|| examples.len() - newest);
    let parts = PARTS.map(|part| (examples.len() as f64 * part) as usize);
    let steps = parts.len() + usize::from(before_newest.is_some());
    let mut backtest = Backtest::default();
    for (step, size) in parts.into_iter().chain(before_newest).enumerate() {
        let rows: Vec<u32> = (0..row_of(size)).collect();
        if rows.is_empty() {
            continue;
        }
        let mut tick = |share: f32| progress((step as f32 + share) / steps as f32);
        let model = fit(&corpus, &rows, labels.len(), seed, &mut tick)?;
        let mut logits = vec![0.0; model.stride];
        let mut accuracy = |rows: std::ops::Range<u32>| {
            let total = rows.len().max(1);
            let right = rows.filter(|&row| {
                model.logits(&corpus, row as usize, &mut logits);
                let best = (0..labels.len()).max_by(|&left, &right| logits[left].total_cmp(&logits[right]));
                best == Some(usize::from(corpus.labels[row as usize]))
            });
            right.count() as f64 / total as f64
        };
        if step < parts.len() {
            backtest.curve.push((size, accuracy(held_out_rows.clone())));
        } else {
            backtest.newest = Some(accuracy(row_of(size)..held_out_rows.start));
        }
    }
    ControlFlow::Continue(backtest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn never(_: f32) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    #[test]
    fn more_examples_teach_more_and_what_changed_lately_is_seen_on_the_newest_alone() {
        let word = |n: usize| format!("word{} please", n % 8);
        let texts: Vec<String> = (0..160).map(word).collect();
        // The second half brings words that the first half never saw, and the newest twenty mean something else.
        let label = |at: usize| {
            let word = at % 8;
            if at >= 140 { format!("new{word}") } else { format!("l{word}") }
        };
        let labels: Vec<String> = (0..160).map(label).collect();
        let examples: Vec<Example<'_>> =
            texts.iter().zip(&labels).map(|(text, label)| Example::new(text, label)).collect();
        let held_out: Vec<Example<'_>> = examples[..40].to_vec();
        let ControlFlow::Continue(found) = backtest(&examples, &held_out, 20, 1, &mut never) else { panic!() };
        assert_eq!(found.curve.iter().map(|point| point.0).collect::<Vec<_>>(), [40, 80, 120, 160]);
        assert!(found.curve.iter().all(|point| point.1 > 0.9), "{found:?}");
        assert_eq!(found.newest, Some(0.0));
        assert_eq!(backtest(&examples[..20], &held_out, 5, 1, &mut never), ControlFlow::Continue(Backtest::default()));
        assert_eq!(backtest(&examples, &held_out, 0, 1, &mut |_| ControlFlow::Break(())), ControlFlow::Break(()));
    }
}
