//! Sets of values of one fact: what a cell leaves of it.

use std::collections::BTreeSet;

use domain::{
    Priority,
    policy::{Cell, ColumnFact, ColumnKind, Decimal, Range},
};

use crate::scene::Scene;

/// Millionths of one.
const ONE: i64 = 1_000_000;

/// A set of values of one fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Side {
    /// These texts, or all but these.
    Texts {
        /// Whether all others are meant.
        but: bool,
        /// The texts.
        values: BTreeSet<String>,
    },
    /// Numbers from one to another, in millionths, both within.
    Numbers {
        /// Nothing when no number is in the set.
        range: Option<(i64, i64)>,
        /// Whether a number that is missing is in the set.
        missing: bool,
        /// Whether only whole numbers occur.
        whole: bool,
    },
    /// One of the truths, both or none.
    Truths {
        /// Whether true is in the set.
        yes: bool,
        /// Whether false is in the set.
        no: bool,
    },
}

impl Side {
    /// Every value that the fact may have.
    pub(crate) fn all(fact: &ColumnFact, kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Text if matches!(fact, ColumnFact::PriorityHint | ColumnFact::PredictedPriority) => {
                let values = Priority::ALL.iter().map(|priority| priority.as_str()).chain([""]);
                Self::Texts { but: false, values: values.map(str::to_owned).collect() }
            }
            ColumnKind::Text => Self::Texts { but: true, values: BTreeSet::new() },
            ColumnKind::Number => {
                let whole = fact.whole_numbers();
                let range = match whole {
                    Some((low, high)) => (low * ONE, high.map_or(Decimal::MAX.as_micros(), |high| high * ONE)),
                    None if fact.is_share() => (0, ONE),
                    None => (Decimal::MIN.as_micros(), Decimal::MAX.as_micros()),
                };
                let missing = matches!(fact, ColumnFact::Attribute(_));
                Self::Numbers { range: Some(range), missing, whole: whole.is_some() }
            }
            ColumnKind::Truth => Self::Truths { yes: true, no: true },
        }
    }

    /// The values for which a cell holds.
    pub(crate) fn of_cell(fact: &ColumnFact, cell: &Cell) -> Self {
        match cell {
            Cell::AnyOf(values) => Self::Texts { but: false, values: values.iter().cloned().collect() },
            Cell::NoneOf(values) => Self::Texts { but: true, values: values.iter().cloned().collect() },
            Cell::Range(range) => {
                let whole = fact.whole_numbers().is_some();
                let inward = |(low, high): (Decimal, Decimal)| match (low.as_micros(), high.as_micros()) {
                    (low, high) if whole => (-(-low).div_euclid(ONE) * ONE, high.div_euclid(ONE) * ONE),
                    bounds => bounds,
                };
                let range = range.bounds().map(inward).filter(|(low, high)| low <= high);
                Self::Numbers { range, missing: false, whole }
            }
            Cell::Is(truth) => Self::Truths { yes: *truth, no: !*truth },
        }
    }

    /// Whether no value is in it.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Texts { but, values } => !but && values.is_empty(),
            Self::Numbers { range, missing, .. } => range.is_none() && !missing,
            Self::Truths { yes, no } => !yes && !no,
        }
    }

    /// The values in both; none when the two are of different kinds.
    pub(crate) fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Texts { but: left_but, values: left }, Self::Texts { but: right_but, values: right }) => {
                let (but, values) = match (left_but, right_but) {
                    (false, false) => (false, left & right),
                    (false, true) => (false, left - right),
                    (true, false) => (false, right - left),
                    (true, true) => (true, left | right),
                };
                Self::Texts { but, values }
            }
            (
                Self::Numbers { range: left, missing: left_missing, whole },
                Self::Numbers { range: right, missing: right_missing, .. },
            ) => {
                let range = left.zip(*right).map(|(left, right)| (left.0.max(right.0), left.1.min(right.1)));
                let range = range.filter(|(low, high)| low <= high);
                Self::Numbers { range, missing: *left_missing && *right_missing, whole: *whole }
            }
            (Self::Truths { yes, no }, Self::Truths { yes: right_yes, no: right_no }) => {
                Self::Truths { yes: *yes && *right_yes, no: *no && *right_no }
            }
            _ => Self::Truths { yes: false, no: false },
        }
    }

    /// The values that are in this and not in the other, in parts that share none.
    pub(crate) fn minus(&self, other: &Self) -> Vec<Self> {
        let parts = match (self, other) {
            (Self::Texts { .. }, Self::Texts { but, values }) => {
                vec![self.and(&Self::Texts { but: !but, values: values.clone() })]
            }
            (Self::Numbers { range, missing, whole }, Self::Numbers { range: cut, missing: cut_missing, .. }) => {
                let step = if *whole { ONE } else { 1 };
                let part = |range: Option<(i64, i64)>| Self::Numbers { range, missing: false, whole: *whole };
                let mut parts = match (range, cut) {
                    (Some((low, high)), Some((cut_low, cut_high))) => vec![
                        part(Some((*low, (*high).min(cut_low - step)))),
                        part(Some(((*low).max(cut_high + step), *high))),
                    ],
                    _ => vec![part(*range)],
                };
                parts.push(Self::Numbers { range: None, missing: *missing && !cut_missing, whole: *whole });
                for part in &mut parts {
                    if let Self::Numbers { range, .. } = part {
                        *range = range.filter(|(low, high)| low <= high);
                    }
                }
                parts
            }
            (Self::Truths { .. }, Self::Truths { yes, no }) => vec![self.and(&Self::Truths { yes: !yes, no: !no })],
            _ => vec![self.clone()],
        };
        parts.into_iter().filter(|part| !part.is_empty()).collect()
    }

    /// Whether every value of the other is in it.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        other.minus(self).is_empty()
    }

    /// Whether the value that the fact has is in it.
    pub(crate) fn has(&self, fact: &ColumnFact, scene: &Scene<'_>) -> bool {
        match self {
            Self::Texts { but, values } => values.contains(&*scene.text_of(fact)) != *but,
            Self::Numbers { range, missing, .. } => match scene.number_of(fact) {
                Some(number) => range.is_some_and(|(low, high)| (low..=high).contains(&number.as_micros())),
                None => *missing,
            },
            Self::Truths { yes, no } => {
                if scene.truth_of(fact) {
                    *yes
                } else {
                    *no
                }
            }
        }
    }

    /// The set in words, as a table writes it.
    pub(crate) fn in_words(&self, all: &Self) -> String {
        match self {
            Self::Texts { but: true, values } => Cell::NoneOf(values.iter().cloned().collect()).to_string(),
            Self::Texts { values, .. } => Cell::AnyOf(values.iter().cloned().collect()).to_string(),
            Self::Numbers { range: None, .. } => "missing".to_owned(),
            Self::Numbers { range: Some((low, high)), missing, whole } => {
                let Self::Numbers { range: Some(bounds), .. } = all else { return String::new() };
                numbers_in_words((*low, *high), *bounds, *whole) + if *missing { " or missing" } else { "" }
            }
            Self::Truths { yes, .. } => Cell::Is(*yes).to_string(),
        }
    }
}

/// Bounds as people write them: what is one step beside a round number is below or above it.
fn numbers_in_words((low, high): (i64, i64), all: (i64, i64), whole: bool) -> String {
    let round = |micros: i64| micros % 10 == 0 || whole;
    let number = |micros: i64| Some(Decimal::from_micros(micros));
    let mut range = Range::default();
    if low > all.0 || low == high {
        if round(low) || !round(low - 1) || low == high {
            range.at_least = number(low);
        } else {
            range.above = number(low - 1);
        }
    }
    if high < all.1 || low == high {
        if round(high) || !round(high + 1) || low == high {
            range.at_most = number(high);
        } else {
            range.below = number(high + 1);
        }
    }
    if range.is_empty() { "any number".to_owned() } else { range.to_string() }
}
