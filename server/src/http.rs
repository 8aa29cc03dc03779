//! The REST API: parses requests, calls one use case each, and maps the answer. The OpenAPI description comes from the
//! same code as the routes.

#![expect(unused_qualifications, reason = "utoipa's macro qualifies the types of parameters")]

mod batch;
pub mod caller;
mod comment;
mod dataset;
mod decision;
mod escalation;
mod file;
mod health;
pub mod import;
pub mod json;
mod label;
mod live;
mod model;
mod policy;
pub mod problem;
mod queue;
mod resolution;
mod snooze;
mod task;
pub mod upload;
mod work;

use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    routing::{any, get},
};
use domain::Fault;
use service::Services;
use utoipa::{
    OpenApi as _,
    openapi::{
        OpenApi,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use problem::Problem;

/// Largest body of a request, in bytes.
pub const MAX_BODY_BYTES: usize = 256 * 1024;

/// Where the description is served.
const DOCUMENT_PATH: &str = "/api/openapi.json";
/// Where people browse it.
pub const DOCS_PATH: &str = "/api/docs";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Switchyard",
        description = "Submit tasks, take work as a bot, and read what was decided and why. Errors are RFC 9457 problems."
    ),
    modifiers(&Bearer),
    components(schemas(file::ExportFormat, domain::LabelKind)),
    tags(
        (name = "tasks", description = "Submitting and reading tasks"),
        (name = "work", description = "Taking tasks and finishing them; every act on a claim shows its fencing token"),
        (name = "decisions", description = "What was decided, by which policy and model, and why"),
        (name = "labels", description = "Training examples with their provenance"),
        (name = "policies", description = "The rules that decide, in versions"),
        (name = "models", description = "What is said of models"),
        (name = "live", description = "Numbers as they change"),
        (name = "health", description = "For those who watch processes")
    )
)]
struct Description;

struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A key made with `switchyard api-key create` or on the page API keys."))
            .build();
        document.components.get_or_insert_default().add_security_scheme("api_key", SecurityScheme::Http(scheme));
    }
}

/// Every route with its description.
fn routes() -> OpenApiRouter<Services> {
    let bulk =
        OpenApiRouter::new().routes(routes!(batch::submit_batch)).layer(DefaultBodyLimit::max(batch::MAX_BATCH_BYTES));
    let imports = OpenApiRouter::new()
        .routes(routes!(import::start_import))
        .layer(DefaultBodyLimit::max(import::MAX_UPLOAD_BYTES));
    let models =
        OpenApiRouter::new().routes(routes!(model::add_model)).layer(DefaultBodyLimit::max(model::MAX_UPLOAD_BYTES));
    let policies = OpenApiRouter::new()
        .routes(routes!(policy::save_policy, policy::list_policies))
        .routes(routes!(policy::check_policy))
        .layer(DefaultBodyLimit::max(policy::MAX_BODY_BYTES));
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(task::submit_task, task::list_tasks))
        .routes(routes!(task::lookup_task))
        .routes(routes!(work::claim_task))
        .routes(routes!(work::heartbeat_task))
        .routes(routes!(resolution::complete_task))
        .routes(routes!(resolution::undo_resolution))
        .routes(routes!(snooze::snooze_task))
        .routes(routes!(snooze::wake_task))
        .routes(routes!(snooze::list_snoozed))
        .routes(routes!(comment::comment_on_task))
        .routes(routes!(work::fail_task))
        .routes(routes!(work::release_task))
        .routes(routes!(work::correct_task))
        .routes(routes!(work::hand_back_task))
        .routes(routes!(work::reverse_task))
        .routes(routes!(work::answer_approval))
        .routes(routes!(escalation::escalate_task))
        .routes(routes!(escalation::list_escalations))
        .routes(routes!(queue::list_queues))
        .routes(routes!(queue::claim_next))
        .routes(routes!(decision::list_decisions))
        .routes(routes!(decision::lookup_decision))
        .routes(routes!(label::export_labels))
        .routes(routes!(dataset::export_dataset))
        .routes(routes!(dataset::lookup_dataset_card))
        .routes(routes!(model::lookup_model_card))
        .routes(routes!(policy::lookup_policy))
        .routes(routes!(policy::activate_policy))
        .routes(routes!(live::live))
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .merge(bulk)
        .merge(imports)
        .merge(models)
        .merge(policies)
}

/// The description alone.
#[must_use]
pub fn document() -> OpenApi {
    let mut document = routes().into_openapi();
    // Whoever signed in with the browser may call it, too; programs send a key.
    document.security =
        Some(vec![utoipa::openapi::security::SecurityRequirement::new("api_key", Vec::<String>::new())]);
    document
}

/// Whether a route takes files, which may be long on their way.
#[must_use]
pub fn takes_files(path: &str) -> bool {
    matches!(path, "/api/v1/labels/imports" | "/api/v1/models")
}

/// The routes and, at `/api/docs`, a page to browse their description.
pub fn api(services: Services) -> (Router, OpenApi) {
    let (router, _) = routes().split_for_parts();
    let document = document();
    let served = document.clone();
    let docs = utoipa_swagger_ui::SwaggerUi::new(DOCS_PATH).config(utoipa_swagger_ui::Config::from(DOCUMENT_PATH));
    let router = router
        .route(DOCUMENT_PATH, get(move || async move { Json(served) }))
        .route("/api/{*rest}", any(no_such_route))
        .method_not_allowed_fallback(wrong_method)
        .with_state(services)
        .merge(docs);
    (router, document)
}

/// Programs that lost their way hear it in their own form; the page for people is of no use to them.
async fn no_such_route() -> Problem {
    Fault::NotFound.into()
}

/// A route that exists, asked in another way; axum adds `Allow`.
async fn wrong_method() -> Problem {
    let detail = "This address takes other methods; Allow names them.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Another method is needed", detail)
}
