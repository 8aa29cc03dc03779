//! What a foreign model declares of itself.

use std::collections::HashSet;

use domain::text::{check_label, check_length};
use serde::{Deserialize, Serialize};

use crate::{error::ModelError, train::MAX_LABELS};

/// The signature's file.
pub const SIGNATURE_FILE: &str = "signature.json";
/// The form of `signature.json`.
pub const SIGNATURE_FORMAT: u32 = 1;
/// Bytes that a signature may have.
pub const MAX_SIGNATURE_BYTES: u64 = 1024 * 1024;
/// Tokens of a text that are read when the signature does not say how many.
pub const DEFAULT_MAX_TOKENS: usize = 128;
const MAX_TOKENS: std::ops::RangeInclusive<usize> = 2..=512;
const MAX_OUTPUT_NAME_BYTES: usize = 256;
const MAX_LICENSE_BYTES: usize = 256;
const MAX_ABOUT_BYTES: usize = 2_000;

/// What goes into a foreign model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// `input_ids`, and perhaps `attention_mask` and `token_type_ids`: 64-bit whole numbers, texts by tokens.
    Tokens,
}

/// What its output is for each text and each label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// Scores before a softmax.
    Logits,
    /// Probabilities; they need not sum to 1.
    Probabilities,
}

/// What `signature.json` says. Fields that this version does not know are refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The form of the file: [`SIGNATURE_FORMAT`].
    pub format: u32,
    /// What goes in.
    pub input: Input,
    /// Labels in the order of the outputs.
    pub labels: Vec<String>,
    /// What comes out.
    pub output: Output,
    /// The output's name; without one, the graph's first output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_name: Option<String>,
    /// Tokens of a text that are read; the rest is cut off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<usize>,
    /// Under which licence it may be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// What it is and where it comes from, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

impl Signature {
    /// Reads the text of a `signature.json` and checks it.
    ///
    /// # Errors
    /// [`ModelError::Signature`] with what is wrong.
    pub fn parse(text: &[u8]) -> Result<Self, ModelError> {
        let signature: Self = serde_json::from_slice(text).map_err(|error| ModelError::Signature(error.to_string()))?;
        signature.check()?;
        Ok(signature)
    }

    /// Tokens of a text that are read.
    #[must_use]
    pub fn max_tokens(&self) -> usize {
        self.max_tokens.unwrap_or(DEFAULT_MAX_TOKENS)
    }

    fn check(&self) -> Result<(), ModelError> {
        let wrong = |reason: String| Err(ModelError::Signature(reason));
        if self.format != SIGNATURE_FORMAT {
            return wrong(format!("the format is {}; this version reads {SIGNATURE_FORMAT}", self.format));
        }
        let count = self.labels.len();
        if !(2..=MAX_LABELS).contains(&count) {
            return wrong(format!("there are {count} labels; 2 to {MAX_LABELS} are possible"));
        }
        let mut seen = HashSet::new();
        for (at, label) in self.labels.iter().enumerate() {
            if let Err(error) = check_label("label", label) {
                return wrong(format!("label {}: {error}", at + 1));
            }
            if !seen.insert(label) {
                return wrong(format!("the label `{label}` is there twice"));
            }
        }
        if !MAX_TOKENS.contains(&self.max_tokens()) {
            return wrong(format!("max_tokens must be from {} to {}", MAX_TOKENS.start(), MAX_TOKENS.end()));
        }
        let texts = [
            ("output_name", &self.output_name, MAX_OUTPUT_NAME_BYTES),
            ("license", &self.license, MAX_LICENSE_BYTES),
            ("about", &self.about, MAX_ABOUT_BYTES),
        ];
        for (field, text, max_bytes) in texts {
            if let Err(error) = text.as_deref().map_or(Ok(()), |text| check_length(field, text, max_bytes)) {
                return wrong(error.to_string());
            }
        }
        Ok(())
    }
}
