//! A foreign model in memory.

use domain::{Classification, label::NONE_OF_THESE};

use super::{ForeignArtifact, Output};
use crate::{
    calibrate::LEAST_PROBABILITY,
    error::{ClassifyError, ModelError},
    heads::Heads,
    linear::softmax,
    serve::answer::ranked,
    text_classifier::TextClassifier,
    tokens::TokenGraph,
};

/// A foreign model that answers. Calls from several threads take turns.
#[derive(Debug)]
pub struct ForeignModel {
    graph: TokenGraph,
    labels: Vec<String>,
    output: Output,
    temperature: f32,
    /// The place of the label that people give to what belongs to none.
    none: Option<usize>,
    sha256: String,
    version: String,
}

impl ForeignModel {
    /// Brings a model into memory and has it answer once. What its graph does with memory and time is for the caller to try
    /// in another process first. `version` is what answers will name.
    ///
    /// # Errors
    /// When ONNX Runtime is not loaded or refuses the graph, the tokenizer is none, or an answer has not a number for each
    /// label.
    pub fn from_artifact(artifact: &ForeignArtifact, version: &str) -> Result<Self, ModelError> {
        let ForeignArtifact { graph, tokenizer, signature, form, card, .. } = artifact;
        let labels = signature.labels.clone();
        let model = Self {
            graph: TokenGraph::new(graph, tokenizer, form.clone(), signature.max_tokens())?,
            none: labels.iter().position(|label| label == NONE_OF_THESE),
            labels,
            output: signature.output,
            temperature: card.temperature,
            sha256: artifact.sha256(),
            version: version.to_owned(),
        };
        let hello = model.logits(&["hello"]).map_err(|error| ModelError::Answer(error.message))?;
        if hello.iter().any(|row| !is_sound(&model.probabilities(row.clone()))) {
            let kind = match model.output {
                Output::Logits => "number",
                Output::Probabilities => "probability",
            };
            return Err(ModelError::Answer(format!("what it says of a text is no {kind} for each label")));
        }
        Ok(model)
    }

    /// Labels in the order of the outputs.
    pub fn labels(&self) -> impl ExactSizeIterator<Item = &str> {
        self.labels.iter().map(String::as_str)
    }

    /// SHA-256 of all that its answers follow from, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Classifies texts; the answers stand in their order.
    ///
    /// # Errors
    /// When the tokenizer or ONNX Runtime does not answer; then no text has an answer.
    pub fn classify<T: AsRef<str>>(&self, texts: &[T]) -> Result<Vec<Classification>, ClassifyError> {
        let rows = self.logits(texts)?;
        let name = |at: usize| self.labels[at].as_str();
        let answer = |row: Vec<f32>| ranked(&self.probabilities(row), &name, self.none, None, &self.version).1;
        Ok(rows.into_iter().map(answer).collect())
    }

    pub(super) fn calibrate(&mut self, temperature: f32, sha256: String) {
        self.temperature = temperature;
        self.sha256 = sha256;
    }

    /// The logits of each text before any temperature, in the texts' order. A row that cannot be what the signature says has
    /// no number in it.
    pub(super) fn logits<T: AsRef<str>>(&self, texts: &[T]) -> Result<Vec<Vec<f32>>, ClassifyError> {
        let width = self.labels.len();
        let mut rows = vec![Vec::new(); texts.len()];
        self.graph.run(texts, None, |answered| {
            let expected = [answered.places.len(), width];
            if *answered.shape != expected {
                let message =
                    format!("the output has the shape {:?}; {width} labels need {expected:?}", answered.shape);
                return Err(ClassifyError { message });
            }
            for (&at, row) in answered.places.iter().zip(answered.values.chunks_exact(width)) {
                rows[at] = logits(self.output, row);
            }
            Ok(())
        })?;
        Ok(rows)
    }

    fn probabilities(&self, mut logits: Vec<f32>) -> Vec<f32> {
        softmax(&mut logits, 1.0 / self.temperature);
        logits
    }
}

impl TextClassifier for ForeignModel {
    fn labels(&self) -> Vec<&str> {
        Self::labels(self).collect()
    }

    fn heads(&self) -> Option<&Heads> {
        None
    }

    fn sha256(&self) -> &str {
        Self::sha256(self)
    }

    fn classify(&self, texts: &[&str]) -> Result<Vec<Classification>, ClassifyError> {
        Self::classify(self, texts)
    }

    fn classify_in_time(&self, texts: &[&str]) -> Result<Vec<Classification>, ClassifyError> {
        Self::classify(self, texts)
    }
}

/// A softmax over the logarithms of probabilities gives these back, summing to 1, and takes a temperature as well.
fn logits(output: Output, row: &[f32]) -> Vec<f32> {
    match output {
        Output::Logits => row.to_vec(),
        Output::Probabilities => {
            let is_possible = row.iter().all(|share| share.is_finite() && *share >= 0.0);
            let log = |share: &f32| share.max(LEAST_PROBABILITY).ln();
            if is_possible && row.iter().any(|share| *share > 0.0) {
                row.iter().map(log).collect()
            } else {
                vec![f32::NAN; row.len()]
            }
        }
    }
}

fn is_sound(probabilities: &[f32]) -> bool {
    probabilities.iter().all(|probability| probability.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_come_back_summing_to_one() {
        let mut values = logits(Output::Probabilities, &[2.0, 1.0, 1.0, 0.0]);
        softmax(&mut values, 1.0);
        for (value, expected) in values.iter().zip([0.5, 0.25, 0.25, 0.0]) {
            assert!((value - expected).abs() < 1e-6, "{values:?}");
        }
    }

    #[test]
    fn what_cannot_be_probabilities_is_no_number() {
        for row in [[0.5, -0.1], [f32::NAN, 1.0], [f32::INFINITY, 0.0], [0.0, 0.0]] {
            assert!(logits(Output::Probabilities, &row).iter().all(|value| value.is_nan()), "{row:?}");
        }
    }
}
