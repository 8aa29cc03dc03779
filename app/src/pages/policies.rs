//! Policies: every version, its rules in words, and the way to a new one.

mod compare;
mod editor;
mod list;
mod version;
mod words;

pub use list::PoliciesPage;
pub use version::PolicyPage;
