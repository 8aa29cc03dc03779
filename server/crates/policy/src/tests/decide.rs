//! What conditions mean, and what a verdict says.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    Destination, Priority, Rule, RuleOutcome, Then,
    policy::{Severity, Target},
};
use serde_json::json;

use super::{compiled, document, evaluate, found, now, queue, queues, rule, said, task, to_queue};
use crate::{CompiledPolicy, Facts, INCIDENT_QUEUE, TRIAGE_QUEUE, default_document, facts_reference};

/// Whether a condition holds for the usual task; an error is a panic.
fn holds(when: &str) -> bool {
    let verdict = evaluate(&compiled(&[when]), &task(), Some(&said("billing", 0.93)));
    match &verdict.trace[0].outcome {
        RuleOutcome::Matched => true,
        RuleOutcome::NotMatched | RuleOutcome::Disabled => false,
        RuleOutcome::Error { message } => panic!("{when}: {message}"),
    }
}

fn error_of(when: &str) -> String {
    let verdict = evaluate(&compiled(&[when]), &task(), Some(&said("billing", 0.93)));
    assert_eq!(verdict.matched_rule, None, "{when}");
    assert_eq!(verdict.rule_errors, 1, "{when}");
    match &verdict.trace[0].outcome {
        RuleOutcome::Error { message } => message.clone(),
        other => panic!("{when}: {other:?}"),
    }
}

#[test]
fn conditions_mean_what_they_say() {
    for (when, expected) in [
        (r#"classification.label == "billing""#, true),
        (r#""billing" == classification.label"#, true),
        (r#"classification.label in ["fraud", "billing"]"#, true),
        (r#"classification.label in ["fraud"]"#, false),
        (r#"classification.label != "billing""#, false),
        ("classification.available", true),
        ("classification.confidence == 0.93", true),
        ("classification.reaches_precision >= 0.95 && classification.reaches_precision < 0.98", true),
        ("classification.confidence >= 0.93 && classification.confidence < 1", true),
        ("classification.margin == 0.88", true),
        ("classification.out_of_scope > 0.1", false),
        (r#"classification.priority == """#, true),
        ("classification.handling_minutes == 12.5", true),
        (r#"classification.model_version == "v3""#, true),
        (r#"classification.candidates.exists(c, c.label == "other" && c.confidence < 0.1)"#, true),
        (r#"classification.candidates[0].label == "billing""#, true),
        (r#"task.channel == "email" && task.subject.startsWith("Refund")"#, true),
        (r#"task["channel"] == "email""#, true),
        (r#"task.language == "en""#, true),
        (r#"task.external_id == "" && task.priority_hint == """#, true),
        (r#"lower(task.subject) == "refund for invoice 17""#, true),
        (r#"lower(task.subject).contains("INVOICE")"#, false),
        ("size(task.body) > 10 && task.body.size() < 100", true),
        (r#"task.text.contains("17\nI was")"#, true),
        (r#"contains_any(task.text, ["outage", "charged  TWICE"])"#, true),
        (r#"contains_any(task.subject, ["urgent"])"#, false),
        (r#"contains_any(task.body, ["urgent"])"#, true),
        (r#"contains_any(task.attributes.plan, ["Enterprise"])"#, true),
        (r#"contains_any(task.channel, ["mail"])"#, false),
        (r#"task.attributes.plan == "enterprise""#, true),
        (r#"task.attributes["plan"] == "enterprise""#, true),
        ("task.attributes.seats >= 250 && task.attributes.seats + 1 == 251", true),
        ("task.attributes.score < 1", true),
        ("task.attributes.vip", true),
        ("!task.attributes.vip", false),
        (r#"task.attributes.customer["first.name"] == "Ada""#, true),
        (r#"task.attributes.missing == "x""#, false),
        ("task.attributes.missing == null && task.attributes.customer.missing.deeper == null", true),
        ("has(task.attributes.customer.tier) && !has(task.attributes.customer.nothing)", true),
        ("has(task.attributes.gone)", true),
        (r#""press" in task.attributes.tags"#, true),
        (r#""plan" in task.attributes"#, true),
        (r#"task.attributes.tags.exists(tag, tag == "legal")"#, true),
        (r#"task.attributes.tags.all(tag, tag.startsWith("l"))"#, false),
        (r#"task.attributes.tags.exists_one(tag, tag in ["press"])"#, true),
        (r#"task.attributes.exists(key, key == "vip")"#, true),
        (r#"queues["billing"].depth > 50 && queues["billing"].oldest_age_minutes == 90"#, true),
        (r#"queues["team-leads"].agents_present == 0"#, true),
        ("now.hour == 14 && now.minute == 30 && now.weekday == 3", true),
        (r#"now.date == "2026-11-25""#, true),
        ("now.hour < 8 || now.weekday >= 6 ? true : task.attributes.seats > 1000", false),
        ("double(now.hour) / 2.0 > 6.5", true),
        (r#"string(now.hour) == "14" && int("3") == now.weekday"#, true),
        ("true // a remark with \"quotes\n && true", true),
        ("task.attributes.seats / 0 == 1 || true", true),
        ("task.attributes.seats / 0 == 1 && false", false),
    ] {
        assert_eq!(holds(when), expected, "{when}");
    }
}

#[test]
fn a_rule_that_cannot_be_computed_is_traced_and_skipped() {
    let policy = compiled(&["task.attributes.missing > 5", "false", "task.attributes.seats > 1", "true"]);
    let verdict = evaluate(&policy, &task(), None);
    assert_eq!(verdict.matched_rule.as_deref(), Some("r2"));
    assert_eq!(verdict.rule_errors, 1);
    assert_eq!(verdict.trace.len(), 3, "rules after the match were not tried");
    let json = serde_json::to_value(&verdict.trace).unwrap();
    let message = "`>` cannot be used with null and a whole number";
    let expected = json!([
        { "rule": "r0", "outcome": "error", "message": message },
        { "rule": "r1", "outcome": "not_matched" },
        { "rule": "r2", "outcome": "matched" },
    ]);
    assert_eq!(json, expected);
    assert!(verdict.explanation.contains("One rule could not be computed"), "{}", verdict.explanation);
}

#[test]
fn errors_say_why_and_nothing_of_the_task() {
    for (when, why) in [
        ("task.attributes.seats / (now.hour - 14) == 1", "divides by zero"),
        ("task.attributes.plan", "a text"),
        ("task.attributes.plan && true", "a text"),
        ("task.attributes.plan > 5", "cannot be used with a text and a whole number"),
        ("task.attributes.plan - 5 == 1", "numbers"),
        ("task.attributes.tags[7] == 1", "shorter"),
        ("int(task.attributes.plan) == 1", "int()"),
        (r#"queues["gone"].depth > 1"#, "queue gone"),
        ("9223372036854775807 + task.attributes.seats == 1", "too large"),
        ("task.attributes.tags.exists(tag, tag.colour == 1)", ""),
        ("size(task.attributes.seats) == 1", "size"),
    ] {
        let message = error_of(when);
        assert!(message.contains(why), "{when}: {message}");
        assert!(!message.contains("enterprise") && !message.contains("press"), "{when}: {message}");
    }
}

#[test]
fn without_a_classification_rules_on_labels_do_not_match() {
    let policy = compiled(&[
        r#"classification.label == "billing""#,
        "classification.confidence >= 0.5",
        "classification.candidates.exists(c, true)",
        "!classification.available",
    ]);
    let verdict = evaluate(&policy, &task(), None);
    assert_eq!(verdict.matched_rule.as_deref(), Some("r3"));
    assert!(verdict.explanation.contains("No model answered"), "{}", verdict.explanation);
}

#[test]
fn numbers_that_are_none_count_as_zero() {
    let mut broken = said("billing", f32::NAN);
    broken.out_of_scope = f32::INFINITY;
    let policy = compiled(&["classification.confidence == 0.0 && classification.out_of_scope == 0.0"]);
    assert_eq!(evaluate(&policy, &task(), Some(&broken)).matched_rule.as_deref(), Some("r0"));
}

#[test]
fn a_verdict_carries_everything_that_the_rule_says() {
    let mut document = document(&[]);
    document.label_queues = BTreeMap::from([("billing".to_owned(), "money".to_owned())]);
    let then = Then {
        destination: Target::LabelQueue { fallback: "triage".to_owned() },
        priority: None,
        sla_minutes: Some(30),
        skills: vec!["german".to_owned()],
        note: Some("Be kind.".to_owned()),
    };
    document.rules = vec![Rule {
        id: "sure".to_owned(),
        description: "The model is sure".to_owned(),
        when: r#"classification.confidence > 0.8 && queues["billing"].depth > 1"#.to_owned(),
        then,
        ..rule(0, [])
    }];
    let policy = CompiledPolicy::compile(document).unwrap();
    let mut sure = said("billing", 0.93);
    sure.priority = Some(Priority::High);
    let verdict = evaluate(&policy, &task(), Some(&sure));
    assert_eq!(verdict.destination, Destination::Queue { queue: "money".to_owned() });
    assert_eq!(verdict.priority, Priority::Normal, "the model's is a suggestion");
    assert_eq!((verdict.sla_minutes, verdict.note.as_deref()), (Some(30), Some("Be kind.")));
    assert_eq!(verdict.required_skills, ["german"]);
    assert_eq!(
        verdict.explanation,
        "Rule “sure” matched: The model is sure. The model said “billing” with 93 % confidence."
    );
    let numbers = json!({ "depth": 60, "oldest_age_minutes": 90, "agents_present": 2 });
    let facts =
        json!({ "now": "2026-11-25T14:30:00.000Z", "hour": 14, "weekday": 3, "queues": { "billing": numbers } });
    assert_eq!(verdict.facts_used, facts);

    let mut hinted = task();
    hinted.priority_hint = Some(Priority::Low);
    assert_eq!(evaluate(&policy, &hinted, Some(&sure)).priority, Priority::Low, "the submitter's goes first");
    let unknown = said("gardening", 0.99);
    assert_eq!(evaluate(&policy, &task(), Some(&unknown)).destination.name(), Some("triage"));
    assert_eq!(evaluate(&policy, &task(), Some(&unknown)).priority, Priority::Normal);
}

#[test]
fn otherwise_decides_when_nothing_matched() {
    let verdict = evaluate(&compiled(&["false"]), &task(), Some(&said("billing", 0.93)));
    assert_eq!((verdict.matched_rule, verdict.destination.name()), (None, Some("rest")));
    assert!(verdict.explanation.starts_with("No rule matched, so"), "{}", verdict.explanation);
    assert_eq!(verdict.facts_used.get("queues"), None);
}

#[test]
fn the_first_of_several_matches_decides_whatever_they_are_found_by() {
    let policy = compiled(&[
        r#"classification.label == "fraud""#,
        r#"classification.label == "billing" && task.channel == "phone""#,
        r#"task.channel == "email" && classification.confidence > 0.99"#,
        "classification.confidence > 0.95",
        r#"task.channel in ["chat", "email", "email"]"#,
        r#"classification.label == "billing""#,
        "true",
    ]);
    let matched = |label, confidence| evaluate(&policy, &task(), Some(&said(label, confidence))).matched_rule.unwrap();
    assert_eq!(matched("fraud", 1.0), "r0");
    assert_eq!(matched("billing", 1.0), "r2");
    assert_eq!(matched("billing", 0.97), "r3");
    assert_eq!(matched("billing", 0.5), "r4");
    let mut by_phone = task();
    by_phone.channel = Some("phone".to_owned());
    assert_eq!(evaluate(&policy, &by_phone, Some(&said("billing", 0.5))).matched_rule.unwrap(), "r1");
    by_phone.channel = None;
    assert_eq!(evaluate(&policy, &by_phone, Some(&said("billing", 0.5))).matched_rule.unwrap(), "r5");
    assert_eq!(evaluate(&policy, &by_phone, None).matched_rule.unwrap(), "r6");
}

#[test]
fn the_default_document_is_legal_and_does_what_it_says() {
    let document = default_document(BTreeMap::from([("billing".to_owned(), "money".to_owned())]));
    let people = [TRIAGE_QUEUE, INCIDENT_QUEUE, "money"].map(|name| queue(name, domain::QueueKind::People));
    assert_eq!(found(&document, &people, Severity::Warning), []);
    assert_eq!(found(&default_document(BTreeMap::new()), &people, Severity::Warning), []);
    let policy = CompiledPolicy::compile(document).unwrap();
    let mut calm = task();
    calm.body = "I was charged twice.".to_owned();
    let mut hinted = calm.clone();
    hinted.priority_hint = Some(Priority::Urgent);
    let mut outside = said("billing", 0.9);
    outside.out_of_scope = 0.8;
    let (sure, unsure) = (said("billing", 0.8), said("billing", 0.79));
    for (task, classification, rule, to) in [
        (&calm, Some(&sure), "sure", "money"),
        (&calm, Some(&unsure), "unsure", TRIAGE_QUEUE),
        (&calm, Some(&outside), "out-of-scope", TRIAGE_QUEUE),
        (&calm, None, "no-model", TRIAGE_QUEUE),
        (&hinted, Some(&sure), "urgent-hint", INCIDENT_QUEUE),
        (&task(), None, "urgent-words", INCIDENT_QUEUE),
    ] {
        let verdict = evaluate(&policy, task, classification);
        assert_eq!((verdict.matched_rule.as_deref(), verdict.destination.name()), (Some(rule), Some(to)));
    }
}

#[test]
fn every_example_of_the_reference_is_a_legal_condition() {
    for doc in facts_reference() {
        evaluate(&compiled(&[doc.example]), &task(), Some(&said("billing", 0.9)));
    }
}

#[test]
fn threads_share_one_policy() {
    fn is_shared<T: Send + Sync>(_: &T) {}
    let policy = Arc::new(compiled(&[r#"classification.label == "other""#, "classification.confidence > 0.9"]));
    is_shared(&policy);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..200 {
                    let (queues, task, said) = (queues(), task(), said("billing", 0.93));
                    let facts = Facts { task: &task, classification: Some(&said), queues: &queues, now: now() };
                    assert_eq!(policy.decide(&facts).rule, Some(1));
                }
            });
        }
    });
    assert_eq!(policy.document().otherwise, to_queue("rest"));
}
