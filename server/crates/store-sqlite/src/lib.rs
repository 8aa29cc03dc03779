//! The store in one SQLite file: the only place with SQLite's SQL.
//!
//! One connection writes, and whoever wants to write waits in line for it; others read beside it from the write-ahead log.
//! A submission's rows go in as one JSON array a table, so that a batch costs a handful of statements whatever its length.
//!
//! This crate never depends on a web framework, a model runtime or the clock: times come in with the values.

mod aftermath;
mod api_key;
mod at_work;
mod audit;
mod automation;
mod comment;
mod convert;
mod correction;
mod counter;
mod dataset;
mod decision;
mod decision_list;
mod dispute;
mod draft;
mod drift;
mod error;
mod escalation;
mod evaluation;
mod event;
mod history;
mod idempotency;
mod import;
mod label;
mod label_set;
mod lane;
mod model;
mod notice;
mod open;
mod outcome;
#[cfg(test)]
mod plans;
mod policy;
mod policy_comment;
mod policy_port;
mod policy_shadow;
mod preference;
mod queue;
mod reads;
mod resolution;
mod session;
mod setting;
mod shadow;
mod snooze;
mod stages;
mod submission;
mod suspicion;
mod task;
mod task_list;
mod teamwork_port;
mod training_run;
mod transaction;
mod unsure;
mod user;
mod watcher;
mod writes;

pub use open::{Checkpoint, MigrationStatus, MigrationStep, OpenError, Options, SqliteStore, Synchronous};
