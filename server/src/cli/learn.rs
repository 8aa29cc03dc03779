//! `switchyard train`, `evaluate` and `classify`: models as files, without a workspace.

use std::{
    io::{BufRead, IsTerminal},
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use clap::Args;
use classifier::{Encoder, Model};
use domain::{Classification, Priority};
use exchange::{Format, Row, take_number, take_optional, take_text};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use super::{Context, Failure, Outcome, output, source};

/// Texts classified at a time.
const BATCH: usize = 64;
/// The version that decisions of a model outside a workspace name.
const NO_VERSION: &str = "file";

/// Train a model on a file.
#[derive(Debug, Args)]
pub(super) struct Train {
    /// Training data: CSV, JSON lines or Parquet with `text` and `label`, perhaps `priority` and `handling_minutes`.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Directory for `model.onnx` and `model.json`.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Seed of everything random: the same data and seed give the same model.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The data's form, when its name does not say so.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Measure a model.
#[derive(Debug, Args)]
pub(super) struct Evaluate {
    /// The model's directory.
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Data that the model was not trained on, with `text` and `label`.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Texts that belong to no label, to measure how well the model tells them apart.
    #[arg(long, value_name = "FILE")]
    out_of_scope: Option<PathBuf>,
    /// The files' form, when their names do not say so.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Classify texts.
#[derive(Debug, Args)]
pub(super) struct Classify {
    /// The model's directory.
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// The texts; without any, each line of standard input is one.
    texts: Vec<String>,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

/// One row of a data file.
struct Sample {
    text: String,
    label: String,
    priority: Option<Priority>,
    handling_minutes: Option<f32>,
}

impl Train {
    pub(super) fn run(self, context: &Context) -> Outcome {
        let samples = read_samples(&self.data, self.format)?;
        let encoder = encoder(context)?;
        let examples: Vec<_> = samples.iter().map(Sample::borrow).collect();
        let bar = ProgressBar::new(100);
        let style = ProgressStyle::with_template("{bar:40} {percent}% {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let start = Instant::now();
        let artifact = classifier::train_cascade(&examples, encoder.as_deref(), self.seed, &mut |progress| {
            bar.set_position((progress.fraction * 100.0) as u64);
            bar.set_message(progress.step);
            ControlFlow::Continue(())
        })
        .map_err(|error| Failure::message(format!("{}: {error}", self.data.display())))?;
        bar.finish_and_clear();
        artifact.write(&self.out).map_err(|error| Failure::message(error.to_string()))?;
        let seconds = start.elapsed().as_secs_f64();
        let card = artifact.card();
        if self.json {
            return output::json(&serde_json::json!({
                "examples": card.facts.trained_on,
                "labels": card.facts.labels.len(),
                "model_sha256": artifact.sha256(),
                "dataset_sha256": card.facts.dataset_sha256,
                "seconds": seconds,
            }));
        }
        output::line(&format!(
            "Trained on {} examples of {} labels in {seconds:.2} s; the model is in {}.",
            card.facts.trained_on,
            card.facts.labels.len(),
            self.out.display()
        ))
    }
}

impl Evaluate {
    pub(super) fn run(self, context: &Context) -> Outcome {
        let model = load(context, &self.model)?;
        let samples = read_samples(&self.data, self.format)?;
        let examples: Vec<_> = samples.iter().map(Sample::borrow).collect();
        let strangers =
            self.out_of_scope.as_deref().map(|path| read_texts(path, self.format)).transpose()?.unwrap_or_default();
        let strangers: Vec<&str> = strangers.iter().map(String::as_str).collect();
        let evaluation =
            classifier::evaluate(&model, &examples, &strangers).map_err(|error| Failure::message(error.to_string()))?;
        if self.json {
            return output::json(&evaluation);
        }
        let coverage = |key: &str| evaluation.coverage_at_precision.get(key).copied().unwrap_or_default();
        let mut lines = vec![
            format!("examples                {}", evaluation.examples),
            format!("accuracy                {:.4}", evaluation.accuracy),
            format!("macro F1                {:.4}", evaluation.macro_f1),
            format!("calibration error (ECE) {:.4}", evaluation.ece),
            format!(
                "coverage at precision   0.95: {:.3}, 0.98: {:.3}, 0.99: {:.3}",
                coverage("0.95"),
                coverage("0.98"),
                coverage("0.99")
            ),
        ];
        if let Some(auroc) = evaluation.out_of_scope_auroc {
            lines.push(format!("out-of-scope AUROC      {auroc:.4}"));
        }
        lines.push(format!("texts per second        {:.0}", evaluation.texts_per_second));
        output::line(&lines.join("\n"))
    }
}

impl Classify {
    pub(super) fn run(self, context: &Context) -> Outcome {
        let model = load(context, &self.model)?;
        if !self.texts.is_empty() {
            return self.show(&model, &self.texts);
        }
        // At a terminal each line is answered at once; from a file, batches are faster.
        let batch = if std::io::stdin().is_terminal() { 1 } else { BATCH };
        let mut texts = Vec::with_capacity(batch);
        for line in std::io::stdin().lock().lines() {
            texts.push(line?);
            if texts.len() == batch {
                self.show(&model, &texts)?;
                texts.clear();
            }
        }
        self.show(&model, &texts)
    }

    fn show(&self, model: &Model, texts: &[String]) -> Outcome {
        let answers = model.classify(texts).map_err(|error| Failure::message(error.to_string()))?;
        for (text, answer) in texts.iter().zip(&answers) {
            output::line(&self.render(text, answer)?)?;
        }
        Ok(())
    }

    fn render(&self, text: &str, answer: &Classification) -> Result<String, Failure> {
        if self.json {
            let mut value = serde_json::to_value(answer).map_err(|error| Failure::message(error.to_string()))?;
            if let Value::Object(fields) = &mut value {
                fields.remove("model_version");
                fields.insert("text".to_owned(), Value::from(text));
            }
            return Ok(value.to_string());
        }
        Ok(format!("{:.3}  {}  {text}", answer.confidence, answer.label))
    }
}

impl Sample {
    fn borrow(&self) -> classifier::Example<'_> {
        classifier::Example {
            text: &self.text,
            label: &self.label,
            priority: self.priority,
            handling_minutes: self.handling_minutes,
        }
    }
}

/// The configured sentence encoder.
fn encoder(context: &Context) -> Result<Option<Arc<Encoder>>, Failure> {
    let models = context.config(None)?.models();
    let Some(source) = models.encoder else { return Ok(None) };
    let failed = |error: &dyn std::fmt::Display| Failure::message(format!("{}: {error}", source.directory.display()));
    let onnxruntime = models.onnxruntime.as_deref();
    onnxruntime.map_or(Ok(()), classifier::init_runtime).map_err(|error| failed(&error))?;
    source.load(onnxruntime).map(|encoder| Some(Arc::new(encoder))).map_err(|error| failed(&error))
}

fn load(context: &Context, directory: &Path) -> Result<Model, Failure> {
    let config = context.config(None)?;
    classifier::init_runtime(&config.onnxruntime()).map_err(|error| Failure::message(error.to_string()))?;
    Model::load(directory, NO_VERSION, encoder(context)?.as_ref())
        .map_err(|error| Failure::message(format!("{}: {error}", directory.display())))
}

fn read_samples(path: &Path, format: Option<Format>) -> Result<Vec<Sample>, Failure> {
    collect(path, format, |mut row| {
        Ok(Sample {
            text: take_text(&mut row, "text")?,
            label: take_text(&mut row, "label")?,
            priority: take_optional(&mut row, "priority")?
                .map(|text| text.parse())
                .transpose()
                .map_err(|error: domain::ValidationError| error.to_string())?,
            handling_minutes: take_number(&mut row, "handling_minutes")?,
        })
    })
}

fn read_texts(path: &Path, format: Option<Format>) -> Result<Vec<String>, Failure> {
    collect(path, format, |mut row| take_text(&mut row, "text"))
}

fn collect<T>(
    path: &Path,
    format: Option<Format>,
    convert: impl Fn(Row) -> Result<T, String>,
) -> Result<Vec<T>, Failure> {
    source::read(path, format)?
        .map(|numbered| {
            let line = numbered.line;
            numbered
                .row
                .and_then(&convert)
                .map_err(|reason| Failure::message(format!("{}:{line}: {reason}", path.display())))
        })
        .collect()
}
