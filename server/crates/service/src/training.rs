//! Training runs: one at a time, in the background, with progress, cancellable.

use std::{
    ops::ControlFlow,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use domain::{
    Actor, Label, LabelKind, Permission, RunId, RunState, Timestamp, TrainingRun,
    dataset::{DatasetExample, DatasetFilter},
    evaluation::EvaluationCase,
    model::RunStep,
    suspicion::Suspicion,
};

use crate::{
    ModelError, Services,
    ports::{
        Example, HeldOutAnswer, Progress, TrainingError, TrainingRequest,
        store::{StoreError, StoreResult},
    },
    services::{Act, id_ms},
};

/// Fewer held-out examples than this say nothing.
const MIN_HELD_OUT: usize = 20;
/// More held-out examples than this say nothing more.
const MAX_HELD_OUT: usize = 20_000;
/// Seed of every run: the same labels give the same model.
const SEED: u64 = 1;
/// What every run begins with.
const FIRST_STEP: &str = "Reading the labels";
/// Most steps that a run's log keeps.
const MAX_STEPS: usize = 100;
/// How long a run of another process is believed to be under way, in milliseconds.
const RUN_BELIEVED_MS: i64 = 60 * 60_000;

/// What one running training shares with those who ask.
struct Running {
    id: RunId,
    progress: Progress,
    log: Vec<RunStep>,
    cancel: Arc<AtomicBool>,
}

impl Running {
    fn advance(&mut self, progress: Progress, at: Timestamp) {
        if self.progress.step != progress.step && self.log.len() < MAX_STEPS {
            self.log.push(RunStep { at, step: progress.step.to_owned() });
        }
        self.progress = progress;
    }
}

#[derive(Default)]
pub(crate) struct Training(Mutex<Option<Running>>);

impl Training {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Running>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A stored run with the progress of now, when it is the one that runs here.
    pub(crate) fn with_progress(&self, mut run: TrainingRun) -> TrainingRun {
        if let Some(running) = self.lock().as_ref().filter(|running| running.id == run.id) {
            run.progress_percent = running.progress.percent;
            running.progress.step.clone_into(&mut run.message);
            run.log.clone_from(&running.log);
        }
        run
    }

    /// Asks whatever runs to stop: the server ends.
    pub(crate) fn cancel_all(&self) {
        if let Some(running) = self.lock().as_ref() {
            running.cancel.store(true, Ordering::Relaxed);
        }
    }
}

impl Services {
    /// Begins to train the next model on a dataset, or on every label that holds now, and answers at once.
    ///
    /// # Errors
    /// [`ModelError::AlreadyTraining`] when a run is under way, [`ModelError::NotFound`] when there is no such dataset.
    pub async fn start_training(&self, actor: &Actor, dataset: Option<u32>) -> Result<TrainingRun, ModelError> {
        let (run, cancel) = self.begin_run(actor, dataset).await?;
        let (services, actor, started) = (self.clone(), actor.clone(), run.clone());
        tokio::spawn(async move { services.finish_run(&actor, started, dataset, &cancel).await });
        Ok(run)
    }

    /// Trains the next model on every label that holds now and answers when it is done; for the command line.
    ///
    /// # Errors
    /// [`ModelError::AlreadyTraining`] when a run is under way. How the run itself ended is in its state.
    pub async fn train(&self, actor: &Actor) -> Result<TrainingRun, ModelError> {
        self.train_on(actor, None).await
    }

    /// As [`Self::train`], on a dataset.
    ///
    /// # Errors
    /// As [`Self::start_training`].
    pub async fn train_on(&self, actor: &Actor, dataset: Option<u32>) -> Result<TrainingRun, ModelError> {
        let (run, cancel) = self.begin_run(actor, dataset).await?;
        let id = run.id;
        self.finish_run(actor, run, dataset, &cancel).await;
        self.read().await?.lookup_run(id).await?.ok_or(ModelError::NotFound)
    }

    /// Asks a run to stop; it ends at its next step.
    ///
    /// # Errors
    /// [`ModelError::NotRunning`] when it has ended, or runs in another process.
    pub async fn cancel_training(&self, actor: &Actor, id: RunId) -> Result<(), ModelError> {
        actor.require(Permission::TrainModels)?;
        match self.0.training.lock().as_ref() {
            Some(running) if running.id == id => {
                running.cancel.store(true, Ordering::Relaxed);
                Ok(())
            }
            _ => Err(ModelError::NotRunning),
        }
    }

    /// Says of runs that a stopped server left behind that they were interrupted. Only for a server that starts.
    ///
    /// # Errors
    /// When the store failed.
    pub async fn end_interrupted_runs(&self) -> StoreResult<()> {
        let mut tx = self.begin().await?;
        let now = self.now();
        for run in tx.list_runs(10).await? {
            if run.state == RunState::Running {
                let message = "The server stopped during this run.".to_owned();
                tx.save_run(&TrainingRun { state: RunState::Interrupted, ended_at: Some(now), message, ..run }).await?;
            }
        }
        tx.save().await
    }

    async fn begin_run(
        &self,
        actor: &Actor,
        dataset: Option<u32>,
    ) -> Result<(TrainingRun, Arc<AtomicBool>), ModelError> {
        actor.require(Permission::TrainModels)?;
        let mut tx = self.begin().await?;
        if let Some(number) = dataset {
            tx.lookup_dataset(number).await?.ok_or(ModelError::NotFound)?;
        }
        let now = self.now();
        let under_way = tx
            .list_runs(1)
            .await?
            .iter()
            .any(|run| run.state == RunState::Running && now.since_ms(run.started_at) < RUN_BELIEVED_MS);
        if under_way || self.0.training.lock().is_some() {
            return Err(ModelError::AlreadyTraining);
        }
        let run = TrainingRun {
            id: RunId::from_parts(id_ms(now), self.random_bits()),
            state: RunState::Running,
            progress_percent: 0,
            message: FIRST_STEP.to_owned(),
            started_by: actor.name().to_owned(),
            started_at: now,
            ended_at: None,
            model_version: None,
            log: vec![RunStep { at: now, step: FIRST_STEP.to_owned() }],
        };
        tx.save_run(&run).await?;
        let detail = serde_json::json!({ "dataset": dataset });
        Act { actor, at: now, action: "training.started", subject: run.id.to_string(), detail }
            .record(&mut *tx)
            .await?;
        tx.save().await?;
        let cancel = Arc::new(AtomicBool::new(false));
        let progress = Progress { percent: 0, step: FIRST_STEP };
        let running = Running { id: run.id, progress, log: run.log.clone(), cancel: Arc::clone(&cancel) };
        *self.0.training.lock() = Some(running);
        Ok((run, cancel))
    }

    async fn finish_run(&self, actor: &Actor, run: TrainingRun, dataset: Option<u32>, cancel: &Arc<AtomicBool>) {
        let outcome = self.train_next(actor, run.id, dataset, cancel).await;
        let (state, message, model_version) = match outcome {
            Ok(version) => (RunState::Succeeded, format!("Made model v{version}."), Some(version)),
            Err(TrainingError::Cancelled) => (RunState::Cancelled, "Cancelled.".to_owned(), None),
            Err(TrainingError::Refused(reason)) => (RunState::Failed, reason, None),
            Err(TrainingError::Failed(cause)) => {
                tracing::error!(run.id = %run.id, run.cause = cause, "a training run failed");
                (RunState::Failed, "Training failed on our side; the log says why.".to_owned(), None)
            }
        };
        let (percent, mut log) = {
            let running = self.0.training.lock();
            running.as_ref().map_or_else(Default::default, |running| (running.progress.percent, running.log.clone()))
        };
        let ended_at = self.now();
        log.push(RunStep { at: ended_at, step: message.clone() });
        let ended = TrainingRun {
            state,
            message,
            log,
            model_version,
            progress_percent: if state == RunState::Succeeded { 100 } else { percent },
            ended_at: Some(ended_at),
            ..run
        };
        if let Err(error) = self.save_ended_run(actor, &ended).await {
            tracing::error!(run.id = %ended.id, run.cause = %error, "the end of a training run was not recorded");
        }
        *self.0.training.lock() = None;
    }

    async fn save_ended_run(&self, actor: &Actor, run: &TrainingRun) -> StoreResult<()> {
        let mut tx = self.begin().await?;
        tx.save_run(run).await?;
        let detail = serde_json::json!({ "state": run.state, "model": run.model_version });
        Act { actor, at: self.now(), action: "training.ended", subject: run.id.to_string(), detail }
            .record(&mut *tx)
            .await?;
        tx.save().await
    }

    async fn train_next(
        &self,
        actor: &Actor,
        id: RunId,
        dataset: Option<u32>,
        cancel: &Arc<AtomicBool>,
    ) -> Result<u32, TrainingError> {
        let _making = self.0.making_model.lock().await;
        let examples = self.examples(dataset).await?;
        let (training, held_out) = split(&examples);
        let version = self.next_model_version().await.map_err(|error| failed(&error))?;
        let champion = self.read().await.map_err(|error| failed(&error))?.lookup_champion().await;
        let champion = champion.map_err(|error| failed(&error))?;
        let order = Order::of(&training);
        let first_of_newest =
            order.oldest_first.get(training.len() - order.newest).map(|&place| training[place].given_at);
        let request = TrainingRequest {
            version,
            training: self::examples(&training),
            held_out: self::examples(&held_out),
            newest_is_new_to_champion: champion
                .as_ref()
                .zip(first_of_newest)
                .is_some_and(|(champion, first)| champion.created_at <= first),
            champion: champion.map(|champion| champion.version),
            oldest_first: order.oldest_first,
            newest: order.newest,
            seed: SEED,
        };
        let (services, cancel) = (self.clone(), Arc::clone(cancel));
        let mut progress = move |progress: Progress| {
            if let Some(running) = services.0.training.lock().as_mut().filter(|running| running.id == id) {
                running.advance(progress, services.now());
            }
            if cancel.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let workshop = Arc::clone(&self.0.workshop);
        let trained = tokio::task::spawn_blocking(move || workshop.train(request, &mut progress))
            .await
            .map_err(|panic| TrainingError::Failed(panic.to_string()))??;
        let suspicions: Vec<Suspicion> = trained
            .suspects
            .iter()
            .filter_map(|suspect| {
                Some(Suspicion {
                    label_id: training.get(suspect.example)?.id,
                    suggested: suspect.suggested.clone(),
                    given_confidence: suspect.given_confidence,
                    suggested_confidence: suspect.suggested_confidence,
                    threshold: suspect.threshold,
                })
            })
            .collect();
        let cases = cases(&held_out, &trained.held_out);
        let dataset = match dataset {
            Some(number) => number,
            None => {
                let name = format!("What v{version} learned from");
                let kept = self.keep_dataset(actor, name, DatasetFilter::default(), &examples).await;
                kept.map_err(|error| failed(&error))?.number
            }
        };
        self.register(actor, version, trained, &cases, Some(dataset))
            .await
            .map_err(|error| TrainingError::Failed(error.to_string()))?;
        self.keep_suspicions(&suspicions).await.map_err(|error| failed(&error))?;
        Ok(version)
    }

    /// The examples of a dataset, or of every label that holds now.
    async fn examples(&self, dataset: Option<u32>) -> Result<Vec<DatasetExample>, TrainingError> {
        match dataset {
            Some(number) => self.read_dataset(number).await.map_err(|error| failed(&error)),
            None => self.select_examples(&DatasetFilter::default()).await.map_err(|error| failed(&error)),
        }
    }
}

/// What is learned from and what is held out, both in the order of the texts' digests.
pub(crate) fn split(examples: &[DatasetExample]) -> (Vec<Label>, Vec<Label>) {
    let (held_out, training): (Vec<&DatasetExample>, Vec<&DatasetExample>) =
        examples.iter().partition(|example| example.held_out);
    let labels = |part: Vec<&DatasetExample>| part.into_iter().map(|example| example.label.clone()).collect();
    let (mut training, mut held_out): (Vec<Label>, Vec<Label>) = (labels(training), labels(held_out));
    if held_out.len() < MIN_HELD_OUT {
        training.append(&mut held_out);
    }
    // Digests are as good as random: whatever comes first among them stands for all.
    held_out.truncate(MAX_HELD_OUT);
    (training, held_out)
}

/// Training examples in the order of time.
struct Order {
    oldest_first: Vec<usize>,
    /// How many of them, from the end, came last.
    newest: usize,
}

impl Order {
    /// Files come first: their lines are of no order that means anything, and nobody knows when the work was done. What
    /// people gave here follows by time, and the last tenth of that is the newest.
    fn of(labels: &[Label]) -> Self {
        let mut oldest_first: Vec<usize> = (0..labels.len()).collect();
        oldest_first.sort_by_key(|&place| {
            let label = &labels[place];
            (label.kind != LabelKind::Imported).then_some(label.given_at)
        });
        let given_here = labels.iter().filter(|label| label.kind != LabelKind::Imported).count();
        let newest = given_here / 10;
        Self { oldest_first, newest: if newest < MIN_HELD_OUT { 0 } else { newest } }
    }
}

pub(crate) fn examples(labels: &[Label]) -> Vec<Example> {
    let example = |label: &Label| Example {
        text: label.text.clone(),
        label: label.label.clone(),
        priority: label.priority,
        handling_minutes: label.handling_minutes,
    };
    labels.iter().map(example).collect()
}

pub(crate) fn cases(held_out: &[Label], answers: &[HeldOutAnswer]) -> Vec<EvaluationCase> {
    let case = |(label, answer): (&Label, &HeldOutAnswer)| EvaluationCase {
        label_id: label.id,
        truth: label.label.clone(),
        answer: answer.answer.clone(),
        out_of_scope: answer.out_of_scope,
        champion: answer.champion.clone(),
        short_list: answer.short_list,
    };
    held_out.iter().zip(answers).map(case).collect()
}

fn failed(error: &StoreError) -> TrainingError {
    TrainingError::Failed(error.to_string())
}
