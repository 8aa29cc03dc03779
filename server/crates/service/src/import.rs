//! Files of examples on their way in: one at a time, in the background, checked line by line before anything is written.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use domain::{
    Actor, ImportId, Label, LabelId, LabelKind, Permission, ValidationCode, ValidationError,
    import::{Added, BadLine, ImportState, LabelImport, MAX_BAD_LINES, MAX_IMPORT_LINES, NewExample},
};
use tokio::sync::mpsc;

use crate::{
    LabelError, ReadError, Services,
    label::digest,
    ports::{
        ExampleSource,
        store::{StoreResult, Transaction},
    },
    services::{Act, id_ms},
};

/// Examples written in one transaction.
const CHUNK: usize = 1_000;
/// Imports that the page shows.
const SHOWN_IMPORTS: u32 = 20;
/// Longest name of a file that is kept, in characters.
const MAX_FILE_NAME_CHARS: usize = 120;

/// A file that is to come in.
pub struct ImportRequest {
    /// What it is called.
    pub file_name: String,
    /// SHA-256 of it in hexadecimal.
    pub sha256: String,
    /// Whether good lines come in although others are bad.
    pub skip_bad: bool,
    /// Reads it.
    pub source: Arc<dyn ExampleSource>,
}

/// What a running import shares with those who ask.
struct Running {
    import: LabelImport,
    cancel: Arc<AtomicBool>,
}

#[derive(Default)]
pub(crate) struct Imports(Mutex<Option<Running>>);

impl Imports {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Running>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A stored import as it is now, when it is the one that runs here.
    fn with_progress(&self, import: LabelImport) -> LabelImport {
        match self.lock().as_ref() {
            Some(running) if running.import.id == import.id => running.import.clone(),
            _ => import,
        }
    }

    fn show(&self, import: &LabelImport) {
        if let Some(running) = self.lock().as_mut().filter(|running| running.import.id == import.id) {
            running.import = import.clone();
        }
    }

    /// Asks whatever runs to stop: the server ends.
    pub(crate) fn cancel_all(&self) {
        if let Some(running) = self.lock().as_ref() {
            running.cancel.store(true, Ordering::Relaxed);
        }
    }
}

/// How reading a file ended, when not at its end.
enum Stop {
    Cancelled,
    /// The sentence says to people what is wrong with the file.
    Refused(String),
    Failed(String),
}

impl From<crate::ports::store::StoreError> for Stop {
    fn from(error: crate::ports::store::StoreError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl Services {
    /// Adds examples, as many as there are of others than files gave before, whatever people said of those since; checked by the
    /// caller. A label that has another name now is added under that name.
    ///
    /// # Errors
    /// When a label is retired or was split; then nothing is added.
    pub async fn import_labels<E>(&self, actor: &Actor, examples: &[E]) -> Result<Added, LabelError>
    where
        E: Clone + Into<NewExample> + Sync,
    {
        actor.require(Permission::TrainModels)?;
        let examples: Vec<NewExample> = examples.iter().cloned().map(Into::into).collect();
        let set = self.label_set();
        if let Some(example) = examples.iter().find(|example| set.is_retired(&example.label)) {
            let message = format!("`{}` is retired; bring it back, or leave its rows out", example.label);
            return Err(ValidationError::new("label", ValidationCode::Malformed, message).into());
        }
        let mut sum = Added::default();
        for chunk in examples.chunks(CHUNK) {
            let mut tx = self.begin().await?;
            let added = self.add_examples(&mut *tx, actor, chunk).await?;
            tx.save().await?;
            sum = Added { added: sum.added + added.added, known: sum.known + added.known };
        }
        Ok(sum)
    }

    async fn add_examples(
        &self,
        tx: &mut dyn Transaction,
        actor: &Actor,
        examples: &[NewExample],
    ) -> StoreResult<Added> {
        let set = self.label_set();
        let now = self.now();
        let digests: Vec<String> = examples.iter().map(|example| digest(&example.text)).collect();
        let mut known: HashSet<(String, String)> = tx.list_imported(&digests).await?.into_iter().collect();
        let mut labels = Vec::with_capacity(examples.len());
        for (example, digest) in examples.iter().zip(digests) {
            let current = set.current(&example.label).to_owned();
            if !known.insert((digest.clone(), current.clone())) {
                continue;
            }
            labels.push(Label {
                id: LabelId::from_parts(id_ms(now), self.random_bits()),
                digest,
                text: example.text.clone(),
                kind: LabelKind::Imported,
                task_id: None,
                given_by: actor.name().to_owned(),
                given_at: now,
                predicted: None,
                confidence: None,
                model_version: None,
                given_by_id: None,
                decision_id: None,
                chosen_with: None,
                given_as: (current != example.label).then(|| example.label.clone()),
                label: current,
                replaced: None,
                saw_model: None,
                priority: example.priority,
                handling_minutes: example.handling_minutes,
            });
        }
        let added = Added { added: labels.len() as u64, known: (examples.len() - labels.len()) as u64 };
        if added.added > 0 {
            tx.add_labels(&labels).await?;
            let detail = serde_json::json!({ "labels": added.added, "known": added.known });
            let act = Act { actor, at: now, action: "labels.imported", subject: "labels".to_owned(), detail };
            act.record(tx).await?;
        }
        Ok(added)
    }

    /// The latest imports, newest first, with their progress of now.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_imports(&self, actor: &Actor) -> Result<Vec<LabelImport>, ReadError> {
        actor.require(Permission::ReadLabels)?;
        let imports = self.read().await?.list_imports(SHOWN_IMPORTS).await?;
        Ok(imports.into_iter().map(|import| self.0.imports.with_progress(import)).collect())
    }

    /// An import with its progress of now.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] when there is none.
    pub async fn lookup_import(&self, actor: &Actor, id: ImportId) -> Result<LabelImport, ReadError> {
        actor.require(Permission::ReadLabels)?;
        let import = self.read().await?.lookup_import(id).await?.ok_or(ReadError::NotFound)?;
        Ok(self.0.imports.with_progress(import))
    }

    /// Begins to bring a file in, and answers at once.
    ///
    /// # Errors
    /// [`LabelError::Busy`] when another file is on its way.
    pub async fn start_import(&self, actor: &Actor, request: ImportRequest) -> Result<LabelImport, LabelError> {
        let (import, cancel) = self.begin_import(actor, &request).await?;
        let (services, actor, started) = (self.clone(), actor.clone(), import.clone());
        tokio::spawn(async move { services.finish_import(&actor, started, request, &cancel).await });
        Ok(import)
    }

    /// Brings a file in and answers when that is done; for the command line. How it ended is in its state.
    ///
    /// # Errors
    /// [`LabelError::Busy`] when another file is on its way.
    pub async fn import_file(&self, actor: &Actor, request: ImportRequest) -> Result<LabelImport, LabelError> {
        let (import, cancel) = self.begin_import(actor, &request).await?;
        Ok(self.finish_import(actor, import, request, &cancel).await)
    }

    /// Asks an import to stop. What is in by then stays.
    ///
    /// # Errors
    /// [`LabelError::NotFound`] when it has ended, or runs in another process.
    pub async fn cancel_import(&self, actor: &Actor, id: ImportId) -> Result<(), LabelError> {
        actor.require(Permission::TrainModels)?;
        match self.0.imports.lock().as_ref() {
            Some(running) if running.import.id == id => {
                running.cancel.store(true, Ordering::Relaxed);
                Ok(())
            }
            _ => Err(LabelError::NotFound),
        }
    }

    /// Says of imports that a stopped server left behind that they were interrupted. Only for a server that starts.
    ///
    /// # Errors
    /// When the store failed.
    pub async fn end_interrupted_imports(&self) -> StoreResult<()> {
        let mut tx = self.begin().await?;
        let now = self.now();
        for import in tx.list_imports(SHOWN_IMPORTS).await? {
            if import.state == ImportState::Running {
                let message = "The server stopped in the middle. The same file again brings the rest.".to_owned();
                let state = ImportState::Interrupted;
                tx.save_import(&LabelImport { state, ended_at: Some(now), message, ..import }).await?;
            }
        }
        tx.save().await
    }

    async fn begin_import(
        &self,
        actor: &Actor,
        request: &ImportRequest,
    ) -> Result<(LabelImport, Arc<AtomicBool>), LabelError> {
        actor.require(Permission::TrainModels)?;
        let now = self.now();
        let import = LabelImport {
            id: ImportId::from_parts(id_ms(now), self.random_bits()),
            file_name: request.file_name.chars().filter(|c| !c.is_control()).take(MAX_FILE_NAME_CHARS).collect(),
            sha256: request.sha256.clone(),
            state: ImportState::Running,
            skip_bad: request.skip_bad,
            good: 0,
            added: 0,
            known: 0,
            bad: 0,
            problems: Vec::new(),
            message: "Checking the lines".to_owned(),
            started_by: actor.name().to_owned(),
            started_at: now,
            ended_at: None,
        };
        let cancel = Arc::new(AtomicBool::new(false));
        {
            let mut running = self.0.imports.lock();
            if running.is_some() {
                return Err(LabelError::Busy);
            }
            *running = Some(Running { import: import.clone(), cancel: Arc::clone(&cancel) });
        }
        if let Err(error) = self.save_import(actor, &import, "labels.import_started").await {
            *self.0.imports.lock() = None;
            return Err(error.into());
        }
        Ok((import, cancel))
    }

    async fn save_import(&self, actor: &Actor, import: &LabelImport, action: &'static str) -> StoreResult<()> {
        let mut tx = self.begin().await?;
        tx.save_import(import).await?;
        let detail = serde_json::json!({
            "sha256": import.sha256, "state": import.state, "added": import.added, "known": import.known,
            "bad": import.bad,
        });
        Act { actor, at: self.now(), action, subject: import.id.to_string(), detail }.record(&mut *tx).await?;
        tx.save().await
    }

    async fn finish_import(
        &self,
        actor: &Actor,
        mut import: LabelImport,
        request: ImportRequest,
        cancel: &Arc<AtomicBool>,
    ) -> LabelImport {
        let outcome = self.bring_in(actor, &mut import, &request, cancel).await;
        let (state, message) = match outcome {
            Ok(()) => (ImportState::Succeeded, said(&import)),
            Err(Stop::Cancelled) => (ImportState::Cancelled, "Cancelled. What was in by then stays.".to_owned()),
            Err(Stop::Refused(reason)) => (ImportState::Refused, reason),
            Err(Stop::Failed(cause)) => {
                tracing::error!(import.id = %import.id, import.cause = cause, "an import failed");
                (ImportState::Failed, "The import failed on our side; the log says why.".to_owned())
            }
        };
        let ended = LabelImport { state, message, ended_at: Some(self.now()), ..import };
        if let Err(error) = self.save_import(actor, &ended, "labels.import_ended").await {
            tracing::error!(import.id = %ended.id, import.cause = %error, "the end of an import was not recorded");
        }
        *self.0.imports.lock() = None;
        ended
    }

    async fn bring_in(
        &self,
        actor: &Actor,
        import: &mut LabelImport,
        request: &ImportRequest,
        cancel: &Arc<AtomicBool>,
    ) -> Result<(), Stop> {
        *import = self.check_lines(import.clone(), request, cancel).await?;
        if import.bad > 0 && !import.skip_bad {
            return Err(Stop::Refused(format!("{}, so nothing came in.", lines(import.bad, "bad line"))));
        }
        if import.good == 0 {
            return Err(Stop::Refused("There is no example in it.".to_owned()));
        }
        "Adding the examples".clone_into(&mut import.message);
        self.0.imports.show(import);
        // Few chunks wait for the writer, so that a long file takes no memory.
        let (send, mut receive) = mpsc::channel::<Vec<NewExample>>(2);
        let (services, source, stop) = (self.clone(), Arc::clone(&request.source), Arc::clone(cancel));
        let reader = tokio::task::spawn_blocking(move || -> Result<(), Stop> {
            let mut chunk = Vec::with_capacity(CHUNK);
            for line in source.read().map_err(Stop::Refused)? {
                chunk.extend(line.and_then(|example| services.check_example(example)).ok());
                if stop.load(Ordering::Relaxed) {
                    return Err(Stop::Cancelled);
                }
                if chunk.len() == CHUNK && send.blocking_send(std::mem::take(&mut chunk)).is_err() {
                    return Ok(());
                }
            }
            // The receiver went away only after an error of its own, which is the one that matters.
            let _ = send.blocking_send(chunk);
            Ok(())
        });
        while let Some(chunk) = receive.recv().await {
            let mut tx = self.begin().await?;
            let added = self.add_examples(&mut *tx, actor, &chunk).await?;
            import.added += added.added;
            import.known += added.known;
            tx.save_import(import).await?;
            tx.save().await?;
            self.0.imports.show(import);
        }
        reader.await.map_err(|panic| Stop::Failed(panic.to_string()))?
    }

    /// Reads a file once to count its lines and to find the bad ones.
    async fn check_lines(
        &self,
        mut import: LabelImport,
        request: &ImportRequest,
        cancel: &Arc<AtomicBool>,
    ) -> Result<LabelImport, Stop> {
        let (services, source, cancel) = (self.clone(), Arc::clone(&request.source), Arc::clone(cancel));
        let checked = tokio::task::spawn_blocking(move || {
            for (place, line) in source.read().map_err(Stop::Refused)?.enumerate() {
                if place as u64 == MAX_IMPORT_LINES {
                    return Err(Stop::Refused(format!("It has more than {MAX_IMPORT_LINES} lines; split it.")));
                }
                if place.is_multiple_of(CHUNK) {
                    services.0.imports.show(&import);
                    if cancel.load(Ordering::Relaxed) {
                        return Err(Stop::Cancelled);
                    }
                }
                match line.and_then(|example| services.check_example(example)) {
                    Ok(_) => import.good += 1,
                    Err(problem) => {
                        import.bad += 1;
                        if import.problems.len() < MAX_BAD_LINES {
                            import.problems.push(problem);
                        }
                    }
                }
            }
            Ok(import)
        });
        checked.await.map_err(|panic| Stop::Failed(panic.to_string()))?
    }

    fn check_example(&self, (line, example): (u64, NewExample)) -> Result<NewExample, BadLine> {
        if self.label_set().is_retired(&example.label) {
            let reason = format!("`{}` is retired; bring it back, or leave its lines out", example.label);
            return Err(BadLine { line, reason });
        }
        Ok(example)
    }
}

/// What a finished import did.
fn said(import: &LabelImport) -> String {
    let mut parts = vec![format!("{} came in", lines(import.added, "new example"))];
    let were = |count: u64| if count == 1 { "was" } else { "were" };
    if import.known > 0 {
        parts.push(format!("{} {} known before", import.known, were(import.known)));
    }
    if import.bad > 0 {
        parts.push(format!("{} {} left out", lines(import.bad, "bad line"), were(import.bad)));
    }
    format!("{}.", parts.join(", "))
}

fn lines(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
