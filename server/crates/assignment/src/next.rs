//! The best task for one person, and the best people for one task.

use domain::{
    Timestamp,
    assignment::{Candidate, RuledOut, Score, Verdict},
};

use crate::{agent::Agent, rules::Rules, weigh::weigh, work::Work};

/// The task that a person who asks for the next one should get, by its place in the list. Between equal scores the more urgent
/// goes first, then the one that is due earlier, then the older. Linear in the number of tasks.
#[must_use]
pub fn best_for(agent: &Agent, works: &[Work], now: Timestamp, rules: &Rules) -> Option<(usize, Score)> {
    let scored =
        works.iter().enumerate().filter_map(|(place, work)| Some((place, weigh(work, agent, now, rules).ok()?)));
    scored.min_by(|(left_place, left), (right_place, right)| {
        right.total.total_cmp(&left.total).then_with(|| works[*left_place].before(&works[*right_place]))
    })
}

/// Everybody with a score or with what rules them out: the best first, between equal ones whoever has been idle the longest,
/// and those who are ruled out last, the most lasting reasons at the very end.
#[must_use]
pub fn candidates(work: &Work, agents: &[Agent], now: Timestamp, rules: &Rules) -> Vec<Candidate> {
    let mut found: Vec<(&Agent, Verdict)> = agents
        .iter()
        .map(|agent| (agent, weigh(work, agent, now, rules).map_or_else(Verdict::RuledOut, Verdict::Score)))
        .collect();
    found.sort_by(|(left, left_verdict), (right, right_verdict)| {
        let (left_place, right_place) = (place(left_verdict), place(right_verdict));
        left_place.0.cmp(&right_place.0).then(right_place.1.total_cmp(&left_place.1)).then(left.by_idleness(right))
    });
    let candidate =
        |(agent, verdict): (&Agent, Verdict)| Candidate { agent: agent.id, name: agent.name.clone(), verdict };
    found.into_iter().map(candidate).collect()
}

/// Where a candidate stands: what rules out, lasting reasons later, and the score.
const fn place(verdict: &Verdict) -> (u8, f64) {
    match verdict {
        Verdict::Score(score) => (0, score.total),
        Verdict::RuledOut(reason) => {
            let lasting = match reason {
                RuledOut::AtCapacity { .. } => 1,
                RuledOut::NotAvailable { .. } => 2,
                RuledOut::MissingSkill { .. } => 3,
                RuledOut::Declined => 4,
                RuledOut::ConflictOfInterest => 5,
            };
            (lasting, 0.0)
        }
    }
}
