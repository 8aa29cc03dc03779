//! What one policy brings to the queues, in numbers.

use crate::{
    hours::{DAY, Period, Staff, hour_of, hour_of_day},
    load::{Leg, MINUTE_MS, Task, to_float},
    replay::{Arrival, Replay, replay},
};

/// One of both policies, replayed.
#[derive(Debug)]
pub(crate) struct Side {
    pub(crate) queues: Vec<Queue>,
    /// Tasks that waited at the end of the period.
    pub(crate) left: u64,
}

/// What one policy brings to one queue.
#[derive(Debug, Clone, Default)]
pub(crate) struct Queue {
    pub(crate) arrivals: u64,
    /// Arrivals by the hour: the mean of a day.
    pub(crate) by_hour: [f64; DAY],
    pub(crate) depth_most: u64,
    /// Tasks that waited at the end of each hour: the mean of a day.
    pub(crate) depth_ends: [f64; DAY],
    /// Tasks that people took; what follows is about these.
    pub(crate) served: u64,
    pub(crate) wait_minutes: f64,
    pub(crate) wait_minutes_p95: f64,
    pub(crate) work_minutes: f64,
    pub(crate) late: u64,
}

impl Side {
    /// Replays tasks, which are sorted by their times, as one of both policies sends them.
    pub(crate) fn new(
        tasks: &[Task],
        leg: fn(&Task) -> Leg,
        count: usize,
        handling_ms: u64,
        (staff, period): (&Staff, Period),
    ) -> Self {
        let mut queues = vec![Queue::default(); count];
        let mut arrivals = Vec::with_capacity(tasks.len());
        for task in tasks {
            let Leg { place, urgency, due_ms } = leg(task);
            let Some(queue) = place.queue else { continue };
            let at_ms = task.at.as_ms();
            queues[queue].arrivals += 1;
            queues[queue].by_hour[hour_of_day(hour_of(at_ms))] += 1.0;
            if place.by_people {
                let work_ms = i64::try_from(task.work_ms(handling_ms)).expect("a day fits");
                arrivals.push(Arrival { at_ms, queue, urgency, due_ms, work_ms });
            }
        }
        let replay = replay(&arrivals, count, staff, period);
        let left = replay.left;
        fill(&mut queues, &arrivals, replay, period);
        Self { queues, left }
    }

    pub(crate) fn late(&self) -> u64 {
        self.queues.iter().map(|queue| queue.late).sum()
    }
}

/// Hands what came of the arrivals to their queues.
fn fill(queues: &mut [Queue], arrivals: &[Arrival], replay: Replay, period: Period) {
    let mut waits_ms: Vec<Vec<u64>> = vec![Vec::new(); queues.len()];
    for (arrival, begun_ms) in arrivals.iter().zip(replay.begun_ms) {
        let queue = &mut queues[arrival.queue];
        waits_ms[arrival.queue].push(begun_ms.saturating_sub(arrival.at_ms).unsigned_abs());
        queue.work_minutes += to_float(arrival.work_ms.unsigned_abs()) / MINUTE_MS;
        queue.late += u64::from(begun_ms + arrival.work_ms > arrival.due_ms);
    }
    let depths = replay.depth_most.into_iter().zip(replay.depth_ends);
    for ((queue, waits_ms), (most, ends)) in queues.iter_mut().zip(&mut waits_ms).zip(depths) {
        queue.by_hour = period.mean_of_day(&queue.by_hour);
        queue.depth_most = most;
        queue.depth_ends = period.mean_of_day(&ends);
        queue.served = waits_ms.len() as u64;
        queue.wait_minutes = mean_minutes(waits_ms);
        queue.wait_minutes_p95 = p95_minutes(waits_ms);
    }
}

fn mean_minutes(waits_ms: &[u64]) -> f64 {
    // The sum of no floats is -0.0.
    let sum = waits_ms.iter().fold(0.0, |sum, &wait_ms| sum + to_float(wait_ms));
    sum / to_float(waits_ms.len().max(1) as u64) / MINUTE_MS
}

/// The smallest wait that at least 95 of 100 tasks do not exceed.
fn p95_minutes(waits_ms: &mut [u64]) -> f64 {
    let rank = (waits_ms.len() * 95).div_ceil(100);
    rank.checked_sub(1).map_or(0.0, |place| to_float(*waits_ms.select_nth_unstable(place).1) / MINUTE_MS)
}
