//! The audit log's chain: what each hash covers, and how a break is found.

use domain::{Timestamp, audit::{AuditEvent, NewAuditEvent}};
use sha2::{Digest, Sha256};

/// The hash before the first event.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The hash of an event at a position: SHA-256 over the hash before, the position and each field, every part preceded by
/// its length, so that no two different events have the same bytes. `detail` is hashed as it is stored, as JSON text.
#[must_use]
#[expect(clippy::too_many_arguments, reason = "these are the fields of one row, and a struct of borrows would only rename them")]
pub fn chain_hash(
    previous: &str,
    seq: u64,
    at: Timestamp,
    actor: &str,
    actor_name: &str,
    action: &str,
    subject: &str,
    detail: &str,
) -> String {
    let mut hasher = Sha256::new();
    for part in [previous, &seq.to_string(), &at.as_ms().to_string(), actor, actor_name, action, subject, detail] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hex::encode(hasher.finalize())
}

/// The event that a new one becomes at a position.
#[must_use]
pub fn chain(previous: &str, seq: u64, event: &NewAuditEvent) -> AuditEvent {
    let detail = event.detail.to_string();
    let hash =
        chain_hash(previous, seq, event.at, &event.actor, &event.actor_name, &event.action, &event.subject, &detail);
    AuditEvent {
        seq,
        at: event.at,
        actor: event.actor.clone(),
        actor_name: event.actor_name.clone(),
        action: event.action.clone(),
        subject: event.subject.clone(),
        detail: event.detail.clone(),
        hash,
    }
}
