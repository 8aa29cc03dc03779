mod flow;
mod matching;
mod properties;
mod simulation;
mod weighing;

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    AgentState, Priority, SkillNeed, Skills, TaskId, Timestamp, UserId,
    assignment::{RuledOut, STARVING_WEIGHT, Score, TermKind, Verdict},
};

use crate::{
    Agent, Finished, MAX_SLOTS, MAX_WORKS, Pair, Prior, Relaxing, Rules, Success, Weights, Work, assign, best_for,
    candidates, weigh,
};

/// Milliseconds of the moment in which most tests decide.
const NOON_MS: i64 = 1_780_000_000_000;

/// So many minutes after noon.
fn minute(minutes: i64) -> Timestamp {
    Timestamp::from_ms(NOON_MS).plus_minutes(minutes)
}

fn user(number: u64) -> UserId {
    UserId::from_parts(number, 0)
}

fn task(number: u64) -> TaskId {
    TaskId::from_parts(number, 0)
}

fn skills(levels: &[(&str, u8)]) -> Skills {
    Skills::new(levels.iter().map(|(name, level)| ((*name).to_owned(), *level)).collect()).unwrap()
}

fn needs(texts: &[&str]) -> Vec<SkillNeed> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// Somebody with no skills who is free for one task.
fn agent(number: u64) -> Agent {
    Agent {
        id: user(number),
        name: format!("Agent {number}"),
        state: AgentState::Available,
        skills: Skills::default(),
        capacity: 1,
        holding: 0,
        idle_since: None,
        success: Success::default(),
    }
}

/// A normal task that has just come and needs nothing.
fn work(number: u64) -> Work {
    Work {
        task: task(number),
        priority: Priority::Normal,
        due_at: None,
        waiting_since: minute(0),
        label: None,
        needs: Vec::new(),
        predicted_minutes: None,
        declined_by: BTreeSet::new(),
        conflicts: BTreeSet::new(),
    }
}

fn success(counts: &[(&str, u32, u32)]) -> Success {
    let finished = |(label, held, all): &(&str, u32, u32)| ((*label).to_owned(), Finished { held: *held, all: *all });
    Success::new(counts.iter().map(finished).collect::<BTreeMap<_, _>>())
}

fn value(score: &Score, kind: TermKind) -> f64 {
    score.terms.iter().find(|term| term.kind == kind).unwrap().value
}

/// Who gets what, by number of creation.
fn given(pairs: &[Pair]) -> Vec<(TaskId, UserId)> {
    pairs.iter().map(|pair| (pair.task, pair.agent)).collect()
}
