//! The Switchyard server: configuration, HTTP, sessions, background workers and the command line.
//!
//! This crate ties the others together; it holds no rules of the domain and no SQL.

pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod http;
pub mod security;
pub mod serve;
pub mod session;
pub mod workshop;
pub mod workspace;
