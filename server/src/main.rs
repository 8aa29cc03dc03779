//! The `switchyard` binary: see `server::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::run()
}
