//! What the scores are worth against first come, first served, in the simulation of [`super::flow`].

use super::{
    flow::{Case, Kind, Outcome, Scenario, Way, at, run},
    *,
};

/// Each number of a scenario is the mean of so many runs.
const SEEDS: u64 = 8;

fn generalists(count: u64) -> Vec<Agent> {
    (0..count).map(agent).collect()
}

fn experts(of: &[&[&str]]) -> Vec<Agent> {
    let expert = |(number, names): (u64, &&[&str])| {
        let levels: Vec<(&str, u8)> = names.iter().map(|name| (*name, 3)).collect();
        Agent { skills: skills(&levels), ..agent(number) }
    };
    (0..).zip(of).map(expert).collect()
}

fn kind(share: f64, label: &'static str, minutes: f64, priority: Priority, sla_minutes: i64) -> Kind {
    Kind { share, label, needs: &[], minutes, priority, sla_minutes }
}

fn mixed() -> Vec<Kind> {
    vec![
        kind(0.05, "outage", 20.0, Priority::Urgent, 45),
        kind(0.2, "refund", 12.0, Priority::High, 90),
        kind(0.55, "question", 6.0, Priority::Normal, 240),
        kind(0.2, "claim", 25.0, Priority::Low, 480),
    ]
}

/// So many people for mixed tasks that keep them at work for this share of their time.
fn team(name: &'static str, people: u64, load: f64) -> Scenario {
    of_kinds(name, mixed(), generalists(people), load)
}

fn of_kinds(name: &'static str, kinds: Vec<Kind>, agents: Vec<Agent>, load: f64) -> Scenario {
    let shares: f64 = kinds.iter().map(|kind| kind.share).sum();
    let minutes: f64 = kinds.iter().map(|kind| kind.share * kind.minutes).sum();
    let gap_minutes = minutes / shares / agents.len() as f64 / load;
    Scenario { name, agents, kinds, tasks: 600, gap_minutes, burst: 1 }
}

fn long_and_short() -> Scenario {
    let kinds = vec![kind(0.9, "question", 4.0, Priority::Normal, 60), kind(0.1, "claim", 75.0, Priority::Normal, 300)];
    of_kinds("long and short", kinds, generalists(8), 0.92)
}

/// Seven of ten tasks need what only half of the people can do, and these are at work for 92 % of their time with them.
fn one_skill() -> Scenario {
    let kinds = vec![
        Kind { needs: &["billing:2"], ..kind(0.6, "invoice", 10.0, Priority::Normal, 90) },
        Kind { needs: &["billing:3"], ..kind(0.1, "fraud", 15.0, Priority::Urgent, 45) },
        kind(0.3, "question", 10.0, Priority::Normal, 90),
    ];
    let billing: &[&str] = &["billing"];
    let agents = experts(&[billing, billing, billing, billing, &[], &[], &[], &[]]);
    Scenario { gap_minutes: (0.6 * 10.0 + 0.1 * 15.0) / 4.0 / 0.92, ..of_kinds("one skill", kinds, agents, 1.0) }
}

fn overlapping() -> Scenario {
    let names: [&'static [&'static str]; 4] = [&["danish"], &["tax"], &["cards"], &["loans"]];
    let kinds = names.map(|needs| Kind { needs, ..kind(1.0, needs[0], 10.0, Priority::Normal, 60) });
    let agents = experts(&[
        &["danish"],
        &["danish", "tax"],
        &["tax", "cards"],
        &["cards", "loans"],
        &["loans", "danish"],
        &["tax", "loans"],
    ]);
    Scenario { burst: 4, ..of_kinds("overlapping skills", kinds.to_vec(), agents, 0.8) }
}

fn several_at_once() -> Scenario {
    let scenario = team("several at once", 6, 0.92);
    Scenario { agents: scenario.agents.into_iter().map(|agent| Agent { capacity: 3, ..agent }).collect(), ..scenario }
}

fn scenarios() -> [Scenario; 7] {
    [
        team("steady", 8, 0.92),
        Scenario { burst: 40, ..team("bursts", 8, 0.85) },
        team("overload", 8, 1.5),
        long_and_short(),
        one_skill(),
        overlapping(),
        several_at_once(),
    ]
}

/// Skills stay as they are asked for, as first come, first served takes them: so both ways may do the same.
fn strict() -> Rules {
    Rules { relaxing: Relaxing::none(), ..Rules::default() }
}

/// Minutes to resolve, share of tasks that were late, and minutes of the longest wait, of each seed.
fn numbers(scenario: &Scenario, way: Way) -> Vec<[f64; 3]> {
    let outcomes = (0..SEEDS).map(|seed| run(scenario, way, seed, &strict()));
    outcomes.map(|outcome| [outcome.mean_minutes(), outcome.missed(), outcome.longest_minutes()]).collect()
}

fn means(numbers: &[[f64; 3]]) -> [f64; 3] {
    let mean = |place: usize| numbers.iter().map(|numbers| numbers[place]).sum::<f64>() / numbers.len() as f64;
    std::array::from_fn(mean)
}

#[test]
fn scores_miss_fewer_service_levels_than_first_come_and_resolve_as_fast() {
    for scenario in scenarios() {
        let name = scenario.name;
        let first = numbers(&scenario, Way::FirstCome);
        let [minutes, missed, longest] = means(&first);
        println!("{name}: {minutes:.1} minutes, {:.1} % late, longest wait {longest:.0}", 100.0 * missed);
        for way in [Way::Next, Way::Push] {
            let all = numbers(&scenario, way);
            let scored = means(&all);
            println!(
                "  {way:?}: {:.1} minutes, {:.1} % late, longest wait {:.0}",
                scored[0],
                100.0 * scored[1],
                scored[2]
            );
            assert!(scored[1] <= missed, "{name}, {way:?}: {} of all tasks were late instead of {missed}", scored[1]);
            // Experts who are kept for what only they can do cost others a little time.
            assert!(scored[0] <= 1.03 * minutes, "{name}, {way:?}: {} minutes instead of {minutes}", scored[0]);
            // No order has a shorter longest wait than the order of arrival, at the price of everything else.
            assert!(
                scored[2] <= 2.5 * longest,
                "{name}, {way:?}: a wait of {} minutes instead of {longest}",
                scored[2]
            );
            // On a single day urgent tasks that are saved may cost more others, which are a little late.
            let worse = all.iter().zip(&first).map(|(all, first)| all[1] - first[1]).fold(0.0, f64::max);
            assert!(worse <= 0.03, "{name}, {way:?}: {worse} more of all tasks were late in one run");
        }
    }
}

/// Who could do a task.
fn able(case: &Case, scenario: &Scenario) -> Vec<usize> {
    let came = at(case.came);
    (0..scenario.agents.len())
        .filter(|agent| weigh(&case.work, &scenario.agents[*agent], came, &strict()).is_ok())
        .collect()
}

/// Checks what the bound promises: once a task has waited so long, nobody who can do it begins a younger one. All that can
/// still come before it is the rest of what these people have in hand, and older tasks; with `n` such people, all of them at
/// work until one of them takes it, it waits for at most an `n`th of the older work and the longest work there is.
fn check_bound(outcome: &Outcome, scenario: &Scenario, starving_ms: i64) -> usize {
    // Ages that differ by less than a ten-thousandth of the bound weigh the same.
    let resolution = starving_ms / 10_000;
    let longest = outcome.cases.iter().map(|case| case.takes).max().unwrap();
    let mut starved = 0;
    for case in &outcome.cases {
        let from = case.came + starving_ms;
        if case.given <= from {
            continue;
        }
        starved += 1;
        let able = able(case, scenario);
        let older = |other: &&Case| other.came <= case.came + resolution && other.work.task != case.work.task;
        let begun = outcome.cases.iter().filter(|other| (from..case.given).contains(&other.given));
        for other in begun.filter(|other| able.contains(&other.agent)) {
            assert!(older(&other), "{}: {:?} overtook {:?}", scenario.name, other.work.task, case.work.task);
        }
        let left = |other: &Case| (other.ended - from).clamp(0, other.takes);
        let before: i64 = outcome.cases.iter().filter(older).map(left).sum();
        let bound = starving_ms + longest + before / able.len() as i64;
        assert!(case.given - case.came <= bound, "{}: {:?} waited too long", scenario.name, case.work.task);
    }
    starved
}

#[test]
fn nobody_begins_a_younger_task_once_one_has_waited_too_long() {
    let mut starved = 0;
    for scenario in scenarios().iter().filter(|scenario| scenario.agents[0].capacity == 1) {
        for (minutes, way) in [(20, Way::Push), (60, Way::Push), (60, Way::Next)] {
            let rules = Rules { starving_minutes: minutes, ..strict() };
            for seed in 0..3 {
                starved += check_bound(&run(scenario, way, seed, &rules), scenario, i64::from(minutes) * 60_000);
            }
        }
    }
    assert!(starved > 1_000, "only {starved} tasks waited so long");
}

#[test]
fn with_a_short_bound_the_longest_wait_is_that_of_first_come() {
    let rules = Rules { starving_minutes: 1, ..strict() };
    for scenario in [team("steady", 8, 0.92), team("overload", 8, 1.5), long_and_short()] {
        for seed in 0..3 {
            let [first, push] =
                [Way::FirstCome, Way::Push].map(|way| run(&scenario, way, seed, &rules).longest_minutes());
            assert!(push <= first + 2.0, "{}, seed {seed}: {push} instead of {first}", scenario.name);
        }
    }
}

#[test]
fn people_who_can_do_the_same_work_equally_long() {
    // On a quiet day nearly everybody is idle, so that only the order between equals spreads the work.
    for load in [0.3, 0.6, 0.92] {
        for seed in 0..SEEDS {
            let worked = run(&team("quiet or busy", 8, load), Way::Push, seed, &strict()).worked_minutes(8);
            let [least, most] = [f64::min, f64::max].map(|pick| worked.iter().copied().reduce(pick).unwrap());
            assert!(most <= 1.5 * least, "load {load}, seed {seed}: from {least} to {most} minutes");
        }
    }
}

#[test]
fn others_help_out_when_the_only_expert_cannot_keep_up() {
    let kinds = vec![
        Kind { needs: &["tax:3"], ..kind(0.3, "tax", 20.0, Priority::Normal, 240) },
        kind(0.7, "question", 10.0, Priority::Normal, 120),
    ];
    // The expert alone would need one and a half times the day for what only the expert can do.
    let agents = experts(&[&["tax"], &[], &[], &[]]);
    let scenario = Scenario { gap_minutes: 4.0, ..of_kinds("one expert", kinds, agents, 1.0) };
    for seed in 0..3 {
        let [waived, kept] = [Rules::default(), strict()].map(|rules| run(&scenario, Way::Push, seed, &rules));
        assert!(kept.longest_minutes() > 600.0, "seed {seed}: {}", kept.longest_minutes());
        assert!(waived.longest_minutes() <= 180.0 + 60.0, "seed {seed}: {}", waived.longest_minutes());
    }
}
