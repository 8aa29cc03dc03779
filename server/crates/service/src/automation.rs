//! What may be left to machines: goals that people set for labels, and what the champion promises for them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use domain::{
    Actor, Classification, Permission, ValidationCode, ValidationError,
    automation::{AutomationBoard, AutomationRow, Goal, LabelPromise, LiveCase, PERCENTS, Standing},
    classification::Reached,
    evaluation::Share,
    label::NONE_OF_THESE,
    label_set::LabelSet,
};
use statistics::{
    interval::clopper_pearson,
    threshold::{Case, Promise, lowest},
};

use crate::{
    LabelError, ReadError, Services,
    ports::store::{Reads, StoreResult},
    report::CERTAINTY,
    services::Act,
};

/// Answers, the newest, that promises are worked out from.
const MAX_CASES: u32 = 50_000;

/// The thresholds that hold now, by model and label.
#[derive(Debug, Default)]
pub(crate) struct Thresholds(HashMap<(String, String), Reached>);

impl Thresholds {
    /// What the answer reaches.
    pub(crate) fn apply(&self, said: Classification) -> Classification {
        if self.0.is_empty() {
            return said;
        }
        let promised = self.0.get(&(said.model_version.clone(), said.label.clone()));
        let reached = promised.filter(|promised| said.confidence >= promised.threshold).cloned();
        Classification { reached, ..said }
    }
}

impl Services {
    /// What is asked of each label, and what the champion promises.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn automation_board(&self, actor: &Actor) -> Result<AutomationBoard, ReadError> {
        actor.require(Permission::ReadModels)?;
        let mut reads = self.read().await?;
        let champion = reads.lookup_champion().await?;
        let set = self.label_set();
        let mut goals: BTreeMap<String, Goal> =
            reads.list_goals().await?.into_iter().map(|goal| (goal.label.clone(), goal)).collect();
        let mut promises = BTreeMap::new();
        let mut checked = None;
        let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        if let Some(champion) = &champion {
            let listed = reads.list_promises(champion.version).await?;
            promises = listed.into_iter().map(|promise| (promise.label.clone(), promise)).collect();
            let cases = reads.list_live_cases(champion.version, MAX_CASES).await?;
            checked = check_share(&set, &cases);
            for case in cases.into_iter().filter(|case| case.chosen_with.is_some()) {
                let count = counts.entry(set.current(&case.answer).to_owned()).or_default();
                count.0 += 1;
                count.1 += u64::from(is_right(&set, &case));
            }
        }
        let known = champion.iter().flat_map(|model| &model.labels).map(|label| set.current(label).to_owned());
        let labels: BTreeSet<String> =
            known.filter(|label| !set.is_retired(label)).chain(goals.keys().cloned()).collect();
        let rows = labels.into_iter().filter(|label| label != NONE_OF_THESE).map(|label| {
            let (cases, right) = counts.get(&label).copied().unwrap_or_default();
            AutomationRow { goal: goals.remove(&label), promise: promises.remove(&label), cases, right, label }
        });
        Ok(AutomationBoard {
            rows: rows.collect(),
            champion: champion.map(|model| model.version),
            rules: self.0.deciding.load().active.compiled.rules_asking_for_precision(),
            check_percent: self.0.settings.check_percent,
            checked,
        })
    }

    /// Says how right the answers for a label are to be; nothing takes the goal back. What the champion promises is worked out
    /// at once.
    ///
    /// # Errors
    /// When the label may not be given, or the precision is not one of [`PERCENTS`].
    pub async fn set_goal(&self, actor: &Actor, label: &str, percent: Option<u8>) -> Result<(), LabelError> {
        actor.require(Permission::EditPolicies)?;
        let label = label.trim();
        let mut tx = self.begin().await?;
        let now = self.now();
        let before = tx.list_goals().await?.into_iter().find(|goal| goal.label == label).map(|goal| goal.percent);
        match percent {
            None => tx.remove_goal(label).await?,
            Some(percent) => {
                domain::text::check_label("label", label)?;
                self.check_may_be_given("label", label)?;
                let is_known = crate::label_set::lookup(&mut *tx, label).await?.is_some();
                if label == NONE_OF_THESE || !is_known {
                    return Err(ValidationError::unknown("label", format!("the label `{label}`")).into());
                }
                if !PERCENTS.contains(&percent) {
                    let message = "must be 90, 95, 98 or 99";
                    return Err(ValidationError::new("percent", ValidationCode::Unknown, message).into());
                }
                let goal = Goal { label: label.to_owned(), percent, set_by: actor.name().to_owned(), set_at: now };
                tx.save_goal(&goal).await?;
            }
        }
        let detail = serde_json::json!({ "before": before, "after": percent });
        let subject = format!("label:{label}");
        Act { actor, at: now, action: "automation.goal_set", subject, detail }.record(&mut *tx).await?;
        tx.save().await?;
        self.refresh_promises().await?;
        Ok(())
    }

    /// Works out anew what the champion promises, and records what has changed.
    pub(crate) async fn refresh_promises(&self) -> StoreResult<()> {
        let mut reads = self.read().await?;
        let (Some(champion), goals) = (reads.lookup_champion().await?, reads.list_goals().await?) else {
            return self.reload_thresholds().await;
        };
        if goals.is_empty() {
            drop(reads);
            return self.reload_thresholds().await;
        }
        let set = self.label_set();
        let before = reads.list_promises(champion.version).await?;
        let cases = reads.list_live_cases(champion.version, MAX_CASES).await?;
        drop(reads);
        let now = self.now();
        let worked_out = tokio::task::spawn_blocking(move || {
            goals.iter().map(|goal| work_out(champion.version, goal, &cases, &set, now)).collect::<Vec<_>>()
        })
        .await
        .map_err(|panic| crate::ports::store::StoreError::Failed(Box::new(panic)))?;
        let is_news = |promise: &LabelPromise| {
            let old = before.iter().find(|old| old.label == promise.label);
            old.is_none_or(|old| (old.percent, old.standing) != (promise.percent, promise.standing))
        };
        let news: Vec<LabelPromise> = worked_out.into_iter().filter(is_news).collect();
        if !news.is_empty() {
            let mut tx = self.begin().await?;
            for promise in &news {
                tx.save_promise(promise).await?;
                let detail = serde_json::json!({
                    "model": format!("v{}", promise.model_version),
                    "percent": promise.percent,
                    "standing": promise.standing,
                    "cases": promise.cases,
                    "right": promise.right,
                });
                let (actor, subject) = (Actor::system("promises"), format!("label:{}", promise.label));
                Act { actor: &actor, at: now, action: "automation.promise_changed", subject, detail }
                    .record(&mut *tx)
                    .await?;
            }
            tx.save().await?;
        }
        self.reload_thresholds().await
    }

    /// Reads the thresholds that hold now; another process may have changed them.
    pub(crate) async fn reload_thresholds(&self) -> StoreResult<()> {
        let thresholds = thresholds(self.read().await?.as_mut()).await?;
        self.0.thresholds.store(Arc::new(thresholds));
        Ok(())
    }
}

async fn thresholds(reads: &mut dyn Reads) -> StoreResult<Thresholds> {
    let Some(champion) = reads.lookup_champion().await? else { return Ok(Thresholds::default()) };
    let promised = reads.list_promises(champion.version).await?;
    let reached = promised.into_iter().filter_map(|promise| match promise.standing {
        Standing::Promised { threshold, .. } => {
            Some(((champion.name(), promise.label), Reached { percent: promise.percent, threshold }))
        }
        Standing::NotReached | Standing::TooFew { .. } => None,
    });
    Ok(Thresholds(reached.collect()))
}

fn is_right(set: &LabelSet, case: &LiveCase) -> bool {
    set.current(&case.answer) == set.current(&case.truth)
}

/// How many of the answers that a machine would have acted on are right, by those that were drawn for a check. Each counts by
/// one over the probability with which it was drawn, and the interval is that of as many cases of equal weight (Kish 1965).
fn check_share(set: &LabelSet, cases: &[LiveCase]) -> Option<Share> {
    let drawn: Vec<(f64, bool)> = cases
        .iter()
        .filter_map(|case| Some((case.chosen_with.filter(|probability| *probability < 1.0)?, is_right(set, case))))
        .map(|(probability, is_right)| (1.0 / f64::from(probability), is_right))
        .collect();
    if drawn.is_empty() {
        return None;
    }
    let weight: f64 = drawn.iter().map(|(weight, _)| weight).sum();
    let right: f64 = drawn.iter().filter(|(_, is_right)| *is_right).map(|(weight, _)| weight).sum();
    let squares: f64 = drawn.iter().map(|(weight, _)| weight * weight).sum();
    let effective = weight * weight / squares;
    let interval = clopper_pearson(effective * right / weight, effective, CERTAINTY);
    Some(Share { share: interval.share, low: interval.low, high: interval.high, of: drawn.len() as u64 })
}

/// What a model promises for a label: from its answers for it to tasks that came in here, whatever they turned out to be, and
/// weighted so that they stand for all of them. Examples of files say nothing of the mix, and are not among them.
fn work_out(version: u32, goal: &Goal, cases: &[LiveCase], set: &LabelSet, now: domain::Timestamp) -> LabelPromise {
    let answers: Vec<Case> = cases
        .iter()
        .filter(|case| set.current(&case.answer) == goal.label)
        .filter_map(|case| {
            Some(Case {
                confidence: f64::from(case.confidence),
                is_right: is_right(set, case),
                weight: 1.0 / f64::from(case.chosen_with?),
            })
        })
        .collect();
    let all = || (answers.len() as u64, answers.iter().filter(|case| case.is_right).count() as u64);
    let (standing, (cases, right)) = match lowest(&answers, f64::from(goal.percent) / 100.0, 1.0 - CERTAINTY) {
        Promise::From { threshold, cases, right, bound } => {
            #[expect(clippy::cast_possible_truncation, reason = "it was an f32 before")]
            let threshold = threshold as f32;
            (Standing::Promised { threshold, bound }, (cases, right))
        }
        Promise::NotReached => (Standing::NotReached, all()),
        Promise::TooFew { needed } => (Standing::TooFew { needed }, all()),
    };
    LabelPromise {
        model_version: version,
        label: goal.label.clone(),
        percent: goal.percent,
        standing,
        cases,
        right,
        worked_out_at: now,
    }
}
