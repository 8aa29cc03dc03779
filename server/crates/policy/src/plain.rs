//! Conditions that need no CEL: comparisons of facts with literals, joined by `and`, `or` and `not`. Most conditions that
//! people write are such, and asking them needs none of CEL's values made.
//!
//! What is not sure to be as CEL has it is left to CEL: another kind of value than the literal's, and every error.

use cel::{
    IdedExpr,
    common::ast::{Expr, LiteralValue, operators},
};

use crate::{
    condition::{Table, text},
    facts::Fact,
    scene::Scene,
};

/// A condition, or a part of one.
#[derive(Debug, Clone)]
pub(crate) enum Plain {
    All(Box<[Self; 2]>),
    Any(Box<[Self; 2]>),
    Not(Box<Self>),
    /// The fact at this place of the table is one of these texts.
    Text(usize, Vec<String>),
    /// The fact at this place of the table stands so to the number.
    Number(usize, Order, Number),
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
            Self::Text(fact, texts) => text_of(*fact, scene).map(|value| texts.iter().any(|text| text == value)),
            Self::Number(fact, order, bound) => order.holds(number_of(*fact, scene)?, *bound),
        }
    }
}

fn comparison(operator: &str, left: &IdedExpr, right: &IdedExpr, table: &Table) -> Option<Plain> {
    let Expr::Ident(name) = &left.expr else { return None };
    let fact = table.place(name)?;
    let equal = || match text(right) {
        Some(text) => Some(Plain::Text(fact, vec![text.to_owned()])),
        None => compare(fact, Order::Equal, right),
    };
    match operator {
        operators::EQUALS => equal(),
        operators::NOT_EQUALS => equal().map(|equal| Plain::Not(Box::new(equal))),
        operators::LESS => compare(fact, Order::Less, right),
        operators::LESS_EQUALS => compare(fact, Order::AtMost, right),
        operators::GREATER => compare(fact, Order::Greater, right),
        operators::GREATER_EQUALS => compare(fact, Order::AtLeast, right),
        operators::IN => {
            let Expr::List(list) = &right.expr else { return None };
            let texts = list.elements.iter().map(|value| text(value).map(str::to_owned)).collect::<Option<_>>()?;
            Some(Plain::Text(fact, texts))
        }
        _ => None,
    }
}

fn compare(fact: usize, order: Order, bound: &IdedExpr) -> Option<Plain> {
    let bound = match &bound.expr {
        Expr::Literal(LiteralValue::Int(whole)) => Number::Whole(*whole.inner()),
        Expr::Literal(LiteralValue::Double(fraction)) => Number::Fraction(*fraction.inner()),
        _ => return None,
    };
    Some(Plain::Number(fact, order, bound))
}

/// The fact, when it is a text.
fn text_of<'s>(place: usize, scene: &'s Scene<'_>) -> Option<&'s str> {
    match scene.fact(place) {
        Fact::Attribute(_) => scene.attribute_at(place)?.as_str(),
        fact => scene.text_of_fact(fact),
    }
}

/// The fact, when it is a number, as CEL has it.
fn number_of(place: usize, scene: &Scene<'_>) -> Option<Number> {
    match scene.fact(place) {
        Fact::Attribute(_) => {
            let number = scene.attribute_at(place)?.as_number()?;
            number.as_i64().map(Number::Whole).or_else(|| number.as_f64().map(Number::Fraction))
        }
        fact => scene.fraction_of_fact(fact).map(Number::Fraction),
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
