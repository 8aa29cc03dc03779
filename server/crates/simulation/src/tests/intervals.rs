//! What lies between the ends of the intervals of queues and hours.

use domain::simulation::{Compared, Estimate, REPLAYS};

use super::*;

/// So many tasks a minute apart from 9:00 on, on the day of this number, all of this label.
fn on_day(day: i64, tasks: i64, label: &str) -> impl Iterator<Item = HistoryCase> {
    (0..tasks).map(move |minute| case(day * 24 * 60 + 60 + minute, label))
}

fn triage(report: &SimulationReport) -> &domain::simulation::QueueLoad {
    report.queues.iter().find(|load| load.queue == "triage").unwrap()
}

fn said<'a>(report: &'a SimulationReport, words: &str) -> Option<&'a String> {
    report.limits.iter().find(|limit| limit.contains(words))
}

#[test]
fn days_that_are_all_alike_leave_nothing_open() {
    // The last whole hour of the tenth day is the last of the period, so that ten whole days are drawn.
    let history: Vec<_> =
        (0..10).flat_map(|day| on_day(day, 20, "a").chain([case(day * 1_440 + 1_439, "a")])).collect();
    let report = simulate(&by_label(&[]), &history, &staffed(1));
    let load = triage(&report);
    assert_eq!((load.arrivals.then.value, load.arrivals.then.of), (210.0, 210));
    for Compared { then, .. } in [load.arrivals, load.depth_most, load.wait_minutes, load.wait_minutes_p95] {
        assert!(then.high - then.low < 1e-9, "{then:?}");
    }
    assert!(said(&report, "days drawn anew").is_some(), "{:?}", report.limits);
}

#[test]
fn days_that_differ_open_the_intervals_of_the_sums_as_the_theory_says() {
    // Fourteen days of 10 and 30 tasks in turn. A sum of fourteen that are drawn has the mean 280 and the deviation
    // 10 * sqrt(14) = 37.4, so that 95 % lie within 1.96 of these: 207 to 353. Sums come in steps of 20.
    let days = (0..14).flat_map(|day| on_day(day, 10 + 20 * (day % 2), "a"));
    let history: Vec<_> = days.chain([case(14 * 1_440 - 1, "a")]).collect();
    let report = simulate(&by_label(&[]), &history, &staffed(3));
    let Estimate { value, low, high, .. } = triage(&report).arrivals.then;
    assert_eq!(value, 281.0);
    assert!((low - 207.0).abs() <= 30.0 && (high - 353.0).abs() <= 30.0, "{low} to {high}");
    let hour = &report.hours[0].arrivals.then[9];
    assert_eq!((hour.value, hour.of), (20.0, 14));
    assert!((hour.low - 14.8).abs() < 2.2 && (hour.high - 25.2).abs() < 2.2, "{hour:?}");
}

#[test]
fn both_policies_meet_the_same_days_so_that_a_small_change_is_seen() {
    // Days differ much, but a tenth of every day goes elsewhere.
    let day = |day: i64| {
        let tasks = 10 + 30 * (day % 3);
        on_day(day, tasks - tasks / 10, "a").chain((0..tasks / 10).map(move |at| case(day * 1_440 + 300 + at, "b")))
    };
    let history: Vec<_> = (0..12).flat_map(day).chain([case(12 * 1_440 - 1, "a")]).collect();
    let report = simulate(&by_label(&[("b", to_queue("billing"))]), &history, &staffed(2));
    let Compared { then, now, change } = triage(&report).arrivals;
    assert!(now.high > then.value, "each number by itself is not known well: {now:?}, {then:?}");
    assert!(change.high < 0.0 && change.low < change.high, "{change:?}");
    assert!(!triage(&report).arrivals.may_be_chance());
    let same = simulate(&by_label(&[]), &history, &staffed(2));
    assert!(triage(&same).wait_minutes.may_be_chance());
}

#[test]
fn people_move_with_their_day() {
    // On even days tasks come early, on odd days late, and people only in the same hour. Whoever put the tasks of one day before
    // the people of another would see them wait for many hours.
    let comes = |day: i64| if day % 2 == 0 { 1 } else { 15 };
    let tasks = |day: i64| (0..4).map(move |minute| case((day * 24 + comes(day)) * 60 + minute, "a"));
    let history: Vec<_> = (0..8).flat_map(tasks).collect();
    let at = |day: i64| Timestamp::from_ms(BEGIN + (day * 24 + comes(day)) * HOUR);
    let people: Vec<_> = (0..8).map(|day| (at(day), 4)).collect();
    let wait = triage(&simulate(&by_label(&[]), &history, &people)).wait_minutes_p95.then;
    assert_eq!((wait.value, wait.high), (0.0, 0.0));
}

#[test]
fn a_history_of_few_days_draws_its_tasks_and_says_so() {
    let history: Vec<_> = on_day(0, 100, "a").collect();
    let report = simulate(&by_label(&[]), &history, &staffed(1));
    // A sum of a hundred numbers of Poisson's with the mean 1 has the deviation 10.
    let Estimate { value, low, high, .. } = triage(&report).arrivals.then;
    assert_eq!(value, 100.0);
    assert!((low - 80.4).abs() < 6.0 && (high - 119.6).abs() < 6.0, "{low} to {high}");
    assert!(said(&report, "fewer than seven whole days").is_some(), "{:?}", report.limits);
}

#[test]
fn none_late_in_any_replay_is_not_none_ever() {
    let history: Vec<_> = (0..10).flat_map(|day| on_day(day, 2, "a")).collect();
    let late = simulate(&by_label(&[]), &history, &staffed(9)).late;
    assert_eq!((late.then.value, late.then.low, late.then.of), (0.0, 0.0, 20));
    // Clopper and Pearson of 0 of 20.
    assert!((late.then.high - 0.1684).abs() < 1e-3, "{late:?}");
}

#[test]
fn the_same_history_gives_the_same_report() {
    let history: Vec<_> = (0..9).flat_map(|day| on_day(day, 5 + 7 * (day % 4), "a")).collect();
    let once = || simulate(&by_label(&[("a", to_queue("billing"))]), &history, &staffed(1));
    assert_eq!(once(), once());
}

#[test]
fn replays_tell_how_far_they_are_and_stop_when_they_are_told() {
    let policy = by_label(&[]);
    let queues = queues();
    let setting = Setting { queues: &queues, prices: Prices::default(), triage_queue: "triage" };
    let simulator = || {
        let mut simulator = Simulator::new(&policy, None, setting);
        simulator.add(&[case(0, "a"), case(1, "a")]);
        simulator
    };
    let mut heard = Vec::new();
    let stopped = simulator().finish(&[], |done| {
        heard.push(done);
        done < 3
    });
    assert_eq!((stopped, heard), (None, vec![0, 1, 2, 3]));
    let mut last = 0;
    assert!(
        simulator()
            .finish(&[], |done| done < REPLAYS && {
                last = done;
                true
            })
            .is_some()
    );
    assert_eq!(last, REPLAYS - 1);
}
