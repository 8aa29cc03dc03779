//! What differs between two documents.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
};

use serde::Serialize;

use super::{Difference, DifferenceKind, DocumentPart, FieldChange};
use crate::{
    policy::{Column, PolicyDocument, PolicyExample, Rule, Shedding, Target, Then},
    task::Priority,
};

/// What differs between two documents, part by part: columns, rules, what happens otherwise, queues of labels, examples. The
/// number of the form is no difference. A part that says something else and stands elsewhere is two differences.
#[must_use]
pub fn diff(before: &PolicyDocument, after: &PolicyDocument) -> Vec<Difference> {
    differences(before, after, |_| 1)
}

/// The same in the eyes of somebody who may change only these areas: where two rules changed places, the one that is theirs
/// was moved.
#[must_use]
pub fn diff_for(before: &PolicyDocument, after: &PolicyDocument, areas: &[String]) -> Vec<Difference> {
    let is_theirs = |rule: &Rule| rule.area.as_ref().is_some_and(|area| areas.contains(area));
    // More than all rules of a document that are theirs together.
    differences(before, after, |rule| if is_theirs(rule) { 1 } else { 10_000 })
}

fn differences(before: &PolicyDocument, after: &PolicyDocument, weight: impl Fn(&Rule) -> u64) -> Vec<Difference> {
    let column = |column: &Column| DocumentPart::Column(column.fact.to_string());
    let mut found = lists(&before.columns, &after.columns, column, |_| 1, |_| Vec::new(), column_fields);
    let rule = |rule: &Rule| DocumentPart::Rule(rule.id.clone());
    found.extend(lists(&before.rules, &after.rules, rule, weight, |rule| vec![rule.area.clone()], rule_fields));
    let mut otherwise = Vec::new();
    then_fields(Some(&before.otherwise), Some(&after.otherwise), &mut otherwise);
    if !otherwise.is_empty() {
        found.push(changed(DocumentPart::Otherwise, otherwise));
    }
    found.extend(label_queues(&before.label_queues, &after.label_queues));
    if before.shedding != after.shedding {
        let words = |shedding: Option<Shedding>| shedding.map(|shedding| shedding.to_string());
        let (before, after) = (words(before.shedding), words(after.shedding));
        found.push(changed(DocumentPart::Shedding, vec![FieldChange { field: "shedding".to_owned(), before, after }]));
    }
    let example = |example: &PolicyExample| DocumentPart::Example(example.name.clone());
    found.extend(lists(&before.examples, &after.examples, example, |_| 1, |_| Vec::new(), example_fields));
    found
}

fn changed(part: DocumentPart, fields: Vec<FieldChange>) -> Difference {
    Difference { kind: DifferenceKind::Changed, part, areas: Vec::new(), fields }
}

/// The differences of two lists whose elements have a name: those that are gone, then those that are there, in order.
fn lists<T: PartialEq>(
    before: &[T],
    after: &[T],
    part: impl Fn(&T) -> DocumentPart,
    weight: impl Fn(&T) -> u64,
    areas: impl Fn(&T) -> Vec<Option<String>>,
    fields: impl Fn(Option<&T>, Option<&T>) -> Vec<FieldChange>,
) -> Vec<Difference> {
    let named = |list: &'_ [T]| list.iter().map(&part).collect::<Vec<_>>();
    let (before_names, after_names) = (named(before), named(after));
    let known: HashMap<&DocumentPart, &T> = before_names.iter().zip(before).collect();
    let kept: HashSet<&DocumentPart> = after_names.iter().collect();
    let weights: HashMap<&DocumentPart, u64> = after_names.iter().zip(after.iter().map(weight)).collect();
    let moved = moved(&before_names, &after_names, |name| weights.get(name).copied().unwrap_or(1));
    let mut found = Vec::new();
    for (name, element) in before_names.iter().zip(before).filter(|(name, _)| !kept.contains(name)) {
        let (areas, fields) = (areas(element), fields(Some(element), None));
        found.push(Difference { kind: DifferenceKind::Removed, part: name.clone(), areas, fields });
    }
    for (name, element) in after_names.iter().zip(after) {
        let Some(earlier) = known.get(name) else {
            let (areas, fields) = (areas(element), fields(None, Some(element)));
            found.push(Difference { kind: DifferenceKind::Added, part: name.clone(), areas, fields });
            continue;
        };
        let mut both = areas(earlier);
        both.extend(areas(element));
        both.dedup();
        if moved.contains(name) {
            let (areas, fields) = (both.clone(), Vec::new());
            found.push(Difference { kind: DifferenceKind::Moved, part: name.clone(), areas, fields });
        }
        if *earlier != element {
            found.push(Difference { areas: both, ..changed(name.clone(), fields(Some(earlier), Some(element))) });
        }
    }
    found
}

/// The names that stand elsewhere among those that both lists have: all but the heaviest that kept their order.
pub(super) fn moved<'a, N: Eq + std::hash::Hash>(
    before: &[N],
    after: &'a [N],
    weight: impl Fn(&N) -> u64,
) -> HashSet<&'a N> {
    let places: HashMap<&N, usize> = before.iter().enumerate().map(|(place, name)| (name, place)).collect();
    let kept: Vec<(&N, usize)> = after.iter().filter_map(|name| Some((name, *places.get(name)?))).collect();
    // The heaviest increasing run that ends at each element, and the element before it.
    let mut runs: Vec<(u64, Option<usize>)> = Vec::with_capacity(kept.len());
    for (at, (name, place)) in kept.iter().enumerate() {
        let earlier = (0..at)
            .filter(|&earlier| kept[earlier].1 < *place)
            .max_by_key(|&earlier| (runs[earlier].0, Reverse(earlier)));
        runs.push((weight(name) + earlier.map_or(0, |earlier| runs[earlier].0), earlier));
    }
    let mut still: HashSet<&N> = HashSet::new();
    let mut at = (0..runs.len()).max_by_key(|&at| (runs[at].0, Reverse(at)));
    while let Some(place) = at {
        still.insert(kept[place].0);
        at = runs[place].1;
    }
    kept.into_iter().map(|(name, _)| name).filter(|name| !still.contains(name)).collect()
}

fn label_queues(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<Difference> {
    let labels: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differences = labels.into_iter().filter_map(|label| {
        let (earlier, later) = (before.get(label), after.get(label));
        let mut fields = Vec::new();
        change(&mut fields, "queue", earlier, later, Clone::clone);
        let kind = match (earlier, later) {
            (None, _) => DifferenceKind::Added,
            (_, None) => DifferenceKind::Removed,
            _ => DifferenceKind::Changed,
        };
        let part = DocumentPart::LabelQueue(label.clone());
        (!fields.is_empty()).then_some(Difference { kind, part, areas: Vec::new(), fields })
    });
    differences.collect()
}

/// Notes a field whose value is another.
fn change<T: PartialEq + ?Sized>(
    changes: &mut Vec<FieldChange>,
    field: &str,
    before: Option<&T>,
    after: Option<&T>,
    words: impl Fn(&T) -> String,
) {
    if before != after {
        changes.push(FieldChange { field: field.to_owned(), before: before.map(&words), after: after.map(words) });
    }
}

fn column_fields(before: Option<&Column>, after: Option<&Column>) -> Vec<FieldChange> {
    let kind = |column: Option<&Column>| column.and_then(|column| column.kind);
    let mut changes = Vec::new();
    change(&mut changes, "kind", kind(before).as_ref(), kind(after).as_ref(), |kind| kind.as_str().to_owned());
    changes
}

fn rule_fields(before: Option<&Rule>, after: Option<&Rule>) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    let said = |text: &String| (!text.is_empty()).then(|| text.clone());
    let description = |rule: Option<&Rule>| rule.and_then(|rule| said(&rule.description));
    let when = |rule: Option<&Rule>| rule.and_then(|rule| said(&rule.when));
    change(&mut changes, "description", description(before).as_ref(), description(after).as_ref(), Clone::clone);
    let area = |rule: Option<&Rule>| rule.and_then(|rule| rule.area.clone());
    change(&mut changes, "area", area(before).as_ref(), area(after).as_ref(), Clone::clone);
    let disabled = |rule: Option<&Rule>| rule.map(|rule| rule.disabled).filter(|disabled| *disabled);
    change(&mut changes, "disabled", disabled(before).as_ref(), disabled(after).as_ref(), |_| "yes".to_owned());
    let facts: BTreeSet<_> = before.iter().chain(after.iter()).flat_map(|rule| rule.cells.keys()).collect();
    for fact in facts {
        let cell = |rule: Option<&'_ Rule>| rule.and_then(|rule| rule.cells.get(fact).cloned());
        change(&mut changes, &fact.to_string(), cell(before).as_ref(), cell(after).as_ref(), ToString::to_string);
    }
    change(&mut changes, "when", when(before).as_ref(), when(after).as_ref(), Clone::clone);
    then_fields(before.map(|rule| &rule.then), after.map(|rule| &rule.then), &mut changes);
    changes
}

fn then_fields(before: Option<&Then>, after: Option<&Then>, changes: &mut Vec<FieldChange>) {
    let destination = |then: &Then| then.destination.clone();
    let words = |target: &Target| target.to_string();
    change(changes, "destination", before.map(destination).as_ref(), after.map(destination).as_ref(), words);
    let priority = |then: Option<&Then>| then.and_then(|then| then.priority);
    let words = |priority: &Priority| priority.as_str().to_owned();
    change(changes, "priority", priority(before).as_ref(), priority(after).as_ref(), words);
    let minutes = |then: Option<&Then>| then.and_then(|then| then.sla_minutes);
    let words = |minutes: &u32| format!("{minutes} min");
    change(changes, "sla_minutes", minutes(before).as_ref(), minutes(after).as_ref(), words);
    let skills = |then: Option<&Then>| then.map(|then| then.skills.clone()).filter(|skills| !skills.is_empty());
    change(changes, "skills", skills(before).as_ref(), skills(after).as_ref(), |skills| skills.join(", "));
    let note = |then: Option<&Then>| then.and_then(|then| then.note.clone());
    change(changes, "note", note(before).as_ref(), note(after).as_ref(), Clone::clone);
}

fn example_fields(before: Option<&PolicyExample>, after: Option<&PolicyExample>) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    let facts = |example| Option::map(example, |example: &PolicyExample| &example.facts);
    change(&mut changes, "facts", facts(before), facts(after), json);
    let expect = |example| Option::map(example, |example: &PolicyExample| &example.expect);
    change(&mut changes, "expect", expect(before), expect(after), json);
    changes
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
