//! Policies: reading and checking a rule document, compiling its conditions, and deciding where a task goes.
//!
//! The crate is pure: no IO, no clock, no randomness, no async. It depends on `domain` and on the CEL parser and
//! evaluator, never on a store, a web framework or the service.
//!
//! A condition is checked when it is compiled: every fact and function it names exists, the kinds of values fit, and its
//! cost is bounded by the size of the task. What is left to fail at run time (an attribute of an unexpected kind, a
//! division by zero) is recorded in the trace, and the rule is skipped.

mod cells;
mod check;
mod compiled;
mod condition;
mod default;
mod explain;
mod facts;
mod guardrail;
mod index;
mod kinds;
mod language;
mod limits;
mod plain;
mod problem;
mod read;
mod reference;
mod scene;
mod space;
mod syntax;
mod words;

pub use check::{ExampleOutcome, Known, check, check_standing, run_examples};
pub use compiled::{CompiledPolicy, Outcome, Verdict};
pub use default::{INCIDENT_QUEUE, TRIAGE_QUEUE, default_document};
pub use domain::policy::QueueFacts;
pub use facts::Facts;
pub use guardrail::{CompiledGuardrails, check_guardrails};
pub use read::parse;
pub use reference::{FactDoc, facts_reference};

#[cfg(test)]
mod tests;
