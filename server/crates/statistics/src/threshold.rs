//! The confidence from which answers are right often enough, with a promise that holds for finitely many cases.

use crate::interval::{fewest_trials, lower_bound};

/// One answer whose truth is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Case {
    /// How sure the model was, 0 to 1.
    pub confidence: f64,
    /// Whether it was right.
    pub is_right: bool,
    /// How many cases of the stream it stands for: one over the probability with which it was chosen to be known.
    pub weight: f64,
}

/// What the cases promise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Promise {
    /// Answers of at least this confidence are right as often as was asked for.
    From {
        /// The confidence.
        threshold: f64,
        /// Cases at or above it.
        cases: u64,
        /// Those of them that were right.
        right: u64,
        /// What their precision is at least, at the risk that was given.
        bound: f64,
    },
    /// There are cases enough, and they are not right often enough at any confidence.
    NotReached,
    /// Too few cases to promise anything; even if all of them were right, this many would be needed.
    TooFew {
        /// How many, of equal weight.
        needed: u64,
    },
}

/// Most thresholds that are tried.
const STEPS: usize = 40;

/// The lowest confidence above which precision is at least `precision`, wrong with a probability of at most `risk`.
///
/// Thresholds are tried from high to low, each by the one-sided bound of Clopper and Pearson, until one fails: testing in a
/// fixed order keeps the risk over all of them (Angelopoulos et al. 2021, "Learn then Test", section 2.3). The first one
/// lets through as many cases as an answer needs, or a third of them, when that is more: which it is depends on the number
/// of cases alone, never on who was right. Weighted cases count by their effective number (Kish 1965).
#[must_use]
pub fn lowest(cases: &[Case], precision: f64, risk: f64) -> Promise {
    let needed = fewest_trials(precision, risk);
    let mut sorted: Vec<Case> = cases.iter().copied().filter(|case| case.weight > 0.0).collect();
    sorted.sort_by(|left, right| right.confidence.total_cmp(&left.confidence));
    let mut tally = Tally::default();
    let mut sets = Vec::new();
    for (at, case) in sorted.iter().enumerate() {
        tally.add(case);
        // No threshold can part answers of equal confidence.
        let is_last_of_equals = sorted.get(at + 1).is_none_or(|next| next.confidence != case.confidence);
        if is_last_of_equals && tally.effective() >= needed {
            sets.push((case.confidence, tally));
        }
    }
    let Some((_, whole)) = sets.last() else { return Promise::TooFew { needed: needed as u64 } };
    let first = (whole.effective() / 3.0).clamp(needed, 3.0 * needed);
    let step = ((whole.effective() - first) / STEPS as f64).max(1.0);
    let mut next = first;
    let mut best = Promise::NotReached;
    for (threshold, tally) in &sets {
        if tally.effective() < next {
            continue;
        }
        let bound = lower_bound(tally.effective() * tally.precision(), tally.effective(), risk);
        if bound < precision {
            break;
        }
        best = Promise::From { threshold: *threshold, cases: tally.cases, right: tally.right, bound };
        next = tally.effective() + step;
    }
    best
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    cases: u64,
    right: u64,
    weight: f64,
    right_weight: f64,
    squares: f64,
}

impl Tally {
    fn add(&mut self, case: &Case) {
        self.cases += 1;
        self.weight += case.weight;
        self.squares += case.weight * case.weight;
        if case.is_right {
            self.right += 1;
            self.right_weight += case.weight;
        }
    }

    /// How many cases of equal weight say as much.
    fn effective(&self) -> f64 {
        // Equal weights must give whole numbers, whatever the rounding.
        let effective = self.weight * self.weight / self.squares;
        if (effective - effective.round()).abs() < 1e-6 { effective.round() } else { effective }
    }

    fn precision(&self) -> f64 {
        self.right_weight / self.weight
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand_chacha::{
        ChaCha8Rng,
        rand_core::{Rng, SeedableRng},
    };

    use super::*;

    fn draw(rng: &mut ChaCha8Rng) -> f64 {
        f64::from(rng.next_u32()) / f64::from(u32::MAX)
    }

    /// An answer of a calibrated model, or one to a text of no label that the model is as sure of by mistake.
    fn answer(rng: &mut ChaCha8Rng, out_of_scope: f64) -> Case {
        let confidence = 0.8 + 0.2 * draw(rng);
        let is_foreign = draw(rng) < out_of_scope;
        // A calibrated model is more often right than its confidence says at the top: (1 - c) / 4 of the answers are wrong.
        let is_right = !is_foreign && draw(rng) > (1.0 - confidence) / 4.0;
        // Half of the foreign texts look unsure, the others do not.
        let confidence = if is_foreign && draw(rng) < 0.5 { confidence - 0.5 } else { confidence };
        Case { confidence, is_right, weight: 1.0 }
    }

    /// The true precision of a threshold, by so many fresh answers that it is as good as known.
    fn true_precision(threshold: f64, out_of_scope: f64) -> f64 {
        let mut rng = ChaCha8Rng::seed_from_u64(999);
        let passed: Vec<Case> =
            (0..40_000).map(|_| answer(&mut rng, out_of_scope)).filter(|case| case.confidence >= threshold).collect();
        passed.iter().filter(|case| case.is_right).count() as f64 / passed.len() as f64
    }

    /// Of 200 draws of 1,500 cases each: the share whose promise was broken on the mix of the stream, and the promises.
    fn broken(learned_on: f64, stream: f64) -> (f64, usize) {
        let promises: Vec<f64> = (0..200)
            .filter_map(|seed| {
                let mut rng = ChaCha8Rng::seed_from_u64(seed);
                let cases: Vec<Case> = (0..1_500).map(|_| answer(&mut rng, learned_on)).collect();
                match lowest(&cases, 0.95, 0.05) {
                    Promise::From { threshold, .. } => Some(true_precision(threshold, stream)),
                    _ => None,
                }
            })
            .collect();
        let broken = promises.iter().filter(|precision| **precision < 0.95).count();
        (broken as f64 / 200.0, promises.len())
    }

    #[test]
    fn a_promise_made_on_the_mix_of_the_stream_is_kept_and_one_made_without_its_foreign_texts_is_not() {
        let (share, promises) = broken(0.06, 0.06);
        assert!(share <= 0.05 && promises > 20, "{share} of the promises were broken; {promises} were made");
        let (share, promises) = broken(0.0, 0.18);
        assert!(share > 0.95 && promises > 190, "{share} of {promises}");
    }

    #[test]
    fn too_few_cases_promise_nothing_however_good_they_are() {
        let case = Case { confidence: 0.99, is_right: true, weight: 1.0 };
        assert_eq!(lowest(&[case; 148], 0.98, 0.05), Promise::TooFew { needed: 149 });
        let Promise::From { threshold, cases, right, .. } = lowest(&[case; 149], 0.98, 0.05) else { panic!() };
        assert_eq!((threshold, cases, right), (0.99, 149, 149));
        assert_eq!(lowest(&[], 0.98, 0.05), Promise::TooFew { needed: 149 });
    }

    #[test]
    fn cases_that_are_wrong_at_every_confidence_promise_nothing() {
        let cases: Vec<Case> =
            (0..500).map(|at| Case { confidence: f64::from(at) / 500.0, is_right: at % 2 == 0, weight: 1.0 }).collect();
        assert_eq!(lowest(&cases, 0.95, 0.05), Promise::NotReached);
    }

    #[test]
    fn a_wrong_case_that_stands_for_many_counts_as_many() {
        let right = Case { confidence: 0.99, is_right: true, weight: 1.0 };
        let wrong = |weight| Case { is_right: false, weight, ..right };
        let with = |weight| {
            let mut cases = vec![right; 600];
            cases.push(wrong(weight));
            lowest(&cases, 0.95, 0.05)
        };
        assert!(matches!(with(1.0), Promise::From { .. }));
        assert!(matches!(with(50.0), Promise::TooFew { .. } | Promise::NotReached), "{:?}", with(50.0));
    }

    proptest! {
        #[test]
        fn a_promise_says_what_its_cases_say(
            answers in prop::collection::vec((0u8..100, prop::bool::weighted(0.97)), 0..600),
        ) {
            let cases: Vec<Case> = answers
                .iter()
                .map(|&(confidence, is_right)| Case { confidence: f64::from(confidence) / 100.0, is_right, weight: 1.0 })
                .collect();
            if let Promise::From { threshold, cases: count, right, bound } = lowest(&cases, 0.9, 0.05) {
                let passed: Vec<_> = cases.iter().filter(|case| case.confidence >= threshold).collect();
                prop_assert_eq!(passed.len() as u64, count);
                prop_assert_eq!(passed.iter().filter(|case| case.is_right).count() as u64, right);
                prop_assert!(bound >= 0.9 && bound <= right as f64 / count as f64);
            }
        }
    }
}
