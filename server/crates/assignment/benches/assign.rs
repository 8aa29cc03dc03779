//! What the matching costs on one core, from a small team to the largest round and beyond, and what the next task costs.
//! `make bench`, or `cargo bench -p assignment`.

#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    time::{Duration, Instant},
};

use assignment::{Agent, Finished, Rules, Success, Work, assign, best_for, candidates};
use domain::{AgentState, Priority, SkillNeed, Skills, TaskId, Timestamp, UserId};

/// The fastest of so many runs counts, since neighbours on the machine only ever add time.
const ROUNDS: usize = 7;
const SKILLS: u64 = 12;
const LABELS: u64 = 40;
const NOON_MS: i64 = 1_780_000_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo test --benches` calls this binary too; it must not wait for it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let rules = Rules::default();
    let now = Timestamp::from_ms(NOON_MS);
    // Tasks, people, and how many tasks each may hold.
    for (tasks, people, capacity) in
        [(50, 10, 1), (100, 20, 3), (500, 50, 4), (500, 200, 1), (150, 200, 1), (10_000, 200, 1), (10_000, 500, 3)]
    {
        let works = (0..tasks).map(work).collect::<Result<Vec<_>, _>>()?;
        let agents = (0..people).map(|number| agent(number, capacity)).collect::<Result<Vec<_>, _>>()?;
        let pairs = assign(&works, &agents, now, &rules).len();
        let matching = fastest(|| drop(assign(&works, &agents, now, &rules)));
        let next = fastest(|| drop(best_for(&agents[0], &works, now, &rules)));
        let why = fastest(|| drop(candidates(&works[0], &agents, now, &rules)));
        println!(
            "{tasks} tasks, {people} people for {capacity} each: {pairs} pairs in {matching:.1?}, next task in {next:.1?}, \
             candidates in {why:.1?}"
        );
    }
    Ok(())
}

fn fastest(run: impl Fn()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..ROUNDS).map(time).min().unwrap_or_default()
}

/// Numbers that look drawn, the same in every run.
const fn scattered(number: u64) -> u64 {
    let mixed = (number ^ (number >> 30)).wrapping_add(1).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 33
}

fn level(drawn: u64) -> u8 {
    u8::try_from(drawn % 5).unwrap_or(0) + 1
}

fn agent(number: u64, capacity: u32) -> Result<Agent, Box<dyn Error>> {
    let levels = (0..4).map(|place| scattered(number * 8 + place)).map(|drawn| (skill(drawn), level(drawn >> 8)));
    let counts = (0..LABELS).map(|label| (format!("label-{label}"), Finished { held: 18, all: 20 }));
    Ok(Agent {
        id: UserId::from_parts(number, 0),
        name: format!("Agent {number}"),
        state: AgentState::Available,
        skills: Skills::new(levels.collect::<BTreeMap<_, _>>())?,
        capacity,
        holding: 0,
        idle_since: Some(Timestamp::from_ms(NOON_MS - scattered(number).cast_signed() % 600_000)),
        success: Success::new(counts.collect()),
    })
}

fn skill(drawn: u64) -> String {
    format!("skill-{}", drawn % SKILLS)
}

fn work(number: u64) -> Result<Work, Box<dyn Error>> {
    let drawn = scattered(number + 1_000_000);
    let needs = (0..drawn % 3).map(|place| SkillNeed { skill: skill(drawn / 7 + place), level: level(drawn >> 9) });
    let waiting_since = Timestamp::from_ms(NOON_MS - (drawn % 9_000_000).cast_signed());
    Ok(Work {
        task: TaskId::from_parts(number, 0),
        priority: Priority::ALL[usize::try_from(drawn / 3 % 4)?],
        due_at: Some(waiting_since.plus_minutes(120)),
        waiting_since,
        label: Some(format!("label-{}", drawn % LABELS)),
        needs: needs.collect(),
        predicted_minutes: Some(f32::from(u8::try_from(drawn % 40)?)),
        declined_by: BTreeSet::new(),
        conflicts: BTreeSet::new(),
    })
}
