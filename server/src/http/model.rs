//! What is said of models, and models that were made elsewhere.

use std::collections::BTreeMap;

use axum::{
    Extension, Json,
    extract::{FromRequest, Multipart, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use domain::{Actor, Fault, Model, ValidationCode, ValidationError};
use service::{ModelError, Services};

use super::{
    caller::Caller,
    json::Named,
    problem::{Problem, Refusals},
    upload::{self, UploadDir, UploadError},
};

/// Most bytes of a form with a model's files: the largest graph, and some room for the others.
pub(super) const MAX_UPLOAD_BYTES: usize = 576 * 1024 * 1024;
/// The page of the form.
const PAGE: &str = "/models";
/// The files that a model may have; others of its directory, such as `README.md`, are passed over.
const FILES: [&str; 6] = ["model.onnx", "model.json", "head.onnx", "signature.json", "tokenizer.json", "foreign.json"];

/// A model's card as Markdown. For people in the browser.
#[utoipa::path(
    get, path = "/api/v1/models/{version}/card", tag = "models", operation_id = "lookup_model_card",
    params(("version" = u32, Path, description = "The model's version")),
    responses((status = 200, description = "The card", content((String = "text/markdown"))), Refusals)
)]
pub(super) async fn lookup_model_card(
    State(services): State<Services>,
    Caller(actor): Caller,
    Named(version): Named<u32>,
) -> Result<Response, Problem> {
    let card = services.model_card(&actor, version).await.map_err(Fault::from)?;
    let headers = [
        (header::CONTENT_TYPE, "text/markdown; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"model-v{version}.md\"")),
    ];
    Ok((headers, card).into_response())
}

/// Why a form was refused.
enum Refusal {
    NoFile,
    Upload(UploadError),
    Service(ModelError),
}

impl Refusal {
    /// What the page's address says.
    const fn code(&self) -> &'static str {
        match self {
            Self::NoFile => "no_file",
            Self::Upload(error) => error.code(),
            Self::Service(ModelError::AlreadyTraining) => "busy",
            Self::Service(_) => "unusable",
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoFile => {
                let message = "must hold model.onnx, and model.json or signature.json with tokenizer.json";
                Fault::Invalid(ValidationError::new("files", ValidationCode::Required, message)).into()
            }
            Refusal::Upload(error) => error.into(),
            Refusal::Service(error) => Fault::from(error).into(),
        }
    }
}

/// Add a model that was made elsewhere, as a candidate: a form with its files as parts called `files`. That is what
/// `switchyard model export` wrote, or `model.onnx` with `tokenizer.json` and `signature.json`. It is read, tried in a process
/// of its own with limited memory and time, and measured; the answer comes after that. For people in the browser.
#[utoipa::path(
    post, path = "/api/v1/models", tag = "models", operation_id = "add_model",
    request_body(content((Vec<u8> = "multipart/form-data"))),
    responses((status = 201, description = "The candidate", body = Model), Refusals)
)]
pub(super) async fn add_model(
    State(services): State<Services>,
    Caller(actor): Caller,
    Extension(directory): Extension<UploadDir>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    // Nobody sends megabytes to hear that they may not.
    actor.require(domain::Permission::TrainModels).map_err(|_| Fault::Forbidden)?;
    let added = receive(&services, &actor, &directory, request).await;
    Ok(match (added, upload::wants_page(&headers)) {
        (Ok(model), true) => Redirect::to(&format!("{PAGE}/{}", model.version)).into_response(),
        (Err(refusal), true) => Redirect::to(&format!("{PAGE}?refused={}", refusal.code())).into_response(),
        (Ok(model), false) => (StatusCode::CREATED, Json(model)).into_response(),
        (Err(refusal), false) => return Err(refusal.into()),
    })
}

async fn receive(
    services: &Services,
    actor: &Actor,
    directory: &UploadDir,
    request: Request,
) -> Result<Model, Refusal> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Refusal::Upload(UploadError::Broken))?;
    let mut files = BTreeMap::new();
    while let Some(field) = form.next_field().await.map_err(|error| Refusal::Upload(error.into()))? {
        if field.name() == Some("files") {
            let file = upload::keep(directory, field).await.map_err(Refusal::Upload)?;
            if let Some(name) = FILES.iter().find(|name| **name == file.name) {
                files.insert(*name, file);
            }
        }
    }
    if !files.contains_key("model.onnx") {
        return Err(Refusal::NoFile);
    }
    // The directory goes with everything in it when the model's own copy is made, or when it is refused.
    let gathered = tempfile::tempdir_in(&directory.0).map_err(|error| Refusal::Upload(UploadError::Disk(error)))?;
    for (name, file) in files {
        file.move_to(&gathered.path().join(name)).map_err(|error| Refusal::Upload(UploadError::Disk(error)))?;
    }
    services.add_model(actor, gathered.path()).await.map_err(Refusal::Service)
}
