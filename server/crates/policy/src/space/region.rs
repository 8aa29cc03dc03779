//! Boxes in the space of all tasks: one set of values for each fact that is asked for.

use std::collections::BTreeMap;

use domain::policy::{ColumnFact, ColumnKind};

use super::Side;
use crate::{condition::Table, facts::Facts, scene::Scene};

/// A fact as one of the kinds that it may be read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Axis {
    pub(crate) fact: ColumnFact,
    pub(crate) kind: ColumnKind,
}

impl Axis {
    /// Every value on it.
    pub(crate) fn all(&self) -> Side {
        Side::all(&self.fact, self.kind)
    }
}

/// The facts that the space has so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Axes(Vec<Axis>);

impl Axes {
    /// The number of an axis, which it gets when it is new.
    pub(crate) fn number(&mut self, fact: &ColumnFact, kind: ColumnKind) -> usize {
        let known = self.0.iter().position(|axis| axis.kind == kind && axis.fact == *fact);
        known.unwrap_or_else(|| {
            self.0.push(Axis { fact: fact.clone(), kind });
            self.0.len() - 1
        })
    }

    /// The axis of a number.
    pub(crate) fn get(&self, number: usize) -> &Axis {
        &self.0[number]
    }
}

/// A box: an axis without a side is not narrowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Region(BTreeMap<usize, Side>);

impl Region {
    /// The sides that are narrowed, by their axes.
    pub(crate) fn sides(&self) -> impl Iterator<Item = (usize, &Side)> {
        self.0.iter().map(|(axis, side)| (*axis, side))
    }

    /// What it leaves of an axis.
    pub(crate) fn side(&self, axis: usize, axes: &Axes) -> Side {
        self.0.get(&axis).cloned().unwrap_or_else(|| axes.get(axis).all())
    }

    /// Leaves only these values of an axis.
    pub(crate) fn narrow(&mut self, axis: usize, side: &Side, axes: &Axes) {
        let narrowed = self.side(axis, axes).and(side);
        self.0.insert(axis, narrowed);
    }

    /// Whether no task is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.values().any(Side::is_empty)
    }

    /// What is in both.
    pub(crate) fn and(&self, other: &Self, axes: &Axes) -> Self {
        let mut both = self.clone();
        for (axis, side) in &other.0 {
            both.narrow(*axis, side, axes);
        }
        both
    }

    /// Whether some task is in both.
    pub(crate) fn meets(&self, other: &Self, axes: &Axes) -> bool {
        other.0.iter().all(|(axis, side)| match self.0.get(axis) {
            Some(own) => !own.and(side).is_empty(),
            None => !axes.get(*axis).all().and(side).is_empty(),
        })
    }

    /// Whether every task of the other is in it.
    pub(crate) fn covers(&self, other: &Self, axes: &Axes) -> bool {
        self.0.iter().all(|(axis, side)| side.covers(&other.side(*axis, axes)))
    }

    /// What is in this and not in the other, in boxes that share no task.
    fn minus(&self, other: &Self, axes: &Axes) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut rest = self.clone();
        for (axis, side) in &other.0 {
            let own = rest.side(*axis, axes);
            for part in own.minus(side) {
                let mut outside = rest.clone();
                outside.0.insert(*axis, part);
                parts.push(outside);
            }
            rest.0.insert(*axis, own.and(side));
        }
        parts
    }

    /// What of it no cut has; nothing when it falls into more than `most` boxes on the way.
    pub(crate) fn without<'a>(
        &self,
        cuts: impl IntoIterator<Item = &'a Self>,
        axes: &Axes,
        most: usize,
    ) -> Option<Vec<Self>> {
        let mut parts = if self.is_empty() { Vec::new() } else { vec![self.clone()] };
        for cut in cuts {
            if parts.is_empty() {
                break;
            }
            let (touched, mut apart): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| part.meets(cut, axes));
            apart.extend(touched.iter().flat_map(|part| part.minus(cut, axes)));
            parts = apart;
            if parts.len() > most {
                return None;
            }
        }
        Some(parts)
    }

    /// Whether a task is in it.
    pub(crate) fn has(&self, facts: &Facts<'_>, axes: &Axes) -> bool {
        let table = Table::default();
        let scene = Scene::new(facts, &table);
        self.0.iter().all(|(axis, side)| side.has(&axes.get(*axis).fact, &scene))
    }

    /// The box in words; nothing when it is everything.
    pub(crate) fn in_words(&self, axes: &Axes) -> Option<String> {
        let words = self.0.iter().filter_map(|(number, side)| {
            let axis = axes.get(*number);
            let all = axis.all();
            (*side != all).then(|| format!("{}: {}", axis.fact.title(), side.in_words(&all)))
        });
        let words: Vec<_> = words.collect();
        (!words.is_empty()).then(|| words.join("; "))
    }
}
