//! Who asks? One layer in front of everything: without an actor only what [`is_public`] names is reached.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, Uri, header, uri::PathAndQuery},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use domain::{Actor, Fault, UserId};
use service::{Services, session::USER_KEY};
use tower_sessions::Session;

use crate::{http::problem::Problem, security::is_asset};

/// The session's key for when it was last prolonged, in milliseconds since 1970.
const SEEN_KEY: &str = "seen_ms";
/// A session in use is prolonged at most this often, in milliseconds, so that reading pages does not mean writing.
const PROLONG_EVERY_MS: i64 = 5 * 60_000;

/// What anonymous callers may reach. This list only ever gets shorter.
#[must_use]
pub fn is_public(path: &str) -> bool {
    // Assets are the same for everybody; without the sign-in page nobody gets in; how it looks is one's own affair;
    // health is for supervisors of processes; the API's description holds no data.
    is_asset(path)
        || matches!(
            path,
            "/sign-in"
                | "/fn/sign_in"
                | "/fn/set_look"
                | "/fn/viewer"
                | "/api/v1/health"
                | "/api/v1/ready"
                | "/api/openapi.json"
        )
        || path == "/api/docs"
        || path.starts_with("/api/docs/")
}

/// Finds the actor by bearer key or session and puts it into the request's extensions, or refuses.
pub async fn authenticate(
    State(services): State<Services>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let actor = match bearer(request.headers()) {
        Some(key) => services.authenticate_key(key).await.map_err(Fault::from),
        None => actor_of_session(&services, &session).await,
    };
    match actor {
        Ok(Some(actor)) => {
            request.extensions_mut().insert(actor);
        }
        Ok(None) if is_public(request.uri().path()) => {}
        Ok(None) => return refuse(&request, Fault::Unauthenticated),
        Err(fault) => return refuse(&request, fault),
    }
    request.extensions_mut().insert(services);
    next.run(request).await
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?;
    // A header that is no bearer key is a wrong key: it must not fall back to a cookie.
    Some(
        value
            .to_str()
            .ok()
            .and_then(|value| value.split_once(' '))
            .map_or("", |(scheme, key)| if scheme.eq_ignore_ascii_case("bearer") { key.trim() } else { "" }),
    )
}

async fn actor_of_session(services: &Services, session: &Session) -> Result<Option<Actor>, Fault> {
    let failed = |error: tower_sessions::session::Error| {
        tracing::error!(session.error = %error, "a session could not be read");
        Fault::Unavailable { message: "Sessions cannot be read now; try again.".to_owned() }
    };
    let Some(id) = session.get::<UserId>(USER_KEY).await.map_err(failed)? else { return Ok(None) };
    let actor = services.actor_of_user(id).await.map_err(Fault::from)?;
    if actor.is_some() {
        let now_ms = services.session_clock().as_ms();
        let seen_ms = session.get::<i64>(SEEN_KEY).await.map_err(failed)?.unwrap_or(0);
        if now_ms - seen_ms >= PROLONG_EVERY_MS {
            session.insert(SEEN_KEY, now_ms).await.map_err(failed)?;
        }
    }
    Ok(actor)
}

/// Says no in the form that the caller understands: a problem to programs and to the page's own script, the sign-in page
/// to people.
fn refuse(request: &Request, fault: Fault) -> Response {
    let path = request.uri().path();
    let wants_page = !path.starts_with("/api/")
        && request
            .headers()
            .get(header::ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"));
    if fault == Fault::Unauthenticated && wants_page {
        return Redirect::to(&sign_in_address(request.method(), request.uri())).into_response();
    }
    Problem::from(fault).into_response()
}

/// The sign-in page that leads back to where the person wanted to go; an act without a session is not repeated.
fn sign_in_address(method: &Method, uri: &Uri) -> String {
    let wanted = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    if *method == Method::GET && wanted != "/" {
        let encoded: String = wanted
            .bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                    char::from(byte).to_string()
                }
                _ => format!("%{byte:02X}"),
            })
            .collect();
        format!("/sign-in?next={encoded}")
    } else {
        "/sign-in".to_owned()
    }
}
