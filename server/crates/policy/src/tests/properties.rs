//! What holds for every task and every document.

use std::collections::BTreeMap;

use domain::{Candidate, Classification, NewTask, Priority, Timestamp, policy::PolicyProblem};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{document, queues};
use crate::{CompiledPolicy, Facts, Known, check, default_document, parse};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-2..3_i64).prop_map(Value::from),
        prop::sample::select(vec![-0.5, 0.0, 0.5, 1.0]).prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-c]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-c]", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

prop_compose! {
    fn any_task()(
        subject in ".{0,40}",
        body in "(?s).{0,80}",
        channel in prop::option::of("[ab]"),
        attributes in prop::collection::btree_map("[a-c]", any_json(), 0..4),
        hint in prop::option::of(prop::sample::select(Priority::ALL.to_vec())),
    ) -> NewTask {
        NewTask { subject, body, channel, attributes: attributes.into_iter().collect(), priority_hint: hint, ..NewTask::default() }
    }
}

prop_compose! {
    fn any_classification()(
        label in "[ab]?",
        confidence in any::<f32>(),
        second in any::<f32>(),
        out_of_scope in any::<f32>(),
    ) -> Classification {
        let candidates = vec![
            Candidate { label: label.clone(), confidence },
            Candidate { label: "b".to_owned(), confidence: second },
        ];
        Classification {
            label, confidence, candidates, out_of_scope, priority: None, handling_minutes: None, handling_range: None,
            model_version: "v1".to_owned(), said: None,
            reached: None,
            short_list: None,
            stages: Vec::new(),
        }
    }
}

/// Conditions that are legal, but for values of attributes that do not fit.
fn any_condition() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[ab]".prop_map(|name| format!("classification.label == \"{name}\"")),
        "[ab]".prop_map(|name| format!("\"{name}\" == task.channel")),
        Just("classification.label in [\"a\", \"b\", \"a\"]".to_owned()),
        Just("task.channel in [\"a\", \"api\"]".to_owned()),
        Just("task.channel in []".to_owned()),
        Just("classification.confidence >= 0.5".to_owned()),
        Just("classification.margin < 0.2".to_owned()),
        Just("queues[\"billing\"].depth > 5".to_owned()),
        Just("queues[\"unknown\"].depth > 5".to_owned()),
        "[a-c]".prop_map(|name| format!("task.attributes.{name}")),
        "[a-c]".prop_map(|name| format!("task.attributes.{name} > 1")),
        "[a-c]".prop_map(|name| format!("task.attributes.{name}.a == \"a\"")),
        ("[a-c]", "==|!=|<|<=|>|>=", "\"a\"|1|-1|0\\.5|0\\.0")
            .prop_map(|(name, sign, value)| format!("task.attributes.{name} {sign} {value}")),
        "[a-c]".prop_map(|name| format!("task.attributes.{name} in [\"a\", \"\"]")),
        ("[a-c]", "==|!=", "true|null")
            .prop_map(|(name, sign, value)| format!("task.attributes.{name} {sign} {value}")),
        ("confidence|margin|out_of_scope|handling_minutes", "==|!=|<|<=|>|>=", "0\\.0|0\\.5|1\\.0")
            .prop_map(|(name, sign, value)| format!("classification.{name} {sign} {value}")),
        ("priority_hint|language", "==|!=").prop_map(|(name, sign)| format!("task.{name} {sign} \"urgent\"")),
        "[a-c]".prop_map(|name| format!("has(task.attributes.{name}.b)")),
        "[a-c]".prop_map(|name| format!("task.attributes.{name}.exists(x, x == 1 || x.a)")),
        "[a-c]".prop_map(|name| format!("1 / task.attributes.{name} > 0")),
        "[a-c]".prop_map(|name| format!("contains_any(task.attributes.{name}, [\"{name}\"])")),
        Just("contains_any(task.text, [\"a\", \"ß\"])".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            3 => (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} && {right})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} || {right})")),
            1 => inner.clone().prop_map(|inner| format!("!({inner})")),
            1 => (inner.clone(), inner.clone(), inner).prop_map(|(if_, then, else_)| format!("({if_} ? {then} : {else_})")),
        ]
    })
}

fn compile_any(conditions: &[String]) -> Result<CompiledPolicy, Vec<PolicyProblem>> {
    CompiledPolicy::compile(document(&conditions.iter().map(String::as_str).collect::<Vec<_>>()))
}

/// Fails unless the condition, by the shortest way, says of the task what CEL says.
fn agrees_with_cel(condition: &str, attributes: &[(&str, Value)], confidence: f32) {
    // Some comparisons are refused before a task comes.
    let Ok(policy) = compile_any(&[condition.to_owned()]) else { return };
    let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let task = NewTask { attributes, ..NewTask::default() };
    let said = super::said("a", confidence);
    let queues = queues();
    let facts = Facts { task: &task, classification: Some(&said), queues: &queues, now: Timestamp::from_ms(0) };
    let verdict = policy.evaluate(&facts);
    assert_eq!(verdict, policy.evaluate_every_rule(&facts), "{condition} of {task:?}");
}

#[test]
fn every_comparison_is_as_cel_has_it() {
    let literals = ["1", "-1", "0.5", "1.0", "\"a\"", "\"\"", "true", "null", "[\"a\", \"\"]"];
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(1),
        json!(0.5),
        json!(1.0),
        json!("a"),
        json!(""),
        json!([]),
    ];
    for sign in ["==", "!=", "<", "<=", ">", ">=", "in"] {
        for literal in literals {
            for value in &values {
                agrees_with_cel(&format!("task.attributes.x {sign} {literal}"), &[("x", value.clone())], 0.5);
            }
            agrees_with_cel(&format!("task.attributes.x {sign} {literal}"), &[], 0.5);
            for confidence in [0.0, 0.5, 1.0, f32::NAN] {
                agrees_with_cel(&format!("classification.confidence {sign} {literal}"), &[], confidence);
            }
            for fact in ["label", "margin", "out_of_scope", "handling_minutes", "model_version"] {
                agrees_with_cel(&format!("classification.{fact} {sign} {literal}"), &[], 0.5);
            }
            for fact in ["channel", "language", "priority_hint", "external_id"] {
                agrees_with_cel(&format!("task.{fact} {sign} {literal}"), &[], 0.5);
            }
        }
    }
}

#[test]
fn and_or_and_not_are_as_cel_has_them() {
    // One that holds, one that does not, one that only CEL can say, and one that cannot be computed.
    let parts =
        ["task.attributes.x == 1", "task.attributes.x == 2", "task.attributes.x < 1.5", "task.attributes.y > 1"];
    for left in parts {
        agrees_with_cel(&format!("!({left})"), &[("x", json!(1)), ("y", json!("a"))], 0.5);
        for (right, sign) in parts.iter().flat_map(|right| ["&&", "||"].map(|sign| (right, sign))) {
            agrees_with_cel(&format!("{left} {sign} {right}"), &[("x", json!(1)), ("y", json!("a"))], 0.5);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn neither_the_index_nor_a_way_without_cel_changes_a_verdict(
        conditions in prop::collection::vec(any_condition(), 0..8),
        task in any_task(),
        classification in prop::option::of(any_classification()),
        now in any::<i64>(),
    ) {
        let policy = compile_any(&conditions).unwrap();
        let queues = queues();
        let facts = Facts { task: &task, classification: classification.as_ref(), queues: &queues, now: Timestamp::from_ms(now) };
        let verdict = policy.evaluate(&facts);
        prop_assert_eq!(&verdict, &policy.evaluate_every_rule(&facts));
        let tried = verdict.matched_rule.as_ref().map_or(conditions.len(), |id| id[1..].parse::<usize>().unwrap() + 1);
        prop_assert_eq!(verdict.trace.len(), tried);
    }

    #[test]
    fn the_default_policy_decides_every_task(
        task in any_task(),
        classification in prop::option::of(any_classification()),
    ) {
        let policy = CompiledPolicy::compile(default_document(BTreeMap::new())).unwrap();
        let queues = BTreeMap::new();
        let facts = Facts { task: &task, classification: classification.as_ref(), queues: &queues, now: Timestamp::from_ms(0) };
        let verdict = policy.evaluate(&facts);
        prop_assert_eq!(verdict.rule_errors, 0);
        prop_assert!(verdict.destination.name().is_some());
    }

    #[test]
    fn arbitrary_conditions_are_refused_or_evaluated_but_never_panic(
        when in prop_oneof![
            "(?s).{0,60}",
            "[a-z.()\\[\\]\"'{}?:!&|<>=+*/%0-9 \\\\-]{0,60}",
            prop::collection::vec(prop::sample::select(vec![
                "task", ".", "text", "attributes", "a", "classification", "label", "[", "]", "(", ")", "\"a\"", "==", "&&", "||",
                "!", "in", "exists", "x", ",", "has", "1", "1.5", "+", "-", "?", ":", "queues", "depth", "now", "hour", "true",
                "contains_any", "size", "{", "}", "null", "@result", "#0", "b'", "r\"", "\"\"\"", "//",
            ]), 0..16).prop_map(|parts| parts.concat()),
        ],
        task in any_task(),
    ) {
        if let Ok(policy) = compile_any(std::slice::from_ref(&when)) {
            let queues = queues();
            let _ = policy.evaluate(&Facts { task: &task, classification: None, queues: &queues, now: Timestamp::from_ms(0) });
        }
    }

    #[test]
    fn a_document_survives_its_json(conditions in prop::collection::vec(any_condition(), 0..4)) {
        let document = document(&conditions.iter().map(String::as_str).collect::<Vec<_>>());
        let json = serde_json::to_string_pretty(&document).unwrap();
        prop_assert_eq!(parse(&json).unwrap(), document);
    }

    #[test]
    fn arbitrary_json_is_read_or_refused_but_never_panics(json in any_json(), text in ".{0,40}") {
        for text in [json.to_string(), text] {
            if let Ok(document) = parse(&text) {
                let _ = check(&document, &Known::default());
            }
        }
    }
}
