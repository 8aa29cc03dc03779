//! People.

use domain::{Page, PageRequest, Timestamp, User, UserId};
use sqlx::sqlite::SqliteConnection;

use crate::{
    convert::{all, from_json, ms, number, one, parse, time},
    error::Error,
};

macro_rules! select_user {
    ($rest:literal) => {
        concat!("SELECT id, email, name, role, created_at, disabled_at, areas, password_hash FROM user ", $rest)
    };
}

pub(crate) async fn add(connection: &mut SqliteConnection, user: &User, password_hash: &str) -> Result<(), Error> {
    const ADD: &str = "INSERT INTO user (id, email, name, role, password_hash, created_at, disabled_at, areas) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    sqlx::query(ADD)
        .bind(user.id.to_string())
        .bind(&user.email)
        .bind(&user.name)
        .bind(user.role.as_str())
        .bind(password_hash)
        .bind(user.created_at.as_ms())
        .bind(ms(user.disabled_at))
        .bind(serde_json::to_string(&user.areas)?)
        .execute(connection)
        .await
        .map_err(|error| Error::conflict(error, "email"))?;
    Ok(())
}

pub(crate) async fn save(connection: &mut SqliteConnection, user: &User) -> Result<(), Error> {
    let saved = sqlx::query("UPDATE user SET name = ?2, role = ?3, disabled_at = ?4, areas = ?5 WHERE id = ?1")
        .bind(user.id.to_string())
        .bind(&user.name)
        .bind(user.role.as_str())
        .bind(ms(user.disabled_at))
        .bind(serde_json::to_string(&user.areas)?)
        .execute(connection)
        .await?;
    if saved.rows_affected() == 1 { Ok(()) } else { Err(Error::Missing("user")) }
}

pub(crate) async fn save_password(
    connection: &mut SqliteConnection,
    id: UserId,
    password_hash: &str,
) -> Result<(), Error> {
    let saved = sqlx::query("UPDATE user SET password_hash = ?2 WHERE id = ?1")
        .bind(id.to_string())
        .bind(password_hash)
        .execute(connection)
        .await?;
    if saved.rows_affected() == 1 { Ok(()) } else { Err(Error::Missing("user")) }
}

pub(crate) async fn lookup(connection: &mut SqliteConnection, id: UserId) -> Result<Option<User>, Error> {
    let row: Option<UserRow> =
        sqlx::query_as(select_user!("WHERE id = ?1")).bind(id.to_string()).fetch_optional(connection).await?;
    one(row)
}

pub(crate) async fn lookup_credentials(
    connection: &mut SqliteConnection,
    email: &str,
) -> Result<Option<(User, String)>, Error> {
    let row: Option<UserRow> =
        sqlx::query_as(select_user!("WHERE email = ?1")).bind(email).fetch_optional(connection).await?;
    row.map(|mut row| {
        let password_hash = std::mem::take(&mut row.password_hash);
        Ok((row.try_into()?, password_hash))
    })
    .transpose()
}

pub(crate) async fn list(connection: &mut SqliteConnection, page: &PageRequest) -> Result<Page<User>, Error> {
    let after = page.after.as_deref().unwrap_or_default();
    // The cursor is an address, so that this list too refuses what is none of its own.
    if page.after.is_some() && !after.contains('@') {
        return Err(Error::InvalidCursor);
    }
    let rows: Vec<UserRow> = sqlx::query_as(select_user!("WHERE email > ?1 ORDER BY email LIMIT ?2"))
        .bind(after)
        .bind(page.limit() + 1)
        .fetch_all(connection)
        .await?;
    Ok(Page::from_rows(all(rows)?, page.limit(), |last: &User| last.email.clone()))
}

/// `A` is the character after `@`, so that each name is one step into the index of addresses.
pub(crate) const NAMED: &str = "SELECT user.id, email, name, role, created_at, disabled_at, areas, password_hash \
    FROM json_each(?1) AS wanted CROSS JOIN user ON email > wanted.value || '@' AND email < wanted.value || 'A' LIMIT 100";

pub(crate) async fn list_named(connection: &mut SqliteConnection, names: &[String]) -> Result<Vec<User>, Error> {
    let rows: Vec<UserRow> = sqlx::query_as(NAMED).bind(serde_json::to_string(names)?).fetch_all(connection).await?;
    let mut users: Vec<User> = all(rows)?;
    users.sort_by(|left, right| left.email.cmp(&right.email));
    Ok(users)
}

pub(crate) async fn count_active_administrators(connection: &mut SqliteConnection) -> Result<u64, Error> {
    const COUNT: &str = "SELECT count(*) FROM user WHERE role = 'administrator' AND disabled_at IS NULL";
    let count: i64 = sqlx::query_scalar(COUNT).fetch_one(connection).await?;
    number("count", count)
}

#[derive(sqlx::FromRow)]
struct UserRow {
    id: String,
    email: String,
    name: String,
    role: String,
    created_at: i64,
    disabled_at: Option<i64>,
    areas: String,
    password_hash: String,
}

impl TryFrom<UserRow> for User {
    type Error = Error;

    fn try_from(row: UserRow) -> Result<Self, Error> {
        Ok(Self {
            id: parse("user.id", &row.id)?,
            email: row.email,
            name: row.name,
            role: parse("user.role", &row.role)?,
            areas: from_json("user.areas", &row.areas)?,
            created_at: Timestamp::from_ms(row.created_at),
            disabled_at: time(row.disabled_at),
        })
    }
}
