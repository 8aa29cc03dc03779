//! Tasks that show a region.

use std::collections::BTreeMap;

use domain::{
    Candidate, Classification, NewTask, Priority, Timestamp,
    classification::Reached,
    policy::{CaseFacts, ColumnFact, Decimal, QueueFacts, QueueNumber},
};
use serde_json::{Map, Value};

use super::{Axes, Region, Side, Space};
use crate::facts::Facts;

/// Monday, 2026-01-05, in UTC, in milliseconds.
const MONDAY_MS: i64 = 1_767_571_200_000;
const HOUR_MS: i64 = 3_600_000;

impl Space {
    /// A task in the region, when one is found: facts that depend on each other may leave none.
    pub(crate) fn witness(&self, region: &Region) -> Option<CaseFacts> {
        [true, false].into_iter().find_map(|answered| {
            let case = Builder { region, axes: &self.axes, labels: &self.labels }.build(answered);
            region.has(&Facts::of(&case), &self.axes).then_some(case)
        })
    }

    /// The region in two parts: where a model answered, and where none did and so everything about its answer is empty.
    pub(crate) fn by_answer(&self, region: &Region) -> Vec<Region> {
        let narrowed = |axes: &Axes, yes: bool| {
            let mut part = region.clone();
            part.narrow(self.available, &Side::Truths { yes, no: !yes }, axes);
            part
        };
        let answered = narrowed(&self.axes, true);
        let mut silent = narrowed(&self.axes, false);
        let asked: Vec<usize> = silent.sides().map(|(axis, _)| axis).collect();
        for axis in asked {
            if let Some(side) = without_answer(&self.axes.get(axis).fact) {
                silent.narrow(axis, &side, &self.axes);
            }
        }
        [answered, silent].into_iter().filter(|part| !part.is_empty()).collect()
    }
}

/// What a fact is when no model answered.
fn without_answer(fact: &ColumnFact) -> Option<Side> {
    match fact {
        ColumnFact::Label | ColumnFact::PredictedPriority => {
            Some(Side::Texts { but: false, values: [String::new()].into() })
        }
        ColumnFact::Confidence
        | ColumnFact::Margin
        | ColumnFact::OutOfScope
        | ColumnFact::ReachesPrecision
        | ColumnFact::HandlingMinutes => Some(Side::Numbers { range: Some((0, 0)), missing: false, whole: false }),
        _ => None,
    }
}

struct Builder<'a> {
    region: &'a Region,
    axes: &'a Axes,
    labels: &'a [String],
}

impl Builder<'_> {
    fn side(&self, fact: &ColumnFact) -> Option<&Side> {
        self.region.sides().find(|(axis, _)| self.axes.get(*axis).fact == *fact).map(|(_, side)| side)
    }

    /// A text that the region allows, the usual one when it may be.
    fn text(&self, fact: &ColumnFact, usual: &str) -> String {
        let offered = || std::iter::once(usual).chain(self.labels.iter().map(String::as_str));
        match self.side(fact) {
            Some(Side::Texts { but: false, values }) => {
                let value = values
                    .iter()
                    .find(|value| *value == usual)
                    .or_else(|| values.iter().find(|value| !value.is_empty()).or_else(|| values.first()));
                value.cloned().unwrap_or_default()
            }
            Some(Side::Texts { but: true, values }) if values.contains(usual) => {
                let labels = offered().filter(|_| *fact == ColumnFact::Label).map(str::to_owned);
                let others = (1..).map(|number| format!("other-{number}"));
                labels.chain(others).find(|text| !values.contains(text)).unwrap_or_default()
            }
            _ => usual.to_owned(),
        }
    }

    /// A number that the region allows, the usual one when it may be, else one that is short to write.
    fn number(&self, fact: &ColumnFact, usual: i64) -> Option<Decimal> {
        let range = match self.side(fact) {
            Some(Side::Numbers { range, .. }) => (*range)?,
            _ => return Some(Decimal::from_micros(usual)),
        };
        Some(Decimal::from_micros(short(range, usual)))
    }

    fn share(&self, fact: &ColumnFact, usual: i64) -> f32 {
        to_f32(self.number(fact, usual).unwrap_or_default())
    }

    fn build(&self, answered: bool) -> CaseFacts {
        let priority = |fact| self.text(fact, "").parse::<Priority>().ok();
        let channel = self.text(&ColumnFact::Channel, "api");
        let task = NewTask {
            subject: "Example".to_owned(),
            channel: (channel != "api").then_some(channel),
            attributes: self.attributes(),
            priority_hint: priority(&ColumnFact::PriorityHint),
            ..NewTask::default()
        };
        let hour = self.number(&ColumnFact::Hour, 10_000_000).unwrap_or_default().as_micros() / 1_000_000;
        let weekday = self.number(&ColumnFact::Weekday, 3_000_000).unwrap_or_default().as_micros() / 1_000_000;
        CaseFacts {
            task,
            classification: answered.then(|| self.classification(priority(&ColumnFact::PredictedPriority))),
            queues: self.queues(),
            now: Timestamp::from_ms(MONDAY_MS + (weekday - 1) * 24 * HOUR_MS + hour * HOUR_MS),
        }
    }

    fn classification(&self, priority: Option<Priority>) -> Classification {
        let usual = self.labels.first().map_or("example", String::as_str);
        let label = self.text(&ColumnFact::Label, usual);
        let confidence = self.share(&ColumnFact::Confidence, 900_000);
        let ahead = match self.side(&ColumnFact::Margin) {
            Some(Side::Numbers { range: Some((low, high)), .. }) => {
                let most = Decimal::nearest(f64::from(confidence)).as_micros();
                to_f32(Decimal::from_micros(most.clamp(*low, *high)))
            }
            _ => confidence,
        };
        let percent = match self.side(&ColumnFact::ReachesPrecision) {
            Some(Side::Numbers { range: Some((low, high)), .. }) => {
                (0..=100_u8).find(|percent| (*low..=*high).contains(&(i64::from(*percent) * 10_000)))
            }
            _ => None,
        };
        let second = (confidence - ahead > 0.0)
            .then(|| Candidate { label: "second".to_owned(), confidence: confidence - ahead });
        let first = Candidate { label: label.clone(), confidence };
        Classification {
            label,
            confidence,
            candidates: std::iter::once(first).chain(second).collect(),
            out_of_scope: self.share(&ColumnFact::OutOfScope, 0),
            priority,
            handling_minutes: self
                .side(&ColumnFact::HandlingMinutes)
                .map(|_| self.share(&ColumnFact::HandlingMinutes, 10_000_000)),
            handling_range: None,
            model_version: "v1".to_owned(),
            said: None,
            reached: percent.filter(|&percent| percent > 0).map(|percent| Reached { percent, threshold: confidence }),
            short_list: None,
            stages: Vec::new(),
        }
    }

    fn queues(&self) -> BTreeMap<String, QueueFacts> {
        let mut queues: BTreeMap<String, QueueFacts> = BTreeMap::new();
        for (axis, _) in self.region.sides() {
            let fact = &self.axes.get(axis).fact;
            if let ColumnFact::Queue(queue, number) = fact {
                let value = self.number(fact, 0).unwrap_or_default().as_micros() / 1_000_000;
                let value = u64::try_from(value).unwrap_or(0);
                let facts = queues.entry(queue.clone()).or_default();
                match number {
                    QueueNumber::Depth => facts.depth = value,
                    QueueNumber::OldestAgeMinutes => facts.oldest_age_minutes = value,
                    QueueNumber::AgentsPresent => facts.agents_present = value,
                }
            }
        }
        queues
    }

    fn attributes(&self) -> Map<String, Value> {
        let mut attributes = Map::new();
        if self.side(&ColumnFact::Language).is_some() {
            let language = self.text(&ColumnFact::Language, "en");
            put(&mut attributes, &["language".to_owned()], Value::from(language));
        }
        for (axis, side) in self.region.sides() {
            let axis = self.axes.get(axis);
            let ColumnFact::Attribute(path) = &axis.fact else { continue };
            let value = match side {
                Side::Texts { .. } => Some(self.text(&axis.fact, "")).filter(|text| !text.is_empty()).map(Value::from),
                Side::Numbers { .. } => self.number(&axis.fact, 0).and_then(|number| serde_json::to_value(number).ok()),
                Side::Truths { yes, no } => (*yes && !*no).then_some(Value::from(true)),
            };
            if let Some(value) = value {
                put(&mut attributes, path, value);
            }
        }
        attributes
    }
}

/// Puts a value at a path, as far as the path is free.
fn put(fields: &mut Map<String, Value>, path: &[String], value: Value) {
    match path {
        [] => {}
        [last] => {
            fields.insert(last.clone(), value);
        }
        [first, rest @ ..] => {
            if let Value::Object(inner) = fields.entry(first.clone()).or_insert_with(|| Value::Object(Map::new())) {
                put(inner, rest, value);
            }
        }
    }
}

/// A number of the range with few digits.
fn short((low, high): (i64, i64), usual: i64) -> i64 {
    if (low..=high).contains(&usual) {
        return usual;
    }
    let steps = [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
    let near = if usual < low { low } else { high };
    let rounded = steps.into_iter().find_map(|step| {
        let inward =
            if usual < low { -(-near - 1).div_euclid(step) * step } else { (near - 1).div_euclid(step) * step };
        // A little inside, since an expression may leave out the bound; not so round that it is far away.
        let distance = (inward - near).abs();
        let is_near = distance <= near.abs() / 2 || near.abs() <= 1 && distance <= 1_000_000;
        (inward != near && is_near && (low..=high).contains(&inward)).then_some(inward)
    });
    rounded.unwrap_or(near)
}

#[expect(clippy::cast_possible_truncation, reason = "the task is checked to be in the region afterwards")]
fn to_f32(number: Decimal) -> f32 {
    number.to_f64() as f32
}
