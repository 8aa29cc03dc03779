//! From candidate to champion: shadow, canary, the gate before promotion, and the way back when a canary is worse.

use std::{collections::BTreeMap, sync::Arc};

use arc_swap::ArcSwap;
use domain::{
    Actor, Decision, DecisionId, DecisionMode, FallbackReason, Model, ModelStage, Permission, Task, Timestamp,
    ValidationCode, ValidationError,
    automation::LiveCase,
    label_set::LabelSet,
    rollout::{CANARY_PERCENTS, CanaryReport, GateCheck, GateState, RolloutReport, ShadowReport},
};
use sha2::{Digest, Sha256};
use statistics::{paired::mcnemar, sequential::evidence};
use tokio::sync::{mpsc, watch};

use crate::{
    ClassifierSettings, ModelError, Services,
    classify::{ClassifierSlot, Effort, Loaded},
    model::subject,
    ports::store::{PolicyShadow, Reads, ShadowDecision, StoreResult, Submission},
    report::{SIGNIFICANT, share},
    routing::Classified,
    services::{Act, id_ms},
};

/// Batches that may wait for a model in shadow; what comes beyond is not shown to it.
const MAX_WAITING_BATCHES: usize = 64;
/// Cases of a rollout that are looked at, the newest.
const MAX_CASES: u32 = 50_000;
/// Shares of tasks, out of so many, are counted by the text's digest.
pub(crate) const PARTS: u32 = 10_000;

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

/// Which texts of a batch are classified together. The canary's come last in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    is_canarys: bool,
    is_cheap: bool,
}

/// How many of the parts of all tasks a share in percent is.
pub(crate) fn share_of_parts(percent: u8) -> u32 {
    u32::from(percent) * PARTS / 100
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

/// A task that a model or a policy in shadow is to be asked about, with its live decision.
pub(crate) struct Shadowed {
    task: Task,
    live: Decision,
}

/// The shadow worker's end.
pub(crate) type Shadows = mpsc::Receiver<Vec<Shadowed>>;

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

    /// Classifies a batch: the canary answers its share of the texts, the champion all others, and those that the canary could
    /// not answer. Under stress some have the cheapest stage only, or none.
    pub(crate) async fn classify_batch(&self, texts: Vec<String>, waiting: usize) -> Vec<Classified> {
        let canary = self.0.challenger.way(ModelStage::Canary);
        let stress = self.stress(waiting);
        let mut answers: Vec<Option<Classified>> = texts.iter().map(|_| None).collect();
        let mut turns: BTreeMap<Turn, Vec<usize>> = BTreeMap::new();
        for (place, text) in texts.iter().enumerate() {
            let is_canarys = canary.is_some_and(|way| part(text, Salt::Model) < share_of_parts(way.percent));
            match stress.effort(text) {
                Some(effort) => turns.entry(Turn { is_canarys, is_cheap: effort == Effort::Cheap }).or_default().push(place),
                None => {
                    answers[place] = Some(Classified { answer: Err(FallbackReason::Shed), mode: DecisionMode::Live });
                }
            }
        }
        // What the canary cannot answer joins the champion's turns, which come after.
        while let Some((turn, places)) = turns.pop_last() {
            let asked = places.iter().map(|&place| texts[place].clone()).collect();
            let effort = if turn.is_cheap { Effort::Cheap } else { Effort::Full };
            let (slot, mode) = if turn.is_canarys {
                (&self.0.challenger.slot, DecisionMode::Canary)
            } else {
                (&self.0.classifier, DecisionMode::Live)
            };
            match slot.classify(asked, effort).await {
                Ok(said) => {
                    for (place, said) in places.into_iter().zip(said) {
                        answers[place] = Some(Classified { answer: Ok(said), mode });
                    }
                }
                Err(_) if turn.is_canarys => {
                    turns.entry(Turn { is_canarys: false, ..turn }).or_default().extend(places);
                }
                Err(reason) => {
                    for place in places {
                        answers[place] = Some(Classified { answer: Err(reason), mode });
                    }
                }
            }
        }
        let missing = || Classified { answer: Err(FallbackReason::ModelFailed), mode: DecisionMode::Live };
        answers.into_iter().map(|answer| answer.unwrap_or_else(missing)).collect()
    }

    /// Leaves new tasks for what is in shadow, unless that cannot keep up: the tasks' own way is never held up.
    pub(crate) fn show_to_shadow<'a>(&self, created: impl Iterator<Item = &'a Submission>) {
        if self.0.challenger.way(ModelStage::Shadow).is_none() && self.0.deciding.load().shadow().is_none() {
            return;
        }
        let batch: Vec<Shadowed> = created
            .map(|submission| Shadowed { task: submission.task.clone(), live: submission.decision.clone() })
            .collect();
        if !batch.is_empty() && self.0.challenger.shadows.try_send(batch).is_err() {
            tracing::debug!("what is in shadow cannot keep up; it is not asked about this batch");
        }
    }

    /// Asks what is in shadow about what the intake leaves for it.
    pub(crate) async fn run_shadow(self, mut shadows: Shadows, mut stop: watch::Receiver<bool>) {
        loop {
            let batch = tokio::select! {
                _ = stop.changed() => break,
                batch = shadows.recv() => match batch {
                    Some(batch) => batch,
                    None => break,
                },
            };
            let kept = match self.policy_in_shadow(&batch).await {
                Ok(()) => self.decide_in_shadow(batch).await,
                Err(error) => Err(error),
            };
            if let Err(error) = kept {
                tracing::error!(worker.error = %error, "decisions in shadow were not kept");
            }
        }
    }

    async fn decide_in_shadow(&self, batch: Vec<Shadowed>) -> StoreResult<()> {
        let Some(way) = self.0.challenger.way(ModelStage::Shadow) else { return Ok(()) };
        let texts = batch.iter().map(|shadowed| shadowed.task.text()).collect();
        let mut answers = self.0.challenger.slot.classify(texts, Effort::Full).await.map(Vec::into_iter);
        let router = self.router();
        let decisions: Vec<ShadowDecision> = batch
            .into_iter()
            .map(|Shadowed { task, live }| {
                let answer = match &mut answers {
                    Ok(answers) => answers.next().ok_or(FallbackReason::ModelFailed),
                    Err(reason) => Err(*reason),
                };
                let classified = Classified { answer, mode: DecisionMode::Shadow };
                let id = task.id;
                let decision = router.decide(id, &task.as_submitted(), classified, std::time::Instant::now());
                let live_answer = live.classification.map(|said| said.label);
                ShadowDecision { model_version: way.version, live_answer, decision }
            })
            .collect();
        let mut tx = self.begin().await?;
        tx.add_shadow_decisions(&decisions).await?;
        tx.save().await
    }

    /// Keeps what the policy in shadow would have done.
    async fn policy_in_shadow(&self, batch: &[Shadowed]) -> StoreResult<()> {
        let router = self.router();
        let shadow = |Shadowed { task, live }: &Shadowed| {
            let (policy_version, verdict) = router.shadow_of(&task.clone().as_submitted(), live)?;
            let (decision_id, task_id) = (live.id, task.id);
            let (destination, rule) = (verdict.destination, verdict.matched_rule);
            Some(PolicyShadow { decision_id, task_id, policy_version, destination, rule })
        };
        let shadows: Vec<PolicyShadow> = batch.iter().filter_map(shadow).collect();
        if shadows.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        tx.add_policy_shadows(&shadows).await?;
        tx.save().await
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

/// What a share of the tasks is for: each has parts of its own, so that the canary of a policy is not that of a model.
#[derive(Clone, Copy)]
pub(crate) enum Salt {
    Model,
    Policy,
    Stress,
}

/// The part of all tasks that a text belongs to, below [`PARTS`]: the same text always to the same. Other bytes of the digest
/// than those that hold examples out, so that a canary's share is no part of these.
pub(crate) fn part(text: &str, salt: Salt) -> u32 {
    let digest = Sha256::digest(text);
    let bytes = match salt {
        Salt::Model => [digest[4], digest[5], digest[6], digest[7]],
        Salt::Policy => [digest[8], digest[9], digest[10], digest[11]],
        Salt::Stress => [digest[12], digest[13], digest[14], digest[15]],
    };
    u32::from_be_bytes(bytes) % PARTS
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

fn check(name: &str, state: GateState, detail: String) -> GateCheck {
    GateCheck { name: name.to_owned(), state, detail }
}

fn passed_if(holds: bool) -> GateState {
    if holds { GateState::Passed } else { GateState::Failed }
}

fn held_out_check(model: &Model) -> GateCheck {
    let name = "Not worse on held-out examples";
    let measured = model.metrics.as_ref().and_then(|metrics| Some((metrics, metrics.champion_accuracy?)));
    match measured {
        None => check(name, GateState::Open, "It was not measured beside the champion.".to_owned()),
        Some((metrics, champion)) => check(
            name,
            passed_if(metrics.accuracy >= champion),
            format!("{:.1} % right, the champion {:.1} %.", metrics.accuracy * 100.0, champion * 100.0),
        ),
    }
}

fn newest_check(model: &Model) -> GateCheck {
    let name = "Not worse on the newest labels";
    let newest = model.metrics.as_ref().and_then(|metrics| metrics.newest);
    match newest.and_then(|newest| Some((newest, newest.champion_accuracy?))) {
        // Without labels of people there is no newest work, and nothing to hold against the model.
        None => check(name, GateState::Passed, "Too few labels came since the champion was made to say.".to_owned()),
        Some((newest, champion)) => check(
            name,
            passed_if(newest.accuracy >= champion),
            format!(
                "Of {}: {:.1} % right, the champion {:.1} %.",
                newest.examples,
                newest.accuracy * 100.0,
                champion * 100.0
            ),
        ),
    }
}

fn shadow_check(shadow: Option<&ShadowReport>, wanted: u64) -> GateCheck {
    let name = "Seen enough work in shadow";
    let (tasks, failed) = shadow.map_or((0, 0), |shadow| (shadow.tasks, shadow.failed));
    let state = match (tasks >= wanted, failed * 100 > tasks) {
        (_, true) => GateState::Failed,
        (true, false) => GateState::Passed,
        (false, false) => GateState::Open,
    };
    check(name, state, format!("{tasks} of {wanted} tasks; it did not answer {failed}."))
}

fn truth_check(shadow: &ShadowReport) -> GateCheck {
    let is_worse = shadow.lost > shadow.gained && shadow.p_value < SIGNIFICANT;
    let detail = format!(
        "Of {} tasks that people labelled it alone was right on {}, the champion alone on {}.",
        shadow.known, shadow.gained, shadow.lost
    );
    check("Not worse on live tasks", passed_if(!is_worse), detail)
}

fn canary_check(canary: &CanaryReport) -> GateCheck {
    let detail =
        format!("Evidence that it is worse: {:.2}; at {:.0} it is rolled back.", canary.evidence, canary.limit);
    check("Not corrected more often as a canary", passed_if(canary.evidence < canary.limit), detail)
}
