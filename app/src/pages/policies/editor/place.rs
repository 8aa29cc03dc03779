//! Where a finding belongs on the screen.

use domain::policy::{PolicyProblem, Severity};

use super::model::{Model, OTHERWISE, RowKey};

/// What is found in one row, and how it weighs most.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Found(pub(super) Vec<PolicyProblem>);

impl Found {
    /// What is found at a field: at itself or at a part of it.
    pub(super) fn at(&self, field: &str) -> Vec<PolicyProblem> {
        self.0.iter().filter(|problem| belongs(&problem.field, field)).cloned().collect()
    }

    /// How many weigh so much.
    pub(super) fn count(&self, severity: Severity) -> usize {
        self.0.iter().filter(|problem| problem.severity == severity).count()
    }

    /// The most that one of them weighs.
    pub(super) fn worst(&self) -> Option<Severity> {
        self.0.iter().map(|problem| problem.severity).min()
    }
}

/// Whether a finding's field is this one or a part of it: `then.destination.queue` belongs to `then.destination`.
fn belongs(found: &str, field: &str) -> bool {
    found.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The row that a finding is about; nothing when it is about the document as a whole.
pub(super) fn row_of(problem: &PolicyProblem, model: &Model) -> Option<RowKey> {
    match &problem.rule {
        Some(rule) => model.named(rule),
        None => belongs(&problem.field, "otherwise").then_some(OTHERWISE),
    }
}

/// What is found in the row of a rule, by its name.
pub(super) fn of_rule(problems: &[PolicyProblem], id: &str) -> Found {
    Found(problems.iter().filter(|problem| problem.rule.as_deref() == Some(id)).cloned().collect())
}

/// What is found in the row for what no rule matches; its fields are named as those of a rule.
pub(super) fn of_otherwise(problems: &[PolicyProblem]) -> Found {
    let mine = problems.iter().filter(|problem| problem.rule.is_none() && belongs(&problem.field, "otherwise"));
    let renamed = |problem: &PolicyProblem| {
        let field = problem.field.replacen("otherwise", "then", 1);
        PolicyProblem { field, ..problem.clone() }
    };
    Found(mine.map(renamed).collect())
}

/// The line of an expression that a finding points at, with a mark below the place.
pub(super) fn marked_line(expression: &str, line: u32, column: Option<u32>) -> Option<String> {
    let text = expression.lines().nth(usize::try_from(line).ok()?.checked_sub(1)?)?;
    let Some(column) = column.and_then(|column| usize::try_from(column).ok()) else { return Some(text.to_owned()) };
    // Tabs stay tabs, so that the mark stands below its letter however wide they are drawn.
    let blank: String =
        text.chars().take(column.saturating_sub(1)).map(|letter| if letter == '\t' { '\t' } else { ' ' }).collect();
    Some(format!("{text}\n{blank}^"))
}

/// A severity in one word.
pub(super) const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Note => "Note",
    }
}

/// How many errors, warnings and notes there are, as a sentence.
pub(super) fn counted(found: &Found) -> String {
    let of = |severity, one: &str, many: &str| match found.count(severity) {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let parts = [
        of(Severity::Error, "error", "errors"),
        of(Severity::Warning, "warning", "warnings"),
        of(Severity::Note, "note", "notes"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "Nothing was found.".to_owned() } else { format!("{}.", parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(field: &str, severity: Severity) -> PolicyProblem {
        PolicyProblem {
            severity,
            rule: Some("a".to_owned()),
            field: field.to_owned(),
            line: None,
            column: None,
            message: String::new(),
            example: None,
        }
    }

    #[test]
    fn findings_stand_at_their_field() {
        let problems = [
            problem("when", Severity::Warning),
            problem("then.destination.queue", Severity::Error),
            problem("queues[\"b\"].depth", Severity::Note),
            PolicyProblem { rule: None, ..problem("otherwise.destination", Severity::Error) },
        ];
        let found = of_rule(&problems, "a");
        assert_eq!(found.at("then.destination").len(), 1);
        assert_eq!(found.at("then.dest").len(), 0);
        assert_eq!(found.at("queues[\"b\"].depth").len(), 1);
        assert_eq!(found.worst(), Some(Severity::Error));
        assert_eq!(counted(&found), "1 error, 1 warning, 1 note.");
        assert_eq!(of_otherwise(&problems).at("then.destination").len(), 1);
        assert_eq!(counted(&Found::default()), "Nothing was found.");
    }

    #[test]
    fn a_mark_stands_below_the_place_in_the_line() {
        assert_eq!(marked_line("a &&\n\tb = c", 2, Some(4)).as_deref(), Some("\tb = c\n\t  ^"));
        assert_eq!(marked_line("a", 1, None).as_deref(), Some("a"));
        assert_eq!(marked_line("a", 2, Some(1)), None);
    }
}
