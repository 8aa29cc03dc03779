//! `switchyard policy test`.

use std::path::{Path, PathBuf};

use clap::Args;
use domain::policy::{Expectation, PolicyExample};
use policy::{CompiledPolicy, ExampleOutcome};
use serde::Serialize;

use super::{Failure, Outcome, finding, output, read_document};

/// A document whose examples are to be evaluated.
#[derive(Debug, Args)]
pub(in crate::cli) struct Test {
    /// The document (JSON).
    file: PathBuf,
    /// Print what came of each example as JSON.
    #[arg(long)]
    json: bool,
}

/// What came of one example.
#[derive(Serialize)]
struct Tested {
    name: String,
    holds: bool,
    expect: Expectation,
    got: Expectation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl Tested {
    fn new(example: &PolicyExample, outcome: ExampleOutcome) -> Self {
        let ExampleOutcome { name, holds, got, message } = outcome;
        if example.expect == Expectation::default() {
            let message = "it does not say what is expected: a rule, a destination or a priority";
            return Self { name, holds: false, expect: Expectation::default(), got, message: Some(message.to_owned()) };
        }
        Self { name, holds, expect: example.expect.clone(), got, message }
    }

    fn line(&self) -> String {
        match &self.message {
            Some(message) => format!("FAILED  {}: {message}", self.name),
            None => format!("ok      {}", self.name),
        }
    }
}

impl Test {
    pub(super) fn run(self) -> Outcome {
        let tested = test(&self.file)?;
        let failed = tested.iter().filter(|tested| !tested.holds).count();
        if self.json {
            output::json(&tested)?;
        } else {
            for tested in &tested {
                output::line(&tested.line())?;
            }
            output::line(&in_words(tested.len(), failed))?;
        }
        if failed == 0 { Ok(()) } else { Err(Failure::Said) }
    }
}

fn test(file: &Path) -> Result<Vec<Tested>, Failure> {
    let compiled =
        CompiledPolicy::compile(read_document(file)?).map_err(|problems| finding::illegal(file, &problems))?;
    let outcomes = policy::run_examples(&compiled);
    let examples = &compiled.document().examples;
    Ok(examples.iter().zip(outcomes).map(|(example, outcome)| Tested::new(example, outcome)).collect())
}

fn in_words(all: usize, failed: usize) -> String {
    match (all, failed) {
        (0, _) => "It has no examples.".to_owned(),
        (1, 0) => "1 example holds.".to_owned(),
        (all, 0) => format!("{all} examples hold."),
        (1, _) => "The only example does not hold.".to_owned(),
        (all, 1) => format!("1 of {all} examples does not hold."),
        (all, failed) => format!("{failed} of {all} examples do not hold."),
    }
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn the_closing_line_counts_the_examples() {
        assert_eq!(in_words(0, 0), "It has no examples.");
        assert_eq!(in_words(1, 0), "1 example holds.");
        assert_eq!(in_words(12, 0), "12 examples hold.");
        assert_eq!(in_words(12, 1), "1 of 12 examples does not hold.");
        assert_eq!(in_words(12, 3), "3 of 12 examples do not hold.");
    }
}
