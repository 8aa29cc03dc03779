//! Tasks that come in and people who do them, event by event: a discrete-event simulation, the same in every run.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

use super::*;

/// Milliseconds in a minute, as a number with a fraction.
const MINUTE: f64 = 60_000.0;

/// One kind of task that comes in.
#[derive(Debug, Clone)]
pub(super) struct Kind {
    /// How many of it come, against the other kinds.
    pub(super) share: f64,
    pub(super) label: &'static str,
    pub(super) needs: &'static [&'static str],
    /// Mean minutes of work.
    pub(super) minutes: f64,
    pub(super) priority: Priority,
    pub(super) sla_minutes: i64,
}

/// What is simulated.
#[derive(Debug, Clone)]
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) agents: Vec<Agent>,
    pub(super) kinds: Vec<Kind>,
    /// How many tasks come.
    pub(super) tasks: usize,
    /// Mean minutes between two tasks.
    pub(super) gap_minutes: f64,
    /// How many come at once.
    pub(super) burst: usize,
}

/// How tasks find people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// The oldest task that somebody who is free can do, to whoever of them is idle the longest.
    FirstCome,
    /// Whoever is free asks for the next task.
    Next,
    /// All that wait are given to all who are free.
    Push,
}

/// A task and what became of it; times in milliseconds since the first moment.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) work: Work,
    pub(super) came: i64,
    /// How long the work on it takes.
    pub(super) takes: i64,
    /// When somebody got it.
    pub(super) given: i64,
    pub(super) ended: i64,
    pub(super) agent: usize,
}

/// What one way made of a scenario.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    pub(super) cases: Vec<Case>,
}

impl Outcome {
    pub(super) fn mean_minutes(&self) -> f64 {
        let sum: i64 = self.cases.iter().map(|case| case.ended - case.came).sum();
        sum as f64 / MINUTE / self.cases.len() as f64
    }

    /// The share of tasks that were done after their due time.
    pub(super) fn missed(&self) -> f64 {
        let late = |case: &&Case| case.work.due_at.is_some_and(|due_at| at(case.ended) > due_at);
        self.cases.iter().filter(late).count() as f64 / self.cases.len() as f64
    }

    /// How long each of so many people worked.
    pub(super) fn worked_minutes(&self, people: usize) -> Vec<f64> {
        let of = |agent| self.cases.iter().filter(move |case| case.agent == agent).map(|case| case.takes);
        (0..people).map(|agent| of(agent).sum::<i64>() as f64 / MINUTE).collect()
    }

    /// The longest time until somebody got a task.
    pub(super) fn longest_minutes(&self) -> f64 {
        self.cases.iter().map(|case| case.given - case.came).max().unwrap_or(0) as f64 / MINUTE
    }
}

pub(super) fn at(ms: i64) -> Timestamp {
    Timestamp::from_ms(NOON_MS).plus_ms(ms)
}

/// A number from 0 (never reached) to 1.
fn share(rng: &mut ChaCha8Rng) -> f64 {
    (f64::from(rng.next_u32()) + 1.0) / (f64::from(u32::MAX) + 1.0)
}

/// Exponential with the mean 1.
fn exponential(rng: &mut ChaCha8Rng) -> f64 {
    -share(rng).ln()
}

/// Log-normal with the mean 1: work is never done in no time, and sometimes takes thrice as long as usual. The normal
/// number under it is a sum of twelve even ones.
fn spread(rng: &mut ChaCha8Rng) -> f64 {
    const DEVIATION: f64 = 0.5;
    let normal = (0..12).map(|_| share(rng)).sum::<f64>() - 6.0;
    (DEVIATION * normal - DEVIATION * DEVIATION / 2.0).exp()
}

/// The tasks of a scenario: the same for every way.
pub(super) fn arrivals(scenario: &Scenario, seed: u64) -> Vec<Case> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let shares: f64 = scenario.kinds.iter().map(|kind| kind.share).sum();
    let mut clock = 0.0;
    let case = |number: usize| {
        if number.is_multiple_of(scenario.burst) {
            clock += exponential(&mut rng) * scenario.gap_minutes * scenario.burst as f64 * MINUTE;
        }
        let mut left = share(&mut rng) * shares;
        let kind = scenario.kinds.iter().find(|kind| {
            left -= kind.share;
            left <= 0.0
        });
        let kind = kind.unwrap_or(&scenario.kinds[0]);
        let came = clock as i64;
        let waiting = Work {
            priority: kind.priority,
            due_at: Some(at(came).plus_minutes(kind.sla_minutes)),
            waiting_since: at(came),
            label: Some(kind.label.to_owned()),
            needs: needs(kind.needs),
            predicted_minutes: Some(kind.minutes as f32),
            ..work(number as u64)
        };
        let takes = (kind.minutes * spread(&mut rng) * MINUTE).max(1.0) as i64;
        Case { work: waiting, came, takes, given: 0, ended: 0, agent: 0 }
    };
    (0..scenario.tasks).map(case).collect()
}

/// The simulation between two events.
struct Floor<'a> {
    cases: Vec<Case>,
    agents: Vec<Agent>,
    /// Tasks that nobody has, by place, the oldest first.
    waiting: Vec<usize>,
    /// Tasks of each agent in the order in which they came, and when the first is done.
    desks: Vec<(Vec<usize>, i64)>,
    rules: &'a Rules,
    clock: i64,
}

/// Runs a scenario to its last task.
pub(super) fn run(scenario: &Scenario, way: Way, seed: u64, rules: &Rules) -> Outcome {
    let cases = arrivals(scenario, seed);
    let desks = vec![(Vec::new(), i64::MAX); scenario.agents.len()];
    let agents = scenario.agents.clone();
    let mut floor = Floor { cases, agents, waiting: Vec::new(), desks, rules, clock: 0 };
    let mut coming = 0;
    loop {
        let next = floor.cases.get(coming).map_or(i64::MAX, |case| case.came);
        let (desk, done) = floor.next_end();
        if next == i64::MAX && done == i64::MAX {
            break;
        }
        floor.clock = next.min(done);
        if next <= done {
            floor.waiting.push(coming);
            coming += 1;
            // Whatever comes in the same moment is looked at together.
            if floor.cases.get(coming).is_some_and(|case| case.came == next) {
                continue;
            }
        } else {
            floor.end(desk);
        }
        floor.give_out(way);
    }
    assert!(floor.waiting.is_empty(), "{}: {} tasks were left", scenario.name, floor.waiting.len());
    Outcome { cases: floor.cases }
}

impl Floor<'_> {
    fn next_end(&self) -> (usize, i64) {
        let ends = self.desks.iter().map(|(_, end)| *end).enumerate();
        ends.min_by_key(|(_, end)| *end).unwrap()
    }

    fn end(&mut self, desk: usize) {
        let (held, end) = &mut self.desks[desk];
        let case = held.remove(0);
        self.cases[case].ended = self.clock;
        *end = held.first().map_or(i64::MAX, |next| self.clock + self.cases[*next].takes);
        self.agents[desk].holding -= 1;
        self.agents[desk].idle_since = Some(at(self.clock));
    }

    fn give(&mut self, case: usize, agent: usize) {
        self.waiting.retain(|waiting| *waiting != case);
        self.cases[case].given = self.clock;
        self.cases[case].agent = agent;
        let (held, end) = &mut self.desks[agent];
        held.push(case);
        if held.len() == 1 {
            *end = self.clock + self.cases[case].takes;
        }
        self.agents[agent].holding += 1;
        self.agents[agent].idle_since = Some(at(self.clock));
        assert!(self.agents[agent].holding <= self.agents[agent].capacity);
    }

    fn give_out(&mut self, way: Way) {
        match way {
            Way::FirstCome => while self.give_first() {},
            Way::Next => while self.ask_for_next() {},
            Way::Push => self.push(),
        }
    }

    /// Agents with room, the emptiest and then the longest idle first.
    fn free(&self) -> Vec<usize> {
        let mut free: Vec<usize> =
            (0..self.agents.len()).filter(|agent| self.agents[*agent].holding < self.agents[*agent].capacity).collect();
        free.sort_by_key(|agent| (self.agents[*agent].holding, self.agents[*agent].idle_since, *agent));
        free
    }

    fn give_first(&mut self) -> bool {
        let free = self.free();
        let able = |case: usize| {
            let can = |agent: &&usize| weigh(&self.cases[case].work, &self.agents[**agent], at(self.clock), self.rules);
            free.iter().find(|agent| can(agent).is_ok()).map(|agent| (case, *agent))
        };
        let found = self.waiting.iter().find_map(|case| able(*case));
        found.inspect(|(case, agent)| self.give(*case, *agent)).is_some()
    }

    fn ask_for_next(&mut self) -> bool {
        let works: Vec<Work> = self.waiting.iter().map(|case| self.cases[*case].work.clone()).collect();
        let ask = |agent: usize| {
            let (place, _) = best_for(&self.agents[agent], &works, at(self.clock), self.rules)?;
            Some((self.waiting[place], agent))
        };
        let found = self.free().into_iter().find_map(ask);
        found.inspect(|(case, agent)| self.give(*case, *agent)).is_some()
    }

    fn push(&mut self) {
        let works: Vec<Work> = self.waiting.iter().map(|case| self.cases[*case].work.clone()).collect();
        for pair in assign(&works, &self.agents, at(self.clock), self.rules) {
            let case = self.waiting.iter().copied().find(|case| self.cases[*case].work.task == pair.task).unwrap();
            let agent = self.agents.iter().position(|agent| agent.id == pair.agent).unwrap();
            self.give(case, agent);
        }
    }
}
