//! The server's tests: requests against the real router, and the real binary. Modules are named after nouns.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, wherever in its helpers")]

mod authorisation;
mod automation;
mod comment;
mod crash;
mod dataset;
mod draft;
mod drift;
mod encoder;
mod foreign;
mod import;
mod label;
mod label_set;
mod learning;
mod live;
mod model;
mod openapi;
mod policy;
mod policy_cli;
mod preferences;
mod problem;
mod resolution;
mod rollout;
mod snooze;
mod support;
mod task;
mod work;
