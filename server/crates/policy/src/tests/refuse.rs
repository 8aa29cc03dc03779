//! What is refused, with which rule, field and place.

use domain::{
    PolicyDocument, Queue, QueueKind,
    policy::{MAX_EXPRESSION_BYTES, MAX_RULES, PolicyProblem, Severity, Target},
};

use super::{cell, document, found, queue, rule, table};
use crate::{CompiledPolicy, parse};

fn problems(when: &str) -> Vec<PolicyProblem> {
    CompiledPolicy::compile(document(&["true && false", when])).err().unwrap_or_default()
}

#[test]
fn conditions_are_refused_with_their_place() {
    for (when, line, column, words) in [
        ("ticket.subject == 'a'", Some(1), Some(1), "no fact `ticket`"),
        ("true &&\n  task.subjekt == 'a'", Some(2), Some(3), "`task` has no field `subjekt`"),
        ("'ü' == task.channel && task['boddy'] == ''", Some(1), Some(24), "`task`"),
        ("classification.confidence > '0.8'", Some(1), Some(27), "a fraction cannot be less or greater than a text"),
        ("classification.label == 5", Some(1), Some(22), "never equal"),
        ("classification == null", Some(1), Some(1), "`classification` has fields"),
        ("task.attributes", Some(1), Some(1), "must be true or false"),
        ("task.subject", Some(1), Some(1), "true or false, and this is a text"),
        ("1", Some(1), Some(1), "true or false, and this is a whole number"),
        ("task.subject && true", Some(1), Some(1), "must be true or false, and it is a text"),
        ("!now.hour", Some(1), Some(2), "must be true or false"),
        ("now.hour + 1.0 > 2.0", Some(1), Some(10), "do not mix"),
        ("task.subject + 'x' == 'y'", Some(1), Some(1), "must be a number"),
        ("queues['billing'].size > 1", Some(1), Some(1), "a queue has no field `size`"),
        ("queues.billing.depth > 1", Some(1), Some(1), "queues[\"billing\"].depth"),
        ("queues[task.channel].depth > 1", Some(1), Some(1), "queues[\"billing\"].depth"),
        ("'x' in queues", Some(1), Some(8), "`queues` has fields"),
        ("task.text.matches('a+')", Some(1), Some(18), "patterns are not supported"),
        ("shout(task.text)", Some(1), Some(6), "no function `shout`"),
        ("now.getHours() > 2", Some(1), Some(1), "`now` has fields"),
        ("contains_any(task.text, task.attributes.words)", Some(1), Some(25), "a list of words in quotes"),
        ("contains_any(task.text, [])", Some(1), Some(25), "1 to 200"),
        ("contains_any(task.text, ['a', ' '])", Some(1), Some(25), "must not be empty"),
        ("task.text.contains_any(['a'])", Some(1), Some(23), "inside the brackets"),
        ("has(task.subject)", Some(1), Some(4), "has() asks for an attribute"),
        ("task.attributes.tags.map(t, t) == []", Some(1), Some(25), "map and filter"),
        (
            "task.attributes.a.exists(x, task.attributes.b.exists(y, x == y))",
            Some(1),
            Some(53),
            "cannot stand inside a loop",
        ),
        ("task.attributes.a.exists(x, task.text.contains(x))", Some(1), Some(29), "inside a loop"),
        (
            &*format!("task.attributes.a.exists(x, x in [{}])", ["1"; 80].join(",")),
            Some(1),
            Some(25),
            "a loop may do little",
        ),
        (&*format!("contains_any(task.text, ['{}'])", "x".repeat(101)), Some(1), Some(25), "at most 100 bytes"),
        ("task.attributes.a.exists(task, task == 1)", Some(1), Some(25), "`task` is a fact"),
        ("task.subject.exists(x, x == 'a')", Some(1), Some(1), "goes over a list"),
        ("{'a': 1}.a == 1", Some(1), Some(1), "maps cannot be written"),
        ("b'x' == b'y'", Some(1), Some(1), "bytes"),
        ("now.hour > 1u", Some(1), Some(12), "without `u`"),
        ("'a' in task.subject", Some(1), Some(5), "use contains"),
        ("lower(5) == 'a'", Some(1), Some(6), "does not take a whole number"),
        ("size(task.body, 1) == 1", Some(1), Some(5), "takes one value"),
        ("task.channel ==", Some(1), Some(16), "ends too early"),
    ] {
        let problems = problems(when);
        let first = problems.first().unwrap_or_else(|| panic!("{when} was not refused"));
        assert!(first.message.contains(words), "{when}: {first:?}");
        assert_eq!((first.line, first.column), (line, column), "{when}: {first:?}");
        assert_eq!((first.rule.as_deref(), first.field.as_str()), (Some("r1"), "when"));
    }
}

#[test]
fn documents_of_the_first_form_have_nothing_newer() {
    let refused = |document| CompiledPolicy::compile(document).err().unwrap_or_default();
    for blank in ["", "   "] {
        let old = PolicyDocument { schema: 1, ..document(&["true && false", blank]) };
        let problems = refused(old);
        assert_eq!((problems[0].rule.as_deref(), problems[0].field.as_str()), (Some("r1"), "when"));
        assert_eq!(problems[0].message, "is required");
    }
    assert_eq!(refused(PolicyDocument { schema: 1, ..document(&["true"]) }), []);
    let mut newer = table(vec![rule(0, [cell("task.channel", "email")])]);
    newer.schema = 1;
    newer.rules[0].area = Some("mail".to_owned());
    newer.rules[0].disabled = true;
    newer.rules[0].when = "true".to_owned();
    let read = parse(&serde_json::to_string(&newer).unwrap()).unwrap_err();
    assert_eq!(refused(newer), read);
    let found: Vec<_> = read.iter().map(|problem| (problem.field.as_str(), problem.message.as_str())).collect();
    let words = |what: &str| format!("schema 1 has no {what}; write \"schema\": 2");
    let (columns, cells, areas, disabled) = (words("columns"), words("cells"), words("areas"), words("disabled rules"));
    assert_eq!(found, [("columns", &*columns), ("cells", &*cells), ("area", &*areas), ("disabled", &*disabled)]);
}

#[test]
fn all_mistakes_of_a_document_are_said_at_once() {
    let problems = CompiledPolicy::compile(document(&["task.a == 1 && task.b == 2", "true", "1"])).unwrap_err();
    let found: Vec<_> = problems.iter().map(|problem| (problem.rule.as_deref().unwrap(), problem.column)).collect();
    assert_eq!(found, [("r0", Some(1)), ("r0", Some(16)), ("r2", Some(1))]);
}

#[test]
fn documents_have_bounds() {
    let refused = |document| CompiledPolicy::compile(document).err().unwrap_or_default();
    let mut long = document(&["true"]);
    long.rules[0].when = format!("true{}", " ".repeat(MAX_EXPRESSION_BYTES));
    assert_eq!(refused(long)[0].field, "when");

    let many = document(&vec!["false"; MAX_RULES + 1]);
    assert_eq!(refused(many)[0].field, "rules");

    let mut newer = document(&[]);
    newer.schema = 3;
    let problems = refused(newer);
    assert_eq!((problems[0].field.as_str(), problems[0].message.as_str()), ("schema", "must be 1 or 2"));

    let mut twice = document(&["true", "false"]);
    twice.rules[1].id = "r0".to_owned();
    assert_eq!(refused(twice)[0].field, "id");

    let mut nameless = document(&["true"]);
    nameless.rules[0].id = "Not a name".to_owned();
    nameless.rules[0].description = " ".to_owned();
    nameless.rules[0].then.sla_minutes = Some(0);
    nameless.rules[0].then.skills = vec!["x".to_owned(); 21];
    nameless.rules[0].then.note = Some("x".repeat(1_001));
    nameless.otherwise.destination = Target::Queue { queue: String::new() };
    nameless.label_queues.insert("label".to_owned(), "Not a queue".to_owned());
    let fields: Vec<_> = refused(nameless).into_iter().map(|problem| problem.field).collect();
    let expected =
        ["label_queues", "otherwise.destination", "id", "description", "then.sla_minutes", "then.skills", "then.note"];
    assert_eq!(fields, expected);

    let worst = document(&vec!["a.b == c.d && e.f"; 200]);
    assert_eq!(refused(worst).len(), 100);
}

fn existing() -> Vec<Queue> {
    let mut queues: Vec<_> = ["rest", "q0", "q1", "q2"].map(|name| queue(name, QueueKind::People)).into();
    queues.push(queue("bot", QueueKind::Automation));
    queues
}

#[test]
fn names_of_queues_are_checked_against_those_that_exist() {
    let mut document = document(&["now.hour > 1 &&\n queues['gone'].depth > 1", "now.hour > 3", "now.hour > 2"]);
    document.rules[1].then.destination = Target::Queue { queue: "bot".to_owned() };
    document.rules[2].then.destination = Target::Approval {
        automation: "q0".to_owned(),
        otherwise: "away".to_owned(),
        terms: domain::decision::ApprovalTerms::default(),
    };
    document.otherwise.destination = Target::Automation { automation: "robot".to_owned() };
    document.label_queues.insert("billing".to_owned(), "money".to_owned());
    let problems: Vec<_> = found(&document, &existing(), Severity::Warning)
        .into_iter()
        .map(|problem| (problem.rule.unwrap_or_default(), problem.field, problem.line, problem.column, problem.message))
        .collect();
    let found: Vec<_> = problems
        .iter()
        .map(|(rule, field, line, column, message)| (&**rule, &**field, *line, *column, &**message))
        .collect();
    let kind = "`bot` is an automation, and people's work goes here; use the destination automation or approval";
    let expected = [
        ("", "label_queues.billing", None, None, "there is no queue `money`"),
        ("r0", "when", Some(2), Some(2), "there is no queue `gone`"),
        ("r1", "then.destination", None, None, kind),
        (
            "r2",
            "then.destination",
            None,
            None,
            "`q0` is a queue of people, not an automation; use the destination queue",
        ),
        ("r2", "then.destination", None, None, "there is no queue `away`"),
        ("", "otherwise.destination", None, None, "there is no automation `robot`"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn rules_that_can_never_match_are_found() {
    let hidden = found(&document(&["now.hour > 1", "true", "now.hour > 2"]), &existing(), Severity::Note);
    assert_eq!(hidden.len(), 1);
    assert_eq!(hidden[0].rule.as_deref(), Some("r1"));
    assert!(hidden[0].message.contains("`r2`"), "{hidden:?}");
    let twice = found(&document(&["now.hour > 1", " now.hour > 1 "]), &existing(), Severity::Warning);
    assert_eq!(twice[0].rule.as_deref(), Some("r1"));
    assert!(twice[0].message.contains("the same condition"), "{twice:?}");
    assert_eq!(found(&document(&["now.hour > 1", "false", "true"]), &existing(), Severity::Note), []);
}

#[test]
fn json_is_refused_with_field_and_place() {
    let rule = |then: &str| {
        format!(
            r#"{{"schema": 1, "rules": [
  {{"id": "a", "description": "d", "when": "true",
   "then": {then}}}
], "otherwise": {{"destination": {{"kind": "close"}}}}}}"#
        )
    };
    let legal = rule(r#"{"destination": {"kind": "queue", "queue": "q"}}"#);
    assert!(parse(&legal).is_ok());
    for (json, id, field, line, words) in [
        ("{", None, "document", Some(1), "not JSON"),
        ("[]", None, "document", Some(1), "invalid"),
        (&*rule(r#"{"destination": {"kind": "queue"}}"#), Some("a"), "then.destination", None, "missing field `queue`"),
        (
            &*rule(r#"{"destination": {"kind": "kettle"}}"#),
            Some("a"),
            "then.destination",
            None,
            "unknown variant `kettle`",
        ),
        (
            &*rule(r#"{"destination": {"kind": "close", "queue": "q"}}"#),
            Some("a"),
            "then.destination",
            None,
            "unknown field `queue`",
        ),
        (&*rule(r#"{"destination": {"kind": "close"}, "sla": 5}"#), Some("a"), "then", Some(3), "unknown field `sla`"),
        (&*rule(r#"{"destination": {"kind": "close"}, "priority": "asap"}"#), Some("a"), "then", Some(3), "`asap`"),
        (&*legal.replace("\"when\"", "\"if\""), Some("a"), "if", Some(2), "unknown field `if`"),
        (&*legal.replace("\"schema\": 1, ", ""), None, "document", None, "missing field `schema`"),
        (&*legal.replace("\"rules\"", "\"roules\""), None, "document", Some(1), "unknown field `roules`"),
        (&*" ".repeat(600 * 1024), None, "document", None, "at most 512 KiB"),
    ] {
        let problems = parse(json).unwrap_err();
        let found = problems.iter().find(|problem| problem.message.contains(words));
        let found = found.unwrap_or_else(|| panic!("{json}: {problems:?}"));
        assert_eq!((found.rule.as_deref(), found.field.as_str()), (id, field), "{json}: {problems:?}");
        assert_eq!(problems.len(), 1, "{json}: {problems:?}");
        if line.is_some() {
            assert_eq!(found.line, line, "{json}: {problems:?}");
        }
    }
}
