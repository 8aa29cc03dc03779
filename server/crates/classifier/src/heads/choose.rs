//! How much of a learned column is kept, and where its scores stand, by what models of other examples said.

use domain::Priority;

use super::{CUTS, sigmoid};

/// What a column may be multiplied with. The first leaves one answer for every text.
const STRENGTHS: [f32; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];
/// Share of the work that lies below the range, and above it.
const TAIL: f64 = 0.1;
/// Examples that are assumed of each priority beside those that there are, so that none is impossible.
const ASSUMED: f64 = 0.5;

/// The strength, and the cuts for scores that were multiplied with it. Each case is a rank and a score of a model that had
/// not learned from it.
pub(crate) fn priority(cases: &[(u8, f32)]) -> (f32, [f32; CUTS]) {
    let scaled =
        |strength: f32| -> Vec<(u8, f32)> { cases.iter().map(|&(rank, score)| (rank, strength * score)).collect() };
    let losses = |strength: f32| {
        let cases = scaled(strength);
        let cuts = cuts(&cases);
        cases.iter().map(|&(rank, score)| -f64::from(probability(cuts, rank, score).max(1e-9)).ln()).collect()
    };
    let strength = strength(losses);
    (strength, cuts(&scaled(strength)))
}

/// The strength, and the offsets for scores that were multiplied with it. Each case is a logarithm of minutes and a score
/// of a model that had not learned from it.
///
/// The ends of the range are those of split conformal prediction (Papadopoulos et al. 2002): with `n` cases, at most one
/// new case in ten is below the `floor((n + 1) / 10)`-th smallest residual, and as many are above its counterpart.
pub(crate) fn minutes(cases: &[(f32, f32)]) -> (f32, [f32; 3]) {
    let residuals = |strength: f32| -> Vec<f32> { cases.iter().map(|&(log, score)| log - strength * score).collect() };
    let losses = |strength: f32| {
        let residuals = residuals(strength);
        let middle = median(&mut residuals.clone());
        residuals.iter().map(|residual| f64::from((residual - middle).abs())).collect()
    };
    let strength = strength(losses);
    let mut residuals = residuals(strength);
    let middle = median(&mut residuals);
    let beyond = (((residuals.len() + 1) as f64 * TAIL) as usize).max(1);
    let end = |at: usize| residuals.get(at).copied().unwrap_or(middle);
    (strength, [end(beyond - 1), middle, end(residuals.len().saturating_sub(beyond))])
}

/// The strength of the least loss. It must lead that of one answer for every text by more than a standard error: less is
/// likely noise.
fn strength(losses: impl Fn(f32) -> Vec<f64>) -> f32 {
    let alike = losses(0.0);
    let total = |losses: &[f64]| losses.iter().sum::<f64>();
    let mut best = (0.0, alike.clone());
    for strength in STRENGTHS {
        let next = losses(strength);
        if total(&next) < total(&best.1) {
            best = (strength, next);
        }
    }
    let gains: Vec<f64> = alike.iter().zip(&best.1).map(|(alike, best)| alike - best).collect();
    let count = gains.len().max(1) as f64;
    let mean = total(&gains) / count;
    let variance = gains.iter().map(|gain| (gain - mean).powi(2)).sum::<f64>() / count;
    if mean > (variance / count).sqrt() { best.0 } else { 0.0 }
}

/// The cuts with which, on average over the scores, as large a share is at most each priority as really was. Each follows
/// from an equation of its own with one solution, and the greater the share the greater the cut, so their order holds.
pub(crate) fn cuts(cases: &[(u8, f32)]) -> [f32; CUTS] {
    let whole = Priority::ALL.len() as f64 * ASSUMED + cases.len() as f64;
    std::array::from_fn(|cut| {
        let at_most = cases.iter().filter(|(rank, _)| usize::from(*rank) <= cut).count() as f64;
        cut_of_share(cases, ((cut + 1) as f64 * ASSUMED + at_most) / whole)
    })
}

/// By Newton's method, held between what would be right if all scores were the least, or the greatest.
fn cut_of_share(cases: &[(u8, f32)], share: f64) -> f32 {
    let ends = cases.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), &(_, score)| {
        (least.min(score.into()), greatest.max(score.into()))
    });
    let logit = (share / (1.0 - share)).ln();
    if cases.is_empty() {
        return logit as f32;
    }
    let (mut low, mut high) = (ends.0 + logit, ends.1 + logit);
    let mut cut = f64::midpoint(low, high);
    for _ in 0..50 {
        let (mut sum, mut slope) = (0.0, 0.0);
        for &(_, score) in cases {
            let below = 1.0 / (1.0 + (f64::from(score) - cut).exp());
            sum += below;
            slope += below * (1.0 - below);
        }
        let excess = sum - share * cases.len() as f64;
        (low, high) = if excess > 0.0 { (low, cut) } else { (cut, high) };
        let newton = cut - excess / slope;
        let next = if newton > low && newton < high { newton } else { f64::midpoint(low, high) };
        let moved = (next - cut).abs();
        cut = next;
        if moved < 1e-6 {
            break;
        }
    }
    cut as f32
}

/// The probability of a rank at a score.
fn probability(cuts: [f32; CUTS], rank: u8, score: f32) -> f32 {
    let [at_most, below] = around(cuts, rank, score);
    at_most - below
}

/// The probabilities of at most a rank, and of less than it, at a score.
pub(crate) fn around(cuts: [f32; CUTS], rank: u8, score: f32) -> [f32; 2] {
    let rank = usize::from(rank);
    let at_most = cuts.get(rank).map_or(1.0, |cut| sigmoid(cut - score));
    let below = rank.checked_sub(1).map_or(0.0, |below| sigmoid(cuts[below] - score));
    [at_most, below]
}

/// The middle of the values, which it sorts; of an even number the mean of the two.
pub(crate) fn median(values: &mut [f32]) -> f32 {
    values.sort_by(f32::total_cmp);
    let middle = values.len() / 2;
    match values.get(middle) {
        Some(&upper) if values.len().is_multiple_of(2) => f32::midpoint(values[middle - 1], upper),
        Some(&middle) => middle,
        None => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_give_each_priority_its_share() {
        let cases: Vec<(u8, f32)> = (0..400u16).map(|n| ((n % 4) as u8, f32::from(n % 7) - 3.0)).collect();
        let found = cuts(&cases);
        for (cut, share) in found.iter().zip([0.25, 0.5, 0.75]) {
            let mean = cases.iter().map(|(_, score)| sigmoid(cut - score)).sum::<f32>() / cases.len() as f32;
            assert!((mean - share).abs() < 1e-3, "{found:?}");
        }
    }

    #[test]
    fn a_priority_that_never_occurred_stays_possible() {
        let cases = [(0u8, 0.0f32), (1, 0.0), (0, 0.0), (1, 0.0)];
        let found = cuts(&cases);
        assert!(found.is_sorted() && found[1] < found[2], "{found:?}");
        assert!((probability(found, 3, 0.0) - 0.5 / 6.0).abs() < 1e-3);
        assert!(cuts(&[]).is_sorted());
    }

    #[test]
    fn the_range_leaves_a_tenth_on_either_side() {
        let cases: Vec<(f32, f32)> = (1u8..=99).map(|n| (f32::from(n), 0.0)).collect();
        assert_eq!(minutes(&cases), (0.0, [10.0, 50.0, 90.0]));
        // Too few for tails: all of them are inside.
        assert_eq!(minutes(&[(1.0, 0.0), (2.0, 0.0)]), (0.0, [1.0, 1.5, 2.0]));
    }

    #[test]
    fn a_column_that_says_nothing_is_not_kept_and_one_that_helps_is() {
        let stated = |n: u8| f32::from(n.wrapping_mul(97) % 50) / 10.0;
        let noise: Vec<(f32, f32)> = (0u8..100).map(|n| (stated(n), f32::from(n.wrapping_mul(57) % 9))).collect();
        assert_eq!(minutes(&noise).0, 0.0);
        let signal: Vec<(f32, f32)> = (0u8..100).map(|n| (stated(n), stated(n))).collect();
        assert_eq!(minutes(&signal).0, 1.0);
        let doubled: Vec<(f32, f32)> = (0u8..100).map(|n| (stated(n), 2.0 * stated(n))).collect();
        assert_eq!(minutes(&doubled).0, 0.5);
        let ranked: Vec<(u8, f32)> = (0u8..100).map(|n| (n % 4, f32::from(n % 4) * 3.0)).collect();
        assert_eq!(priority(&ranked).0, 1.0);
    }
}
