//! Rules that can never match, gaps and overlaps, as supervisors read of them.

use domain::{
    PolicyDocument, Priority, QueueKind, Rule,
    policy::{PolicyProblem, Severity},
};

use super::{cell, document, found, queue, rule, table};
use crate::{CompiledPolicy, Facts};

fn all(document: &PolicyDocument, least: Severity) -> Vec<PolicyProblem> {
    let mut queues: Vec<_> = (0..300).map(|place| queue(&format!("q{place}"), QueueKind::People)).collect();
    queues.push(queue("rest", QueueKind::People));
    queues.push(queue("billing", QueueKind::People));
    found(document, &queues, least)
}

fn errors(document: &PolicyDocument) -> Vec<(String, String, String)> {
    let problems = all(document, Severity::Error).into_iter();
    problems.map(|problem| (problem.rule.unwrap_or_default(), problem.field, problem.message)).collect()
}

#[test]
fn one_rule_or_several_together_hide_a_later_one() {
    let sure = |bounds| cell("classification.confidence", bounds);
    let label = |labels| cell("classification.label", labels);
    let one = table(vec![rule(0, [label("a, b"), sure(">= 0.5")]), rule(1, [label("a"), sure(">= 0.8")])]);
    let message = "`r0` takes everything that it asks for, so it can never match";
    assert_eq!(errors(&one), [("r1".to_owned(), "classification.label".to_owned(), message.to_owned())]);

    let several = table(vec![
        rule(0, [sure("< 0.5")]),
        rule(1, [cell("task.channel", "phone")]),
        rule(2, [label("a"), sure(">= 0.5")]),
        rule(3, [label("not a"), sure(">= 0.4")]),
        rule(4, [cell("now.weekday", "> 5")]),
    ]);
    let message = "`r0`, `r2`, `r3` together take everything that it asks for, so it can never match";
    assert_eq!(errors(&several), [("r4".to_owned(), "now.weekday".to_owned(), message.to_owned())]);
}

#[test]
fn whole_numbers_truths_and_priorities_are_known_to_the_last_value() {
    let hidden = |rules| errors(&table(rules)).len();
    let hour = |bounds| cell("now.hour", bounds);
    assert_eq!(
        hidden(vec![
            rule(0, [hour("<= 8")]),
            rule(1, [hour("> 8 and < 18")]),
            rule(2, [hour(">= 18")]),
            rule(3, [cell("task.channel", "a")])
        ]),
        1
    );
    assert_eq!(hidden(vec![rule(0, [hour("< 8")]), rule(1, [hour("> 8")]), rule(2, [cell("task.channel", "a")])]), 0);
    let vip = |text| cell("task.attributes.vip", text);
    assert_eq!(hidden(vec![rule(0, [vip("yes")]), rule(1, [vip("no")]), rule(2, [hour("> 3")])]), 1);
    let seats = |bounds| cell("task.attributes.seats", bounds);
    let numbers = vec![rule(0, [seats("< 5")]), rule(1, [seats(">= 5")]), rule(2, [hour("> 3")])];
    assert_eq!(hidden(numbers), 0, "an attribute may be missing");
    let urgent = cell("task.priority_hint", "urgent, high, normal");
    let rest = cell("task.priority_hint", "low, \"\"");
    assert_eq!(hidden(vec![rule(0, [urgent]), rule(1, [rest]), rule(2, [hour("> 3")])]), 1);
}

#[test]
fn simple_expressions_count_like_cells_and_others_never_hide() {
    let rules = |first: &str, second: &str| errors(&document(&[first, second]));
    for (first, second, hidden) in [
        ("now.hour >= 2", "now.hour > 2 && task.channel == \"a\"", true),
        ("classification.confidence >= 0.8", "0.9 <= classification.confidence", true),
        ("classification.label in [\"a\", \"b\"]", "classification.label == \"b\"", true),
        ("!(classification.label in [\"a\"])", "classification.label == \"b\"", true),
        ("classification.label != \"a\"", "classification.label == \"b\"", true),
        ("!classification.available", "!classification.available && task.text.contains(\"x\")", true),
        ("task.attributes.vip", "task.attributes.vip && now.hour == 1", true),
        ("task.attributes.plan == \"a\"", "task.attributes.plan == \"a\" && now.hour == 1", false),
        ("task.attributes.seats > 5", "task.attributes.seats > 6", false),
        ("now.hour >= 2 && task.text.contains(\"x\")", "now.hour > 3", false),
        ("now.hour >= 2 || now.weekday == 1", "now.hour > 3", false),
        ("now.hour >= 2 ? true : false", "now.hour > 3", false),
        ("classification.confidence >= 0.8000001", "classification.confidence >= 0.9", false),
        ("now.hour == 1", "now.hour == 2 && now.hour == 3", true),
    ] {
        assert_eq!(!rules(first, second).is_empty(), hidden, "{first} before {second}");
    }
}

#[test]
fn disabled_rules_neither_hide_nor_are_hidden() {
    let mut document = table(vec![rule(0, [cell("now.hour", "> 1")]), rule(1, [cell("now.hour", "> 2")])]);
    assert_eq!(errors(&document).len(), 1);
    document.rules[1].disabled = true;
    assert_eq!(errors(&document), []);
    document.rules[1].disabled = false;
    document.rules[0].disabled = true;
    assert_eq!(errors(&document), []);
    let always = table(vec![rule(0, []), Rule { disabled: true, ..rule(1, []) }]);
    assert_eq!(errors(&always), []);
}

#[test]
fn gaps_are_shown_with_a_task_that_falls_through() {
    let document = table(vec![
        rule(0, [cell("classification.confidence", ">= 0.8")]),
        rule(1, [cell("classification.confidence", "< 0.8"), cell("task.channel", "email, phone")]),
    ]);
    let notes = all(&document, Severity::Note);
    assert!(!notes.is_empty() && notes.iter().all(|note| note.severity == Severity::Note), "{notes:?}");
    let message = "no rule takes these tasks, so they fall to the policy's last line: Confidence: < 0.8; Channel: not \
                   email, phone";
    assert_eq!(notes.iter().map(|note| &*note.message).collect::<Vec<_>>(), [message]);
    let policy = CompiledPolicy::compile(document).unwrap();
    let gaps = notes.iter().filter(|note| note.message.contains("last line"));
    for gap in gaps {
        assert_eq!(policy.decide(&Facts::of(gap.example.as_ref().unwrap())).rule, None);
    }
}

#[test]
fn overlaps_are_shown_with_a_task_of_both_unless_one_is_the_exception_of_the_other() {
    let document = table(vec![
        rule(0, [cell("task.priority_hint", "urgent")]),
        rule(1, [cell("task.channel", "phone")]),
        rule(2, [cell("task.channel", "phone, email")]),
    ]);
    let notes = all(&document, Severity::Note);
    let overlaps: Vec<_> = notes.iter().filter(|note| note.message.contains("comes first")).collect();
    let pairs: Vec<_> = overlaps.iter().map(|note| (note.rule.as_deref().unwrap(), &note.message[..4])).collect();
    assert_eq!(pairs, [("r1", "`r0`"), ("r2", "`r0`")]);
    let example = overlaps[0].example.as_ref().unwrap();
    assert_eq!(example.task.priority_hint, Some(Priority::Urgent));
    assert_eq!(example.task.channel.as_deref(), Some("phone"));
    assert_eq!(overlaps[0].field, "task.channel");
}

#[test]
fn a_large_table_is_checked_without_giving_wrong_answers() {
    let rules = (0..300_u32).map(|place| {
        let label = cell("classification.label", &format!("l{}", place % 60));
        let low = f64::from(place % 7) / 10.0;
        rule(
            usize::try_from(place).unwrap(),
            [
                label,
                cell("classification.confidence", &format!("> {low}")),
                cell("now.hour", &format!("> {}", place % 5)),
            ],
        )
    });
    let document = table(rules.collect());
    let problems = all(&document, Severity::Error);
    let hidden = problems.iter().filter(|problem| problem.message.contains("never match")).count();
    assert!(hidden > 0 && hidden < 300, "{hidden}");
}
