//! Prints what a decision costs, in microseconds: `cargo run --release -p policy --example decide`.

#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::{collections::BTreeMap, hint::black_box, time::Instant};

use domain::{
    Candidate, Classification, NewTask, PolicyDocument, Rule, Then, Timestamp,
    policy::{Cell, Column, ColumnFact, Decimal, Range, Target},
};
use policy::{CompiledPolicy, Facts, QueueFacts, default_document};

const ROUNDS: u32 = 20_000;

fn then() -> Then {
    let destination = Target::Queue { queue: "billing".to_owned() };
    Then { destination, priority: None, sla_minutes: None, skills: Vec::new(), note: None }
}

fn document(conditions: impl Iterator<Item = String>) -> PolicyDocument {
    let rule = |(place, when)| Rule {
        id: format!("rule-{place}"),
        description: "A rule.".to_owned(),
        area: None,
        disabled: false,
        cells: BTreeMap::new(),
        when,
        then: then(),
    };
    PolicyDocument { rules: conditions.enumerate().map(rule).collect(), ..PolicyDocument::of(then()) }
}

/// A table: each rule asks for a label and a confidence in cells.
fn table(rules: u32) -> PolicyDocument {
    let column = |fact| Column { fact, kind: None };
    let above = Range { above: Some(Decimal::from_micros(500_000)), ..Range::default() };
    let mut document = document((0..rules).map(|_| String::new()));
    document.columns = vec![column(ColumnFact::Label), column(ColumnFact::Confidence)];
    for (place, rule) in document.rules.iter_mut().enumerate() {
        rule.cells = BTreeMap::from([
            (ColumnFact::Label, Cell::AnyOf(vec![format!("label-{place}")])),
            (ColumnFact::Confidence, Cell::Range(above)),
        ]);
    }
    document
}

/// A table that no index helps with: each rule asks for a confidence and an hour.
fn open_table(rules: u32) -> PolicyDocument {
    let column = |fact| Column { fact, kind: None };
    let mut document = document((0..rules).map(|_| String::new()));
    document.columns = vec![column(ColumnFact::Confidence), column(ColumnFact::Hour)];
    for rule in &mut document.rules {
        let above = Range { above: Some(Decimal::from_micros(500_000)), ..Range::default() };
        let never = Range { above: Some(Decimal::whole(22)), ..Range::default() };
        rule.cells =
            BTreeMap::from([(ColumnFact::Confidence, Cell::Range(above)), (ColumnFact::Hour, Cell::Range(never))]);
    }
    document
}

/// The fastest of several runs, since neighbours on the machine only ever add time.
fn microseconds(mut work: impl FnMut()) -> f64 {
    let run = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..ROUNDS).for_each(|_| work());
        start.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS)
    };
    (0..7).map(|_| run(&mut work)).fold(f64::INFINITY, f64::min)
}

fn main() -> Result<(), Vec<domain::policy::PolicyProblem>> {
    let candidates = vec![Candidate { label: "label-299".to_owned(), confidence: 0.9 }];
    let classification = Classification {
        label: "label-299".to_owned(),
        confidence: 0.9,
        candidates,
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
    let body = "I ordered a card two weeks ago and it still has not arrived; please tell me where it is.".to_owned();
    let task = NewTask { subject: "Where is my card?".to_owned(), body, ..NewTask::default() };
    let queues =
        BTreeMap::from([("billing".to_owned(), QueueFacts { depth: 3, oldest_age_minutes: 4, agents_present: 5 })]);
    let facts = Facts {
        task: &task,
        classification: Some(&classification),
        queues: &queues,
        now: Timestamp::from_ms(1_800_000_000_000),
    };

    let twenty = (0..20).map(|n| format!("classification.confidence < 0.{n:02} && task.channel != \"chat\""));
    let equal = (0..300).map(|n| format!("classification.label == \"label-{n}\""));
    let mixed = (0..300).map(|n| match n % 30 {
        0 => format!("queues[\"billing\"].depth > {}", 100 + n),
        _ => format!("classification.label == \"label-{n}\" && classification.confidence > 0.5"),
    });
    for (name, document) in [
        ("default policy", default_document(BTreeMap::new())),
        ("20 rules that are all computed", document(twenty)),
        ("300 rules on the label, the last matches", document(equal)),
        ("300 rules, 10 of them not on the label", document(mixed)),
        ("300 rules of cells on the label", table(300)),
        ("300 rules of cells that are all computed", open_table(300)),
    ] {
        let policy = CompiledPolicy::compile(document)?;
        let decide = microseconds(|| drop(black_box(policy.decide(black_box(&facts)))));
        let evaluate = microseconds(|| drop(black_box(policy.evaluate(black_box(&facts)))));
        println!("{name}: {decide:.2} µs to decide, {evaluate:.2} µs with trace and explanation");
    }
    Ok(())
}
