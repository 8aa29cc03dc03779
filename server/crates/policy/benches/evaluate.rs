//! What deciding costs, in nanoseconds per decision and per rule, for policies of 10, 100 and 1,000 rules, beside the `cel`
//! crate alone, which evaluates the same conditions one after the other. `make bench`, or `cargo bench -p policy`.
//!
//! Every condition is measured as cells of the table and as an expression; on label and channel, where the index leaves most
//! rules out, and on a number and an attribute, where it cannot. In the worst case nothing matches; in the other one the rule
//! in the middle does. All five ways of a row take turns, and the fastest of several rounds counts, since neighbours on the
//! machine only ever add time.

#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::{collections::BTreeMap, error::Error, hint::black_box, time::Instant};

use cel::{Context, Program, Value};
use domain::{
    Candidate, Classification, NewTask, PolicyDocument, Rule, Then, Timestamp,
    policy::{Cell, Column, ColumnFact, ColumnKind, Decimal, PolicyProblem, Range, Target},
};
use policy::{CompiledPolicy, Facts};

const ROUNDS: u32 = 9;
/// Nanoseconds that one round of one way takes about.
const ROUND_NS: f64 = 10e6;

/// What one rule asks, in both ways of writing it.
struct Asks {
    cells: BTreeMap<ColumnFact, Cell>,
    expression: String,
}

/// Conditions to measure: their name, and what the rule at a place asks.
type Conditions = (&'static str, fn(u32) -> Asks);

const CONDITIONS: [Conditions; 2] = [("label and channel", indexed), ("confidence and attribute", open)];

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo test --benches` calls this binary too; it must not wait for it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    println!(
        "| conditions | rules | match | cells | expressions | … with trace and explanation | cel alone | … with each \
         task's facts | cel / cells | cel / expressions |"
    );
    println!("|{}", " --- |".repeat(10));
    for (name, asks) in CONDITIONS {
        for count in [10, 100, 1_000] {
            let asked: Vec<Asks> = (0..count).map(asks).collect();
            for (case, place) in [("none", None), ("middle", Some(count / 2))] {
                println!("| {name} | {count} | {case} | {} |", measure(&asked, place)?);
            }
        }
    }
    println!("\nNanoseconds per decision, and in brackets per rule that was before the end.");
    Ok(())
}

/// One row: every way decides the same task, for which the rule at `place` matches.
fn measure(asked: &[Asks], place: Option<u32>) -> Result<String, Box<dyn Error>> {
    let compile = |document| CompiledPolicy::compile(document).map_err(|problems| first(&problems));
    let (cells, expressions) = (compile(table(asked))?, compile(sentences(asked))?);
    let programs: Vec<Program> =
        asked.iter().map(|asks| Program::compile(&asks.expression)).collect::<Result<_, _>>()?;
    let (task, classification) = case(place);
    let (queues, now) = (BTreeMap::new(), Timestamp::from_ms(1_800_000_000_000));
    let facts = Facts { task: &task, classification: Some(&classification), queues: &queues, now };
    let mut once = Context::default();
    add_facts(&mut once, &facts)?;
    let base = Context::default();

    let wanted = place.map(usize::try_from).transpose()?;
    for (way, got) in [
        ("cells", cells.decide(&facts).rule),
        ("expressions", expressions.decide(&facts).rule),
        ("cel alone", first_true(&programs, &once)),
    ] {
        assert_eq!(got, wanted, "{way} find the rule");
    }

    let mut ways: [&mut dyn FnMut(); 5] = [
        &mut || drop(black_box(cells.decide(black_box(&facts)))),
        &mut || drop(black_box(expressions.decide(black_box(&facts)))),
        &mut || drop(black_box(expressions.evaluate(black_box(&facts)))),
        &mut || {
            black_box(first_true(black_box(&programs), &once));
        },
        &mut || {
            let mut context = base.new_inner_scope();
            add_facts(&mut context, black_box(&facts)).expect("the facts were added before");
            black_box(first_true(black_box(&programs), &context));
        },
    ];
    let nanoseconds = in_turns(&mut ways);
    let tried = place.map_or(asked.len(), |place| place as usize + 1);
    let shown =
        nanoseconds.map(|ns| format!("{ns:.0} ({:.1})", ns / f64::from(u32::try_from(tried).unwrap_or(u32::MAX))));
    let [cells, expressions, _, alone, _] = nanoseconds;
    Ok(format!("{} | {:.1} | {:.1}", shown.join(" | "), alone / cells, alone / expressions))
}

/// The fastest round of each, in nanoseconds a call.
fn in_turns<const WAYS: usize>(ways: &mut [&mut dyn FnMut(); WAYS]) -> [f64; WAYS] {
    let mut best = [f64::INFINITY; WAYS];
    let mut times = [3_u32; WAYS];
    for round in 0..=ROUNDS {
        for (place, way) in ways.iter_mut().enumerate() {
            let start = Instant::now();
            (0..times[place]).for_each(|_| way());
            let ns = start.elapsed().as_secs_f64() * 1e9 / f64::from(times[place]);
            if round == 0 {
                // Only to learn how many calls fill a round.
                times[place] = calls(ns);
            } else {
                best[place] = best[place].min(ns);
            }
        }
    }
    best
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what fits")]
fn calls(ns: f64) -> u32 {
    (ROUND_NS / ns).clamp(3.0, 100_000.0) as u32
}

fn first(problems: &[PolicyProblem]) -> String {
    problems.first().map_or_else(String::new, |problem| problem.message.clone())
}

/// The first expression that holds, as one would write it with the crate alone.
fn first_true(programs: &[Program], context: &Context<'_, '_>) -> Option<usize> {
    programs.iter().position(|program| matches!(program.execute(context), Ok(Value::Bool(true))))
}

/// Only what the conditions read.
fn add_facts(context: &mut Context<'_, '_>, facts: &Facts<'_>) -> Result<(), Box<dyn Error>> {
    let task = serde_json::json!({ "channel": facts.task.channel, "attributes": facts.task.attributes });
    let said =
        facts.classification.map(|said| serde_json::json!({ "label": said.label, "confidence": said.confidence }));
    context.add_variable("task", task)?;
    context.add_variable("classification", said)?;
    Ok(())
}

fn indexed(place: u32) -> Asks {
    let text = |text: &str| Cell::AnyOf(vec![text.to_owned()]);
    Asks {
        cells: BTreeMap::from([
            (ColumnFact::Label, text(&format!("label-{place}"))),
            (ColumnFact::Channel, text("email")),
        ]),
        expression: format!("classification.label == \"label-{place}\" && task.channel == \"email\""),
    }
}

/// The confidence always suffices, so that the attribute is read, too.
fn open(place: u32) -> Asks {
    let (sure, amount) = (Decimal::from_micros(500_000), Decimal::whole(place.into()));
    let cells = [
        (ColumnFact::Confidence, Range { at_least: Some(sure), ..Range::default() }),
        (amount_fact(), Range { at_least: Some(amount), at_most: Some(amount), ..Range::default() }),
    ];
    Asks {
        cells: cells.into_iter().map(|(fact, range)| (fact, Cell::Range(range))).collect(),
        expression: format!("classification.confidence >= 0.5 && task.attributes.amount == {place}"),
    }
}

fn amount_fact() -> ColumnFact {
    ColumnFact::Attribute(vec!["amount".to_owned()])
}

/// A task for which the rule at a place matches under either kind of conditions, or none does.
fn case(place: Option<u32>) -> (NewTask, Classification) {
    let place = place.map_or(-1, i64::from);
    let label = format!("label-{place}");
    let task = NewTask {
        subject: "Where is my card?".to_owned(),
        body: "I ordered a card two weeks ago and it still has not arrived; please tell me where it is.".to_owned(),
        channel: Some("email".to_owned()),
        attributes: [("amount".to_owned(), place.into()), ("plan".to_owned(), "free".into())].into_iter().collect(),
        ..NewTask::default()
    };
    let classification = Classification {
        candidates: vec![Candidate { label: label.clone(), confidence: 0.9 }],
        label,
        confidence: 0.9,
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
    (task, classification)
}

fn then() -> Then {
    let destination = Target::Queue { queue: "billing".to_owned() };
    Then { destination, priority: None, sla_minutes: None, skills: Vec::new(), note: None }
}

fn document(rules: impl Iterator<Item = (BTreeMap<ColumnFact, Cell>, String)>) -> PolicyDocument {
    let rule = |(place, (cells, when))| Rule {
        id: format!("rule-{place}"),
        description: "A rule.".to_owned(),
        area: None,
        disabled: false,
        cells,
        when,
        then: then(),
    };
    PolicyDocument { rules: rules.enumerate().map(rule).collect(), ..PolicyDocument::of(then()) }
}

/// The rules as rows of a table.
fn table(asked: &[Asks]) -> PolicyDocument {
    let facts = [ColumnFact::Label, ColumnFact::Channel, ColumnFact::Confidence, amount_fact()];
    let columns = facts.map(|fact| Column { kind: fact.kind().is_none().then_some(ColumnKind::Number), fact });
    let rules = asked.iter().map(|asks| (asks.cells.clone(), String::new()));
    PolicyDocument { columns: columns.into(), ..document(rules) }
}

/// The rules as expressions.
fn sentences(asked: &[Asks]) -> PolicyDocument {
    document(asked.iter().map(|asks| (BTreeMap::new(), asks.expression.clone())))
}
