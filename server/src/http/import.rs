//! Files of examples that come in.

use std::{fs::File, sync::Arc};

use axum::{
    Extension, Json,
    extract::{FromRequest, Multipart, Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    Actor, Fault, ValidationCode, ValidationError,
    import::{BadLine, LabelImport, MAX_IMPORT_BYTES, NewExample},
};
use exchange::{Format, LabelRecord, Limits};
use service::{
    ImportRequest, LabelError, Services,
    ports::{ExampleLines, ExampleSource},
};

use super::{
    caller::Caller,
    problem::{Problem, Refusals},
    upload::{self, Upload, UploadDir, UploadError},
};

/// Largest file that comes with a form, in bytes.
pub(super) const MAX_UPLOAD_BYTES: usize = 64 * 1024 * 1024;
/// The page of the form.
const PAGE: &str = "/labels/imports";
/// Most bytes in all cells together: a compressed file says more than it is long.
const MAX_CELL_BYTES: u64 = 4 * MAX_IMPORT_BYTES;

/// Why a form was refused before the file was looked at.
enum Refusal {
    NoFile,
    Format,
    Upload(UploadError),
    Service(LabelError),
}

impl Refusal {
    /// What the page's address says.
    const fn code(&self) -> &'static str {
        match self {
            Self::NoFile => "no_file",
            Self::Format => "format",
            Self::Upload(error) => error.code(),
            Self::Service(LabelError::Busy) => "busy",
            Self::Service(_) => "broken",
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let refused = |code, message: &str| Fault::Invalid(ValidationError::new("file", code, message)).into();
        match refusal {
            Refusal::NoFile => refused(ValidationCode::Required, "must be given"),
            Refusal::Format => refused(ValidationCode::Malformed, "must be called .csv, .jsonl, .ndjson or .parquet"),
            Refusal::Upload(error) => error.into(),
            Refusal::Service(error) => Fault::from(error).into(),
        }
    }
}

/// Bring a file of examples in: a form with the part `file`, and perhaps `skip_bad` with the value `true`. The answer comes
/// when the file has arrived; its lines are then checked and added in the background. For people in the browser.
#[utoipa::path(
    post, path = "/api/v1/labels/imports", tag = "labels", operation_id = "start_import",
    request_body(content((Vec<u8> = "multipart/form-data"))),
    responses((status = 202, description = "The import that has begun", body = LabelImport), Refusals)
)]
pub(super) async fn start_import(
    State(services): State<Services>,
    Caller(actor): Caller,
    Extension(directory): Extension<UploadDir>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    // Nobody sends megabytes to hear that they may not.
    actor.require(domain::Permission::TrainModels).map_err(|_| Fault::Forbidden)?;
    let started = receive(&services, &actor, &directory, request).await;
    Ok(match (started, upload::wants_page(&headers)) {
        (Ok(_), true) => Redirect::to(PAGE).into_response(),
        (Err(refusal), true) => Redirect::to(&format!("{PAGE}?refused={}", refusal.code())).into_response(),
        (Ok(import), false) => (StatusCode::ACCEPTED, Json(import)).into_response(),
        (Err(refusal), false) => return Err(refusal.into()),
    })
}

async fn receive(
    services: &Services,
    actor: &Actor,
    directory: &UploadDir,
    request: Request,
) -> Result<LabelImport, Refusal> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Refusal::Upload(UploadError::Broken))?;
    let (mut file, mut skip_bad) = (None, false);
    while let Some(field) = form.next_field().await.map_err(|error| Refusal::Upload(error.into()))? {
        match field.name() {
            Some("file") => file = Some(upload::keep(directory, field).await.map_err(Refusal::Upload)?),
            Some("skip_bad") => {
                let value = field.text().await.map_err(|error| Refusal::Upload(error.into()))?;
                skip_bad = value == "true";
            }
            _ => {}
        }
    }
    let file = file.filter(|file| file.size > 0 && !file.name.is_empty()).ok_or(Refusal::NoFile)?;
    let format = Format::from_file_name(&file.name).ok_or(Refusal::Format)?;
    let request = ImportRequest {
        file_name: file.name.clone(),
        sha256: file.sha256.clone(),
        skip_bad,
        source: Arc::new(ExampleFile { file, format }),
    };
    services.start_import(actor, request).await.map_err(Refusal::Service)
}

/// A file of examples on disk, removed when it was read.
struct ExampleFile {
    file: Upload,
    format: Format,
}

impl ExampleSource for ExampleFile {
    fn read(&self) -> Result<ExampleLines, String> {
        let file = File::open(self.file.path()).map_err(|error| error.to_string())?;
        read_examples(file, self.format)
    }
}

/// The examples of a file.
///
/// # Errors
/// Why it is no file of examples.
pub fn read_examples(file: File, format: Format) -> Result<ExampleLines, String> {
    let limits = Limits { file_bytes: MAX_IMPORT_BYTES, cell_bytes: MAX_CELL_BYTES };
    let rows = exchange::read(file, format, &limits).map_err(|error| format!("The file cannot be read: {error}."))?;
    Ok(Box::new(rows.map(move |numbered| {
        let line = numbered.line;
        let record = numbered.row.and_then(|row| LabelRecord::from_row(row, format));
        let example = record.map(|record| NewExample {
            text: record.text,
            label: record.label,
            priority: record.priority,
            handling_minutes: record.handling_minutes,
        });
        example.map(|example| (line, example)).map_err(|reason| BadLine { line, reason })
    })))
}
