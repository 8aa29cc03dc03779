//! A test that may be looked at after every case, and stopped whenever it says enough.

use statrs::function::beta::{beta_reg, ln_beta};

/// How much the cases so far speak for the first of two being wrong more often, when both were asked as many cases: a mixture
/// sequential probability ratio (Robbins 1970) over pairs of one case each. Only pairs in which one of the two is wrong say
/// anything. If both are wrong equally often, or the first less often, such a pair falls to the first with a probability of at
/// most one half, whatever the rates are; against that stands every probability above one half, each counting the same.
///
/// Begins at 1. If the first is not worse, it ever reaches `n` with a probability of at most `1 / n` (Ville 1939), however
/// often one looks.
#[must_use]
pub fn evidence(only_first_wrong: u64, only_second_wrong: u64) -> f64 {
    let (first, second) = (only_first_wrong as f64 + 1.0, only_second_wrong as f64 + 1.0);
    // The integral over q from 1/2 to 1 of 2 (2q)^a (2(1-q))^b.
    let upper_half = beta_reg(second, first, 0.5);
    if upper_half <= 0.0 {
        return 0.0;
    }
    ((first + second - 1.0) * std::f64::consts::LN_2 + ln_beta(first, second) + upper_half.ln()).exp()
}

#[cfg(test)]
mod tests {
    use rand_chacha::{
        ChaCha8Rng,
        rand_core::{Rng, SeedableRng},
    };

    use super::*;

    /// After how many pairs the evidence first reaches the level, if it does within so many.
    fn stopped(seed: u64, first_wrong: f64, second_wrong: f64, level: f64, pairs: usize) -> Option<usize> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut draw = |rate: f64| f64::from(rng.next_u32()) / f64::from(u32::MAX) < rate;
        let (mut first, mut second) = (0, 0);
        for pair in 1..=pairs {
            match (draw(first_wrong), draw(second_wrong)) {
                (true, false) => first += 1,
                (false, true) => second += 1,
                _ => continue,
            }
            if evidence(first, second) >= level {
                return Some(pair);
            }
        }
        None
    }

    #[test]
    fn the_first_pairs_weigh_what_the_integral_says() {
        assert!((evidence(0, 0) - 1.0).abs() < 1e-9);
        // 2 (2q) over the upper half is 3/2; 2 (2(1-q)) is 1/2.
        assert!((evidence(1, 0) - 1.5).abs() < 1e-9);
        assert!((evidence(0, 1) - 0.5).abs() < 1e-9);
        assert!(evidence(40, 2_000) < 1e-9 && evidence(2_000, 40) > 1e9);
    }

    #[test]
    fn two_that_are_equally_good_are_seldom_told_apart_however_long_one_looks() {
        let alarms = (0..1_000).filter(|&seed| stopped(seed, 0.1, 0.1, 20.0, 1_000).is_some()).count();
        assert!(alarms <= 65, "{alarms} of 1,000 at a level of 20, where 50 are allowed");
        let alarms = (0..1_000).filter(|&seed| stopped(seed, 0.1, 0.1, 100.0, 1_000).is_some()).count();
        assert!(alarms <= 17, "{alarms} of 1,000 at a level of 100, where 10 are allowed");
        assert!((0..300).all(|seed| stopped(seed, 0.05, 0.1, 100.0, 1_000).is_none()), "the first is better");
    }

    #[test]
    fn one_that_is_worse_is_found_within_a_bounded_number_of_cases() {
        for (first, second, within) in [(0.15, 0.05, 450), (0.3, 0.05, 100), (0.3, 0.1, 200)] {
            let found = (0..300).filter(|&seed| stopped(seed, first, second, 100.0, within).is_some()).count();
            assert!(found >= 285, "{first} against {second}: {found} of 300 within {within} pairs");
        }
    }
}
