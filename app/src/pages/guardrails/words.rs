//! Guardrails, and what stands around them, in words.

use domain::{
    guardrail::{FreezeWindow, Guardrail, Requirement, SwitchTarget},
    policy::PolicyProblem,
};

/// What must hold for the decisions that a guardrail is about.
pub(super) fn requirement_in_words(require: &Requirement) -> String {
    match require {
        Requirement::Person => "A person does the work: no automation and no closing, not even after a yes.".to_owned(),
        Requirement::Approval => "No automation and no closing without a person’s yes.".to_owned(),
        Requirement::Confidence { at_least } => {
            format!("No automation and no closing unless the model’s confidence is at least {at_least}.")
        }
        Requirement::Audited { percent } => {
            format!("At least {percent} % of what is automated is looked at by people, drawn at random.")
        }
    }
}

/// The kinds of requirement with their words, as the form offers them.
pub(super) const REQUIREMENTS: [(&str, &str); 4] = [
    ("person", "a person does the work"),
    ("approval", "a person says yes first"),
    ("confidence", "the model is sure enough"),
    ("audited", "people look at a share"),
];

/// What the amount of a requirement means; without one that is known, what it may mean.
pub(super) fn amount_in_words(require: Option<&str>) -> &'static str {
    match require {
        Some("person" | "approval") => "Amount: none is needed",
        Some("confidence") => "Least confidence, like 0.9",
        Some("audited") => "Share in percent, 1 to 50",
        _ => "Least confidence, like 0.9, or share in percent",
    }
}

/// What the columns of a guardrail ask, one a line; nothing when it is about every task.
pub(super) fn cells_in_words(guardrail: &Guardrail) -> Vec<String> {
    guardrail.cells.iter().map(|(fact, cell)| format!("{}: {cell}", fact.title())).collect()
}

/// Whether a finding is about this guardrail: it is in the guardrail's own text, or names it.
pub(super) fn is_about(problem: &PolicyProblem, guardrail: &str) -> bool {
    problem.rule.as_deref() == Some(guardrail) || problem.message.contains(&format!("guardrail `{guardrail}`"))
}

/// A finding as a sentence that says where it is.
pub(super) fn problem_in_words(problem: &PolicyProblem) -> String {
    let place = problem.rule.as_ref().map_or_else(|| "Otherwise".to_owned(), |rule| format!("Rule {rule}"));
    let at = match (problem.line, problem.column) {
        (Some(1), Some(column)) => format!(" (at letter {column})"),
        (Some(line), Some(column)) => format!(" (line {line}, letter {column})"),
        _ => String::new(),
    };
    format!("{place}{at}: {}", problem.message)
}

/// What a refused guardrail is refused for: the field and the sentence, without the rule, which there is none of.
pub(super) fn refusal_in_words(problem: &PolicyProblem) -> String {
    let at = problem.column.map_or_else(String::new, |column| format!(" (at letter {column})"));
    let field = if problem.field == "when" { "Expression" } else { problem.field.as_str() };
    format!("{field}{at}: {}", problem.message)
}

/// A window as a form writes it.
pub(super) fn window_as_line(window: &FreezeWindow) -> String {
    let time = |at: domain::Timestamp| at.to_minute().replace(' ', "T");
    format!("{} {} {}", time(window.from), time(window.until), window.reason)
}

/// What is switched off.
pub(super) fn target_in_words(target: &SwitchTarget) -> String {
    match target {
        SwitchTarget::Rule(rule) => format!("Rule {rule}"),
        SwitchTarget::Destination(queue) => format!("Queue or automation {queue}"),
        SwitchTarget::Automation => "All machines".to_owned(),
    }
}

/// What that does.
pub(super) const fn effect_in_words(target: &SwitchTarget) -> &'static str {
    match target {
        SwitchTarget::Rule(_) => "The rule is passed over.",
        SwitchTarget::Destination(_) => "Nothing goes to it; people in triage take it.",
        SwitchTarget::Automation => "No automation and no closing; people in triage take it.",
    }
}

/// What is switched, as a form writes it: its kind and its name.
pub(super) fn target_as_fields(target: &SwitchTarget) -> (&'static str, String) {
    match target {
        SwitchTarget::Rule(rule) => ("rule", rule.clone()),
        SwitchTarget::Destination(queue) => ("destination", queue.clone()),
        SwitchTarget::Automation => ("automation", String::new()),
    }
}

#[cfg(test)]
mod tests {
    use domain::{Timestamp, policy::Severity};

    use super::*;

    fn problem(rule: Option<&str>, message: &str) -> PolicyProblem {
        PolicyProblem {
            severity: Severity::Error,
            rule: rule.map(str::to_owned),
            field: "then.destination".to_owned(),
            line: None,
            column: None,
            message: message.to_owned(),
            example: None,
        }
    }

    #[test]
    fn a_finding_belongs_to_the_guardrail_that_it_names() {
        let found = problem(Some("refunds"), "it automates tasks, and the guardrail `legal` forbids that: People.");
        assert!(is_about(&found, "legal"));
        assert!(!is_about(&found, "leg"));
        assert!(is_about(&problem(Some("legal"), "unknown name"), "legal"));
        assert_eq!(problem_in_words(&problem(None, "it closes tasks")), "Otherwise: it closes tasks");
    }

    #[test]
    fn a_window_is_written_as_the_form_reads_it() {
        let window = FreezeWindow {
            from: Timestamp::from_ms(0),
            until: Timestamp::from_ms(3_600_000),
            reason: "Launch day".to_owned(),
        };
        assert_eq!(window_as_line(&window), "1970-01-01T00:00 1970-01-01T01:00 Launch day");
    }
}
