//! What comes to each queue, and what replays make of it.

use domain::{
    Priority, TaskId, Timestamp,
    simulation::{Before, Compared, Estimate, HourLoad, QueueLoad, REPLAYS, Staffing},
};

use crate::{
    hours::{DAY, Period, Staff},
    places::Place,
    redraw::Redraw,
    side::{Queue, Side},
    tally::share,
};

/// Minutes of work that are assumed when those of no task at all are known.
pub(crate) const ASSUMED_MINUTES: f64 = 10.0;
/// Longest work on one task that the replay believes, in milliseconds: a day.
const MAX_WORK_MS: u64 = 24 * 60 * 60 * 1_000;
/// Milliseconds in a minute.
pub(crate) const MINUTE_MS: f64 = 60_000.0;
const HOUR_MINUTES: f64 = 60.0;

/// A task of the history.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Task {
    pub(crate) at: Timestamp,
    pub(crate) id: TaskId,
    /// Milliseconds that somebody held it; 0 when that is not known.
    pub(crate) worked_ms: u64,
    /// What deciding it cost.
    pub(crate) decision_micros: u64,
    pub(crate) then: Leg,
    pub(crate) now: Leg,
}

impl Task {
    /// Milliseconds of work on it: its own, or those that are assumed.
    pub(crate) fn work_ms(&self, handling_ms: u64) -> u64 {
        if self.worked_ms == 0 { handling_ms } else { self.worked_ms.min(MAX_WORK_MS) }
    }

    /// The same so many milliseconds later.
    pub(crate) fn later(&self, ms: i64) -> Self {
        Self {
            at: Timestamp::from_ms(self.at.as_ms().saturating_add(ms)),
            then: self.then.later(ms),
            now: self.now.later(ms),
            ..*self
        }
    }
}

/// Where a task goes, and how soon it is to be done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leg {
    pub(crate) place: Place,
    pub(crate) urgency: u8,
    /// The largest number when it is never late.
    pub(crate) due_ms: i64,
}

impl Leg {
    pub(crate) fn new(place: Place, priority: Priority, due_at: Option<Timestamp>) -> Self {
        let urgency = Priority::Urgent.rank() - priority.rank();
        Self { place, urgency, due_ms: due_at.map_or(i64::MAX, Timestamp::as_ms) }
    }

    const fn later(self, ms: i64) -> Self {
        let due_ms = if self.due_ms == i64::MAX { i64::MAX } else { self.due_ms.saturating_add(ms) };
        Self { due_ms, ..self }
    }
}

/// The load of every queue.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) queues: Vec<QueueLoad>,
    pub(crate) hours: Vec<HourLoad>,
    pub(crate) staffing: Staffing,
    /// Whether anybody was seen at work.
    pub(crate) staff_is_known: bool,
    /// Whether intervals come from days that were drawn anew, not from tasks.
    pub(crate) is_of_days: bool,
    /// The share of tasks that were late when somebody finished them.
    pub(crate) late: Compared,
    /// Tasks that waited at the end of the period.
    pub(crate) left: Before<u64>,
    /// Money for one thousand tasks, in millionths. Making a decision costs the same under both.
    pub(crate) cost_per_thousand: Before<Estimate>,
}

impl Load {
    /// Replays the tasks, which are sorted by their times, as it was and as it would be: those of the history, and then of
    /// others that might have come. `go_on` hears how many of these are done; nothing when it says no.
    pub(crate) fn new(
        tasks: &[Task],
        names: &[String],
        (staff, period): (&Staff, Period),
        person_minute_micros: u64,
        mut go_on: impl FnMut(u32) -> bool,
    ) -> Option<Self> {
        let (handling_ms, measured) = handling(tasks);
        let replay = |tasks: &[Task], staff: &Staff| {
            let side = |leg: fn(&Task) -> Leg| Side::new(tasks, leg, names.len(), handling_ms, (staff, period));
            Sides { both: Before { then: side(|task| task.then), now: side(|task| task.now) }, tasks: tasks.len() }
        };
        let mut redraw = Redraw::new(tasks, (staff, period));
        let seen = replay(tasks, staff);
        let mut drawn = Vec::new();
        for done in 0..REPLAYS {
            if !go_on(done) {
                return None;
            }
            let (tasks, moved) = redraw.draw();
            drawn.push(replay(&tasks, moved.as_ref().unwrap_or(staff)));
        }
        let replays = Replays { seen, drawn };
        let cost = |leg: fn(&Task) -> Leg| cost_per_thousand(tasks, leg, handling_ms, person_minute_micros);
        Some(Self {
            queues: names.iter().enumerate().map(|(queue, name)| queue_load(&replays, queue, name)).collect(),
            hours: names.iter().enumerate().map(|(queue, name)| hour_load(&replays, queue, name, period)).collect(),
            staffing: Staffing {
                agents: staff.by_hour(),
                handling_minutes: to_float(handling_ms) / MINUTE_MS,
                measured,
            },
            staff_is_known: staff.is_known(),
            is_of_days: redraw.is_of_days(),
            late: replays.compare_shares(|side, tasks| (side.late(), tasks)),
            left: replays.seen.both.as_ref().map(|side| side.left),
            cost_per_thousand: Before { then: cost(|task| task.then), now: cost(|task| task.now) },
        })
    }
}

/// Both policies on the same tasks.
#[derive(Debug)]
struct Sides {
    both: Before<Side>,
    tasks: usize,
}

impl Sides {
    /// A number of each policy, or nothing where it is not defined.
    fn of(&self, number: impl Fn(&Side, u64) -> Option<f64>) -> Before<Option<f64>> {
        self.both.as_ref().map(|side| number(side, self.tasks as u64))
    }
}

/// The history replayed, and others that might have come.
#[derive(Debug)]
struct Replays {
    seen: Sides,
    drawn: Vec<Sides>,
}

impl Replays {
    /// A number under both policies, counted of so many cases.
    fn compare(&self, number: impl Fn(&Side, u64) -> Option<f64>, of: impl Fn(&Side) -> u64) -> Compared {
        let seen = self.seen.of(&number).map(|seen| seen.unwrap_or(0.0));
        let drawn: Vec<_> = self.drawn.iter().map(|sides| sides.of(&number)).collect();
        let of = self.seen.both.as_ref().map(of);
        let change = |both: &Before<Option<f64>>| Some(both.now? - both.then?);
        Compared {
            then: spread(seen.then, drawn.iter().map(|both| both.then), of.then),
            now: spread(seen.now, drawn.iter().map(|both| both.now), of.now),
            change: spread(seen.now - seen.then, drawn.iter().map(change), of.then.min(of.now)),
        }
    }

    /// A share under both policies. Each interval is as wide as that of the counts alone, or wider: when none was late in any
    /// replay, none is known to be late, not that none ever is.
    fn compare_shares(&self, counts: impl Fn(&Side, u64) -> (u64, u64)) -> Compared {
        let of = |side: &Side| counts(side, self.seen.tasks as u64).1;
        let number = |side: &Side, tasks| {
            let (hits, of) = counts(side, tasks);
            (of > 0).then(|| to_float(hits) / to_float(of))
        };
        let compared = self.compare(number, of);
        let exact = self.seen.both.as_ref().map(|side| {
            let (hits, of) = counts(side, self.seen.tasks as u64);
            share(hits, of)
        });
        Compared { then: wider(compared.then, exact.then), now: wider(compared.now, exact.now), ..compared }
    }

    /// A number of one queue, counted of the tasks that people took from it.
    fn compare_queue(&self, queue: usize, number: impl Fn(&Queue) -> f64) -> Compared {
        let of = |side: &Side| side.queues[queue].served;
        self.compare(|side, _| Some(number(&side.queues[queue])), of)
    }
}

/// A number with the percentiles 2.5 and 97.5 of those that were drawn, which hold the number itself.
fn spread(value: f64, drawn: impl Iterator<Item = Option<f64>>, of: u64) -> Estimate {
    let mut drawn: Vec<f64> = drawn.flatten().collect();
    drawn.sort_unstable_by(f64::total_cmp);
    let outside = ((drawn.len() + 1) / 40).saturating_sub(1);
    let low = drawn.get(outside).map_or(value, |low| low.min(value));
    let high = drawn.iter().rev().nth(outside).map_or(value, |high| high.max(value));
    Estimate { value, low, high, of }
}

/// The number with the interval that holds those of both.
const fn wider(estimate: Estimate, other: Estimate) -> Estimate {
    Estimate { low: estimate.low.min(other.low), high: estimate.high.max(other.high), ..estimate }
}

fn queue_load(replays: &Replays, queue: usize, name: &str) -> QueueLoad {
    let compare = |number: fn(&Queue) -> f64| replays.compare_queue(queue, number);
    let tasks = replays.seen.tasks as u64;
    QueueLoad {
        queue: name.to_owned(),
        arrivals: replays.compare(|side, _| Some(to_float(side.queues[queue].arrivals)), |_| tasks),
        depth_most: compare(|queue| to_float(queue.depth_most)),
        wait_minutes: compare(|queue| queue.wait_minutes),
        wait_minutes_p95: compare(|queue| queue.wait_minutes_p95),
        agent_hours: compare(|queue| queue.work_minutes / HOUR_MINUTES),
        late: replays.compare_shares(|side, _| (side.queues[queue].late, side.queues[queue].served)),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "how often an hour occurs is a count")]
fn hour_load(replays: &Replays, queue: usize, name: &str, period: Period) -> HourLoad {
    let times = period.occurrences();
    let both = |number: fn(&Queue) -> &[f64; DAY]| {
        let hour = |hour: usize| {
            let of = times[hour] as u64;
            replays.compare(move |side, _| Some(number(&side.queues[queue])[hour]), move |_| of).both()
        };
        let hours: Vec<_> = (0..DAY).map(hour).collect();
        Before { then: hours.iter().map(|both| both.then).collect(), now: hours.iter().map(|both| both.now).collect() }
    };
    HourLoad { queue: name.to_owned(), arrivals: both(|queue| &queue.by_hour), depth: both(|queue| &queue.depth_ends) }
}

/// What a thousand tasks cost, decisions and people's minutes, with the interval of the mean by the normal distribution.
fn cost_per_thousand(tasks: &[Task], leg: fn(&Task) -> Leg, handling_ms: u64, person_minute_micros: u64) -> Estimate {
    /// Standard deviations of a normal distribution on both sides of its middle that hold 95 %.
    const DEVIATIONS: f64 = 1.959_964;
    let cost = |task: &Task| {
        let by_people = leg(task).place.by_people;
        let minutes = if by_people { to_float(task.work_ms(handling_ms)) / MINUTE_MS } else { 0.0 };
        1_000.0 * (to_float(task.decision_micros) + minutes * to_float(person_minute_micros))
    };
    let count = to_float(tasks.len().max(1) as u64);
    let value = tasks.iter().map(cost).fold(0.0, |sum, cost| sum + cost) / count;
    let squares = tasks.iter().map(|task| (cost(task) - value).powi(2)).fold(0.0, |sum, square| sum + square);
    let room = DEVIATIONS * (squares / (count - 1.0).max(1.0) / count).sqrt();
    Estimate { value, low: (value - room).max(0.0), high: value + room, of: tasks.len() as u64 }
}

/// The mean milliseconds of work on a task, and how many tasks they are known of.
fn handling(tasks: &[Task]) -> (u64, u64) {
    let known = tasks.iter().map(|task| task.worked_ms.min(MAX_WORK_MS)).filter(|&worked_ms| worked_ms > 0);
    let (sum, count) = known.fold((0, 0), |(sum, count), worked_ms| (sum + worked_ms, count + 1));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small whole number")]
    let assumed_ms = (ASSUMED_MINUTES * MINUTE_MS) as u64;
    (u64::checked_div(sum, count).map_or(assumed_ms, |mean_ms| mean_ms.max(1)), count)
}

#[expect(clippy::cast_precision_loss, reason = "counts, and milliseconds of the calendar, are far below 2^53")]
pub(crate) fn to_float(number: u64) -> f64 {
    number as f64
}
