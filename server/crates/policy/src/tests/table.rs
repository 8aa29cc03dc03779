//! What tables mean: columns, cells, disabled rules.

use domain::{
    NewTask, QueueKind, Rule, RuleOutcome,
    decision::ApprovalTerms,
    policy::{Cell, Column, ColumnFact, ColumnKind, Severity, Shedding, SheddingRest, Target},
};
use serde_json::json;

use super::{cell, evaluate, queue, rule, said, table, task};
use crate::{CompiledPolicy, parse};

fn holds(fact: &str, text: &str) -> bool {
    let policy = CompiledPolicy::compile(table(vec![rule(0, [cell(fact, text)])])).unwrap();
    evaluate(&policy, &task(), Some(&said("billing", 0.93))).matched_rule.is_some()
}

#[test]
fn cells_mean_what_they_say() {
    for (fact, text, expected) in [
        ("classification.label", "fraud, billing", true),
        ("classification.label", "not fraud, billing", false),
        ("classification.confidence", "= 0.93", true),
        ("classification.confidence", "> 0.93", false),
        ("classification.margin", ">= 0.88 and < 0.9", true),
        ("classification.out_of_scope", "> 0.1", false),
        ("classification.reaches_precision", ">= 0.95 and <= 0.95", true),
        ("classification.available", "yes", true),
        ("classification.priority", "\"\"", true),
        ("classification.handling_minutes", "= 12.5", true),
        ("task.channel", "email", true),
        ("task.priority_hint", "not urgent", true),
        ("task.language", "en", true),
        ("now.hour", ">= 14 and < 15", true),
        ("now.weekday", "= 3", true),
        ("queues[\"billing\"].depth", "> 59", true),
        ("queues[\"billing\"].oldest_age_minutes", "< 90", false),
        ("queues[\"billing\"].agents_present", "= 2", true),
        ("queues[\"unknown\"].depth", ">= 0", false),
        ("task.attributes.seats", "= 250", true),
        ("task.attributes.score", "<= 0.5", true),
        ("task.attributes.missing", "< 5", false),
        ("task.attributes.plan", "< 5", false),
        ("task.attributes.plan", "enterprise", true),
        ("task.attributes.seats", "250", true),
        ("task.attributes.vip", "true", true),
        ("task.attributes.vip", "yes", true),
        ("task.attributes.missing", "no", true),
        ("task.attributes.plan", "yes", false),
        ("task.attributes.gone", "\"\"", true),
        ("task.attributes.missing", "\"\"", true),
        ("task.attributes.missing", "not enterprise", true),
        ("task.attributes.tags", "not \"\"", true),
        ("task.attributes.customer.tier", "gold", true),
        ("task.attributes.customer.missing.deeper", "\"\"", true),
    ] {
        assert_eq!(holds(fact, text), expected, "{fact} {text}");
    }
}

#[test]
fn cells_and_expression_must_both_hold() {
    let both = Rule { when: "task.attributes.seats > 100".to_owned(), ..rule(0, [cell("task.channel", "email")]) };
    let broken = Rule { when: "task.attributes.plan > 5".to_owned(), ..rule(1, [cell("task.channel", "phone")]) };
    let policy = CompiledPolicy::compile(table(vec![broken, both])).unwrap();
    let verdict = evaluate(&policy, &task(), None);
    assert_eq!((verdict.matched_rule.as_deref(), verdict.rule_errors), (Some("r0"), 0), "cells are tested first");
    assert_eq!(evaluate(&policy, &NewTask { channel: None, ..task() }, None).matched_rule, None);
}

#[test]
fn disabled_rules_are_passed_over_and_traced() {
    let off = Rule { disabled: true, ..rule(0, [cell("task.channel", "email")]) };
    let policy =
        CompiledPolicy::compile(table(vec![off, rule(1, [cell("task.channel", "phone")]), rule(2, [])])).unwrap();
    let verdict = evaluate(&policy, &task(), None);
    let outcomes: Vec<_> = verdict.trace.into_iter().map(|step| step.outcome).collect();
    assert_eq!(outcomes, [RuleOutcome::Disabled, RuleOutcome::NotMatched, RuleOutcome::Matched]);
}

#[test]
fn a_stated_language_goes_before_the_detected_one() {
    let policy = CompiledPolicy::compile(table(vec![rule(0, [cell("task.language", "de-AT")])])).unwrap();
    let mut stated = task();
    stated.attributes.insert("language".to_owned(), json!("de-AT"));
    assert!(evaluate(&policy, &stated, None).matched_rule.is_some());
    stated.attributes.insert("language".to_owned(), json!(7));
    assert!(evaluate(&policy, &stated, None).matched_rule.is_none());
}

#[test]
fn the_queues_of_cells_are_kept_with_the_decision() {
    let policy = CompiledPolicy::compile(table(vec![rule(0, [cell("queues[\"billing\"].depth", "> 5")])])).unwrap();
    let verdict = evaluate(&policy, &task(), None);
    assert_eq!(verdict.facts_used["queues"]["billing"]["depth"], 60);
}

#[test]
fn labels_and_promised_precision_are_found_in_cells() {
    let rules = vec![
        rule(0, [cell("classification.label", "a, b")]),
        rule(1, [cell("classification.reaches_precision", "> 0.9")]),
    ];
    let policy = CompiledPolicy::compile(table(rules)).unwrap();
    assert_eq!(policy.rules_naming("b"), ["r0"]);
    assert_eq!(policy.rules_asking_for_precision(), ["r1"]);
}

#[test]
fn tables_are_refused_with_rule_and_column() {
    let mut document = table(vec![]);
    let attribute = ColumnFact::Attribute(vec!["plan".to_owned()]);
    let column = |fact: ColumnFact, kind| Column { fact, kind };
    document.columns = vec![
        column(ColumnFact::Label, None),
        column(ColumnFact::Label, Some(ColumnKind::Text)),
        column(ColumnFact::Confidence, Some(ColumnKind::Text)),
        column(attribute, None),
        column(ColumnFact::Hour, None),
        column(ColumnFact::OutOfScope, None),
        column(ColumnFact::Margin, None),
        column(ColumnFact::PriorityHint, None),
        column(ColumnFact::Channel, None),
    ];
    let texts = |values: &[&str]| Cell::AnyOf(values.iter().map(|&value| value.to_owned()).collect());
    let cells = [
        (ColumnFact::Label, Cell::Is(true)),
        (ColumnFact::Weekday, cell("now.weekday", "> 1").1),
        (ColumnFact::Hour, cell("now.hour", "> 8.2 and < 8.8").1),
        (ColumnFact::OutOfScope, cell("classification.out_of_scope", ">= 70").1),
        (ColumnFact::Margin, Cell::Range(domain::policy::Range::default())),
        (ColumnFact::PriorityHint, texts(&["asap"])),
        (ColumnFact::Channel, texts(&["a", "a"])),
    ];
    document.rules = vec![rule(0, cells)];
    let problems = CompiledPolicy::compile(document).unwrap_err();
    let found: Vec<_> = problems
        .iter()
        .map(|problem| (problem.rule.as_deref().unwrap_or_default(), &*problem.field, &*problem.message))
        .collect();
    for expected in [
        ("", "classification.label", "another column asks for the same"),
        ("", "classification.confidence", "it is a number, not a text"),
        ("", "task.attributes.plan", "say whether it is a text, a number or a truth"),
        ("r0", "classification.label", "the column holds a text, and this asks for a truth"),
        ("r0", "now.weekday", "there is no column for it"),
        ("r0", "now.hour", "no number lies within; they are whole, from 0 to 23"),
        ("r0", "classification.out_of_scope", "it is a part of one: write bounds from 0 to 1, like 0.8 for 80 %"),
        ("r0", "classification.margin", "give at least one bound"),
        ("r0", "task.priority_hint", "`asap` is no priority; they are low, normal, high and urgent"),
        ("r0", "task.channel", "`a` stands here twice"),
    ] {
        assert!(found.contains(&expected), "{expected:?} is not in {found:#?}");
    }
    assert_eq!(found.len(), 10);
}

#[test]
fn unknown_names_are_found_in_cells_and_expressions() {
    let mut document = table(vec![
        rule(0, [cell("classification.label", "billing, gone"), cell("queues[\"away\"].depth", "> 1")]),
        Rule { when: "classification.label in [\"lost\", \"billing\"] || now.hour > 3".to_owned(), ..rule(1, []) },
    ]);
    document.rules[0].then.skills = vec!["german".to_owned(), "juggling".to_owned()];
    document.label_queues.insert("old".to_owned(), "rest".to_owned());
    let queues = ["rest", "q0", "q1"].map(|name| queue(name, QueueKind::People));
    let (labels, skills) = (["billing".to_owned()], ["german".to_owned()]);
    let known = crate::Known { queues: &queues, labels: &labels, skills: &skills };
    let problems = crate::check(&document, &known);
    let found: Vec<_> = problems
        .iter()
        .filter(|problem| problem.severity != Severity::Note)
        .map(|problem| (problem.severity, &*problem.field, problem.column, &*problem.message))
        .collect();
    let expected = [
        (Severity::Error, "queues[\"away\"].depth", None, "there is no queue `away`"),
        (Severity::Error, "then.skills", None, "there is no skill `juggling`"),
        (Severity::Warning, "label_queues.old", None, "there is no label `old`"),
        (Severity::Warning, "classification.label", None, "there is no label `gone`"),
        (Severity::Warning, "when", Some(26), "there is no label `lost`"),
    ];
    assert_eq!(found, expected);
    assert!(
        super::found(&document, &queues, Severity::Warning).iter().all(|problem| problem.severity == Severity::Error)
    );
}

#[test]
fn json_of_tables_is_refused_with_the_field() {
    let document = |cells: &str, columns: &str, examples: &str| {
        format!(
            r#"{{"schema": 2, "columns": [{columns}], "examples": [{examples}], "rules": [
  {{"id": "a", "description": "d", "cells": {{{cells}}}, "then": {{"destination": {{"kind": "close"}}}}}}
], "otherwise": {{"destination": {{"kind": "close"}}}}}}"#
        )
    };
    let channel = r#"{"fact": "task.channel"}"#;
    assert!(parse(&document(r#""task.channel": {"any_of": ["a"]}"#, channel, "")).is_ok());
    for (json, rule, field) in [
        (document(r#""task.channel": {"one_of": ["a"]}"#, channel, ""), Some("a"), "task.channel"),
        (document(r#""task.chanel": {"any_of": ["a"]}"#, channel, ""), Some("a"), "task.chanel"),
        (document("", r#"{"fact": "channel"}"#, ""), None, "columns.channel"),
        (document("", "", r#"{"name": "x", "expect": {}}"#), None, "examples.x"),
    ] {
        let problems = parse(&json).unwrap_err();
        assert_eq!((problems[0].rule.as_deref(), &*problems[0].field), (rule, field), "{json}: {problems:?}");
    }
}

#[test]
fn what_holds_under_stress_has_bounds() {
    let mut document = table(vec![rule(0, [])]);
    document.shedding = Some(Shedding { when_waiting: 0, full_percent: 101, rest: SheddingRest::Rules });
    let terms = ApprovalTerms { expires_minutes: Some(0), ..ApprovalTerms::default() };
    document.rules[0].then.destination =
        Target::Approval { automation: "bot".to_owned(), otherwise: "rest".to_owned(), terms };
    let problems = CompiledPolicy::compile(document.clone()).unwrap_err();
    let fields: Vec<_> = problems.iter().map(|problem| &*problem.field).collect();
    assert_eq!(fields, ["shedding.when_waiting", "shedding.full_percent", "then.destination"]);
    document.schema = 1;
    assert_eq!(CompiledPolicy::compile(document).unwrap_err()[0].field, "shedding");
}
