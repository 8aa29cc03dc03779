//! Signing in and out, and who looks at the page.

use domain::{Permission, Role, preferences::Preferences};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// Who looks at a page, as far as the page needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// Who it is, as claims name their holder.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What the person is here for; nothing for programs.
    pub role: Option<Role>,
    /// Everything the viewer may do.
    pub permissions: Vec<Permission>,
    /// What the viewer chose.
    pub preferences: Preferences,
}

impl Viewer {
    /// Whether the viewer may do this. It only decides what is shown: the service decides what is done.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// The viewer's first page.
    #[must_use]
    pub fn home(&self) -> &'static str {
        home(self.role)
    }
}

/// The first page of a role: agents begin with their work, everybody else with the numbers.
#[must_use]
pub const fn home(role: Option<Role>) -> &'static str {
    match role {
        Some(Role::Agent) => "/work",
        _ => "/overview",
    }
}

/// Who looks at the page.
///
/// # Errors
/// When nobody is signed in.
#[server(prefix = "/fn", endpoint = "viewer")]
pub async fn lookup_viewer() -> Result<Viewer, AppError> {
    let actor = crate::api::actor()?;
    let permissions = actor.role().map(|role| role.permissions().to_vec()).unwrap_or_default();
    // A store that cannot say what somebody likes is no reason to show nothing.
    let preferences = crate::api::services().preferences(&actor).await.unwrap_or_default();
    let (id, name) = (actor.id().to_string(), actor.name().to_owned());
    Ok(Viewer { id, name, role: actor.role(), permissions, preferences })
}

/// Signs somebody in and goes on to `next`, when it is a page of ours, or to the role's first page.
///
/// # Errors
/// When address or password is wrong, or there were too many attempts.
#[server(prefix = "/fn", endpoint = "sign_in")]
pub async fn sign_in(
    /// What the person signs in with.
    email: String,
    /// The password.
    password: String,
    /// The page to go on to.
    next: Option<String>,
) -> Result<(), AppError> {
    let user =
        crate::api::services().sign_in(&email, &password, &on_server::source()).await.map_err(crate::api::fail)?;
    let session = on_server::session().await?;
    session.cycle_id().await.map_err(on_server::session_failed)?;
    session.insert(service::session::USER_KEY, user.id).await.map_err(on_server::session_failed)?;
    if let Ok(preferences) = crate::api::services().preferences_of(user.id).await {
        crate::api::preferences::keep_look((&preferences).into());
    }
    let next = next.filter(|next| is_local_page(next));
    leptos_axum::redirect(next.as_deref().unwrap_or_else(|| home(Some(user.role))));
    Ok(())
}

/// Ends the session.
///
/// # Errors
/// When nobody is signed in, or the session cannot be ended.
#[server(prefix = "/fn", endpoint = "sign_out")]
pub async fn sign_out() -> Result<(), AppError> {
    crate::api::services().sign_out(&crate::api::actor()?).await.map_err(crate::api::fail)?;
    on_server::session().await?.flush().await.map_err(on_server::session_failed)?;
    leptos_axum::redirect("/sign-in");
    Ok(())
}

/// Changes one's own password.
///
/// # Errors
/// When the old password is wrong, the new one is too short or too long, or the two new ones differ.
#[server(prefix = "/fn", endpoint = "change_password")]
pub async fn change_password(
    /// The present password.
    old: String,
    /// The new password.
    new: String,
    /// The new password once more.
    again: String,
) -> Result<(), AppError> {
    let actor = crate::api::actor()?;
    if new != again {
        return Err(crate::api::fail(domain::Fault::Invalid(domain::ValidationError::new(
            "again",
            domain::ValidationCode::Malformed,
            "The two new passwords are not the same.",
        ))));
    }
    crate::api::services().change_password(&actor, &old, &new).await.map_err(crate::api::fail)?;
    on_server::session().await?.cycle_id().await.map_err(on_server::session_failed)?;
    leptos_axum::redirect("/account?changed=1");
    Ok(())
}

/// Whether a page to go on to is one of ours: a path on this host, and not a function or a file that is no page.
#[cfg(any(feature = "ssr", test))]
fn is_local_page(next: &str) -> bool {
    let is_path = next.starts_with('/') && !next.starts_with("//");
    let is_plain = next.len() <= 1_024 && next.bytes().all(|byte| (0x21..=0x7e).contains(&byte) && byte != b'\\');
    let is_page = !["/fn/", "/api/", "/sign-in", "/pkg/"].iter().any(|prefix| next.starts_with(prefix));
    is_path && is_plain && is_page
}

#[cfg(feature = "ssr")]
mod on_server {
    use std::net::SocketAddr;

    use axum::extract::ConnectInfo;
    use http::request::Parts;
    use leptos::prelude::use_context;
    use tower_sessions::{Session, session};

    use crate::error::{AppError, internal};

    /// The session of the request.
    pub(super) async fn session() -> Result<Session, AppError> {
        leptos_axum::extract::<Session>().await.map_err(|error| internal(&error))
    }

    /// The session store failed; the log has the cause.
    #[expect(clippy::needless_pass_by_value, reason = "the form that `map_err` wants")]
    pub(super) fn session_failed(error: session::Error) -> AppError {
        internal(&error)
    }

    /// The address that the request came from. Requests whose address nobody knows share one, and so one throttle.
    pub(super) fn source() -> String {
        use_context::<Parts>()
            .and_then(|parts| parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_string()))
            .unwrap_or_else(|| "unknown".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_ours_follow_a_sign_in() {
        for good in ["/work", "/tasks/task_01ARZ3NDEKTSV4RRFFQ69G5FAV", "/decisions?label=a%20b", "/"] {
            assert!(is_local_page(good), "{good}");
        }
        let bad = [
            "",
            "work",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/work\r\nSet-Cookie: a=b",
            "/fn/sign_out",
            "/api/v1/live",
            "/sign-in",
            "/\u{e9}",
            "javascript:alert(1)",
        ];
        for bad in bad {
            assert!(!is_local_page(bad), "{bad:?}");
        }
        assert!(!is_local_page(&format!("/{}", "x".repeat(2_000))));
    }

    #[test]
    fn agents_begin_with_their_work() {
        assert_eq!(home(Some(Role::Agent)), "/work");
        assert_eq!(home(Some(Role::Auditor)), "/overview");
        assert_eq!(home(None), "/overview");
    }
}
