//! From a submission to an answer: bounded waiting room, micro-batches, one transaction per batch, answers after the commit.
//!
//! A submission waits only while the batch before it is being written. What comes in meanwhile is classified and decided
//! at once, as many as there are in one call, and joins the batch that is written next.

mod batch;

use std::{sync::Arc, time::Instant};

use domain::{Actor, NewTask, Permission, Receipt, Timestamp};
use sha2::{Digest, Sha256};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, mpsc, oneshot, watch},
    task::JoinHandle,
};

use crate::{IntakeSettings, Services, SubmitError};

/// Bytes of text that one place of the waiting room stands for, so that large tasks take several.
const BYTES_PER_PLACE: usize = 8 * 1024;

/// An accepted submission on its way.
pub(crate) struct Pending {
    actor: Actor,
    task: NewTask,
    key: Option<KeyDigests>,
    accepted_at: Timestamp,
    accepted: Instant,
    reply: oneshot::Sender<Result<Receipt, SubmitError>>,
    _places: OwnedSemaphorePermit,
}

/// What stands for an idempotency key and the body that it came with.
#[derive(Debug, Clone, PartialEq, Eq)]
struct KeyDigests {
    key: String,
    body: String,
}

/// The way into the waiting room.
pub(crate) struct Intake {
    sender: mpsc::UnboundedSender<Pending>,
    places: Arc<Semaphore>,
    capacity: usize,
}

/// The waiting room's other end.
pub(crate) type Inbox = mpsc::UnboundedReceiver<Pending>;

impl Intake {
    pub(crate) fn new(settings: &IntakeSettings) -> (Self, Inbox) {
        let (sender, inbox) = mpsc::unbounded_channel();
        let capacity = settings.queue_tasks.clamp(1, 1_000_000);
        (Self { sender, places: Arc::new(Semaphore::new(capacity)), capacity }, inbox)
    }

    /// Refuses everything from now on; what was accepted is finished.
    pub(crate) fn close(&self) {
        self.places.close();
    }

    /// Places of the waiting room that are taken: about as many submissions wait to be written.
    pub(crate) fn waiting(&self) -> usize {
        self.capacity.saturating_sub(self.places.available_permits())
    }

    fn reserve(&self, task: &NewTask) -> Result<OwnedSemaphorePermit, SubmitError> {
        let wanted = (1 + (task.subject.len() + task.body.len()) / BYTES_PER_PLACE).min(self.capacity);
        Arc::clone(&self.places).try_acquire_many_owned(u32::try_from(wanted).unwrap_or(u32::MAX)).map_err(|error| {
            match error {
                TryAcquireError::NoPermits => SubmitError::Busy,
                TryAcquireError::Closed => SubmitError::Stopping,
            }
        })
    }
}

impl Services {
    /// Accepts a task and answers when it is kept for good. `key` is the caller's `Idempotency-Key`: the same key with the
    /// same task answers the first result again.
    ///
    /// # Errors
    /// See [`SubmitError`]; then no task was created, except after [`SubmitError::NotWritten`] of a commit whose outcome is
    /// unknown: a retry with the same key finds out.
    pub async fn submit(&self, actor: &Actor, task: NewTask, key: Option<String>) -> Result<Receipt, SubmitError> {
        actor.require(Permission::SubmitTasks)?;
        let answer = self.enqueue(actor, task, key)?;
        answer.await.unwrap_or(Err(SubmitError::Stopping))
    }

    /// Accepts many tasks; each has its own result, in order.
    ///
    /// # Errors
    /// [`SubmitError::Forbidden`] for all of them together.
    pub async fn submit_all(
        &self,
        actor: &Actor,
        tasks: Vec<NewTask>,
    ) -> Result<Vec<Result<Receipt, SubmitError>>, SubmitError> {
        actor.require(Permission::SubmitTasks)?;
        let waiting: Vec<_> = tasks.into_iter().map(|task| self.enqueue(actor, task, None)).collect();
        let mut results = Vec::with_capacity(waiting.len());
        for answer in waiting {
            results.push(match answer {
                Ok(answer) => answer.await.unwrap_or(Err(SubmitError::Stopping)),
                Err(error) => Err(error),
            });
        }
        Ok(results)
    }

    fn enqueue(
        &self,
        actor: &Actor,
        task: NewTask,
        key: Option<String>,
    ) -> Result<oneshot::Receiver<Result<Receipt, SubmitError>>, SubmitError> {
        task.check()?;
        let places = self.0.intake.reserve(&task)?;
        let key = key.map(|key| KeyDigests::of(actor, &key, &task));
        let (reply, answer) = oneshot::channel();
        let pending = Pending {
            actor: actor.clone(),
            task,
            key,
            accepted_at: self.now(),
            accepted: Instant::now(),
            reply,
            _places: places,
        };
        self.0.intake.sender.send(pending).map_err(|_| SubmitError::Stopping)?;
        Ok(answer)
    }

    /// Works until `stop` says so and the waiting room is empty.
    pub(crate) async fn run_intake(self, mut inbox: Inbox, mut stop: watch::Receiver<bool>) {
        let most = self.0.settings.intake.batch_tasks.max(1);
        let (mut gathered, mut decided) = (Vec::new(), Vec::new());
        let mut writing: Option<JoinHandle<()>> = None;
        let mut open = true;
        while open || writing.is_some() || !decided.is_empty() {
            if writing.is_none() && !decided.is_empty() {
                let (services, batch) = (self.clone(), std::mem::take(&mut decided));
                writing = Some(tokio::spawn(async move { services.write_batch(batch).await }));
            }
            tokio::select! {
                () = written(&mut writing), if writing.is_some() => {}
                received = inbox.recv_many(&mut gathered, most - decided.len()), if open && decided.len() < most => {
                    open = received > 0;
                    if open {
                        decided.extend(self.decide_batch(std::mem::take(&mut gathered)).await);
                    }
                }
                _ = stop.changed(), if !inbox.is_closed() => inbox.close(),
            }
        }
    }
}

/// Waits until the batch is written. A panic drops the batch's reply channels, so its callers hear of it; the intake goes
/// on.
async fn written(writing: &mut Option<JoinHandle<()>>) {
    if let Some(batch) = writing {
        if let Err(error) = batch.await {
            tracing::error!(intake.error = %error, "writing a batch ended early");
        }
        *writing = None;
    }
}

impl KeyDigests {
    /// Keys belong to their caller: two callers may use the same key for different things.
    fn of(actor: &Actor, key: &str, task: &NewTask) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(actor.id().to_string());
        hasher.update([0]);
        hasher.update(key);
        let body = serde_json::to_vec(task).unwrap_or_default();
        Self { key: hex::encode(hasher.finalize()), body: hex::encode(Sha256::digest(body)) }
    }
}
