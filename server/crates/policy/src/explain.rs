//! Decisions and errors in words. No word of the task gets into them, since traces are logged and shown to everybody.

use cel::ExecutionError;
use domain::{Destination, Rule};

use crate::{
    condition::Table,
    facts::{Fact, Facts},
    scene::six_digits,
};

/// One or two sentences that say why the task goes where it goes.
pub(crate) fn decision(rule: Option<&Rule>, destination: &Destination, errors: usize, facts: &Facts<'_>) -> String {
    let mut text = match rule {
        Some(rule) => {
            let description = rule.description.trim();
            let stop = if description.ends_with(['.', '!', '?']) { "" } else { "." };
            format!("Rule “{}” matched: {description}{stop}", rule.id)
        }
        None => format!("No rule matched, so the policy's last line holds: {}.", way(destination)),
    };
    match facts.classification {
        Some(said) => {
            let percent = (six_digits(said.confidence) * 100.0).round();
            text.push_str(&format!(" The model said “{}” with {percent} % confidence.", said.label));
        }
        None => text.push_str(" No model answered."),
    }
    match errors {
        0 => {}
        1 => text.push_str(" One rule could not be computed and was skipped."),
        more => text.push_str(&format!(" {more} rules could not be computed and were skipped.")),
    }
    text
}

fn way(destination: &Destination) -> String {
    match destination {
        Destination::Queue { queue } => format!("the task goes to the queue {queue}"),
        Destination::Automation { automation } => format!("the automation {automation} takes the task"),
        Destination::Approval { automation, .. } => format!("a person must approve the automation {automation}"),
        Destination::Close => "nothing is to be done".to_owned(),
        Destination::DeadLetter => "nothing can be done".to_owned(),
    }
}

/// Why a condition could not be computed, in one sentence.
pub(crate) fn error(error: &ExecutionError, table: &Table) -> String {
    match error {
        ExecutionError::NoSuchOverload(overload) => {
            let operator = overload.function().trim_matches('_').replace("[_]", "[…]");
            let kinds: Vec<_> = overload.argument_types().iter().map(|kind| kind_name(kind)).collect();
            format!("`{operator}` cannot be used with {}", kinds.join(" and "))
        }
        ExecutionError::UndeclaredReference(name) => match table.lookup(name) {
            Some(Fact::Queue(queue, _)) => format!("nothing is known of the queue {queue}"),
            _ => "it names something that does not exist".to_owned(),
        },
        ExecutionError::UnexpectedType { got, want } => {
            format!("it has {} where {} is needed", kind_name(got), kind_name(want))
        }
        ExecutionError::NoSuchKey(_) => "it asks for a field that the value does not have".to_owned(),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => "it divides by zero".to_owned(),
        ExecutionError::Overflow(..) => "a number is too large".to_owned(),
        ExecutionError::IndexOutOfBounds(_) => "a list is shorter than the position asked for".to_owned(),
        ExecutionError::FunctionError { function, .. } => format!("{function}() cannot take the value"),
        ExecutionError::UnsupportedBinaryOperator(..) => {
            "it computes with values that are not numbers of one kind".to_owned()
        }
        _ => "a value is of a kind that the condition cannot use".to_owned(),
    }
}

/// The name of CEL's type in the words of the policy editor.
pub(crate) fn kind_name(name: &str) -> &str {
    match name {
        "null_type" => "null",
        "bool" => "true or false",
        "int" | "uint" => "a whole number",
        "double" => "a fraction",
        "string" => "a text",
        "list" => "a list",
        "map" => "a map",
        _ => "a value",
    }
}
