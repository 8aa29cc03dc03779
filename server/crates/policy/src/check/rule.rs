//! What is wrong with the words, names and numbers of rules and their actions.

use domain::{
    PolicyDocument, Rule, Then,
    policy::{PolicyProblem, Target},
    text,
};

use crate::{
    limits,
    problem::{of_document, of_rule},
};

pub(super) fn check_rule(rule: &Rule, problems: &mut Vec<PolicyProblem>) {
    let mut refuse = |field: &str, message: String| problems.push(of_rule(&rule.id, field, message));
    if let Err(error) = text::check_name("id", &rule.id) {
        refuse("id", error.message);
    }
    if let Err(error) = text::check_required("description", &rule.description, limits::MAX_DESCRIPTION_BYTES) {
        refuse("description", error.message);
    }
    if let Some(Err(error)) = rule.area.as_ref().map(|area| text::check_name("area", area)) {
        refuse("area", error.message);
    }
    check_then(&rule.then, |field, message| refuse(&format!("then.{field}"), message));
}

pub(super) fn check_shedding(document: &PolicyDocument, problems: &mut Vec<PolicyProblem>) {
    let Some(shedding) = document.shedding else { return };
    if shedding.when_waiting == 0 {
        problems.push(of_document("shedding.when_waiting", "must be at least 1"));
    }
    if shedding.full_percent > 100 {
        problems.push(of_document("shedding.full_percent", "must be from 0 to 100 percent"));
    }
}

pub(super) fn check_labels(document: &PolicyDocument, problems: &mut Vec<PolicyProblem>) {
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

pub(super) fn check_then(then: &Then, mut refuse: impl FnMut(&str, String)) {
    for queue in then.destination.queues() {
        if let Err(error) = text::check_name("queue", queue) {
            refuse("destination", format!("the name `{queue}` {}", error.message));
        }
    }
    if let Target::Approval { terms, .. } = &then.destination
        && terms.expires_minutes.is_some_and(|minutes| minutes == 0 || minutes > limits::MAX_SLA_MINUTES)
    {
        refuse("destination", "a yes must be waited for from 1 minute to a year".to_owned());
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
