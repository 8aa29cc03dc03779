use std::io::Cursor;

use exchange::{Format, Limits, Numbered, Row, read};

use crate::support::{LIMITS, refusal, rows};

/// Each row's line, with its text or what is wrong with it.
fn lines(format: Format, bytes: impl Into<Vec<u8>>) -> Vec<(u64, String)> {
    let shown =
        |Numbered { line, row }: Numbered<Row>| (line, row.map_or_else(|reason| reason, |row| row["text"].to_string()));
    rows(format, bytes.into()).into_iter().map(shown).collect()
}

#[test]
fn rows_carry_the_line_on_which_they_begin() {
    let csv = "\u{feff}text,label\r\na,b\r\n\r\n\"c\r\nd\",e\r\nf\r\ng,h";
    let found = lines(Format::Csv, csv);
    let cells = "has 1 cells, but the header has 2".to_owned();
    assert_eq!(found, [(2, "\"a\"".to_owned()), (4, "\"c\\r\\nd\"".to_owned()), (6, cells), (7, "\"g\"".to_owned())]);

    let found = lines(Format::Jsonl, "{\"text\":\"a\"}\n\n{\"text\":}\n{\"text\":\"b\"}");
    assert_eq!(found[0], (1, "\"a\"".to_owned()));
    assert!(found[1].0 == 3 && found[1].1.contains("expected value"));
    assert_eq!(found[2], (4, "\"b\"".to_owned()));
}

#[test]
fn a_row_that_is_too_long_is_refused_and_the_next_is_read() {
    let long = "x".repeat(1024 * 1024);
    for quote in ["", "\""] {
        let found = lines(Format::Csv, format!("text,label\na,b\n{quote}{long}\n,{long}{quote},b\nc,d\n"));
        let last = found.last().unwrap();
        assert_eq!(last.1, "\"c\"");
        assert!(found.iter().any(|(line, reason)| *line == 3 && reason.starts_with("is longer than 1048576 bytes")));
    }
    let found = lines(Format::Jsonl, format!("{{\"text\":\"{long}\"}}\n{{\"text\":\"c\"}}\n"));
    assert_eq!(found, [(1, "is longer than 1048576 bytes".to_owned()), (2, "\"c\"".to_owned())]);
}

#[test]
fn a_quote_that_is_never_closed_is_one_bad_row() {
    let mut csv = "text,label\n\"a,b\n".to_owned();
    csv.push_str(&"c,d\n".repeat(1_000_000));
    let found = lines(Format::Csv, csv);
    assert_eq!(found.len(), 1);
    assert!(found[0].0 == 2 && found[0].1.contains("perhaps a quote is not closed"));
}

#[test]
fn a_header_that_cannot_be_used_is_refused() {
    assert_eq!(refusal(Format::Csv, b"text, text \na,b\n".to_vec()), "the column `text` is there twice");
    assert_eq!(refusal(Format::Csv, b"text,\xff\n".to_vec()), "the header is not UTF-8");
    assert_eq!(refusal(Format::Csv, b"\n\n".to_vec()), "the file has no header");
    let wide: Vec<String> = (0..300).map(|number| number.to_string()).collect();
    assert_eq!(refusal(Format::Csv, wide.join(",").into_bytes()), "the header has more than 256 columns");
}

#[test]
fn what_is_not_utf_8_or_has_too_many_columns_is_a_bad_row() {
    let found = lines(Format::Csv, b"text,label\na,\xff\nb,c\n".to_vec());
    assert_eq!(found, [(2, "`label` is not UTF-8".to_owned()), (3, "\"b\"".to_owned())]);
    let wide = "x,".repeat(300);
    let found = lines(Format::Csv, format!("text,label\n{wide}\nb,c\n"));
    assert_eq!(found, [(2, "has more than 256 columns".to_owned()), (3, "\"b\"".to_owned())]);
    let wide: Vec<String> = (0..300).map(|number| format!("\"{number}\":1")).collect();
    let found = lines(Format::Jsonl, format!("{{{}}}\n", wide.join(",")));
    assert_eq!(found, [(1, "has more than 256 columns".to_owned())]);
}

#[test]
fn a_file_that_is_larger_than_the_limit_ends_in_a_bad_row() {
    let limits = Limits { file_bytes: 20_000, ..LIMITS };
    for (format, line, header) in [(Format::Csv, "x\n", "text\n"), (Format::Jsonl, "{\"text\":\"x\"}\n", "")] {
        let file = header.to_owned() + &line.repeat(20_000);
        let rows: Vec<_> = read(Cursor::new(file.into_bytes()), format, &limits).unwrap().collect();
        assert!(rows.len() < 20_000);
        assert_eq!(rows.last().unwrap().row, Err("the file is larger than 20000 bytes".to_owned()));
        assert!(rows[..rows.len() - 1].iter().all(|row| row.row.is_ok()));
    }
}
