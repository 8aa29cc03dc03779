//! Early warning: the latest work beside what came in when the champion began.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
};

use domain::{
    Actor, Permission, Timestamp,
    drift::{DriftBoard, DriftCase, DriftPoint, DriftSignal, LabelDrift},
    label_set::LabelSet,
};
use statistics::drift::{Alarm, Case, Reference, Signal};

use crate::{
    ReadError, Services,
    model::subject,
    ports::store::{StoreError, StoreResult},
    report::share,
    services::Act,
};

/// A window is compared whenever this part of it is new.
const STEPS_PER_WINDOW: u32 = 5;
/// Comparisons that the page shows, of all signals together.
const SHOWN_POINTS: u32 = 360;
/// An out-of-scope score from here on says that a text belongs to no label.
const OUT_OF_SCOPE: f32 = 0.5;
/// Seed of the splits that thresholds are found from.
const SEED: u64 = 1;

/// How much work is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DriftSettings {
    /// Tasks that a champion decided first: what the latest are compared with. At least twice a window.
    pub reference_tasks: u32,
    /// Tasks of a window.
    pub window_tasks: u32,
    /// Seconds after which it is asked again whether enough new work came in to compare.
    pub every_seconds: u32,
    /// Whether an alarm starts training.
    pub trains: bool,
}

impl Default for DriftSettings {
    fn default() -> Self {
        Self { reference_tasks: 1_000, window_tasks: 500, every_seconds: 30, trains: false }
    }
}

/// What is kept in memory between two comparisons.
#[derive(Default)]
pub(crate) struct DriftWatch {
    /// The champion's reference, once it is whole: that never changes.
    reference: Mutex<Option<(u32, Arc<Reference>)>>,
    ringing: arc_swap::ArcSwap<Vec<DriftSignal>>,
}

impl DriftWatch {
    /// Signals whose alarm rings.
    pub(crate) fn ringing(&self) -> Vec<DriftSignal> {
        self.ringing.load().to_vec()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(u32, Arc<Reference>)>> {
        self.reference.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Services {
    /// What is watched, and what it says.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn drift_board(&self, actor: &Actor) -> Result<DriftBoard, ReadError> {
        actor.require(Permission::ReadModels)?;
        let settings = self.0.settings.drift;
        let mut board = DriftBoard {
            champion: None,
            reference: 0,
            reference_tasks: settings.reference_tasks,
            window_tasks: settings.window_tasks,
            points: Vec::new(),
            labels: Vec::new(),
            trains: settings.trains,
        };
        let mut reads = self.read().await?;
        let Some(champion) = reads.lookup_champion().await? else { return Ok(board) };
        let before = reads.list_drift_cases(champion.version, false, settings.reference_tasks).await?;
        let now = reads.list_drift_cases(champion.version, true, settings.window_tasks).await?;
        board.champion = Some(champion.version);
        board.reference = u32::try_from(before.len()).unwrap_or(u32::MAX);
        board.points = reads.list_drift_points(champion.version, SHOWN_POINTS).await?;
        if board.reference >= settings.reference_tasks {
            board.labels = label_drift(&before, &now, &self.label_set());
        }
        Ok(board)
    }

    /// Compares the latest work with the reference when enough of it is new, and raises or ends alarms.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn watch_drift(&self) -> StoreResult<()> {
        let settings = self.0.settings.drift;
        let mut reads = self.read().await?;
        let Some(champion) = reads.lookup_champion().await? else {
            self.0.drift.ringing.store(Arc::default());
            return Ok(());
        };
        let last = reads.list_drift_points(champion.version, DriftSignal::ALL.len() as u32 * 2).await?;
        self.0.drift.ringing.store(Arc::new(ringing(&last)));
        let Some(reference) = self.reference(champion.version).await? else { return Ok(()) };
        let latest = reads.list_drift_cases(champion.version, true, settings.window_tasks).await?;
        drop(reads);
        let until_before = last.last().map(|point| point.until);
        let is_new = |case: &&DriftCase| until_before.is_none_or(|until| case.decision_id > until);
        let fresh = latest.iter().filter(is_new).count() as u32;
        let Some(until) = latest.first().map(|case| case.decision_id) else { return Ok(()) };
        // A window must not overlap the reference, and enough of it must be new.
        if fresh < (settings.window_tasks / STEPS_PER_WINDOW).max(1) || !self.is_past_reference(&latest).await? {
            return Ok(());
        }
        let set = self.label_set();
        let now = self.now();
        let version = champion.version;
        let points = tokio::task::spawn_blocking(move || {
            let window: Vec<Case> = latest.iter().map(|case| comparable(case, &set)).collect();
            let of = |signal: DriftSignal| {
                let (value, threshold) = reference.compare(&window, compared(signal))?;
                let before = last.iter().rev().find(|point| point.signal == signal);
                let alarm = before
                    .map_or_else(Alarm::default, |point| Alarm { rings: point.rings, streak: point.streak })
                    .next(value, threshold);
                let Alarm { rings, streak } = alarm;
                let was_ringing = before.is_some_and(|point| point.rings);
                let point =
                    DriftPoint { model_version: version, signal, at: now, until, value, threshold, rings, streak };
                Some((point, was_ringing))
            };
            DriftSignal::ALL.into_iter().filter_map(of).collect::<Vec<_>>()
        })
        .await
        .map_err(|panic| StoreError::Failed(Box::new(panic)))?;
        self.keep_points(points, now).await
    }

    async fn keep_points(&self, points: Vec<(DriftPoint, bool)>, now: Timestamp) -> StoreResult<()> {
        let actor = Actor::system("drift watch");
        let mut tx = self.begin().await?;
        let all: Vec<DriftPoint> = points.iter().map(|(point, _)| point.clone()).collect();
        tx.add_drift_points(&all).await?;
        let mut raised = Vec::new();
        for (point, was_ringing) in points {
            let action = match (was_ringing, point.rings) {
                (false, true) => "drift.alarm_raised",
                (true, false) => "drift.alarm_ended",
                _ => continue,
            };
            if point.rings {
                raised.push(point.signal);
            }
            let detail = serde_json::json!({
                "signal": point.signal,
                "value": point.value,
                "threshold": point.threshold,
            });
            let subject = subject(point.model_version);
            Act { actor: &actor, at: now, action, subject, detail }.record(&mut *tx).await?;
        }
        tx.save().await?;
        self.0.drift.ringing.store(Arc::new(ringing(&all)));
        if !raised.is_empty() {
            tracing::warn!(drift.signals = ?raised, "what comes in is not what the champion knew");
            if self.0.settings.drift.trains && self.0.watches_triggers.load(Ordering::Relaxed) {
                let started = self.start_training(&Actor::system("a drift alarm"), None).await;
                if let Err(error) = started {
                    tracing::info!(worker.error = %error, "the drift alarm started no training");
                }
            }
        }
        Ok(())
    }

    /// The reference of a champion, once enough tasks have come in.
    async fn reference(&self, version: u32) -> StoreResult<Option<Arc<Reference>>> {
        if let Some((known, reference)) = &*self.0.drift.lock()
            && *known == version
        {
            return Ok(Some(Arc::clone(reference)));
        }
        let settings = self.0.settings.drift;
        let cases = self.read().await?.list_drift_cases(version, false, settings.reference_tasks).await?;
        if (cases.len() as u32) < settings.reference_tasks {
            return Ok(None);
        }
        let set = self.label_set();
        let made = tokio::task::spawn_blocking(move || {
            let cases = cases.iter().map(|case| comparable(case, &set)).collect();
            Reference::new(cases, settings.window_tasks as usize, SEED)
        })
        .await
        .map_err(|panic| StoreError::Failed(Box::new(panic)))?;
        let reference = made.map(Arc::new);
        *self.0.drift.lock() = reference.clone().map(|reference| (version, reference));
        Ok(reference)
    }

    /// Whether a window, the latest first, begins after the reference ends.
    async fn is_past_reference(&self, latest: &[DriftCase]) -> StoreResult<bool> {
        let settings = self.0.settings.drift;
        let (Some(first), true) = (latest.last(), latest.len() as u32 >= settings.window_tasks) else {
            return Ok(false);
        };
        let mut reads = self.read().await?;
        let Some(champion) = reads.lookup_champion().await? else { return Ok(false) };
        let reference = reads.list_drift_cases(champion.version, false, settings.reference_tasks).await?;
        Ok(reference.last().is_some_and(|last| last.decision_id < first.decision_id))
    }
}

fn ringing(points: &[DriftPoint]) -> Vec<DriftSignal> {
    let last = |signal: DriftSignal| points.iter().rev().find(move |point| point.signal == signal);
    DriftSignal::ALL.into_iter().filter(|signal| last(*signal).is_some_and(|point| point.rings)).collect()
}

const fn compared(signal: DriftSignal) -> Signal {
    match signal {
        DriftSignal::Confidence => Signal::Confidence,
        DriftSignal::Labels => Signal::Labels,
        DriftSignal::OutOfScope => Signal::OutOfScope,
        DriftSignal::Features => Signal::Features,
        DriftSignal::Vocabulary => Signal::Vocabulary,
        DriftSignal::Corrections => Signal::Corrections,
    }
}

fn comparable(case: &DriftCase, set: &LabelSet) -> Case {
    Case {
        confidence: case.confidence,
        #[expect(clippy::cast_possible_truncation, reason = "any 32 bits of the hash will do")]
        label: hash(set.current(&case.answer)) as u32,
        out_of_scope: case.out_of_scope >= OUT_OF_SCOPE,
        words: case
            .text
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(|word| hash(&word.to_lowercase()))
            .collect(),
        wrong: case.truth.as_deref().map(|truth| set.current(truth) != set.current(&case.answer)),
    }
}

/// FNV-1a (Fowler, Noll and Vo 1991) of 64 bits: the same in every process.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn label_drift(before: &[DriftCase], now: &[DriftCase], set: &LabelSet) -> Vec<LabelDrift> {
    // For each label: answers, labelled answers, wrong ones.
    let count = |cases: &[DriftCase]| {
        let mut counts: BTreeMap<String, [u64; 3]> = BTreeMap::new();
        for case in cases {
            let answer = set.current(&case.answer);
            let count = counts.entry(answer.to_owned()).or_default();
            count[0] += 1;
            if let Some(truth) = &case.truth {
                count[1] += 1;
                count[2] += u64::from(set.current(truth) != answer);
            }
        }
        counts
    };
    let (counts_before, counts_now) = (count(before), count(now));
    let labels: std::collections::BTreeSet<&String> = counts_before.keys().chain(counts_now.keys()).collect();
    let mut rows: Vec<LabelDrift> = labels
        .into_iter()
        .map(|label| {
            let of = |counts: &BTreeMap<String, [u64; 3]>| counts.get(label).copied().unwrap_or_default();
            let (before_counts, now_counts) = (of(&counts_before), of(&counts_now));
            let wrong = |[_, labelled, wrong]: [u64; 3]| (labelled > 0).then(|| share(wrong, labelled));
            LabelDrift {
                label: label.clone(),
                before: share(before_counts[0], before.len() as u64),
                now: share(now_counts[0], now.len() as u64),
                wrong_before: wrong(before_counts),
                wrong_now: wrong(now_counts),
            }
        })
        .collect();
    rows.sort_by(|left, right| {
        let change = |row: &LabelDrift| (row.now.share - row.before.share).abs();
        change(right).total_cmp(&change(left))
    });
    rows
}
