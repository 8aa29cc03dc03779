//! A sentence encoder: any ONNX graph from tokens to vectors, with its `tokenizer.json`, as sentence-transformers and others
//! publish them. It is not trained here; a head on its embeddings is.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use ort::{session::Session, value::TensorRef};
use sha2::{Digest, Sha256};
use tokenizers::{Tokenizer, TruncationParams};

use crate::{
    error::{ClassifyError, GuardError, ModelError},
    guard::{self, EncoderForm},
    model_dir::read_bounded,
    serve::{failed, session},
};

/// The graph's file in an encoder's directory.
pub const GRAPH_FILE: &str = "model.onnx";
/// The tokenizer's file.
pub const TOKENIZER_FILE: &str = "tokenizer.json";
/// Bytes that a graph may have.
pub const MAX_ENCODER_BYTES: u64 = 512 * 1024 * 1024;
/// Bytes that a tokenizer may have.
const MAX_TOKENIZER_BYTES: u64 = 32 * 1024 * 1024;
/// Bytes of a text that the tokenizer sees; what is beyond would be cut off by any encoder.
const MAX_TEXT_BYTES: usize = 16 * 1024;
/// Most dimensions that an embedding may have.
const MAX_DIMENSIONS: usize = 4_096;
/// Texts and tokens that one call may have. More gain nothing on one thread.
const MAX_ROWS: usize = 32;
const MAX_TOKENS_PER_CALL: usize = 2_048;

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
    worker: Mutex<Session>,
    tokenizer: Tokenizer,
    form: EncoderForm,
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
        let mut tokenizer = Tokenizer::from_bytes(&words).map_err(|error| ModelError::Tokenizer(error.to_string()))?;
        // Files often pad every text to the longest that the encoder takes, which would cost that much for each.
        tokenizer.with_padding(None);
        let max_length = settings.max_tokens.max(2);
        let truncation = TruncationParams { max_length, ..TruncationParams::default() };
        tokenizer.with_truncation(Some(truncation)).map_err(|error| ModelError::Tokenizer(error.to_string()))?;
        let sha256 = hex::encode(
            Sha256::new()
                .chain_update(Sha256::digest(&graph))
                .chain_update(Sha256::digest(&words))
                .chain_update((max_length as u64).to_le_bytes())
                .finalize(),
        );
        let worker = Mutex::new(session(&graph)?);
        let mut encoder = Self { worker, tokenizer, form, settings, sha256, dimensions: 0 };
        let tokens = encoder.tokens("hello")?;
        let vectors = encoder.call(&[&tokens]).map_err(|error| ModelError::Session(error.message))?;
        if !(2..=MAX_DIMENSIONS).contains(&vectors.len()) || vectors.iter().any(|value| !value.is_finite()) {
            return Err(GuardError::OtherForm("its output is no vector for each text").into());
        }
        encoder.dimensions = vectors.len();
        Ok(encoder)
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
        let mut rows = Vec::with_capacity(texts.len());
        for (at, text) in texts.iter().enumerate() {
            rows.push((at, self.tokens(text.as_ref()).map_err(|error| ClassifyError { message: error.to_string() })?));
        }
        // Neighbours of one length pad nothing; a batch of unlike texts is slower than one text after the other.
        rows.sort_by_key(|(_, tokens)| tokens.len());
        let mut start = 0;
        while start < rows.len() && until.is_none_or(|until| Instant::now() < until) {
            let end = start + self.batch_length(&rows[start..]);
            let batch: Vec<&[i64]> = rows[start..end].iter().map(|(_, tokens)| tokens.as_slice()).collect();
            let vectors = self.call(&batch)?;
            for ((at, _), vector) in rows[start..end].iter().zip(vectors.chunks_exact(self.dimensions)) {
                embeddings.values[at * self.dimensions..][..self.dimensions].copy_from_slice(vector);
                embeddings.present[*at] = true;
            }
            start = end;
        }
        Ok(embeddings)
    }

    /// What is known of so many texts before any was read.
    pub(crate) fn nothing(&self, texts: usize) -> Embeddings {
        Embeddings { values: vec![0.0; texts * self.dimensions], present: vec![false; texts] }
    }

    fn tokens(&self, text: &str) -> Result<Vec<i64>, ModelError> {
        let text = &text[..text.floor_char_boundary(MAX_TEXT_BYTES)];
        let encoding =
            self.tokenizer.encode_fast(text, true).map_err(|error| ModelError::Tokenizer(error.to_string()))?;
        let tokens: Vec<i64> = encoding.get_ids().iter().map(|&id| i64::from(id)).collect();
        // A tokenizer without special tokens makes nothing of a text of blanks; the first word of the vocabulary stands in.
        Ok(if tokens.is_empty() { vec![0] } else { tokens })
    }

    /// How many of the rows, which get longer and longer, go into one call. A graph that quantises while it runs scales
    /// each tensor by its largest value, so there a text's answer would depend on the others of its batch.
    fn batch_length(&self, rows: &[(usize, Vec<i64>)]) -> usize {
        if self.form.quantises_dynamically {
            return 1;
        }
        let shortest = rows[0].1.len();
        let fits = |(count, (_, tokens)): &(usize, &(usize, Vec<i64>))| {
            *count < MAX_ROWS && (count + 1) * tokens.len() <= MAX_TOKENS_PER_CALL && tokens.len() <= shortest + 2
        };
        rows.iter().enumerate().take_while(fits).count().max(1)
    }

    /// One call: the mean of the vectors of a text's tokens, scaled to length 1.
    fn call(&self, rows: &[&[i64]]) -> Result<Vec<f32>, ClassifyError> {
        let length = rows.iter().map(|row| row.len()).max().unwrap_or(1);
        let shape = [rows.len(), length];
        let (mut ids, mut mask) = (Vec::with_capacity(rows.len() * length), Vec::with_capacity(rows.len() * length));
        for (at, row) in rows.iter().enumerate() {
            ids.extend_from_slice(row);
            ids.resize((at + 1) * length, 0);
            mask.extend(std::iter::repeat_n(1i64, row.len()));
            mask.resize((at + 1) * length, 0);
        }
        let types = vec![0i64; ids.len()];
        let mut inputs = Vec::with_capacity(3);
        for name in &self.form.inputs {
            let content = match name.as_str() {
                guard::ATTENTION_MASK => &mask,
                guard::TOKEN_TYPE_IDS => &types,
                _ => &ids,
            };
            let tensor = TensorRef::from_array_view((shape, content.as_slice())).map_err(|error| failed(&error))?;
            inputs.push((name.as_str(), tensor));
        }
        let mut session = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        let outputs = session.run(inputs).map_err(|error| failed(&error))?;
        let (found, values) =
            outputs[self.form.output.as_str()].try_extract_tensor::<f32>().map_err(|error| failed(&error))?;
        let other_shape = || ClassifyError { message: format!("the encoder answered in the shape {found:?}") };
        let found: Vec<usize> = found.iter().map(|&size| usize::try_from(size).unwrap_or(0)).collect();
        let mut vectors = match *found.as_slice() {
            [texts, dimensions] if texts == rows.len() && dimensions > 0 => values.to_vec(),
            [texts, tokens, dimensions] if [texts, tokens] == shape && dimensions > 0 => rows
                .iter()
                .enumerate()
                .flat_map(|(at, row)| mean(&values[at * length * dimensions..], row.len(), dimensions))
                .collect(),
            _ => return Err(other_shape()),
        };
        let dimensions = vectors.len() / rows.len();
        if self.dimensions != 0 && dimensions != self.dimensions {
            return Err(other_shape());
        }
        vectors.chunks_exact_mut(dimensions).for_each(scale_to_length_one);
        Ok(vectors)
    }
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
