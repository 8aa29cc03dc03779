//! The space of all tasks over the facts that tables ask for, and what of it each rule takes. It knows what an expression
//! asks only as far as cells could ask it.
//!
//! Facts are taken as independent of each other, although some are not: without a model there is no label. So the space
//! holds more than can occur. What is not in it cannot occur; what is in it is shown by a task, or not said.

mod lift;
mod region;
mod side;
mod witness;

use std::collections::BTreeMap;

use domain::{
    PolicyDocument,
    policy::{Cell, ColumnFact, ColumnKind},
};

use crate::{
    compiled::{Asks, CompiledRule},
    condition::Table,
};
pub(crate) use region::{Axes, Region};
pub(crate) use side::Side;

/// What a rule takes.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    /// It matches nowhere else.
    pub(crate) region: Region,
    /// It matches everywhere in the region.
    pub(crate) exact: bool,
}

/// The space of one document.
#[derive(Debug)]
pub(crate) struct Space {
    pub(crate) axes: Axes,
    /// By the rules' places; nothing of a rule that is disabled or does not compile.
    pub(crate) rules: Vec<Option<Taken>>,
    /// The axis that says whether a model answered.
    available: usize,
    /// Labels that exist, for tasks that show something.
    pub(crate) labels: Vec<String>,
}

impl Space {
    /// The space of a document whose rules were compiled as far as they can be.
    pub(crate) fn of(
        document: &PolicyDocument,
        rules: &[Option<CompiledRule>],
        table: &Table,
        labels: &[String],
    ) -> Self {
        let mut axes = Axes::default();
        let available = axes.number(&ColumnFact::Available, ColumnKind::Truth);
        let taken = document.rules.iter().zip(rules).map(|(rule, compiled)| {
            let compiled = compiled.as_ref().filter(|_| !rule.disabled)?;
            Some(taken(&rule.cells, &compiled.asks, table, &mut axes))
        });
        let rules = taken.collect();
        Self { axes, rules, available, labels: labels.to_vec() }
    }

    /// The rules before a place that take every task of their region, with their places.
    pub(crate) fn exact_before(&self, place: usize) -> impl Iterator<Item = (usize, &Region)> {
        let taken = self.rules[..place].iter().enumerate();
        taken
            .filter_map(|(place, taken)| taken.as_ref().filter(|taken| taken.exact).map(|taken| (place, &taken.region)))
    }
}

/// What cells and an expression take.
pub(crate) fn taken(cells: &BTreeMap<ColumnFact, Cell>, asks: &Asks, table: &Table, axes: &mut Axes) -> Taken {
    let mut region = Region::default();
    for (fact, cell) in cells {
        let axis = axes.number(fact, cell.kind());
        region.narrow(axis, &Side::of_cell(fact, cell), axes);
    }
    let exact =
        asks.condition.as_ref().is_none_or(|condition| lift::lift(&condition.tree.expr, table, axes, &mut region));
    Taken { region, exact }
}
