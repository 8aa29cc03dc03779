use domain::{LabelKind, Priority, Timestamp};
use exchange::{Format, LabelRecord, LabelWriter};
use proptest::{option, prelude::*, sample::select};

use crate::support::{LIMITS, bare, full, rows, sha256, write};

/// Texts that some form has trouble with.
fn nasty() -> impl Strategy<Value = String> {
    let pieces = select(vec![
        "\"",
        "\"\"",
        "'",
        "''",
        "=",
        "+",
        "-",
        "@",
        "\t",
        "\r",
        "\n",
        "\r\n",
        ",",
        ";",
        "\\",
        "\\n",
        "\u{feff}",
        "\u{1}",
        "\u{85}",
        "\u{2028}",
        "ß",
        "日本",
        "🧑‍🚀",
        "e\u{301}",
        " ",
        "a",
        "=cmd|' /C calc'!A0",
        "null",
        "1e5",
        "{}",
        "NaN",
    ]);
    let pieces = proptest::collection::vec(pieces, 1..6).prop_map(|pieces| pieces.concat());
    prop_oneof![pieces, ".{1,40}"]
        .prop_filter("blank texts are missing ones", |text| !text.trim().is_empty() && !text.contains('\0'))
}

fn label() -> impl Strategy<Value = String> {
    "[-=+@'a-zß\"?,]([ a-z'=\",;]{0,20}[a-z?'\"])?".prop_filter("no blanks around it", |label| label.trim() == label)
}

fn fraction() -> impl Strategy<Value = f32> {
    prop_oneof![0.0_f32..=1.0, Just(0.0), Just(1.0), Just(f32::MIN_POSITIVE), Just(1e-45), Just(0.1)]
}

fn provenance() -> impl Strategy<Value = LabelRecord> {
    let texts =
        (option::of(nasty()), option::of(nasty()), option::of(nasty()), option::of(nasty()), option::of(nasty()));
    let rest = (
        option::of(select(LabelKind::ALL.to_vec())),
        option::of((-62_135_596_800_000_i64..=253_402_300_799_999).prop_map(Timestamp::from_ms)),
        option::of(fraction()),
        option::of(any::<bool>()),
        option::of(fraction()),
    );
    (texts, rest).prop_map(|((given_by, predicted, model_version, task_id, replaced), rest)| {
        let (kind, given_at, confidence, saw_model, chosen_with) = rest;
        LabelRecord {
            kind,
            given_by,
            given_at,
            predicted,
            confidence,
            model_version,
            task_id,
            replaced,
            saw_model,
            chosen_with,
            ..bare("", "")
        }
    })
}

fn record() -> impl Strategy<Value = LabelRecord> {
    let work = (option::of(select(Priority::ALL.to_vec())), option::of(0.0_f32..=40_320.0), option::of(any::<bool>()));
    (nasty(), label(), provenance(), work).prop_map(|(text, label, record, (priority, handling_minutes, held_out))| {
        LabelRecord { digest: sha256(&text), text, label, priority, handling_minutes, held_out, ..record }
    })
}

fn read_again(format: Format, bytes: Vec<u8>) -> Vec<LabelRecord> {
    let rows = rows(format, bytes).into_iter();
    rows.map(|row| row.row.and_then(|row| LabelRecord::from_row(row, format)).unwrap()).collect()
}

proptest! {
    #[test]
    fn examples_survive_every_form_exactly(records in proptest::collection::vec(record(), 0..20)) {
        for format in Format::ALL {
            prop_assert_eq!(&read_again(format, write(format, &records)), &records, "{}", format);
        }
    }

    #[test]
    fn no_cell_of_a_csv_file_begins_like_a_formula(record in record()) {
        let bytes = write(Format::Csv, &[record]);
        for cell in csv::Reader::from_reader(&bytes[..]).records().next().unwrap().unwrap().iter() {
            prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
        }
    }
}

#[test]
fn every_column_is_there_and_only_datasets_have_parts() {
    let columns = "text,label,kind,given_by,given_at,predicted,confidence,model_version,task_id,decision_id,replaced,\
                   saw_model,chosen_with,priority,handling_minutes,digest";
    let csv = String::from_utf8(write(Format::Csv, &[full("a", "b")])).unwrap();
    let digest = sha256("a");
    let line = format!(
        "a,b,corrected,Ada,2026-11-23T15:04:05.123Z,spam,0.1,m3,task_01ARZ3NDEKTSV4RRFFQ69G5FAV,\
         dec_01ARZ3NDEKTSV4RRFFQ69G5FAV,ham,true,0.33333334,high,16.7,{digest},held_out"
    );
    assert_eq!(csv, format!("{columns},part\n{line}\n"));

    for format in Format::ALL {
        let mut writer = LabelWriter::new(format, false, Vec::new()).unwrap();
        writer.write(&full("a", "b")).unwrap();
        let bytes = writer.finish().unwrap();
        let row = rows(format, bytes.clone()).remove(0).row.unwrap();
        assert!(!row.contains_key("part"), "{format}");
        assert!(columns.split(',').all(|column| row.contains_key(column)), "{format}");
        assert_eq!(read_again(format, bytes), [LabelRecord { held_out: None, ..full("a", "b") }]);
    }
}

#[test]
fn what_is_unknown_is_absent() {
    let line = String::from_utf8(write(Format::Jsonl, &[bare("a", "b")])).unwrap();
    let digest = sha256("a");
    assert_eq!(line, format!("{{\"text\":\"a\",\"label\":\"b\",\"digest\":\"{digest}\"}}\n"));
}

#[test]
fn files_without_examples_are_files() {
    for format in Format::ALL {
        assert_eq!(rows(format, write(format, &[])), [], "{format}");
    }
}

#[test]
fn many_and_long_texts_go_into_several_row_groups_that_can_be_read() {
    let longest = "x".repeat(domain::task::MAX_TEXT_BYTES);
    let records: Vec<LabelRecord> = (0..25_000)
        .map(|number| {
            if number % 50 == 0 {
                full(&format!("{number}{}", &longest[8..]), "long")
            } else {
                bare(&number.to_string(), "a")
            }
        })
        .collect();
    let bytes = write(Format::Parquet, &records);
    assert_eq!(read_again(Format::Parquet, bytes.clone()), records);
    // Twice 16 MiB of texts, then the rest of 25,000 rows: at least three groups, each of which begins its columns anew.
    let limits = exchange::Limits { cell_bytes: 1024 * 1024, ..LIMITS };
    let last = exchange::read(std::io::Cursor::new(bytes), Format::Parquet, &limits).unwrap().last().unwrap();
    assert!(last.row.unwrap_err().contains("too many bytes"));
}
