//! What the conditions of a policy see of one task: facts are computed when a condition first reads them.

use std::{collections::HashMap, sync::OnceLock};

use cel::{
    Context,
    common::{
        types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString},
        value::{CowVal, Val},
    },
    context::VariableResolver,
};
use domain::{Priority, Timestamp, policy::Decimal, task::classified_text};
use serde_json::Value;

use crate::{
    condition::Table,
    facts::{Fact, Facts, TaskText, read_queue},
    language,
    syntax::ENV,
    words::fold,
};

/// The channel of a task whose submitter named none.
const DEFAULT_CHANNEL: &str = "api";

/// One task before the conditions of one policy.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    facts: &'a Facts<'a>,
    table: &'a Table,
    text: OnceLock<String>,
    /// Subject, body and both, folded for finding words.
    folded: [OnceLock<String>; 3],
    language: OnceLock<&'static str>,
    /// The attributes that the table names, by their places in it.
    attributes: OnceLock<Box<[OnceLock<Option<&'a Value>>]>>,
    /// Numbers that cells ask for.
    pub(crate) numbers: [OnceLock<Decimal>; 6],
}

impl<'a> Scene<'a> {
    pub(crate) fn new(facts: &'a Facts<'a>, table: &'a Table) -> Self {
        Self {
            facts,
            table,
            text: OnceLock::new(),
            folded: Default::default(),
            language: OnceLock::new(),
            attributes: OnceLock::new(),
            numbers: Default::default(),
        }
    }

    /// The context to evaluate in; cheap, since all share one environment.
    pub(crate) fn context(&self) -> Context<'_, '_> {
        let mut context = Context::with_env(ENV.clone());
        context.set_variable_resolver(self);
        context
    }

    pub(crate) fn label(&self) -> &'a str {
        label(self.facts)
    }

    pub(crate) fn channel(&self) -> &'a str {
        channel(self.facts)
    }

    /// The language that the task says it is in, else the one that its text is reliably in, else the empty text.
    pub(crate) fn language(&self) -> &str {
        match self.facts.task.attributes.get("language") {
            Some(Value::String(stated)) => stated,
            _ => self.language.get_or_init(|| language::detect(self.text(TaskText::Both))),
        }
    }

    fn text(&self, text: TaskText) -> &str {
        match text {
            TaskText::Subject => &self.facts.task.subject,
            TaskText::Body => &self.facts.task.body,
            TaskText::Both => {
                self.text.get_or_init(|| classified_text(&self.facts.task.subject, &self.facts.task.body))
            }
        }
    }

    fn folded(&self, text: TaskText) -> &str {
        self.folded[text as usize].get_or_init(|| fold(self.text(text)))
    }

    /// What is known of the task.
    pub(crate) const fn facts(&self) -> &'a Facts<'a> {
        self.facts
    }

    pub(crate) fn attribute(&self, path: &[String]) -> Option<&'a Value> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.facts.task.attributes.get(first)?, |value, key| value.get(key))
    }

    /// The fact at a place of the table.
    pub(crate) fn fact(&self, place: usize) -> &'a Fact {
        &self.table.0[place]
    }

    /// The attribute that the fact at a place of the table names; looked for once, however many rules ask for it.
    pub(crate) fn attribute_at(&self, place: usize) -> Option<&'a Value> {
        let known = self.attributes.get_or_init(|| self.table.0.iter().map(|_| OnceLock::new()).collect());
        *known[place].get_or_init(|| match &self.table.0[place] {
            Fact::Attribute(path) => self.attribute(path),
            _ => None,
        })
    }

    /// The fact, when it is one that is a text for every task.
    pub(crate) fn text_of_fact(&self, fact: &Fact) -> Option<&str> {
        let said = self.facts.classification;
        Some(match fact {
            Fact::Text(text) => self.text(*text),
            Fact::Channel => self.channel(),
            Fact::Language => self.language(),
            Fact::ExternalId => self.facts.task.external_id.as_deref().unwrap_or_default(),
            Fact::PriorityHint => self.facts.task.priority_hint.map_or("", Priority::as_str),
            Fact::Label => self.label(),
            Fact::PredictedPriority => said.and_then(|said| said.priority).map_or("", Priority::as_str),
            Fact::ModelVersion => said.map_or("", |said| &said.model_version),
            _ => return None,
        })
    }

    /// The fact, when it is one that is a fraction for every task.
    pub(crate) fn fraction_of_fact(&self, fact: &Fact) -> Option<f64> {
        let said = self.facts.classification;
        let number = match fact {
            Fact::Confidence => said.map(|said| said.confidence),
            Fact::Margin => said.map(domain::Classification::margin),
            Fact::OutOfScope => said.map(|said| said.out_of_scope),
            Fact::HandlingMinutes => said.and_then(|said| said.handling_minutes),
            Fact::ReachesPrecision => {
                let percent = said.and_then(|said| said.reached.as_ref()).map_or(0, |reached| reached.percent);
                return Some(f64::from(percent) / 100.0);
            }
            _ => return None,
        };
        Some(six_digits(number.unwrap_or(0.0)))
    }

    /// The value of a fact; nothing for a number of a queue that is not known.
    fn value(&self, fact: &Fact) -> Option<CowVal<'_, '_>> {
        if let Some(text) = self.text_of_fact(fact) {
            return Some(CowVal::owned(CelString::from(text)));
        }
        if let Some(fraction) = self.fraction_of_fact(fact) {
            return Some(CowVal::owned(CelDouble::from(fraction)));
        }
        Some(match fact {
            Fact::HasWords(text, words) => truth(words.are_in(self.folded(*text))),
            Fact::Attribute(path) if path.is_empty() => CowVal::owned(object(&self.facts.task.attributes)),
            Fact::Attribute(path) => {
                self.attribute(path).map_or(CowVal::Borrowed(&NULL), |value| CowVal::Owned(json(value)))
            }
            Fact::HasAttribute(path) => truth(self.attribute(path).is_some()),
            Fact::Available => truth(self.facts.classification.is_some()),
            Fact::Candidates => CowVal::owned(candidates(self.facts)),
            Fact::Queue(queue, number) => whole(read_queue(*number, self.facts.queues.get(queue)?)),
            Fact::Hour => whole(u64::from(self.facts.now.to_utc().hour())),
            Fact::Minute => whole(u64::from(self.facts.now.to_utc().minute())),
            Fact::Weekday => whole(u64::from(weekday(self.facts.now))),
            Fact::Date => CowVal::owned(CelString::from(date(self.facts.now))),
            // Texts and fractions, which were answered above.
            Fact::Text(_)
            | Fact::Channel
            | Fact::Language
            | Fact::ExternalId
            | Fact::PriorityHint
            | Fact::Label
            | Fact::PredictedPriority
            | Fact::ModelVersion
            | Fact::Confidence
            | Fact::Margin
            | Fact::OutOfScope
            | Fact::HandlingMinutes
            | Fact::ReachesPrecision => return None,
        })
    }
}

impl VariableResolver for Scene<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        self.value(self.table.lookup(variable)?)
    }
}

static NULL: CelNull = CelNull;

/// The label that rules compare with; empty when no model answered, which no label is.
pub(crate) fn label<'a>(facts: &Facts<'a>) -> &'a str {
    facts.classification.map_or("", |said| said.label.as_str())
}

/// The channel that rules compare with.
pub(crate) fn channel<'a>(facts: &Facts<'a>) -> &'a str {
    facts.task.channel.as_deref().unwrap_or(DEFAULT_CHANNEL)
}

/// 1, Monday, to 7, Sunday, in UTC.
pub(crate) fn weekday(now: Timestamp) -> u8 {
    now.to_utc().weekday().number_from_monday()
}

fn date(now: Timestamp) -> String {
    let utc = now.to_utc();
    format!("{:04}-{:02}-{:02}", utc.year(), u8::from(utc.month()), utc.day())
}

/// Single precision has seven digits: six after the point keep 0.8 equal to 0.8. What is not a number is 0.
pub(crate) fn six_digits(number: f32) -> f64 {
    if number.is_finite() { (f64::from(number) * 1e6).round() / 1e6 } else { 0.0 }
}

fn truth<'b>(truth: bool) -> CowVal<'b, 'b> {
    CowVal::owned(CelBool::from(truth))
}

fn whole<'b>(number: u64) -> CowVal<'b, 'b> {
    CowVal::owned(CelInt::from(i64::try_from(number).unwrap_or(i64::MAX)))
}

fn candidates<'b>(facts: &Facts<'b>) -> CelList<'b> {
    let candidates = facts.classification.map(|said| said.candidates.as_slice()).unwrap_or_default();
    let values = candidates.iter().map(|candidate| {
        let label: Box<dyn Val + 'b> = Box::new(CelString::from(candidate.label.as_str()));
        let confidence: Box<dyn Val + 'b> = Box::new(CelDouble::from(six_digits(candidate.confidence)));
        let fields = HashMap::from([(CelMapKey::from("label"), label), (CelMapKey::from("confidence"), confidence)]);
        Box::new(CelMap::from(fields)) as Box<dyn Val + 'b>
    });
    CelList::from(values.collect::<Vec<_>>())
}

fn object<'b>(fields: &'b serde_json::Map<String, Value>) -> CelMap<'b> {
    let fields = fields.iter().map(|(key, value)| (CelMapKey::from(key.as_str()), json(value)));
    CelMap::from(fields.collect::<HashMap<_, _>>())
}

/// A JSON value as CEL computes with it; its texts are borrowed. The depth of attributes is bounded at intake.
fn json<'b>(value: &'b Value) -> Box<dyn Val + 'b> {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(truth) => Box::new(CelBool::from(*truth)),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Box::new(CelInt::from(whole)),
            None => Box::new(CelDouble::from(number.as_f64().unwrap_or(0.0))),
        },
        Value::String(text) => Box::new(CelString::from(text.as_str())),
        Value::Array(items) => Box::new(CelList::from(items.iter().map(json).collect::<Vec<_>>())),
        Value::Object(fields) => Box::new(object(fields)),
    }
}
