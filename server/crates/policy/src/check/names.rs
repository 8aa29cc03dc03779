//! Names of queues, labels and skills that do not exist.

use std::collections::{BTreeMap, HashSet};

use domain::{
    PolicyDocument, QueueKind, Rule, Then,
    policy::{Cell, ColumnFact, PolicyProblem, Severity, Target},
};

use super::Known;
use crate::{
    compiled::CompiledRule,
    problem::{of_document, of_rule, weighing},
};

type Kinds<'a> = BTreeMap<&'a str, QueueKind>;

/// Checks every name of the document against what exists.
pub(super) fn check(
    document: &PolicyDocument,
    rules: &[Option<CompiledRule>],
    known: &Known<'_>,
    problems: &mut Vec<PolicyProblem>,
) {
    let queues: Kinds<'_> = known.queues.iter().map(|queue| (queue.name.as_str(), queue.kind)).collect();
    let labels: HashSet<&str> = known.labels.iter().map(String::as_str).collect();
    let is_unknown = |label: &str| !labels.is_empty() && !labels.contains(label);
    for (label, queue) in &document.label_queues {
        let field = format!("label_queues.{label}");
        if is_unknown(label) {
            problems.push(weighing(Severity::Warning, of_document(&field, no_label(label))));
        }
        if let Some(message) = check_queue(queue, QueueKind::People, &queues) {
            problems.push(of_document(&field, message));
        }
    }
    for column in &document.columns {
        if let ColumnFact::Queue(queue, _) = &column.fact
            && !queues.contains_key(queue.as_str())
        {
            problems.push(of_document(&column.fact.to_string(), format!("there is no queue `{queue}`")));
        }
    }
    for (rule, compiled) in document.rules.iter().zip(rules) {
        if let Some(compiled) = compiled {
            check_expression(rule, compiled, &queues, is_unknown, problems);
        }
        if let Some(Cell::AnyOf(asked) | Cell::NoneOf(asked)) = rule.cells.get(&ColumnFact::Label) {
            let unknown = asked.iter().filter(|label| !label.is_empty() && is_unknown(label));
            problems.extend(unknown.map(|label| {
                weighing(Severity::Warning, of_rule(&rule.id, &ColumnFact::Label.to_string(), no_label(label)))
            }));
        }
        check_then(&rule.then, &queues, known, |field, message| {
            problems.push(of_rule(&rule.id, &format!("then.{field}"), message));
        });
    }
    check_then(&document.otherwise, &queues, known, |field, message| {
        problems.push(of_document(&format!("otherwise.{field}"), message));
    });
}

fn no_label(label: &str) -> String {
    format!("there is no label `{label}`")
}

/// The queues and labels that an expression names.
fn check_expression(
    rule: &Rule,
    compiled: &CompiledRule,
    queues: &Kinds<'_>,
    is_unknown: impl Fn(&str) -> bool,
    problems: &mut Vec<PolicyProblem>,
) {
    let Some(condition) = &compiled.asks.condition else { return };
    let placed = |place: Option<(u32, u32)>, problem: PolicyProblem| {
        let (line, column) = place.unzip();
        PolicyProblem { line, column, ..problem }
    };
    for (queue, place) in condition.queues.iter().filter(|(queue, _)| !queues.contains_key(queue.as_str())) {
        problems.push(placed(*place, of_rule(&rule.id, "when", format!("there is no queue `{queue}`"))));
    }
    for (label, place) in condition.labels.iter().filter(|(label, _)| is_unknown(label)) {
        problems.push(placed(*place, weighing(Severity::Warning, of_rule(&rule.id, "when", no_label(label)))));
    }
}

fn check_then(then: &Then, queues: &Kinds<'_>, known: &Known<'_>, mut refuse: impl FnMut(&str, String)) {
    for message in check_target(&then.destination, queues) {
        refuse("destination", message);
    }
    if !known.skills.is_empty() {
        for skill in then.skills.iter().filter(|skill| !known.skills.contains(skill)) {
            refuse("skills", format!("there is no skill `{skill}`"));
        }
    }
}

fn check_target(target: &Target, queues: &Kinds<'_>) -> Vec<String> {
    let checked = match target {
        Target::Queue { queue } | Target::LabelQueue { fallback: queue } => [Some((queue, QueueKind::People)), None],
        Target::Automation { automation } => [Some((automation, QueueKind::Automation)), None],
        Target::Approval { automation, otherwise, .. } => {
            [Some((automation, QueueKind::Automation)), Some((otherwise, QueueKind::People))]
        }
        Target::Close | Target::DeadLetter => [None, None],
    };
    checked.into_iter().flatten().filter_map(|(queue, kind)| check_queue(queue, kind, queues)).collect()
}

fn check_queue(queue: &str, wanted: QueueKind, queues: &Kinds<'_>) -> Option<String> {
    let noun = match wanted {
        QueueKind::People => "queue",
        QueueKind::Automation => "automation",
    };
    match (queues.get(queue), wanted) {
        (None, _) => Some(format!("there is no {noun} `{queue}`")),
        (Some(QueueKind::Automation), QueueKind::People) => Some(format!(
            "`{queue}` is an automation, and people's work goes here; use the destination automation or approval"
        )),
        (Some(QueueKind::People), QueueKind::Automation) => {
            Some(format!("`{queue}` is a queue of people, not an automation; use the destination queue"))
        }
        _ => None,
    }
}
