//! Who gets which task: what agents can do, what a task needs, and why somebody got it or did not.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    error::{ValidationCode, ValidationError},
    id::{TaskId, UserId},
    task::Priority,
    text,
    time::Timestamp,
};

/// Most skills of one person, and most that one task needs.
pub const MAX_SKILLS: usize = 50;
/// The highest level of a skill; the lowest is 1.
pub const MAX_LEVEL: u8 = 5;
/// Most candidates that are kept with an assignment; the others are counted.
pub const MAX_CANDIDATES: usize = 20;
/// What the age of a task weighs once it has waited as long as any task should; it grows with the wait. All other weights
/// together are 1 and one round has at most 200 pairs, so that no sum of anything else outweighs it.
pub const STARVING_WEIGHT: f64 = 10_000.0;

/// Whether a person takes work now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    /// Takes work.
    Available,
    /// At work on something else.
    Busy,
    /// On a break.
    Break,
    /// Not at the desk.
    Away,
    /// Not signed in.
    #[default]
    Offline,
}

impl AgentState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Available, Self::Busy, Self::Break, Self::Away, Self::Offline];

    /// The state as stores and programs write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Busy => "busy",
            Self::Break => "break",
            Self::Away => "away",
            Self::Offline => "offline",
        }
    }

    /// The state as it stands in a sentence.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Break => "on a break",
            other => other.as_str(),
        }
    }
}

impl FromStr for AgentState {
    type Err = ValidationError;

    fn from_str(text: &str) -> Result<Self, ValidationError> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or_else(|| {
            ValidationError::new("state", ValidationCode::Unknown, "must be available, busy, break, away or offline")
        })
    }
}

/// What a person can do: levels from 1 to 5 by the names of skills.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(try_from = "BTreeMap<String, u8>")]
pub struct Skills(BTreeMap<String, u8>);

impl Skills {
    /// Checks names and levels.
    ///
    /// # Errors
    /// When there are too many, one has no proper name, or a level is not from 1 to 5.
    pub fn new(levels: BTreeMap<String, u8>) -> Result<Self, ValidationError> {
        check_count(levels.len())?;
        levels.iter().try_for_each(|(name, level)| check_skill(name, *level))?;
        Ok(Self(levels))
    }

    /// The level of a skill; 0 when the person does not have it.
    #[must_use]
    pub fn level(&self, skill: &str) -> u8 {
        self.0.get(skill).copied().unwrap_or(0)
    }

    /// Every skill with its level, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u8)> {
        self.0.iter().map(|(name, level)| (name.as_str(), *level))
    }

    /// All levels added up.
    #[must_use]
    pub fn sum(&self) -> u32 {
        self.0.values().copied().map(u32::from).sum()
    }
}

impl TryFrom<BTreeMap<String, u8>> for Skills {
    type Error = ValidationError;

    fn try_from(levels: BTreeMap<String, u8>) -> Result<Self, ValidationError> {
        Self::new(levels)
    }
}

fn check_count(count: usize) -> Result<(), ValidationError> {
    let refused = || ValidationError::new("skills", ValidationCode::TooLong, format!("may be at most {MAX_SKILLS}"));
    if count > MAX_SKILLS { Err(refused()) } else { Ok(()) }
}

fn check_skill(name: &str, level: u8) -> Result<(), ValidationError> {
    text::check_name("skills", name)?;
    if (1..=MAX_LEVEL).contains(&level) {
        return Ok(());
    }
    let message = format!("must have a level from 1 to {MAX_LEVEL}, and `{name}` has {level}");
    Err(ValidationError::new("skills", ValidationCode::Malformed, message))
}

/// A skill that a task needs. Its text form is `german:3`, or `german` for level 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SkillNeed {
    /// Its name.
    pub skill: String,
    /// The lowest level that will do, 1 to 5.
    pub level: u8,
}

impl SkillNeed {
    /// Checks what a task needs.
    ///
    /// # Errors
    /// When there are too many, one has no proper name or level, or a skill stands there twice.
    pub fn check_all(needs: &[Self]) -> Result<(), ValidationError> {
        check_count(needs.len())?;
        needs.iter().try_for_each(|need| check_skill(&need.skill, need.level))?;
        let twice = |(place, need): (usize, &Self)| needs[..place].iter().any(|other| other.skill == need.skill);
        match needs.iter().enumerate().find(|found| twice(*found)) {
            Some((_, need)) => {
                let message = format!("may name a skill only once, and `{}` stands there twice", need.skill);
                Err(ValidationError::new("skills", ValidationCode::Taken, message))
            }
            None => Ok(()),
        }
    }
}

impl fmt::Display for SkillNeed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            1 => formatter.write_str(&self.skill),
            level => write!(formatter, "{}:{level}", self.skill),
        }
    }
}

impl FromStr for SkillNeed {
    type Err = ValidationError;

    fn from_str(text: &str) -> Result<Self, ValidationError> {
        let (skill, level) = text.split_once(':').unwrap_or((text, "1"));
        // A level that is no number is as wrong as 0, and gets the same sentence.
        let level = level.parse().unwrap_or(0);
        check_skill(skill, level)?;
        Ok(Self { skill: skill.to_owned(), level })
    }
}

/// What speaks for giving a task to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TermKind {
    /// The task may miss its due time.
    SlaRisk,
    /// The task is urgent.
    Priority,
    /// The task has waited.
    Age,
    /// The person's skills cover it, with few to spare.
    SkillFit,
    /// It is soon done.
    Minutes,
    /// The person's work on such tasks seldom has to be corrected.
    Success,
    /// The person holds little else.
    FreeCapacity,
}

/// One part of a score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Term {
    /// What it is about.
    pub kind: TermKind,
    /// How much speaks for it, 0 to 1.
    pub value: f64,
    /// What it counts: all weights of a score add up to 1, unless the task has waited too long.
    pub weight: f64,
}

impl Term {
    /// One sentence that says what was seen, and what it counted.
    #[must_use]
    pub fn words(&self) -> String {
        if self.kind == TermKind::Age && self.weight >= STARVING_WEIGHT {
            let times = self.weight / STARVING_WEIGHT;
            return format!(
                "It had waited {times:.1} times as long as any task should, and so went before all others that had not."
            );
        }
        let (points, of) = (100.0 * self.value * self.weight, 100.0 * self.weight);
        format!("{}: {points:.0} of {of:.0} points.", self.seen())
    }

    fn seen(&self) -> String {
        let percent = 100.0 * self.value;
        let band =
            |high, middle, low| if self.value >= 0.67 { high } else { [low, middle][usize::from(self.value >= 0.33)] };
        match self.kind {
            TermKind::SlaRisk if self.value <= 0.0 => "It had no due time to miss".to_owned(),
            TermKind::SlaRisk => format!("The risk of missing its due time was {}", band("high", "middling", "low")),
            TermKind::Priority => format!("Its priority was {}", self.priority().as_str()),
            TermKind::Age => format!("It had waited {percent:.0} % of the time that any task should"),
            TermKind::SkillFit => format!("The skills fitted it {}", band("well", "in part", "little")),
            TermKind::Minutes => format!("It was expected to take {}", band("little time", "some time", "long")),
            TermKind::Success => format!("{percent:.0} % of such work was expected to need no correction"),
            TermKind::FreeCapacity => format!("{percent:.0} % of the capacity was free"),
        }
    }

    /// The priority whose rank the value is a share of.
    fn priority(&self) -> Priority {
        let distance = |priority: &Priority| (f64::from(priority.rank()) / 3.0 - self.value).abs();
        Priority::ALL.into_iter().min_by(|left, right| distance(left).total_cmp(&distance(right))).unwrap_or_default()
    }
}

/// How much speaks for giving a task to somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AssignmentScore))]
pub struct Score {
    /// What it is made of.
    pub terms: Vec<Term>,
    /// Values times weights, added up: 0 to 1, or above [`STARVING_WEIGHT`] for a task that has waited too long.
    pub total: f64,
}

impl Score {
    /// Adds the terms up.
    #[must_use]
    pub fn new(terms: Vec<Term>) -> Self {
        let total = terms.iter().fold(0.0, |sum, term| sum + term.value * term.weight);
        Self { terms, total }
    }
}

/// Why somebody cannot get a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum RuledOut {
    /// Has to do with the matter in person.
    ConflictOfInterest,
    /// Handed it back before.
    Declined,
    /// Cannot do it.
    MissingSkill {
        /// What is missing.
        skill: String,
        /// The level that is needed now, after what waiting has taken off.
        needed: u8,
        /// The person's own level; 0 without the skill.
        own: u8,
    },
    /// Does not take work now.
    NotAvailable {
        /// What the person does instead.
        state: AgentState,
    },
    /// Holds as many tasks as the person may.
    AtCapacity {
        /// Tasks that the person holds.
        holding: u32,
        /// Tasks that the person may hold.
        capacity: u32,
    },
}

impl RuledOut {
    /// One sentence that says it, with the person as its subject left out.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::ConflictOfInterest => "Had a conflict of interest.".to_owned(),
            Self::Declined => "Had handed it back before.".to_owned(),
            Self::MissingSkill { skill, needed, own: 0 } => {
                format!("Did not have the skill `{skill}`, which was needed at level {needed}.")
            }
            Self::MissingSkill { skill, needed, own } => {
                format!("Had the skill `{skill}` at level {own}, and level {needed} was needed.")
            }
            Self::NotAvailable { state } => format!("Was {}.", state.words()),
            Self::AtCapacity { holding, capacity } => format!("Held {holding} tasks and may hold {capacity}."),
        }
    }
}

/// What was found of one candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AssignmentVerdict))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Could have got it, and so much spoke for it.
    Score(Score),
    /// Could not have got it.
    RuledOut(RuledOut),
}

impl Verdict {
    /// One sentence for each term, or one for what ruled the candidate out.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        match self {
            Self::Score(score) => score.terms.iter().map(Term::words).collect(),
            Self::RuledOut(reason) => vec![reason.words()],
        }
    }
}

/// Somebody who might have got a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AssignmentCandidate))]
pub struct Candidate {
    /// Who.
    pub agent: UserId,
    /// The name at that time.
    pub name: String,
    /// What was found.
    pub verdict: Verdict,
}

/// How a task came to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AssignmentWay {
    /// The person asked for the next task.
    Next,
    /// Switchyard gave it out.
    Push,
    /// The person chose it from a list that Switchyard had put in order.
    Guided,
}

impl AssignmentWay {
    /// The way as stores and programs write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Push => "push",
            Self::Guided => "guided",
        }
    }

    /// The way as it stands after a person's name.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Next => "asked for the next task",
            Self::Push => "was given the task",
            Self::Guided => "chose the task",
        }
    }
}

/// Who got a task and why, kept as it was found at that time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AssignmentRecord {
    /// The task.
    pub task: TaskId,
    /// Who got it.
    pub agent: UserId,
    /// When.
    pub at: Timestamp,
    /// How.
    pub way: AssignmentWay,
    /// The best candidates, at most [`MAX_CANDIDATES`]; who got it is always among them if that was one.
    pub candidates: Vec<Candidate>,
    /// How many more candidates there were.
    pub others: u32,
}

impl AssignmentRecord {
    /// Keeps the best candidates of a list that has the best first, and whoever got the task.
    #[must_use]
    pub fn new(
        task: TaskId,
        (agent, way): (UserId, AssignmentWay),
        at: Timestamp,
        mut candidates: Vec<Candidate>,
    ) -> Self {
        let chosen = candidates.iter().position(|candidate| candidate.agent == agent);
        if let Some(place) = chosen.filter(|place| *place >= MAX_CANDIDATES) {
            candidates.swap(MAX_CANDIDATES - 1, place);
        }
        let others = candidates.len().saturating_sub(MAX_CANDIDATES);
        candidates.truncate(MAX_CANDIDATES);
        Self { task, agent, at, way, candidates, others: u32::try_from(others).unwrap_or(u32::MAX) }
    }

    /// One sentence that says who got it and how many others might have.
    #[must_use]
    pub fn words(&self) -> String {
        let of_agent = |candidate: &&Candidate| candidate.agent == self.agent;
        let name = self.candidates.iter().find(of_agent).map_or("Somebody", |candidate| candidate.name.as_str());
        let other = |candidate: &&Candidate| candidate.agent != self.agent;
        let able = |candidate: &&Candidate| matches!(candidate.verdict, Verdict::Score(_));
        let (others, able) = self
            .candidates
            .iter()
            .filter(other)
            .fold((0, 0), |(others, scored), candidate| (others + 1, scored + u32::from(able(&candidate))));
        let more = match self.others {
            0 => String::new(),
            more => format!(", and {more} more were looked at"),
        };
        format!("{name} {}; {able} of {others} others could have got it{more}.", self.way.words())
    }
}

#[cfg(test)]
mod tests;
