//! What commands print on standard output.

use std::io::{self, Write};

use serde::Serialize;

use super::{Failure, Outcome};

/// Prints a line.
pub(super) fn line(text: &str) -> Outcome {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}

/// Prints a value as JSON, readable by people.
pub(super) fn json(value: &impl Serialize) -> Outcome {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::message(error.to_string()))?;
    line(&text)
}

/// Prints rows in aligned columns under a heading.
pub(super) fn table<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> Outcome {
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).chain([heading[column].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    let render = |cells: [&str; N]| {
        let padded: Vec<String> = cells.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}")).collect();
        padded.join("  ").trim_end().to_owned()
    };
    line(&render(heading))?;
    for row in rows {
        line(&render(row.each_ref().map(String::as_str)))?;
    }
    Ok(())
}
