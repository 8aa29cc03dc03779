//! Reading the facts of table columns, and testing cells against them, without CEL.

use std::borrow::Cow;

use domain::{
    Priority,
    policy::{Cell, ColumnFact, ColumnKind, Decimal},
};
use serde_json::Value;

use crate::{
    facts::read_queue,
    scene::{self, Scene, six_digits},
};

impl Scene<'_> {
    /// Whether what the cell asks of the fact holds.
    pub(crate) fn holds(&self, fact: &ColumnFact, cell: &Cell) -> bool {
        match cell.kind() {
            ColumnKind::Text => cell.holds_for_text(&self.text_of(fact)),
            ColumnKind::Number => cell.holds_for_number(self.number_of(fact)),
            ColumnKind::Truth => cell.holds_for_truth(self.truth_of(fact)),
        }
    }

    /// The fact as a text; empty when there is none.
    pub(crate) fn text_of(&self, fact: &ColumnFact) -> Cow<'_, str> {
        let said = self.facts().classification;
        match fact {
            ColumnFact::Label => self.label().into(),
            ColumnFact::PredictedPriority => said.and_then(|said| said.priority).map_or("", Priority::as_str).into(),
            ColumnFact::Channel => self.channel().into(),
            ColumnFact::PriorityHint => self.facts().task.priority_hint.map_or("", Priority::as_str).into(),
            ColumnFact::Language => self.language().into(),
            ColumnFact::Attribute(path) => match self.attribute(path) {
                Some(Value::String(text)) => text.as_str().into(),
                None | Some(Value::Null) => "".into(),
                Some(other) => other.to_string().into(),
            },
            _ => "".into(),
        }
    }

    /// The fact as a number; nothing when it is missing or none.
    pub(crate) fn number_of(&self, fact: &ColumnFact) -> Option<Decimal> {
        match fact {
            ColumnFact::Queue(queue, number) => {
                let number = read_queue(*number, self.facts().queues.get(queue)?);
                Some(Decimal::whole(i64::try_from(number).unwrap_or(i64::MAX)))
            }
            ColumnFact::Attribute(path) => match self.attribute(path)? {
                Value::Number(number) => number.as_f64().map(Decimal::nearest),
                _ => None,
            },
            ColumnFact::Confidence => Some(self.number(0, fact)),
            ColumnFact::Margin => Some(self.number(1, fact)),
            ColumnFact::OutOfScope => Some(self.number(2, fact)),
            ColumnFact::HandlingMinutes => Some(self.number(3, fact)),
            ColumnFact::Hour => Some(self.number(4, fact)),
            ColumnFact::Weekday => Some(self.number(5, fact)),
            ColumnFact::ReachesPrecision => Some(self.compute(fact)),
            _ => None,
        }
    }

    /// A number that many cells may ask for, computed once and kept at its place.
    fn number(&self, place: usize, fact: &ColumnFact) -> Decimal {
        *self.numbers[place].get_or_init(|| self.compute(fact))
    }

    fn compute(&self, fact: &ColumnFact) -> Decimal {
        let facts = self.facts();
        let said = facts.classification;
        let fraction = |number: Option<f32>| Decimal::nearest(six_digits(number.unwrap_or(0.0)));
        match fact {
            ColumnFact::Confidence => fraction(said.map(|said| said.confidence)),
            ColumnFact::Margin => fraction(said.map(domain::Classification::margin)),
            ColumnFact::OutOfScope => fraction(said.map(|said| said.out_of_scope)),
            ColumnFact::HandlingMinutes => fraction(said.and_then(|said| said.handling_minutes)),
            ColumnFact::ReachesPrecision => {
                let percent = said.and_then(|said| said.reached.as_ref()).map_or(0, |reached| reached.percent);
                Decimal::from_micros(i64::from(percent) * 10_000)
            }
            ColumnFact::Hour => Decimal::whole(i64::from(facts.now.to_utc().hour())),
            ColumnFact::Weekday => Decimal::whole(i64::from(scene::weekday(facts.now))),
            _ => Decimal::default(),
        }
    }

    /// The fact as a truth; what is missing or no truth is false.
    pub(crate) fn truth_of(&self, fact: &ColumnFact) -> bool {
        match fact {
            ColumnFact::Available => self.facts().classification.is_some(),
            ColumnFact::Attribute(path) => matches!(self.attribute(path), Some(Value::Bool(true))),
            _ => false,
        }
    }
}
