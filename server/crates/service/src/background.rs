//! The workers beside the requests: intake, sweeps, and what other processes changed.

use std::{sync::atomic::Ordering, time::Duration};

use tokio::{sync::watch, task::JoinHandle, time::MissedTickBehavior};

use crate::{Services, intake::Inbox, rollout::Shadows};

/// How often live numbers and queue facts are computed.
const LIVE_EVERY: Duration = Duration::from_secs(1);
/// How often expired claims are freed, and changes of other processes noticed.
const SWEEP_EVERY: Duration = Duration::from_secs(2);
/// How often it is asked whether training is due.
const TRIGGER_EVERY: Duration = Duration::from_secs(10);
/// How often a canary is compared with the champion.
const CANARY_EVERY: Duration = Duration::from_secs(5);
/// How often promises are worked out anew.
const PROMISES_EVERY: Duration = Duration::from_secs(3_600);
/// How often expired sessions and idempotency keys are removed.
const PRUNE_EVERY: Duration = Duration::from_secs(300);

/// The running workers.
pub struct Background {
    services: Services,
    stop: watch::Sender<bool>,
    intake: JoinHandle<()>,
    periodic: JoinHandle<()>,
    shadow: JoinHandle<()>,
}

impl Background {
    pub(crate) fn start(services: &Services, inbox: Inbox, shadows: Shadows) -> Self {
        let (stop, stopped) = watch::channel(false);
        let intake = tokio::spawn(services.clone().run_intake(inbox, stopped.clone()));
        let periodic = tokio::spawn(services.clone().run_periodic(stopped.clone()));
        let shadow = tokio::spawn(services.clone().run_shadow(shadows, stopped));
        Self { services: services.clone(), stop, intake, periodic, shadow }
    }

    /// Refuses new submissions, finishes what was accepted, and ends the workers.
    pub async fn stop(self) {
        self.services.0.intake.close();
        self.services.0.training.cancel_all();
        self.services.0.imports.cancel_all();
        self.services.0.simulations.cancel_all();
        self.stop.send_replace(true);
        for worker in [self.intake, self.periodic, self.shadow] {
            if let Err(error) = worker.await {
                tracing::error!(worker.error = %error, "a worker ended early");
            }
        }
    }
}

impl Services {
    async fn run_periodic(self, mut stop: watch::Receiver<bool>) {
        let ticks = |every| {
            let mut ticks = tokio::time::interval(every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        };
        let (mut live, mut sweep, mut prune) = (ticks(LIVE_EVERY), ticks(SWEEP_EVERY), ticks(PRUNE_EVERY));
        let (mut trigger, mut promises) = (ticks(TRIGGER_EVERY), ticks(PROMISES_EVERY));
        let drift_every = Duration::from_secs(self.0.settings.drift.every_seconds.into());
        let (mut canary, mut drift) = (ticks(CANARY_EVERY), ticks(drift_every));
        loop {
            let (work, outcome) = tokio::select! {
                _ = stop.changed() => break,
                _ = live.tick() => ("live numbers", self.tick_live().await),
                _ = sweep.tick() => ("sweep", self.tick_sweep().await),
                _ = trigger.tick() => ("training trigger", self.tick_trigger()),
                _ = canary.tick() => ("canary", self.tick_canary().await),
                _ = promises.tick() => ("promises", self.refresh_promises().await.map_err(|error| error.to_string())),
                _ = drift.tick() => ("drift", self.watch_drift().await.map_err(|error| error.to_string())),
                _ = prune.tick() => ("prune", self.tick_prune().await),
            };
            if let Err(error) = outcome {
                tracing::error!(worker.name = work, worker.error = error, "a worker failed and will try again");
            }
        }
    }

    async fn tick_live(&self) -> Result<(), String> {
        self.refresh_queues().await.map_err(|error| error.to_string())?;
        self.refresh_spent().await.map_err(|error| error.to_string())?;
        self.publish().await.map_err(|error| error.to_string())
    }

    async fn tick_sweep(&self) -> Result<(), String> {
        let freed = self.sweep_expired().await.map_err(|error| error.to_string())?;
        if freed > 0 {
            tracing::info!(tasks.freed = freed, "expired claims went back to their queues");
        }
        let returned = self.sweep_snoozed().await.map_err(|error| error.to_string())?;
        if returned > 0 {
            tracing::info!(tasks.returned = returned, "tasks that were put aside went back to their queues");
        }
        let unanswered = self.sweep_approvals().await.map_err(|error| error.to_string())?;
        if unanswered > 0 {
            tracing::info!(tasks.unanswered = unanswered, "approvals ran out and counted as a no");
        }
        self.reload_label_set().await.map_err(|error| error.to_string())?;
        self.reload_thresholds().await.map_err(|error| error.to_string())?;
        self.reload_deciding().await.map_err(|error| error.to_string())?;
        self.activate_scheduled().await.map_err(|error| error.to_string())?;
        self.reload_champion().await.map_err(|error| error.to_string())?;
        self.reload_challenger().await.map_err(|error| error.to_string())
    }

    async fn tick_canary(&self) -> Result<(), String> {
        self.watch_canary().await.map_err(|error| error.to_string())?;
        self.watch_policy_canary().await.map_err(|error| error.to_string())
    }

    /// Training takes its time, and the other ticks must not wait for it.
    #[expect(clippy::unnecessary_wraps, reason = "one of several ticks")]
    fn tick_trigger(&self) -> Result<(), String> {
        if self.0.watches_triggers.load(Ordering::Relaxed) {
            let services = self.clone();
            tokio::spawn(async move {
                match services.train_if_due().await {
                    Ok(None) => {}
                    Ok(Some(run)) => tracing::info!(run.id = %run.id, run.started_by, "a training trigger ran"),
                    Err(error) => tracing::error!(worker.error = %error, "a training trigger failed"),
                }
            });
        }
        Ok(())
    }

    async fn tick_prune(&self) -> Result<(), String> {
        let now = self.now();
        let prune = async {
            let mut tx = self.begin().await?;
            tx.remove_expired_idempotency(now).await?;
            tx.remove_expired_sessions(now).await?;
            tx.save().await
        };
        prune.await.map_err(|error| error.to_string())
    }
}
