//! What a model says beside the label, from what people really did: how urgent the work is and how long it takes.
//!
//! A head is one more column of the linear model, so its sum is computed with those of the labels. The priority follows
//! from it by the proportional odds model (McCullagh 1980, "Regression Models for Ordinal Data"): a text's priority is at
//! most `k` with the probability `sigmoid(cut_k - score)`. The minutes are `exp(score + offset)`, where the offsets are
//! what models of other examples were off by: half of the work takes less than the middle one says, a tenth less than the
//! low and a tenth more than the high.

mod choose;
pub(crate) mod fit;

use domain::{Classification, Priority, classification::MinutesRange};
use serde::{Deserialize, Serialize};

/// Examples that must state a value before a model predicts it.
pub const FEWEST_STATEMENTS: usize = 50;
/// Fewer minutes than this count as this many, so that they have a logarithm that means something: three seconds.
pub const LEAST_MINUTES: f32 = 0.05;
/// Numbers between the priorities.
pub const CUTS: usize = Priority::ALL.len() - 1;

/// The heads of a model; each is there when enough examples state its value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Heads {
    /// The head for the priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<PriorityHead>,
    /// The head for the minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<MinutesHead>,
}

/// How a score becomes a priority.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PriorityHead {
    /// Examples that state a priority.
    pub examples: u64,
    /// What the learned weights were multiplied with, 0 to 1, because it helped on examples that they were not learned
    /// from; with 0 every text is answered alike.
    pub strength: f32,
    /// Between low and normal, normal and high, high and urgent.
    pub cuts: [f32; CUTS],
}

/// How a score becomes minutes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MinutesHead {
    /// Examples that state minutes.
    pub examples: u64,
    /// As [`PriorityHead::strength`].
    pub strength: f32,
    /// What is added to the score for the low end, the middle and the high end, in logarithms of minutes.
    pub offsets: [f32; 3],
    /// What half of those examples took, in minutes: the guess to beat.
    pub typical: f32,
}

/// Which heads there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HeadForm {
    /// One for the priority.
    pub priority: bool,
    /// One for the minutes.
    pub minutes: bool,
}

impl HeadForm {
    /// Columns that they add to those of the labels.
    #[must_use]
    pub const fn columns(self) -> usize {
        self.priority as usize + self.minutes as usize
    }
}

impl Heads {
    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.form().columns() == 0
    }

    /// Which there are.
    #[must_use]
    pub const fn form(&self) -> HeadForm {
        HeadForm { priority: self.priority.is_some(), minutes: self.minutes.is_some() }
    }
}

impl PriorityHead {
    /// The probability of each priority at a score, as the graph computes it.
    #[must_use]
    pub fn probabilities(&self, score: f32) -> [f32; Priority::ALL.len()] {
        let [low, normal, high] = self.cuts.map(|cut| sigmoid(cut - score));
        [low, normal - low, high - normal, 1.0 - high]
    }
}

impl MinutesHead {
    /// The low end, the middle and the high end at a score, as the graph computes them.
    #[must_use]
    pub fn minutes(&self, score: f32) -> [f32; 3] {
        self.offsets.map(|offset| (score + offset).exp())
    }
}

/// The logistic function.
pub(crate) fn sigmoid(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}

/// What the heads say of a text.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Said {
    pub(crate) priority: Option<Priority>,
    pub(crate) minutes: Option<f32>,
    pub(crate) range: Option<MinutesRange>,
}

impl Said {
    /// Puts the numbers of the graph into words: the median of the priority, the middle of the minutes and their ends.
    /// Where there is no number, nothing is said.
    pub(crate) fn of(priorities: Option<&[f32]>, minutes: Option<&[f32]>) -> Self {
        let ends = minutes.filter(|minutes| minutes.iter().all(|end| end.is_finite()) && minutes.is_sorted());
        let (minutes, range) = match ends {
            Some(&[low, middle, high]) => (Some(middle), Some(MinutesRange { low, high })),
            _ => (None, None),
        };
        Self { priority: priorities.and_then(median), minutes, range }
    }

    /// What an answer has of them already.
    pub(crate) const fn again(answer: &Classification) -> Self {
        Self { priority: answer.priority, minutes: answer.handling_minutes, range: answer.handling_range }
    }
}

/// The least urgent priority that is not exceeded in half of all cases.
fn median(probabilities: &[f32]) -> Option<Priority> {
    let mut at_most = 0.0;
    let reaches_half = |(_, probability): &(Priority, &f32)| {
        at_most += **probability;
        at_most >= 0.5
    };
    let is_sound = probabilities.iter().all(|probability| probability.is_finite());
    let mut ranked = Priority::ALL.into_iter().zip(probabilities);
    ranked.find(reaches_half).map(|(priority, _)| priority).filter(|_| is_sound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_least_priority_that_half_of_the_cases_do_not_exceed() {
        assert_eq!(median(&[0.5, 0.5, 0.0, 0.0]), Some(Priority::Low));
        assert_eq!(median(&[0.4, 0.05, 0.05, 0.5]), Some(Priority::High));
        assert_eq!(median(&[0.1, 0.1, 0.1, 0.7]), Some(Priority::Urgent));
        assert_eq!(median(&[0.9, f32::NAN, 0.1, 0.0]), None);
    }

    #[test]
    fn what_is_no_range_of_minutes_is_not_said() {
        let said = |ends: [f32; 3]| Said::of(None, Some(&ends));
        assert_eq!(said([1.0, 2.0, 4.0]).range, Some(MinutesRange { low: 1.0, high: 4.0 }));
        assert_eq!(said([1.0, 2.0, 4.0]).minutes, Some(2.0));
        assert_eq!(said([1.0, f32::NAN, 4.0]), Said::default());
        assert_eq!(said([1.0, 2.0, f32::INFINITY]), Said::default());
        assert_eq!(said([4.0, 2.0, 1.0]), Said::default());
    }
}
