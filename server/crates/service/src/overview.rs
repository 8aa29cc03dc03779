//! The numbers of the overview, once for whoever asks and live for whoever watches.

use std::sync::Arc;

use domain::{Actor, Permission, overview::Overview};
use tokio::sync::watch;

use crate::{ReadError, Services, ports::store::StoreResult};

/// The live numbers: serialised once, shared as text by everybody who watches.
pub(crate) struct Live {
    sender: watch::Sender<Arc<str>>,
}

impl Default for Live {
    fn default() -> Self {
        Self { sender: watch::Sender::new(Arc::from("")) }
    }
}

impl Services {
    /// What came in, where it went, what waits.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn overview(&self, actor: &Actor) -> Result<Overview, ReadError> {
        actor.require(Permission::ReadOverview)?;
        Ok(self.compute_overview().await?)
    }

    /// The overview as JSON, again whenever it changed, about once a second at most.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn subscribe(&self, actor: &Actor) -> Result<watch::Receiver<Arc<str>>, ReadError> {
        actor.require(Permission::ReadOverview)?;
        let receiver = self.0.live.sender.subscribe();
        if receiver.borrow().is_empty() {
            self.publish().await?;
        }
        Ok(receiver)
    }

    /// Publishes the numbers when somebody watches. Other processes write too, so it does not rely on this one's writes.
    pub(crate) async fn publish(&self) -> StoreResult<()> {
        if self.0.live.sender.receiver_count() == 0 {
            return Ok(());
        }
        let overview = self.compute_overview().await?;
        let Ok(json) = serde_json::to_string(&overview) else { return Ok(()) };
        self.0.live.sender.send_if_modified(|shown| {
            let differs = **shown != *json;
            if differs {
                *shown = Arc::from(json);
            }
            differs
        });
        Ok(())
    }

    async fn compute_overview(&self) -> StoreResult<Overview> {
        let now = self.now();
        let mut reads = self.read().await?;
        let counters = reads.counters().await?;
        Ok(Overview {
            submitted: counters.submitted,
            finished: counters.finished,
            corrected: counters.corrected,
            fallbacks: counters.fallbacks,
            awaiting_approval: counters.awaiting_approval,
            escalations: counters.escalations,
            disputes: counters.disputes,
            destinations: reads.list_destination_counts().await?,
            queues: reads.list_queue_counts(now).await?,
            classifier: self.0.classifier.health(),
            drift: self.0.drift.ringing(),
            bots: self.0.breakers.open(now),
            is_over_budget: self.is_over_budget(now),
        })
    }
}
