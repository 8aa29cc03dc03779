//! Bodies as JSON, with errors that name the field.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use domain::{Fault, ValidationCode, ValidationError};
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// A body of `application/json`. Fields of another form and unknown ones are refused by name.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if media_type(request.headers()) != "application/json" {
            return Err(unsupported("application/json"));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| unreadable(&rejection))?;
        parse(&bytes).map(Self)
    }
}

/// The media type of a request's body without its parameters, in lower case.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

pub(crate) fn unsupported(expected: &str) -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "The body has another media type",
        format!("Send the body as {expected}, and say so in Content-Type."),
    )
}

/// A body that did not arrive whole: mostly because it is too large.
pub(crate) fn unreadable(rejection: &BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "The body is too large",
            "The body is too large.",
        );
    }
    Problem::new(StatusCode::BAD_REQUEST, "unreadable", "The request cannot be read", "The body did not arrive whole.")
}

/// Reads JSON.
///
/// # Errors
/// 400 for what is no JSON, 422 with the field for JSON of another form.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        refused(&path, error.inner())
    })?;
    deserializer.end().map_err(|error| refused("", &error))?;
    Ok(value)
}

fn refused(path: &str, error: &serde_json::Error) -> Problem {
    if error.classify() != serde_json::error::Category::Data {
        let detail = format!("The body is not JSON: {error}.");
        return Problem::new(StatusCode::BAD_REQUEST, "malformed_json", "The body is not JSON", detail);
    }
    let text = error.to_string();
    // The position is of no use beside the name of the field.
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
    let named = |prefix: &str| message.strip_prefix(prefix).and_then(|rest| rest.split('`').next());
    let (field, code, message) = if let Some(name) = named("unknown field `") {
        (join(path, name), ValidationCode::Unknown, "is not a field here".to_owned())
    } else if let Some(name) = named("missing field `") {
        (join(path, name), ValidationCode::Required, "must be given".to_owned())
    } else {
        (path.trim_matches('.').to_owned(), ValidationCode::Malformed, message.to_owned())
    };
    Fault::Invalid(ValidationError::new(field, code, message)).into()
}

/// A field's path within the body. The path of an unknown field may or may not name the field itself already.
fn join(path: &str, name: &str) -> String {
    let path = path.trim_matches('.');
    if path.is_empty() || path == name || path == "?" {
        name.to_owned()
    } else if path.ends_with(&format!(".{name}")) {
        path.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// A parameter of the path, such as an identifier. One of another form names nothing that exists.
#[derive(Debug)]
pub struct Named<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<T>::from_request_parts(parts, state).await.map_err(|_| Problem::from(Fault::NotFound))?;
        Ok(Self(path.0))
    }
}

/// The query of a list.
#[derive(Debug)]
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::<T>::from_request_parts(parts, state).await.map_err(|rejection| {
            let detail = rejection.body_text();
            Fault::Invalid(ValidationError::new("query", ValidationCode::Malformed, detail))
        })?;
        Ok(Self(query.0))
    }
}
