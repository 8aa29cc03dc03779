//! People and API keys. A secret that is made here never rides in an answer that may be kept: it waits in
//! `shown_once` for the page that shows it.

use domain::{ApiKey, ApiKeyId, IssuedKey, IssuedPassword, Page, Role, Scope, User, UserId};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What the page of people shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleBoard {
    /// People by address.
    pub people: Page<User>,
    /// A password that was made just now; it is not answered a second time.
    pub issued: Option<IssuedPassword>,
}

/// What the page of API keys shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyBoard {
    /// Keys, newest first.
    pub keys: Page<ApiKey>,
    /// A key that was made just now; it is not answered a second time.
    pub issued: Option<IssuedKey>,
}

/// People, and the password that waits to be shown.
#[server(prefix = "/fn", endpoint = "list_people")]
pub async fn list_people(
    /// The cursor of the page.
    after: Option<String>,
) -> Result<PeopleBoard, AppError> {
    use crate::api::{actor, fail, services, shown_once};
    let actor = actor()?;
    let people = services().list_users(&actor, &domain::PageRequest::after(after, None)).await.map_err(fail)?;
    Ok(PeopleBoard { people, issued: shown_once::take_password(&actor) })
}

/// Adds a person with a password that is made for them.
#[server(prefix = "/fn", endpoint = "add_user")]
pub async fn add_user(
    /// What the person will sign in with.
    email: String,
    /// Name for people.
    name: String,
    /// What the person is here for.
    role: Role,
    /// The areas of the policy that the person may change, with commas; all of it when it is blank.
    #[server(default)]
    areas: String,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services, shown_once};
    let actor = actor()?;
    let issued = services().add_user(&actor, domain::NewUser { email, name, role, areas }).await.map_err(fail)?;
    shown_once::keep_password(&actor, issued);
    Ok(())
}

/// Says which areas of the policy a person may change, with commas; all of it when it is blank.
#[server(prefix = "/fn", endpoint = "set_user_areas")]
pub async fn set_user_areas(
    /// The person.
    user: UserId,
    /// The areas.
    #[server(default)]
    areas: String,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().set_user_areas(&actor()?, user, &areas).await.map_err(fail)?;
    Ok(())
}

/// Lets a person sign in no more, or again.
#[server(prefix = "/fn", endpoint = "set_user_disabled")]
pub async fn set_user_disabled(
    /// The person.
    user: UserId,
    /// Whether the person may not sign in.
    disabled: bool,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().set_user_disabled(&actor()?, user, disabled).await.map_err(fail)?;
    Ok(())
}

/// Makes a new password for a person and ends their sessions.
#[server(prefix = "/fn", endpoint = "reset_password")]
pub async fn reset_password(
    /// The person.
    user: UserId,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services, shown_once};
    let actor = actor()?;
    let issued = services().reset_password(&actor, user).await.map_err(fail)?;
    shown_once::keep_password(&actor, issued);
    Ok(())
}

/// API keys, and the secret that waits to be shown.
#[server(prefix = "/fn", endpoint = "list_api_keys")]
pub async fn list_api_keys(
    /// The cursor of the page.
    after: Option<String>,
) -> Result<KeyBoard, AppError> {
    use crate::api::{actor, fail, services, shown_once};
    let actor = actor()?;
    let keys = services().list_api_keys(&actor, &domain::PageRequest::after(after, None)).await.map_err(fail)?;
    Ok(KeyBoard { keys, issued: shown_once::take_key(&actor) })
}

/// Makes a key for a program.
#[server(prefix = "/fn", endpoint = "create_api_key")]
pub async fn create_api_key(
    /// Name for people.
    name: String,
    /// What the key may do.
    #[server(default)]
    scopes: Vec<Scope>,
    /// The areas of the policy that it may change, with commas; all of it when it is blank.
    #[server(default)]
    areas: String,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services, shown_once};
    let actor = actor()?;
    let issued = services().create_api_key(&actor, &name, &scopes, &areas).await.map_err(fail)?;
    shown_once::keep_key(&actor, issued);
    Ok(())
}

/// Ends a key for ever.
#[server(prefix = "/fn", endpoint = "revoke_api_key")]
pub async fn revoke_api_key(
    /// The key.
    key: ApiKeyId,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().revoke_api_key(&actor()?, key).await.map_err(fail)?;
    Ok(())
}
