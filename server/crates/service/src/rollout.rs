//! From candidate to champion: shadow, canary, the gate before promotion, and the way back when a canary is worse.

mod classify_batch;
mod gate;
mod part;
mod shadow;

use std::sync::Arc;

use arc_swap::ArcSwap;
use domain::{
    Actor, DecisionId, FallbackReason, Model, ModelStage, Permission, Timestamp, ValidationCode, ValidationError,
    automation::LiveCase,
    label_set::LabelSet,
    rollout::{CANARY_PERCENTS, CanaryReport, GateCheck, RolloutReport, ShadowReport},
};
use statistics::{paired::mcnemar, sequential::evidence};
use tokio::sync::mpsc;

use crate::{
    ClassifierSettings, ModelError, Services,
    classify::{ClassifierSlot, Loaded},
    model::subject,
    ports::store::{Reads, StoreResult},
    report::share,
    services::{Act, id_ms},
};
use gate::{canary_check, held_out_check, newest_check, shadow_check, truth_check};
pub(crate) use part::{Salt, part, share_of_parts};
use shadow::Shadowed;
pub(crate) use shadow::Shadows;

/// Batches that may wait for a model in shadow; what comes beyond is not shown to it.
const MAX_WAITING_BATCHES: usize = 64;
/// Cases of a rollout that are looked at, the newest.
const MAX_CASES: u32 = 50_000;

/// What a model must show on its way to champion.
#[derive(Debug, Clone, PartialEq)]
pub struct RolloutSettings {
    /// Live tasks that it must have answered in shadow.
    pub shadow_tasks: u32,
    /// The probability, 0 to 1, with which a canary that is no worse than the champion is ended all the same.
    pub false_alarm: f64,
    /// Promotes a canary that meets every condition after so many of its answers were labelled by people; 0 leaves it to a
    /// person.
    pub promote_after_cases: u32,
}

impl Default for RolloutSettings {
    fn default() -> Self {
        Self { shadow_tasks: 200, false_alarm: 0.01, promote_after_cases: 0 }
    }
}

/// How far the challenger's rollout is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Way {
    version: u32,
    stage: ModelStage,
    percent: u8,
}

/// The model that is in shadow or a canary, in memory.
pub(crate) struct Challenger {
    slot: ClassifierSlot,
    way: ArcSwap<Option<Way>>,
    shadows: mpsc::Sender<Vec<Shadowed>>,
}

impl Challenger {
    pub(crate) fn new(settings: &ClassifierSettings) -> (Self, Shadows) {
        let (shadows, receiver) = mpsc::channel(MAX_WAITING_BATCHES);
        (Self { slot: ClassifierSlot::new(settings.clone()), way: ArcSwap::default(), shadows }, receiver)
    }

    fn way(&self, stage: ModelStage) -> Option<Way> {
        self.way.load().filter(|way| way.stage == stage)
    }
}

impl Services {
    /// Asks a model beside the champion from now on, without any effect.
    ///
    /// # Errors
    /// [`ModelError::Unloadable`] and [`ModelError::OtherChallenger`] leave everything as it is.
    pub async fn begin_shadow(&self, actor: &Actor, version: u32) -> Result<Model, ModelError> {
        self.move_on(actor, version, "model.shadow_begun", Model::begin_shadow).await
    }

    /// Lets a model that was in shadow decide a share of the tasks.
    ///
    /// # Errors
    /// As [`Services::begin_shadow`]; also when the share is not one of [`CANARY_PERCENTS`].
    pub async fn begin_canary(&self, actor: &Actor, version: u32, percent: u8) -> Result<Model, ModelError> {
        actor.require(Permission::TrainModels)?;
        if !CANARY_PERCENTS.contains(&percent) {
            let message = "must be 5, 10, 25 or 50";
            return Err(ValidationError::new("percent", ValidationCode::Unknown, message).into());
        }
        self.move_on(actor, version, "model.canary_begun", |model, now| model.begin_canary(percent, now)).await
    }

    /// Takes a model out of its rollout; from the next batch on the champion alone decides.
    ///
    /// # Errors
    /// When it is in none.
    pub async fn stop_rollout(&self, actor: &Actor, version: u32) -> Result<Model, ModelError> {
        let why = format!("{} stopped its rollout.", actor.name());
        self.move_on(actor, version, "model.rollout_stopped", |model, _| model.set_aside(&why)).await
    }

    async fn move_on(
        &self,
        actor: &Actor,
        version: u32,
        action: &'static str,
        change: impl FnOnce(Model, Timestamp) -> Result<Model, domain::InvalidTransition>,
    ) -> Result<Model, ModelError> {
        actor.require(Permission::TrainModels)?;
        let found = self.read().await?.lookup_model(version).await?.ok_or(ModelError::NotFound)?;
        self.load(version, found.sha256).await.map_err(|error| ModelError::Unloadable(error.message))?;
        let mut tx = self.begin().await?;
        let before = tx.lookup_model(version).await?.ok_or(ModelError::NotFound)?;
        if tx.lookup_challenger().await?.is_some_and(|challenger| challenger.version != version) {
            return Err(ModelError::OtherChallenger);
        }
        let now = self.now();
        let after = change(before.clone(), now)?;
        tx.save_model(&after).await?;
        let percent = |model: &Model| model.rollout.map(|rollout| rollout.percent);
        let detail = serde_json::json!({
            "before": { "stage": before.stage, "percent": percent(&before) },
            "after": { "stage": after.stage, "percent": percent(&after) },
        });
        Act { actor, at: now, action, subject: subject(version), detail }.record(&mut *tx).await?;
        tx.save().await?;
        self.reload_challenger().await?;
        Ok(after)
    }

    /// Loads the stored challenger when it is not the one in memory, and takes over its stage and share.
    pub(crate) async fn reload_challenger(&self) -> StoreResult<()> {
        let challenger = &self.0.challenger;
        let Some(model) = self.read().await?.lookup_challenger().await? else {
            if challenger.way.load().is_some() {
                challenger.way.store(Arc::new(None));
                challenger.slot.replace(Loaded::Nothing(FallbackReason::NoModel));
            }
            return Ok(());
        };
        let way = Way {
            version: model.version,
            stage: model.stage,
            percent: model.rollout.map_or(0, |rollout| rollout.percent),
        };
        if challenger.slot.version() != Some(model.version) {
            match self.load(model.version, model.sha256).await {
                Ok(classifier) => challenger.slot.replace(Loaded::Model { version: model.version, classifier }),
                Err(error) => {
                    let (version, error) = (model.version, error.message);
                    tracing::warn!(model.version = version, model.error = error, "the challenger cannot be loaded");
                    challenger.slot.replace(Loaded::Nothing(FallbackReason::ModelUnavailable));
                }
            }
        }
        challenger.way.store(Arc::new(Some(way)));
        Ok(())
    }

    /// Ends the canary when the sequential test says that it is worse, or promotes it when a rule says so.
    ///
    /// # Errors
    /// When the store fails, or the promotion does.
    pub async fn watch_canary(&self) -> Result<(), ModelError> {
        let mut reads = self.read().await?;
        let Some(model) = reads.lookup_challenger().await? else { return Ok(()) };
        let Some(report) = self.canary_report(reads.as_mut(), &model).await? else { return Ok(()) };
        let actor = Actor::system("canary watch");
        if report.evidence >= report.limit {
            drop(reads);
            return self.roll_back(&actor, &model, &report).await;
        }
        let wanted = self.0.settings.rollout.promote_after_cases;
        if wanted > 0 && report.canary_wrong.of >= u64::from(wanted) {
            let gate = self.rollout_report(reads.as_mut(), &model).await?;
            drop(reads);
            if gate.is_open() {
                self.promote(&actor, model.version, false).await?;
            }
        }
        Ok(())
    }

    async fn roll_back(&self, actor: &Actor, model: &Model, report: &CanaryReport) -> Result<(), ModelError> {
        let why = why_rolled_back(report, "answers were corrected", "the champion’s");
        let mut tx = self.begin().await?;
        let Some(before) = tx.lookup_model(model.version).await? else { return Ok(()) };
        let after = before.set_aside(&why)?;
        tx.save_model(&after).await?;
        let detail = evidence_detail(report);
        let (at, subject) = (self.now(), subject(model.version));
        Act { actor, at, action: "model.rolled_back", subject, detail }.record(&mut *tx).await?;
        tx.save().await?;
        tracing::warn!(model.version = model.version, "the canary was worse than the champion and was rolled back");
        Ok(self.reload_challenger().await?)
    }

    /// Where a model stands on its way to champion.
    pub(crate) async fn rollout_report(&self, reads: &mut dyn Reads, model: &Model) -> StoreResult<RolloutReport> {
        let champion = reads.lookup_champion().await?;
        let other = reads.lookup_challenger().await?.filter(|other| other.version != model.version);
        let cases = reads.list_shadow_cases(model.version, MAX_CASES).await?;
        let shadow =
            (!cases.is_empty() || model.stage == ModelStage::Shadow).then(|| shadow_report(&cases, &self.label_set()));
        let canary = self.canary_report(reads, model).await?;
        let gate = match champion {
            Some(champion) if champion.version != model.version => self.gate(model, shadow.as_ref(), canary.as_ref()),
            _ => Vec::new(),
        };
        Ok(RolloutReport { gate, shadow, canary, other_challenger: other.map(|other| other.version) })
    }

    async fn canary_report(&self, reads: &mut dyn Reads, model: &Model) -> StoreResult<Option<CanaryReport>> {
        let Some(rollout) = model.rollout.filter(|_| model.stage == ModelStage::Canary) else { return Ok(None) };
        let Some(champion) = reads.lookup_champion().await? else { return Ok(None) };
        let set = self.label_set();
        let canary = outcomes(reads, model.version, rollout.since, &set).await?;
        let champion = outcomes(reads, champion.version, rollout.since, &set).await?;
        Ok(Some(compare(&canary, &champion, 1.0 / self.0.settings.rollout.false_alarm)))
    }

    fn gate(&self, model: &Model, shadow: Option<&ShadowReport>, canary: Option<&CanaryReport>) -> Vec<GateCheck> {
        let wanted = u64::from(self.0.settings.rollout.shadow_tasks);
        let mut checks = vec![held_out_check(model), newest_check(model), shadow_check(shadow, wanted)];
        checks.extend(shadow.map(truth_check));
        checks.extend(canary.map(canary_check));
        checks
    }
}

/// Whether each answer since a time was wrong, in the order in which that became known.
async fn outcomes(reads: &mut dyn Reads, version: u32, since: Timestamp, set: &LabelSet) -> StoreResult<Vec<bool>> {
    let from = DecisionId::from_parts(id_ms(since), 0);
    let mut cases: Vec<LiveCase> = reads.list_live_cases(version, MAX_CASES).await?;
    cases.retain(|case| case.decision_id.is_some_and(|decision| decision >= from));
    cases.sort_by_key(|case| case.label_id);
    Ok(cases.iter().map(|case| set.current(&case.answer) != set.current(&case.truth)).collect())
}

/// Why a canary went back by itself: what happened more often, and to whose work.
pub(crate) fn why_rolled_back(report: &CanaryReport, what: &str, whose: &str) -> String {
    format!(
        "Rolled back by itself: {:.1} % of {} {what}, and {:.1} % of {} of {whose}.",
        report.canary_wrong.share * 100.0,
        report.canary_wrong.of,
        report.champion_wrong.share * 100.0,
        report.champion_wrong.of,
    )
}

/// What the audit log keeps of it.
pub(crate) fn evidence_detail(report: &CanaryReport) -> serde_json::Value {
    serde_json::json!({
        "evidence": report.evidence,
        "limit": report.limit,
        "canary_cases": report.canary_wrong.of,
        "canary_wrong": report.canary_wrong.share,
        "champion_cases": report.champion_wrong.of,
        "champion_wrong": report.champion_wrong.share,
    })
}

/// One case of each at a time, as they became known; what has no partner yet waits for one.
pub(crate) fn compare(canary: &[bool], champion: &[bool], limit: f64) -> CanaryReport {
    let pairs = || canary.iter().zip(champion);
    let only_canary = pairs().filter(|(canary, champion)| **canary && !**champion).count() as u64;
    let only_champion = pairs().filter(|(canary, champion)| !**canary && **champion).count() as u64;
    let wrong = |cases: &[bool]| share(cases.iter().filter(|wrong| **wrong).count() as u64, cases.len() as u64);
    CanaryReport {
        canary_wrong: wrong(canary),
        champion_wrong: wrong(champion),
        evidence: evidence(only_canary, only_champion),
        limit,
    }
}

fn shadow_report(cases: &[domain::rollout::ShadowCase], set: &LabelSet) -> ShadowReport {
    let same = |left: &str, right: &str| set.current(left) == set.current(right);
    let answered = || cases.iter().filter_map(|case| Some((case, case.answer.as_deref()?)));
    let both = || answered().filter_map(|(case, answer)| Some((case, answer, case.live_answer.as_deref()?)));
    let known = || both().filter_map(|(case, answer, live)| Some((answer, live, case.truth.as_deref()?)));
    let agreed = both().filter(|(_, answer, live)| same(answer, live)).count() as u64;
    let gained = known().filter(|(answer, live, truth)| same(answer, truth) && !same(live, truth)).count() as u64;
    let lost = known().filter(|(answer, live, truth)| !same(answer, truth) && same(live, truth)).count() as u64;
    ShadowReport {
        tasks: cases.len() as u64,
        failed: (cases.len() - answered().count()) as u64,
        agreed: share(agreed, both().count() as u64),
        gained,
        lost,
        known: known().count() as u64,
        p_value: mcnemar(gained, lost),
    }
}
