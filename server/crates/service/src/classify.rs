//! The champion in memory, behind a circuit breaker: a model that is missing, broken or slow never stops the intake.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use domain::{Classification, FallbackReason, overview::ClassifierHealth};

use crate::ports::{Classifier, ClassifierError};

/// When the classifier counts as broken.
#[derive(Debug, Clone)]
pub struct ClassifierSettings {
    /// Longest time that one batch may take, in milliseconds.
    pub timeout_ms: u64,
    /// Failures in a row that open the breaker.
    pub failures: u32,
    /// How long the breaker stays open before one batch tries again, in milliseconds.
    pub open_ms: u64,
    /// Of the batches, the percentage that may be asked a second time when the model failed.
    pub retry_percent: u8,
}

impl Default for ClassifierSettings {
    fn default() -> Self {
        Self { timeout_ms: 500, failures: 3, open_ms: 5_000, retry_percent: 10 }
    }
}

/// Calls that outlived their timeout and still hold a thread; with this many, no further one is made.
const MAX_STUCK_CALLS: usize = 4;

/// What the slot holds.
pub(crate) enum Loaded {
    /// Nothing, and why.
    Nothing(FallbackReason),
    /// A champion.
    Model { version: u32, classifier: Arc<dyn Classifier> },
}

/// Closed while `failures` is below the limit; open until `open_until`; then one call probes.
#[derive(Debug, Default)]
struct Breaker {
    failures: u32,
    open_until: Option<Instant>,
    last_failure: Option<FallbackReason>,
}

/// How much may be spent on a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// Every stage of the model.
    Full,
    /// The cheapest stage alone.
    Cheap,
}

/// What a retry costs, and the most retries that may be saved up, in percent of a retry.
const RETRY: u32 = 100;
const MOST_RETRIES: u32 = 10 * RETRY;

/// A retry budget: every call earns a part of a retry, so that a model that fails is not asked twice as often for it.
#[derive(Debug)]
struct Retries(u32);

impl Retries {
    fn earn(&mut self, percent: u8) {
        self.0 = (self.0 + u32::from(percent)).min(MOST_RETRIES);
    }

    fn take(&mut self) -> bool {
        self.0.checked_sub(RETRY).inspect(|left| self.0 = *left).is_some()
    }
}

pub(crate) struct ClassifierSlot {
    loaded: ArcSwap<Loaded>,
    breaker: Mutex<Breaker>,
    retries: Mutex<Retries>,
    stuck: Arc<AtomicUsize>,
    settings: ClassifierSettings,
}

impl ClassifierSlot {
    pub(crate) fn new(settings: ClassifierSettings) -> Self {
        Self {
            loaded: ArcSwap::from_pointee(Loaded::Nothing(FallbackReason::NoModel)),
            breaker: Mutex::default(),
            retries: Mutex::new(Retries(if settings.retry_percent == 0 { 0 } else { RETRY })),
            stuck: Arc::default(),
            settings,
        }
    }

    /// Takes another model, or none, from the next batch on; the breaker starts anew.
    pub(crate) fn replace(&self, loaded: Loaded) {
        self.loaded.store(Arc::new(loaded));
        *self.lock() = Breaker::default();
    }

    /// The version that serves.
    pub(crate) fn version(&self) -> Option<u32> {
        match &**self.loaded.load() {
            Loaded::Model { version, .. } => Some(*version),
            Loaded::Nothing(_) => None,
        }
    }

    /// What the dashboard says of it.
    pub(crate) fn health(&self) -> ClassifierHealth {
        let breaker = self.lock();
        let opened = breaker.open_until.and(breaker.last_failure);
        match &**self.loaded.load() {
            Loaded::Nothing(reason) => ClassifierHealth { model: None, fallback: Some(*reason) },
            Loaded::Model { version, .. } => ClassifierHealth { model: Some(format!("v{version}")), fallback: opened },
        }
    }

    /// Classifies a batch off the async threads, or says why the rules must do without. A model that fails is asked once more
    /// as long as the budget for that lasts; one that is slow is not.
    pub(crate) async fn classify(
        &self,
        texts: Vec<String>,
        effort: Effort,
    ) -> Result<Vec<Classification>, FallbackReason> {
        let texts = Arc::new(texts);
        let answer = self.ask(Arc::clone(&texts), effort).await;
        let may_retry = {
            let mut retries = self.retries.lock().unwrap_or_else(PoisonError::into_inner);
            retries.earn(self.settings.retry_percent);
            answer == Err(FallbackReason::ModelFailed) && retries.take()
        };
        if may_retry { self.ask(texts, effort).await } else { answer }
    }

    async fn ask(&self, texts: Arc<Vec<String>>, effort: Effort) -> Result<Vec<Classification>, FallbackReason> {
        let classifier = match &**self.loaded.load() {
            Loaded::Nothing(reason) => return Err(*reason),
            Loaded::Model { classifier, .. } => Arc::clone(classifier),
        };
        if !self.admits() {
            return Err(FallbackReason::CircuitOpen);
        }
        let expected = texts.len();
        let stuck = StuckCall::enter(&self.stuck);
        let call = tokio::task::spawn_blocking(move || {
            let answer = match effort {
                Effort::Full => classifier.classify(&texts),
                Effort::Cheap => classifier.classify_cheaply(&texts),
            };
            drop(stuck);
            answer
        });
        let answer = tokio::time::timeout(Duration::from_millis(self.settings.timeout_ms), call).await;
        let failure = match answer {
            Ok(Ok(Ok(classifications))) if classifications.len() == expected => {
                *self.lock() = Breaker::default();
                return Ok(classifications);
            }
            Ok(Ok(Ok(_))) => self.failed(
                FallbackReason::ModelFailed,
                &ClassifierError { message: "answered another number of texts".to_owned() },
            ),
            Ok(Ok(Err(error))) => self.failed(FallbackReason::ModelFailed, &error),
            Ok(Err(panic)) => self.failed(FallbackReason::ModelFailed, &ClassifierError { message: panic.to_string() }),
            Err(_) => self.failed(FallbackReason::ModelSlow, &ClassifierError { message: "took too long".to_owned() }),
        };
        Err(failure)
    }

    /// Whether a call may be made now. When an open breaker's time is over, one call probes; until it has an answer the
    /// breaker stays open for others.
    fn admits(&self) -> bool {
        if self.stuck.load(Ordering::Relaxed) >= MAX_STUCK_CALLS {
            return false;
        }
        let mut breaker = self.lock();
        match breaker.open_until {
            None => true,
            Some(until) if Instant::now() < until => false,
            Some(_) => {
                breaker.open_until = Some(Instant::now() + Duration::from_millis(self.settings.open_ms));
                true
            }
        }
    }

    fn failed(&self, reason: FallbackReason, error: &ClassifierError) -> FallbackReason {
        let mut breaker = self.lock();
        breaker.failures += 1;
        breaker.last_failure = Some(reason);
        if breaker.failures >= self.settings.failures {
            breaker.open_until = Some(Instant::now() + Duration::from_millis(self.settings.open_ms));
        }
        tracing::warn!(
            classifier.error = error.message,
            classifier.failures = breaker.failures,
            "a batch was not classified"
        );
        reason
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a call as long as it holds its thread.
struct StuckCall(Arc<AtomicUsize>);

impl StuckCall {
    fn enter(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for StuckCall {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn answer(text: &str) -> Classification {
        Classification {
            label: text.to_owned(),
            confidence: 1.0,
            candidates: Vec::new(),
            out_of_scope: 0.0,
            priority: None,
            handling_minutes: None,
            handling_range: None,
            model_version: "v1".to_owned(),
            said: None,
            reached: None,
            short_list: None,
            stages: Vec::new(),
        }
    }

    /// Fails as often as it is told to, then answers.
    struct Flaky(AtomicUsize);

    impl Classifier for Flaky {
        fn classify(&self, texts: &[String]) -> Result<Vec<Classification>, ClassifierError> {
            let left = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
            match left {
                Ok(_) => Err(ClassifierError { message: "broken".to_owned() }),
                Err(_) => Ok(texts.iter().map(|text| answer(text)).collect()),
            }
        }
    }

    /// Counts its calls, and fails.
    struct Counting(Arc<AtomicUsize>);

    impl Classifier for Counting {
        fn classify(&self, _: &[String]) -> Result<Vec<Classification>, ClassifierError> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Err(ClassifierError { message: "broken".to_owned() })
        }
    }

    /// Answers only once it is let go.
    struct Stuck(Mutex<mpsc::Receiver<()>>);

    impl Classifier for Stuck {
        fn classify(&self, texts: &[String]) -> Result<Vec<Classification>, ClassifierError> {
            assert!(self.0.lock().unwrap().recv().is_err(), "it is let go by hanging up");
            Ok(texts.iter().map(|text| answer(text)).collect())
        }
    }

    fn slot(settings: ClassifierSettings, classifier: impl Classifier) -> ClassifierSlot {
        let slot = ClassifierSlot::new(settings);
        slot.replace(Loaded::Model { version: 1, classifier: Arc::new(classifier) });
        slot
    }

    async fn ask(slot: &ClassifierSlot) -> Result<Vec<Classification>, FallbackReason> {
        slot.classify(vec!["text".to_owned()], Effort::Full).await
    }

    #[tokio::test]
    async fn a_model_that_fails_again_and_again_is_left_alone() {
        let settings = ClassifierSettings { timeout_ms: 60_000, failures: 2, open_ms: 60_000, retry_percent: 0 };
        let slot = slot(settings, Flaky(AtomicUsize::new(usize::MAX)));
        assert_eq!(ask(&slot).await, Err(FallbackReason::ModelFailed));
        assert_eq!(slot.health().fallback, None, "one failure is no reason for alarm");
        assert_eq!(ask(&slot).await, Err(FallbackReason::ModelFailed));
        assert_eq!(ask(&slot).await, Err(FallbackReason::CircuitOpen));
        assert_eq!(slot.health().fallback, Some(FallbackReason::ModelFailed));
    }

    #[tokio::test]
    async fn a_model_that_fails_once_is_asked_again_while_the_budget_lasts() {
        let settings = ClassifierSettings { timeout_ms: 60_000, failures: 100, open_ms: 60_000, retry_percent: 10 };
        let once = slot(settings.clone(), Flaky(AtomicUsize::new(1)));
        assert_eq!(ask(&once).await.unwrap()[0].label, "text");
        let calls = Arc::new(AtomicUsize::new(0));
        let always = slot(settings, Counting(Arc::clone(&calls)));
        for _ in 0..50 {
            assert_eq!(ask(&always).await, Err(FallbackReason::ModelFailed));
        }
        // One retry to begin with, and one for every ten calls.
        assert_eq!(calls.load(Ordering::Relaxed), 50 + 1 + 5);
    }

    #[tokio::test]
    async fn a_model_that_works_again_is_asked_again() {
        let settings = ClassifierSettings { timeout_ms: 60_000, failures: 2, open_ms: 0, retry_percent: 0 };
        let slot = slot(settings, Flaky(AtomicUsize::new(3)));
        for _ in 0..3 {
            assert_eq!(ask(&slot).await, Err(FallbackReason::ModelFailed));
        }
        assert!(slot.health().fallback.is_some());
        assert_eq!(ask(&slot).await.unwrap()[0].label, "text");
        assert_eq!(slot.health().fallback, None);
    }

    #[tokio::test]
    async fn a_model_that_hangs_stops_neither_callers_nor_more_than_a_few_threads() {
        let (let_go, held) = mpsc::channel();
        let settings = ClassifierSettings { timeout_ms: 1, failures: 100, open_ms: 0, retry_percent: 0 };
        let slot = slot(settings, Stuck(Mutex::new(held)));
        for _ in 0..MAX_STUCK_CALLS {
            assert_eq!(ask(&slot).await, Err(FallbackReason::ModelSlow));
        }
        assert_eq!(ask(&slot).await, Err(FallbackReason::CircuitOpen));
        drop(let_go);
    }

    #[tokio::test]
    async fn without_a_model_the_reason_is_said() {
        let slot = ClassifierSlot::new(ClassifierSettings::default());
        assert_eq!(ask(&slot).await, Err(FallbackReason::NoModel));
        slot.replace(Loaded::Nothing(FallbackReason::ModelUnavailable));
        assert_eq!(ask(&slot).await, Err(FallbackReason::ModelUnavailable));
        assert_eq!(slot.health().fallback, Some(FallbackReason::ModelUnavailable));
    }
}
