//! A data directory brought to life: database, models and use cases. Server and command line open it the same way.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use service::{Background, Parts, Services, Settings, StartError};
use store_sqlite::SqliteStore;

use crate::{
    clock::{SystemClock, SystemEntropy},
    workshop::{ModelSources, Workshop},
};

/// Why a data directory could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory cannot be made or entered.
    #[error("the data directory {} cannot be used: {source}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The database cannot be opened.
    #[error(transparent)]
    Store(#[from] store_sqlite::OpenError),
    /// The use cases cannot start.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// The database's file within a data directory.
#[must_use]
pub fn database_path(data_dir: &Path) -> PathBuf {
    data_dir.join("switchyard.db")
}

/// The models within a data directory.
#[must_use]
pub fn models_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("models")
}

/// Files that people send, within a data directory, while they are looked at.
#[must_use]
pub fn uploads_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("uploads")
}

/// Removes what a stopped server left in a directory of files that nobody needs any more.
///
/// # Errors
/// When it cannot be removed.
pub fn clear(directory: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Opens the database of a data directory, bringing it to this version's form. The directory is made when it is missing,
/// readable by its owner only.
///
/// # Errors
/// See [`OpenError`].
pub async fn open_store(data_dir: &Path, options: store_sqlite::Options) -> Result<SqliteStore, OpenError> {
    make_directory(data_dir).map_err(|source| OpenError::Directory { path: data_dir.to_owned(), source })?;
    Ok(SqliteStore::open(&database_path(data_dir), options).await?)
}

/// Opens a data directory with everything that runs on it.
///
/// # Errors
/// See [`OpenError`].
pub async fn open(
    data_dir: &Path,
    store: store_sqlite::Options,
    settings: Settings,
    models: ModelSources,
) -> Result<(Services, Background), OpenError> {
    let store = open_store(data_dir, store).await?;
    let parts = Parts {
        store: Arc::new(store),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        workshop: Arc::new(Workshop::new(models_dir(data_dir), models)),
        settings,
    };
    Ok(Services::start(parts).await?)
}

fn make_directory(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
