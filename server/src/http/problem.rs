//! Errors as RFC 9457 problem documents.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{Fault, ValidationError, policy::PolicyProblem};
use serde::Serialize;
use utoipa::{
    IntoResponses, PartialSchema, ToSchema,
    openapi::{
        ContentBuilder, HeaderBuilder, ObjectBuilder, RefOr, ResponseBuilder, Schema, Type,
        response::Response as ResponseDoc,
    },
};

/// Media type of problem documents.
const MEDIA_TYPE: &str = "application/problem+json";

/// An answer that says what is wrong: a problem document (RFC 9457).
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Problem(Box<Document>);

impl PartialSchema for Problem {
    fn schema() -> RefOr<Schema> {
        Document::schema()
    }
}

impl ToSchema for Problem {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Document::schemas(schemas);
    }
}

#[derive(Debug, Clone, Serialize, ToSchema)]
struct Document {
    /// What kind of problem it is: `/problems/` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// The kind in words.
    title: &'static str,
    /// The status of the answer.
    status: u16,
    /// One sentence about this very problem.
    detail: String,
    /// The kind as programs compare it.
    code: &'static str,
    /// The fields that are refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ValidationError>,
    /// What is wrong with a policy document.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<PolicyProblem>,
    /// What to look for in the server's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// Seconds to wait before another attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_s: Option<u32>,
}

impl Problem {
    /// A problem that only HTTP knows, such as a body of the wrong type.
    pub(crate) fn new(status: StatusCode, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(Document {
            kind: format!("/problems/{code}"),
            title,
            status: status.as_u16(),
            detail: detail.into(),
            code,
            errors: Vec::new(),
            problems: Vec::new(),
            reference: None,
            retry_after_s: None,
        }))
    }

    /// The status of the answer.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.0.status
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let (code, title) = match &fault {
            Fault::Unauthenticated => ("unauthenticated", "Nobody is signed in"),
            Fault::Forbidden => ("forbidden", "Not permitted"),
            Fault::OutsideArea { .. } => ("outside_area", "Another area of the policy"),
            Fault::NotFound => ("not_found", "Not found"),
            Fault::Invalid(_) => ("invalid", "A field is refused"),
            Fault::InvalidPolicy { .. } => ("invalid_policy", "The policy is refused"),
            Fault::Conflict { .. } => ("conflict", "Not possible now"),
            Fault::KeyReused => ("idempotency_key_reused", "The Idempotency-Key was used with another body"),
            Fault::TooMany { .. } => ("too_many_requests", "Too many requests"),
            Fault::Unavailable { .. } => ("unavailable", "Not available now"),
            Fault::Internal { .. } => ("internal", "An error of ours"),
        };
        let mut problem = Self::new(status, code, title, fault.to_string());
        match fault {
            Fault::Invalid(error) => problem.0.errors = vec![error],
            Fault::InvalidPolicy { problems } => problem.0.problems = problems,
            Fault::TooMany { retry_after_s } => problem.0.retry_after_s = Some(retry_after_s),
            Fault::Internal { reference } => problem.0.reference = Some(reference),
            _ => {}
        }
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let mut response =
            (status, [(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE))], body).into_response();
        let mut add = |name: HeaderName, value: HeaderValue| drop(response.headers_mut().insert(name, value));
        if status == StatusCode::UNAUTHORIZED {
            add(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"switchyard\""));
        }
        if let Some(seconds) = self.0.retry_after_s {
            add(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The problems that any route may answer, for its description.
pub(crate) struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> std::collections::BTreeMap<String, RefOr<ResponseDoc>> {
        const STATUSES: [(&str, &str); 11] = [
            ("400", "The request cannot be read"),
            ("401", "The key is missing, wrong or revoked"),
            ("403", "The caller may not do this"),
            ("404", "There is no such thing"),
            ("409", "The thing is not in a state that allows this"),
            ("413", "The body is too large"),
            ("415", "The body has another media type"),
            ("422", "A field is refused, or an Idempotency-Key came with another body; nothing was changed"),
            ("429", "Too much at once; Retry-After says when to try again"),
            ("500", "An error of ours; `reference` leads to its cause in the log"),
            ("503", "Not possible now, for example because the server stops; nothing was changed"),
        ];
        STATUSES
            .into_iter()
            .map(|(status, description)| {
                let schema = utoipa::openapi::Ref::from_schema_name("Problem");
                let content = ContentBuilder::new().schema(Some(schema)).build();
                let response = ResponseBuilder::new().description(description).content(MEDIA_TYPE, content);
                (status.to_owned(), RefOr::T(with_header(response, status).build()))
            })
            .collect()
    }
}

/// Adds the header that goes with a status.
fn with_header(response: ResponseBuilder, status: &str) -> ResponseBuilder {
    let (name, kind, description) = match status {
        "401" => ("WWW-Authenticate", Type::String, "How to authenticate"),
        "429" => ("Retry-After", Type::Integer, "Seconds to wait"),
        _ => return response,
    };
    let schema = ObjectBuilder::new().schema_type(kind).build();
    response.header(name, HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build())
}
