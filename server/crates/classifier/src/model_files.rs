//! The files of a model of either kind: one that was made here, or a foreign one.

use std::{path::Path, sync::Arc};

use crate::{
    encoder::Encoder,
    error::ModelError,
    evaluate::Evaluation,
    foreign::{ForeignArtifact, ForeignModel, is_foreign},
    model_dir::Artifact,
    serve::Model,
    text_classifier::TextClassifier,
};

/// A model in memory as it is on disk.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelFiles {
    /// Made here.
    Own(Box<Artifact>),
    /// Made elsewhere.
    Foreign(Box<ForeignArtifact>),
}

impl ModelFiles {
    /// Reads a directory of either kind.
    ///
    /// # Errors
    /// As [`Artifact::read`] and [`ForeignArtifact::read`].
    pub fn read(directory: &Path) -> Result<Self, ModelError> {
        if is_foreign(directory) {
            ForeignArtifact::read(directory).map(|artifact| Self::Foreign(Box::new(artifact)))
        } else {
            Artifact::read(directory).map(|artifact| Self::Own(Box::new(artifact)))
        }
    }

    /// Writes a directory, replacing a model of either kind that stands there.
    ///
    /// # Errors
    /// As [`Artifact::write`].
    pub fn write(&self, directory: &Path) -> Result<(), ModelError> {
        match self {
            Self::Own(artifact) => artifact.write(directory),
            Self::Foreign(artifact) => artifact.write(directory),
        }
    }

    /// SHA-256 of all that its answers follow from, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> String {
        match self {
            Self::Own(artifact) => artifact.sha256(),
            Self::Foreign(artifact) => artifact.sha256(),
        }
    }

    /// Labels in the order of the outputs.
    #[must_use]
    pub fn labels(&self) -> Vec<&str> {
        match self {
            Self::Own(artifact) => artifact.card().facts.labels.iter().map(|label| label.name.as_str()).collect(),
            Self::Foreign(artifact) => artifact.card().labels.iter().map(String::as_str).collect(),
        }
    }

    /// The same with what it reached.
    #[must_use]
    pub fn with_metrics(self, metrics: Evaluation) -> Self {
        match self {
            Self::Own(artifact) => Self::Own(Box::new(artifact.with_metrics(metrics))),
            Self::Foreign(artifact) => Self::Foreign(Box::new(artifact.with_metrics(metrics))),
        }
    }

    /// Whether it asks a sentence encoder, which [`ModelFiles::bring_up`] then needs.
    #[must_use]
    pub fn asks_encoder(&self) -> bool {
        match self {
            Self::Own(artifact) => artifact.card().cascade.is_some(),
            Self::Foreign(_) => false,
        }
    }

    /// Brings the model into memory. `version` is what answers will name, for example `v3`.
    ///
    /// # Errors
    /// As [`Model::from_artifact`] and [`ForeignModel::from_artifact`].
    pub fn bring_up(
        &self,
        version: &str,
        encoder: Option<&Arc<Encoder>>,
    ) -> Result<Box<dyn TextClassifier>, ModelError> {
        Ok(match self {
            Self::Own(artifact) => Box::new(Model::from_artifact(artifact, version, encoder)?),
            Self::Foreign(artifact) => Box::new(ForeignModel::from_artifact(artifact, version)?),
        })
    }
}
