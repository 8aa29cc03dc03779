//! A graph over tokens with its tokenizer: turns texts into batches, and hands on what the graph makes of them.

use std::{
    sync::{Mutex, PoisonError},
    time::Instant,
};

use ort::{session::Session, value::TensorRef};
use tokenizers::{Tokenizer, TruncationParams};

use crate::{
    error::{ClassifyError, ModelError},
    guard::{self, TokenForm},
    serve::{failed, session},
};

/// The graph's file in a directory.
pub const GRAPH_FILE: &str = "model.onnx";
/// The tokenizer's file.
pub const TOKENIZER_FILE: &str = "tokenizer.json";
/// Bytes that a graph may have.
pub(crate) const MAX_GRAPH_BYTES: u64 = 512 * 1024 * 1024;
/// Bytes that a tokenizer may have.
pub(crate) const MAX_TOKENIZER_BYTES: u64 = 32 * 1024 * 1024;
/// Bytes of a text that the tokenizer sees; what is beyond would be cut off by any graph.
const MAX_TEXT_BYTES: usize = 16 * 1024;
/// Texts and tokens that one call may have. More gain nothing on one thread.
const MAX_ROWS: usize = 32;
const MAX_TOKENS_PER_CALL: usize = 2_048;

/// A graph in memory. Calls from several threads take turns.
#[derive(Debug)]
pub(crate) struct TokenGraph {
    worker: Mutex<Session>,
    tokenizer: Tokenizer,
    form: TokenForm,
}

/// What one call answered.
pub(crate) struct Answered<'a> {
    /// The texts' places.
    pub(crate) places: &'a [usize],
    /// How many tokens each text has.
    pub(crate) lengths: &'a [usize],
    /// How many the longest has: to that the others are padded.
    pub(crate) longest: usize,
    /// The output's shape.
    pub(crate) shape: &'a [usize],
    /// Its numbers.
    pub(crate) values: &'a [f32],
}

impl TokenGraph {
    /// Brings a graph that [`guard`] let through into memory; of each text so many tokens are read.
    pub(crate) fn new(graph: &[u8], words: &[u8], form: TokenForm, max_tokens: usize) -> Result<Self, ModelError> {
        let unreadable = |error: tokenizers::Error| ModelError::Tokenizer(error.to_string());
        let mut tokenizer = Tokenizer::from_bytes(words).map_err(unreadable)?;
        // Files often pad every text to the longest that the graph takes, which would cost that much for each.
        tokenizer.with_padding(None);
        let truncation = TruncationParams { max_length: max_tokens, ..TruncationParams::default() };
        tokenizer.with_truncation(Some(truncation)).map_err(unreadable)?;
        Ok(Self { worker: Mutex::new(session(graph)?), tokenizer, form })
    }

    /// Runs the texts through the graph, the shortest first, and hands each call's answer to `read`; those whose turn has not
    /// come at `until` are left out.
    pub(crate) fn run<T: AsRef<str>>(
        &self,
        texts: &[T],
        until: Option<Instant>,
        mut read: impl FnMut(Answered<'_>) -> Result<(), ClassifyError>,
    ) -> Result<(), ClassifyError> {
        let mut rows = Vec::with_capacity(texts.len());
        for (at, text) in texts.iter().enumerate() {
            rows.push((at, self.tokens(text.as_ref())?));
        }
        // Neighbours of one length pad nothing; a batch of unlike texts is slower than one text after the other.
        rows.sort_by_key(|(_, tokens)| tokens.len());
        let mut start = 0;
        while start < rows.len() && until.is_none_or(|until| Instant::now() < until) {
            let end = start + self.batch_length(&rows[start..]);
            self.call(&rows[start..end], &mut read)?;
            start = end;
        }
        Ok(())
    }

    fn tokens(&self, text: &str) -> Result<Vec<i64>, ClassifyError> {
        let text = &text[..text.floor_char_boundary(MAX_TEXT_BYTES)];
        let unread = |error: tokenizers::Error| ClassifyError { message: format!("the tokenizer: {error}") };
        let encoding = self.tokenizer.encode_fast(text, true).map_err(unread)?;
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

    fn call(
        &self,
        rows: &[(usize, Vec<i64>)],
        read: &mut impl FnMut(Answered<'_>) -> Result<(), ClassifyError>,
    ) -> Result<(), ClassifyError> {
        let longest = rows.iter().map(|(_, tokens)| tokens.len()).max().unwrap_or(1);
        let shape = [rows.len(), longest];
        let (mut ids, mut mask) = (Vec::with_capacity(rows.len() * longest), Vec::with_capacity(rows.len() * longest));
        for (at, (_, tokens)) in rows.iter().enumerate() {
            ids.extend_from_slice(tokens);
            ids.resize((at + 1) * longest, 0);
            mask.extend(std::iter::repeat_n(1i64, tokens.len()));
            mask.resize((at + 1) * longest, 0);
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
        let found: Vec<usize> = found.iter().map(|&size| usize::try_from(size).unwrap_or(0)).collect();
        let places: Vec<usize> = rows.iter().map(|(place, _)| *place).collect();
        let lengths: Vec<usize> = rows.iter().map(|(_, tokens)| tokens.len()).collect();
        read(Answered { places: &places, lengths: &lengths, longest, shape: &found, values })
    }
}
