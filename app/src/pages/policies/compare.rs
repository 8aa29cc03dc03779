//! What differs between two documents, rule by rule.

use std::collections::BTreeMap;

use domain::{PolicyDocument, Rule};

/// One difference, seen from the active version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// Only the other document has it.
    Added,
    /// Only the active document has it.
    Removed,
    /// Both have it, with another content.
    Changed,
    /// Both have it, at another place among those that both have.
    Moved,
}

impl Change {
    /// The change as a word.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Moved => "moved",
        }
    }
}

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    /// How it differs.
    pub(super) change: Change,
    /// What differs: a rule, a label's queue, or `otherwise`.
    pub(super) what: String,
    /// Which of its fields differ.
    pub(super) fields: String,
}

fn difference(change: Change, what: impl Into<String>, fields: impl Into<String>) -> Difference {
    Difference { change, what: what.into(), fields: fields.into() }
}

/// What `other` has otherwise than `active`; empty when both would decide the same.
pub(super) fn compare(active: &PolicyDocument, other: &PolicyDocument) -> Vec<Difference> {
    let mut differences = compare_rules(&active.rules, &other.rules);
    if active.otherwise != other.otherwise {
        differences.push(difference(Change::Changed, "otherwise", ""));
    }
    compare_queues(&active.label_queues, &other.label_queues, &mut differences);
    differences
}

fn compare_rules(active: &[Rule], other: &[Rule]) -> Vec<Difference> {
    let before: BTreeMap<&str, &Rule> = active.iter().map(|rule| (rule.id.as_str(), rule)).collect();
    let after: BTreeMap<&str, &Rule> = other.iter().map(|rule| (rule.id.as_str(), rule)).collect();
    // Places are compared among the rules that both have: an added rule does not move all that follow it.
    let kept_before = active.iter().filter(|rule| after.contains_key(rule.id.as_str()));
    let places: BTreeMap<&str, usize> =
        kept_before.enumerate().map(|(place, rule)| (rule.id.as_str(), place)).collect();
    let removed = active
        .iter()
        .filter(|rule| !after.contains_key(rule.id.as_str()))
        .map(|rule| difference(Change::Removed, format!("rule {}", rule.id), ""));
    let mut differences: Vec<Difference> = removed.collect();
    let mut place = 0;
    for rule in other {
        let what = format!("rule {}", rule.id);
        let Some(old) = before.get(rule.id.as_str()) else {
            differences.push(difference(Change::Added, what, ""));
            continue;
        };
        let fields = changed_fields(old, rule);
        if !fields.is_empty() {
            differences.push(difference(Change::Changed, what, fields));
        } else if places.get(rule.id.as_str()) != Some(&place) {
            differences.push(difference(Change::Moved, what, ""));
        }
        place += 1;
    }
    differences
}

fn changed_fields(old: &Rule, new: &Rule) -> String {
    let fields = [
        (old.when != new.when, "condition"),
        (old.then != new.then, "outcome"),
        (old.description != new.description, "description"),
    ];
    fields.into_iter().filter(|(changed, _)| *changed).map(|(_, field)| field).collect::<Vec<_>>().join(", ")
}

fn compare_queues(
    active: &BTreeMap<String, String>,
    other: &BTreeMap<String, String>,
    differences: &mut Vec<Difference>,
) {
    for (label, queue) in active {
        let what = format!("queue of {label}");
        match other.get(label) {
            None => differences.push(difference(Change::Removed, what, queue.clone())),
            Some(new) if new != queue => {
                differences.push(difference(Change::Changed, what, format!("{queue} → {new}")));
            }
            Some(_) => {}
        }
    }
    for (label, queue) in other.iter().filter(|(label, _)| !active.contains_key(*label)) {
        differences.push(difference(Change::Added, format!("queue of {label}"), queue.clone()));
    }
}

#[cfg(test)]
mod tests {
    use domain::{Then, policy::Target};

    use super::*;

    fn then(queue: &str) -> Then {
        let destination = Target::Queue { queue: queue.to_owned() };
        Then { destination, priority: None, sla_minutes: None, skills: Vec::new(), note: None }
    }

    fn document(rules: &[(&str, &str)], queues: &[(&str, &str)], otherwise: &str) -> PolicyDocument {
        let rule = |(id, queue): &(&str, &str)| Rule {
            id: (*id).to_owned(),
            description: String::new(),
            when: "true".to_owned(),
            then: then(queue),
        };
        PolicyDocument {
            schema: 1,
            label_queues: queues.iter().map(|(label, queue)| ((*label).to_owned(), (*queue).to_owned())).collect(),
            rules: rules.iter().map(rule).collect(),
            otherwise: then(otherwise),
        }
    }

    #[test]
    fn equal_documents_do_not_differ() {
        let document = document(&[("a", "x")], &[("l", "x")], "x");
        assert_eq!(compare(&document, &document), []);
    }

    #[test]
    fn rules_are_added_removed_and_changed_without_moving_the_others() {
        let active = document(&[("gone", "x"), ("kept", "x"), ("new-target", "x")], &[], "x");
        let other = document(&[("fresh", "x"), ("kept", "x"), ("new-target", "y")], &[], "z");
        let found: Vec<_> =
            compare(&active, &other).into_iter().map(|each| (each.change.as_str(), each.what)).collect();
        let expected = [
            ("removed", "rule gone"),
            ("added", "rule fresh"),
            ("changed", "rule new-target"),
            ("changed", "otherwise"),
        ];
        assert_eq!(found, expected.map(|(change, what)| (change, what.to_owned())));
    }

    #[test]
    fn rules_that_change_places_are_moved_and_queues_are_compared() {
        let active = document(&[("a", "x"), ("b", "x")], &[("l", "x"), ("m", "x")], "x");
        let other = document(&[("b", "x"), ("a", "x")], &[("l", "y"), ("n", "x")], "x");
        let changes: Vec<_> = compare(&active, &other).into_iter().map(|each| each.change).collect();
        use Change::{Added, Changed, Moved, Removed};
        assert_eq!(changes, [Moved, Moved, Changed, Removed, Added]);
    }
}
