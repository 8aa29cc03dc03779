//! Whether the process lives and whether it can serve.

use axum::{Json, extract::State};
use domain::{Actor, Fault};
use serde::Serialize;
use service::Services;
use utoipa::ToSchema;

use super::problem::{Problem, Refusals};

/// A short answer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Health {
    /// Always `ok`; anything else is a problem document.
    status: &'static str,
}

/// Whether the process lives.
#[utoipa::path(
    get, path = "/api/v1/health", tag = "health", operation_id = "health", security(()),
    responses((status = 200, description = "It lives", body = Health))
)]
pub(super) async fn health() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Whether the process can serve: its database answers.
#[utoipa::path(
    get, path = "/api/v1/ready", tag = "health", operation_id = "ready", security(()),
    responses((status = 200, description = "It can serve", body = Health), Refusals)
)]
pub(super) async fn ready(State(services): State<Services>) -> Result<Json<Health>, Problem> {
    services.list_queues(&Actor::system("health")).await.map_err(|error| {
        // Turning it into a fault logs the cause; who watches needs only to know that it passes.
        drop(Fault::from(error));
        Fault::Unavailable { message: "The database does not answer.".to_owned() }
    })?;
    Ok(Json(Health { status: "ok" }))
}
