//! From JSON to a document, with the place and the field of everything that does not fit.

use domain::{
    PolicyDocument, Rule, Then,
    policy::{Cell, Column, ColumnFact, MAX_DOCUMENT_BYTES, PolicyExample, PolicyProblem, Target},
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{
    check::check_schema,
    limits,
    problem::{of_document, of_rule},
};

/// Reads a document of any form that ever was. What it says is checked by [`check`](crate::check) and
/// [`CompiledPolicy::compile`](crate::CompiledPolicy::compile).
///
/// # Errors
/// With every field that is missing, unknown or of the wrong kind; line and column are those of the JSON.
pub fn parse(json: &str) -> Result<PolicyDocument, Vec<PolicyProblem>> {
    if json.len() > MAX_DOCUMENT_BYTES {
        let message = format!("must be at most {} KiB", MAX_DOCUMENT_BYTES / 1024);
        return Err(vec![of_document("document", message)]);
    }
    let value: Value = serde_json::from_str(json).map_err(|error| {
        let message = format!("this is not JSON: {}", plain(&error));
        vec![placed(of_document("document", message), &error)]
    })?;
    let mut problems = problems_of(&value);
    match serde_json::from_str::<PolicyDocument>(json) {
        Ok(document) if problems.is_empty() => {
            let problems = check_schema(&document);
            if problems.is_empty() { Ok(document) } else { Err(problems) }
        }
        Ok(_) => Err(problems),
        Err(error) => {
            let message = plain(&error);
            match problems.iter_mut().find(|problem| problem.message == message) {
                Some(problem) => *problem = placed(problem.clone(), &error),
                None => problems.insert(0, placed(of_document("document", message), &error)),
            }
            problems.truncate(limits::MAX_PROBLEMS);
            Err(problems)
        }
    }
}

/// The error's sentence without the place that serde puts behind it.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(message, _)| message.to_owned())
}

fn placed(problem: PolicyProblem, error: &serde_json::Error) -> PolicyProblem {
    let number = |number: usize| u32::try_from(number).ok().filter(|&number| number > 0);
    PolicyProblem { line: number(error.line()), column: number(error.column()), ..problem }
}

/// What does not fit, part by part: serde stops at the first.
fn problems_of(value: &Value) -> Vec<PolicyProblem> {
    let Value::Object(fields) = value else { return Vec::new() };
    let mut problems = Vec::new();
    if let Some(Value::Array(rules)) = fields.get("rules") {
        for (place, rule) in rules.iter().enumerate() {
            let id =
                rule.get("id").and_then(Value::as_str).map_or_else(|| format!("rule {}", place + 1), str::to_owned);
            problems.extend(misfits_of_rule(rule).into_iter().map(|(field, message)| of_rule(&id, &field, message)));
        }
    }
    if let Some(otherwise) = fields.get("otherwise") {
        let misfits = misfits_of_then(otherwise, "otherwise");
        problems.extend(misfits.into_iter().map(|(field, message)| of_document(&field, message)));
    }
    if let Some(Value::Object(queues)) = fields.get("label_queues") {
        let wrong = queues.iter().filter(|(_, queue)| !queue.is_string());
        problems.extend(
            wrong.map(|(label, _)| of_document(&format!("label_queues.{label}"), "must be the name of a queue")),
        );
    }
    problems.extend(misfits_of_list::<Column>(fields.get("columns"), "columns", "fact"));
    problems.extend(misfits_of_list::<PolicyExample>(fields.get("examples"), "examples", "name"));
    problems
}

/// What does not fit in a list whose elements are called by one of their fields.
fn misfits_of_list<T: DeserializeOwned>(list: Option<&Value>, field: &str, name: &str) -> Vec<PolicyProblem> {
    let Some(Value::Array(list)) = list else { return Vec::new() };
    let misfits = list.iter().enumerate().filter_map(|(place, element)| {
        let message = misfit::<T>(element)?;
        let named = element.get(name).and_then(Value::as_str);
        let named = named.map_or_else(|| (place + 1).to_string(), str::to_owned);
        Some(of_document(&format!("{field}.{named}"), message))
    });
    misfits.collect()
}

type Misfits = Vec<(String, String)>;

fn misfit<T: DeserializeOwned>(value: &Value) -> Option<String> {
    serde_json::from_value::<T>(value.clone()).err().map(|error| plain(&error))
}

fn misfits_of_rule(rule: &Value) -> Misfits {
    let mut inner = rule.get("then").map(|then| misfits_of_then(then, "then")).unwrap_or_default();
    if let Some(Value::Object(cells)) = rule.get("cells") {
        inner.extend(cells.iter().filter_map(|(fact, cell)| {
            let misfit = misfit::<ColumnFact>(&Value::from(fact.as_str())).or_else(|| misfit::<Cell>(cell));
            Some((fact.clone(), misfit?))
        }));
    }
    match misfit::<Rule>(rule) {
        Some(message) if inner.is_empty() => vec![(field_of(&message), message)],
        _ => inner,
    }
}

fn misfits_of_then(then: &Value, path: &str) -> Misfits {
    let inner = then.get("destination").and_then(misfit_of_target);
    if let Some(message) = inner {
        return vec![(format!("{path}.destination"), message)];
    }
    misfit::<Then>(then).map(|message| vec![(path.to_owned(), message)]).unwrap_or_default()
}

fn misfit_of_target(target: &Value) -> Option<String> {
    // Serde lets the destinations without fields have any.
    let extra = |fields: &Map<String, Value>| fields.keys().find(|key| *key != "kind").cloned();
    match target {
        Value::Object(fields)
            if matches!(fields.get("kind").and_then(Value::as_str), Some("close" | "dead_letter")) =>
        {
            extra(fields).map(|field| format!("unknown field `{field}`, there are no fields besides `kind`"))
        }
        _ => misfit::<Target>(target),
    }
}

/// The field that serde names in its sentence, or the rule as a whole.
fn field_of(message: &str) -> String {
    let named = message.contains(" field `").then(|| message.split('`').nth(1)).flatten();
    named.unwrap_or("rule").to_owned()
}
