//! The server functions: each takes the actor from the request, calls one use case and maps its answer.

pub mod comment;
pub mod dataset;
pub mod dead_letter;
pub mod decision;
pub mod draft;
pub mod escalation;
#[cfg(all(test, feature = "ssr"))]
mod form_tests;
pub mod guardrail;
pub mod import;
pub mod label;
pub mod label_set;
pub mod model;
pub mod notice;
pub mod overview;
pub mod people;
pub mod policy;
pub mod preferences;
pub mod resolution;
pub mod session;
#[cfg(feature = "ssr")]
mod shown_once;
pub mod snooze;
pub mod task;
pub mod work;

#[cfg(feature = "ssr")]
pub use on_server::{actor, fail, request_reference, server_function_paths, services, set_page_status, set_status};

/// A form field as a use case wants it: nothing when it was left blank.
#[must_use]
pub fn blank(field: Option<String>) -> Option<String> {
    field.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A form's day as its beginning in UTC; nothing when it was left blank.
///
/// # Errors
/// When the field holds no day.
#[cfg(feature = "ssr")]
pub fn day(field: &str, text: &str) -> Result<Option<domain::Timestamp>, crate::error::AppError> {
    use domain::{Fault, Timestamp, ValidationCode, ValidationError};
    let Some(day) = blank(Some(text.to_owned())) else { return Ok(None) };
    Timestamp::parse(&format!("{day}T00:00:00Z")).map(Some).map_err(|_| {
        fail(Fault::Invalid(ValidationError::new(field, ValidationCode::Malformed, "must be a day, like 2026-11-25")))
    })
}

/// A form's minute in UTC, as `datetime-local` writes it; nothing when it was left blank.
///
/// # Errors
/// When the field holds no minute.
#[cfg(feature = "ssr")]
pub fn minute(field: &str, text: &str) -> Result<Option<domain::Timestamp>, crate::error::AppError> {
    use domain::{Fault, Timestamp, ValidationCode, ValidationError};
    let Some(minute) = blank(Some(text.to_owned())) else { return Ok(None) };
    let seconds = if minute.len() > 16 { "" } else { ":00" };
    Timestamp::parse(&format!("{minute}{seconds}Z")).map(Some).map_err(|_| {
        let message = "must be a day and a time, like 2026-12-24T08:00";
        fail(Fault::Invalid(ValidationError::new(field, ValidationCode::Malformed, message)))
    })
}

#[cfg(feature = "ssr")]
mod on_server {
    use std::sync::atomic::{AtomicU64, Ordering};

    use domain::{Actor, Fault};
    use http::{StatusCode, header::ACCEPT, request::Parts};
    use leptos::prelude::{expect_context, use_context};
    use leptos_axum::ResponseOptions;
    use service::Services;

    use crate::error::AppError;

    /// The use cases, as the server put them into the context of the request.
    ///
    /// # Panics
    /// When the server did not: a mistake in its assembly that every page would show at once.
    #[must_use]
    pub fn services() -> Services {
        expect_context::<Services>()
    }

    /// Who calls, as the authentication layer put it into the request.
    ///
    /// # Errors
    /// [`Fault::Unauthenticated`] when nobody is signed in.
    pub fn actor() -> Result<Actor, AppError> {
        use_context::<Parts>()
            .and_then(|parts| parts.extensions.get::<Actor>().cloned())
            .ok_or_else(|| fail(Fault::Unauthenticated))
    }

    /// Makes a use case's refusal the answer of a server function, with the HTTP status that says the same.
    #[must_use]
    pub fn fail(error: impl Into<Fault>) -> AppError {
        let fault = error.into();
        set_status(&fault);
        AppError(fault)
    }

    /// Sets the status of a server function's own answer. A page that calls the function while it renders decides its
    /// status itself, and a form without JavaScript is answered with a redirect that carries the error.
    pub fn set_status(fault: &Fault) {
        let called_directly = use_context::<Parts>().is_some_and(|parts| {
            let wants_html = parts
                .headers
                .get_all(ACCEPT)
                .iter()
                .any(|value| value.to_str().is_ok_and(|accept| accept.contains("text/html")));
            parts.uri.path().starts_with("/fn/") && !wants_html
        });
        if called_directly {
            set_page_status(fault.status());
        }
    }

    /// Sets the status of the page or answer that is being made.
    pub fn set_page_status(status: u16) {
        if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
            response.set_status(status);
        }
    }

    /// What to look for in the log: the request's own identifier, or a number of this process when it has none.
    #[must_use]
    pub fn request_reference() -> String {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        use_context::<Parts>()
            .and_then(|parts| parts.headers.get("x-request-id")?.to_str().ok().map(str::to_owned))
            .unwrap_or_else(|| format!("app-{}", COUNT.fetch_add(1, Ordering::Relaxed)))
    }

    /// The path of every server function, for the walk that checks who may call what.
    #[must_use]
    pub fn server_function_paths() -> Vec<&'static str> {
        let mut paths: Vec<_> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
        paths.sort_unstable();
        paths
    }
}

#[cfg(test)]
mod tests {
    use super::blank;

    #[test]
    fn a_field_of_spaces_is_no_field() {
        assert_eq!(blank(Some("  ".to_owned())), None);
        assert_eq!(blank(Some(" a ".to_owned())), Some("a".to_owned()));
        assert_eq!(blank(None), None);
    }
}
