//! What comes to each queue, and what the replay makes of it.

use domain::{
    Priority, TaskId, Timestamp,
    simulation::{Before, Estimate, HourLoad, QueueLoad, Staffing},
};

use crate::{
    hours::{DAY, Period, Staff, hour_of, hour_of_day},
    places::Place,
    replay::{Arrival, Replay, replay},
    tally::share,
};

/// Minutes of work that are assumed when those of no task at all are known.
pub(crate) const ASSUMED_MINUTES: f64 = 10.0;
/// Longest work on one task that the replay believes, in milliseconds: a day.
const MAX_WORK_MS: u64 = 24 * 60 * 60 * 1_000;
const MINUTE_MS: f64 = 60_000.0;
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

/// Where a task goes, and how soon it is to be done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leg {
    place: Place,
    urgency: u8,
    due_ms: i64,
}

impl Leg {
    pub(crate) fn new(place: Place, priority: Priority, due_at: Option<Timestamp>) -> Self {
        let urgency = Priority::Urgent.rank() - priority.rank();
        Self { place, urgency, due_ms: due_at.map_or(i64::MAX, Timestamp::as_ms) }
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
    /// Tasks that were late when somebody finished them.
    pub(crate) late: Before<u64>,
    /// Tasks that waited at the end of the period.
    pub(crate) left: Before<u64>,
    /// Money for one thousand tasks, in millionths. Making a decision costs the same under both.
    pub(crate) cost_per_thousand: Before<Estimate>,
}

impl Load {
    /// Replays the tasks, which are sorted by their times, once as it was and once as it would be.
    pub(crate) fn new(
        tasks: &[Task],
        queues: &[String],
        (staff, period): (&Staff, Period),
        person_minute_micros: u64,
    ) -> Self {
        let (handling_ms, measured) = handling(tasks);
        let side = |leg: fn(&Task) -> Leg| Side::new(tasks, leg, queues.len(), handling_ms, (staff, period));
        let cost = |leg: fn(&Task) -> Leg| cost_per_thousand(tasks, leg, handling_ms, person_minute_micros);
        let (then, now) = (&side(|task| task.then), &side(|task| task.now));
        let both = |of: fn(&Side) -> u64| Before { then: of(then), now: of(now) };
        let numbered = || queues.iter().zip(then.queues.iter().zip(&now.queues));
        Self {
            queues: numbered().map(|(name, (then, now))| queue_load(name, then, now)).collect(),
            hours: numbered().map(|(name, (then, now))| hour_load(name, then, now, period)).collect(),
            staffing: Staffing {
                agents: staff.by_hour(),
                handling_minutes: to_float(handling_ms) / MINUTE_MS,
                measured,
            },
            staff_is_known: staff.is_known(),
            late: both(|side| side.queues.iter().map(|queue| queue.late).sum()),
            left: both(|side| side.left),
            cost_per_thousand: Before { then: cost(|task| task.then), now: cost(|task| task.now) },
        }
    }
}

/// What a thousand tasks cost, decisions and people's minutes, with the interval of the mean by the normal distribution.
fn cost_per_thousand(tasks: &[Task], leg: fn(&Task) -> Leg, handling_ms: u64, person_minute_micros: u64) -> Estimate {
    /// Standard deviations of a normal distribution on both sides of its middle that hold 95 %.
    const DEVIATIONS: f64 = 1.959_964;
    let cost = |task: &Task| {
        let place = leg(task).place;
        let minutes = if place.by_people { to_float(work_ms(task, handling_ms)) / MINUTE_MS } else { 0.0 };
        1_000.0 * (to_float(task.decision_micros) + minutes * to_float(person_minute_micros))
    };
    let count = to_float(tasks.len().max(1) as u64);
    let value = tasks.iter().map(cost).fold(0.0, |sum, cost| sum + cost) / count;
    let squares = tasks.iter().map(|task| (cost(task) - value).powi(2)).fold(0.0, |sum, square| sum + square);
    let room = DEVIATIONS * (squares / (count - 1.0).max(1.0) / count).sqrt();
    Estimate { value, low: (value - room).max(0.0), high: value + room, of: tasks.len() as u64 }
}

/// Milliseconds of work on a task: its own, or those that are assumed.
fn work_ms(task: &Task, handling_ms: u64) -> u64 {
    if task.worked_ms == 0 { handling_ms } else { task.worked_ms.min(MAX_WORK_MS) }
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
fn to_float(number: u64) -> f64 {
    number as f64
}

/// One of both policies.
#[derive(Debug)]
struct Side {
    queues: Vec<Queue>,
    left: u64,
}

/// What one policy brings to one queue.
#[derive(Debug, Default)]
struct Queue {
    arrivals: u64,
    by_hour: [f64; DAY],
    depth_most: u64,
    depth_ends: [f64; DAY],
    /// How long each task of people waited.
    waits_ms: Vec<u64>,
    work_ms: u64,
    late: u64,
}

impl Side {
    fn new(
        tasks: &[Task],
        leg: fn(&Task) -> Leg,
        count: usize,
        handling_ms: u64,
        (staff, period): (&Staff, Period),
    ) -> Self {
        let mut queues: Vec<Queue> = (0..count).map(|_| Queue::default()).collect();
        let mut arrivals = Vec::new();
        for task in tasks {
            let Leg { place, urgency, due_ms } = leg(task);
            let Some(queue) = place.queue else { continue };
            let at_ms = task.at.as_ms();
            queues[queue].arrivals += 1;
            queues[queue].by_hour[hour_of_day(hour_of(at_ms))] += 1.0;
            if place.by_people {
                let work_ms = i64::try_from(work_ms(task, handling_ms)).expect("a day fits");
                arrivals.push(Arrival { at_ms, queue, urgency, due_ms, work_ms });
            }
        }
        let replay = replay(&arrivals, count, staff, period);
        let left = replay.left;
        fill(&mut queues, &arrivals, replay);
        Self { queues, left }
    }
}

/// Hands what came of the arrivals to their queues.
fn fill(queues: &mut [Queue], arrivals: &[Arrival], replay: Replay) {
    for (arrival, begun_ms) in arrivals.iter().zip(replay.begun_ms) {
        let queue = &mut queues[arrival.queue];
        queue.waits_ms.push(begun_ms.saturating_sub(arrival.at_ms).unsigned_abs());
        queue.work_ms += arrival.work_ms.unsigned_abs();
        queue.late += u64::from(begun_ms + arrival.work_ms > arrival.due_ms);
    }
    let depths = replay.depth_most.into_iter().zip(replay.depth_ends);
    for (queue, (most, ends)) in queues.iter_mut().zip(depths) {
        queue.waits_ms.sort_unstable();
        queue.depth_most = most;
        queue.depth_ends = ends;
    }
}

impl Queue {
    fn mean_wait_minutes(&self) -> f64 {
        let count = to_float(self.waits_ms.len().max(1) as u64);
        // The sum of no floats is -0.0.
        self.waits_ms.iter().fold(0.0, |sum, &wait_ms| sum + to_float(wait_ms)) / count / MINUTE_MS
    }

    /// The smallest wait that at least 95 of 100 tasks do not exceed.
    fn p95_wait_minutes(&self) -> f64 {
        let rank = (self.waits_ms.len() * 95).div_ceil(100);
        rank.checked_sub(1).map_or(0.0, |place| to_float(self.waits_ms[place]) / MINUTE_MS)
    }
}

fn queue_load(name: &str, then: &Queue, now: &Queue) -> QueueLoad {
    let both = Before { then, now };
    QueueLoad {
        queue: name.to_owned(),
        arrivals: both.map(|queue| queue.arrivals),
        depth_most: both.map(|queue| queue.depth_most),
        wait_minutes: both.map(Queue::mean_wait_minutes),
        wait_minutes_p95: both.map(Queue::p95_wait_minutes),
        agent_hours: both.map(|queue| to_float(queue.work_ms) / MINUTE_MS / HOUR_MINUTES),
        late: both.map(|queue| share(queue.late, queue.waits_ms.len() as u64)),
    }
}

fn hour_load(name: &str, then: &Queue, now: &Queue, period: Period) -> HourLoad {
    HourLoad {
        queue: name.to_owned(),
        then: period.mean_of_day(&then.by_hour),
        now: period.mean_of_day(&now.by_hour),
        depth_then: period.mean_of_day(&then.depth_ends),
        depth_now: period.mean_of_day(&now.depth_ends),
    }
}
