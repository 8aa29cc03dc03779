//! Who did what to what.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// One recorded act. Each event's hash covers the one before it, so that a changed, removed or reordered record is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// Position in the log, from 1, without gaps.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who, as `user_…`, `key_…` or `system:part`.
    pub actor: String,
    /// The actor's name at that time.
    pub actor_name: String,
    /// What was done, as `noun.verb`, for example `task.claimed`.
    pub action: String,
    /// What it was done to: an identifier.
    pub subject: String,
    /// What matters of before and after, as JSON; never bodies or secrets.
    pub detail: serde_json::Value,
    /// SHA-256 over the hash before and this event's fields, in hexadecimal.
    pub hash: String,
}

/// An event before the log gave it its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAuditEvent {
    /// When.
    pub at: Timestamp,
    /// Who, as `user_…`, `key_…` or `system:part`.
    pub actor: String,
    /// The actor's name at that time.
    pub actor_name: String,
    /// What was done, as `noun.verb`.
    pub action: String,
    /// What it was done to.
    pub subject: String,
    /// What matters of before and after; never bodies or secrets.
    pub detail: serde_json::Value,
}
