//! Gives waiting tasks to everybody who is free, all at once.

use domain::{
    TaskId, Timestamp, UserId,
    assignment::{Score, Term},
};
use pathfinding::{kuhn_munkres::kuhn_munkres, matrix::Matrix};

use crate::{
    agent::Agent,
    limits::{MAX_SLOTS, Round, Slot},
    rules::Rules,
    weigh::{of_agent, of_task, rule_out, score},
    work::Work,
};

/// Parts of a score that the matching tells apart: whole numbers make it exact, and the same on every machine.
const UNIT: f64 = 1e9;
/// What a pair counts beyond its score. A further pair can make every other one worse by at most the whole of what speaks for
/// people, which is at most 1; so this is enough that no task waits while somebody could do it without displacing another.
const PAIR: i64 = 2 * 1_000_000_000 * MAX_SLOTS as i64;

/// A task and who gets it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The task.
    pub task: TaskId,
    /// Who gets it.
    pub agent: UserId,
    /// What spoke for that. Whoever gets several tasks holds the more pressing ones already when the next is weighed.
    pub score: Score,
}

/// Matches tasks with people, the most pressing task first in the list. Nobody gets more than their capacity leaves, nobody who
/// is ruled out gets anything, and each task and each person must stand in the lists once.
///
/// Among all ways to give out as many tasks as possible it takes one with the highest sum of scores; put as a cost, a pair
/// costs what its score lacks. Tasks that have waited too long come before all that have not, since no sum of other terms
/// outweighs them. Scores that differ by less than a millionth are equal: then the more pressing task and whoever has been
/// idle the longest go first. The order of both lists does not matter.
///
/// The matching is that of Kuhn (1955) and Munkres (1957) in the O(n²m) form with slack, n being the smaller number of tasks
/// and places and m the larger. A round takes at most [`crate::MAX_WORKS`] tasks and [`MAX_SLOTS`] places, chosen so that no pair is
/// lost up to that number. Before that each task is held against each person until one can do it, so the time
/// grows with tasks times people at most.
#[must_use]
pub fn assign(works: &[Work], agents: &[Agent], now: Timestamp, rules: &Rules) -> Vec<Pair> {
    let round = Round::new(works, agents, now, rules);
    if round.works.is_empty() || round.slots.is_empty() {
        return Vec::new();
    }
    let gains = Gains::new(&round, now, rules);
    let mut given: Vec<Vec<usize>> = vec![Vec::new(); round.agents.len()];
    for (work, agent) in gains.pairs(&round) {
        given[agent].push(work);
    }
    let mut pairs = Vec::new();
    for (agent, mut works) in round.agents.into_iter().zip(given) {
        works.sort_unstable();
        let mut agent = agent.clone();
        for place in works {
            let work = round.works[place];
            pairs.push((place, Pair { task: work.task, agent: agent.id, score: score(work, &agent, now, rules) }));
            agent.holding += 1;
        }
    }
    pairs.sort_unstable_by_key(|(place, _)| *place);
    pairs.into_iter().map(|(_, pair)| pair).collect()
}

/// What each pair of a task and a person is worth.
struct Gains {
    /// By task and person; nothing for somebody who is ruled out.
    of_pairs: Matrix<Option<i64>>,
    /// What each place costs its holder, by place.
    of_slots: Vec<i64>,
}

impl Gains {
    fn new(round: &Round<'_>, now: Timestamp, rules: &Rules) -> Self {
        let (works, agents) = (&round.works, &round.agents);
        let of_tasks: Vec<f64> = works.iter().map(|work| sum(&of_task(work, now, rules))).collect();
        let of_pairs = Matrix::from_fn(works.len(), agents.len(), |(work, agent)| {
            let (task, person) = (works[work], agents[agent]);
            // Who comes earlier in the lists wins by a billionth.
            let first = i64::try_from(works.len() - work + agents.len() - agent).unwrap_or(0);
            rule_out(task, person, now, rules)
                .is_none()
                .then(|| PAIR + first + to_units(of_tasks[work] + sum(&of_agent(task, person, rules))))
        });
        let weight = rules.weights.shares().free_capacity;
        let of_slot = |slot: &Slot| {
            let capacity = f64::from(agents[slot.agent].capacity.max(1));
            -to_units(weight * f64::from(slot.before) / capacity)
        };
        Self { of_pairs, of_slots: round.slots.iter().map(of_slot).collect() }
    }

    /// 0 for somebody who is ruled out, which is less than any true pair is worth.
    fn of(&self, slots: &[Slot], work: usize, slot: usize) -> i64 {
        self.of_pairs[(work, slots[slot].agent)].map_or(0, |gain| gain + self.of_slots[slot])
    }

    /// The best matching, as tasks and persons.
    fn pairs(&self, round: &Round<'_>) -> Vec<(usize, usize)> {
        let (works, slots) = (round.works.len(), &round.slots);
        // The library wants no more rows than columns, and matches every row.
        let found: Vec<(usize, usize)> = if works <= slots.len() {
            let matrix = Matrix::from_fn(works, slots.len(), |(work, slot)| self.of(slots, work, slot));
            kuhn_munkres(&matrix).1.into_iter().enumerate().collect()
        } else {
            let matrix = Matrix::from_fn(slots.len(), works, |(slot, work)| self.of(slots, work, slot));
            kuhn_munkres(&matrix).1.into_iter().enumerate().map(|(slot, work)| (work, slot)).collect()
        };
        let pair = |(work, slot): (usize, usize)| (work, slots[slot].agent);
        found.into_iter().map(pair).filter(|pair| self.of_pairs[*pair].is_some()).collect()
    }
}

fn sum(terms: &[Term]) -> f64 {
    terms.iter().map(|term| term.value * term.weight).sum()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "scores are at most ten million, which leaves room for sums of hundreds"
)]
fn to_units(score: f64) -> i64 {
    (score * UNIT).round() as i64
}
