//! What counts how much, and what waiting changes.

use std::collections::BTreeSet;

use domain::{ValidationCode, ValidationError, assignment::MAX_LEVEL};
use serde::{Deserialize, Serialize};

use crate::agent::Finished;

/// Longest time in the rules, in minutes: a year.
const MAX_MINUTES: u32 = 60 * 24 * 365;

/// How tasks and people are weighed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// What each term counts.
    pub weights: Weights,
    /// Minutes between the expected end of the work and its due time at which the risk of missing it counts one half.
    pub risk_minutes: u32,
    /// The risk that counts once the due time has passed, 0 to 1. It is below 1 because a service level that is lost cannot
    /// be saved, and putting lost ones before those that can be saved loses more of them.
    pub late_risk: f64,
    /// Minutes of work that count one half; less work counts more.
    pub usual_minutes: u32,
    /// Minutes after which a task has waited too long and goes before all that have not, the oldest first.
    pub starving_minutes: u32,
    /// How waiting lowers what is needed.
    pub relaxing: Relaxing,
    /// What is assumed of somebody of whom nothing is known.
    pub prior: Prior,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            weights: Weights::default(),
            risk_minutes: 30,
            late_risk: 0.8,
            usual_minutes: 15,
            starving_minutes: 240,
            relaxing: Relaxing::default(),
            prior: Prior::default(),
        }
    }
}

impl Rules {
    /// Checks every number against its limits.
    ///
    /// # Errors
    /// With the first field that is refused.
    pub fn check(&self) -> Result<(), ValidationError> {
        self.weights.check()?;
        check_minutes("risk_minutes", self.risk_minutes)?;
        check_share("late_risk", self.late_risk)?;
        check_minutes("usual_minutes", self.usual_minutes)?;
        check_minutes("starving_minutes", self.starving_minutes)?;
        self.relaxing.check()?;
        check_share("prior.mean", self.prior.mean)?;
        if self.prior.strength.is_finite() && self.prior.strength > 0.0 {
            return Ok(());
        }
        Err(malformed("prior.strength", "must be above 0"))
    }
}

/// What each term counts, against the sum of all.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Weights {
    /// The risk that the task misses its due time.
    pub sla_risk: f64,
    /// How urgent the task is.
    pub priority: f64,
    /// How long the task has waited.
    pub age: f64,
    /// How well the skills fit.
    pub skill_fit: f64,
    /// How soon the work is done.
    pub minutes: f64,
    /// How often the person's work on such tasks held.
    pub success: f64,
    /// How little the person holds.
    pub free_capacity: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            sla_risk: 30.0,
            priority: 20.0,
            age: 15.0,
            skill_fit: 10.0,
            minutes: 10.0,
            success: 10.0,
            free_capacity: 5.0,
        }
    }
}

impl Weights {
    const fn all(&self) -> [(&'static str, f64); 7] {
        [
            ("weights.sla_risk", self.sla_risk),
            ("weights.priority", self.priority),
            ("weights.age", self.age),
            ("weights.skill_fit", self.skill_fit),
            ("weights.minutes", self.minutes),
            ("weights.success", self.success),
            ("weights.free_capacity", self.free_capacity),
        ]
    }

    fn check(&self) -> Result<(), ValidationError> {
        let refused = |(_, weight): &(&str, f64)| !(0.0..=1e6).contains(weight);
        if let Some((field, _)) = self.all().into_iter().find(refused) {
            return Err(malformed(field, "must be from 0 to a million"));
        }
        if self.sum() > 0.0 { Ok(()) } else { Err(malformed("weights", "must not all be 0")) }
    }

    fn sum(&self) -> f64 {
        self.all().iter().fold(0.0, |sum, (_, weight)| sum + weight)
    }

    /// The same weights so that they add up to 1; all 0 when they were never checked and are no weights.
    pub(crate) fn shares(&self) -> Self {
        let sum = self.sum();
        let share = |weight: f64| if self.check().is_ok() { weight / sum } else { 0.0 };
        Self {
            sla_risk: share(self.sla_risk),
            priority: share(self.priority),
            age: share(self.age),
            skill_fit: share(self.skill_fit),
            minutes: share(self.minutes),
            success: share(self.success),
            free_capacity: share(self.free_capacity),
        }
    }
}

/// How waiting lowers the levels of skills that a task needs, so that it is done late by somebody who can almost do it and not
/// never by nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Relaxing {
    /// Minutes of waiting after which every needed level falls by one more, never below 1; rising. None never lowers them.
    pub steps_minutes: Vec<u32>,
    /// Minutes of waiting after which no skill is needed any more; nothing when skills always are.
    pub waive_minutes: Option<u32>,
    /// Skills whose levels never fall, for example those that the law asks for.
    pub never: BTreeSet<String>,
}

impl Default for Relaxing {
    fn default() -> Self {
        Self { steps_minutes: vec![60, 90, 120, 150], waive_minutes: Some(180), never: BTreeSet::new() }
    }
}

impl Relaxing {
    /// Skills stay as they are asked for, however long a task waits.
    #[must_use]
    pub const fn none() -> Self {
        Self { steps_minutes: Vec::new(), waive_minutes: None, never: BTreeSet::new() }
    }

    /// The level that is needed after so many minutes; 0 when the skill is not needed any more.
    pub(crate) fn needed(&self, skill: &str, level: u8, waited_minutes: f64) -> u8 {
        if self.never.contains(skill) {
            return level;
        }
        if self.waive_minutes.is_some_and(|minutes| waited_minutes >= f64::from(minutes)) {
            return 0;
        }
        let steps = self.steps_minutes.iter().filter(|minutes| waited_minutes >= f64::from(**minutes)).count();
        let steps = u8::try_from(steps).unwrap_or(u8::MAX);
        level.saturating_sub(steps).max(level.min(1))
    }

    fn check(&self) -> Result<(), ValidationError> {
        if self.steps_minutes.len() >= usize::from(MAX_LEVEL) {
            return Err(malformed("relaxing.steps_minutes", "may be at most 4, which take the highest level to 1"));
        }
        self.steps_minutes.iter().try_for_each(|minutes| check_minutes("relaxing.steps_minutes", *minutes))?;
        if !self.steps_minutes.is_sorted_by(|earlier, later| earlier < later) {
            return Err(malformed("relaxing.steps_minutes", "must rise"));
        }
        let Some(waive_minutes) = self.waive_minutes else { return Ok(()) };
        check_minutes("relaxing.waive_minutes", waive_minutes)?;
        if self.steps_minutes.last().is_some_and(|last| *last >= waive_minutes) {
            return Err(malformed("relaxing.waive_minutes", "must come after the last step"));
        }
        Ok(())
    }
}

/// A beta distribution of the share of tasks that hold, by its mean and by how many tasks it counts like.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prior {
    /// The share that is expected before anything is counted, 0 to 1.
    pub mean: f64,
    /// The number of tasks after which what was counted says as much as this.
    pub strength: f64,
}

impl Default for Prior {
    fn default() -> Self {
        Self { mean: 0.9, strength: 20.0 }
    }
}

impl Prior {
    /// The same with the mean of a whole team, from all that its people finished.
    #[must_use]
    pub fn of_team(self, finished: impl IntoIterator<Item = Finished>) -> Self {
        let add =
            |sum: (f64, f64), one: Finished| (sum.0 + f64::from(one.held.min(one.all)), sum.1 + f64::from(one.all));
        let (held, all) = finished.into_iter().fold((0.0, 0.0), add);
        Self { mean: self.mean_of(held, all), ..self }
    }

    /// The mean after so many tasks held: (held + mean * strength) / (all + strength), that of the beta distribution with
    /// mean * strength + held and (1 - mean) * strength + all - held.
    pub(crate) fn mean_after(self, finished: Finished) -> f64 {
        self.mean_of(f64::from(finished.held.min(finished.all)), f64::from(finished.all))
    }

    fn mean_of(self, held: f64, all: f64) -> f64 {
        // Rules that were never checked must not turn a score into no number at all.
        let strength = if self.strength.is_finite() { self.strength.max(f64::MIN_POSITIVE) } else { 1.0 };
        let mean = if self.mean.is_finite() { self.mean.clamp(0.0, 1.0) } else { 0.5 };
        (held + mean * strength) / (all + strength)
    }
}

fn malformed(field: &str, message: &str) -> ValidationError {
    ValidationError::new(field, ValidationCode::Malformed, message)
}

fn check_minutes(field: &str, minutes: u32) -> Result<(), ValidationError> {
    if (1..=MAX_MINUTES).contains(&minutes) {
        return Ok(());
    }
    Err(malformed(field, "must be from 1 minute to a year"))
}

fn check_share(field: &str, share: f64) -> Result<(), ValidationError> {
    if (0.0..=1.0).contains(&share) { Ok(()) } else { Err(malformed(field, "must be from 0 to 1")) }
}
