//! What guardrails forbid, at run time and before.

use domain::{
    Destination, PolicyDocument, Rule, Then,
    guardrail::{Guardrail, Guardrails, Requirement},
    policy::{Cell, Column, ColumnFact, ColumnKind, PolicyProblem, Severity, Target},
};

use super::{cell, document, now, queues, rule, said, table, task, to_queue};
use crate::{CompiledGuardrails, CompiledPolicy, Facts, check_guardrails};

fn guardrail<const CELLS: usize>(id: &str, cells: [(ColumnFact, Cell); CELLS], require: Requirement) -> Guardrail {
    let description = format!("What {id} is for.");
    Guardrail { id: id.to_owned(), description, cells: cells.into(), when: String::new(), require }
}

fn guardrails(guardrails: Vec<Guardrail>) -> Guardrails {
    let seats = ColumnFact::Attribute(vec!["seats".to_owned()]);
    Guardrails { columns: vec![Column { fact: seats, kind: Some(ColumnKind::Number) }], guardrails }
}

fn compiled(list: Vec<Guardrail>) -> CompiledGuardrails {
    CompiledGuardrails::compile(guardrails(list)).unwrap()
}

fn confidence(text: &str) -> Requirement {
    Requirement::Confidence { at_least: text.parse().unwrap() }
}

fn bot() -> Destination {
    Destination::Automation { automation: "bot".to_owned() }
}

fn after_a_yes() -> Destination {
    Destination::Approval {
        automation: "bot".to_owned(),
        otherwise: "rest".to_owned(),
        terms: domain::decision::ApprovalTerms::default(),
    }
}

fn automated(rule: Rule) -> Rule {
    let destination = Target::Automation { automation: "bot".to_owned() };
    Rule { then: Then { destination, ..to_queue("rest") }, ..rule }
}

#[test]
fn the_first_broken_guardrail_is_named() {
    let rails = compiled(vec![
        guardrail("legal", [cell("classification.label", "legal")], Requirement::Person),
        guardrail("large", [cell("task.attributes.seats", "> 500")], Requirement::Approval),
        guardrail("sure", [], confidence("0.9")),
    ]);
    let (task, queues) = (task(), queues());
    let mut large = task.clone();
    large.attributes.insert("seats".to_owned(), 501.into());
    let people = Destination::Queue { queue: "rest".to_owned() };
    for (task, label, score, destination, broken) in [
        (&task, "legal", 0.99, &bot(), Some("legal")),
        (&task, "legal", 0.99, &after_a_yes(), Some("legal")),
        (&task, "legal", 0.99, &people, None),
        (&large, "billing", 0.99, &Destination::Close, Some("large")),
        (&large, "billing", 0.99, &after_a_yes(), None),
        (&task, "billing", 0.899, &bot(), Some("sure")),
        (&task, "billing", 0.9, &bot(), None),
        (&task, "", 0.0, &bot(), Some("sure")),
        (&task, "billing", 0.1, &Destination::DeadLetter, None),
    ] {
        let said = said(label, score);
        let classification = (!label.is_empty()).then_some(&said);
        let facts = Facts { task, classification, queues: &queues, now: now() };
        let found = rails.violated(&facts, destination).map(|guardrail| guardrail.id.as_str());
        assert_eq!(found, broken, "{label} {score} {destination}");
    }
}

#[test]
fn the_largest_share_of_audits_counts() {
    let rails = compiled(vec![
        guardrail("all", [], Requirement::Audited { percent: 2 }),
        guardrail("fraud", [cell("classification.label", "fraud")], Requirement::Audited { percent: 20 }),
    ]);
    let (task, queues, said) = (task(), queues(), said("fraud", 0.9));
    let percent =
        |classification| rails.audit_percent(&Facts { task: &task, classification, queues: &queues, now: now() });
    assert_eq!((percent(Some(&said)), percent(None)), (20, 2));
    assert_eq!(
        CompiledGuardrails::default().audit_percent(&Facts {
            task: &task,
            classification: None,
            queues: &queues,
            now: now()
        }),
        0
    );
}

#[test]
fn a_guardrail_that_cannot_be_computed_holds() {
    let when = "task.attributes.plan > 5".to_owned();
    let rails = compiled(vec![Guardrail { when, ..guardrail("odd", [], Requirement::Approval) }]);
    let (task, queues) = (task(), queues());
    let facts = Facts { task: &task, classification: None, queues: &queues, now: now() };
    assert!(rails.violated(&facts, &bot()).is_some());
}

#[test]
fn guardrails_are_refused_with_their_id() {
    let problems = CompiledGuardrails::compile(guardrails(vec![
        guardrail("Bad name", [], Requirement::Audited { percent: 60 }),
        guardrail("twice", [cell("task.attributes.plan", "a")], confidence("0")),
        Guardrail { when: "task.colour == 1".to_owned(), ..guardrail("twice", [], Requirement::Person) },
    ]))
    .unwrap_err();
    let found: Vec<_> =
        problems.iter().map(|problem| (problem.rule.as_deref().unwrap_or_default(), &*problem.field)).collect();
    let expected = [
        ("Bad name", "id"),
        ("Bad name", "require"),
        ("twice", "require"),
        ("twice", "task.attributes.plan"),
        ("twice", "id"),
        ("twice", "when"),
    ];
    assert_eq!(found, expected);
}

fn check(document: &PolicyDocument, list: Vec<Guardrail>) -> Vec<PolicyProblem> {
    check_guardrails(document, &compiled(list))
}

#[test]
fn a_rule_that_breaks_a_guardrail_is_shown_with_a_task() {
    let document = table(vec![
        rule(0, [cell("classification.label", "legal")]),
        automated(rule(1, [cell("classification.label", "fraud"), cell("classification.confidence", ">= 0.95")])),
        automated(rule(2, [cell("classification.confidence", ">= 0.9")])),
    ]);
    let legal = guardrail("legal", [cell("classification.label", "legal")], Requirement::Person);
    let sure = guardrail("sure", [], confidence("0.9"));
    assert_eq!(check(&document, vec![legal.clone(), sure]), [], "earlier rules and bounds keep them from it");

    let surer = guardrail("surer", [cell("classification.label", "not fraud")], confidence("0.95"));
    let problems = check(&document, vec![legal, surer]);
    assert_eq!(problems.len(), 1, "{problems:?}");
    let problem = &problems[0];
    assert_eq!((problem.severity, problem.rule.as_deref()), (Severity::Error, Some("r2")));
    assert!(problem.message.contains("`surer`"), "{problem:?}");
    let example = problem.example.as_ref().unwrap();
    let verdict = CompiledPolicy::compile(document).unwrap().evaluate(&Facts::of(example));
    assert_eq!((verdict.matched_rule.as_deref(), &verdict.destination), (Some("r2"), &bot()));
    assert!(example.classification.as_ref().unwrap().confidence < 0.95);
}

#[test]
fn what_cannot_be_told_before_a_task_comes_is_a_warning() {
    let words = Rule { when: "contains_any(task.text, [\"invoice\"])".to_owned(), ..rule(0, []) };
    let document = table(vec![automated(words)]);
    let problems =
        check(&document, vec![guardrail("legal", [cell("classification.label", "legal")], Requirement::Person)]);
    assert_eq!((problems.len(), problems[0].severity), (1, Severity::Warning), "{problems:?}");
    assert!(problems[0].example.is_none());

    let above =
        Guardrail { when: "task.attributes.seats > 500".to_owned(), ..guardrail("large", [], Requirement::Approval) };
    let all = table(vec![automated(rule(0, []))]);
    assert_eq!(check(&all, vec![above.clone()])[0].severity, Severity::Error, "a task shows it");
    let small = Rule { when: "task.attributes.seats < 100".to_owned(), ..rule(0, []) };
    assert_eq!(check(&table(vec![automated(small)]), vec![above]), []);
}

#[test]
fn nothing_is_said_of_tasks_that_cannot_be() {
    let document = table(vec![automated(rule(0, [cell("classification.confidence", ">= 0.9")]))]);
    let no_model = guardrail("no-model", [cell("classification.available", "no")], Requirement::Person);
    assert_eq!(check(&document, vec![no_model]), [], "without a model there is no confidence");
}

#[test]
fn the_last_line_and_examples_are_held_against_guardrails_too() {
    let mut plain = document(&["now.hour == 3"]);
    plain.otherwise.destination = Target::Close;
    let facts = domain::policy::CaseFacts { task: task(), classification: None, queues: queues(), now: now() };
    plain.examples = vec![domain::policy::PolicyExample {
        name: "closed".to_owned(),
        facts,
        expect: domain::policy::Expectation { destination: Some(Destination::Close), ..Default::default() },
    }];
    let problems = check(&plain, vec![guardrail("people", [], Requirement::Person)]);
    let found: Vec<_> = problems.iter().map(|problem| (&*problem.field, problem.severity)).collect();
    assert_eq!(found, [("otherwise.destination", Severity::Error), ("examples.closed", Severity::Error)]);
}
