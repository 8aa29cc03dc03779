//! Policies: every version, its rules in words, and the way to a new one.

mod compare;
mod editor;
mod list;
mod reason;
mod review;
mod rollout;
mod simulation;
mod steps;
mod table;
mod version;
mod words;

pub use list::PoliciesPage;
pub(super) use reason::ReasonField;
pub use rollout::PolicyRolloutPage;
pub use simulation::PolicySimulationPage;
pub use version::PolicyPage;
