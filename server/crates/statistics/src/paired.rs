//! Two answers to the same questions.

use statrs::distribution::{Binomial, DiscreteCDF};

/// McNemar's exact test (1947): of the cases that only one of two was right on, how surprising the split would be if both
/// were equally good. Two-sided, 0 to 1; 1 when there is no such case.
#[must_use]
pub fn mcnemar(only_first: u64, only_second: u64) -> f64 {
    let trials = only_first + only_second;
    let Ok(fair) = Binomial::new(0.5, trials) else { return 1.0 };
    (2.0 * fair.cdf(only_first.min(only_second))).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_is_that_of_the_tables() {
        // Twice the sum of the binomial coefficients up to the smaller count, over two to the number of trials.
        for (first, second, expected) in
            [(0, 0, 1.0), (5, 5, 1.0), (1, 9, 0.021_484), (30, 14, 0.022_629), (0, 3, 0.25)]
        {
            let found = mcnemar(first, second);
            assert!((found - expected).abs() < 1e-5, "{first} and {second}: {found} instead of {expected}");
            assert_eq!(found, mcnemar(second, first));
        }
    }
}
