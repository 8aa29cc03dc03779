//! A sentence encoder: any ONNX graph from tokens to vectors, with its `tokenizer.json`, as sentence-transformers and others
//! publish them. It is not trained here; a head on its embeddings is.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use sha2::{Digest, Sha256};

pub use crate::tokens::{GRAPH_FILE, TOKENIZER_FILE};
use crate::{
    error::{ClassifyError, GuardError, ModelError},
    files::read_bounded,
    guard,
    tokens::{Answered, MAX_GRAPH_BYTES, MAX_TOKENIZER_BYTES, TokenGraph},
};

/// Bytes that a graph may have.
pub const MAX_ENCODER_BYTES: u64 = MAX_GRAPH_BYTES;
/// Most dimensions that an embedding may have.
const MAX_DIMENSIONS: usize = 4_096;

/// How an encoder is used.
#[derive(Debug, Clone, PartialEq)]
pub struct EncoderSettings {
    /// Tokens of a text that are read; the rest is cut off.
    pub max_tokens: usize,
    /// Time that it may take for the texts of one batch while tasks wait.
    pub budget: Duration,
    /// What a call costs, in any unit.
    pub cost: f32,
    /// The confidence of the linear model that makes asking the encoder unnecessary, 0 to 1.
    pub ask_below: f32,
}

impl Default for EncoderSettings {
    fn default() -> Self {
        Self { max_tokens: 128, budget: Duration::from_millis(200), cost: 0.0, ask_below: 0.95 }
    }
}

/// An encoder in memory. Calls from several threads take turns.
#[derive(Debug)]
pub struct Encoder {
    graph: TokenGraph,
    settings: EncoderSettings,
    sha256: String,
    dimensions: usize,
}

/// Vectors of length 1 for texts, in their order.
#[derive(Debug)]
pub(crate) struct Embeddings {
    /// One after the other; those of texts whose turn did not come are zero.
    pub(crate) values: Vec<f32>,
    /// Which texts have one.
    pub(crate) present: Vec<bool>,
}

impl Encoder {
    /// Loads a directory with [`GRAPH_FILE`] and [`TOKENIZER_FILE`]. Only a graph that [`guard::screen`] lets through comes
    /// to ONNX Runtime; what it then does with memory and time is for the caller to try in another process first.
    ///
    /// # Errors
    /// When a file is missing, too large, refused, or does not turn a text into a vector.
    pub fn load(directory: &Path, settings: EncoderSettings) -> Result<Self, ModelError> {
        let graph = read_bounded(&directory.join(GRAPH_FILE), MAX_ENCODER_BYTES)?;
        let form = guard::screen(&graph)?;
        let words = read_bounded(&directory.join(TOKENIZER_FILE), MAX_TOKENIZER_BYTES)?;
        let max_length = settings.max_tokens.max(2);
        let sha256 = hex::encode(
            Sha256::new()
                .chain_update(Sha256::digest(&graph))
                .chain_update(Sha256::digest(&words))
                .chain_update((max_length as u64).to_le_bytes())
                .finalize(),
        );
        let graph = TokenGraph::new(&graph, &words, form, max_length)?;
        let mut vector = Vec::new();
        let hello = graph.run(&["hello"], None, |answered| {
            vector = vectors(&answered)?;
            Ok(())
        });
        hello.map_err(|error| ModelError::Session(error.message))?;
        if !(2..=MAX_DIMENSIONS).contains(&vector.len()) || vector.iter().any(|value| !value.is_finite()) {
            return Err(GuardError::OtherForm("its output is no vector for each text").into());
        }
        Ok(Self { graph, settings, sha256, dimensions: vector.len() })
    }

    /// SHA-256 over all that its vectors follow from, in hexadecimal: the digests of graph and tokenizer, and how many tokens
    /// of a text are read.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Numbers of an embedding.
    #[must_use]
    pub const fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// How it is used.
    #[must_use]
    pub const fn settings(&self) -> &EncoderSettings {
        &self.settings
    }

    /// Embeds one text and drops the result.
    ///
    /// # Errors
    /// When ONNX Runtime does not answer.
    pub fn try_out(&self, text: &str) -> Result<(), ClassifyError> {
        self.embed(&[text], None).map(drop)
    }

    /// Embeds texts, the shortest first; those whose turn has not come at `until` are left out.
    pub(crate) fn embed<T: AsRef<str>>(
        &self,
        texts: &[T],
        until: Option<Instant>,
    ) -> Result<Embeddings, ClassifyError> {
        let mut embeddings = self.nothing(texts.len());
        self.graph.run(texts, until, |answered| {
            let vectors = vectors(&answered)?;
            if vectors.len() != answered.places.len() * self.dimensions {
                return Err(other_shape(answered.shape));
            }
            for (&at, vector) in answered.places.iter().zip(vectors.chunks_exact(self.dimensions)) {
                embeddings.values[at * self.dimensions..][..self.dimensions].copy_from_slice(vector);
                embeddings.present[at] = true;
            }
            Ok(())
        })?;
        Ok(embeddings)
    }

    /// What is known of so many texts before any was read.
    pub(crate) fn nothing(&self, texts: usize) -> Embeddings {
        Embeddings { values: vec![0.0; texts * self.dimensions], present: vec![false; texts] }
    }
}

/// The mean of the vectors of each text's tokens, scaled to length 1, one after the other.
fn vectors(answered: &Answered<'_>) -> Result<Vec<f32>, ClassifyError> {
    let &Answered { places, lengths, longest, shape, values } = answered;
    let mut vectors = match *shape {
        [texts, dimensions] if texts == places.len() && dimensions > 0 => values.to_vec(),
        [texts, tokens, dimensions] if [texts, tokens] == [places.len(), longest] && dimensions > 0 => lengths
            .iter()
            .enumerate()
            .flat_map(|(at, &length)| mean(&values[at * longest * dimensions..], length, dimensions))
            .collect(),
        _ => return Err(other_shape(shape)),
    };
    let dimensions = vectors.len() / places.len();
    vectors.chunks_exact_mut(dimensions).for_each(scale_to_length_one);
    Ok(vectors)
}

fn other_shape(shape: &[usize]) -> ClassifyError {
    ClassifyError { message: format!("the encoder answered in the shape {shape:?}") }
}

fn mean(tokens: &[f32], count: usize, dimensions: usize) -> Vec<f32> {
    let mut sum = vec![0.0f32; dimensions];
    for token in tokens.chunks_exact(dimensions).take(count) {
        for (sum, value) in sum.iter_mut().zip(token) {
            *sum += value;
        }
    }
    sum
}

fn scale_to_length_one(vector: &mut [f32]) {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|value| *value /= length);
    }
}
