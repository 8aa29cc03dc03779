//! Trying a version on the decisions of the past: in the background, with progress, and stopped when nobody wants it.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use ::simulation::{Setting, Simulator};
use domain::{
    Actor, DecisionId, Permission, PolicyVersion, ValidationCode, ValidationError,
    simulation::{HistoryCase, MAX_SIMULATED, Simulation, SimulationReport, SimulationState},
};
use policy::{CompiledGuardrails, CompiledPolicy};

use crate::{PolicyError, ReadError, Services, policy::Controls, ports::store::StoreError, services::Act};

/// Decisions that are read and made again at a time.
const CHUNK: u32 = 2_000;
/// Simulations that are kept, the latest; their reports are in memory only.
const KEPT: usize = 20;
/// Most decisions that are handed out at a time.
const MAX_LISTED: u32 = 5_000;
/// Simulations that run at once.
const MAX_RUNNING: usize = 2;

/// A simulation that is kept.
struct Kept {
    simulation: Simulation,
    run: Arc<Run>,
}

/// What a simulation that runs shares with those who ask.
#[derive(Default)]
struct Run {
    cancel: AtomicBool,
    /// Decisions that were made again.
    done: AtomicU64,
    replays: AtomicU32,
}

impl Run {
    /// Whether nobody asked it to stop.
    fn go_on(&self) -> bool {
        !self.cancel.load(Ordering::Relaxed)
    }
}

impl Kept {
    fn is_running(&self) -> bool {
        matches!(self.simulation.state, SimulationState::Running { .. })
    }

    /// As it is now.
    fn show(&self) -> Simulation {
        let mut simulation = self.simulation.clone();
        if let SimulationState::Running { done, replays, .. } = &mut simulation.state {
            *done = self.run.done.load(Ordering::Relaxed);
            *replays = self.run.replays.load(Ordering::Relaxed);
        }
        simulation
    }
}

/// The simulations of this process.
#[derive(Default)]
pub(crate) struct Simulations {
    kept: Mutex<VecDeque<Kept>>,
    last: AtomicU64,
}

impl Simulations {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks whatever runs to stop: the server ends.
    pub(crate) fn cancel_all(&self) {
        self.lock().iter().for_each(|kept| kept.run.cancel.store(true, Ordering::Relaxed));
    }

    fn end(&self, number: u64, state: SimulationState) {
        if let Some(kept) = self.lock().iter_mut().find(|kept| kept.simulation.number == number) {
            kept.simulation.state = state;
        }
    }
}

/// How a simulation ended without a report.
enum Stop {
    Cancelled,
    Failed(String),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        tracing::error!(worker.error = %error, "a simulation could not read the history");
        Self::Failed("The history could not be read.".to_owned())
    }
}

impl Services {
    /// Tries a version on the latest decisions, in the background; answers the number of the simulation.
    ///
    /// # Errors
    /// [`PolicyError::Illegal`] when the version cannot be compiled; [`PolicyError::Conflict`] when too many run.
    pub async fn start_simulation(&self, actor: &Actor, version: u32, most: u32) -> Result<u64, PolicyError> {
        actor.require(Permission::EditPolicies)?;
        if most == 0 || most > MAX_SIMULATED {
            let message = format!("must be from 1 to {MAX_SIMULATED}");
            return Err(ValidationError::new("most", ValidationCode::Malformed, message).into());
        }
        let policy = self.read().await?.lookup_policy(version).await?.ok_or(PolicyError::NotFound)?;
        let compiled = CompiledPolicy::compile(policy.document.clone()).map_err(PolicyError::Illegal)?;
        let run = Arc::new(Run::default());
        let number = {
            let simulations = &self.0.simulations;
            let mut kept = simulations.lock();
            if kept.iter().filter(|kept| kept.is_running()).count() >= MAX_RUNNING {
                let message = "Other simulations are under way; wait for one of them or stop it.";
                return Err(PolicyError::Conflict(message.to_owned()));
            }
            let number = simulations.last.fetch_add(1, Ordering::Relaxed) + 1;
            let simulation = begun(number, &policy, actor, self.now(), most);
            kept.push_front(Kept { simulation, run: Arc::clone(&run) });
            kept.truncate(KEPT);
            number
        };
        self.note_simulation(actor, &policy, most).await?;
        let (services, runtime) = (self.clone(), tokio::runtime::Handle::current());
        tokio::task::spawn_blocking(move || {
            let state = match runtime.block_on(services.simulate(&compiled, most, &run)) {
                Ok(report) => SimulationState::Done { report: Box::new(report) },
                Err(Stop::Cancelled) => SimulationState::Cancelled,
                Err(Stop::Failed(message)) => SimulationState::Failed { message },
            };
            services.0.simulations.end(number, state);
        });
        Ok(number)
    }

    /// A simulation as it is now.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] when it is not kept any more: only the latest are, until the server stops.
    pub fn lookup_simulation(&self, actor: &Actor, number: u64) -> Result<Simulation, ReadError> {
        actor.require(Permission::EditPolicies)?;
        let kept = self.0.simulations.lock();
        kept.iter().find(|kept| kept.simulation.number == number).map(Kept::show).ok_or(ReadError::NotFound)
    }

    /// The latest simulation of a version.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn latest_simulation(&self, actor: &Actor, version: u32) -> Result<Option<Simulation>, ReadError> {
        actor.require(Permission::EditPolicies)?;
        let kept = self.0.simulations.lock();
        Ok(kept.iter().find(|kept| kept.simulation.version == version).map(Kept::show))
    }

    /// Stops a simulation.
    ///
    /// # Errors
    /// [`PolicyError::NotFound`] when there is none that runs.
    pub fn cancel_simulation(&self, actor: &Actor, number: u64) -> Result<(), PolicyError> {
        actor.require(Permission::EditPolicies)?;
        let kept = self.0.simulations.lock();
        let running = kept.iter().find(|kept| kept.simulation.number == number && kept.is_running());
        running.ok_or(PolicyError::NotFound)?.run.cancel.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Tries a document on the latest decisions and waits for the report: for the command line.
    ///
    /// # Errors
    /// [`PolicyError::Illegal`] when it cannot be compiled.
    pub async fn simulate_document(
        &self,
        actor: &Actor,
        json: &str,
        most: u32,
    ) -> Result<SimulationReport, PolicyError> {
        actor.require(Permission::EditPolicies)?;
        let document = policy::parse(json).map_err(PolicyError::Illegal)?;
        let compiled = CompiledPolicy::compile(document).map_err(PolicyError::Illegal)?;
        self.simulate(&compiled, most, &Run::default()).await.map_err(|stop| match stop {
            Stop::Cancelled => PolicyError::Conflict("It was stopped.".to_owned()),
            Stop::Failed(message) => PolicyError::Conflict(message),
        })
    }

    /// The first decisions of tasks with what came of them, newest first, from before a decision on: what simulations read.
    ///
    /// # Errors
    /// [`PolicyError::Invalid`] when more than 5,000 are asked for at a time.
    pub async fn list_history(
        &self,
        actor: &Actor,
        before: Option<DecisionId>,
        most: u32,
    ) -> Result<Vec<HistoryCase>, PolicyError> {
        actor.require(Permission::ReadDecisions)?;
        if most > MAX_LISTED {
            let message = format!("must be at most {MAX_LISTED}");
            return Err(ValidationError::new("most", ValidationCode::TooLong, message).into());
        }
        if before.is_none() {
            // The texts of tasks leave the workspace.
            let (at, subject) = (self.now(), "history".to_owned());
            let mut tx = self.begin().await?;
            let detail = serde_json::json!({});
            Act { actor, at, action: "history.exported", subject, detail }.record(&mut *tx).await?;
            tx.save().await?;
        }
        Ok(self.read().await?.list_history(before, most).await?)
    }

    async fn simulate(&self, compiled: &CompiledPolicy, most: u32, run: &Run) -> Result<SimulationReport, Stop> {
        let (queues, controls) = {
            let mut reads = self.read().await?;
            (reads.list_queues().await?, Controls::read(reads.as_mut()).await?)
        };
        let guardrails = CompiledGuardrails::compile(controls.guardrails.value).ok();
        let setting =
            Setting { queues: &queues, prices: self.0.settings.prices, triage_queue: &self.0.settings.triage_queue };
        let mut simulator = Simulator::new(compiled, guardrails.as_ref(), setting);
        let (mut before, mut left, mut took) = (None, most, Duration::ZERO);
        while left > 0 {
            if !run.go_on() {
                return Err(Stop::Cancelled);
            }
            // A view of its own for each: a long one would keep the log of the database from being cleared away.
            let cases = self.read().await?.list_history(before, left.min(CHUNK)).await?;
            let Some(last) = cases.last() else { break };
            before = Some(last.decision_id);
            left = left.saturating_sub(u32::try_from(cases.len()).unwrap_or(u32::MAX));
            let begun = Instant::now();
            simulator.add(&cases);
            took += begun.elapsed();
            run.done.store(simulator.done(), Ordering::Relaxed);
        }
        let people = match simulator.period() {
            Some((from, until)) => self.read().await?.list_people_at_work(from, until).await?,
            None => Vec::new(),
        };
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let report = simulator.finish(&people, |replays| {
            run.replays.store(replays, Ordering::Relaxed);
            run.go_on()
        });
        Ok(SimulationReport { took_ms, ..report.ok_or(Stop::Cancelled)? })
    }

    async fn note_simulation(&self, actor: &Actor, policy: &PolicyVersion, most: u32) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let detail = serde_json::json!({ "revision": policy.revision, "most": most });
        let (at, subject) = (self.now(), crate::policy::subject(policy.version));
        Act { actor, at, action: "policy.simulated", subject, detail }.record(&mut *tx).await?;
        tx.save().await
    }
}

fn begun(number: u64, policy: &PolicyVersion, actor: &Actor, at: domain::Timestamp, most: u32) -> Simulation {
    Simulation {
        number,
        version: policy.version,
        revision: policy.revision,
        by: actor.name().to_owned(),
        at,
        state: SimulationState::Running { done: 0, of: u64::from(most), replays: 0 },
    }
}
