//! What is wrong with a document: by itself, and against what exists.

mod examples;
mod names;
mod overlap;
mod reach;
mod rule;
mod table;

use std::collections::HashSet;

use domain::{
    PolicyDocument, Queue, Rule,
    policy::{MAX_EXAMPLES, MAX_EXPRESSION_BYTES, MAX_RULES, OLDEST_SCHEMA, PolicyProblem, SCHEMA},
};

use crate::{
    compiled::{Asks, CompiledPolicy, CompiledRule},
    condition::{self, Condition, Table},
    limits,
    problem::{of_document, of_rule},
    space::Space,
    syntax::Mistake,
};

pub use examples::{ExampleOutcome, run_examples};
pub(crate) use table::{check_cells, check_columns};

/// What exists in the workspace, for checking a document against it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// Every queue and automation.
    pub queues: &'a [Queue],
    /// Every label; labels are not checked when it is empty.
    pub labels: &'a [String],
    /// Every skill; skills are not checked when it is empty.
    pub skills: &'a [String],
}

/// Everything that was found in a document: what keeps it from compiling, names of things that do not exist, rules that can
/// never match, examples that do not hold, gaps and overlaps. A document without errors may be activated.
#[must_use]
pub fn check(document: &PolicyDocument, known: &Known<'_>) -> Vec<PolicyProblem> {
    let mut table = Table::default();
    let (rules, mut problems) = compile_rules(document, &mut table);
    let compiles = problems.is_empty();
    names::check(document, &rules, known, &mut problems);
    examples::check_shape(document, &mut problems);
    let space = Space::of(document, &rules, &table, known.labels);
    reach::check(document, &space, &mut problems);
    if compiles {
        let policy = CompiledPolicy::of(document.clone(), rules, table);
        examples::check_outcomes(&policy, &mut problems);
        overlap::check(&policy, &space, &mut problems);
    }
    problems.sort_by_key(|problem| problem.severity);
    problems.truncate(limits::MAX_PROBLEMS);
    problems
}

/// The errors that keep a document from deciding at all: what keeps it from compiling, and names of things that do not exist.
/// A version that was active once may come back without these.
#[must_use]
pub fn check_standing(document: &PolicyDocument, known: &Known<'_>) -> Vec<PolicyProblem> {
    let (rules, mut problems) = compile_rules(document, &mut Table::default());
    names::check(document, &rules, known, &mut problems);
    problems.retain(PolicyProblem::is_error);
    problems
}

/// Compiles every rule of a document and says what is wrong with the document by itself. A rule that does not compile is
/// left out, and a problem says why.
pub(crate) fn compile_rules(
    document: &PolicyDocument,
    table: &mut Table,
) -> (Vec<Option<CompiledRule>>, Vec<PolicyProblem>) {
    let mut problems = check_schema(document);
    check_columns(&document.columns, |field, message| problems.push(of_document(field, message)));
    rule::check_labels(document, &mut problems);
    rule::check_then(&document.otherwise, |field, message| {
        problems.push(of_document(&format!("otherwise.{field}"), message));
    });
    rule::check_shedding(document, &mut problems);
    if document.examples.len() > MAX_EXAMPLES {
        problems.push(of_document("examples", format!("there may be at most {MAX_EXAMPLES} examples")));
    }
    if document.rules.len() > MAX_RULES {
        problems.push(of_document("rules", format!("there may be at most {MAX_RULES} rules")));
        return (Vec::new(), problems);
    }
    let mut ids = HashSet::new();
    let mut rules = Vec::with_capacity(document.rules.len());
    for rule in &document.rules {
        if !ids.insert(rule.id.as_str()) {
            problems.push(of_rule(&rule.id, "id", "another rule has the same id"));
        }
        rule::check_rule(rule, &mut problems);
        check_cells(&rule.cells, &document.columns, true, |field, message| {
            problems.push(of_rule(&rule.id, field, message));
        });
        rules.push(compile_rule(document.schema, rule, table, &mut problems));
        if problems.len() > limits::MAX_PROBLEMS {
            break;
        }
    }
    problems.truncate(limits::MAX_PROBLEMS);
    (rules, problems)
}

/// Whether the document is of a form that is read, and has only what that form has.
pub(crate) fn check_schema(document: &PolicyDocument) -> Vec<PolicyProblem> {
    match document.schema {
        SCHEMA => return Vec::new(),
        OLDEST_SCHEMA => {}
        _ => return vec![of_document("schema", format!("must be {OLDEST_SCHEMA} or {SCHEMA}"))],
    }
    let newer = |what: &str| format!("schema {OLDEST_SCHEMA} has no {what}; write \"schema\": {SCHEMA}");
    let mut problems = Vec::new();
    if !document.columns.is_empty() {
        problems.push(of_document("columns", newer("columns")));
    }
    if !document.examples.is_empty() {
        problems.push(of_document("examples", newer("examples")));
    }
    if document.shedding.is_some() {
        problems.push(of_document("shedding", newer("shedding")));
    }
    for rule in &document.rules {
        let found = [
            ("cells", !rule.cells.is_empty(), "cells"),
            ("area", rule.area.is_some(), "areas"),
            ("disabled", rule.disabled, "disabled rules"),
        ];
        let found = found.into_iter().filter(|(_, has, _)| *has);
        problems.extend(found.map(|(field, _, what)| of_rule(&rule.id, field, newer(what))));
    }
    problems.truncate(limits::MAX_PROBLEMS);
    problems
}

fn compile_rule(
    schema: u32,
    rule: &Rule,
    table: &mut Table,
    problems: &mut Vec<PolicyProblem>,
) -> Option<CompiledRule> {
    if schema == OLDEST_SCHEMA && rule.when.trim().is_empty() {
        problems.push(of_rule(&rule.id, "when", "is required"));
        return None;
    }
    match compile_expression(&rule.when, table) {
        Ok(condition) => Some(CompiledRule::new(Asks::new(&rule.cells, condition, table), rule.disabled)),
        Err(mistakes) => {
            problems.extend(mistakes.into_iter().map(|mistake| {
                let (line, column) = mistake.place.unzip();
                PolicyProblem { line, column, ..of_rule(&rule.id, "when", mistake.message) }
            }));
            None
        }
    }
}

/// Compiles an expression; nothing when it is blank.
pub(crate) fn compile_expression(when: &str, table: &mut Table) -> Result<Option<Condition>, Vec<Mistake>> {
    if when.len() > MAX_EXPRESSION_BYTES {
        let message = format!("must be at most {MAX_EXPRESSION_BYTES} bytes");
        return Err(vec![Mistake { place: None, message }]);
    }
    if when.trim().is_empty() { Ok(None) } else { condition::compile(when, table).map(Some) }
}
