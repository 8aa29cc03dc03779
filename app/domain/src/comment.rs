//! What people say to each other about a task.

use serde::{Deserialize, Serialize};

use crate::{
    id::{CommentId, TaskId, UserId},
    time::Timestamp,
};

/// Longest comment, in bytes.
pub const MAX_COMMENT_BYTES: usize = 4 * 1024;
/// Most comments of one task.
pub const MAX_COMMENTS: u32 = 500;
/// Most people whom one comment mentions; further names stay text.
pub const MAX_MENTIONS: usize = 20;
/// Most people who watch one task.
pub const MAX_WATCHERS: u32 = 200;

/// What stands for the text of a comment on a task whose text was erased.
pub const ERASED_COMMENT: &str = "(text erased)";

/// What somebody said about a task. It is for colleagues, and never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskComment {
    /// Its identifier.
    pub id: CommentId,
    /// The task.
    pub task_id: TaskId,
    /// Who: a name at that time.
    pub by: String,
    /// Who, as an identifier.
    pub by_id: String,
    /// When.
    pub at: Timestamp,
    /// The words.
    pub text: String,
    /// The names after an `@` in the text that were those of people when it was written.
    pub mentions: Vec<String>,
}

/// Somebody who watches a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watcher {
    /// Who.
    pub user_id: UserId,
    /// The same by name.
    pub name: String,
}

/// The names that a text mentions, in lower case and each once: an `@` at the beginning of a word, and what can stand before
/// the `@` of an address. At most [`MAX_MENTIONS`].
#[must_use]
pub fn mentioned_names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut before = None;
    for (place, character) in text.char_indices() {
        let begins = character == '@' && !before.is_some_and(is_of_name);
        before = Some(character);
        if !begins {
            continue;
        }
        let rest = &text[place + 1..];
        let name = rest.split(|character| !is_of_name(character)).next().unwrap_or_default();
        // The full stop of a sentence is not of the name.
        let name = name.trim_end_matches(['.', '-']).to_lowercase();
        if !name.is_empty() && name.len() <= 64 && !names.contains(&name) {
            names.push(name);
            if names.len() == MAX_MENTIONS {
                break;
            }
        }
    }
    names
}

/// Whether a character can stand in the name of an address (RFC 5322, the dot-atom, without its rarer signs).
fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '.' | '_' | '-' | '+')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_after_an_at_sign_are_mentions() {
        assert_eq!(mentioned_names("@ada, ask @Bo.Ek-1+x. Or (@ada)!"), ["ada", "bo.ek-1+x"]);
        assert_eq!(mentioned_names("Write to grace@example.com or @ alone, @@"), Vec::<String>::new());
        assert_eq!(mentioned_names("@eve@example.com"), ["eve"]);
        assert_eq!(mentioned_names("Frag @jürgen"), ["jürgen"]);
        let many: String = (0..50).map(|n| format!("@p{n} ")).collect();
        assert_eq!(mentioned_names(&many).len(), MAX_MENTIONS);
        assert!(mentioned_names(&format!("@{}", "x".repeat(65))).is_empty());
    }
}
