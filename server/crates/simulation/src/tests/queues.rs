//! The queue model by itself.

use domain::simulation::{Before, Compared};
use proptest::prelude::*;

use super::*;
use crate::{
    hours::{Period, Staff, hour_of},
    replay::{Arrival, replay},
};

const NEVER: i64 = i64::MAX;

fn period(arrivals: &[Arrival]) -> Period {
    let at = |arrival: Option<&Arrival>| hour_of(arrival.map_or(BEGIN, |arrival| arrival.at_ms));
    Period { first: at(arrivals.first()), last: at(arrivals.last()) }
}

/// When the work on each began, in minutes after the beginning.
fn begun(arrivals: &[Arrival], people: &[(Timestamp, u32)]) -> Vec<i64> {
    let period = period(arrivals);
    let replay = replay(arrivals, 2, &Staff::new(people, period), period);
    replay.begun_ms.iter().map(|begun_ms| (begun_ms - BEGIN) / MINUTE).collect()
}

fn arrival(minute: i64, work_minutes: i64) -> Arrival {
    Arrival { at_ms: BEGIN + minute * MINUTE, queue: 0, urgency: 2, due_ms: NEVER, work_ms: work_minutes * MINUTE }
}

/// The numbers without their intervals.
fn values(compared: &Compared) -> Before<f64> {
    compared.both().map(|estimate| estimate.value)
}

#[test]
fn one_person_serves_a_steady_stream_as_worked_out_by_hand() {
    // Every 6 minutes a task of 10 minutes: the n-th begins at 10 n and has waited 4 n minutes.
    let arrivals: Vec<_> = (0..20).map(|n| arrival(6 * n, 10)).collect();
    assert_eq!(begun(&arrivals, &staffed(1)), (0..20).map(|n| 10 * n).collect::<Vec<_>>());
    // A task of 5 minutes every 6 never waits.
    let arrivals: Vec<_> = (0..20).map(|n| arrival(6 * n, 5)).collect();
    assert_eq!(begun(&arrivals, &staffed(1)), (0..20).map(|n| 6 * n).collect::<Vec<_>>());
    // Two people take two at a time.
    let arrivals = [arrival(0, 10), arrival(1, 10), arrival(2, 10), arrival(3, 10)];
    assert_eq!(begun(&arrivals, &staffed(2)), [0, 1, 10, 11]);
}

#[test]
fn the_order_of_work_is_urgent_first_then_due_then_oldest() {
    let due = |minute| BEGIN + minute * MINUTE;
    let arrivals = [
        arrival(0, 10),
        arrival(1, 10),
        Arrival { due_ms: due(90), ..arrival(2, 10) },
        Arrival { due_ms: due(30), ..arrival(3, 10) },
        Arrival { urgency: 0, queue: 1, ..arrival(4, 10) },
        Arrival { due_ms: due(90), ..arrival(5, 10) },
    ];
    assert_eq!(begun(&arrivals, &staffed(1)), [0, 50, 30, 20, 10, 40]);
}

#[test]
fn people_change_at_the_full_hour_and_finish_what_they_hold() {
    // Nobody in the first hour, two in the second, one in the third.
    let people: Vec<_> =
        [(1, 2), (2, 1)].map(|(hour, count)| (Timestamp::from_ms(BEGIN + hour * HOUR), count)).to_vec();
    let arrivals = [arrival(5, 80), arrival(6, 90), arrival(7, 10), arrival(8, 10), arrival(179, 1)];
    // Both are held into the third hour, so that the one person of that hour begins the next when one is left: at 60 + 90.
    assert_eq!(begun(&arrivals, &people), [60, 60, 150, 160, 179]);
}

#[test]
fn depth_is_seen_at_its_most_and_at_the_end_of_each_hour() {
    let arrivals: Vec<_> = (0..10).map(|n| arrival(n, 30)).chain([arrival(119, 1)]).collect();
    let period = period(&arrivals);
    let replay = replay(&arrivals, 2, &Staff::new(&staffed(1), period), period);
    assert_eq!(replay.depth_most, [9, 0]);
    // At 9:00 those of minute 0 and 30 are done, and that of minute 60 is not begun: 8 wait. An hour later 6 and the last.
    assert_eq!((replay.depth_ends[0][8], replay.depth_ends[0][9]), (8.0, 7.0));
    assert_eq!(replay.left, 7);
}

#[test]
fn hours_of_a_period_occur_as_in_the_calendar() {
    let period = Period { first: hour_of(BEGIN), last: hour_of(BEGIN) + 25 };
    let times = period.occurrences();
    assert_eq!((times[8], times[9], times[10], times[7]), (2.0, 2.0, 1.0, 1.0));
}

#[test]
fn loads_add_up_to_work_and_money() {
    let policy = by_label(&[("reset", to_bot())]);
    let history: Vec<_> = (0..4)
        .map(|number| {
            let worked_ms = if number < 2 { 30 * 60_000 } else { 0 };
            HistoryCase { worked_ms, ..case(number, if number == 0 { "reset" } else { "other" }) }
        })
        .collect();
    let report = simulate(&policy, &history, &staffed(1));
    let triage = report.queues.iter().find(|load| load.queue == "triage").unwrap();
    assert_eq!(values(&triage.arrivals), Before { then: 4.0, now: 3.0 });
    assert_eq!(values(&triage.agent_hours), Before { then: 2.0, now: 1.5 });
    // Then: they begin at 0, 30, 60 and 90, and arrived at 0, 1, 2 and 3.
    assert_eq!(values(&triage.wait_minutes), Before { then: (29.0 + 58.0 + 87.0) / 4.0, now: 29.0 });
    assert_eq!(values(&triage.wait_minutes_p95), Before { then: 87.0, now: 58.0 });
    assert_eq!(values(&triage.depth_most), Before { then: 3.0, now: 2.0 });
    // Late after an hour: those that end at 90 and 120; the ones that end at 61 of 62 minutes and at 91 of 63.
    assert_eq!(report.late.both().map(|late| (late.value, late.of)), Before { then: (0.5, 4), now: (0.25, 4) });
    // A decision costs 100, a minute 1,000.
    let cost = report.cost_per_thousand;
    assert_eq!(cost.map(|cost| (cost.value, cost.of)), Before { then: (30_100_000.0, 4), now: (22_600_000.0, 4) });
    // Four times half an hour says nothing of its spread; three of four have the deviation of half an hour, halved.
    let room = 1.959_964 * 15_000_000.0 / 2.0;
    assert!((cost.then.low - cost.then.high).abs() < 1e-3 && (cost.now.high - cost.now.value - room).abs() < 1e-3);
    assert_eq!((report.staffing.handling_minutes, report.staffing.measured), (30.0, 2));
    let bot = report.queues.iter().find(|load| load.queue == "bot").unwrap();
    assert_eq!(values(&bot.arrivals), Before { then: 0.0, now: 1.0 });
    assert_eq!(values(&bot.agent_hours), Before { then: 0.0, now: 0.0 });
    let hour = report.hours.iter().find(|load| load.queue == "triage").unwrap();
    let arrivals = hour.arrivals.as_ref().map(|hours| (hours[8].value, hours[9].value));
    assert_eq!(arrivals, Before { then: (4.0, 0.0), now: (3.0, 0.0) });
}

#[test]
fn without_anybody_seen_at_work_one_person_is_assumed_and_said() {
    let report = simulate(&by_label(&[]), &[case(0, "a"), case(1, "a")], &[]);
    assert_eq!(report.staffing.agents, vec![1.0; 24]);
    assert!(report.limits.iter().any(|limit| limit.starts_with("Nobody was seen at work")), "{:?}", report.limits);
    assert!(report.limits.iter().any(|limit| limit.contains("10 minutes are assumed")), "{:?}", report.limits);
}

/// Numbers that look drawn from 0 to 1, neither included: SplitMix64 (Steele, Lea and Flood, 2014).
fn drawn(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((mixed ^ (mixed >> 31)) >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }
}

#[test]
fn random_arrivals_wait_as_queueing_theory_says() {
    let work_ms = 10.0 * MINUTE as f64;
    let count = 200_000;
    // Pollaczek and Khinchine (1930): the mean wait before one server, in service times, is load / (1 - load), times the
    // half of 1 and the squared coefficient of variation of the service: 0 when all are alike, 1 when exponential. Erlang's
    // formula C gives the wait before two: at a load of 0.6 each, 0.5625.
    for (servers, load, is_random, expected) in
        [(1, 0.5, false, 0.5), (1, 0.8, false, 2.0), (1, 0.5, true, 1.0), (1, 0.75, true, 3.0), (2, 0.6, true, 0.5625)]
    {
        let mut draw = drawn(7);
        let mut at_ms = BEGIN as f64;
        let arrivals: Vec<_> = (0..count)
            .map(|_| {
                at_ms -= draw().ln() * work_ms / load / f64::from(servers);
                let work_ms = if is_random { -draw().ln() * work_ms } else { work_ms };
                Arrival { at_ms: at_ms as i64, work_ms: work_ms.max(1.0) as i64, ..arrival(0, 0) }
            })
            .collect();
        let period = period(&arrivals);
        let people: Vec<_> =
            (period.first..=period.last).map(|hour| (Timestamp::from_ms(hour * HOUR), servers)).collect();
        let replay = replay(&arrivals, 2, &Staff::new(&people, period), period);
        let waits = arrivals.iter().zip(&replay.begun_ms).map(|(arrival, begun_ms)| (begun_ms - arrival.at_ms) as f64);
        let mean = waits.sum::<f64>() / f64::from(count) / work_ms;
        assert!((mean / expected - 1.0).abs() < 0.05, "{servers} at {load}: {mean} instead of {expected}");
    }
}

fn arrivals(alike: bool) -> impl Strategy<Value = Vec<Arrival>> {
    let one = (0_i64..3_000, 0_usize..2, 0_u8..4, prop::option::of(0_i64..4_000), 1_i64..200);
    prop::collection::vec(one, 1..60).prop_map(move |mut drawn| {
        drawn.sort_unstable();
        let arrival = |(minute, queue, urgency, due, work): (i64, usize, u8, Option<i64>, i64)| Arrival {
            at_ms: BEGIN + minute * MINUTE,
            queue,
            urgency: if alike { 2 } else { urgency },
            due_ms: due.filter(|_| !alike).map_or(NEVER, |minute| BEGIN + minute * MINUTE),
            work_ms: work * MINUTE,
        };
        drawn.into_iter().map(arrival).collect()
    })
}

fn people() -> impl Strategy<Value = Vec<(Timestamp, u32)>> {
    prop::collection::vec(0_u32..4, 0..60).prop_map(|counts| {
        (0..).zip(counts).map(|(hour, count)| (Timestamp::from_ms(BEGIN + hour * HOUR), count)).collect()
    })
}

proptest! {
    #[test]
    fn every_arrival_is_served_by_somebody_and_after_it_came(arrivals in arrivals(false), people in people()) {
        let period = period(&arrivals);
        let staff = Staff::new(&people, period);
        let replay = replay(&arrivals, 2, &staff, period);
        for (place, (arrival, &begun_ms)) in arrivals.iter().zip(&replay.begun_ms).enumerate() {
            prop_assert!(begun_ms >= arrival.at_ms, "task {place} is begun before it came");
            let held = arrivals.iter().zip(&replay.begun_ms);
            let held = held.filter(|(other, other_ms)| {
                **other_ms <= begun_ms && begun_ms < **other_ms + other.work_ms
            });
            prop_assert!(held.count() <= staff.at(hour_of(begun_ms)), "more tasks are held than people work");
        }
    }

    #[test]
    fn nobody_idles_while_a_task_waits(arrivals in arrivals(false), people in people()) {
        let period = period(&arrivals);
        let staff = Staff::new(&people, period);
        let replay = replay(&arrivals, 2, &staff, period);
        // At the end of each hour but the last moment, what waits means that all hands are full.
        for hour in period.first..=period.last {
            let at_ms = (hour + 1) * HOUR - 1;
            let each = || arrivals.iter().zip(&replay.begun_ms);
            let waits = each().filter(|(arrival, begun_ms)| arrival.at_ms <= at_ms && at_ms < **begun_ms).count();
            let held = each().filter(|(arrival, begun_ms)| **begun_ms <= at_ms && at_ms < **begun_ms + arrival.work_ms);
            prop_assert!(waits == 0 || held.count() >= staff.at(hour));
        }
    }

    #[test]
    fn more_people_never_make_anybody_wait_longer_where_all_tasks_are_alike(
        arrivals in arrivals(true),
        people in people(),
        more in prop::collection::vec(0_u32..3, 200),
    ) {
        // All hours of the period are staffed, so that both know their people.
        let hours = (0..).zip(more).map(|(hour, more)| {
            let few = people.get(hour).map_or(1, |(_, count)| *count).max(1);
            (Timestamp::from_ms(BEGIN + i64::try_from(hour).unwrap() * HOUR), few, few + more)
        });
        let hours: Vec<_> = hours.collect();
        let period = Period { first: hour_of(BEGIN), last: hour_of(BEGIN) + 199 };
        let of = |people: Vec<_>| replay(&arrivals, 2, &Staff::new(&people, period), period).begun_ms;
        let few = of(hours.iter().map(|(at, few, _)| (*at, *few)).collect());
        let more = of(hours.iter().map(|(at, _, more)| (*at, *more)).collect());
        prop_assert!(more.iter().zip(&few).all(|(more, few)| more <= few));
    }
}
