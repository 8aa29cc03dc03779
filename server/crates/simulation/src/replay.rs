//! A discrete-event simulation of people who take tasks from queues.
//!
//! Tasks arrive at their times. Whoever is free takes the first of all that wait, in the order of the product: the most
//! urgent, of these the one that is due first, of these the oldest. People change at the full hour. Work that is begun is
//! finished: when fewer people work than tasks are held, no task is begun until enough are done.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::hours::{DAY, HOUR_MS, Period, Staff, hour_of, hour_of_day};

/// A task that comes to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arrival {
    pub(crate) at_ms: i64,
    /// The queue by number.
    pub(crate) queue: usize,
    /// 0 for urgent to 3 for low.
    pub(crate) urgency: u8,
    /// The largest number when it is never late.
    pub(crate) due_ms: i64,
    /// How long the work on it takes; at least one.
    pub(crate) work_ms: i64,
}

/// What came of the arrivals.
#[derive(Debug, PartialEq)]
pub(crate) struct Replay {
    /// When the work on each began, in the order of the arrivals.
    pub(crate) begun_ms: Vec<i64>,
    /// Most tasks that waited at once, by queue.
    pub(crate) depth_most: Vec<u64>,
    /// Tasks that waited at the end of an hour, summed over the hours of the period, by queue and hour of the day.
    pub(crate) depth_ends: Vec<[f64; DAY]>,
    /// Tasks that waited at the end of the period.
    pub(crate) left: u64,
}

/// Replays arrivals, which are sorted by their times, the older first.
pub(crate) fn replay(arrivals: &[Arrival], queues: usize, staff: &Staff, period: Period) -> Replay {
    let mut floor = Floor {
        arrivals,
        staff,
        waiting: BinaryHeap::new(),
        held: BinaryHeap::new(),
        depth: vec![0; queues],
        replay: Replay {
            begun_ms: vec![i64::MIN; arrivals.len()],
            depth_most: vec![0; queues],
            depth_ends: vec![[0.0; DAY]; queues],
            left: 0,
        },
    };
    let mut next = 0;
    let mut now_ms = i64::MIN;
    while let Some(then_ms) = floor.next_event(now_ms, arrivals.get(next)) {
        now_ms = then_ms;
        if now_ms.rem_euclid(HOUR_MS) == 0 {
            floor.end_hour(hour_of(now_ms) - 1, period);
        }
        let first = next;
        while arrivals.get(next).is_some_and(|arrival| arrival.at_ms == now_ms) {
            floor.arrive(next);
            next += 1;
        }
        floor.take(now_ms);
        floor.see_depth(&arrivals[first..next]);
    }
    floor.replay
}

/// Tasks that wait and tasks that are held at one moment.
struct Floor<'a> {
    arrivals: &'a [Arrival],
    staff: &'a Staff,
    /// By urgency, due time and place in the arrivals.
    waiting: BinaryHeap<Reverse<(u8, i64, usize)>>,
    /// When the work on each that is held ends.
    held: BinaryHeap<Reverse<i64>>,
    depth: Vec<u64>,
    replay: Replay,
}

impl Floor<'_> {
    /// When something can change: a task arrives, or, as long as tasks wait, one is finished or the hour ends.
    fn next_event(&self, now_ms: i64, arrival: Option<&Arrival>) -> Option<i64> {
        let arrives_ms = arrival.map(|arrival| arrival.at_ms);
        if self.waiting.is_empty() {
            return arrives_ms;
        }
        let ends_ms = self.held.peek().map(|Reverse(ends_ms)| *ends_ms);
        let hour_ends_ms = (hour_of(now_ms) + 1) * HOUR_MS;
        [arrives_ms, ends_ms, Some(hour_ends_ms)].into_iter().flatten().min()
    }

    fn arrive(&mut self, task: usize) {
        let arrival = &self.arrivals[task];
        self.waiting.push(Reverse((arrival.urgency, arrival.due_ms, task)));
        self.depth[arrival.queue] += 1;
    }

    /// Lets whoever is free take what waits.
    fn take(&mut self, now_ms: i64) {
        while self.held.peek().is_some_and(|Reverse(ends_ms)| *ends_ms <= now_ms) {
            self.held.pop();
        }
        let people = self.staff.at(hour_of(now_ms));
        while self.held.len() < people
            && let Some(Reverse((_, _, task))) = self.waiting.pop()
        {
            let arrival = &self.arrivals[task];
            self.replay.begun_ms[task] = now_ms;
            self.depth[arrival.queue] -= 1;
            self.held.push(Reverse(now_ms + arrival.work_ms.max(1)));
        }
    }

    /// Only a queue that something came to can be deeper than before.
    fn see_depth(&mut self, arrived: &[Arrival]) {
        for arrival in arrived {
            let most = &mut self.replay.depth_most[arrival.queue];
            *most = (*most).max(self.depth[arrival.queue]);
        }
    }

    /// Counts what waits at the end of an hour. Hours that end while nothing waits are never events, and would add nothing.
    #[expect(clippy::cast_precision_loss, reason = "a depth is at most the number of arrivals")]
    fn end_hour(&mut self, hour: i64, period: Period) {
        if !period.contains(hour) {
            return;
        }
        for (sums, depth) in self.replay.depth_ends.iter_mut().zip(&self.depth) {
            sums[hour_of_day(hour)] += *depth as f64;
        }
        if hour == period.last {
            self.replay.left = self.depth.iter().sum();
        }
    }
}
