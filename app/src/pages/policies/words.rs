//! Rules in words.

use std::fmt::Write;

use domain::{Then, policy::Target};

/// Where a rule sends a task.
fn target_in_words(target: &Target) -> String {
    match target {
        Target::Queue { queue } => format!("to the queue {queue}"),
        Target::LabelQueue { fallback } => {
            format!("to the queue of its label, or to {fallback} when the label has none")
        }
        Target::Automation { automation } => format!("to the automation {automation}"),
        Target::Approval { automation, otherwise } => {
            format!("to the automation {automation} after a person's yes, or to the queue {otherwise} after a no")
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

#[cfg(test)]
mod tests {
    use domain::Priority;

    use super::*;

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
