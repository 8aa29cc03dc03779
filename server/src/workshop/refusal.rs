//! Why files that somebody brought are not taken, in words for people.

use classifier::ModelError;
use service::ports::TrainingError;

/// Characters of a reason that people are told; names in a file may be of any length.
const MAX_REASON_CHARS: usize = 400;

/// What is wrong with files that somebody brought, as a sentence.
pub(crate) fn refusal(error: &ModelError) -> String {
    match error {
        ModelError::Io { path, .. } => {
            let name = path.file_name().map(|name| name.display().to_string()).unwrap_or_default();
            format!("A file of the model is missing or cannot be read: {name}.")
        }
        other => unusable(&other.to_string()),
    }
}

/// The sentence of a reason.
pub(super) fn unusable(reason: &str) -> String {
    // On one line, of which the last words of a process are taken.
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    let reason: String = reason.chars().take(MAX_REASON_CHARS).collect();
    format!("This is no model that can be used here: {}.", reason.trim_end_matches('.'))
}

/// Hands a sentence on to people. Where files are concerns nobody, and ONNX Runtime tells of its own as well.
pub(super) fn refused(sentence: &str) -> TrainingError {
    let words = sentence.split_whitespace().filter(|word| !word.starts_with('/'));
    TrainingError::Refused(words.collect::<Vec<_>>().join(" ").replace(char::is_control, ""))
}
