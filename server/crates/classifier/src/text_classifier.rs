//! What a model of any kind can do.

use domain::Classification;

use crate::{error::ClassifyError, heads::Heads, serve::Model};

/// A model in memory, of any kind.
pub trait TextClassifier: std::fmt::Debug + Send + Sync {
    /// Labels in the order of the outputs.
    fn labels(&self) -> Vec<&str>;

    /// What it says beside the label; nothing of a model that says nothing else.
    fn heads(&self) -> Option<&Heads>;

    /// SHA-256 of all that its answers follow from, in hexadecimal.
    fn sha256(&self) -> &str;

    /// Classifies texts; the answers stand in their order. It takes the time that it needs.
    ///
    /// # Errors
    /// When it does not answer; then no text has an answer.
    fn classify(&self, texts: &[&str]) -> Result<Vec<Classification>, ClassifyError>;

    /// As [`TextClassifier::classify`] for texts that somebody waits for.
    ///
    /// # Errors
    /// As there.
    fn classify_in_time(&self, texts: &[&str]) -> Result<Vec<Classification>, ClassifyError>;

    /// As [`TextClassifier::classify_in_time`] by the cheapest stage alone; a model of one stage has no cheaper one.
    ///
    /// # Errors
    /// As there.
    fn classify_cheaply(&self, texts: &[&str]) -> Result<Vec<Classification>, ClassifyError> {
        self.classify_in_time(texts)
    }
}

impl TextClassifier for Model {
    fn labels(&self) -> Vec<&str> {
        Self::labels(self).collect()
    }

    fn heads(&self) -> Option<&Heads> {
        Some(&self.card().heads)
    }

    fn sha256(&self) -> &str {
        Self::sha256(self)
    }

    fn classify(&self, texts: &[&str]) -> Result<Vec<Classification>, ClassifyError> {
        Self::classify(self, texts)
    }

    fn classify_in_time(&self, texts: &[&str]) -> Result<Vec<Classification>, ClassifyError> {
        Self::classify_in_time(self, texts)
    }

    fn classify_cheaply(&self, texts: &[&str]) -> Result<Vec<Classification>, ClassifyError> {
        Self::classify_cheaply(self, texts)
    }
}
