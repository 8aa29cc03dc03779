//! What was found in a document, in lines.

use std::path::Path;

use domain::policy::{PolicyProblem, Severity};

use super::{Failure, Outcome, output};

/// Prints each finding on a line of its own, and below it a task that shows it where there is one.
pub(super) fn print(file: &Path, problems: &[PolicyProblem]) -> Outcome {
    for problem in problems {
        output::line(&line(file, problem))?;
        if let Some(example) = &problem.example {
            let json = serde_json::to_string(example).map_err(|error| Failure::message(error.to_string()))?;
            output::line(&format!("  for example {json}"))?;
        }
    }
    Ok(())
}

/// The failure of whatever needs a legal document.
pub(super) fn illegal(file: &Path, problems: &[PolicyProblem]) -> Failure {
    let lines: Vec<String> = problems.iter().map(|problem| line(file, problem)).collect();
    Failure::message(format!("{} is no legal document:\n{}", file.display(), lines.join("\n")))
}

/// How many findings there are, by their weight: `1 error, 2 warnings`; nothing when there is none.
pub(super) fn summary(problems: &[PolicyProblem]) -> Option<String> {
    let count = |severity: Severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let counted = [Severity::Error, Severity::Warning, Severity::Note].map(|severity| (severity, count(severity)));
    let parts: Vec<String> = counted
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| format!("{count} {}{}", severity.as_str(), if count == 1 { "" } else { "s" }))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// `policy.json: error: rule vip, when line 1 column 3: there is no fact …`.
fn line(file: &Path, problem: &PolicyProblem) -> String {
    let rule = problem.rule.as_ref().map(|rule| format!("rule {rule}, ")).unwrap_or_default();
    let line = problem.line.map(|line| format!(" line {line}")).unwrap_or_default();
    let column = problem.column.map(|column| format!(" column {column}")).unwrap_or_default();
    let PolicyProblem { severity, field, message, .. } = problem;
    format!("{}: {}: {rule}{field}{line}{column}: {message}", file.display(), severity.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(severity: Severity) -> PolicyProblem {
        PolicyProblem {
            severity,
            rule: Some("vip".to_owned()),
            field: "when".to_owned(),
            line: Some(1),
            column: Some(3),
            message: "there is no fact `taks`".to_owned(),
            example: None,
        }
    }

    #[test]
    fn a_finding_names_file_weight_rule_field_and_place() {
        let said = line(Path::new("policy.json"), &problem(Severity::Error));
        assert_eq!(said, "policy.json: error: rule vip, when line 1 column 3: there is no fact `taks`");
        let whole = PolicyProblem { rule: None, line: None, column: None, ..problem(Severity::Note) };
        assert_eq!(line(Path::new("a"), &whole), "a: note: when: there is no fact `taks`");
    }

    #[test]
    fn findings_are_counted_by_their_weight() {
        let found = [Severity::Error, Severity::Warning, Severity::Warning, Severity::Note].map(problem);
        assert_eq!(summary(&found).as_deref(), Some("1 error, 2 warnings, 1 note"));
        assert_eq!(summary(&found[1..2]).as_deref(), Some("1 warning"));
        assert_eq!(summary(&[]), None);
    }
}
