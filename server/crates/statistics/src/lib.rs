//! The statistics behind what the product promises: intervals, paired tests, thresholds that keep a precision.
//!
//! Pure functions on numbers. This crate depends on no other crate of ours, reads no clock, and draws no
//! randomness but from a seed.

pub mod drift;
pub mod interval;
pub mod paired;
pub mod ranking;
pub mod sequential;
pub mod threshold;

pub use interval::Interval;
