//! Random tables and tasks.

use std::collections::BTreeMap;

use domain::{
    Candidate, Classification, NewTask, PolicyDocument, Rule, Timestamp,
    policy::{CaseFacts, Cell, ColumnFact, ColumnKind, Decimal, Expectation, PolicyExample, QueueFacts, Range},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{now, rule, said, table};
use crate::check::check_cells;

/// The columns of random tables, each with few values that matter.
fn pool() -> Vec<ColumnFact> {
    let attribute = |name: &str| ColumnFact::Attribute(vec![name.to_owned()]);
    vec![
        ColumnFact::Label,
        ColumnFact::Confidence,
        ColumnFact::Available,
        ColumnFact::Channel,
        ColumnFact::Hour,
        ColumnFact::PriorityHint,
        attribute("plan"),
        attribute("seats"),
        attribute("vip"),
    ]
}

fn kind(fact: &ColumnFact) -> ColumnKind {
    fact.kind().unwrap_or_else(|| match fact.to_string().as_str() {
        "task.attributes.seats" => ColumnKind::Number,
        "task.attributes.vip" => ColumnKind::Truth,
        _ => ColumnKind::Text,
    })
}

fn any_cell(fact: &ColumnFact) -> BoxedStrategy<Cell> {
    let texts = match fact {
        ColumnFact::PriorityHint => vec!["low", "urgent", ""],
        _ => vec!["a", "b", ""],
    };
    let bounds: Vec<i64> = match fact {
        ColumnFact::Confidence => vec![0, 250_000, 500_000, 1_000_000],
        ColumnFact::Hour => vec![0, 6_000_000, 12_500_000, 23_000_000],
        _ => vec![-1_000_000, 0, 1_500_000],
    };
    match kind(fact) {
        ColumnKind::Text => (prop::sample::subsequence(texts, 1..=3), any::<bool>())
            .prop_map(|(values, none)| {
                let values = values.into_iter().map(str::to_owned).collect();
                if none { Cell::NoneOf(values) } else { Cell::AnyOf(values) }
            })
            .boxed(),
        ColumnKind::Number => {
            let bound = move || prop::option::of(prop::sample::select(bounds.clone()).prop_map(Decimal::from_micros));
            let fact = fact.clone();
            (bound(), bound(), bound(), bound())
                .prop_map(|(at_least, above, at_most, below)| Range { at_least, above, at_most, below })
                .prop_filter("a number lies within", move |range| {
                    let mut refused = false;
                    let cells = BTreeMap::from([(fact.clone(), Cell::Range(*range))]);
                    let columns = table(vec![Rule { cells: cells.clone(), ..rule(0, []) }]).columns;
                    check_cells(&cells, &columns, true, |_, _| refused = true);
                    !refused
                })
                .prop_map(Cell::Range)
                .boxed()
        }
        ColumnKind::Truth => any::<bool>().prop_map(Cell::Is).boxed(),
    }
}

/// How a rule of a random table asks for what its cells say.
#[derive(Debug, Clone, Copy)]
enum Form {
    Cells,
    Expression,
    /// The cells, and an expression that no check understands and that holds for every task.
    Opaque,
}

fn any_rules(columns: Vec<ColumnFact>) -> impl Strategy<Value = Vec<(BTreeMap<ColumnFact, Cell>, Form)>> {
    let cells: Vec<_> =
        columns.into_iter().map(|fact| (Just(fact.clone()), prop::option::weighted(0.6, any_cell(&fact)))).collect();
    let cells = cells
        .prop_map(|cells| cells.into_iter().filter_map(|(fact, cell)| Some((fact, cell?))).collect::<BTreeMap<_, _>>());
    let form = prop_oneof![4 => Just(Form::Cells), 1 => Just(Form::Expression), 1 => Just(Form::Opaque)];
    prop::collection::vec((cells, form), 2..7)
}

pub(super) fn any_table() -> impl Strategy<Value = (Vec<ColumnFact>, PolicyDocument)> {
    prop::sample::subsequence(pool(), 2..=4).prop_flat_map(|columns| {
        (Just(columns.clone()), any_rules(columns)).prop_map(|(columns, rules)| {
            let rules = rules.into_iter().enumerate().map(|(place, (cells, form))| match form {
                Form::Cells => Rule { cells, ..rule(place, []) },
                Form::Expression => Rule { when: cells_as_condition(&cells), ..rule(place, []) },
                Form::Opaque => Rule { cells, when: "size(task.subject) > 0".to_owned(), ..rule(place, []) },
            });
            (columns, table(rules.collect()))
        })
    })
}

/// An expression that holds for the same tasks as the cells.
pub(super) fn cells_as_condition(cells: &BTreeMap<ColumnFact, Cell>) -> String {
    let parts: Vec<_> = cells.iter().map(|(fact, cell)| cell_as_condition(fact, cell)).collect();
    if parts.is_empty() { "true".to_owned() } else { parts.join(" && ") }
}

fn cell_as_condition(fact: &ColumnFact, cell: &Cell) -> String {
    let is_attribute = matches!(fact, ColumnFact::Attribute(_));
    let text = if is_attribute { format!("({fact} == null ? \"\" : string({fact}))") } else { fact.to_string() };
    match cell {
        Cell::AnyOf(values) => format!("{text} in {values:?}"),
        Cell::NoneOf(values) => format!("!({text} in {values:?})"),
        Cell::Range(range) => {
            let bounds = [(">=", range.at_least), (">", range.above), ("<=", range.at_most), ("<", range.below)];
            let number = |bound: Decimal| format!("{:.6}", bound.to_f64());
            let parts = bounds.into_iter().filter_map(|(sign, bound)| Some((sign, number(bound?))));
            // A bound below 0 is written the other way, since the checks read no sign.
            parts.map(|(sign, bound)| format!("{fact} {sign} {bound}")).collect::<Vec<_>>().join(" && ")
        }
        Cell::Is(wanted) if is_attribute => {
            if *wanted {
                format!("{fact} == true")
            } else {
                format!("!({fact} == true)")
            }
        }
        Cell::Is(true) => fact.to_string(),
        Cell::Is(false) => format!("!{fact}"),
    }
}

/// Every task that differs in what the columns ask for.
pub(super) fn all_tasks(columns: &[ColumnFact]) -> Vec<CaseFacts> {
    let asks = |fact: &str| columns.iter().any(|column| column.to_string() == fact);
    let plain = || said("other", 0.9);
    let classified = |label: &str, confidence: f32| Classification { label: label.to_owned(), confidence, ..plain() };
    let labels: &[&str] = if asks("classification.label") { &["a", "b", "", "other"] } else { &["other"] };
    let scores: &[f32] = if asks("classification.confidence") {
        &[0.0, 0.000_001, 0.249_999, 0.25, 0.250_001, 0.499_999, 0.5, 0.500_001, 0.999_999, 1.0]
    } else {
        &[0.9]
    };
    let classifications = labels.iter().flat_map(|label| scores.iter().map(|score| Some(classified(label, *score))));
    let classifications: Vec<_> = classifications.chain([None]).collect();
    let channels: &[&str] = if asks("task.channel") { &["a", "b", "", "other"] } else { &["a"] };
    let hours: &[i64] = if asks("now.hour") { &[0, 1, 5, 6, 7, 12, 13, 22, 23] } else { &[3] };
    let hints =
        if asks("task.priority_hint") { vec![None, Some("low"), Some("high"), Some("urgent")] } else { vec![None] };
    let values = |name: &str, values: Vec<Value>| {
        if asks(&format!("task.attributes.{name}")) { values } else { vec![Value::Null] }
    };
    let plans = values("plan", vec![Value::Null, json!("a"), json!("b"), json!("other"), json!(5)]);
    let seats = values(
        "seats",
        vec![Value::Null, json!(-2), json!(-1), json!(-0.5), json!(0), json!(1), json!(1.5), json!(2), json!("x")],
    );
    let vips = values("vip", vec![Value::Null, json!(true), json!(false), json!("true")]);
    let midnight = now().as_ms() - 14 * 3_600_000;
    let mut tasks = Vec::new();
    for classification in &classifications {
        for (channel, hour) in channels.iter().flat_map(|channel| hours.iter().map(move |hour| (channel, hour))) {
            for hint in &hints {
                for (plan, (seats, vip)) in plans.iter().flat_map(|plan| {
                    seats
                        .iter()
                        .flat_map(|seats| vips.iter().map(move |vip| (seats, vip)))
                        .map(move |rest| (plan, rest))
                }) {
                    let given = [("plan", plan), ("seats", seats), ("vip", vip)];
                    let given = given.into_iter().filter(|(_, value)| !value.is_null());
                    let task = NewTask {
                        subject: "x".to_owned(),
                        channel: Some((*channel).to_owned()),
                        priority_hint: hint.map(|hint| hint.parse().unwrap()),
                        attributes: given.map(|(name, value)| (name.to_owned(), value.clone())).collect(),
                        ..NewTask::default()
                    };
                    let now = Timestamp::from_ms(midnight + hour * 3_600_000);
                    tasks.push(CaseFacts {
                        task,
                        classification: classification.clone(),
                        queues: BTreeMap::new(),
                        now,
                    });
                }
            }
        }
    }
    tasks
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3..3_i64).prop_map(Value::from),
        (-3_000_000..3_000_000_i64).prop_map(|micros| serde_json::to_value(Decimal::from_micros(micros)).unwrap()),
        "[ab]?".prop_map(Value::from),
    ]
}

prop_compose! {
    pub(super) fn any_case()(
        label in prop::option::of("[abc]?"),
        confidence in 0..=1_000_000_i32,
        channel in prop::option::of("[abc]?"),
        hour in 0..24_i64,
        attributes in prop::collection::btree_map("plan|seats|vip", any_value(), 0..4),
        hint in prop::option::of(prop::sample::select(domain::Priority::ALL.to_vec())),
    ) -> CaseFacts {
        #[expect(clippy::cast_precision_loss, reason = "the number is small")]
        let confidence = confidence as f32 / 1e6;
        CaseFacts {
            task: NewTask { subject: "x".to_owned(), channel, attributes: attributes.into_iter().collect(), priority_hint: hint, ..NewTask::default() },
            classification: label.map(|label| Classification { candidates: vec![Candidate { label: label.clone(), confidence }], label, confidence, ..said("", 0.0) }),
            queues: BTreeMap::from([("q".to_owned(), QueueFacts::default())]),
            now: Timestamp::from_ms(hour * 3_600_000),
        }
    }
}

pub(super) fn any_document() -> impl Strategy<Value = PolicyDocument> {
    let named = ("[a-c]{1,3}", prop::option::of("[a-c]{1,3}"), any::<bool>());
    (any_table(), any_case(), named).prop_map(|((_, mut document), facts, (name, area, disabled))| {
        let expect = Expectation { rule: Some("r0".to_owned()), ..Expectation::default() };
        document.examples = vec![PolicyExample { name, facts, expect }];
        document.rules[0].area = area;
        document.rules[1].disabled = disabled;
        document
    })
}
