//! How the numbers of simulations and rollouts are written.

use domain::{evaluation::Share, simulation::Estimate};

/// A count with commas between the thousands: `48,210`.
pub(in crate::pages::policies) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share in percent: `2.5 %`.
pub(in crate::pages::policies) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// An estimate with its interval: `2.5 % (2.4 to 2.6)`; a dash when nothing was counted.
pub(super) fn estimate(estimate: &Estimate) -> String {
    within(estimate.value, (estimate.low, estimate.high), estimate.of)
}

/// A share with its interval, as [`estimate`] writes it.
pub(in crate::pages::policies) fn share(share: &Share) -> String {
    within(share.share, (share.low, share.high), share.of)
}

fn within(value: f64, (low, high): (f64, f64), of: u64) -> String {
    if of == 0 {
        return "–".to_owned();
    }
    format!("{} ({:.1} to {:.1})", percent(value), low * 100.0, high * 100.0)
}

/// How a difference is said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    /// The unit, with a space before it; nothing for things that are counted.
    pub(super) unit: &'static str,
    /// Digits after the point.
    pub(super) digits: usize,
    /// When it is more.
    pub(super) more: &'static str,
    /// When it is less.
    pub(super) less: &'static str,
}

impl Words {
    /// Of things that are counted.
    pub(super) const COUNT: Self = Self { unit: "", digits: 0, more: "more", less: "fewer" };
    /// Of minutes that are waited.
    pub(super) const MINUTES: Self = Self { unit: " min", digits: 1, more: "longer", less: "shorter" };
    /// Of hours of work.
    pub(super) const HOURS: Self = Self { unit: " h", digits: 1, more: "more", less: "less" };
    /// Of shares, which differ by points.
    pub(super) const POINTS: Self = Self { unit: " points", digits: 1, more: "higher", less: "lower" };
    /// Of money.
    pub(super) const MONEY: Self = Self { unit: "", digits: 2, more: "more", less: "less" };
}

/// The difference in words: `3.1 points lower`, `no change`.
pub(super) fn difference(then: f64, now: f64, words: Words) -> String {
    let Words { unit, digits, more, less } = words;
    let size = format!("{:.digits$}", (now - then).abs());
    if size.chars().all(|digit| matches!(digit, '0' | '.')) {
        return "no change".to_owned();
    }
    let direction = if now > then { more } else { less };
    format!("{size}{unit} {direction}")
}

/// The difference of two counts in words.
pub(super) fn count_difference(then: u64, now: u64) -> String {
    match now.abs_diff(then) {
        0 => "no change".to_owned(),
        size if now > then => format!("{} {}", grouped(size), Words::COUNT.more),
        size => format!("{} {}", grouped(size), Words::COUNT.less),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_commas_between_their_thousands() {
        for (count, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (48_210, "48,210"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(count), text);
        }
    }

    #[test]
    fn differences_are_said_in_words() {
        assert_eq!(difference(10.0, 12.5, Words::MINUTES), "2.5 min longer");
        assert_eq!(difference(50.0, 48.0, Words::POINTS), "2.0 points lower");
        assert_eq!(difference(1.0, 1.01, Words::HOURS), "no change");
        assert_eq!(count_difference(1_500, 200), "1,300 fewer");
        assert_eq!(count_difference(2, 2), "no change");
    }

    #[test]
    fn what_was_not_counted_is_a_dash() {
        let seen = Estimate { value: 0.025, low: 0.024, high: 0.026, of: 48_210 };
        assert_eq!(estimate(&seen), "2.5 % (2.4 to 2.6)");
        assert_eq!(estimate(&Estimate { of: 0, ..seen }), "–");
    }
}
