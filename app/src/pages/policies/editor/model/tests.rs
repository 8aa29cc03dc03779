use domain::{
    NewTask, Priority, Timestamp,
    policy::{CaseFacts, ColumnKind, Expectation, SheddingRest, Target},
};
use proptest::prelude::*;

use super::*;

fn queue(name: &str) -> Target {
    Target::Queue { queue: name.to_owned() }
}

fn model_of(ids: &[&str]) -> Model {
    let mut model = Model::of(PolicyDocument::of(rules::then(queue("triage"))));
    for id in ids {
        let key = model.add_rule(None, None);
        model.type_rule(key, Field::Id, id);
    }
    Model::of(model.document())
}

fn ids(model: &Model) -> Vec<String> {
    model.rules().iter().map(|row| row.item.id.clone()).collect()
}

fn key(model: &Model, id: &str) -> RowKey {
    model.named(id).expect("the test names a rule")
}

#[test]
fn rules_move_among_each_other_and_keep_their_rows() {
    let mut model = model_of(&["a", "b", "c"]);
    let b = key(&model, "b");
    assert_eq!(model.move_rule(b, true), Some(0));
    assert_eq!(ids(&model), ["b", "a", "c"]);
    assert_eq!(model.move_rule(b, true), None);
    assert_eq!(model.move_rule_to(b, 9), Some(2));
    assert_eq!(ids(&model), ["a", "c", "b"]);
    assert_eq!(model.move_rule(b, false), None);
    assert_eq!(key(&model, "b"), b);
}

#[test]
fn added_and_copied_rules_have_names_of_their_own() {
    let mut model = model_of(&["sure"]);
    let sure = key(&model, "sure");
    model.copy_rule(sure);
    model.copy_rule(sure);
    model.add_rule(Some(sure), Some("billing".to_owned()));
    assert_eq!(ids(&model), ["sure", "rule", "sure-3", "sure-2"]);
    assert_eq!(model.document().areas().into_iter().collect::<Vec<_>>(), ["billing"]);
    let after = model.remove_rule(key(&model, "sure-2"));
    assert_eq!(after, model.named("sure-3"));
}

#[test]
fn every_step_can_be_undone_and_done_again() {
    let mut model = model_of(&["a", "b"]);
    let first = model.document();
    let a = key(&model, "a");
    model.move_rule(a, false);
    model.remove_rule(a);
    let last = model.document();
    model.undo();
    model.undo();
    assert_eq!(model.document(), first);
    assert!(!model.can_undo());
    model.redo();
    model.redo();
    assert_eq!(model.document(), last);
    assert!(!model.can_redo());
    model.undo();
    model.add_rule(None, None);
    assert!(!model.can_redo(), "a new step ends what could be done again");
}

#[test]
fn what_is_typed_in_one_field_is_one_step() {
    let mut model = model_of(&["a"]);
    let a = key(&model, "a");
    for text in ["t", "tr", "true"] {
        model.type_rule(a, Field::When, text);
    }
    model.leave(a, &Field::When);
    model.type_rule(a, Field::When, "false");
    model.undo();
    assert_eq!(model.rules()[0].item.when, "true");
    model.undo();
    assert_eq!(model.rules()[0].item.when, "");
}

#[test]
fn only_so_many_steps_are_kept() {
    let mut model = model_of(&["a", "b"]);
    let a = key(&model, "a");
    for step in 0..MAX_STEPS + 7 {
        model.move_rule(a, step % 2 == 1);
    }
    let mut undone = 0;
    while model.can_undo() {
        model.undo();
        undone += 1;
    }
    assert_eq!(undone, MAX_STEPS);
}

#[test]
fn a_text_that_is_not_understood_stays_and_changes_nothing() {
    let mut model = model_of(&["a"]);
    let a = key(&model, "a");
    let fact = ColumnFact::Confidence;
    assert!(model.add_column(Column { fact: fact.clone(), kind: None }));
    assert!(!model.add_column(Column { fact: fact.clone(), kind: None }));
    model.type_cell(a, &fact, ">=0.5");
    model.leave(a, &Field::Cell(fact.clone()));
    assert_eq!(model.rules()[0].cell(&fact), ">= 0.5");
    let before = model.document();
    model.type_cell(a, &fact, "much");
    model.leave(a, &Field::Cell(fact.clone()));
    assert_eq!(model.rules()[0].cell(&fact), "much");
    assert_eq!(model.document(), before);
    assert_eq!(model.not_understood().len(), 1);
    model.undo();
    assert_eq!(model.rules()[0].cell(&fact), ">= 0.5");
    assert!(model.not_understood().is_empty());
    assert_eq!(model.cells_in(&fact), 1);
    model.remove_column(&fact);
    assert!(model.rules()[0].item.cells.is_empty());
    model.undo();
    assert_eq!(model.document(), before);
}

#[test]
fn a_text_that_is_understood_is_shown_as_it_is_typed_until_the_field_is_left() {
    let mut model = model_of(&["a"]);
    let a = key(&model, "a");
    let fact = ColumnFact::Label;
    model.add_column(Column { fact: fact.clone(), kind: None });
    model.type_cell(a, &fact, "x,y");
    assert_eq!(model.rules()[0].cell(&fact), "x,y");
    model.leave(a, &Field::Cell(fact.clone()));
    assert_eq!(model.rules()[0].cell(&fact), "x, y");
}

#[test]
fn what_happens_is_written_alike_for_rules_and_the_end() {
    let mut model = model_of(&["a"]);
    let shown =
        |model: &Model, row| model.rule(row).map_or_else(|| model.otherwise(), |(_, row)| ThenRow::of_rule(row));
    for row in [key(&model, "a"), OTHERWISE] {
        model.type_then(row, Field::Sla, "soon");
        assert!(shown(&model, row).error(&Field::Sla).is_some());
        model.type_then(row, Field::Sla, "90");
        model.type_then(row, Field::Skills, "german, vip");
        model.type_then(row, Field::Note, "Call first.");
        model.change_then(row, |then| then.priority = Some(Priority::High));
        let then = shown(&model, row).then;
        assert_eq!((then.sla_minutes, then.skills.len(), then.priority), (Some(90), 2, Some(Priority::High)));
        assert_eq!(then.note.as_deref(), Some("Call first."));
    }
    assert!(model.not_understood().is_empty());
}

#[test]
fn a_destination_keeps_the_names_that_fit_another_kind() {
    let approval = of_kind(&queue("billing"), "approval", "triage", "refunds");
    assert_eq!(
        approval,
        Target::Approval {
            automation: "refunds".to_owned(),
            otherwise: "billing".to_owned(),
            terms: domain::decision::ApprovalTerms::default()
        }
    );
    assert_eq!(of_kind(&approval, "queue", "triage", "x"), queue("billing"));
    let terms = domain::decision::ApprovalTerms { expires_minutes: Some(60), ..terms_of(&approval) };
    assert_eq!(terms_of(&named(&with_terms(&approval, terms), Slot::Automation, "other")), terms);
    assert_eq!(
        named(&approval, Slot::Otherwise, "vip"),
        of_kind(&named(&approval, Slot::Otherwise, "vip"), "approval", "", "")
    );
    for (kind, _) in TARGET_KINDS {
        let target = of_kind(&Target::Close, kind, "triage", "refunds");
        assert_eq!(target_kind(&target), kind);
        assert!(slots(kind).iter().all(|slot| !name_in(&target, *slot).is_empty()));
    }
}

#[test]
fn columns_move_and_examples_and_queues_come_and_go() {
    let mut model = model_of(&[]);
    let before = model.document();
    for fact in [ColumnFact::Label, ColumnFact::Hour] {
        model.add_column(Column { fact, kind: None });
    }
    assert_eq!(model.move_column(&ColumnFact::Hour, true), Some(0));
    assert_eq!(model.move_column(&ColumnFact::Hour, true), None);
    assert_eq!(model.move_column(&ColumnFact::Label, false), None);
    model.set_label_queue("refund", "billing");
    let task = NewTask { subject: "Hello".to_owned(), ..NewTask::default() };
    let facts = CaseFacts { task, classification: None, queues: BTreeMap::new(), now: Timestamp::from_ms(0) };
    let example = PolicyExample { name: "e".to_owned(), facts, expect: Expectation::default() };
    let first = model.add_example(example.clone());
    let second = model.add_example(example.clone());
    let names: Vec<_> = model.examples().iter().map(|row| row.item.name.clone()).collect();
    assert_eq!(names, ["e", "e-2"]);
    model.set_example(second, PolicyExample { name: "f".to_owned(), ..example });
    model.remove_example(first);
    assert!(model.is_new(second) && !model_of(&["a"]).is_new(1));
    model.set_shedding(Some(Shedding { when_waiting: 500, full_percent: 10, rest: SheddingRest::Rules }));
    assert_eq!(model.document().shedding.map(|shedding| shedding.full_percent), Some(10));
    assert_eq!(model.examples()[0].item.name, "f");
    model.remove_label_queue("refund");
    assert!(model.label_queues().is_empty());
    while model.can_undo() {
        model.undo();
    }
    assert_eq!(model.document(), before);
}

#[test]
fn what_changed_nothing_is_no_step_that_the_next_one_joins() {
    let mut model = model_of(&["a"]);
    let (before, a) = (model.document(), key(&model, "a"));
    model.type_rule(a, Field::When, "");
    assert!(!model.can_undo());
    model.type_rule(a, Field::When, "true");
    model.undo();
    assert_eq!(model.document(), before);
}

#[test]
fn a_loaded_document_is_one_step_and_keeps_the_rows_of_known_rules() {
    let mut model = model_of(&["a", "b"]);
    let a = key(&model, "a");
    let mut other = model.document();
    other.rules.reverse();
    other.rules.remove(0);
    model.load(other.clone());
    assert_eq!((model.document(), key(&model, "a")), (other, a));
    model.undo();
    assert_eq!(ids(&model), ["a", "b"]);
}

/// One thing that a person does, at places that may not exist.
#[derive(Debug, Clone)]
enum Act {
    Add(usize),
    Copy(usize),
    Remove(usize),
    Move(usize, usize),
    Cell(usize, usize, String),
    When(usize, String),
    Sla(usize, String),
    Kind(usize, usize),
    Column(usize),
    NoColumn(usize),
    Disable(usize),
    Undo,
    Redo,
    ThroughJson,
}

fn acts() -> impl Strategy<Value = Act> {
    let cell = prop_oneof!["[a-z, \"]{0,8}", ">=? 0\\.[0-9]{1,3}", "yes|no|", "not [a-z]{1,4}"];
    prop_oneof![
        (0..8_usize).prop_map(Act::Add),
        (0..8_usize).prop_map(Act::Copy),
        (0..8_usize).prop_map(Act::Remove),
        (0..8_usize, 0..8_usize).prop_map(|(from, to)| Act::Move(from, to)),
        (0..8_usize, 0..4_usize, cell).prop_map(|(rule, column, text)| Act::Cell(rule, column, text)),
        (0..8_usize, "[a-z <\"\\\\\n]{0,12}").prop_map(|(rule, text)| Act::When(rule, text)),
        (0..9_usize, "[0-9a]{0,3}").prop_map(|(rule, text)| Act::Sla(rule, text)),
        (0..9_usize, 0..6_usize).prop_map(|(rule, kind)| Act::Kind(rule, kind)),
        (0..4_usize).prop_map(Act::Column),
        (0..4_usize).prop_map(Act::NoColumn),
        (0..8_usize).prop_map(Act::Disable),
        Just(Act::Undo),
        Just(Act::Redo),
        Just(Act::ThroughJson),
    ]
}

fn fact(place: usize) -> Column {
    let attribute = ColumnFact::Attribute(vec!["customer".to_owned(), "vip".to_owned()]);
    let facts = [ColumnFact::Label, ColumnFact::Confidence, ColumnFact::Available, attribute];
    let fact = facts[place].clone();
    let kind = fact.kind().is_none().then_some(ColumnKind::Truth);
    Column { fact, kind }
}

fn do_it(model: &mut Model, act: &Act) {
    let at = |model: &Model, place: usize| model.rules().get(place).map_or(OTHERWISE, |row| row.key);
    match act {
        Act::Add(place) => {
            model.add_rule(Some(at(model, *place)), None);
        }
        Act::Copy(place) => {
            model.copy_rule(at(model, *place));
        }
        Act::Remove(place) => {
            model.remove_rule(at(model, *place));
        }
        Act::Move(from, to) => {
            model.move_rule_to(at(model, *from), *to);
        }
        Act::Cell(place, column, text) => model.type_cell(at(model, *place), &fact(*column).fact, text),
        Act::When(place, text) => model.type_rule(at(model, *place), Field::When, text),
        Act::Sla(place, text) => model.type_then(at(model, *place), Field::Sla, text),
        Act::Kind(place, kind) => {
            let kind = TARGET_KINDS[*kind].0;
            model.change_then(at(model, *place), |then| then.destination = of_kind(&then.destination, kind, "q", "a"));
        }
        Act::Column(column) => {
            model.add_column(fact(*column));
        }
        Act::NoColumn(column) => model.remove_column(&fact(*column).fact),
        Act::Disable(place) => model.change_rule(at(model, *place), |rule| rule.disabled = !rule.disabled),
        Act::Undo => model.undo(),
        Act::Redo => model.redo(),
        Act::ThroughJson => model.load(serde_json::from_str(&model.json()).unwrap()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_table_and_the_text_are_equal_whatever_is_done(done in prop::collection::vec(acts(), 0..40)) {
        let mut model = model_of(&["a", "b", "c"]);
        let first = model.document();
        for act in &done {
            do_it(&mut model, act);
            let document = model.document();
            prop_assert_eq!(&serde_json::from_str::<PolicyDocument>(&model.json()).unwrap(), &document);
            // Every cell belongs to a column, and reads as the table shows it.
            for row in model.rules() {
                let columns = model.columns();
                prop_assert!(row.item.cells.keys().all(|cell| columns.iter().any(|column| column.fact == *cell)));
                for column in columns.iter().filter(|column| row.error(&Field::Cell(column.fact.clone())).is_none()) {
                    let shown = row.cell(&column.fact);
                    prop_assert_eq!(Cell::read(column.kind(), &shown), Ok(row.item.cells.get(&column.fact).cloned()));
                }
            }
            let keys: std::collections::BTreeSet<_> = model.rules().iter().map(|row| row.key).collect();
            prop_assert_eq!(keys.len(), model.rules().len());
        }
        while model.can_undo() {
            model.undo();
        }
        prop_assert_eq!(model.document(), first);
    }
}
