//! Other histories that might as well have come: how far their numbers lie apart is how little one history says.
//!
//! Waiting tasks depend on each other within a day, and people on the hour. So whole days are drawn, with their tasks and
//! their people: the bootstrap of blocks (Carlstein, 1986; Künsch, 1989). Where there are too few days for that, the tasks
//! themselves are drawn, each as often as a number of Poisson's with the mean 1 says, at its own time.

use std::ops::Range;

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

use crate::{
    hours::{HOUR_MS, Period, Staff, hour_of},
    load::Task,
};

/// Fewer days than so many are not drawn.
const FEWEST_DAYS: usize = 7;
const DAY_HOURS: i64 = 24;
/// The same history gives the same numbers.
const SEED: u64 = 1;

/// A history that can be drawn anew.
#[derive(Debug)]
pub(crate) struct Redraw<'a> {
    tasks: &'a [Task],
    staff: &'a Staff,
    period: Period,
    /// The tasks of each whole day, counted from the first hour of the period; none when they are too few.
    days: Vec<Range<usize>>,
    rng: ChaCha8Rng,
}

impl<'a> Redraw<'a> {
    /// Of tasks that are sorted by their times.
    pub(crate) fn new(tasks: &'a [Task], (staff, period): (&'a Staff, Period)) -> Self {
        let count = usize::try_from(period.hours() / DAY_HOURS).unwrap_or(0);
        let begin = |day: usize| {
            let hour = period.first + DAY_HOURS * i64::try_from(day).expect("the hours of a period are counted in i64");
            tasks.partition_point(|task| hour_of(task.at.as_ms()) < hour)
        };
        let days = if count < FEWEST_DAYS { 0 } else { count };
        let days = (0..days).map(|day| begin(day)..begin(day + 1)).collect();
        Self { tasks, staff, period, days, rng: ChaCha8Rng::seed_from_u64(SEED) }
    }

    /// Whether whole days are drawn.
    pub(crate) const fn is_of_days(&self) -> bool {
        !self.days.is_empty()
    }

    /// Another history: tasks, sorted by their times, and people.
    pub(crate) fn draw(&mut self) -> (Vec<Task>, Option<Staff>) {
        if self.is_of_days() {
            let (tasks, staff) = self.draw_days();
            (tasks, Some(staff))
        } else {
            (self.draw_tasks(), None)
        }
    }

    /// A drawn day in the place of each. Of a last day that is not whole, so many first hours of a drawn one.
    fn draw_days(&mut self) -> (Vec<Task>, Staff) {
        let hours = self.period.hours();
        let places = (hours + DAY_HOURS - 1) / DAY_HOURS;
        let drawn: Vec<i64> = (0..places).map(|_| self.draw_below(self.days.len())).collect();
        let mut tasks = Vec::with_capacity(self.tasks.len());
        for (place, &day) in (0..).zip(&drawn) {
            let later_ms = (place - day) * DAY_HOURS * HOUR_MS;
            let range = self.days[usize::try_from(day).expect("a drawn day is a place of the list")].clone();
            let moved = self.tasks[range].iter().map(|task| task.later(later_ms));
            tasks.extend(moved.take_while(|task| self.period.contains(hour_of(task.at.as_ms()))));
        }
        let (first, staff) = (self.period.first, self.staff);
        let from = |hour: i64| {
            let place = usize::try_from((hour - first) / DAY_HOURS).expect("hours of the period come after its first");
            first + drawn[place] * DAY_HOURS + (hour - first) % DAY_HOURS
        };
        (tasks, staff.moved(from))
    }

    #[expect(clippy::cast_possible_wrap, reason = "days of a calendar are below 2^63")]
    fn draw_below(&mut self, count: usize) -> i64 {
        (self.rng.next_u64() % count as u64) as i64
    }

    fn draw_tasks(&mut self) -> Vec<Task> {
        let tasks = self.tasks;
        tasks.iter().flat_map(|task| std::iter::repeat_n(*task, self.draw_times())).collect()
    }

    /// A number of Poisson's with the mean 1, as the product of uniform ones tells it (Knuth, The Art of Computer
    /// Programming, 3.4.1).
    fn draw_times(&mut self) -> usize {
        /// One in so many.
        const ONE: f64 = (1_u64 << 53) as f64;
        let (mut product, mut times) = (1.0, 0);
        loop {
            #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
            let uniform = (self.rng.next_u64() >> 11) as f64 / ONE;
            product *= uniform;
            if product <= (-1.0_f64).exp() {
                return times;
            }
            times += 1;
        }
    }
}
