//! What is wrong with a document: by itself, and against the queues that exist.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::{
    PolicyDocument, Queue, QueueKind,
    policy::{MAX_EXPRESSION_BYTES, MAX_RULES, PolicyProblem, Rule, SCHEMA, Target, Then},
    text,
};

use crate::{
    compiled::CompiledRule,
    condition::{self, Table},
    limits,
    problem::{of_document, of_rule},
};

type Kinds<'a> = BTreeMap<&'a str, QueueKind>;

/// Everything that is wrong with a document: what keeps it from compiling, names of queues that do not exist or are of the
/// wrong kind, and rules that can never match. A document without problems may be activated.
#[must_use]
pub fn check(document: &PolicyDocument, queues: &[Queue]) -> Vec<PolicyProblem> {
    let (rules, mut problems) = compile_rules(document, &mut Table::default());
    let queues: Kinds<'_> = queues.iter().map(|queue| (queue.name.as_str(), queue.kind)).collect();
    for (label, queue) in &document.label_queues {
        if let Some(message) = check_queue(queue, QueueKind::People, &queues) {
            problems.push(of_document(&format!("label_queues.{label}"), message));
        }
    }
    for (rule, compiled) in document.rules.iter().zip(&rules) {
        let asked = compiled.iter().flat_map(|compiled| &compiled.condition.queues);
        for (queue, place) in asked.filter(|(queue, _)| !queues.contains_key(queue.as_str())) {
            let (line, column) = place.unzip();
            problems.push(PolicyProblem {
                line,
                column,
                ..of_rule(&rule.id, "when", format!("there is no queue `{queue}`"))
            });
        }
        let target = check_target(&rule.then.destination, &queues).into_iter();
        problems.extend(target.map(|message| of_rule(&rule.id, "then.destination", message)));
    }
    let otherwise = check_target(&document.otherwise.destination, &queues).into_iter();
    problems.extend(otherwise.map(|message| of_document("otherwise.destination", message)));
    check_reach(document, &rules, &mut problems);
    problems.truncate(limits::MAX_PROBLEMS);
    problems
}

fn check_target(target: &Target, queues: &Kinds<'_>) -> Vec<String> {
    let checked = match target {
        Target::Queue { queue } | Target::LabelQueue { fallback: queue } => [Some((queue, QueueKind::People)), None],
        Target::Automation { automation } => [Some((automation, QueueKind::Automation)), None],
        Target::Approval { automation, otherwise } => {
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

/// Rules that no task can reach.
fn check_reach(document: &PolicyDocument, rules: &[Option<CompiledRule>], problems: &mut Vec<PolicyProblem>) {
    let last = rules.len().saturating_sub(1);
    let always =
        rules.iter().position(|rule| rule.as_ref().is_some_and(CompiledRule::is_always)).filter(|&place| place < last);
    if let Some(place) = always {
        let rule = &document.rules[place];
        let next = &document.rules[place + 1].id;
        let message =
            format!("it always matches, so `{next}` and whatever follows can never match; move it to the end");
        problems.push(of_rule(&rule.id, "when", message));
    }
    let mut seen: HashMap<&str, &str> = HashMap::new();
    for rule in &document.rules {
        match seen.get(rule.when.trim()) {
            Some(first) => problems.push(of_rule(
                &rule.id,
                "when",
                format!("`{first}` has the same condition, so this can never match"),
            )),
            None => {
                seen.insert(rule.when.trim(), &rule.id);
            }
        }
    }
}

/// Compiles every rule of a document and says what is wrong with the document by itself. A rule that does not compile is
/// left out, and a problem says why.
pub(crate) fn compile_rules(
    document: &PolicyDocument,
    table: &mut Table,
) -> (Vec<Option<CompiledRule>>, Vec<PolicyProblem>) {
    let mut problems = Vec::new();
    if document.schema != SCHEMA {
        problems.push(of_document("schema", format!("must be {SCHEMA}")));
    }
    check_labels(document, &mut problems);
    check_then(&document.otherwise, |field, message| {
        problems.push(of_document(&format!("otherwise.{field}"), message));
    });
    if document.rules.len() > MAX_RULES {
        problems.push(of_document("rules", format!("there may be at most {MAX_RULES} rules")));
        return (Vec::new(), problems);
    }
    let mut ids = HashSet::new();
    let mut rules = Vec::with_capacity(document.rules.len());
    for rule in &document.rules {
        if !ids.insert(rule.id.as_str()) {
            problems.push(of_rule(&rule.id, "id", "another rule has the same id"));
        }
        check_rule(rule, &mut problems);
        rules.push(compile_rule(rule, table, &mut problems));
        if problems.len() > limits::MAX_PROBLEMS {
            break;
        }
    }
    problems.truncate(limits::MAX_PROBLEMS);
    (rules, problems)
}

fn compile_rule(rule: &Rule, table: &mut Table, problems: &mut Vec<PolicyProblem>) -> Option<CompiledRule> {
    if rule.when.len() > MAX_EXPRESSION_BYTES {
        problems.push(of_rule(&rule.id, "when", format!("must be at most {MAX_EXPRESSION_BYTES} bytes")));
        return None;
    }
    match condition::compile(&rule.when, table) {
        Ok(condition) => Some(CompiledRule::new(condition, table)),
        Err(mistakes) => {
            problems.extend(mistakes.into_iter().map(|mistake| {
                let (line, column) = mistake.place.unzip();
                PolicyProblem { line, column, ..of_rule(&rule.id, "when", mistake.message) }
            }));
            None
        }
    }
}

fn check_rule(rule: &Rule, problems: &mut Vec<PolicyProblem>) {
    let mut refuse = |field: &str, message: String| problems.push(of_rule(&rule.id, field, message));
    if let Err(error) = text::check_name("id", &rule.id) {
        refuse("id", error.message);
    }
    if let Err(error) = text::check_required("description", &rule.description, limits::MAX_DESCRIPTION_BYTES) {
        refuse("description", error.message);
    }
    check_then(&rule.then, |field, message| refuse(&format!("then.{field}"), message));
}

fn check_labels(document: &PolicyDocument, problems: &mut Vec<PolicyProblem>) {
    if document.label_queues.len() > limits::MAX_LABEL_QUEUES {
        problems.push(of_document("label_queues", format!("there may be at most {}", limits::MAX_LABEL_QUEUES)));
    }
    for (label, queue) in &document.label_queues {
        let checked = text::check_label("label", label).and_then(|()| text::check_name("queue", queue));
        if let Err(error) = checked {
            problems
                .push(of_document("label_queues", format!("{} `{queue}` of `{label}` {}", error.field, error.message)));
        }
    }
}

fn check_then(then: &Then, mut refuse: impl FnMut(&str, String)) {
    for queue in then.destination.queues() {
        if let Err(error) = text::check_name("queue", queue) {
            refuse("destination", format!("the name `{queue}` {}", error.message));
        }
    }
    if then.sla_minutes.is_some_and(|minutes| minutes == 0 || minutes > limits::MAX_SLA_MINUTES) {
        refuse("sla_minutes", "must be from 1 minute to a year".to_owned());
    }
    if then.skills.len() > limits::MAX_SKILLS {
        refuse("skills", format!("there may be at most {}", limits::MAX_SKILLS));
    }
    if let Some(Err(error)) = then.skills.iter().map(|skill| text::check_name("skills", skill)).find(Result::is_err) {
        refuse("skills", error.message);
    }
    if let Some(Err(error)) = then.note.as_ref().map(|note| text::check_length("note", note, limits::MAX_NOTE_BYTES)) {
        refuse("note", error.message);
    }
}
