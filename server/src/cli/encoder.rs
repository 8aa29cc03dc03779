//! `switchyard encoder`.

use std::{path::PathBuf, time::Instant};

use clap::Subcommand;
use classifier::{Encoder, EncoderSettings};

use super::{Context, Failure, Outcome, output};

/// Memory beyond what the files need.
const ROOM_BYTES: u64 = 1536 * 1024 * 1024;
/// How often the graph's bytes may be in memory: read, understood, optimised, and once more.
const COPIES: u64 = 4;
/// Seconds of computing.
const CPU_SECONDS: u64 = 60;

/// Sentence encoders.
#[derive(Debug, Subcommand)]
pub(super) enum EncoderCommand {
    /// Load an encoder with limited memory and time, and embed a few texts: whether it can be used, and how fast it is.
    Check {
        /// Holds `model.onnx` and `tokenizer.json`.
        directory: PathBuf,
        /// Tokens of a text that are read.
        #[arg(long, default_value_t = 128)]
        max_tokens: usize,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

impl EncoderCommand {
    pub(super) fn run(self, context: &Context) -> Outcome {
        let Self::Check { directory, max_tokens, json } = self;
        let config = context.config(None)?;
        let failed = |error: &dyn std::fmt::Display| Failure::message(format!("{}: {error}", directory.display()));
        let graph = directory.join(classifier::encoder::GRAPH_FILE);
        let bytes = std::fs::metadata(&graph).map_err(|error| failed(&error))?.len();
        limit_this_process(bytes.min(classifier::encoder::MAX_ENCODER_BYTES)).map_err(|error| failed(&error))?;
        classifier::init_runtime(&config.onnxruntime()).map_err(|error| failed(&error))?;
        let settings = EncoderSettings { max_tokens, ..EncoderSettings::default() };
        let encoder = Encoder::load(&directory, settings).map_err(|error| failed(&error))?;
        let milliseconds = |text: &str| {
            let started = Instant::now();
            encoder.try_out(text).map(|()| started.elapsed().as_secs_f64() * 1_000.0).map_err(|error| failed(&error))
        };
        let short = milliseconds("My parcel has not arrived yet.")?;
        let long = milliseconds(&"My parcel has not arrived yet. ".repeat(200))?;
        if json {
            return output::json(&serde_json::json!({
                "sha256": encoder.sha256(),
                "dimensions": encoder.dimensions(),
                "short_text_ms": short,
                "long_text_ms": long,
            }));
        }
        output::line(&format!(
            "It can be used: {} dimensions, {short:.1} ms for a short text, {long:.1} ms for a long one; SHA-256 {}.",
            encoder.dimensions(),
            encoder.sha256()
        ))
    }
}

/// A graph of a few bytes may ask for any amount of memory or time; here it gets an error, or this process ends.
#[cfg(unix)]
pub(super) fn limit_this_process(graph_bytes: u64) -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limit = |resource, most| setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    limit(Resource::Cpu, CPU_SECONDS)?;
    // macOS knows no limit of address space; there the time has to do.
    #[cfg(target_os = "linux")]
    limit(Resource::As, ROOM_BYTES + COPIES * graph_bytes)?;
    #[cfg(not(target_os = "linux"))]
    let _ = (ROOM_BYTES, COPIES, graph_bytes);
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn limit_this_process(_: u64) -> std::io::Result<()> {
    let _ = (ROOM_BYTES, COPIES, CPU_SECONDS);
    Ok(())
}
