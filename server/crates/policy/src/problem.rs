//! Building the problems that a document is refused with.

use domain::policy::{CaseFacts, PolicyProblem, Severity};

/// A problem of the document as a whole.
pub(crate) fn of_document(field: &str, message: impl Into<String>) -> PolicyProblem {
    PolicyProblem {
        severity: Severity::Error,
        rule: None,
        field: field.to_owned(),
        line: None,
        column: None,
        message: message.into(),
        example: None,
    }
}

/// A problem of one rule.
pub(crate) fn of_rule(rule: &str, field: &str, message: impl Into<String>) -> PolicyProblem {
    PolicyProblem { rule: Some(rule.to_owned()), ..of_document(field, message) }
}

/// The same with another weight.
pub(crate) fn weighing(severity: Severity, problem: PolicyProblem) -> PolicyProblem {
    PolicyProblem { severity, ..problem }
}

/// The same with a task that shows it.
pub(crate) fn shown_by(example: Option<CaseFacts>, problem: PolicyProblem) -> PolicyProblem {
    PolicyProblem { example: example.map(Box::new), ..problem }
}

/// Line and column, both from 1 and the column in characters, of a byte offset.
pub(crate) fn place(source: &str, offset: usize) -> (u32, u32) {
    let end = (0..=offset.min(source.len())).rev().find(|&end| source.is_char_boundary(end)).unwrap_or(0);
    let before = &source[..end];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}
