//! `switchyard model check`: what a server runs before it takes a foreign model, in a process that may end badly.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use clap::Args;
use classifier::{Encoder, ModelFiles, TextClassifier, encoder::MAX_ENCODER_BYTES};

use crate::{
    cli::{Context, Failure, Outcome, encoder::limit_this_process, output},
    workshop::refusal,
};

/// A model that takes longer for one text is of no use where tasks wait.
const MOST_SECONDS_A_TEXT: f64 = 5.0;
/// Texts of the batch.
const BATCH: usize = 32;
/// Labels that the sentence names.
const NAMED_LABELS: usize = 10;

/// Which model is tried.
#[derive(Debug, Args)]
pub(in crate::cli) struct Check {
    /// Holds a model that `train` made, or a foreign one: `model.onnx`, `tokenizer.json` and `signature.json`.
    directory: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Milliseconds that texts took.
struct Times {
    short_text: f64,
    long_text: f64,
    batch: f64,
}

impl Check {
    pub(super) fn run(self, context: &Context) -> Outcome {
        let failed = |reason: &str| Failure::message(format!("{}: {reason}", self.directory.display()));
        let config = context.config(None)?;
        let source = config.models().encoder;
        let encoder_bytes = source.as_ref().map_or(0, |source| bytes_in(&source.directory));
        limit_this_process((bytes_in(&self.directory) + encoder_bytes).min(2 * MAX_ENCODER_BYTES))?;
        classifier::init_runtime(&config.onnxruntime()).map_err(|error| failed(&error.to_string()))?;
        let files = ModelFiles::read(&self.directory).map_err(|error| failed(&refusal(&error)))?;
        let encoder = match source.filter(|_| files.asks_encoder()) {
            Some(source) => {
                let encoder = Encoder::load(&source.directory, source.settings);
                Some(Arc::new(encoder.map_err(|error| failed(&refusal(&error)))?))
            }
            None => None,
        };
        let model = files.bring_up("v0", encoder.as_ref()).map_err(|error| failed(&refusal(&error)))?;
        let times = Times::of(model.as_ref()).map_err(|reason| failed(&reason))?;
        self.show(&files, &times)
    }

    fn show(&self, files: &ModelFiles, times: &Times) -> Outcome {
        let Times { short_text, long_text, batch } = times;
        let (labels, sha256) = (files.labels(), files.sha256());
        if self.json {
            return output::json(&serde_json::json!({
                "kind": match files { ModelFiles::Own(_) => "switchyard", ModelFiles::Foreign(_) => "foreign" },
                "labels": labels,
                "short_text_ms": short_text,
                "long_text_ms": long_text,
                "batch_ms": batch,
                "sha256": sha256,
            }));
        }
        let more = if labels.len() > NAMED_LABELS { ", …" } else { "" };
        let named = labels.iter().take(NAMED_LABELS).copied().collect::<Vec<_>>().join(", ");
        output::line(&format!(
            "It can be used: {} labels ({named}{more}), {short_text:.1} ms for a short text, {long_text:.1} ms for a long \
             one, {batch:.1} ms for {BATCH} together; SHA-256 {sha256}.",
            labels.len()
        ))
    }
}

impl Times {
    fn of(model: &dyn TextClassifier) -> Result<Self, String> {
        let milliseconds = |texts: &[&str]| {
            let started = Instant::now();
            let answers = model.classify(texts).map_err(|error| error.to_string())?;
            if answers.len() != texts.len() {
                return Err("it answers another number of texts".to_owned());
            }
            Ok(started.elapsed().as_secs_f64() * 1_000.0)
        };
        let short = "My parcel has not arrived yet.";
        let long = "My parcel has not arrived yet. ".repeat(200);
        let short_text = milliseconds(&[short])?;
        let long_text = milliseconds(&[&long])?;
        if short_text.max(long_text) > MOST_SECONDS_A_TEXT * 1_000.0 {
            return Err(format!("it takes more than {MOST_SECONDS_A_TEXT} s for one text"));
        }
        // Few of them have the same length, so that they come in batches of all sizes.
        let texts: Vec<String> = (1..=BATCH).map(|words| "parcel ".repeat(words * words / 8 + 1)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        Ok(Self { short_text, long_text, batch: milliseconds(&texts)? })
    }
}

/// Bytes of the files in a directory; what cannot be read shows when it is.
fn bytes_in(directory: &Path) -> u64 {
    let files = std::fs::read_dir(directory).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|metadata| metadata.len()).sum()
}
