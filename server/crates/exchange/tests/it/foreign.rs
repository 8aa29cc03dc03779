//! Files that pyarrow has written; `tests/data/README.md` says how.

use exchange::{Format, LabelRecord};
use serde_json::json;

use crate::support::rows;

pub(crate) fn files() -> [&'static [u8]; 2] {
    [include_bytes!("../data/snappy.parquet"), include_bytes!("../data/zstd.parquet")]
}

#[test]
fn files_of_another_program_are_read() {
    for file in files() {
        let found = rows(Format::Parquet, file.to_vec());
        assert!(found.iter().map(|row| row.line).eq(1..=5));
        let found: Vec<_> = found.into_iter().map(|row| json!(row.row.unwrap())).collect();
        let at = "2026-11-23T15:04:05.123456Z";
        let card = "Wo ist meine Karte?";
        assert_eq!(
            found,
            [
                json!({ "text": card, "label": "card", "flag": true, "count": 1, "minutes": 0.1, "day": "2026-11-23", "at": at }),
                json!({ "text": "=1+1", "label": "x", "count": u32::MAX, "at": at }),
                json!({ "text": "a\r\nb", "flag": false, "day": "1969-12-31", "at": at }),
                json!({ "text": "日本 🧑‍🚀", "label": "card", "flag": true, "count": 4, "minutes": 16.7, "at": at }),
                json!({ "text": card, "label": "card", "flag": true, "count": 5, "minutes": 3.0 }),
            ]
        );
    }
}

#[test]
fn their_rows_are_examples() {
    let found = rows(Format::Parquet, files()[0].to_vec()).into_iter();
    let found: Vec<_> = found.map(|row| row.row.and_then(|row| LabelRecord::from_row(row, Format::Parquet))).collect();
    assert_eq!(found[1].as_ref().unwrap().text, "=1+1");
    assert_eq!(found[2].as_ref().unwrap_err(), "`label` is missing");
}
