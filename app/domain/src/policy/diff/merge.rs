//! Bringing two changes of one document together.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{DocumentPart, Merge, compare::moved};
use crate::policy::PolicyDocument;

/// Brings together what two people made of the same document, part by part. A part that only one of them changed is as that
/// one left it; one that both changed otherwise is a conflict, and has mine. The order is theirs, with what I added or moved
/// behind what it follows in mine.
#[must_use]
pub fn merge(base: &PolicyDocument, theirs: &PolicyDocument, mine: &PolicyDocument) -> Merge {
    let mut conflicts = Vec::new();
    let columns = merge_lists(
        [&base.columns, &theirs.columns, &mine.columns],
        |column| DocumentPart::Column(column.fact.to_string()),
        &mut conflicts,
    );
    let rules = merge_lists(
        [&base.rules, &theirs.rules, &mine.rules],
        |rule| DocumentPart::Rule(rule.id.clone()),
        &mut conflicts,
    );
    let otherwise = [base, theirs, mine].map(|document| Some(&document.otherwise));
    let (otherwise, conflict) = pick(otherwise);
    if conflict {
        conflicts.push(DocumentPart::Otherwise);
    }
    let otherwise = otherwise.unwrap_or(&mine.otherwise).clone();
    let label_queues = merge_queues([&base.label_queues, &theirs.label_queues, &mine.label_queues], &mut conflicts);
    let examples = merge_lists(
        [&base.examples, &theirs.examples, &mine.examples],
        |example| DocumentPart::Example(example.name.clone()),
        &mut conflicts,
    );
    let shedding = [base, theirs, mine].map(|document| document.shedding.as_ref());
    let (shedding, conflict) = pick(shedding);
    if conflict {
        conflicts.push(DocumentPart::Shedding);
    }
    let shedding = shedding.copied();
    let schema = if mine.schema == base.schema { theirs.schema } else { mine.schema };
    let mut document = PolicyDocument { schema, columns, label_queues, rules, otherwise, examples, shedding };
    keep_columns(&mut document, [mine, theirs, base]);
    Merge { document, conflicts }
}

/// What becomes of a part in base, theirs and mine, and whether both changed it otherwise.
fn pick<T: PartialEq>([base, theirs, mine]: [Option<&T>; 3]) -> (Option<&T>, bool) {
    if mine == base { (theirs, false) } else { (mine, theirs != base && theirs != mine) }
}

fn merge_lists<T: Clone + PartialEq>(
    lists: [&[T]; 3],
    part: impl Fn(&T) -> DocumentPart,
    conflicts: &mut Vec<DocumentPart>,
) -> Vec<T> {
    let names = lists.map(|list| list.iter().map(&part).collect::<Vec<_>>());
    let [base, theirs, mine] = &names;
    let mut values: [HashMap<&DocumentPart, &T>; 3] = Default::default();
    for (place, values) in values.iter_mut().enumerate() {
        values.extend(names[place].iter().zip(lists[place]));
    }
    let mut kept: HashMap<&DocumentPart, &T> = HashMap::new();
    let mut seen = HashSet::new();
    let moved_by_them = moved(base, theirs, |_| 1);
    let moved_by_me = moved(base, mine, |_| 1);
    for name in theirs.iter().chain(mine).chain(base).filter(|name| seen.insert(*name)) {
        let (value, conflict) = pick([0, 1, 2].map(|list| values[list].get(name).copied()));
        let places = || [theirs, mine].map(|list| neighbour(list, name, &values[0]));
        let both_moved = moved_by_them.contains(name) && moved_by_me.contains(name) && {
            let [theirs, mine] = places();
            theirs != mine
        };
        if conflict || both_moved {
            conflicts.push(name.clone());
        }
        kept.extend(value.map(|value| (name, value)));
    }
    let stays = |name: &&DocumentPart| kept.contains_key(name) && !moved_by_me.contains(name);
    let mut order: Vec<&DocumentPart> = theirs.iter().filter(stays).collect();
    let mut next = 0;
    for name in mine.iter().filter(|name| kept.contains_key(name)) {
        match order.iter().position(|known| *known == name) {
            Some(place) => next = place + 1,
            None => {
                order.insert(next, name);
                next += 1;
            }
        }
    }
    order.into_iter().filter_map(|name| kept.get(name).map(|value| (*value).clone())).collect()
}

/// What stands before a name, of what the base has.
fn neighbour<'a, T>(
    list: &'a [DocumentPart],
    name: &DocumentPart,
    base: &HashMap<&DocumentPart, T>,
) -> Option<&'a DocumentPart> {
    let place = list.iter().position(|known| known == name)?;
    list[..place].iter().rev().find(|known| base.contains_key(known))
}

fn merge_queues(
    [base, theirs, mine]: [&BTreeMap<String, String>; 3],
    conflicts: &mut Vec<DocumentPart>,
) -> BTreeMap<String, String> {
    let labels: BTreeSet<&String> = base.keys().chain(theirs.keys()).chain(mine.keys()).collect();
    let mut merged = BTreeMap::new();
    for label in labels {
        let (queue, conflict) = pick([base, theirs, mine].map(|queues| queues.get(label)));
        if conflict {
            conflicts.push(DocumentPart::LabelQueue(label.clone()));
        }
        merged.extend(queue.map(|queue| (label.clone(), queue.clone())));
    }
    merged
}

/// Puts back a column that one of the two took away and the other has a new cell in.
fn keep_columns(document: &mut PolicyDocument, sources: [&PolicyDocument; 3]) {
    let asked: BTreeSet<_> = document.rules.iter().flat_map(|rule| rule.cells.keys()).collect();
    let missing: Vec<_> = asked
        .into_iter()
        .filter(|fact| !document.columns.iter().any(|column| column.fact == **fact))
        .filter_map(|fact| {
            let mut columns = sources.iter().flat_map(|source| &source.columns);
            columns.find(|column| column.fact == *fact).cloned()
        })
        .collect();
    document.columns.extend(missing);
}
