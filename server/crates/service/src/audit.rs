//! The audit log's chain: what each hash covers, and how a break is found.

use domain::{
    Actor, Permission, Timestamp,
    audit::{AuditEvent, NewAuditEvent},
};
use sha2::{Digest, Sha256};

use crate::{ReadError, Services};

/// The hash before the first event.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The hash of an event at a position: SHA-256 over the hash before, the position and each field, every part preceded by
/// its length, so that no two different events have the same bytes. `detail` is hashed as it is stored, as JSON text.
#[must_use]
#[expect(
    clippy::too_many_arguments,
    reason = "these are the fields of one row, and a struct of borrows would only rename them"
)]
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

/// What checking the whole log found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditVerdict {
    /// Events whose hashes hold, from the first on.
    pub events: u64,
    /// The position of the first event that was changed, or whose neighbour was removed.
    pub broken_at: Option<u64>,
}

/// Events read at a time.
const VERIFY_CHUNK: u32 = 2_000;

impl Services {
    /// Checks every hash of the audit log from the first event on, and stops at the first that does not hold.
    ///
    /// # Errors
    /// When the store failed.
    pub async fn verify_audit(&self, actor: &Actor) -> Result<AuditVerdict, ReadError> {
        actor.require(Permission::ReadAudit)?;
        let mut reads = self.read().await?;
        let (mut previous, mut seq) = (GENESIS.to_owned(), 0);
        loop {
            let events = reads.list_audit_after(seq, VERIFY_CHUNK).await?;
            if events.is_empty() {
                return Ok(AuditVerdict { events: seq, broken_at: None });
            }
            for event in events {
                let detail = event.detail.to_string();
                let hash = chain_hash(
                    &previous,
                    seq + 1,
                    event.at,
                    &event.actor,
                    &event.actor_name,
                    &event.action,
                    &event.subject,
                    &detail,
                );
                if event.seq != seq + 1 || event.hash != hash {
                    return Ok(AuditVerdict { events: seq, broken_at: Some(seq + 1) });
                }
                previous = hash;
                seq += 1;
            }
        }
    }

    /// What was done to one subject, oldest first.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_audit_of(&self, actor: &Actor, subject: &str) -> Result<Vec<AuditEvent>, ReadError> {
        actor.require(Permission::ReadAudit)?;
        Ok(self.read().await?.list_audit_of(subject).await?)
    }
}
