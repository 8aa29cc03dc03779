//! Where work waits.

use serde::{Deserialize, Serialize};

use crate::{
    error::{ValidationCode, ValidationError},
    text,
};

/// Who takes work from a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum QueueKind {
    /// Agents take tasks from it in the browser.
    People,
    /// A bot takes tasks from it through the API; a destination `automation` of this name leads here.
    Automation,
}

/// A named place where tasks wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Queue {
    /// Machine-readable name, unique, for example `billing`.
    pub name: String,
    /// Name for people, for example `Billing`.
    pub title: String,
    /// One sentence that says what waits here.
    pub purpose: String,
    /// Who takes work from it.
    pub kind: QueueKind,
    /// Minutes from arrival until a task is late, when the policy's rule says nothing.
    pub sla_minutes: u32,
}

impl Queue {
    /// Checks the queue's fields.
    ///
    /// # Errors
    /// With the first field that is refused.
    pub fn check(&self) -> Result<(), ValidationError> {
        text::check_name("name", &self.name)?;
        text::check_required("title", &self.title, 120)?;
        text::check_length("purpose", &self.purpose, 500)?;
        if self.sla_minutes == 0 || self.sla_minutes > 60 * 24 * 365 {
            return Err(ValidationError::new(
                "sla_minutes",
                ValidationCode::Malformed,
                "must be from 1 minute to a year",
            ));
        }
        Ok(())
    }
}

/// A queue with its numbers now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueCounts {
    /// The queue.
    pub queue: Queue,
    /// Tasks that wait and nobody holds.
    pub waiting: u64,
    /// Tasks that somebody holds.
    pub claimed: u64,
    /// Tasks that wait or are held and are past their due time.
    pub late: u64,
}
