//! What is wrong with columns and cells by themselves.

use std::collections::{BTreeMap, HashSet};

use domain::{
    Priority,
    policy::{
        Cell, Column, ColumnFact, ColumnKind, Decimal, MAX_COLUMNS, Range,
        cell::{MAX_CELL_VALUE_BYTES, MAX_CELL_VALUES},
    },
};

use crate::space::Side;

/// Checks columns: `refuse` takes the fact and the sentence.
pub(crate) fn check_columns(columns: &[Column], mut refuse: impl FnMut(&str, String)) {
    if columns.len() > MAX_COLUMNS {
        refuse("columns", format!("there may be at most {MAX_COLUMNS} columns"));
    }
    let mut seen = HashSet::new();
    for column in columns {
        let name = column.fact.to_string();
        if !seen.insert(&column.fact) {
            refuse(&name, "another column asks for the same".to_owned());
        }
        match (column.fact.kind(), column.kind) {
            (None, None) => refuse(&name, "say whether it is a text, a number or a truth".to_owned()),
            (Some(own), Some(stated)) if own != stated => {
                refuse(&name, format!("it is a {}, not a {}", own.as_str(), stated.as_str()));
            }
            _ => {}
        }
    }
}

/// Checks the cells of one rule or guardrail; without `all_columns`, only attributes need a column. `refuse` takes the fact
/// and the sentence.
pub(crate) fn check_cells(
    cells: &BTreeMap<ColumnFact, Cell>,
    columns: &[Column],
    all_columns: bool,
    mut refuse: impl FnMut(&str, String),
) {
    for (fact, cell) in cells {
        let name = fact.to_string();
        let column = columns.iter().find(|column| column.fact == *fact);
        let kind = match column {
            Some(column) => column.kind(),
            None if all_columns || fact.kind().is_none() => {
                refuse(&name, "there is no column for it".to_owned());
                continue;
            }
            None => fact.kind().unwrap_or(cell.kind()),
        };
        if cell.kind() != kind {
            refuse(
                &name,
                format!("the column holds a {}, and this asks for a {}", kind.as_str(), cell.kind().as_str()),
            );
            continue;
        }
        match cell {
            Cell::AnyOf(values) | Cell::NoneOf(values) => check_texts(fact, values, |message| refuse(&name, message)),
            Cell::Range(range) => {
                if let Some(message) = check_range(fact, *range) {
                    refuse(&name, message);
                }
            }
            Cell::Is(_) => {}
        }
    }
}

fn check_texts(fact: &ColumnFact, values: &[String], mut refuse: impl FnMut(String)) {
    if values.is_empty() {
        refuse("name at least one text".to_owned());
    }
    if values.len() > MAX_CELL_VALUES {
        refuse(format!("there may be at most {MAX_CELL_VALUES} texts"));
    }
    if values.iter().any(|value| value.len() > MAX_CELL_VALUE_BYTES) {
        refuse(format!("a text may have at most {MAX_CELL_VALUE_BYTES} bytes"));
    }
    let mut seen = HashSet::new();
    if let Some(twice) = values.iter().find(|value| !seen.insert(value.as_str())) {
        refuse(format!("`{twice}` stands here twice"));
    }
    if matches!(fact, ColumnFact::PriorityHint | ColumnFact::PredictedPriority)
        && let Some(other) = values.iter().find(|value| !value.is_empty() && value.parse::<Priority>().is_err())
    {
        refuse(format!("`{other}` is no priority; they are low, normal, high and urgent"));
    }
}

fn check_range(fact: &ColumnFact, range: Range) -> Option<String> {
    if range.is_empty() {
        return Some("give at least one bound".to_owned());
    }
    let bounds = [range.at_least, range.above, range.at_most, range.below];
    let outside = |bound: Decimal| bound < Decimal::whole(0) || bound > Decimal::whole(1);
    if fact.is_share() && bounds.into_iter().flatten().any(outside) {
        return Some("it is a part of one: write bounds from 0 to 1, like 0.8 for 80 %".to_owned());
    }
    let within = Side::all(fact, ColumnKind::Number).and(&Side::of_cell(fact, &Cell::Range(range)));
    within.is_empty().then(|| match fact.whole_numbers() {
        Some((low, Some(high))) => format!("no number lies within; they are whole, from {low} to {high}"),
        Some(_) => "no number lies within; they are whole and not below 0".to_owned(),
        None => "no number lies within these bounds".to_owned(),
    })
}
