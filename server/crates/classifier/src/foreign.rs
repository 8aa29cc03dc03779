//! A foreign model on disk: a text classifier that was made elsewhere, with a signature that says how it is asked and what
//! its answers mean. The directory has `model.onnx`, `tokenizer.json` and `signature.json`; adopting it adds `foreign.json`.

mod serve;
mod signature;

use std::{
    collections::HashMap,
    path::Path,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use self::{
    serve::ForeignModel,
    signature::{DEFAULT_MAX_TOKENS, Input, MAX_SIGNATURE_BYTES, Output, SIGNATURE_FILE, SIGNATURE_FORMAT, Signature},
};
pub use crate::tokens::{GRAPH_FILE, TOKENIZER_FILE};
use crate::{
    calibrate::Predictions,
    error::ModelError,
    evaluate::Evaluation,
    files::{card_bytes, check_digest, read_bounded, write_directory},
    guard::{self, TokenForm},
    model_dir,
    tokens::{MAX_GRAPH_BYTES, MAX_TOKENIZER_BYTES},
    train::Example,
};

/// What is known of an adopted foreign model.
pub const CARD_FILE: &str = "foreign.json";
/// The form of `foreign.json`.
pub const FORMAT: u32 = 1;
const MAX_CARD_BYTES: u64 = 4 * 1024 * 1024;
/// Calibrating on fewer examples than this would fit noise.
const FEWEST_EXAMPLES: usize = 50;
/// More examples than this say nothing more of one number.
const MOST_EXAMPLES: usize = 2_000;
/// Examples between two looks at the time.
const EXAMPLES_PER_TURN: usize = 64;
/// Time after which a slow model is calibrated on what it has read.
const CALIBRATING: Duration = Duration::from_secs(60);

/// What `foreign.json` says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ForeignCard {
    /// The form of this file.
    pub format: u32,
    /// Labels in the order of the outputs.
    pub labels: Vec<String>,
    /// What logits are divided by before the softmax.
    pub temperature: f32,
    /// Examples that the temperature was fitted to; 0 when there were too few, and it is as it came.
    pub calibrated_on: u64,
    /// SHA-256 of the graph in hexadecimal.
    pub graph_sha256: String,
    /// SHA-256 of the tokenizer in hexadecimal.
    pub tokenizer_sha256: String,
    /// SHA-256 of the signature in hexadecimal.
    pub signature_sha256: String,
    /// What it reached on examples, when it was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Evaluation>,
}

/// A foreign model in memory as it is on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct ForeignArtifact {
    graph: Vec<u8>,
    tokenizer: Vec<u8>,
    signature_text: Vec<u8>,
    signature: Signature,
    form: TokenForm,
    card: ForeignCard,
}

/// Whether a directory says that a foreign model is in it. One with `model.json` was made here.
#[must_use]
pub fn is_foreign(directory: &Path) -> bool {
    directory.join(SIGNATURE_FILE).is_file() && !directory.join(model_dir::CARD_FILE).exists()
}

impl ForeignArtifact {
    /// Reads a directory and checks all that can be read off its files; nothing of it runs.
    ///
    /// # Errors
    /// When a file is missing, too large or damaged, the graph could harm or is not as the signature says, or `foreign.json`
    /// is there and of other files.
    pub fn read(directory: &Path) -> Result<Self, ModelError> {
        let signature_text = read_bounded(&directory.join(SIGNATURE_FILE), MAX_SIGNATURE_BYTES)?;
        let signature = Signature::parse(&signature_text)?;
        let tokenizer = read_bounded(&directory.join(TOKENIZER_FILE), MAX_TOKENIZER_BYTES)?;
        let graph = read_bounded(&directory.join(GRAPH_FILE), MAX_GRAPH_BYTES)?;
        let form = guard::screen_classifier(&graph, signature.output_name.as_deref(), signature.labels.len())?;
        let sha256 = |content: &[u8]| hex::encode(Sha256::digest(content));
        let mut card = ForeignCard {
            format: FORMAT,
            labels: signature.labels.clone(),
            temperature: 1.0,
            calibrated_on: 0,
            graph_sha256: sha256(&graph),
            tokenizer_sha256: sha256(&tokenizer),
            signature_sha256: sha256(&signature_text),
            metrics: None,
        };
        if directory.join(CARD_FILE).exists() {
            let stored = read_card(directory)?;
            check_digest(GRAPH_FILE, &graph, &stored.graph_sha256)?;
            check_digest(TOKENIZER_FILE, &tokenizer, &stored.tokenizer_sha256)?;
            check_digest(SIGNATURE_FILE, &signature_text, &stored.signature_sha256)?;
            if stored.labels != card.labels {
                return Err(ModelError::ForeignCard("its labels are not those of the signature".to_owned()));
            }
            card = stored;
        }
        Ok(Self { graph, tokenizer, signature_text, signature, form, card })
    }

    /// Writes the directory, as [`Artifact::write`](crate::Artifact::write) does.
    ///
    /// # Errors
    /// As there.
    pub fn write(&self, directory: &Path) -> Result<(), ModelError> {
        self.write_with(directory, &[])
    }

    /// As [`ForeignArtifact::write`], with other files beside the model's own.
    ///
    /// # Errors
    /// As there.
    pub fn write_with(&self, directory: &Path, others: &[(&str, &str)]) -> Result<(), ModelError> {
        let card = card_bytes(&self.card).map_err(ModelError::ForeignCard)?;
        let own = [
            (GRAPH_FILE, self.graph.as_slice()),
            (TOKENIZER_FILE, self.tokenizer.as_slice()),
            (SIGNATURE_FILE, self.signature_text.as_slice()),
            (CARD_FILE, card.as_slice()),
        ];
        write_directory(directory, own.into_iter().chain(others.iter().map(|(name, text)| (*name, text.as_bytes()))))
    }

    /// SHA-256 of all that its answers follow from, in hexadecimal: over the digests of graph, tokenizer and signature, and
    /// the temperature.
    #[must_use]
    pub fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        for part in [&self.card.graph_sha256, &self.card.tokenizer_sha256, &self.card.signature_sha256] {
            hash.update(part);
        }
        hash.update(self.card.temperature.to_le_bytes());
        hex::encode(hash.finalize())
    }

    /// What its signature says.
    #[must_use]
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// What `foreign.json` says.
    #[must_use]
    pub const fn card(&self) -> &ForeignCard {
        &self.card
    }

    /// The same with what it reached.
    #[must_use]
    pub fn with_metrics(mut self, metrics: Evaluation) -> Self {
        self.card.metrics = Some(metrics);
        self
    }

    /// Brings the model into memory and fits its temperature to up to 2,000 of the examples, spread evenly over those whose
    /// label it knows. With fewer than 50 of these the temperature stays as it is.
    ///
    /// # Errors
    /// As [`ForeignModel::from_artifact`], or when it does not answer.
    pub fn calibrated(mut self, version: &str, examples: &[Example<'_>]) -> Result<(Self, ForeignModel), ModelError> {
        let mut model = ForeignModel::from_artifact(&self, version)?;
        self.card.metrics = None;
        let predictions = predictions(&model, examples)?;
        if predictions.len() >= FEWEST_EXAMPLES {
            self.card.temperature = predictions.temperature();
            self.card.calibrated_on = predictions.len() as u64;
            model.calibrate(self.card.temperature, self.sha256());
        }
        Ok((self, model))
    }
}

fn read_card(directory: &Path) -> Result<ForeignCard, ModelError> {
    let text = read_bounded(&directory.join(CARD_FILE), MAX_CARD_BYTES)?;
    let card: ForeignCard =
        serde_json::from_slice(&text).map_err(|error| ModelError::ForeignCard(error.to_string()))?;
    if card.format != FORMAT {
        let (found, expected) = (card.format.to_string(), FORMAT.to_string());
        return Err(ModelError::OtherVersion { field: "format", found, expected });
    }
    if !(card.temperature.is_finite() && card.temperature > 0.0) {
        return Err(ModelError::ForeignCard("its temperature is no positive number".to_owned()));
    }
    Ok(card)
}

/// What the model says of the examples before any temperature. Rows with anything but numbers are left out.
fn predictions(model: &ForeignModel, examples: &[Example<'_>]) -> Result<Predictions, ModelError> {
    let places: HashMap<&str, u16> = model.labels().zip(0..).collect();
    let known: Vec<(&str, u16)> =
        examples.iter().filter_map(|example| Some((example.text, *places.get(example.label)?))).collect();
    let step = known.len().div_ceil(MOST_EXAMPLES).max(1);
    let chosen: Vec<(&str, u16)> = known.into_iter().step_by(step).collect();
    let (mut logits, mut truths) = (Vec::new(), Vec::new());
    let until = Instant::now() + CALIBRATING;
    for turn in chosen.chunks(EXAMPLES_PER_TURN) {
        if Instant::now() >= until {
            break;
        }
        let texts: Vec<&str> = turn.iter().map(|(text, _)| *text).collect();
        let rows = model.logits(&texts).map_err(|error| ModelError::Answer(error.message))?;
        for (row, (_, truth)) in rows.into_iter().zip(turn) {
            if row.iter().all(|logit| logit.is_finite()) {
                logits.extend(row);
                truths.push(*truth);
            }
        }
    }
    Ok(Predictions::of(logits, truths, places.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_without_a_temperature_to_divide_by_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let write = |temperature: f32, format: u32| {
            let card = ForeignCard {
                format,
                labels: Vec::new(),
                temperature,
                calibrated_on: 0,
                graph_sha256: String::new(),
                tokenizer_sha256: String::new(),
                signature_sha256: String::new(),
                metrics: None,
            };
            std::fs::write(directory.path().join(CARD_FILE), card_bytes(&card).unwrap()).unwrap();
            read_card(directory.path())
        };
        assert!(write(2.5, FORMAT).is_ok());
        assert!(matches!(write(0.0, FORMAT), Err(ModelError::ForeignCard(_))));
        assert!(matches!(write(-1.0, FORMAT), Err(ModelError::ForeignCard(_))));
        assert!(matches!(write(1.0, 2), Err(ModelError::OtherVersion { field: "format", .. })));
    }
}
