//! Numbers that are read by people and by programs.

use std::fmt;

use serde_json::{Map, Value};

/// Rows under the same columns.
pub(crate) struct Table {
    title: String,
    columns: &'static [&'static str],
    rows: Vec<Vec<Value>>,
}

impl Table {
    pub(crate) fn new(title: impl Into<String>, columns: &'static [&'static str]) -> Self {
        Self { title: title.into(), columns, rows: Vec::new() }
    }

    pub(crate) fn add<const N: usize>(&mut self, row: [Value; N]) {
        assert_eq!(N, self.columns.len(), "a row of {} has a value for each column", self.title);
        self.rows.push(row.into());
    }

    pub(crate) fn to_json(&self) -> Value {
        let object = |row: &Vec<Value>| {
            let fields = self.columns.iter().zip(row).map(|(&column, value)| (column.to_owned(), value.clone()));
            Value::Object(Map::from_iter(fields))
        };
        serde_json::json!({ "title": self.title, "rows": self.rows.iter().map(object).collect::<Vec<_>>() })
    }
}

/// As Markdown, so that it can be put into a document.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cell = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        writeln!(f, "\n{}\n", self.title)?;
        writeln!(f, "| {} |", self.columns.join(" | "))?;
        writeln!(f, "|{}", " --- |".repeat(self.columns.len()))?;
        for row in &self.rows {
            writeln!(f, "| {} |", row.iter().map(cell).collect::<Vec<_>>().join(" | "))?;
        }
        Ok(())
    }
}

/// A number with so many digits after the point.
pub(crate) fn rounded(number: f64, digits: i32) -> Value {
    let scale = 10f64.powi(digits);
    let scaled = (number * scale).round();
    if digits == 0 { (scaled as i64).into() } else { (scaled / scale).into() }
}
