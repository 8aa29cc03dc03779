//! Who calls: the actor that the authentication layer found.

use axum::{extract::FromRequestParts, http::request::Parts};
use domain::{Actor, Fault};

use super::problem::Problem;

/// The actor of a request; without one the request is refused.
#[derive(Debug, Clone)]
pub struct Caller(pub Actor);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Actor>().cloned().map(Self).ok_or_else(|| Fault::Unauthenticated.into())
    }
}
