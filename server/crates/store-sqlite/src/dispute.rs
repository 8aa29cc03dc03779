//! Texts that were labelled in different ways, and who agrees with whom.

use std::collections::BTreeMap;

use domain::{
    Label, Page, PageRequest, Timestamp,
    dispute::{Dispute, OpinionPair},
};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, cursor_part, cursor_parts},
    error::Error,
    label::{LabelRow, select_label},
};

/// Most opinions of one text that are listed.
const MAX_OPINIONS: i64 = 50;
/// Most pairs of opinions that are listed.
const MAX_PAIRS: i64 = 10_000;

/// Labels that stand: from the last settlement on, whatever holds, and each person's last word that was not taken back. The texts' digests are the
/// array `?1`.
macro_rules! standing {
    () => {
        "FROM json_each(?1) AS wanted CROSS JOIN label INDEXED BY label_by_digest ON label.digest = wanted.value \
            LEFT JOIN task ON task.id = label.task_id \
        WHERE label.id >= coalesce((SELECT max(settled.id) FROM label AS settled \
                WHERE settled.digest = wanted.value AND settled.kind = 'adjudicated'), '') \
            AND label.withdrawn_at IS NULL \
            AND (label.holds = 1 OR (label.given_by_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM label AS later \
                WHERE later.digest = wanted.value AND later.id > label.id AND later.given_by_id = label.given_by_id \
                    AND later.withdrawn_at IS NULL)))"
    };
}

pub(crate) const OPEN: &str = "SELECT digest, opened_at FROM dispute WHERE open = 1 AND (opened_at, digest) > (?1, ?2) \
    ORDER BY opened_at, digest LIMIT ?3";

/// Looks anew at these texts, whose labels have changed.
pub(crate) async fn refresh(connection: &mut SqliteConnection, digests: &[&str]) -> Result<(), Error> {
    const REFRESH: &str = concat!(
        "UPDATE dispute SET open = 0 WHERE open = 1 AND digest IN (SELECT value FROM json_each(?1)); \
        INSERT INTO dispute (digest, open, opened_at) \
        SELECT label.digest, count(DISTINCT label.label) > 1, max(label.given_at) ",
        standing!(),
        " GROUP BY label.digest \
        HAVING count(DISTINCT label.label) > 1 OR count(DISTINCT coalesce(label.given_by_id, label.given_by)) > 1 \
        ON CONFLICT (digest) DO UPDATE SET open = excluded.open, opened_at = excluded.opened_at"
    );
    sqlx::query(REFRESH).bind(serde_json::to_string(digests)?).execute(connection).await?;
    Ok(())
}

/// Looks anew at every contested text.
pub(crate) async fn refresh_all(connection: &mut SqliteConnection) -> Result<(), Error> {
    let digests: Vec<String> =
        sqlx::query_scalar("SELECT digest FROM dispute WHERE open = 1").fetch_all(&mut *connection).await?;
    let digests: Vec<&str> = digests.iter().map(String::as_str).collect();
    refresh(connection, &digests).await
}

pub(crate) async fn list_open(connection: &mut SqliteConnection, page: &PageRequest) -> Result<Page<Dispute>, Error> {
    let (opened_at, digest) = match cursor_parts::<2>(page)? {
        None => (i64::MIN, ""),
        Some([opened_at, digest]) => (cursor_part::<i64>(opened_at)?, digest),
    };
    let rows: Vec<(String, i64)> =
        sqlx::query_as(OPEN).bind(opened_at).bind(digest).bind(page.limit() + 1).fetch_all(&mut *connection).await?;
    let page = Page::from_rows(rows, page.limit(), |(digest, opened_at)| format!("{opened_at}.{digest}"));
    Ok(Page { items: with_opinions(connection, page.items).await?, next: page.next })
}

pub(crate) async fn lookup_open(connection: &mut SqliteConnection, digest: &str) -> Result<Option<Dispute>, Error> {
    let rows: Vec<(String, i64)> =
        sqlx::query_as("SELECT digest, opened_at FROM dispute WHERE digest = ?1 AND open = 1")
            .bind(digest)
            .fetch_all(&mut *connection)
            .await?;
    Ok(with_opinions(connection, rows).await?.pop())
}

async fn with_opinions(connection: &mut SqliteConnection, disputes: Vec<(String, i64)>) -> Result<Vec<Dispute>, Error> {
    const LIST: &str = select_label!(concat!(standing!(), " ORDER BY label.id LIMIT ?2"));
    let mut found = Vec::with_capacity(disputes.len());
    for (digest, opened_at) in disputes {
        let rows: Vec<LabelRow> = sqlx::query_as(LIST)
            .bind(serde_json::to_string(&[&digest])?)
            .bind(MAX_OPINIONS)
            .fetch_all(&mut *connection)
            .await?;
        let labels: Vec<Label> = all(rows)?;
        let text = labels.first().map(|label| label.text.clone()).unwrap_or_default();
        let opinions = labels.into_iter().map(Into::into).collect();
        found.push(Dispute { digest, text, opened_at: Timestamp::from_ms(opened_at), opinions });
    }
    Ok(found)
}

/// Pairs of people's last words on one text, of the texts that were labelled last.
pub(crate) async fn list_pairs(connection: &mut SqliteConnection) -> Result<Vec<OpinionPair>, Error> {
    const LAST_WORDS: &str = "SELECT label.digest, label.given_by_id, label.given_by, label.label \
        FROM (SELECT digest FROM dispute ORDER BY opened_at DESC LIMIT ?1) AS wanted \
            CROSS JOIN label INDEXED BY label_by_digest ON label.digest = wanted.digest \
        WHERE label.given_by_id IS NOT NULL AND label.kind IN ('corrected', 'confirmed') AND label.withdrawn_at IS NULL \
        ORDER BY label.digest, label.id LIMIT ?2";
    let rows: Vec<(String, String, String, String)> =
        sqlx::query_as(LAST_WORDS).bind(MAX_PAIRS).bind(2 * MAX_PAIRS).fetch_all(connection).await?;
    let mut pairs = Vec::new();
    for text in rows.chunk_by(|left, right| left.0 == right.0) {
        let last: BTreeMap<&String, (&String, &String)> = text.iter().map(|row| (&row.1, (&row.2, &row.3))).collect();
        let people: Vec<_> = last.into_iter().collect();
        for (place, (first_id, (first_by, first))) in people.iter().enumerate() {
            for (second_id, (second_by, second)) in people.iter().skip(place + 1) {
                if pairs.len() as i64 == MAX_PAIRS {
                    return Ok(pairs);
                }
                pairs.push(OpinionPair {
                    first_id: (*first_id).clone(),
                    first_by: (*first_by).clone(),
                    first: (*first).clone(),
                    second_id: (*second_id).clone(),
                    second_by: (*second_by).clone(),
                    second: (*second).clone(),
                });
            }
        }
    }
    Ok(pairs)
}
