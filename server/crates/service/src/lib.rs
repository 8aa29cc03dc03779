//! The use cases of Switchyard and the ports that they need.
//!
//! This crate never depends on a database, a web framework or a model runtime: stores, clocks and models come in as traits
//! (`ports`), and every use case takes the [`domain::Actor`] whose permission it demands first.

pub mod audit;
pub mod ports;
