//! A model on disk: a directory with `model.onnx`, `model.json` and, for a cascade, `head.onnx`, written whole or not at
//! all. The encoder of a cascade is not in it: it is large, and many models share it.

use std::{collections::BTreeMap, path::Path};

use domain::Priority;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    error::ModelError,
    evaluate::Evaluation,
    featurizer,
    files::{card_bytes, check_digest, read_bounded, write_directory},
    guard::{self, Inspected, MAX_MODEL_BYTES},
    heads::Heads,
    linear::LinearModel,
    onnx::{
        self,
        graph::{fact, heads_fact, labels_fact, short_list_fact},
    },
    suspicious::Suspect,
};

/// The graph's file.
pub const GRAPH_FILE: &str = "model.onnx";
/// The graph of a cascade's head.
pub const HEAD_FILE: &str = "head.onnx";
/// The facts' file.
pub const CARD_FILE: &str = "model.json";
/// The form of `model.json`.
pub const FORMAT: u32 = 1;
const MAX_CARD_BYTES: u64 = 4 * 1024 * 1024;

/// What `model.json` says of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// The form of this file.
    pub format: u32,
    /// The featurizer that ids must come from.
    pub featurizer: String,
    /// SHA-256 of the graph in hexadecimal.
    pub graph_sha256: String,
    /// What logits are divided by before the softmax.
    pub temperature: f32,
    /// The least probability of a label on the short list, such that the right one is on it in 99 of 100 cases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short_list: Option<f32>,
    /// What it says beside the label.
    #[serde(default, skip_serializing_if = "Heads::is_empty")]
    pub heads: Heads,
    /// The stage behind the linear model, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cascade: Option<Cascade>,
    /// What is known of its making.
    #[serde(flatten)]
    pub facts: Facts,
    /// What it reached on examples that it has not learned from, when it was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Evaluation>,
}

/// A stage behind the linear model: where that is unsure, a sentence encoder is asked, and what its head says is blended
/// with what the linear model said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cascade {
    /// SHA-256 of the encoder, as [`Encoder::sha256`](crate::Encoder::sha256) gives it.
    pub encoder_sha256: String,
    /// Numbers of an embedding.
    pub dimensions: usize,
    /// SHA-256 of the head's graph in hexadecimal.
    pub head_sha256: String,
    /// What the head's logits are divided by before the softmax.
    pub head_temperature: f32,
    /// What the head weighs in the blend, 0 to 1; the linear model weighs the rest.
    pub head_weight: f32,
    /// What the blend's logits are divided by before the softmax.
    pub blend_temperature: f32,
    /// The encoder is asked where the linear model's confidence is below this.
    pub ask_below: f32,
}

/// What is known of a model's making.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Labels in the order of the outputs.
    pub labels: Vec<LabelCard>,
    /// Examples that it learned from.
    pub trained_on: u64,
    /// Examples without any text, which were left out.
    pub left_out: u64,
    /// SHA-256 of the training data in hexadecimal.
    pub dataset_sha256: String,
    /// Seed of everything random.
    pub seed: u64,
    /// Passes over the data.
    pub epochs: u32,
    /// What models of the same kind reached on the folds that they had not learned from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of_fold: Option<OutOfFold>,
}

/// A label and what is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelCard {
    /// The label.
    pub name: String,
    /// Its examples.
    pub examples: u64,
    /// The priority that more than half of them state. Models of earlier versions answer it with the label; now a head
    /// learns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// The median of the minutes that they state, of models of earlier versions as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling_minutes: Option<f32>,
}

/// What models of the same kind reached on the folds that they had not learned from. Shares are 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutOfFold {
    /// Predictions.
    pub examples: u64,
    /// Share that was right.
    pub accuracy: f64,
    /// Expected calibration error at the temperature that was fitted to these same predictions.
    pub ece: f64,
    /// Largest share, most confident first, whose accuracy is at least the key.
    pub coverage_at_precision: BTreeMap<String, f64>,
}

/// A model in memory as it is on disk, and what training it found out by the way.
#[derive(Debug, Clone)]
pub struct Artifact {
    graph: Vec<u8>,
    head: Option<Vec<u8>>,
    card: ModelCard,
    suspects: Vec<Suspect>,
}

/// The same files are the same artefact.
impl PartialEq for Artifact {
    fn eq(&self, other: &Self) -> bool {
        (&self.graph, &self.head, &self.card) == (&other.graph, &other.head, &other.card)
    }
}

impl Artifact {
    /// The artefact of a linear model; its labels are those of the facts.
    #[must_use]
    pub fn new(model: &LinearModel, facts: Facts) -> Self {
        let graph = onnx::encode(model, &facts.dataset_sha256);
        let card = ModelCard {
            format: FORMAT,
            featurizer: featurizer::VERSION.to_owned(),
            graph_sha256: hex::encode(Sha256::digest(&graph)),
            temperature: model.temperature,
            short_list: model.short_list,
            heads: model.heads.clone(),
            cascade: None,
            facts,
            metrics: None,
        };
        Self { graph, head: None, card, suspects: Vec::new() }
    }

    /// The same with a stage behind it; `cascade` gets the digest of the head.
    #[must_use]
    pub(crate) fn with_cascade(mut self, head: Vec<u8>, cascade: Cascade) -> Self {
        self.card.cascade = Some(Cascade { head_sha256: hex::encode(Sha256::digest(&head)), ..cascade });
        self.head = Some(head);
        self
    }

    /// SHA-256 of all that its answers follow from, in hexadecimal: of the graph, or for a cascade over the digests of its
    /// parts and its numbers.
    #[must_use]
    pub fn sha256(&self) -> String {
        let Some(cascade) = &self.card.cascade else { return self.card.graph_sha256.clone() };
        let mut hash = Sha256::new();
        for part in [&self.card.graph_sha256, &cascade.head_sha256, &cascade.encoder_sha256] {
            hash.update(part);
        }
        for number in [cascade.head_weight, cascade.blend_temperature, cascade.ask_below] {
            hash.update(number.to_le_bytes());
        }
        hex::encode(hash.finalize())
    }

    /// The bytes of the head's graph, for a cascade.
    #[must_use]
    pub fn head(&self) -> Option<&[u8]> {
        self.head.as_deref()
    }

    /// The same with the examples whose labels are likely wrong.
    #[must_use]
    pub(crate) fn with_suspects(mut self, suspects: Vec<Suspect>) -> Self {
        self.suspects = suspects;
        self
    }

    /// Examples whose labels are likely wrong, the likeliest first. Training finds them; a model's files do not keep them.
    #[must_use]
    pub fn suspects(&self) -> &[Suspect] {
        &self.suspects
    }

    /// The same with what it reached.
    #[must_use]
    pub fn with_metrics(mut self, metrics: Evaluation) -> Self {
        self.card.metrics = Some(metrics);
        self
    }

    /// What `model.json` says.
    #[must_use]
    pub const fn card(&self) -> &ModelCard {
        &self.card
    }

    /// The bytes of the graph.
    #[must_use]
    pub fn graph(&self) -> &[u8] {
        &self.graph
    }

    /// Writes the directory under another name, and gives it its name when everything is on disk. A model that stands
    /// there already is replaced; anything else is not.
    ///
    /// # Errors
    /// When a file cannot be written, or `directory` holds something that is no model. Then nothing has changed.
    pub fn write(&self, directory: &Path) -> Result<(), ModelError> {
        self.write_with(directory, &[])
    }

    /// As [`Artifact::write`], with other files beside the model's own.
    pub(crate) fn write_with(&self, directory: &Path, others: &[(&str, String)]) -> Result<(), ModelError> {
        let card = card_bytes(&self.card).map_err(ModelError::Card)?;
        let head = self.head.iter().map(|head| (HEAD_FILE, head.as_slice()));
        let others = others.iter().map(|(name, content)| (*name, content.as_bytes()));
        let own = [(GRAPH_FILE, self.graph.as_slice()), (CARD_FILE, card.as_slice())];
        write_directory(directory, own.into_iter().chain(head).chain(others))
    }

    /// Reads a directory and checks that its parts belong together.
    ///
    /// # Errors
    /// When a file is missing, damaged, too large, of another version, or not what the other one describes.
    pub fn read(directory: &Path) -> Result<Self, ModelError> {
        let text = read_bounded(&directory.join(CARD_FILE), MAX_CARD_BYTES)?;
        let card: ModelCard = serde_json::from_slice(&text).map_err(|error| ModelError::Card(error.to_string()))?;
        let graph = read_bounded(&directory.join(GRAPH_FILE), MAX_MODEL_BYTES)?;
        let head = match card.cascade {
            Some(_) => Some(read_bounded(&directory.join(HEAD_FILE), MAX_MODEL_BYTES)?),
            None => None,
        };
        let artifact = Self { graph, head, card, suspects: Vec::new() };
        artifact.inspect()?;
        artifact.inspect_head()?;
        Ok(artifact)
    }

    /// Checks that the graph is harmless and what the card describes.
    pub(crate) fn inspect(&self) -> Result<Inspected, ModelError> {
        let card = &self.card;
        let other = |field, found: String, expected: String| Err(ModelError::OtherVersion { field, found, expected });
        if card.format != FORMAT {
            return other("format", card.format.to_string(), FORMAT.to_string());
        }
        if card.featurizer != featurizer::VERSION {
            return other("featurizer", card.featurizer.clone(), featurizer::VERSION.to_owned());
        }
        check_digest(GRAPH_FILE, &self.graph, &card.graph_sha256)?;
        let inspected = guard::inspect(&self.graph)?;
        self.check_facts(&inspected, card.temperature, (fact::FEATURIZER, &card.featurizer))?;
        // Graphs of earlier versions state none.
        if inspected.fact(fact::SHORT_LIST).unwrap_or_default() != short_list_fact(card.short_list) {
            return Err(ModelError::Disagree(fact::SHORT_LIST));
        }
        let stated = inspected.fact(fact::HEADS).unwrap_or_default();
        if stated != heads_fact(&card.heads) || inspected.heads() != card.heads.form() {
            return Err(ModelError::Disagree(fact::HEADS));
        }
        Ok(inspected)
    }

    /// As [`Self::inspect`], of a cascade's head; nothing for a model without one.
    pub(crate) fn inspect_head(&self) -> Result<Option<Inspected>, ModelError> {
        let (Some(cascade), Some(head)) = (&self.card.cascade, &self.head) else { return Ok(None) };
        check_digest(HEAD_FILE, head, &cascade.head_sha256)?;
        let inspected = guard::inspect_head(head, cascade.dimensions)?;
        self.check_facts(&inspected, cascade.head_temperature, (fact::ENCODER_SHA256, &cascade.encoder_sha256))?;
        Ok(Some(inspected))
    }

    fn check_facts(
        &self,
        inspected: &Inspected,
        temperature: f32,
        input: (&'static str, &str),
    ) -> Result<(), ModelError> {
        let facts = &self.card.facts;
        let names: Vec<&str> = facts.labels.iter().map(|label| label.name.as_str()).collect();
        let stated = [
            (fact::LABELS, labels_fact(&names)),
            (fact::TEMPERATURE, temperature.to_string()),
            (input.0, input.1.to_owned()),
            (fact::DATASET_SHA256, facts.dataset_sha256.clone()),
        ];
        for (key, value) in stated {
            if inspected.fact(key) != Some(value.as_str()) {
                return Err(ModelError::Disagree(key));
            }
        }
        if inspected.labels() == names.len() { Ok(()) } else { Err(ModelError::Disagree(fact::LABELS)) }
    }
}
