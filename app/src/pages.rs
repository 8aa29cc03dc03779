//! One module for each page. A page reads resources, draws them and holds its forms; it decides nothing.

pub mod account;
pub mod approvals;
pub mod dead_letters;
pub mod decisions;
pub mod escalations;
pub mod forbidden;
pub mod guardrails;
pub mod home;
pub mod labels;
pub mod models;
pub mod not_found;
pub mod notices;
pub mod overview;
pub mod people;
pub mod policies;
pub mod sign_in;
pub mod task;
pub mod work;
