//! Directories of models: written whole or not at all, read within bounds.

use std::{
    fs::{self, File},
    io::{Read, Write},
    path::{Path, PathBuf},
};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    error::{GuardError, ModelError},
    foreign, model_dir,
};

/// Writes the files of a model into a directory of another name, and gives it its name when everything is on disk. A model
/// that stands there already is replaced; anything else is not.
pub(crate) fn write_directory<'a>(
    directory: &Path,
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Result<(), ModelError> {
    let directory = &std::path::absolute(directory).map_err(at(directory))?;
    let occupied = match fs::read_dir(directory) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(at(directory)(error)),
    };
    let is_model = [model_dir::CARD_FILE, foreign::SIGNATURE_FILE].iter().any(|name| directory.join(name).is_file());
    if occupied && !is_model {
        return Err(ModelError::NotAModelDirectory { path: directory.clone() });
    }
    let partial = beside(directory, "writing")?;
    let result = write_files(&partial, files).and_then(|()| put_in_place(&partial, directory, occupied));
    if result.is_err() {
        // The error that is reported is the one that matters; a leftover is removed by the next attempt.
        let _ = fs::remove_dir_all(&partial);
    }
    result
}

fn write_files<'a>(directory: &Path, files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<(), ModelError> {
    if directory.exists() {
        fs::remove_dir_all(directory).map_err(at(directory))?;
    }
    fs::create_dir_all(directory).map_err(at(directory))?;
    for (name, content) in files {
        let path = directory.join(name);
        let write = || -> std::io::Result<()> {
            let mut file = File::create(&path)?;
            file.write_all(content)?;
            file.sync_all()
        };
        write().map_err(at(&path))?;
    }
    sync_directory(directory)
}

/// A card as its file has it.
pub(crate) fn card_bytes(card: &impl Serialize) -> Result<Vec<u8>, String> {
    let mut text = serde_json::to_vec_pretty(card).map_err(|error| error.to_string())?;
    text.push(b'\n');
    Ok(text)
}

pub(crate) fn check_digest(file: &'static str, content: &[u8], expected: &str) -> Result<(), ModelError> {
    let found = hex::encode(Sha256::digest(content));
    if found == expected { Ok(()) } else { Err(ModelError::Sha256 { file, found, expected: expected.to_owned() }) }
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> ModelError {
    let path = path.to_path_buf();
    move |source| ModelError::Io { path, source }
}

/// A name in the same directory, so that a rename stays within one file system.
fn beside(directory: &Path, suffix: &str) -> Result<PathBuf, ModelError> {
    let not_a_model = || ModelError::NotAModelDirectory { path: directory.to_path_buf() };
    let name = directory.file_name().ok_or_else(not_a_model)?;
    Ok(directory.with_file_name(format!(".{}.{suffix}.{}", name.display(), std::process::id())))
}

fn put_in_place(partial: &Path, directory: &Path, occupied: bool) -> Result<(), ModelError> {
    let replaced = beside(directory, "replaced")?;
    if occupied {
        fs::rename(directory, &replaced).map_err(at(directory))?;
    }
    if let Err(error) = fs::rename(partial, directory) {
        if occupied {
            fs::rename(&replaced, directory).map_err(at(directory))?;
        }
        return Err(at(directory)(error));
    }
    if occupied {
        fs::remove_dir_all(&replaced).map_err(at(&replaced))?;
    }
    directory.parent().map_or(Ok(()), sync_directory)
}

/// A rename is only durable when the directory that holds the name is.
fn sync_directory(directory: &Path) -> Result<(), ModelError> {
    File::open(directory).and_then(|file| file.sync_all()).map_err(at(directory))
}

pub(crate) fn read_bounded(path: &Path, max: u64) -> Result<Vec<u8>, ModelError> {
    let file = File::open(path).map_err(at(path))?;
    let mut content = Vec::new();
    // One byte more than allowed, to tell a file that is full from one that is too large, whatever its size said before.
    file.take(max + 1).read_to_end(&mut content).map_err(at(path))?;
    let bytes = content.len() as u64;
    if bytes > max { Err(GuardError::TooLarge { bytes, max }.into()) } else { Ok(content) }
}
