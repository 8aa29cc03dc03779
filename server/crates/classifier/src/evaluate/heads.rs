//! What a model's heads reach: predicted priorities and minutes beside what examples state.

use domain::{
    Classification, Priority,
    model::{HandlingMetrics, PriorityMetrics},
};

use crate::{heads::Heads, train::Example};

const RANKS: usize = Priority::ALL.len();

/// How good the priorities are on the examples that state one; nothing without a head, or without such examples.
pub(super) fn priority(heads: &Heads, examples: &[Example<'_>], answers: &[Classification]) -> Option<PriorityMetrics> {
    heads.priority.as_ref()?;
    let pairs = examples.iter().zip(answers);
    let ranks: Vec<[usize; 2]> = pairs
        .filter_map(|(example, answer)| Some([example.priority?, answer.priority?].map(|one| usize::from(one.rank()))))
        .collect();
    let right = ranks.iter().filter(|[stated, said]| stated == said).count();
    (!ranks.is_empty()).then(|| PriorityMetrics {
        examples: ranks.len() as u64,
        accuracy: right as f64 / ranks.len() as f64,
        kappa: kappa(&ranks),
    })
}

/// How good the minutes are on the examples that state some; nothing without a head, or without such examples.
pub(super) fn handling(heads: &Heads, examples: &[Example<'_>], answers: &[Classification]) -> Option<HandlingMetrics> {
    let typical = f64::from(heads.minutes.as_ref()?.typical);
    let (mut errors, mut guessed, mut inside) = (Vec::new(), Vec::new(), 0);
    for (example, answer) in examples.iter().zip(answers) {
        let said = (example.handling_minutes, answer.handling_minutes, answer.handling_range);
        if let (Some(stated), Some(minutes), Some(range)) = said {
            errors.push(f64::from((stated - minutes).abs()));
            guessed.push((f64::from(stated) - typical).abs());
            inside += usize::from((range.low..=range.high).contains(&stated));
        }
    }
    let count = errors.len();
    Some(HandlingMetrics {
        examples: count as u64,
        median_error: of_half(errors)?,
        median_error_of_guessing: of_half(guessed)?,
        within_range: inside as f64 / count as f64,
    })
}

/// The least value that at least half of them do not exceed.
fn of_half(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied()
}

/// Cohen's kappa with quadratic weights (Cohen 1968, "Weighted Kappa"): how much less the pairs differ than pairs would
/// whose sides were shuffled. 0 where the shuffled differ nowhere: agreement then shows nothing.
fn kappa(ranks: &[[usize; 2]]) -> f64 {
    let mut counts = [[0.0f64; RANKS]; 2];
    let mut observed = 0.0;
    let weight = |left: usize, right: usize| (left.abs_diff(right) as f64).powi(2);
    for &[stated, said] in ranks {
        counts[0][stated] += 1.0;
        counts[1][said] += 1.0;
        observed += weight(stated, said);
    }
    let mut expected = 0.0;
    for (left, stated) in counts[0].iter().enumerate() {
        for (right, said) in counts[1].iter().enumerate() {
            expected += weight(left, right) * stated * said / ranks.len() as f64;
        }
    }
    if expected > 0.0 { 1.0 - observed / expected } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kappa_is_agreement_beyond_chance() {
        let about = |ranks: &[[usize; 2]], expected: f64| {
            let found = kappa(ranks);
            assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
        };
        about(&[[0, 0], [1, 1], [3, 3]], 1.0);
        about(&[[0, 1], [1, 1], [2, 1]], 0.0);
        about(&[[0, 3], [3, 0]], -1.0);
        // Shuffled, half of the pairs differ by two steps; here one of four does.
        about(&[[0, 0], [0, 0], [2, 2], [2, 0]], 0.5);
        about(&[[1, 1], [1, 1]], 0.0);
    }

    #[test]
    fn half_of_the_errors_are_at_most_the_median_error() {
        assert_eq!(of_half(vec![4.0, 1.0, 9.0, 2.0]), Some(2.0));
        assert_eq!(of_half(vec![3.0, 1.0, 9.0]), Some(3.0));
        assert_eq!(of_half(Vec::new()), None);
    }
}
