//! What several tests share: short ways to say documents, tasks and facts.

mod decide;
mod examples;
mod guardrails;
mod properties;
mod random;
mod reach;
mod refuse;
mod shadowed;
mod table;

use std::collections::BTreeMap;

use domain::{
    Candidate, Classification, NewTask, PolicyDocument, Queue, QueueKind, Rule, Then, Timestamp,
    policy::{Cell, Column, ColumnFact, ColumnKind, PolicyProblem, Severity, Target},
};
use serde_json::Value;

use crate::{CompiledPolicy, Facts, Known, QueueFacts, Verdict, check};

pub(crate) fn to_queue(queue: &str) -> Then {
    let destination = Target::Queue { queue: queue.to_owned() };
    Then { destination, priority: None, sla_minutes: None, skills: Vec::new(), note: None }
}

/// A document whose rules `r0`, `r1`, … have these conditions and lead to the queues `q0`, `q1`, …
pub(crate) fn document(conditions: &[&str]) -> PolicyDocument {
    let rule = |(place, when): (usize, &&str)| Rule { when: (*when).to_owned(), ..rule(place, []) };
    PolicyDocument { rules: conditions.iter().enumerate().map(rule).collect(), ..PolicyDocument::of(to_queue("rest")) }
}

/// The rule `r0`, `r1`, … with these cells, to the queue `q0`, `q1`, …
pub(crate) fn rule<const CELLS: usize>(place: usize, cells: [(ColumnFact, Cell); CELLS]) -> Rule {
    Rule {
        id: format!("r{place}"),
        description: format!("Rule number {place}."),
        area: None,
        disabled: false,
        cells: cells.into(),
        when: String::new(),
        then: to_queue(&format!("q{place}")),
    }
}

/// A document of rules with the columns that their cells need.
pub(crate) fn table(rules: Vec<Rule>) -> PolicyDocument {
    let kinds: BTreeMap<_, _> =
        rules.iter().flat_map(|rule| &rule.cells).map(|(fact, cell)| (fact.clone(), cell.kind())).collect();
    let column = |(fact, kind): (ColumnFact, ColumnKind)| {
        let kind = fact.kind().is_none().then_some(kind);
        Column { fact, kind }
    };
    let columns = kinds.into_iter().map(column).collect();
    PolicyDocument { columns, rules, ..PolicyDocument::of(to_queue("rest")) }
}

/// A cell as people write it, of a fact as conditions write it.
pub(crate) fn cell(fact: &str, text: &str) -> (ColumnFact, Cell) {
    let fact: ColumnFact = fact.parse().unwrap();
    let kinds = fact.kind().map_or_else(|| ColumnKind::ALL.into_iter().rev().collect(), |kind| vec![kind]);
    let cell = kinds.into_iter().find_map(|kind| Cell::read(kind, text).ok().flatten());
    (fact, cell.unwrap_or_else(|| panic!("{text}")))
}

/// The findings that weigh at least this much.
pub(crate) fn found(document: &PolicyDocument, queues: &[Queue], least: Severity) -> Vec<PolicyProblem> {
    let known = Known { queues, ..Known::default() };
    check(document, &known).into_iter().filter(|problem| problem.severity <= least).collect()
}

pub(crate) fn compiled(conditions: &[&str]) -> CompiledPolicy {
    CompiledPolicy::compile(document(conditions)).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

pub(crate) fn queue(name: &str, kind: QueueKind) -> Queue {
    Queue { name: name.to_owned(), title: name.to_owned(), purpose: String::new(), kind, sla_minutes: 60 }
}

pub(crate) fn task() -> NewTask {
    let attributes = serde_json::json!({
        "plan": "enterprise", "seats": 250, "score": 0.5, "vip": true, "gone": null,
        "tags": ["press", "legal"], "customer": { "tier": "gold", "first.name": "Ada" },
    });
    let Value::Object(attributes) = attributes else { unreachable!() };
    NewTask {
        subject: "Refund for invoice 17".to_owned(),
        body: "I was charged twice.\nPlease help URGENTLY, this is urgent.".to_owned(),
        channel: Some("email".to_owned()),
        attributes,
        ..NewTask::default()
    }
}

pub(crate) fn said(label: &str, confidence: f32) -> Classification {
    let candidate = |label: &str, confidence| Candidate { label: label.to_owned(), confidence };
    Classification {
        label: label.to_owned(),
        confidence,
        candidates: vec![candidate(label, confidence), candidate("other", 0.05)],
        out_of_scope: 0.1,
        priority: None,
        handling_minutes: Some(12.5),
        handling_range: None,
        model_version: "v3".to_owned(),
        said: None,
        reached: Some(domain::classification::Reached { percent: 95, threshold: 0.9 }),
        short_list: None,
        stages: Vec::new(),
    }
}

/// Wednesday, 2026-11-25, 14:30 in UTC.
pub(crate) fn now() -> Timestamp {
    Timestamp::parse("2026-11-25T14:30:00Z").unwrap()
}

pub(crate) fn queues() -> BTreeMap<String, QueueFacts> {
    BTreeMap::from([
        ("billing".to_owned(), QueueFacts { depth: 60, oldest_age_minutes: 90, agents_present: 2 }),
        ("team-leads".to_owned(), QueueFacts::default()),
    ])
}

pub(crate) fn evaluate(policy: &CompiledPolicy, task: &NewTask, classification: Option<&Classification>) -> Verdict {
    let queues = queues();
    let facts = Facts { task, classification, queues: &queues, now: now() };
    let verdict = policy.evaluate(&facts);
    assert_eq!(verdict, policy.evaluate_every_rule(&facts), "the index must not change the verdict");
    verdict
}

#[test]
fn the_page_about_policies_lists_every_fact() {
    let page = include_str!("../../../../docs/policies.md");
    let mut table = String::from("| fact or function | kind | meaning | example |\n| --- | --- | --- | --- |\n");
    for fact in crate::facts_reference() {
        let example = fact.example.replace('|', "\\|");
        table.push_str(&format!("| `{}` | {} | {} | `{example}` |\n", fact.name, fact.type_name, fact.meaning));
    }
    assert!(page.contains(&table), "docs/policies.md should hold:\n{table}");
}

#[test]
fn the_worked_example_of_the_page_compiles_and_its_examples_hold() {
    let page = include_str!("../../../../docs/policies.md");
    let blocks: Vec<&str> =
        page.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect();
    let policy = CompiledPolicy::compile(crate::parse(blocks[0]).unwrap()).unwrap();
    let outcomes = crate::run_examples(&policy);
    assert!(!outcomes.is_empty() && outcomes.iter().all(|outcome| outcome.holds), "{outcomes:?}");
    let mut document = policy.document().clone();
    document.examples.push(serde_json::from_str(blocks[1]).unwrap());
    let outcomes = crate::run_examples(&CompiledPolicy::compile(document).unwrap());
    assert!(outcomes.iter().all(|outcome| outcome.holds), "{outcomes:?}");
}
