//! The use cases of Switchyard and the ports that they need.
//!
//! This crate never depends on a database, a web framework or a model runtime: stores, clocks and models come in as traits
//! (`ports`), and every use case takes the [`domain::Actor`] whose permission it demands first. Rules are no port: `policy`
//! is pure, so it is called directly.

pub mod audit;
mod automation;
mod background;
mod breaker;
mod card;
mod classify;
mod comment;
mod correction;
mod dataset;
mod dead_letter;
mod decision;
mod dispute;
mod draft;
mod drift;
mod error;
mod escalation;
mod import;
mod intake;
mod label;
mod label_set;
mod model;
mod notice;
mod overview;
mod password;
mod people;
mod policy;
pub mod ports;
mod preferences;
mod presence;
mod queue;
mod report;
mod resolution;
mod rollout;
mod routing;
mod services;
pub mod session;
mod sign_in;
mod simulation;
mod snooze;
mod stress;
mod suspicion;
mod task;
mod throttle;
mod training;
mod trigger;
mod unsure;
mod work;

pub use ::simulation::Prices;
pub use audit::AuditVerdict;
pub use background::Background;
pub use breaker::BotSettings;
pub use classify::ClassifierSettings;
pub use drift::DriftSettings;
pub use error::{LabelError, ModelError, PeopleError, PolicyError, ReadError, SignInError, SubmitError, WorkError};
pub use import::ImportRequest;
pub use rollout::RolloutSettings;
pub use services::{EscalationLevel, IntakeSettings, Parts, Services, Settings, StartError};
pub use trigger::TriggerSettings;
