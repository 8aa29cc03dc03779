//! How much speaks for giving one task to one person, or what speaks against it.

use domain::{
    AgentState, Timestamp,
    assignment::{RuledOut, STARVING_WEIGHT, Score, Term, TermKind},
};

use crate::{
    agent::Agent,
    rules::Rules,
    work::{Work, to_minutes},
};

/// Times of the starving bound up to which an older task goes before a younger one. Beyond that their age is equal, which
/// keeps the sums of the matching exact.
const MOST_STARVED: f64 = 1_000.0;
/// What every level counts that a person has and the task does not need: experts are kept for what only they can do.
const SPARE_LEVEL: f64 = 0.05;
/// How well any skills fit a task that needs none: better than a person who cannot do a task, worse than one who was hired
/// for it.
const NOTHING_NEEDED: f64 = 0.5;

/// What speaks for giving the task to the person now.
///
/// # Errors
/// With what rules the person out: that which lasts longest, when there are several.
pub fn weigh(work: &Work, agent: &Agent, now: Timestamp, rules: &Rules) -> Result<Score, RuledOut> {
    match rule_out(work, agent, now, rules) {
        Some(reason) => Err(reason),
        None => Ok(score(work, agent, now, rules)),
    }
}

/// What keeps the person from the task, the most lasting first.
pub(crate) fn rule_out(work: &Work, agent: &Agent, now: Timestamp, rules: &Rules) -> Option<RuledOut> {
    if work.conflicts.contains(&agent.id) {
        return Some(RuledOut::ConflictOfInterest);
    }
    if work.declined_by.contains(&agent.id) {
        return Some(RuledOut::Declined);
    }
    let waited_minutes = work.waited_minutes(now);
    for need in &work.needs {
        let needed = rules.relaxing.needed(&need.skill, need.level, waited_minutes);
        let own = agent.skills.level(&need.skill);
        if own < needed {
            return Some(RuledOut::MissingSkill { skill: need.skill.clone(), needed, own });
        }
    }
    if agent.state != AgentState::Available {
        return Some(RuledOut::NotAvailable { state: agent.state });
    }
    let at_capacity = RuledOut::AtCapacity { holding: agent.holding, capacity: agent.capacity };
    (agent.free() == 0).then_some(at_capacity)
}

/// The score of a person whom nothing rules out.
pub(crate) fn score(work: &Work, agent: &Agent, now: Timestamp, rules: &Rules) -> Score {
    let of_task = of_task(work, now, rules);
    Score::new(of_task.into_iter().chain(of_agent(work, agent, rules)).collect())
}

/// What speaks for the task, whoever gets it.
pub(crate) fn of_task(work: &Work, now: Timestamp, rules: &Rules) -> [Term; 4] {
    let weights = rules.weights.shares();
    let term = |kind, value, weight| Term { kind, value, weight };
    let minutes = work.minutes().map_or(0.5, |minutes| half_at(rules.usual_minutes, minutes));
    [
        term(TermKind::SlaRisk, sla_risk(work, now, rules), weights.sla_risk),
        term(TermKind::Priority, f64::from(work.priority.rank()) / 3.0, weights.priority),
        age(work.waited_minutes(now), rules, weights.age),
        term(TermKind::Minutes, minutes, weights.minutes),
    ]
}

/// What speaks for the person.
pub(crate) fn of_agent(work: &Work, agent: &Agent, rules: &Rules) -> [Term; 3] {
    let weights = rules.weights.shares();
    let term = |kind, value, weight| Term { kind, value, weight };
    let success = agent.success.share(work.label.as_deref(), rules.prior);
    let free = f64::from(agent.free()) / f64::from(agent.capacity.max(1));
    [
        term(TermKind::SkillFit, skill_fit(work, agent), weights.skill_fit),
        term(TermKind::Success, success, weights.success),
        term(TermKind::FreeCapacity, free, weights.free_capacity),
    ]
}

/// 1 for 0 minutes, one half for as many as are given, and ever less for more. Unlike a straight line it never ends, so that
/// it tells even far tasks apart.
fn half_at(half_minutes: u32, minutes: f64) -> f64 {
    let half_minutes = f64::from(half_minutes.max(1));
    half_minutes / (half_minutes + minutes)
}

fn sla_risk(work: &Work, now: Timestamp, rules: &Rules) -> f64 {
    let Some(due_at) = work.due_at else { return 0.0 };
    if due_at < now {
        return rules.late_risk.clamp(0.0, 1.0);
    }
    let slack_minutes = to_minutes(due_at.since_ms(now)) - work.minutes().unwrap_or(0.0);
    half_at(rules.risk_minutes, slack_minutes.max(0.0))
}

/// Rises in a line up to the bound. Beyond it the weight is more than everything else together, and rises on.
fn age(waited_minutes: f64, rules: &Rules, weight: f64) -> Term {
    let times = waited_minutes / f64::from(rules.starving_minutes.max(1));
    if times >= 1.0 {
        return Term { kind: TermKind::Age, value: 1.0, weight: STARVING_WEIGHT * times.min(MOST_STARVED) };
    }
    Term { kind: TermKind::Age, value: times, weight }
}

/// How far the person covers what the task asked for at first, less what the person could do besides.
fn skill_fit(work: &Work, agent: &Agent) -> f64 {
    let covered = |own: u8, needed: u8| f64::from(own.min(needed)) / f64::from(needed.max(1));
    let (mut met, mut used) = (0.0, 0);
    for need in &work.needs {
        let own = agent.skills.level(&need.skill);
        met += covered(own, need.level);
        used += u32::from(own.min(need.level));
    }
    let met = match u32::try_from(work.needs.len()) {
        Ok(0) => NOTHING_NEEDED,
        count => met / f64::from(count.unwrap_or(u32::MAX)),
    };
    let spare = agent.skills.sum().saturating_sub(used);
    met / (1.0 + SPARE_LEVEL * f64::from(spare))
}
