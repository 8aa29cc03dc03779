//! What people chose for themselves.

use domain::{UserId, preferences::Preferences};
use sqlx::sqlite::SqliteConnection;

use crate::{convert::from_json, error::Error};

pub(crate) async fn lookup(connection: &mut SqliteConnection, id: UserId) -> Result<Option<Preferences>, Error> {
    let document: Option<String> = sqlx::query_scalar("SELECT document FROM preference WHERE user_id = ?1")
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?;
    document.map(|document| from_json("preference.document", &document)).transpose()
}

pub(crate) async fn save(
    connection: &mut SqliteConnection,
    id: UserId,
    preferences: &Preferences,
) -> Result<(), Error> {
    const SAVE: &str = "INSERT INTO preference (user_id, document) VALUES (?1, ?2) \
        ON CONFLICT (user_id) DO UPDATE SET document = excluded.document";
    sqlx::query(SAVE).bind(id.to_string()).bind(serde_json::to_string(preferences)?).execute(connection).await?;
    Ok(())
}
