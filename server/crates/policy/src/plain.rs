//! Conditions that need no CEL: comparisons of facts with literals, joined by `and`, `or` and `not`. Most conditions that
//! people write are such, and asking them needs none of CEL's values made.
//!
//! What is not sure to be as CEL has it is left to CEL: another kind of value than the literal's, and every error.

use cel::{
    IdedExpr,
    common::ast::{Expr, LiteralValue, operators},
};
use domain::Priority;
use serde_json::Value;

use crate::{
    condition::{Table, text},
    facts::Fact,
    scene::{Scene, six_digits},
};

/// A condition, or a part of one.
#[derive(Debug, Clone)]
pub(crate) enum Plain {
    All(Box<[Self; 2]>),
    Any(Box<[Self; 2]>),
    Not(Box<Self>),
    /// The fact is one of these texts.
    Text(Fact, Vec<String>),
    Number(Fact, Order, Number),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Order {
    Less,
    AtMost,
    Greater,
    AtLeast,
    Equal,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Number {
    Whole(i64),
    Fraction(f64),
}

impl Plain {
    /// The condition without CEL, when it is such a one.
    pub(crate) fn of(condition: &IdedExpr, table: &Table) -> Option<Self> {
        let Expr::Call(call) = &condition.expr else { return None };
        let part = |place: usize| Self::of(call.args.get(place)?, table);
        let both = || Some(Box::new([part(0)?, part(1)?]));
        match call.func_name.as_str() {
            operators::LOGICAL_AND => both().map(Self::All),
            operators::LOGICAL_OR => both().map(Self::Any),
            operators::LOGICAL_NOT => Some(Self::Not(Box::new(part(0)?))),
            name => {
                let [left, right] = call.args.as_slice() else { return None };
                comparison(name, left, right, table)
            }
        }
    }

    /// Whether it holds; nothing when only CEL can say. As in CEL, what stands first may decide alone.
    pub(crate) fn holds(&self, scene: &Scene<'_>) -> Option<bool> {
        match self {
            Self::All(parts) => Some(parts[0].holds(scene)? && parts[1].holds(scene)?),
            Self::Any(parts) => Some(parts[0].holds(scene)? || parts[1].holds(scene)?),
            Self::Not(part) => part.holds(scene).map(|holds| !holds),
            Self::Text(fact, texts) => text_of(fact, scene).map(|value| texts.iter().any(|text| text == value)),
            Self::Number(fact, order, bound) => order.holds(number_of(fact, scene)?, *bound),
        }
    }
}

fn comparison(operator: &str, left: &IdedExpr, right: &IdedExpr, table: &Table) -> Option<Plain> {
    let Expr::Ident(name) = &left.expr else { return None };
    let fact = table.lookup(name)?.clone();
    let equal = || match text(right) {
        Some(text) => may_be_text(&fact).then(|| Plain::Text(fact.clone(), vec![text.to_owned()])),
        None => compare(&fact, Order::Equal, right),
    };
    match operator {
        operators::EQUALS => equal(),
        operators::NOT_EQUALS => equal().map(|equal| Plain::Not(Box::new(equal))),
        operators::LESS => compare(&fact, Order::Less, right),
        operators::LESS_EQUALS => compare(&fact, Order::AtMost, right),
        operators::GREATER => compare(&fact, Order::Greater, right),
        operators::GREATER_EQUALS => compare(&fact, Order::AtLeast, right),
        operators::IN => {
            let Expr::List(list) = &right.expr else { return None };
            let texts = list.elements.iter().map(|value| text(value).map(str::to_owned)).collect::<Option<_>>()?;
            may_be_text(&fact).then_some(Plain::Text(fact, texts))
        }
        _ => None,
    }
}

fn compare(fact: &Fact, order: Order, bound: &IdedExpr) -> Option<Plain> {
    let bound = match &bound.expr {
        Expr::Literal(LiteralValue::Int(whole)) => Number::Whole(*whole.inner()),
        Expr::Literal(LiteralValue::Double(fraction)) => Number::Fraction(*fraction.inner()),
        _ => return None,
    };
    let is_number = matches!(fact, Fact::Confidence | Fact::Margin | Fact::OutOfScope | Fact::HandlingMinutes)
        || is_one_attribute(fact);
    is_number.then(|| Plain::Number(fact.clone(), order, bound))
}

/// The empty path is all attributes.
const fn is_one_attribute(fact: &Fact) -> bool {
    matches!(fact, Fact::Attribute(path) if !path.is_empty())
}

const fn may_be_text(fact: &Fact) -> bool {
    matches!(fact, Fact::Channel | Fact::Language | Fact::PriorityHint | Fact::Label) || is_one_attribute(fact)
}

/// The fact, when it is a text.
fn text_of<'s>(fact: &Fact, scene: &'s Scene<'_>) -> Option<&'s str> {
    match fact {
        Fact::Channel => Some(scene.channel()),
        Fact::Language => Some(scene.language()),
        Fact::PriorityHint => Some(scene.facts().task.priority_hint.map_or("", Priority::as_str)),
        Fact::Label => Some(scene.label()),
        Fact::Attribute(path) => scene.attribute(path).and_then(Value::as_str),
        _ => None,
    }
}

/// The fact, when it is a number, as CEL has it.
fn number_of(fact: &Fact, scene: &Scene<'_>) -> Option<Number> {
    let said = scene.facts().classification;
    let fraction = |number: Option<f32>| Some(Number::Fraction(six_digits(number.unwrap_or(0.0))));
    match fact {
        Fact::Confidence => fraction(said.map(|said| said.confidence)),
        Fact::Margin => fraction(said.map(domain::Classification::margin)),
        Fact::OutOfScope => fraction(said.map(|said| said.out_of_scope)),
        Fact::HandlingMinutes => fraction(said.and_then(|said| said.handling_minutes)),
        Fact::Attribute(path) => match scene.attribute(path)? {
            Value::Number(number) => {
                number.as_i64().map(Number::Whole).or_else(|| number.as_f64().map(Number::Fraction))
            }
            _ => None,
        },
        _ => None,
    }
}

impl Order {
    /// Whether a number stands so to a bound; nothing when one is whole and the other is not.
    fn holds(self, number: Number, bound: Number) -> Option<bool> {
        let ordering = match (number, bound) {
            (Number::Whole(number), Number::Whole(bound)) => number.cmp(&bound),
            (Number::Fraction(number), Number::Fraction(bound)) => number.partial_cmp(&bound)?,
            _ => return None,
        };
        Some(match self {
            Self::Less => ordering.is_lt(),
            Self::AtMost => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::AtLeast => ordering.is_ge(),
            Self::Equal => ordering.is_eq(),
        })
    }
}
