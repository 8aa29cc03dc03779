//! Bodies as JSON, with errors that name the field.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use domain::{Fault, ValidationCode, ValidationError};
use serde::de::{DeserializeOwned, IgnoredAny};

use super::problem::Problem;

/// A body of `application/json`. Fields of another form and unknown ones are refused by name.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let media_type = media_type(request.headers());
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| unreadable(&rejection))?;
        match media_type.as_str() {
            "application/json" => parse(&bytes).map(Self),
            // No body says nothing: enough where every field may be left out, and elsewhere the field is named.
            "" if bytes.is_empty() => parse(b"{}").map(Self),
            _ => Err(unsupported("application/json")),
        }
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

/// Reads a JSON object.
///
/// # Errors
/// 400 for what is no JSON, 422 with the field for JSON of another form.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Serde would read an array as the fields in their order, which is no form that the description names.
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err(
            serde_json::from_slice::<IgnoredAny>(bytes).map_or_else(|error| malformed(&error), |_| not_an_object())
        );
    }
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
        return malformed(error);
    }
    let text = error.to_string();
    // The position is of no use beside the name of the field.
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
    invalid(path, message)
}

fn malformed(error: &serde_json::Error) -> Problem {
    let detail = format!("The body is not JSON: {error}.");
    Problem::new(StatusCode::BAD_REQUEST, "malformed_json", "The body is not JSON", detail)
}

fn not_an_object() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "not_an_object",
        "The body is not a JSON object",
        "A JSON object with named fields is needed here.",
    )
}

/// What serde says of a field at `path`, as the field and what is wrong with it.
fn invalid(path: &str, message: &str) -> Problem {
    let named = |prefix: &str| message.strip_prefix(prefix).and_then(|rest| rest.split('`').next());
    let (field, code, message) = if let Some(name) = named("unknown field `") {
        (join(path, name), ValidationCode::Unknown, "is not a field here".to_owned())
    } else if let Some(name) = named("missing field `") {
        (join(path, name), ValidationCode::Required, "must be given".to_owned())
    } else if let Some(name) = named("duplicate field `") {
        (join(path, name), ValidationCode::Malformed, "is given more than once".to_owned())
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

/// The query of a list. Parameters of another form and unknown ones are refused by name.
#[derive(Debug)]
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::<T>::from_request_parts(parts, state)
            .await
            .map_err(|rejection| refused_query(&rejection.body_text()))?;
        Ok(Self(query.0))
    }
}

/// Takes apart what axum says of a query: a preamble, mostly the parameter, and what serde says of it.
fn refused_query(text: &str) -> Problem {
    let message = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(text);
    match message.split_once(": ") {
        Some((name, message)) if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') => {
            invalid(name, message)
        }
        _ => invalid("", message),
    }
}
