//! Rules, and what stands around them, in words.

use std::fmt::Write;

use domain::{
    Classification, Destination, Then,
    decision::Approver,
    policy::{
        CaseFacts, ColumnFact, Expectation, Target,
        diff::{DifferenceKind, DocumentPart},
    },
};

/// Where a rule sends a task.
pub(super) fn target_in_words(target: &Target) -> String {
    match target {
        Target::Queue { queue } => format!("to the queue {queue}"),
        Target::LabelQueue { fallback } => {
            format!("to the queue of its label, or to {fallback} when the label has none")
        }
        Target::Automation { automation } => format!("to the automation {automation}"),
        Target::Approval { automation, otherwise, terms } => {
            let who = if terms.approver == Approver::Agent { "an agent's" } else { "a supervisor's" };
            let within = |minutes| format!(" or no answer within {}", minutes_in_words(minutes));
            let expiry = terms.expires_minutes.map(within).unwrap_or_default();
            format!("to the automation {automation} after {who} yes, or to the queue {otherwise} after a no{expiry}")
        }
        Target::Close => "nowhere: the task is closed".to_owned(),
        Target::DeadLetter => "to the dead letters, where an administrator looks at it".to_owned(),
    }
}

/// A number of minutes in the largest unit that fits it.
fn minutes_in_words(minutes: u32) -> String {
    match minutes {
        minutes if minutes % 1440 == 0 => format!("{} d", minutes / 1440),
        minutes if minutes % 60 == 0 => format!("{} h", minutes / 60),
        minutes => format!("{minutes} min"),
    }
}

/// What a matched rule does, as one sentence.
pub(super) fn then_in_words(then: &Then) -> String {
    let mut words = format!("Goes {}", target_in_words(&then.destination));
    if let Some(priority) = then.priority {
        let _ = write!(words, "; priority {}", priority.as_str());
    }
    if let Some(minutes) = then.sla_minutes {
        let _ = write!(words, "; late after {}", minutes_in_words(minutes));
    }
    if !then.skills.is_empty() {
        let _ = write!(words, "; needs {}", then.skills.join(", "));
    }
    words.push('.');
    words
}

/// What is to happen to a task, in as few words as a table has place for.
pub(super) fn target_in_short(target: &Target) -> String {
    match target {
        Target::Queue { queue } => queue.clone(),
        Target::LabelQueue { fallback } => format!("queue of its label, or {fallback}"),
        Target::Automation { automation } => format!("automation {automation}"),
        Target::Approval { automation, .. } => format!("automation {automation} after a yes"),
        Target::Close => "closed".to_owned(),
        Target::DeadLetter => "dead letters".to_owned(),
    }
}

/// The field of a rule or document that a finding or change is about.
pub(super) fn field_in_words(field: &str) -> String {
    let name = field.strip_prefix("then.").or_else(|| field.strip_prefix("otherwise.")).unwrap_or(field);
    let known = match name {
        "id" => "Name",
        "description" => "Description",
        "area" => "Area",
        "disabled" => "Disabled",
        "when" => "Expression",
        "destination" => "Destination",
        "priority" => "Priority",
        "sla_minutes" => "Minutes until late",
        "skills" => "Skills",
        "note" => "Note",
        "label_queues" => "Queues of labels",
        "examples" => "Examples",
        "columns" => "Columns",
        "shedding" => "Under stress",
        _ => "",
    };
    if known.is_empty() {
        name.parse::<ColumnFact>().map_or_else(|_| field.to_owned(), |fact| fact.title())
    } else {
        known.to_owned()
    }
}

/// A part of a document.
pub(super) fn part_in_words(part: &DocumentPart) -> String {
    match part {
        DocumentPart::Rule(rule) => format!("Rule {rule}"),
        DocumentPart::Otherwise => "What happens when no rule matches".to_owned(),
        DocumentPart::LabelQueue(label) => format!("Queue of the label {label}"),
        DocumentPart::Column(fact) => format!("Column {}", field_in_words(fact)),
        DocumentPart::Example(example) => format!("Example {example}"),
        DocumentPart::Shedding => "What is left out under stress".to_owned(),
    }
}

/// The look of what happened to a part.
pub(super) const fn difference_badge(kind: DifferenceKind) -> &'static str {
    match kind {
        DifferenceKind::Added => "badge badge-sm badge-soft badge-success",
        DifferenceKind::Removed => "badge badge-sm badge-soft badge-error",
        DifferenceKind::Changed => "badge badge-sm badge-soft badge-warning",
        DifferenceKind::Moved => "badge badge-sm badge-soft badge-info",
    }
}

/// What must become of an example.
pub(super) fn expectation_in_words(expect: &Expectation) -> String {
    let rule = expect.rule.as_ref().map(|rule| format!("rule {rule}"));
    let destination = expect.destination.as_ref().map(Destination::to_string);
    let priority = expect.priority.map(|priority| format!("priority {}", priority.as_str()));
    let parts: Vec<String> = [rule, destination, priority].into_iter().flatten().collect();
    if parts.is_empty() { "nothing yet".to_owned() } else { parts.join(", ") }
}

/// A task and what is known beside it, as names with values.
pub(super) fn facts_in_words(facts: &CaseFacts) -> Vec<(String, String)> {
    let task = &facts.task;
    let mut words = vec![("Subject".to_owned(), task.subject.clone())];
    if !task.body.is_empty() {
        words.push(("Text".to_owned(), task.body.clone()));
    }
    words.push(("Channel".to_owned(), task.channel.clone().unwrap_or_else(|| "api".to_owned())));
    if let Some(priority) = task.priority_hint {
        words.push(("Priority hint".to_owned(), priority.as_str().to_owned()));
    }
    words.extend(task.attributes.iter().map(|(name, value)| {
        (format!("Attribute {name}"), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }));
    match &facts.classification {
        Some(classification) => words.extend(classification_in_words(classification)),
        None => words.push(("Model".to_owned(), "did not answer".to_owned())),
    }
    words.extend(facts.queues.iter().map(|(queue, numbers)| {
        let (depth, age, agents) = (numbers.depth, numbers.oldest_age_minutes, numbers.agents_present);
        (format!("Queue {queue}"), format!("{depth} waiting, the oldest for {age} min, {agents} agents"))
    }));
    words.push(("Time (UTC)".to_owned(), facts.now.to_minute()));
    words
}

fn classification_in_words(said: &Classification) -> Vec<(String, String)> {
    let mut words = vec![
        ("Label".to_owned(), said.label.clone()),
        ("Confidence".to_owned(), said.confidence.to_string()),
        ("Margin".to_owned(), said.margin().to_string()),
        ("Out of scope".to_owned(), said.out_of_scope.to_string()),
    ];
    if let Some(priority) = said.priority {
        words.push(("Predicted priority".to_owned(), priority.as_str().to_owned()));
    }
    if let Some(minutes) = said.handling_minutes {
        words.push(("Predicted minutes".to_owned(), minutes.to_string()));
    }
    words
}

#[cfg(test)]
mod tests {
    use domain::{NewTask, Priority, Timestamp};

    use super::*;

    #[test]
    fn fields_and_parts_have_names_for_people() {
        assert_eq!(field_in_words("then.sla_minutes"), "Minutes until late");
        assert_eq!(field_in_words("queues[\"billing\"].depth"), "Waiting in billing");
        assert_eq!(field_in_words("else"), "else");
        assert_eq!(part_in_words(&DocumentPart::Column("task.channel".to_owned())), "Column Channel");
    }

    #[test]
    fn a_task_reads_as_names_with_values() {
        let mut task = NewTask { subject: "Hello".to_owned(), ..NewTask::default() };
        task.attributes.insert("vip".to_owned(), true.into());
        let facts = CaseFacts { task, classification: None, queues: Default::default(), now: Timestamp::from_ms(0) };
        let words = facts_in_words(&facts);
        assert!(words.contains(&("Attribute vip".to_owned(), "true".to_owned())), "{words:?}");
        assert!(words.contains(&("Model".to_owned(), "did not answer".to_owned())), "{words:?}");
    }

    #[test]
    fn a_rule_reads_as_a_sentence() {
        let then = Then {
            destination: Target::LabelQueue { fallback: "triage".to_owned() },
            priority: Some(Priority::High),
            sla_minutes: Some(120),
            skills: vec!["german".to_owned()],
            note: None,
        };
        assert_eq!(
            then_in_words(&then),
            "Goes to the queue of its label, or to triage when the label has none; priority high; late after 2 h; needs german."
        );
        let close =
            Then { destination: Target::Close, priority: None, sla_minutes: Some(45), skills: Vec::new(), note: None };
        assert_eq!(then_in_words(&close), "Goes nowhere: the task is closed; late after 45 min.");
    }
}
