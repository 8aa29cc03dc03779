//! What an expression asks that cells could ask too.

use cel::{
    IdedExpr,
    common::ast::{CallExpr, Expr, LiteralValue, operators},
};
use domain::policy::{Cell, ColumnFact, ColumnKind, Decimal, Range};

use super::{Axes, Region, Side};
use crate::{
    condition::{Table, text},
    facts::Fact,
};

/// Narrows a region to where an expression can hold. Says whether the expression holds in all of the rest; if not, it may
/// ask for more, and still never holds outside.
pub(super) fn lift(expression: &Expr, table: &Table, axes: &mut Axes, region: &mut Region) -> bool {
    if let Expr::Call(call) = expression
        && call.func_name == operators::LOGICAL_AND
    {
        // An error beside something false is false, and beside something true the rule is skipped: both parts must hold.
        let parts: Vec<bool> = call.args.iter().map(|part| lift(&part.expr, table, axes, region)).collect();
        return parts.into_iter().all(|exact| exact);
    }
    if matches!(expression, Expr::Literal(LiteralValue::Boolean(truth)) if *truth.inner()) {
        return true;
    }
    let Some((fact, cell, exact)) = atom(expression, table) else { return false };
    let axis = axes.number(&fact, cell.kind());
    region.narrow(axis, &Side::of_cell(&fact, &cell), axes);
    exact
}

type Atom = (ColumnFact, Cell, bool);

fn atom(expression: &Expr, table: &Table) -> Option<Atom> {
    let call = match expression {
        Expr::Ident(_) => return truth(expression, table, true),
        Expr::Call(call) => call,
        _ => return None,
    };
    match (call.func_name.as_str(), call.args.as_slice()) {
        (operators::LOGICAL_NOT, [inner]) => match &inner.expr {
            Expr::Ident(_) => truth(&inner.expr, table, false),
            Expr::Call(inner) => negated(texts(inner, table)?),
            _ => None,
        },
        (operators::EQUALS, [left, right]) => texts(call, table)
            .or_else(|| number(left, right, table, operators::EQUALS))
            .or_else(|| number(right, left, table, operators::EQUALS)),
        (operators::NOT_EQUALS, _) => negated(texts(call, table)?),
        (operators::IN, _) => texts(call, table),
        (sign, [left, right]) => number(left, right, table, sign).or_else(|| number(right, left, table, turned(sign)?)),
        _ => None,
    }
}

/// The column that a fact would be.
fn column(node: &Expr, table: &Table) -> Option<ColumnFact> {
    let Expr::Ident(name) = node else { return None };
    Some(match table.lookup(name)? {
        Fact::Channel => ColumnFact::Channel,
        Fact::Language => ColumnFact::Language,
        Fact::PriorityHint => ColumnFact::PriorityHint,
        Fact::Available => ColumnFact::Available,
        Fact::Label => ColumnFact::Label,
        Fact::Confidence => ColumnFact::Confidence,
        Fact::Margin => ColumnFact::Margin,
        Fact::OutOfScope => ColumnFact::OutOfScope,
        Fact::ReachesPrecision => ColumnFact::ReachesPrecision,
        Fact::PredictedPriority => ColumnFact::PredictedPriority,
        Fact::HandlingMinutes => ColumnFact::HandlingMinutes,
        Fact::Queue(queue, number) => ColumnFact::Queue(queue.clone(), *number),
        Fact::Hour => ColumnFact::Hour,
        Fact::Weekday => ColumnFact::Weekday,
        Fact::Attribute(path) if !path.is_empty() && path.iter().all(|part| !part.contains('.')) => {
            ColumnFact::Attribute(path.clone())
        }
        _ => return None,
    })
}

/// A fact that is true, or false. An attribute that is missing is no truth to an expression, and false to a cell.
fn truth(node: &Expr, table: &Table, wanted: bool) -> Option<Atom> {
    let fact = column(node, table)?;
    let exact = match fact.kind() {
        Some(ColumnKind::Truth) => true,
        None => wanted,
        _ => return None,
    };
    Some((fact, Cell::Is(wanted), exact))
}

/// `fact == "text"`, the other way round, or `fact in ["text", …]`; also `fact != "text"`, which is not negated here. An
/// attribute that is a number never equals a text to an expression, and may to a cell.
fn texts(call: &CallExpr, table: &Table) -> Option<Atom> {
    let [left, right] = call.args.as_slice() else { return None };
    let (node, values) = match call.func_name.as_str() {
        operators::EQUALS | operators::NOT_EQUALS => match (text(left), text(right)) {
            (None, Some(value)) => (left, vec![value.to_owned()]),
            (Some(value), None) => (right, vec![value.to_owned()]),
            _ => return None,
        },
        operators::IN => {
            let Expr::List(list) = &right.expr else { return None };
            (left, list.elements.iter().map(|value| text(value).map(str::to_owned)).collect::<Option<_>>()?)
        }
        _ => return None,
    };
    let fact = column(&node.expr, table)?;
    let exact = match fact.kind() {
        Some(ColumnKind::Text) => true,
        None => false,
        _ => return None,
    };
    Some((fact, Cell::AnyOf(values), exact))
}

/// All other texts. Not for attributes, which may be something else than a text.
fn negated((fact, cell, exact): Atom) -> Option<Atom> {
    match cell {
        Cell::AnyOf(values) if exact => Some((fact, Cell::NoneOf(values), true)),
        _ => None,
    }
}

/// `fact < 5` and its like. Numbers of attributes have more digits to an expression than to a cell, so they get a bound that
/// is not too narrow.
fn number(fact: &IdedExpr, bound: &IdedExpr, table: &Table, sign: &str) -> Option<Atom> {
    let fact = column(&fact.expr, table)?;
    let exact = match fact.kind() {
        Some(ColumnKind::Number) => true,
        None => false,
        _ => return None,
    };
    let bound = Some(literal(&bound.expr)?);
    let range = match sign {
        operators::EQUALS => Range { at_least: bound, at_most: bound, ..Range::default() },
        operators::GREATER_EQUALS => Range { at_least: bound, ..Range::default() },
        operators::LESS_EQUALS => Range { at_most: bound, ..Range::default() },
        operators::GREATER if exact => Range { above: bound, ..Range::default() },
        operators::LESS if exact => Range { below: bound, ..Range::default() },
        operators::GREATER => Range { at_least: bound, ..Range::default() },
        operators::LESS => Range { at_most: bound, ..Range::default() },
        _ => return None,
    };
    Some((fact, Cell::Range(range), exact))
}

/// The sign that says the same when the sides change places.
fn turned(sign: &str) -> Option<&'static str> {
    Some(match sign {
        operators::GREATER => operators::LESS,
        operators::GREATER_EQUALS => operators::LESS_EQUALS,
        operators::LESS => operators::GREATER,
        operators::LESS_EQUALS => operators::GREATER_EQUALS,
        _ => return None,
    })
}

/// A number that has at most six digits after the point and lies well within what a table can hold.
fn literal(node: &Expr) -> Option<Decimal> {
    let number = match node {
        Expr::Literal(LiteralValue::Int(whole)) => Decimal::whole(*whole.inner()),
        Expr::Literal(LiteralValue::Double(fraction)) => {
            let number = Decimal::nearest(*fraction.inner());
            #[expect(clippy::float_cmp, reason = "only a literal that is exactly this number is the same bound")]
            let same = number.to_f64() == *fraction.inner();
            same.then_some(number)?
        }
        _ => return None,
    };
    (Decimal::MIN < number && number < Decimal::MAX).then_some(number)
}
