//! Files that somebody brought, tried in a process of their own before this one loads them.

use std::{
    ffi::OsStr,
    io::Read,
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    time::Duration,
};

/// Time that a trial may take.
const TRIAL: Duration = Duration::from_secs(60);
/// Bytes of what such a process says that are read.
const MAX_LAST_WORDS: u64 = 64 * 1024;

/// Why a trial did not end well.
#[derive(Debug, thiserror::Error)]
pub(super) enum TrialError {
    /// The process could not be started or waited for; of the files nothing is known.
    #[error("{0}")]
    Untried(String),
    /// What the process said of the files, or that it was stopped.
    #[error("{0}")]
    Refused(String),
}

/// Runs a command of `switchyard` that limits its own memory and time: a graph may ask for any amount of both.
pub(super) fn run(
    program: &Path,
    arguments: &[&OsStr],
    directory: &Path,
    onnxruntime: Option<&Path>,
) -> Result<(), TrialError> {
    let untried = |error: std::io::Error| TrialError::Untried(format!("{}: {error}", program.display()));
    let mut command = Command::new(program);
    command.args(arguments).arg(std::path::absolute(directory).map_err(untried)?);
    // Its settings are its own: nothing of this server's environment or working directory concerns it.
    command.env_clear().current_dir(std::env::temp_dir());
    command.envs(onnxruntime.map(|path| ("ORT_DYLIB_PATH", path)));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(untried)?;
    // What it says ends when it ends; that is what is waited for.
    let (say, hear) = mpsc::channel();
    if let Some(stderr) = child.stderr.take() {
        std::thread::spawn(move || {
            let mut said = Vec::new();
            // Whatever came before an error is what there is; nobody may listen any more.
            let _ = stderr.take(MAX_LAST_WORDS).read_to_end(&mut said);
            let _ = say.send(said);
        });
    }
    let Ok(said) = hear.recv_timeout(TRIAL) else {
        // It is stopped either way; an error means that it has just ended by itself.
        let _ = child.kill();
        let _ = child.wait();
        return Err(TrialError::Refused(format!("it took longer than {} s", TRIAL.as_secs())));
    };
    let status = child.wait().map_err(untried)?;
    if status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&said);
    let last = said.lines().rev().find(|line| line.starts_with("error: ")).map(|line| &line["error: ".len()..]);
    Err(TrialError::Refused(
        last.map_or_else(|| format!("it was stopped, by the limit of memory or time ({status})"), ToOwned::to_owned),
    ))
}
