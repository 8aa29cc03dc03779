//! What a simulation costs on one core: decisions per second, and the time of all replays of the arrivals, for policies of 10, 100 and 1,000
//! rules over a made-up history. `make bench`, or `cargo bench -p simulation`.

#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::{
    collections::BTreeMap,
    error::Error,
    time::{Duration, Instant},
};

use domain::{
    Candidate, Classification, DecisionId, Destination, NewTask, PolicyDocument, Priority, Queue, QueueKind, Rule,
    TaskId, Then, Timestamp,
    policy::{CaseFacts, Cell, Column, ColumnFact, Decimal, PolicyProblem, Range, Target},
    simulation::HistoryCase,
};
use policy::CompiledPolicy;
use simulation::{Prices, Setting, Simulator};

/// Cases of the history.
const CASES: u64 = 50_000;
/// Cases that are handed in at once.
const BATCH: usize = 1_000;
/// The fastest of so many runs counts, since neighbours on the machine only ever add time.
const ROUNDS: usize = 5;
/// What the product promises.
const WANTED_PER_SECOND: f64 = 50_000.0;
const LABELS: u64 = 40;
const QUEUES: u64 = 8;
const MINUTE_MS: u64 = 60_000;
const BEGIN_MS: u64 = 1_780_000_000_000;

/// A rule by its place and how many there are.
type MakeRule = fn(u64, u64) -> Rule;

/// The last kind is the worst: nothing tells which rules to leave out, so that each is tried for every task.
const KINDS: [(&str, MakeRule); 3] =
    [("cells", cells), ("expressions", expression), ("expressions on attributes alone", attribute)];

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo test --benches` calls this binary too; it must not wait for it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let history: Vec<HistoryCase> = (0..CASES).map(case).collect();
    let queues: Vec<Queue> = (0..QUEUES).map(queue).collect();
    let hours = CASES * MINUTE_MS / 3_600_000 + 1;
    let people: Vec<_> = (0..hours).map(|hour| (time(BEGIN_MS + hour * 3_600_000), 8)).collect();
    for (kind, rule) in KINDS {
        for count in [10, 100, 1_000] {
            let document = document((0..count).map(|place| rule(place, count)).collect());
            let policy = CompiledPolicy::compile(document).map_err(|problems| first(&problems))?;
            let runs = (0..ROUNDS).map(|_| run(&policy, &history, &queues, &people));
            let (deciding, replaying) = runs.fold((Duration::MAX, Duration::MAX), |best, (deciding, replaying)| {
                (best.0.min(deciding), best.1.min(replaying))
            });
            let per_second = f64::from(u32::try_from(CASES)?) / deciding.as_secs_f64();
            let verdict = if per_second >= WANTED_PER_SECOND { "" } else { " (fewer than promised)" };
            println!(
                "{count} rules of {kind}: {per_second:.0} decisions per second{verdict}, replays in {replaying:.1?}"
            );
        }
    }
    Ok(())
}

fn first(problems: &[PolicyProblem]) -> String {
    problems.first().map_or_else(String::new, |problem| problem.message.clone())
}

/// How long deciding took, and how long everything after it.
fn run(
    policy: &CompiledPolicy,
    history: &[HistoryCase],
    queues: &[Queue],
    people: &[(Timestamp, u32)],
) -> (Duration, Duration) {
    let prices = Prices { decision_micros: 100, person_minute_micros: 500_000 };
    let mut simulator = Simulator::new(policy, None, Setting { queues, prices, triage_queue: "queue-0" });
    let start = Instant::now();
    history.chunks(BATCH).for_each(|batch| simulator.add(batch));
    let decided = Instant::now();
    let report = simulator.finish(people, |_| true);
    assert_eq!(report.map(|report| report.decisions), Some(CASES), "every decision is made again");
    (decided - start, decided.elapsed())
}

fn time(ms: u64) -> Timestamp {
    Timestamp::from_ms(ms.cast_signed())
}

/// Numbers that look drawn, the same in every run.
const fn scattered(number: u64) -> u64 {
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 33
}

fn queue(number: u64) -> Queue {
    let name = format!("queue-{number}");
    Queue { title: name.clone(), name, purpose: String::new(), kind: QueueKind::People, sla_minutes: 60 }
}

fn to_queue(number: u64) -> Then {
    let destination = Target::Queue { queue: format!("queue-{}", number % QUEUES) };
    Then { destination, priority: None, sla_minutes: None, skills: Vec::new(), note: None }
}

fn document(rules: Vec<Rule>) -> PolicyDocument {
    let facts = [ColumnFact::Label, ColumnFact::Confidence, ColumnFact::Channel];
    let columns = facts.into_iter().map(|fact| Column { fact, kind: None }).collect();
    PolicyDocument { columns, rules, ..PolicyDocument::of(to_queue(0)) }
}

fn named(place: u64, cells: BTreeMap<ColumnFact, Cell>, when: String) -> Rule {
    let description = "A rule.".to_owned();
    Rule { id: format!("rule-{place}"), description, area: None, disabled: false, cells, when, then: to_queue(place) }
}

/// The least confidence that a rule asks for, in percent: the last rules ask for little, so that most are tried.
const fn percent(place: u64, count: u64) -> u64 {
    99 - place * 90 / count
}

fn cells(place: u64, count: u64) -> Rule {
    let at_least = Some(Decimal::from_micros((percent(place, count) * 10_000).cast_signed()));
    let mut cells = BTreeMap::from([(ColumnFact::Confidence, Cell::Range(Range { at_least, ..Range::default() }))]);
    // Three of four rules are about a label; the others are tried for every task.
    if !place.is_multiple_of(4) {
        cells.insert(ColumnFact::Label, Cell::AnyOf(vec![format!("label-{}", place % LABELS)]));
    } else {
        cells.insert(ColumnFact::Channel, Cell::NoneOf(vec!["email".to_owned()]));
    }
    named(place, cells, String::new())
}

fn expression(place: u64, count: u64) -> Rule {
    let sure = format!("classification.confidence >= 0.{:02}", percent(place, count));
    let when = match place % 20 {
        0 => format!("{sure} && task.attributes.plan == \"plan-{place}\""),
        _ => format!("classification.label == \"label-{}\" && {sure}", place % LABELS),
    };
    named(place, BTreeMap::new(), when)
}

fn attribute(place: u64, _: u64) -> Rule {
    named(place, BTreeMap::new(), format!("task.attributes.plan == \"plan-{place}\""))
}

fn case(number: u64) -> HistoryCase {
    let drawn = scattered(number);
    let label = format!("label-{}", drawn % LABELS);
    let confidence = f32::from(u8::try_from(drawn / LABELS % 100).unwrap_or(0)) / 100.0;
    let task = NewTask {
        subject: format!("Where is my card {number}?"),
        body: "I ordered a card two weeks ago and it still has not arrived; please tell me where it is.".repeat(3),
        channel: Some("email".to_owned()),
        attributes: [("plan".to_owned(), "free".into())].into_iter().collect(),
        ..NewTask::default()
    };
    let classification = Classification {
        candidates: vec![Candidate { label: label.clone(), confidence }],
        label,
        confidence,
        out_of_scope: 0.1,
        priority: None,
        handling_minutes: None,
        handling_range: None,
        model_version: "v1".to_owned(),
        said: None,
        reached: None,
        short_list: None,
        stages: Vec::new(),
    };
    let ms = BEGIN_MS + number * MINUTE_MS;
    let queue = |number: u64| Destination::Queue { queue: format!("queue-{}", number % QUEUES) };
    HistoryCase {
        decision_id: DecisionId::from_parts(ms, number.into()),
        task_id: TaskId::from_parts(ms, number.into()),
        facts: CaseFacts { task, classification: Some(classification), queues: BTreeMap::new(), now: time(ms) },
        policy_version: 1,
        matched_rule: None,
        destination: queue(drawn),
        priority: Priority::Normal,
        overrides: Vec::new(),
        due_at: Some(time(ms + 60 * MINUTE_MS)),
        cost_micros: 0,
        corrected_to: number.is_multiple_of(20).then(|| queue(drawn + 1)),
        truth: None,
        ended_at: Some(time(ms + 30 * MINUTE_MS)),
        worked_ms: drawn % 12 * MINUTE_MS,
    }
}
