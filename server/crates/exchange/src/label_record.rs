//! One example as a file says it.

use std::ops::RangeInclusive;

use domain::{
    Label, LabelKind, Priority, Timestamp, ValidationError, label::MAX_HANDLING_MINUTES, task::MAX_TEXT_BYTES,
    text::check_label, text::check_length,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    Format, formula,
    row::{Row, take_number, take_optional, take_text},
};

/// Longest text of where an example comes from, in bytes.
const MAX_PROVENANCE_BYTES: usize = 1024;

/// One example as a file says it.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelRecord {
    /// The text that was labelled; empty on the way out when it was erased.
    pub text: String,
    /// The label.
    pub label: String,
    /// How it came to be.
    pub kind: Option<LabelKind>,
    /// Who gave it: a person's name at that time, or `import`.
    pub given_by: Option<String>,
    /// When.
    pub given_at: Option<Timestamp>,
    /// What the model had said.
    pub predicted: Option<String>,
    /// How sure the model was, 0 to 1.
    pub confidence: Option<f32>,
    /// Which model had said so.
    pub model_version: Option<String>,
    /// The task it came from.
    pub task_id: Option<String>,
    /// The decision that the person looked at.
    pub decision_id: Option<String>,
    /// What a person had called the task before.
    pub replaced: Option<String>,
    /// Whether the model's answer was on the screen before.
    pub saw_model: Option<bool>,
    /// The probability with which its task was chosen, 0 to 1.
    pub chosen_with: Option<f32>,
    /// How urgent the work turned out to be.
    pub priority: Option<Priority>,
    /// Minutes that the work took.
    pub handling_minutes: Option<f32>,
    /// SHA-256 of the text in hexadecimal.
    pub digest: String,
    /// Of an example of a dataset, whether it is measured on and never learned from.
    pub held_out: Option<bool>,
}

impl LabelRecord {
    /// What a file says of a label.
    #[must_use]
    pub fn from_label(label: &Label) -> Self {
        Self {
            text: label.text.clone(),
            label: label.label.clone(),
            kind: Some(label.kind),
            given_by: Some(label.given_by.clone()),
            given_at: Some(label.given_at),
            predicted: label.predicted.clone(),
            confidence: label.confidence,
            model_version: label.model_version.clone(),
            task_id: label.task_id.map(|id| id.to_string()),
            decision_id: label.decision_id.map(|id| id.to_string()),
            replaced: label.replaced.clone(),
            saw_model: label.saw_model,
            chosen_with: label.chosen_with,
            priority: label.priority,
            handling_minutes: label.handling_minutes,
            digest: label.digest.clone(),
            held_out: None,
        }
    }

    /// The same example in a dataset, which holds it out or not.
    #[must_use]
    pub fn with_part(self, held_out: bool) -> Self {
        Self { held_out: Some(held_out), ..self }
    }

    /// The part of a dataset as files write it.
    pub(crate) const fn part(&self) -> Option<&'static str> {
        match self.held_out {
            Some(true) => Some("held_out"),
            Some(false) => Some("training"),
            None => None,
        }
    }

    /// Checks a row. A filled `digest` says that the row comes from an export: only then is it read where the label
    /// comes from, and only then do apostrophes that disarmed cells of a CSV file go. Of other files, columns of these
    /// names may mean anything, so text, label, priority and minutes are all that is read.
    ///
    /// # Errors
    /// In words that name the column.
    pub fn from_row(mut row: Row, format: Format) -> Result<Self, String> {
        let digest = take_optional(&mut row, "digest")?;
        let exported = digest.is_some();
        let restore = if exported && format == Format::Csv { formula::restore } else { std::convert::identity };
        let text = take_text(&mut row, "text")?;
        let (text, digest) = match digest {
            Some(digest) => text_of_digest(text, digest.trim().to_ascii_lowercase(), format)?,
            None => {
                let digest = sha256(&text);
                (text, digest)
            }
        };
        let label = restore(take_text(&mut row, "label")?);
        check_length("text", &text, MAX_TEXT_BYTES).map_err(in_words)?;
        check_label("label", &label).map_err(in_words)?;
        let priority = take_optional(&mut row, "priority")?;
        let record = Self {
            text,
            label,
            priority: priority.map(|text| text.trim().parse()).transpose().map_err(in_words)?,
            handling_minutes: take_within(&mut row, "handling_minutes", 0.0..=MAX_HANDLING_MINUTES)?,
            digest,
            kind: None,
            given_by: None,
            given_at: None,
            predicted: None,
            confidence: None,
            model_version: None,
            task_id: None,
            decision_id: None,
            replaced: None,
            saw_model: None,
            chosen_with: None,
            held_out: None,
        };
        if exported { record.with_provenance(&mut row, restore) } else { Ok(record) }
    }

    /// Adds where the label comes from.
    fn with_provenance(self, row: &mut Row, restore: fn(String) -> String) -> Result<Self, String> {
        let mut text = |column| match take_optional(row, column)? {
            Some(text) => {
                check_length(column, &text, MAX_PROVENANCE_BYTES).map_err(in_words).map(|()| Some(restore(text)))
            }
            None => Ok(None),
        };
        let kind = text("kind")?.map(|kind| parse_kind(&kind)).transpose()?;
        let given_at = text("given_at")?.map(|time| parse_time(&time)).transpose()?;
        let held_out = text("part")?.map(|part| parse_part(&part)).transpose()?;
        Ok(Self {
            kind,
            given_by: text("given_by")?,
            given_at,
            predicted: text("predicted")?,
            model_version: text("model_version")?,
            task_id: text("task_id")?,
            decision_id: text("decision_id")?,
            replaced: text("replaced")?,
            held_out,
            confidence: take_within(row, "confidence", 0.0..=1.0)?,
            saw_model: take_boolean(row, "saw_model")?,
            chosen_with: take_within(row, "chosen_with", 0.0..=1.0)?,
            ..self
        })
    }
}

/// The text that a digest belongs to: the one in the cell, or, in a CSV file, the one that was disarmed by an apostrophe.
fn text_of_digest(text: String, digest: String, format: Format) -> Result<(String, String), String> {
    if sha256(&text) == digest {
        return Ok((text, digest));
    }
    if let (Format::Csv, Some(restored)) = (format, text.strip_prefix('\''))
        && sha256(restored) == digest
    {
        return Ok((restored.to_owned(), digest));
    }
    Err("the text is not the one that `digest` belongs to".to_owned())
}

fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

#[expect(clippy::needless_pass_by_value, reason = "the form in which `map_err` calls it")]
fn in_words(error: ValidationError) -> String {
    error.to_string()
}

fn parse_kind(text: &str) -> Result<LabelKind, String> {
    let kind = LabelKind::ALL.into_iter().find(|kind| kind.as_str() == text);
    kind.ok_or_else(|| "`kind` must be corrected, confirmed, imported or adjudicated".to_owned())
}

fn parse_time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).map_err(|_| "`given_at` must be a time like 2026-11-23T15:04:05Z".to_owned())
}

fn parse_part(text: &str) -> Result<bool, String> {
    match text {
        "training" => Ok(false),
        "held_out" => Ok(true),
        _ => Err("`part` must be training or held_out".to_owned()),
    }
}

fn take_within(row: &mut Row, column: &str, range: RangeInclusive<f32>) -> Result<Option<f32>, String> {
    let refusal = || format!("`{column}` must be a number from {} to {}", range.start(), range.end());
    match take_number(row, column) {
        Ok(Some(number)) if !range.contains(&number) => Err(refusal()),
        Ok(number) => Ok(number),
        Err(_) => Err(refusal()),
    }
}

fn take_boolean(row: &mut Row, column: &str) -> Result<Option<bool>, String> {
    match row.remove(column) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(value)) => Ok(Some(value)),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        // Spreadsheets write these words in capitals.
        Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        Some(_) => Err(format!("`{column}` must be true or false")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(row: Value, format: Format) -> Result<LabelRecord, String> {
        LabelRecord::from_row(serde_json::from_value(row).unwrap(), format)
    }

    #[test]
    fn bad_rows_say_which_column() {
        let long = "x".repeat(MAX_TEXT_BYTES + 1);
        for (row, column) in [
            (json!({ "label": "a" }), "`text` is missing"),
            (json!({ "text": "x", "label": " " }), "`label` is missing"),
            (json!({ "text": 1, "label": "a" }), "`text` must be text"),
            (json!({ "text": long, "label": "a" }), "text"),
            (json!({ "text": "a\0b", "label": "a" }), "NUL"),
            (json!({ "text": "x", "label": "a\n" }), "label"),
            (json!({ "text": "x", "label": "a", "priority": "soon" }), "priority"),
            (json!({ "text": "x", "label": "a", "priority": 1 }), "`priority` must be text"),
            (
                json!({ "text": "x", "label": "a", "handling_minutes": -1 }),
                "`handling_minutes` must be a number from 0",
            ),
            (json!({ "text": "x", "label": "a", "handling_minutes": "40321" }), "40320"),
            (json!({ "text": "x", "label": "a", "handling_minutes": "NaN" }), "handling_minutes"),
            (json!({ "text": "x", "label": "a", "handling_minutes": "long" }), "handling_minutes"),
            (
                json!({ "text": "x", "label": "a", "digest": sha256("y") }),
                "the text is not the one that `digest` belongs to",
            ),
        ] {
            let refusal = check(row, Format::Jsonl).unwrap_err();
            assert!(refusal.contains(column), "{refusal}");
        }
    }

    #[test]
    fn where_an_exported_label_comes_from_is_checked() {
        for (column, value) in [
            ("kind", json!("guessed")),
            ("given_at", json!("yesterday")),
            ("confidence", json!(1.5)),
            ("chosen_with", json!("often")),
            ("saw_model", json!("perhaps")),
            ("part", json!("test")),
            ("given_by", json!("x".repeat(MAX_PROVENANCE_BYTES + 1))),
        ] {
            let row = json!({ "text": "x", "label": "a", "digest": sha256("x"), column: value });
            assert!(check(row, Format::Jsonl).unwrap_err().contains(column), "{column}");
            // Without a digest the file is somebody else's, and the column may mean anything.
            let row = json!({ "text": "x", "label": "a", column: value });
            assert_eq!(check(row, Format::Jsonl).unwrap().digest, sha256("x"));
        }
    }

    #[test]
    fn apostrophes_go_only_where_an_export_put_them() {
        let exported = json!({ "text": "'=1", "label": "'-x", "given_by": "'@me", "digest": sha256("=1") });
        let record = check(exported.clone(), Format::Csv).unwrap();
        assert_eq!(
            (record.text.as_str(), record.label.as_str(), record.given_by.as_deref()),
            ("=1", "-x", Some("@me"))
        );
        assert!(check(exported, Format::Jsonl).is_err());

        let foreign = json!({ "text": "'=1", "label": "'-x" });
        let record = check(foreign, Format::Csv).unwrap();
        assert_eq!((record.text.as_str(), record.label.as_str()), ("'=1", "'-x"));

        // A spreadsheet that was told to drop the apostrophe has done no harm, and an apostrophe of the text itself stays.
        let kept = check(json!({ "text": "=1", "label": "a", "digest": sha256("=1") }), Format::Csv).unwrap();
        assert_eq!(kept.text, "=1");
        let kept = check(json!({ "text": "'tis", "label": "'a'", "digest": sha256("'tis") }), Format::Csv).unwrap();
        assert_eq!((kept.text.as_str(), kept.label.as_str()), ("'tis", "'a'"));
    }
}
