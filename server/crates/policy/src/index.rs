//! Which rules can match at all, from the equalities that they require. Most rules of a large policy ask for one label or
//! one channel; only those that ask for the task's own, and those that ask for neither, need to be tried.

use std::collections::HashMap;

use cel::{
    IdedExpr,
    common::ast::{Expr, operators},
};
use domain::policy::{Cell, ColumnFact};

use crate::{
    condition::{Table, text},
    facts::Fact,
    scene::Scene,
};

/// A fact that rules are found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Label,
    Channel,
}

/// A part of a condition that must hold for the whole to hold: the fact has one of these values.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    key: Key,
    values: Vec<String>,
}

impl Guard {
    /// The guard that a cell is, when it is one.
    pub(crate) fn of_cell(fact: &ColumnFact, cell: &Cell) -> Option<Self> {
        let key = match fact {
            ColumnFact::Label => Key::Label,
            ColumnFact::Channel => Key::Channel,
            _ => return None,
        };
        match cell {
            Cell::AnyOf(values) => Some(Self { key, values: values.clone() }),
            _ => None,
        }
    }

    pub(crate) fn admits(&self, scene: &Scene<'_>) -> bool {
        let value = match self.key {
            Key::Label => scene.label(),
            Key::Channel => scene.channel(),
        };
        self.values.iter().any(|known| known == value)
    }
}

/// The guards of a condition, and whether they are all of it. In CEL a conjunction with a false part is false even when
/// another part fails, so a guard that does not hold decides without the rest.
pub(crate) fn guards(condition: &Expr, table: &Table) -> (Vec<Guard>, bool) {
    let mut guards = Vec::new();
    let complete = collect(condition, table, &mut guards);
    (guards, complete)
}

fn collect(condition: &Expr, table: &Table, guards: &mut Vec<Guard>) -> bool {
    let Expr::Call(call) = condition else { return false };
    let [left, right] = call.args.as_slice() else { return false };
    let guard = match call.func_name.as_str() {
        operators::LOGICAL_AND => {
            let first = collect(&left.expr, table, guards);
            return collect(&right.expr, table, guards) && first;
        }
        operators::EQUALS => equality(left, right, table).or_else(|| equality(right, left, table)),
        operators::IN => membership(left, right, table),
        _ => None,
    };
    guard.map(|guard| guards.push(guard)).is_some()
}

fn key(node: &IdedExpr, table: &Table) -> Option<Key> {
    let Expr::Ident(name) = &node.expr else { return None };
    match table.lookup(name)? {
        Fact::Label => Some(Key::Label),
        Fact::Channel => Some(Key::Channel),
        _ => None,
    }
}

fn equality(fact: &IdedExpr, value: &IdedExpr, table: &Table) -> Option<Guard> {
    Some(Guard { key: key(fact, table)?, values: vec![text(value)?.to_owned()] })
}

fn membership(fact: &IdedExpr, list: &IdedExpr, table: &Table) -> Option<Guard> {
    let Expr::List(list) = &list.expr else { return None };
    let values = list.elements.iter().map(|value| text(value).map(str::to_owned)).collect::<Option<_>>()?;
    Some(Guard { key: key(fact, table)?, values })
}

/// The rules by what they require.
#[derive(Debug, Default)]
pub(crate) struct Index {
    by_label: HashMap<String, Vec<usize>>,
    by_channel: HashMap<String, Vec<usize>>,
    open: Vec<usize>,
}

impl Index {
    /// Adds the next rule, by its place in the document.
    pub(crate) fn add(&mut self, rule: usize, guards: &[Guard]) {
        let of = |key: Key| guards.iter().find(|guard| guard.key == key);
        let (map, guard) = match (of(Key::Label), of(Key::Channel)) {
            (Some(guard), _) => (&mut self.by_label, guard),
            (None, Some(guard)) => (&mut self.by_channel, guard),
            (None, None) => return self.open.push(rule),
        };
        for value in &guard.values {
            let rules = map.entry(value.clone()).or_default();
            // A list may name a value twice.
            if rules.last() != Some(&rule) {
                rules.push(rule);
            }
        }
    }

    /// The rules that can match, in the order of the document.
    pub(crate) fn candidates(&self, scene: &Scene<'_>) -> impl Iterator<Item = usize> {
        // The three lists are sorted and share no rule.
        let by_label: &[usize] = self.by_label.get(scene.label()).map(Vec::as_slice).unwrap_or_default();
        let by_channel: &[usize] = self.by_channel.get(scene.channel()).map(Vec::as_slice).unwrap_or_default();
        let mut lists = [by_label, by_channel, self.open.as_slice()];
        std::iter::from_fn(move || {
            let list = lists.iter_mut().filter(|list| !list.is_empty()).min_by_key(|list| list[0])?;
            let (&next, rest) = list.split_first()?;
            *list = rest;
            Some(next)
        })
    }
}
