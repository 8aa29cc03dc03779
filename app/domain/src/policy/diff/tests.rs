//! Differences and merges, for some documents and for any.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{
    policy::{CaseFacts, Cell, Column, ColumnFact, Decimal, Expectation, PolicyExample, Range, Rule, Target, Then},
    task::{NewTask, Priority},
    time::Timestamp,
};

fn then(queue: &str) -> Then {
    let destination = Target::Queue { queue: queue.to_owned() };
    Then { destination, priority: None, sla_minutes: None, skills: Vec::new(), note: None }
}

fn rule(id: &str) -> Rule {
    Rule {
        id: id.to_owned(),
        description: "A rule.".to_owned(),
        area: None,
        disabled: false,
        cells: BTreeMap::new(),
        when: String::new(),
        then: then("triage"),
    }
}

fn document(ids: &str) -> PolicyDocument {
    let rules = ids.split_whitespace().map(rule).collect();
    PolicyDocument { rules, ..PolicyDocument::of(then("rest")) }
}

fn ids(document: &PolicyDocument) -> String {
    document.rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>().join(" ")
}

fn summary(differences: &[Difference]) -> Vec<String> {
    differences.iter().map(|found| format!("{} {}", found.kind.as_str(), found.part)).collect()
}

fn example(name: &str) -> PolicyExample {
    let task = NewTask { subject: "Help".to_owned(), ..NewTask::default() };
    let facts = CaseFacts { task, classification: None, queues: BTreeMap::new(), now: Timestamp::from_ms(0) };
    PolicyExample {
        name: name.to_owned(),
        facts,
        expect: Expectation { rule: Some("a".to_owned()), ..Expectation::default() },
    }
}

#[test]
fn a_rule_that_moves_is_one_difference() {
    for (before, after, expected) in [
        ("a b c d e", "e a b c d", &["moved rule e"][..]),
        ("a b c d e", "b c d e a", &["moved rule a"]),
        ("a b c d e", "a c b d e", &["moved rule b"]),
        ("a b c", "c b a", &["moved rule c", "moved rule b"]),
        ("a b c", "x a c b", &["added rule x", "moved rule c"]),
        ("a b c", "c", &["removed rule a", "removed rule b"]),
    ] {
        let found = summary(&diff(&document(before), &document(after)));
        let moves = found.iter().filter(|line| line.starts_with("moved")).count();
        let expected_moves = expected.iter().filter(|line| line.starts_with("moved")).count();
        assert_eq!((found.len(), moves), (expected.len(), expected_moves), "{before} to {after}: {found:?}");
    }
}

#[test]
fn fields_say_what_the_table_says() {
    let before = document("a b");
    let mut after = before.clone();
    after.schema = 1;
    after.columns.push(Column { fact: ColumnFact::Confidence, kind: None });
    let range = Range { at_least: Some("0.8".parse().unwrap()), ..Range::default() };
    after.rules[1] = Rule {
        area: Some("billing".to_owned()),
        disabled: true,
        cells: BTreeMap::from([(ColumnFact::Confidence, Cell::Range(range))]),
        then: Then {
            destination: Target::LabelQueue { fallback: "triage".to_owned() },
            priority: Some(Priority::High),
            sla_minutes: Some(30),
            skills: vec!["german".to_owned(), "tax".to_owned()],
            note: None,
        },
        ..rule("b")
    };
    after.label_queues.insert("refund".to_owned(), "billing".to_owned());
    after.otherwise.note = Some("Hm.".to_owned());
    after.examples.push(example("one"));
    let found = diff(&before, &after);
    let expected = [
        "added the column classification.confidence",
        "changed rule b",
        "changed what happens otherwise",
        "added the queue of the label refund",
        "added example one",
    ];
    assert_eq!(summary(&found), expected);
    assert_eq!(found[1].areas, [None, Some("billing".to_owned())]);
    let fields: Vec<_> = found[1]
        .fields
        .iter()
        .map(|change| (&*change.field, change.before.as_deref().unwrap_or("-"), change.after.as_deref().unwrap_or("-")))
        .collect();
    let expected = [
        ("area", "-", "billing"),
        ("disabled", "-", "yes"),
        ("classification.confidence", "-", ">= 0.8"),
        ("destination", "queue triage", "queue of the label, else triage"),
        ("priority", "-", "high"),
        ("sla_minutes", "-", "30 min"),
        ("skills", "-", "german, tax"),
    ];
    assert_eq!(fields, expected);
    assert_eq!(found[4].fields.len(), 2);
}

#[test]
fn whoever_has_some_areas_may_touch_only_their_rules() {
    let areas = ["billing".to_owned()];
    let mut before = document("mine other");
    before.rules[0].area = Some("billing".to_owned());
    before.rules[1].area = Some("shipping".to_owned());
    before.examples.push(example("old"));
    let refused = |change: &dyn Fn(&mut PolicyDocument)| {
        let mut after = before.clone();
        change(&mut after);
        let found = diff_for(&before, &after, &areas);
        assert!(!found.is_empty());
        assert_eq!(outside(&found, &[]), Vec::<&Difference>::new(), "who has no area has all");
        outside(&found, &areas).len()
    };
    let new = |area: Option<&str>| Rule { area: area.map(str::to_owned), ..rule("new") };
    assert_eq!(refused(&|after| after.rules[0].when = "true".to_owned()), 0);
    assert_eq!(refused(&|after| after.rules.push(new(Some("billing")))), 0);
    assert_eq!(refused(&|after| after.columns.push(Column { fact: ColumnFact::Label, kind: None })), 0);
    assert_eq!(refused(&|after| after.examples.push(example("new"))), 0);
    assert_eq!(refused(&|after| after.rules.swap(0, 1)), 0, "theirs was moved");
    assert_eq!(refused(&|after| after.rules[1].when = "true".to_owned()), 1);
    assert_eq!(refused(&|after| after.rules[0].area = None), 1);
    assert_eq!(refused(&|after| after.rules[1].area = Some("billing".to_owned())), 1);
    assert_eq!(refused(&|after| after.rules.push(new(None))), 1);
    assert_eq!(refused(&|after| drop(after.rules.pop())), 1);
    assert_eq!(refused(&|after| after.examples.clear()), 1);
    assert_eq!(refused(&|after| after.otherwise.sla_minutes = Some(5)), 1);
    assert_eq!(refused(&|after| drop(after.label_queues.insert("a".to_owned(), "b".to_owned()))), 1);
}

#[test]
fn changes_of_different_parts_come_together() {
    let base = document("a b c d");
    let mut theirs = document("a x b c");
    theirs.rules[2].when = "true".to_owned();
    theirs.label_queues.insert("refund".to_owned(), "billing".to_owned());
    let mut mine = document("c a b y d");
    mine.otherwise.sla_minutes = Some(5);
    let Merge { document: merged, conflicts } = merge(&base, &theirs, &mine);
    assert_eq!(conflicts, []);
    assert_eq!(ids(&merged), "c a x b y");
    assert_eq!(merged.rules[3].when, "true");
    assert_eq!((merged.label_queues.len(), merged.otherwise.sla_minutes), (1, Some(5)));
}

#[test]
fn what_both_changed_is_a_conflict_and_has_mine() {
    let base = document("a b c");
    let (mut theirs, mut mine) = (base.clone(), base.clone());
    theirs.rules[0].when = "theirs".to_owned();
    mine.rules[0].when = "mine".to_owned();
    theirs.rules[1].when = "same".to_owned();
    mine.rules[1].when = "same".to_owned();
    theirs.rules.pop();
    mine.rules[2].when = "mine".to_owned();
    theirs.otherwise.sla_minutes = Some(1);
    mine.otherwise.sla_minutes = Some(2);
    let Merge { document: merged, conflicts } = merge(&base, &theirs, &mine);
    let rule = |id: &str| DocumentPart::Rule(id.to_owned());
    assert_eq!(conflicts, [rule("a"), rule("c"), DocumentPart::Otherwise]);
    assert_eq!(merged, mine);
    assert_eq!(merge(&document("a b c"), &document("b a c"), &document("b c a")).conflicts, [rule("a")]);
}

#[test]
fn a_column_stays_while_a_cell_needs_it() {
    let column = Column { fact: ColumnFact::Label, kind: None };
    let base = PolicyDocument { columns: vec![column.clone()], ..document("a b") };
    let theirs = document("a b");
    let mut mine = base.clone();
    mine.rules[0].cells.insert(ColumnFact::Label, Cell::AnyOf(vec!["refund".to_owned()]));
    assert_eq!(merge(&base, &theirs, &mine).document.columns, [column]);
}

fn any_rule(id: &'static str) -> impl Strategy<Value = Rule> {
    let cell = prop_oneof![
        "[ab]".prop_map(|label| (ColumnFact::Label, Cell::AnyOf(vec![label]))),
        (0..3_i64).prop_map(|hour| {
            let at_least = Some(Decimal::whole(hour));
            (ColumnFact::Hour, Cell::Range(Range { at_least, ..Range::default() }))
        }),
        any::<bool>().prop_map(|truth| (ColumnFact::Available, Cell::Is(truth))),
    ];
    let area = prop::option::of(prop::sample::select(vec!["x", "y"]));
    (prop::collection::vec(cell, 0..2), area, any::<bool>(), "[pq]?", "[qr]").prop_map(
        move |(cells, area, disabled, when, queue)| Rule {
            cells: cells.into_iter().collect(),
            area: area.map(str::to_owned),
            disabled,
            when,
            then: then(&queue),
            ..rule(id)
        },
    )
}

fn any_document() -> impl Strategy<Value = PolicyDocument> {
    let ids = prop::sample::subsequence(vec!["a", "b", "c", "d", "e", "f"], 0..=6).prop_shuffle();
    let rules = ids.prop_flat_map(|ids| ids.into_iter().map(any_rule).collect::<Vec<_>>());
    let columns = Just(vec![ColumnFact::Label, ColumnFact::Hour, ColumnFact::Available]).prop_shuffle();
    let queues = prop::collection::btree_map("[ab]", "[qr]", 0..3);
    let examples = prop::sample::subsequence(vec!["one", "two", "three"], 0..=3).prop_shuffle();
    (rules, columns, any::<bool>(), queues, examples, "[qr]").prop_map(
        |(rules, columns, every, label_queues, examples, otherwise)| {
            let needed = |fact: &ColumnFact| every || rules.iter().any(|rule| rule.cells.contains_key(fact));
            let columns = columns.into_iter().filter(needed).map(|fact| Column { fact, kind: None }).collect();
            let examples = examples.into_iter().map(example).collect();
            PolicyDocument { columns, label_queues, rules, examples, ..PolicyDocument::of(then(&otherwise)) }
        },
    )
}

proptest! {
    #[test]
    fn only_equal_documents_have_no_difference(before in any_document(), after in any_document()) {
        prop_assert_eq!(diff(&before, &before), []);
        prop_assert_eq!(diff(&before, &PolicyDocument { schema: 1, ..before.clone() }), []);
        prop_assert_eq!(diff(&before, &after).is_empty(), before == after);
        prop_assert_eq!(diff_for(&before, &after, &["x".to_owned()]).is_empty(), before == after);
    }

    #[test]
    fn a_change_of_one_alone_is_the_result(base in any_document(), changed in any_document()) {
        for merge in [merge(&base, &base, &changed), merge(&base, &changed, &base), merge(&base, &changed, &changed)] {
            prop_assert_eq!(&merge.document, &changed);
            prop_assert_eq!(&merge.conflicts, &[]);
        }
    }

    #[test]
    fn a_merge_has_what_either_changed_and_names_what_both_did(
        base in any_document(),
        theirs in any_document(),
        mine in any_document(),
    ) {
        let merged = merge(&base, &theirs, &mine);
        let find = |document: &PolicyDocument, id: &str| document.rules.iter().find(|rule| rule.id == id).cloned();
        for id in ["a", "b", "c", "d", "e", "f"] {
            let [base, theirs, mine] = [&base, &theirs, &mine].map(|document| find(document, id));
            let expected = if mine == base { &theirs } else { &mine };
            prop_assert_eq!(&find(&merged.document, id), expected);
            let both = theirs != base && mine != base && theirs != mine;
            prop_assert!(!both || merged.conflicts.contains(&DocumentPart::Rule(id.to_owned())));
        }
        let columns = &merged.document.columns;
        let cells = merged.document.rules.iter().flat_map(|rule| rule.cells.keys());
        prop_assert!(cells.into_iter().all(|fact| columns.iter().any(|column| column.fact == *fact)));
    }
}
