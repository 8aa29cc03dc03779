//! ONNX Runtime in this process: one library, one environment, loaded once.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use ort::environment::Environment;

use crate::error::RuntimeError;

/// Kept for the life of the process: ONNX Runtime allows one environment, and never a second after it was dropped.
static ENVIRONMENT: Mutex<Option<Environment>> = Mutex::new(None);

/// Loads ONNX Runtime from a dynamic library; `ORT_DYLIB_PATH`, when set, takes the place of `path`. Once loaded, later
/// calls change nothing; after a failure another path may be tried.
///
/// # Errors
/// When there is no library, or it is no ONNX Runtime of version 1.24 or later.
pub fn init_runtime(path: &Path) -> Result<(), RuntimeError> {
    init_runtime_from(override_path().unwrap_or_else(|| path.to_path_buf()))
}

/// As [`init_runtime`], but from this path whatever `ORT_DYLIB_PATH` says.
///
/// # Errors
/// As [`init_runtime`].
pub fn init_runtime_from(path: PathBuf) -> Result<(), RuntimeError> {
    let mut environment = ENVIRONMENT.lock().unwrap_or_else(PoisonError::into_inner);
    if environment.is_some() {
        return Ok(());
    }
    // The loader would take a relative path as one beside the program.
    let path = std::path::absolute(&path).unwrap_or(path);
    if !path.is_file() {
        return Err(RuntimeError::Missing { path });
    }
    let unusable = |message: String| RuntimeError::Unusable { message };
    let builder = ort::init_from(&path).map_err(|error| unusable(error.to_string()))?;
    let made =
        builder.with_name("switchyard").with_telemetry(false).build().map_err(|error| unusable(error.to_string()))?;
    tracing::info!(onnxruntime.path = %path.display(), "ONNX Runtime is loaded");
    *environment = Some(made);
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "ORT_DYLIB_PATH is ONNX Runtime's own setting and must work for every user of the crate"
)]
fn override_path() -> Option<PathBuf> {
    std::env::var_os("ORT_DYLIB_PATH").filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The environment that sessions are made in.
pub(crate) fn environment() -> Result<Environment, RuntimeError> {
    ENVIRONMENT.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(RuntimeError::NotLoaded)
}
