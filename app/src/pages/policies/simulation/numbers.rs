//! How the numbers of simulations and rollouts are written.

use domain::{
    evaluation::Share,
    simulation::{Before, Compared, Estimate},
};

/// What is said of numbers that look alike.
const NO_CHANGE: &str = "no change";

/// A count with commas between the thousands: `48,210`.
pub(in crate::pages::policies) fn grouped(count: u64) -> String {
    with_commas(&count.to_string())
}

/// A number with so many digits after the point, and commas between the thousands: `1,204.5`.
pub(super) fn number(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    match text.split_once('.') {
        Some((whole, rest)) => format!("{}.{rest}", with_commas(whole)),
        None => with_commas(&text),
    }
}

fn with_commas(digits: &str) -> String {
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

/// How a number and its difference are said.
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
    let size = number((now - then).abs(), digits);
    if size.chars().all(|digit| matches!(digit, '0' | '.')) {
        return NO_CHANGE.to_owned();
    }
    let direction = if now > then { more } else { less };
    format!("{size}{unit} {direction}")
}

/// The difference in words, and whether it may be chance. Numbers are multiplied by `scale` first: by 100 for points.
pub(super) fn change(compared: &Compared, scale: f64, words: Words) -> String {
    let Before { then, now } = compared.both();
    if then.of == 0 || now.of == 0 {
        return "not comparable".to_owned();
    }
    let said = difference(then.value * scale, now.value * scale, words);
    if compared.may_be_chance() && said != NO_CHANGE { format!("{said}, may be chance") } else { said }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_commas_between_their_thousands() {
        for (count, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (48_210, "48,210"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(count), text);
        }
        assert_eq!((number(1_204.56, 1), number(12.0, 0)), ("1,204.6".to_owned(), "12".to_owned()));
    }

    #[test]
    fn differences_are_said_in_words() {
        assert_eq!(difference(10.0, 12.5, Words::MINUTES), "2.5 min longer");
        assert_eq!(difference(50.0, 48.0, Words::POINTS), "2.0 points lower");
        assert_eq!(difference(1.0, 1.01, Words::HOURS), "no change");
        assert_eq!(difference(1_500.0, 200.0, Words::COUNT), "1,300 fewer");
        assert_eq!(difference(2.0, 2.0, Words::COUNT), "no change");
    }

    #[test]
    fn a_change_that_chance_explains_says_so() {
        let is = |value: f64, room: f64, of| Estimate { value, low: value - room, high: value + room, of };
        let compared = |then, now, room| Compared {
            then: is(then, 9.0, 3),
            now: is(now, 9.0, 3),
            change: is(now - then, room, 3),
        };
        assert_eq!(change(&compared(8.0, 6.0, 1.0), 1.0, Words::MINUTES), "2.0 min shorter");
        assert_eq!(change(&compared(8.0, 6.0, 3.0), 1.0, Words::MINUTES), "2.0 min shorter, may be chance");
        assert_eq!(change(&compared(8.0, 8.0, 3.0), 1.0, Words::MINUTES), "no change");
        let none = Compared { now: is(0.0, 0.0, 0), ..compared(8.0, 0.0, 1.0) };
        assert_eq!(change(&none, 1.0, Words::MINUTES), "not comparable");
    }

    #[test]
    fn what_was_not_counted_is_a_dash() {
        let seen = Estimate { value: 0.025, low: 0.024, high: 0.026, of: 48_210 };
        assert_eq!(estimate(&seen), "2.5 % (2.4 to 2.6)");
        assert_eq!(estimate(&Estimate { of: 0, ..seen }), "–");
    }
}
