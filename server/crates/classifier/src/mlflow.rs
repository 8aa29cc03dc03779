//! The directory layout in which MLflow keeps models, so that its own client loads one: `mlflow.onnx.load_model` and
//! `mlflow.pyfunc.load_model`. What they load is the linear model's graph, from hashed words to probabilities,
//! and to what its heads say. A directory
//! of this layout is still one that [`Artifact::read`](crate::Artifact::read) takes.

use std::path::Path;

use domain::Timestamp;

use crate::{
    error::ModelError,
    model_dir::{Artifact, GRAPH_FILE},
    onnx::heads::{MINUTES, PRIORITY},
};

/// The model's card for people.
pub const README_FILE: &str = "README.md";
/// MLflow's description of a model.
pub const MLMODEL_FILE: &str = "MLmodel";
/// What a Python that loads it needs.
const REQUIREMENTS_FILE: &str = "requirements.txt";
const REQUIREMENTS: &str = "mlflow>=2.9\nnumpy\nonnx>=1.17\nonnxruntime>=1.20\n";

/// Writes a model's files with MLflow's beside them. The target must be empty or hold a model, which is replaced.
///
/// # Errors
/// As [`Artifact::write`].
pub fn export(
    artifact: &Artifact,
    name: &str,
    made_at: Timestamp,
    card: &str,
    directory: &Path,
) -> Result<(), ModelError> {
    let files = [
        (MLMODEL_FILE, mlmodel(artifact, name, made_at)),
        (REQUIREMENTS_FILE, REQUIREMENTS.to_owned()),
        (README_FILE, card.to_owned()),
    ];
    artifact.write_with(directory, &files)
}

fn mlmodel(artifact: &Artifact, name: &str, made_at: Timestamp) -> String {
    let card = artifact.card();
    let labels = card.facts.labels.len();
    let tensor = |name: &str, dtype: &str, width: i64| {
        serde_json::json!({
            "type": "tensor", "name": name, "tensor-spec": { "dtype": dtype, "shape": [-1, width] },
        })
    };
    let width = i64::try_from(labels).unwrap_or(-1);
    let inputs = serde_json::json!([tensor("ids", "int64", -1), tensor("tf", "float32", -1)]).to_string();
    let mut outputs = vec![tensor("logits", "float32", width), tensor("probs", "float32", width)];
    outputs.extend(card.heads.priority.as_ref().map(|_| tensor(PRIORITY, "float32", 4)));
    outputs.extend(card.heads.minutes.as_ref().map(|_| tensor(MINUTES, "float32", 3)));
    let outputs = serde_json::Value::from(outputs).to_string();
    let names: Vec<&str> = card.facts.labels.iter().map(|label| label.name.as_str()).collect();
    let sha256 = artifact.sha256();
    // MLflow reads YAML, of which JSON is a part.
    let description = serde_json::json!({
        "artifact_path": "model",
        "flavors": {
            "onnx": {
                "code": null, "data": GRAPH_FILE, "onnx_version": "1.17.0", "options": null,
                "providers": ["CPUExecutionProvider"],
            },
            "python_function": {
                "data": GRAPH_FILE, "loader_module": "mlflow.onnx", "python_version": "3.11.0",
            },
        },
        "mlflow_version": "2.9.0",
        // Any 128 bits that are this model's own.
        "model_uuid": &sha256[..32],
        "model_size_bytes": artifact.graph().len(),
        "signature": { "inputs": inputs, "outputs": outputs, "params": null },
        "utc_time_created": made_at.to_string().replace('T', " ").replace('Z', ""),
        "metadata": {
            "name": name,
            "labels": names,
            "featurizer": card.featurizer,
            "sha256": sha256,
            "dataset_sha256": card.facts.dataset_sha256,
        },
    });
    format!("{description:#}\n")
}
