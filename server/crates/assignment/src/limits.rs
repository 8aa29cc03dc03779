//! Keeps one round of the matching small, without leaving out what matters.
//!
//! Taking simply the most pressing tasks would be wrong: when they all need the one person who speaks Danish, nobody else
//! would get anything. So a round first takes tasks, the most pressing first, that can all be done at once by different free
//! places, and then fills up.

use std::collections::VecDeque;

use domain::{Timestamp, assignment::Term};

use crate::{
    agent::Agent,
    rules::Rules,
    weigh::{of_task, rule_out},
    work::Work,
};

/// Most tasks in one round of the matching.
pub const MAX_WORKS: usize = 500;
/// Most places in one round: people, each as often as they may get another task.
pub const MAX_SLOTS: usize = 200;

/// A place for one more task with somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot {
    /// How many tasks of this round come to the person before.
    pub(crate) before: u32,
    /// Whose, by the place in the round's list.
    pub(crate) agent: usize,
}

/// What the matching looks at.
#[derive(Debug)]
pub(crate) struct Round<'a> {
    /// The tasks that somebody could do, the most pressing first.
    pub(crate) works: Vec<&'a Work>,
    /// Who has a free place, the longest idle first.
    pub(crate) agents: Vec<&'a Agent>,
    /// Their places, everybody's first before anybody's second.
    pub(crate) slots: Vec<Slot>,
}

impl<'a> Round<'a> {
    /// Of all that there is.
    pub(crate) fn new(works: &'a [Work], agents: &'a [Agent], now: Timestamp, rules: &Rules) -> Self {
        let able = |work: &Work, agent: &Agent| rule_out(work, agent, now, rules).is_none();
        let mut works: Vec<(f64, &Work)> = works
            .iter()
            .filter(|work| agents.iter().any(|agent| able(work, agent)))
            .map(|work| (pressing(work, now, rules), work))
            .collect();
        works.sort_by(|(left_score, left), (right_score, right)| {
            right_score.total_cmp(left_score).then_with(|| left.before(right))
        });
        let mut works: Vec<&Work> = works.into_iter().map(|(_, work)| work).collect();
        let mut agents: Vec<&Agent> = agents.iter().filter(|agent| agent.takes_work()).collect();
        agents.sort_by(|left, right| left.by_idleness(right));

        // Nobody can get more tasks than there are.
        let room = |agent: &Agent| usize::try_from(agent.free()).unwrap_or(usize::MAX).min(works.len());
        let rooms: Vec<usize> = agents.iter().map(|agent| room(agent)).collect();
        let is_small = works.len() <= MAX_WORKS && rooms.iter().sum::<usize>() <= MAX_SLOTS;
        let mut reserved = vec![0; agents.len()];
        if !is_small {
            let mut basis = Basis::new(&rooms);
            for (place, work) in works.iter().enumerate() {
                if basis.holders.len() == MAX_SLOTS {
                    break;
                }
                basis.add(place, |agent| able(work, agents[agent]));
            }
            reserved = basis.held.iter().map(Vec::len).collect();
            works = basis.fill_up(&works);
        }
        let slots = slots(&rooms, &reserved);
        Self { works, agents, slots }
    }
}

/// What speaks for a task, whoever does it.
fn pressing(work: &Work, now: Timestamp, rules: &Rules) -> f64 {
    let value = |term: &Term| term.value * term.weight;
    of_task(work, now, rules).iter().map(value).sum()
}

/// At most [`MAX_SLOTS`] places: those that are reserved, and then everybody's first before anybody's second.
fn slots(rooms: &[usize], reserved: &[usize]) -> Vec<Slot> {
    let slot = |before: usize, agent| Slot { before: u32::try_from(before).unwrap_or(u32::MAX), agent };
    let mut slots: Vec<Slot> = reserved
        .iter()
        .enumerate()
        .flat_map(|(agent, count)| (0..*count).map(move |before| slot(before, agent)))
        .collect();
    for before in 0..MAX_SLOTS {
        let further = |agent: &usize| (reserved[*agent]..rooms[*agent]).contains(&before);
        let left = MAX_SLOTS - slots.len();
        slots.extend((0..rooms.len()).filter(further).take(left).map(|agent| slot(before, agent)));
    }
    slots.sort_unstable();
    slots
}

/// Tasks that can all be done at once. A task joins when that stays true, if need be by moving others along a path to somebody
/// who has room; so the tasks are the most pressing that go together, as in every matroid (Edmonds and Fulkerson, 1965,
/// "Transversals and matroid partition"). Who does which is for the matching to say.
#[derive(Debug)]
struct Basis<'a> {
    rooms: &'a [usize],
    /// The tasks of each person, as places in `members`.
    held: Vec<Vec<usize>>,
    /// The tasks that joined, by their places in the list.
    members: Vec<usize>,
    /// Who could do each member.
    able: Vec<Vec<usize>>,
    /// Who has each member.
    holders: Vec<usize>,
    /// People who can never have room again: a search that ended without room has seen all that can be moved.
    full: Vec<bool>,
}

impl<'a> Basis<'a> {
    fn new(rooms: &'a [usize]) -> Self {
        let held = vec![Vec::new(); rooms.len()];
        let full = rooms.iter().map(|room| *room == 0).collect();
        Self { rooms, held, members: Vec::new(), able: Vec::new(), holders: Vec::new(), full }
    }

    /// Lets a task join when it can. A search goes over everybody at most once, and whom it meets in vain no later one meets:
    /// all of them together take at most people times ([`MAX_SLOTS`] + tasks) steps.
    fn add(&mut self, place: usize, able: impl Fn(usize) -> bool) {
        let new = self.members.len();
        let mut able: Vec<usize> = (0..self.rooms.len()).filter(|agent| !self.full[*agent] && able(*agent)).collect();
        // Whoever has the fewest is asked first, so that the places are spread over everybody.
        able.sort_by_key(|agent| self.held[*agent].len());
        let mut reached_by: Vec<Option<usize>> = vec![None; self.rooms.len()];
        let mut waiting = VecDeque::new();
        let mut reach = |agent: usize, member: usize, waiting: &mut VecDeque<usize>| {
            if reached_by[agent].is_none() {
                reached_by[agent] = Some(member);
                waiting.push_back(agent);
            }
        };
        able.iter().for_each(|agent| reach(*agent, new, &mut waiting));
        let mut found = None;
        while let Some(agent) = waiting.pop_front() {
            if self.held[agent].len() < self.rooms[agent] {
                found = Some(agent);
                break;
            }
            for member in &self.held[agent] {
                self.able[*member].iter().for_each(|next| reach(*next, *member, &mut waiting));
            }
        }
        let Some(end) = found else {
            self.full.iter_mut().zip(&reached_by).for_each(|(full, reached)| *full |= reached.is_some());
            return;
        };
        self.members.push(place);
        self.able.push(able);
        self.holders.push(end);
        self.shift(end, new, &reached_by);
    }

    /// Moves every member on the path one person further, from the room at its end back to the new member.
    fn shift(&mut self, end: usize, new: usize, reached_by: &[Option<usize>]) {
        let mut agent = end;
        while let Some(member) = reached_by[agent] {
            self.held[agent].push(member);
            let before = std::mem::replace(&mut self.holders[member], agent);
            if member == new {
                break;
            }
            self.held[before].retain(|held| *held != member);
            agent = before;
        }
    }

    /// These tasks and the most pressing others, in the order of the list.
    fn fill_up<'w>(&self, works: &[&'w Work]) -> Vec<&'w Work> {
        let mut taken = vec![false; works.len()];
        self.members.iter().for_each(|place| taken[*place] = true);
        let mut left = MAX_WORKS - self.members.len();
        for is_taken in &mut taken {
            if !*is_taken && left > 0 {
                *is_taken = true;
                left -= 1;
            }
        }
        works.iter().zip(taken).filter_map(|(work, is_taken)| is_taken.then_some(*work)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Basis;

    /// Whether all these tasks can be done at once: no group of them has fewer places than tasks (Hall, 1935).
    fn go_together(tasks: &[usize], able: &[Vec<bool>], rooms: &[usize]) -> bool {
        (1_usize..1 << tasks.len()).all(|group| {
            let group: Vec<usize> =
                (0..tasks.len()).filter(|bit| group >> bit & 1 == 1).map(|bit| tasks[bit]).collect();
            let can = |agent: &usize| group.iter().any(|task| able[*task][*agent]);
            (0..rooms.len()).filter(can).map(|agent| rooms[agent]).sum::<usize>() >= group.len()
        })
    }

    proptest! {
        #[test]
        fn a_basis_has_every_task_that_goes_together_with_the_more_pressing_ones(
            rooms in prop::collection::vec(0_usize..3, 4),
            able in prop::collection::vec(prop::collection::vec(prop::bool::weighted(0.4), 4), 0..9),
        ) {
            let mut basis = Basis::new(&rooms);
            let mut expected = Vec::new();
            for place in 0..able.len() {
                basis.add(place, |agent| able[place][agent]);
                expected.push(place);
                if !go_together(&expected, &able, &rooms) {
                    expected.pop();
                }
                prop_assert_eq!(&basis.members, &expected);
            }
            for (agent, held) in basis.held.iter().enumerate() {
                prop_assert!(held.len() <= rooms[agent]);
                for member in held {
                    prop_assert_eq!(basis.holders[*member], agent);
                    prop_assert!(able[basis.members[*member]][agent]);
                }
            }
            prop_assert_eq!(basis.held.iter().map(Vec::len).sum::<usize>(), expected.len());
        }
    }
}
