//! Intervals for shares.

use statrs::function::beta::inv_beta_reg;

/// A share with the range that holds the true one, as sure as it was asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// What was seen.
    pub share: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The exact two-sided interval of Clopper and Pearson (1934) for `hits` of `trials`. `confidence` is, for example, 0.95.
/// Both counts may be fractions, as effective sizes of weighted samples are; with no trials nothing is known.
#[must_use]
pub fn clopper_pearson(hits: f64, trials: f64, confidence: f64) -> Interval {
    let tail = (1.0 - confidence) / 2.0;
    let share = if trials > 0.0 { hits / trials } else { 0.0 };
    Interval { share, low: lower(hits, trials, tail), high: 1.0 - lower(trials - hits, trials, tail) }
}

/// The one-sided lower bound of Clopper and Pearson: the true share is below it with a probability of at most `risk`.
#[must_use]
pub fn lower_bound(hits: f64, trials: f64, risk: f64) -> f64 {
    lower(hits, trials, risk)
}

fn lower(hits: f64, trials: f64, tail: f64) -> f64 {
    if hits <= 0.0 || trials <= 0.0 {
        return 0.0;
    }
    inv_beta_reg(hits, (trials - hits).max(0.0) + 1.0, tail)
}

/// The fewest trials, all of them hits, whose [`lower_bound`] reaches `share`.
#[must_use]
pub fn fewest_trials(share: f64, risk: f64) -> f64 {
    (risk.ln() / share.ln()).ceil()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-4, "{found} instead of {expected}");
    }

    #[test]
    fn intervals_are_those_of_the_tables() {
        // scipy 1.14: binomtest(k, n).proportion_ci(0.95, "exact").
        for (hits, trials, low, high) in [
            (0.0, 10.0, 0.0, 0.308_498),
            (10.0, 10.0, 0.691_502, 1.0),
            (8.0, 10.0, 0.443_905, 0.974_789),
            (980.0, 1_000.0, 0.969_320, 0.987_741),
        ] {
            let found = clopper_pearson(hits, trials, 0.95);
            close(found.low, low);
            close(found.high, high);
        }
        let unknown = clopper_pearson(0.0, 0.0, 0.95);
        assert_eq!((unknown.low, unknown.high), (0.0, 1.0));
    }

    #[test]
    fn the_fewest_trials_are_just_enough() {
        for (share, trials) in [(0.95, 59.0), (0.98, 149.0), (0.99, 299.0)] {
            assert_eq!(fewest_trials(share, 0.05), trials);
            assert!(lower_bound(trials, trials, 0.05) >= share);
            assert!(lower_bound(trials - 1.0, trials - 1.0, 0.05) < share);
        }
    }
}
