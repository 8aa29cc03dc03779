//! Imports of files.

use domain::{ImportId, Timestamp, import::LabelImport};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, from_json, ms, number, one, parse, signed, time, variant},
    error::Error,
};

macro_rules! select_import {
    ($rest:literal) => {
        concat!(
            "SELECT id, file_name, sha256, state, skip_bad, good, added, known, bad, problems, message, started_by, ",
            "started_at, ended_at FROM label_import ",
            $rest
        )
    };
}

pub(crate) async fn save(connection: &mut SqliteConnection, import: &LabelImport) -> Result<(), Error> {
    const SAVE: &str = "INSERT INTO label_import (id, file_name, sha256, state, skip_bad, good, added, known, bad, problems, \
            message, started_by, started_at, ended_at) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) \
        ON CONFLICT (id) DO UPDATE SET state = excluded.state, good = excluded.good, added = excluded.added, \
            known = excluded.known, bad = excluded.bad, problems = excluded.problems, message = excluded.message, \
            ended_at = excluded.ended_at";
    sqlx::query(SAVE)
        .bind(import.id.to_string())
        .bind(&import.file_name)
        .bind(&import.sha256)
        .bind(import.state.as_str())
        .bind(import.skip_bad)
        .bind(signed("label_import.good", import.good)?)
        .bind(signed("label_import.added", import.added)?)
        .bind(signed("label_import.known", import.known)?)
        .bind(signed("label_import.bad", import.bad)?)
        .bind(serde_json::to_string(&import.problems)?)
        .bind(&import.message)
        .bind(&import.started_by)
        .bind(import.started_at.as_ms())
        .bind(ms(import.ended_at))
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) async fn lookup(connection: &mut SqliteConnection, id: ImportId) -> Result<Option<LabelImport>, Error> {
    let row: Option<ImportRow> =
        sqlx::query_as(select_import!("WHERE id = ?1")).bind(id.to_string()).fetch_optional(connection).await?;
    one(row)
}

pub(crate) async fn list(connection: &mut SqliteConnection, limit: u32) -> Result<Vec<LabelImport>, Error> {
    let rows: Vec<ImportRow> =
        sqlx::query_as(select_import!("ORDER BY id DESC LIMIT ?1")).bind(limit).fetch_all(connection).await?;
    all(rows)
}

#[derive(sqlx::FromRow)]
struct ImportRow {
    id: String,
    file_name: String,
    sha256: String,
    state: String,
    skip_bad: bool,
    good: i64,
    added: i64,
    known: i64,
    bad: i64,
    problems: String,
    message: String,
    started_by: String,
    started_at: i64,
    ended_at: Option<i64>,
}

impl TryFrom<ImportRow> for LabelImport {
    type Error = Error;

    fn try_from(row: ImportRow) -> Result<Self, Error> {
        Ok(Self {
            id: parse("label_import.id", &row.id)?,
            file_name: row.file_name,
            sha256: row.sha256,
            state: variant("label_import.state", &row.state)?,
            skip_bad: row.skip_bad,
            good: number("label_import.good", row.good)?,
            added: number("label_import.added", row.added)?,
            known: number("label_import.known", row.known)?,
            bad: number("label_import.bad", row.bad)?,
            problems: from_json("label_import.problems", &row.problems)?,
            message: row.message,
            started_by: row.started_by,
            started_at: Timestamp::from_ms(row.started_at),
            ended_at: time(row.ended_at),
        })
    }
}
