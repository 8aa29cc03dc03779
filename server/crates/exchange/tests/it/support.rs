//! What the tests share.

use std::io::Cursor;

use domain::{LabelKind, Priority, Timestamp};
use exchange::{Format, LabelRecord, LabelWriter, Limits, Numbered, ReadError, Row, read};
use sha2::{Digest, Sha256};

pub(crate) const LIMITS: Limits = Limits { file_bytes: 64 * 1024 * 1024, cell_bytes: 256 * 1024 * 1024 };

pub(crate) fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// A record of which only text and label are known.
pub(crate) fn bare(text: &str, label: &str) -> LabelRecord {
    LabelRecord {
        text: text.to_owned(),
        label: label.to_owned(),
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
        priority: None,
        handling_minutes: None,
        digest: sha256(text),
        held_out: None,
    }
}

/// A record of which everything is known.
pub(crate) fn full(text: &str, label: &str) -> LabelRecord {
    LabelRecord {
        kind: Some(LabelKind::Corrected),
        given_by: Some("Ada".to_owned()),
        given_at: Some(Timestamp::from_ms(1_795_446_245_123)),
        predicted: Some("spam".to_owned()),
        confidence: Some(0.1),
        model_version: Some("m3".to_owned()),
        task_id: Some("task_01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned()),
        decision_id: Some("dec_01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned()),
        replaced: Some("ham".to_owned()),
        saw_model: Some(true),
        chosen_with: Some(1.0 / 3.0),
        priority: Some(Priority::High),
        handling_minutes: Some(16.7),
        held_out: Some(true),
        ..bare(text, label)
    }
}

pub(crate) fn write(format: Format, records: &[LabelRecord]) -> Vec<u8> {
    let mut writer = LabelWriter::new(format, true, Vec::new()).unwrap();
    for record in records {
        writer.write(record).unwrap();
    }
    writer.finish().unwrap()
}

pub(crate) fn rows(format: Format, bytes: Vec<u8>) -> Vec<Numbered<Row>> {
    read(Cursor::new(bytes), format, &LIMITS).unwrap().collect()
}

/// Why a file is refused as a whole.
pub(crate) fn refusal(format: Format, bytes: Vec<u8>) -> String {
    match read(Cursor::new(bytes), format, &LIMITS) {
        Err(ReadError::Refused(reason)) => reason,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it is read"),
    }
}
