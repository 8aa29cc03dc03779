//! Values that people change, and the count of everything that decisions are made by.

use service::ports::store::StoredSetting;
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{from_json, number},
    error::Error,
};

/// Triggers raise it.
pub(crate) const EPOCH: &str = "SELECT n FROM counter WHERE scope = 'total' AND name = 'epoch'";

pub(crate) async fn lookup(connection: &mut SqliteConnection, name: &str) -> Result<Option<StoredSetting>, Error> {
    let row: Option<(i64, String)> = sqlx::query_as("SELECT revision, value FROM setting WHERE name = ?1")
        .bind(name)
        .fetch_optional(connection)
        .await?;
    row.map(|(revision, value)| {
        let revision = number("setting.revision", revision)?;
        Ok(StoredSetting { revision, value: from_json("setting.value", &value)? })
    })
    .transpose()
}

pub(crate) async fn save(connection: &mut SqliteConnection, name: &str, setting: &StoredSetting) -> Result<(), Error> {
    const FIRST: &str = "INSERT INTO setting (name, revision, value) VALUES (?1, ?2, ?3)";
    const NEXT: &str = "UPDATE setting SET revision = ?2, value = ?3 WHERE name = ?1 AND revision = ?2 - 1";
    let statement = if setting.revision == 1 { FIRST } else { NEXT };
    let saved = sqlx::query(statement)
        .bind(name)
        .bind(setting.revision)
        .bind(serde_json::to_string(&setting.value)?)
        .execute(connection)
        .await
        .map_err(|error| Error::conflict(error, "revision"))?;
    if saved.rows_affected() == 1 { Ok(()) } else { Err(Error::Conflict("revision")) }
}

pub(crate) async fn epoch(connection: &mut SqliteConnection) -> Result<u64, Error> {
    number("counter.n", sqlx::query_scalar(EPOCH).fetch_one(connection).await?)
}
