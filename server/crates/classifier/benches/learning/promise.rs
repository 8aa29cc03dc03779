//! Whether thresholds keep their word on live work, of which a part belongs to no label.
//!
//! On a random half of the work thresholds are chosen, on the other half they are judged, again and again. Each share of
//! broken ones is one of all attempts, made or not, as the risk of a promise is; coverage is the share of all work, too.

use std::{collections::BTreeMap, sync::Arc};

use classifier::{Encoder, Model};
use statistics::{
    interval::clopper_pearson,
    threshold::{Case, Promise, lowest},
};

use crate::{
    data::{Data, Mix, Row, learn, load, shuffled},
    table::{Table, rounded},
};

const GOALS: [f64; 3] = [0.95, 0.98, 0.99];
/// Share of live work that belongs to no label.
const OUT_OF_SCOPE: f64 = 0.18;
/// The risk of a broken promise that the service takes.
const RISK: f64 = 0.05;

#[derive(Clone, Copy)]
enum Rule {
    /// The bound of `statistics::threshold`, on the live mix.
    Promise,
    /// What was seen on the live mix, taken at its word.
    Seen,
    /// What was seen on questions that do have a label.
    SeenInScope,
}

const RULES: [(Rule, &str); 3] =
    [(Rule::Promise, "promise"), (Rule::Seen, "seen, live mix"), (Rule::SeenInScope, "seen, in scope only")];

/// An answer beside the truth.
#[derive(Clone)]
struct Answer {
    label: String,
    confidence: f64,
    is_right: bool,
    is_in_scope: bool,
}

pub(crate) fn measure(data: &Data, _: Option<&Arc<Encoder>>) -> Vec<Table> {
    let halvings = if data.is_public { 200 } else { 20 };
    data.mixes.iter().flat_map(|mix| tables(mix, halvings)).collect()
}

fn tables(mix: &Mix, halvings: u64) -> [Table; 2] {
    let answers = live(mix);
    [("all answers together", false), ("each label on its own", true)].map(|(whose, by_label)| {
        let title = format!("{}, {} tasks, {whose}, {halvings} halvings", mix.name, answers.len());
        let columns = &["goal", "rule", "made", "broken", "surely_broken", "precision", "coverage"];
        let mut table = Table::new(title, columns);
        for goal in GOALS {
            for (rule, name) in RULES {
                let mut tally = Tally::default();
                for seed in 1..=halvings {
                    let order = shuffled(&answers, seed);
                    let (chosen_on, judged_on) = order.split_at(order.len() / 2);
                    tally.all += judged_on.len();
                    let (chosen_on, judged_on) = (groups(chosen_on, by_label), groups(judged_on, by_label));
                    for (label, answers) in &chosen_on {
                        tally.possible += 1;
                        if let Some(threshold) = rule.threshold(answers, goal) {
                            let others = judged_on.get(label).map_or(&[][..], Vec::as_slice);
                            tally.judge(threshold, others, goal);
                        }
                    }
                }
                table.add([
                    goal.into(),
                    name.into(),
                    tally.share(tally.made, tally.possible),
                    tally.share(tally.broken, tally.possible),
                    tally.share(tally.surely_broken, tally.possible),
                    tally.share(tally.right, tally.through),
                    tally.share(tally.through, tally.all),
                ]);
            }
        }
        table
    })
}

/// What a model says to work of which the share [`OUT_OF_SCOPE`] belongs to no label.
fn live(mix: &Mix) -> Vec<Answer> {
    let odds = OUT_OF_SCOPE / (1.0 - OUT_OF_SCOPE);
    let foreign = mix.out_of_scope.len().min((mix.in_scope.len() as f64 * odds) as usize);
    let in_scope = (foreign as f64 / odds) as usize;
    let model = load(&learn(&mix.train, 1));
    let mut answers = ask(&model, &shuffled(&mix.in_scope, 1)[..in_scope.min(mix.in_scope.len())], true);
    answers.extend(ask(&model, &shuffled(&mix.out_of_scope, 1)[..foreign], false));
    answers
}

fn ask(model: &Model, rows: &[Row], is_in_scope: bool) -> Vec<Answer> {
    let texts: Vec<&str> = rows.iter().map(|(text, _)| text.as_str()).collect();
    let answers = model.classify(&texts).expect("answers").into_iter().zip(rows);
    answers
        .map(|(answer, (_, truth))| Answer {
            confidence: f64::from(answer.confidence),
            is_right: is_in_scope && answer.label == *truth,
            label: answer.label,
            is_in_scope,
        })
        .collect()
}

/// The answers of each label, or all of them under one name.
fn groups(answers: &[Answer], by_label: bool) -> BTreeMap<&str, Vec<&Answer>> {
    let mut groups: BTreeMap<&str, Vec<&Answer>> = BTreeMap::new();
    for answer in answers {
        groups.entry(if by_label { &answer.label } else { "" }).or_default().push(answer);
    }
    groups
}

impl Rule {
    fn threshold(self, answers: &[&Answer], goal: f64) -> Option<f64> {
        let case = |answer: &&Answer| Case { confidence: answer.confidence, is_right: answer.is_right, weight: 1.0 };
        match self {
            Self::Promise => match lowest(&answers.iter().map(case).collect::<Vec<_>>(), goal, RISK) {
                Promise::From { threshold, .. } => Some(threshold),
                Promise::NotReached | Promise::TooFew { .. } => None,
            },
            Self::Seen => seen(answers.to_vec(), goal),
            Self::SeenInScope => seen(answers.iter().copied().filter(|answer| answer.is_in_scope).collect(), goal),
        }
    }
}

/// The lowest confidence from which answers were right often enough.
fn seen(mut answers: Vec<&Answer>, goal: f64) -> Option<f64> {
    answers.sort_by(|left, right| right.confidence.total_cmp(&left.confidence));
    let (mut right, mut threshold) = (0.0, None);
    for (at, answer) in answers.iter().enumerate() {
        right += f64::from(u8::from(answer.is_right));
        // No threshold can part answers of equal confidence.
        let is_last_of_equals = answers.get(at + 1).is_none_or(|next| next.confidence != answer.confidence);
        if is_last_of_equals && right >= goal * (at + 1) as f64 {
            threshold = Some(answer.confidence);
        }
    }
    threshold
}

#[derive(Default)]
struct Tally {
    possible: usize,
    made: usize,
    broken: usize,
    surely_broken: usize,
    /// Answers of the other halves, those of them that reach a threshold, and those of these that are right.
    all: usize,
    through: usize,
    right: usize,
}

impl Tally {
    fn judge(&mut self, threshold: f64, others: &[&Answer], goal: f64) {
        let through: Vec<_> = others.iter().filter(|answer| answer.confidence >= threshold).collect();
        let right = through.iter().filter(|answer| answer.is_right).count();
        self.made += 1;
        self.through += through.len();
        self.right += right;
        self.broken += usize::from((right as f64) < goal * through.len() as f64);
        // The other half is a sample as well: just below the goal may be luck.
        let is_below = clopper_pearson(right as f64, through.len() as f64, 1.0 - RISK).high < goal;
        self.surely_broken += usize::from(is_below);
    }

    fn share(&self, part: usize, whole: usize) -> serde_json::Value {
        if whole == 0 { "none".into() } else { rounded(part as f64 / whole as f64, 3) }
    }
}
