//! What starts training by itself: enough corrections, or enough time.

use std::sync::atomic::Ordering;

use domain::{Actor, LabelId, RunState, TrainingRun, TrainingTriggers, time::MINUTE_MS};

use crate::{
    ModelError, Services,
    ports::store::{Reads, StoreResult},
    services::id_ms,
};

/// When training starts by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TriggerSettings {
    /// After so many corrections since the last run began; 0 is never.
    pub after_corrections: u32,
    /// So many hours after the last run began; 0 is never.
    pub every_hours: u32,
}

impl Services {
    /// Lets the workers of this process start training by themselves. For a server: a command of the command line ends
    /// before its training would.
    pub fn watch_triggers(&self) {
        self.0.watches_triggers.store(true, Ordering::Relaxed);
    }

    /// Trains when a trigger says so, and answers when that is done. A run that is under way counts as the one that the
    /// trigger wanted.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn train_if_due(&self) -> Result<Option<TrainingRun>, ModelError> {
        let Some(reason) = self.due_trigger().await? else { return Ok(None) };
        match self.train(&Actor::system(&reason)).await {
            Ok(run) => Ok(Some(run)),
            Err(ModelError::AlreadyTraining) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What starts training by itself, and how near it is.
    pub(crate) async fn triggers(&self, reads: &mut dyn Reads) -> StoreResult<TrainingTriggers> {
        let settings = self.0.settings.triggers;
        let switched_on = |number: u32| (number > 0).then_some(number);
        let last = reads.list_runs(1).await?.pop();
        // From the millisecond after its start: the run read what was there before.
        let since = last.as_ref().map_or(0, |run| id_ms(run.started_at) + 1);
        Ok(TrainingTriggers {
            after_corrections: switched_on(settings.after_corrections),
            corrections: match settings.after_corrections {
                0 => 0,
                most => reads.count_corrected_labels(LabelId::from_parts(since, 0), most).await?,
            },
            every_hours: switched_on(settings.every_hours),
            on_drift: self.0.settings.drift.trains,
            next_at: switched_on(settings.every_hours)
                .zip(last)
                .map(|(hours, run)| run.started_at.plus_ms(i64::from(hours) * 60 * MINUTE_MS)),
        })
    }

    async fn due_trigger(&self) -> StoreResult<Option<String>> {
        let mut reads = self.read().await?;
        if reads.list_runs(1).await?.iter().any(|run| run.state == RunState::Running) {
            return Ok(None);
        }
        let triggers = self.triggers(reads.as_mut()).await?;
        if let Some(wanted) = triggers.after_corrections
            && triggers.corrections >= wanted
        {
            return Ok(Some(format!("{wanted} corrections")));
        }
        // Without any run yet there is nothing to count the hours from: the first training is a person's.
        let is_time = triggers.next_at.is_some_and(|at| at <= self.now());
        Ok(is_time.then(|| "the schedule".to_owned()))
    }
}
