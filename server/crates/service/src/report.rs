//! How good a model is: numbers, charts and cases from what it said of examples that it did not learn from.

use std::collections::BTreeMap;

use domain::{
    Actor, LabelId, Page, PageRequest, Permission,
    classification::{Stage, StageOutcome},
    evaluation::{
        Automatable, CaseFilter, CaseText, Change, Comparison, Confusion, CurvePoint, EvaluationCase, HeldOutReport,
        LabelReport, ModelReport, ReliabilityBin, Share, ShortListReport, StageCase, StageLedger, Worth,
    },
    label::NONE_OF_THESE,
};
use statistics::{
    interval::clopper_pearson,
    paired::mcnemar,
    ranking::auroc,
    threshold::{Case, Promise, lowest},
};

use crate::{ReadError, Services, ports::store::StoreError};

/// How sure intervals and promises are.
pub(crate) const CERTAINTY: f64 = 0.95;
/// Bins of the reliability diagram, of equal width.
const BINS: usize = 10;
/// Points of the curve of precision against coverage.
const CURVE_POINTS: usize = 20;
/// Confusions that are listed.
const MOST_CONFUSIONS: usize = 15;
/// Decisions whose stages are added up, the latest.
const MAX_STAGE_CASES: u32 = 10_000;
/// A difference with a p-value below this is no chance.
pub(crate) const SIGNIFICANT: f64 = 0.05;
/// Changed answers that people must have labelled before a stage is said not to earn its cost.
const FEWEST_CHANGES: u64 = 20;
/// What people ask for when they think of automation.
const PRECISIONS: [f64; 3] = [0.95, 0.98, 0.99];

impl Services {
    /// How good a model is.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] when there is no such model.
    pub async fn model_report(&self, actor: &Actor, version: u32) -> Result<ModelReport, ReadError> {
        actor.require(Permission::ReadModels)?;
        let mut reads = self.read().await?;
        let model = reads.lookup_model(version).await?.ok_or(ReadError::NotFound)?;
        let cases = reads.list_evaluation_cases(version).await?;
        let champion = model.metrics.as_ref().and_then(|metrics| metrics.champion);
        let held_out = (!cases.is_empty()).then(|| report(&cases, champion));
        let rollout = self.rollout_report(reads.as_mut(), &model).await?;
        let stages = ledger(&reads.list_stage_cases(version, MAX_STAGE_CASES).await?);
        Ok(ModelReport { model, held_out, rollout, stages })
    }

    /// The cases that a model was measured on, the most confident first.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] when there is no such model.
    pub async fn list_cases(
        &self,
        actor: &Actor,
        version: u32,
        filter: &CaseFilter,
        page: &PageRequest,
    ) -> Result<Page<CaseText>, ReadError> {
        actor.require(Permission::ReadModels)?;
        actor.require(Permission::ReadLabels)?;
        let mut reads = self.read().await?;
        reads.lookup_model(version).await?.ok_or(ReadError::NotFound)?;
        let mut cases = reads.list_evaluation_cases(version).await?;
        cases.retain(|case| filter.lets_through(case));
        let place = |case: &EvaluationCase| (std::cmp::Reverse(case.answer.confidence.to_bits()), case.label_id);
        cases.sort_by_key(place);
        if let Some(after) = &page.after {
            let (bits, id) = after.split_once('.').ok_or(StoreError::InvalidCursor)?;
            let bits: u32 = bits.parse().map_err(|_| StoreError::InvalidCursor)?;
            let id: LabelId = id.parse().map_err(|_| StoreError::InvalidCursor)?;
            cases.retain(|case| place(case) > (std::cmp::Reverse(bits), id));
        }
        cases.truncate(page.limit() as usize + 1);
        let page = Page::from_rows(cases, page.limit(), |last: &EvaluationCase| {
            format!("{}.{}", last.answer.confidence.to_bits(), last.label_id)
        });
        let ids: Vec<LabelId> = page.items.iter().map(|case| case.label_id).collect();
        let labels = reads.list_labels_by_id(&ids).await?;
        let mut texts: BTreeMap<LabelId, String> = labels.into_iter().map(|label| (label.id, label.text)).collect();
        let items = page
            .items
            .into_iter()
            .map(|case| CaseText { text: texts.remove(&case.label_id).unwrap_or_default(), case })
            .collect();
        Ok(Page { items, next: page.next })
    }
}

/// Adds up what each stage did. A stage is judged by the answers that it changed and people labelled.
fn ledger(cases: &[StageCase]) -> Vec<StageLedger> {
    let of = |stage: Stage| {
        let mut ledger = StageLedger {
            stage,
            calls: 0,
            answered: 0,
            unanswered: 0,
            cost: 0.0,
            mean_micros: 0,
            changed: 0,
            avoided: 0,
            spoiled: 0,
            worth: Worth::TooFew,
        };
        let mut micros = 0;
        for case in cases {
            let Some(at) = case.stages.iter().position(|run| run.stage == stage) else { continue };
            let run = &case.stages[at];
            if matches!(run.outcome, StageOutcome::OutOfTime | StageOutcome::Failed | StageOutcome::Spared) {
                ledger.unanswered += 1;
                continue;
            }
            ledger.calls += 1;
            ledger.answered += u64::from(run.outcome == StageOutcome::Answered);
            ledger.cost += f64::from(run.cost);
            micros += u64::from(run.micros);
            let Some(before) = at.checked_sub(1).map(|before| &case.stages[before]) else { continue };
            if before.label != run.label {
                ledger.changed += 1;
                let is_true = |label: &Option<String>| case.truth.is_some() && *label == case.truth;
                ledger.avoided += u64::from(is_true(&run.label));
                ledger.spoiled += u64::from(is_true(&before.label));
            }
        }
        ledger.mean_micros = micros / ledger.calls.max(1);
        ledger.worth = worth(stage, ledger.avoided, ledger.spoiled);
        ledger
    };
    if cases.is_empty() { Vec::new() } else { [Stage::Linear, Stage::Encoder].map(of).to_vec() }
}

fn worth(stage: Stage, avoided: u64, spoiled: u64) -> Worth {
    if stage == Stage::Linear {
        Worth::First
    } else if avoided > spoiled && mcnemar(avoided, spoiled) < SIGNIFICANT {
        Worth::Earned
    } else if avoided + spoiled < FEWEST_CHANGES {
        Worth::TooFew
    } else {
        Worth::NotEarned
    }
}

/// A share with its interval.
pub(crate) fn share(hits: u64, of: u64) -> Share {
    let interval = clopper_pearson(hits as f64, of as f64, CERTAINTY);
    Share { share: interval.share, low: interval.low, high: interval.high, of }
}

fn right(cases: &[EvaluationCase]) -> u64 {
    cases.iter().filter(|case| case.is_right()).count() as u64
}

fn report(cases: &[EvaluationCase], champion: Option<u32>) -> HeldOutReport {
    let mut sorted = cases.to_vec();
    sorted.sort_by(|left, right| right.answer.confidence.total_cmp(&left.answer.confidence));
    HeldOutReport {
        accuracy: share(right(cases), cases.len() as u64),
        out_of_scope_auroc: out_of_scope_auroc(cases),
        short_lists: short_lists(cases),
        labels: labels(cases),
        confusions: confusions(cases),
        reliability: reliability(cases),
        curve: curve(&sorted),
        automatable: PRECISIONS.map(|precision| automatable(&sorted, precision)).to_vec(),
        comparison: champion.map(|champion| compare(cases, champion)),
    }
}

/// How many of these cases have a short list, and on how many of these lists the right label stands.
fn on_lists<'a>(cases: impl Iterator<Item = &'a EvaluationCase>) -> Option<Share> {
    let lists = cases.filter_map(|case| case.short_list);
    let (given, held) = lists.fold((0, 0), |(given, held), list| (given + 1, held + u64::from(list.holds)));
    (given > 0).then(|| share(held, given))
}

fn short_lists(cases: &[EvaluationCase]) -> Option<ShortListReport> {
    let holds = on_lists(cases.iter())?;
    let labels: u64 = cases.iter().filter_map(|case| case.short_list).map(|list| u64::from(list.size)).sum();
    Some(ShortListReport {
        given: holds.of as f64 / cases.len() as f64,
        mean_size: labels as f64 / holds.of as f64,
        holds,
    })
}

fn labels(cases: &[EvaluationCase]) -> Vec<LabelReport> {
    // For each label: right answers, answers, examples.
    let mut counts: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
    for case in cases {
        counts.entry(&case.answer.label).or_default()[1] += 1;
        let truth = counts.entry(&case.truth).or_default();
        truth[2] += 1;
        truth[0] += u64::from(case.is_right());
    }
    counts
        .into_iter()
        .map(|(label, [right, answers, examples])| LabelReport {
            label: label.to_owned(),
            precision: (answers > 0).then(|| share(right, answers)),
            recall: (examples > 0).then(|| share(right, examples)),
            short_list: on_lists(cases.iter().filter(|case| case.truth == label)),
        })
        .collect()
}

fn confusions(cases: &[EvaluationCase]) -> Vec<Confusion> {
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for case in cases.iter().filter(|case| !case.is_right()) {
        *counts.entry((&case.truth, &case.answer.label)).or_default() += 1;
    }
    let mut found: Vec<Confusion> = counts
        .into_iter()
        .map(|((truth, answer), cases)| Confusion { truth: truth.to_owned(), answer: answer.to_owned(), cases })
        .collect();
    found.sort_by_key(|confusion| std::cmp::Reverse(confusion.cases));
    found.truncate(MOST_CONFUSIONS);
    found
}

fn reliability(cases: &[EvaluationCase]) -> Vec<ReliabilityBin> {
    let width = 1.0 / BINS as f32;
    let bins = (0..BINS).map(|at| {
        let (from, to) = (at as f32 * width, (at + 1) as f32 * width);
        let inside = |case: &&EvaluationCase| {
            let confidence = case.answer.confidence;
            (confidence > from || at == 0) && confidence <= to
        };
        let inside: Vec<&EvaluationCase> = cases.iter().filter(inside).collect();
        let sum: f64 = inside.iter().map(|case| f64::from(case.answer.confidence)).sum();
        let right = inside.iter().filter(|case| case.is_right()).count() as u64;
        let confidence = sum / inside.len().max(1) as f64;
        ReliabilityBin { from, to, confidence, right: share(right, inside.len() as u64) }
    });
    bins.filter(|bin| bin.right.of > 0).collect()
}

/// Of cases from the most confident on.
fn curve(sorted: &[EvaluationCase]) -> Vec<CurvePoint> {
    let step = sorted.len().div_ceil(CURVE_POINTS).max(1);
    let mut points = Vec::new();
    let (mut right, mut next) = (0, step);
    for (at, case) in sorted.iter().enumerate() {
        right += u64::from(case.is_right());
        let is_last_of_equals = sorted.get(at + 1).is_none_or(|next| next.answer.confidence != case.answer.confidence);
        if is_last_of_equals && (at + 1 >= next || at + 1 == sorted.len()) {
            let of = at as u64 + 1;
            points.push(CurvePoint {
                threshold: case.answer.confidence,
                coverage: of as f64 / sorted.len() as f64,
                precision: share(right, of),
            });
            next = at + 1 + step;
        }
    }
    points
}

/// Of cases from the most confident on.
fn automatable(sorted: &[EvaluationCase], precision: f64) -> Automatable {
    let of = sorted.len() as u64;
    let (mut right, mut seen) = (0_u64, 0_u64);
    for (at, case) in sorted.iter().enumerate() {
        right += u64::from(case.is_right());
        let is_last_of_equals = sorted.get(at + 1).is_none_or(|next| next.answer.confidence != case.answer.confidence);
        let answered = at as u64 + 1;
        if is_last_of_equals && right as f64 >= precision * answered as f64 {
            seen = answered;
        }
    }
    let cases: Vec<Case> = sorted.iter().map(threshold_case).collect();
    let promised = match lowest(&cases, precision, 1.0 - CERTAINTY) {
        Promise::From { cases, .. } => Some(share(cases, of)),
        Promise::NotReached | Promise::TooFew { .. } => None,
    };
    Automatable { precision, seen: seen as f64 / of.max(1) as f64, promised }
}

fn threshold_case(case: &EvaluationCase) -> Case {
    Case { confidence: f64::from(case.answer.confidence), is_right: case.is_right(), weight: 1.0 }
}

fn compare(cases: &[EvaluationCase], champion: u32) -> Comparison {
    let count = |change| cases.iter().filter(|case| case.change() == Some(change)).count() as u64;
    let (gained, lost) = (count(Change::Gained), count(Change::Lost));
    Comparison { champion, gained, lost, p_value: mcnemar(gained, lost) }
}

/// How well the score tells examples that are none of the labels from the others.
fn out_of_scope_auroc(cases: &[EvaluationCase]) -> Option<f64> {
    let (outside, inside): (Vec<&EvaluationCase>, _) = cases.iter().partition(|case| case.truth == NONE_OF_THESE);
    let scores = |cases: Vec<&EvaluationCase>| cases.into_iter().map(|case| case.out_of_scope).collect::<Vec<_>>();
    auroc(&scores(outside), &scores(inside))
}
