//! Queues: where work waits.

use domain::{Actor, Permission, Queue};

use crate::{PolicyError, Services, services::Act};

impl Services {
    /// Adds a queue, or changes the one of this name.
    ///
    /// # Errors
    /// When a field is refused.
    pub async fn save_queue(&self, actor: &Actor, queue: &Queue) -> Result<(), PolicyError> {
        actor.require(Permission::EditPolicies)?;
        queue.check()?;
        let mut tx = self.begin().await?;
        tx.save_queue(queue).await?;
        let detail = serde_json::json!({ "title": queue.title, "kind": queue.kind, "sla_minutes": queue.sla_minutes });
        let act =
            Act { actor, at: self.now(), action: "queue.saved", subject: format!("queue_{}", queue.name), detail };
        act.record(&mut *tx).await?;
        tx.save().await?;
        Ok(self.refresh_queues().await?)
    }
}
