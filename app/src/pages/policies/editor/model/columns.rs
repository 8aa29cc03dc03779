//! The condition columns of the table.

use std::sync::Arc;

use domain::policy::{Column, ColumnFact, MAX_COLUMNS};

use super::{Field, Model};

impl Model {
    /// The columns, from left to right.
    pub(in super::super) fn columns(&self) -> &[Column] {
        &self.state.columns
    }

    /// Adds a column on the right, unless its fact has one or the table is full.
    pub(in super::super) fn add_column(&mut self, column: Column) -> bool {
        let known = self.state.columns.iter().any(|known| known.fact == column.fact);
        if known || self.state.columns.len() >= MAX_COLUMNS {
            return false;
        }
        self.step(|model| model.state.columns.push(column));
        true
    }

    /// How many rules ask something in this column.
    pub(in super::super) fn cells_in(&self, fact: &ColumnFact) -> usize {
        let field = Field::Cell(fact.clone());
        let asks = |row: &&super::Row<domain::Rule>| {
            row.item.cells.contains_key(fact) || row.written.get(&field).is_some_and(|written| written.error.is_some())
        };
        self.state.rules.iter().filter(asks).count()
    }

    /// Takes a column out, with all that rules ask in it.
    pub(in super::super) fn remove_column(&mut self, fact: &ColumnFact) {
        let field = Field::Cell(fact.clone());
        self.step(|model| {
            model.state.columns.retain(|column| column.fact != *fact);
            for row in &mut model.state.rules {
                row.written.remove(&field);
                if row.item.cells.contains_key(fact) {
                    Arc::make_mut(&mut row.item).cells.remove(fact);
                }
            }
        });
    }

    /// Moves a column one place to the left or to the right.
    pub(in super::super) fn move_column(&mut self, fact: &ColumnFact, left: bool) -> Option<usize> {
        let from = self.state.columns.iter().position(|column| column.fact == *fact)?;
        let to = if left { from.checked_sub(1)? } else { from + 1 };
        if to >= self.state.columns.len() {
            return None;
        }
        self.step(|model| model.state.columns.swap(from, to));
        Some(to)
    }
}
