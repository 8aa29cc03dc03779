//! Files that people send: written to disk while they arrive, with their SHA-256, and removed when nobody needs them.

use std::{
    io,
    path::{Path, PathBuf},
};

use axum::{
    extract::multipart::{Field, MultipartError},
    http::{HeaderMap, StatusCode, header},
};
use domain::Fault;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::problem::Problem;

/// Where files are while they are looked at.
#[derive(Debug, Clone)]
pub struct UploadDir(pub PathBuf);

/// A file that arrived whole. It is removed with the last that holds it.
#[derive(Debug)]
pub(crate) struct Upload {
    file: tempfile::NamedTempFile,
    /// What the sender calls it; never a path.
    pub(crate) name: String,
    /// SHA-256 in hexadecimal.
    pub(crate) sha256: String,
    /// In bytes.
    pub(crate) size: u64,
}

impl Upload {
    /// Gives it another place in the same file system.
    ///
    /// # Errors
    /// When it cannot be moved.
    pub(crate) fn move_to(self, path: &Path) -> io::Result<()> {
        self.file.persist(path).map(drop).map_err(|error| error.error)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }
}

/// Why a file did not arrive.
#[derive(Debug)]
pub(crate) enum UploadError {
    /// It is larger than the route takes.
    TooLarge,
    /// It did not arrive whole, or the request is no form.
    Broken,
    /// It could not be written here.
    Disk(io::Error),
}

impl From<MultipartError> for UploadError {
    fn from(error: MultipartError) -> Self {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE { Self::TooLarge } else { Self::Broken }
    }
}

impl From<UploadError> for Problem {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::TooLarge => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                "The file is too large",
                "The file is too large for this route; the command line takes larger ones.",
            ),
            UploadError::Broken => Self::new(
                StatusCode::BAD_REQUEST,
                "unreadable",
                "The request cannot be read",
                "The form did not arrive whole.",
            ),
            UploadError::Disk(error) => {
                tracing::error!(upload.error = %error, "a file that was sent could not be kept");
                Fault::Unavailable { message: "The file cannot be kept now; try again.".to_owned() }.into()
            }
        }
    }
}

impl UploadError {
    /// What the address of a form's page says.
    pub(crate) const fn code(&self) -> &'static str {
        if matches!(self, Self::TooLarge) { "too_large" } else { "broken" }
    }
}

/// Writes a part of a form to disk as it arrives.
///
/// # Errors
/// See [`UploadError`]; then nothing of it is left.
pub(crate) async fn keep(directory: &UploadDir, mut field: Field<'_>) -> Result<Upload, UploadError> {
    let name = field.file_name().unwrap_or_default();
    // Some browsers send the whole path.
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    tokio::fs::create_dir_all(&directory.0).await.map_err(UploadError::Disk)?;
    let file = tempfile::NamedTempFile::new_in(&directory.0).map_err(UploadError::Disk)?;
    let mut out = tokio::fs::File::from_std(file.reopen().map_err(UploadError::Disk)?);
    let (mut hash, mut size) = (Sha256::new(), 0);
    while let Some(bytes) = field.chunk().await? {
        hash.update(&bytes);
        size += bytes.len() as u64;
        out.write_all(&bytes).await.map_err(UploadError::Disk)?;
    }
    out.flush().await.map_err(UploadError::Disk)?;
    Ok(Upload { file, name, sha256: hex::encode(hash.finalize()), size })
}

/// Whether a form was sent by a page, which is answered with a page.
pub(crate) fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}
