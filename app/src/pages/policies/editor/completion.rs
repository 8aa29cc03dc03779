//! What an expression may go on with at the cursor.

use domain::{
    Priority,
    policy::desk::{FactEntry, Vocabulary},
};

/// Most suggestions at once.
const MAX_SUGGESTIONS: usize = 8;

/// Something that can be written at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Suggestion {
    /// The text that takes the place of what was begun.
    pub(super) text: String,
    /// What it is, in a sentence.
    pub(super) meaning: String,
}

/// What fits at the cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Completion {
    /// The byte at which what was begun starts.
    pub(super) from: usize,
    /// The suggestions, best first; nothing when there are none.
    pub(super) suggestions: Vec<Suggestion>,
}

impl Completion {
    /// The expression with a suggestion in it, and the byte after it.
    pub(super) fn accept(&self, text: &str, caret: usize, place: usize) -> Option<(String, usize)> {
        let suggestion = self.suggestions.get(place)?;
        let (before, after) = (text.get(..self.from)?, text.get(caret..)?);
        // What the suggestion ends with may stand behind the cursor already.
        let overlap =
            ["\"].", "\"]", "\"", "("].into_iter().find(|end| suggestion.text.ends_with(end) && after.starts_with(end));
        let after = overlap.map_or(after, |end| &after[end.len()..]);
        let end = before.len() + suggestion.text.len();
        Some((format!("{before}{}{after}", suggestion.text), end))
    }
}

/// The byte of a place that the browser counts in UTF-16 units.
pub(super) fn byte_of(text: &str, units: usize) -> usize {
    let mut seen = 0;
    for (byte, letter) in text.char_indices() {
        if seen >= units {
            return byte;
        }
        seen += letter.len_utf16();
    }
    text.len()
}

/// The place of a byte as the browser counts it.
pub(super) fn units_of(text: &str, byte: usize) -> usize {
    text.char_indices().take_while(|(at, _)| *at < byte).map(|(_, letter)| letter.len_utf16()).sum()
}

/// What fits at the cursor of an expression.
pub(super) fn complete(text: &str, caret: usize, vocabulary: &Vocabulary) -> Completion {
    let Some(before) = text.get(..caret) else { return Completion::default() };
    match open_quote(before) {
        Some(quote) => in_text(before, quote, vocabulary),
        None => in_condition(before, vocabulary),
    }
}

/// Where a text begins that is not closed yet: the byte of its quote.
fn open_quote(before: &str) -> Option<usize> {
    let mut open: Option<(usize, char)> = None;
    let mut escaped = false;
    for (at, letter) in before.char_indices() {
        match open {
            Some(_) if escaped => escaped = false,
            Some(_) if letter == '\\' => escaped = true,
            Some((_, quote)) if letter == quote => open = None,
            None if matches!(letter, '"' | '\'') => open = Some((at, letter)),
            _ => {}
        }
    }
    open.map(|(at, _)| at)
}

fn in_text(before: &str, quote: usize, vocabulary: &Vocabulary) -> Completion {
    let (head, begun) = (before[..quote].trim_end(), &before[quote + 1..]);
    let end = &before[quote..=quote];
    let named = |names: Vec<(String, String)>, end: &str| {
        let fits = |name: &str| name.to_lowercase().contains(&begun.to_lowercase()) && name != begun;
        let found = names.into_iter().filter(|(name, _)| fits(name)).take(MAX_SUGGESTIONS);
        let suggestions = found.map(|(name, meaning)| Suggestion { text: format!("{name}{end}"), meaning }).collect();
        Completion { from: quote + 1, suggestions }
    };
    if head.ends_with("queues[") {
        let queues = vocabulary.queues.iter().map(|queue| (queue.name.clone(), queue.title.clone())).collect();
        return named(queues, &format!("{end}]."));
    }
    match compared(head) {
        Some(fact) if fact.ends_with(".label") => {
            let labels = vocabulary.labels.iter().map(|label| (label.clone(), "Label".to_owned())).collect();
            named(labels, end)
        }
        Some(fact) if fact.ends_with(".priority") || fact.ends_with(".priority_hint") => {
            let priorities = Priority::ALL.map(|priority| (priority.as_str().to_owned(), "Priority".to_owned()));
            named(priorities.into(), end)
        }
        _ => Completion::default(),
    }
}

/// The fact that the next text is compared with: by `==`, `!=`, or as one of a list.
fn compared(head: &str) -> Option<&str> {
    let sides = ["==", "!="].into_iter().find_map(|sign| head.strip_suffix(sign));
    let side = sides.or_else(|| {
        let (before, inside) = head.rsplit_once('[')?;
        if inside.contains(']') { None } else { before.trim_end().strip_suffix("in") }
    })?;
    let side = side.trim_end();
    let start = side
        .rfind(|letter: char| !is_word(letter))
        .map_or(0, |at| at + side[at..].chars().next().map_or(1, char::len_utf8));
    Some(&side[start..])
}

const fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.')
}

fn in_condition(before: &str, vocabulary: &Vocabulary) -> Completion {
    let from = before
        .char_indices()
        .rev()
        .take_while(|(_, letter)| is_word(*letter))
        .last()
        .map_or(before.len(), |(at, _)| at);
    let word = &before[from..];
    if word.starts_with('.') && before[..from].ends_with("\"]") {
        return numbers_of_queue(word, from);
    }
    if !word.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        return Completion::default();
    }
    let lower = word.to_lowercase();
    let mut ranked: Vec<(u8, Suggestion)> = Vec::new();
    for fact in &vocabulary.facts {
        let text = beginning(&fact.name);
        let fits = if text.to_lowercase().starts_with(&lower) {
            0
        } else if !text.is_empty() && parts(text).any(|part| part.starts_with(&lower)) {
            1
        } else {
            continue;
        };
        let known = ranked.iter().any(|(_, known)| known.text == text);
        if !known && text != word {
            ranked.push((fits, Suggestion { text: text.to_owned(), meaning: fact.meaning.clone() }));
        }
    }
    ranked.extend(methods(word, &vocabulary.facts).into_iter().map(|method| (0, method)));
    ranked.sort_by_key(|(rank, _)| *rank);
    let suggestions = ranked.into_iter().map(|(_, suggestion)| suggestion).take(MAX_SUGGESTIONS).collect();
    Completion { from, suggestions }
}

fn parts(text: &str) -> impl Iterator<Item = String> {
    text.split(['.', '_', '(', '[']).map(str::to_lowercase)
}

/// What is written of a fact before the part that people name: `queues["` of `queues["NAME"].depth`.
fn beginning(name: &str) -> &str {
    let placeholder = name
        .char_indices()
        .zip(name.chars().skip(1))
        .find(|((_, first), second)| first.is_ascii_uppercase() && second.is_ascii_uppercase());
    placeholder.map_or(name, |((at, _), _)| &name[..at])
}

/// Functions that are written behind a fact: `task.subject.con` goes on with `task.subject.contains(`.
fn methods(word: &str, facts: &[FactEntry]) -> Vec<Suggestion> {
    let Some((fact, begun)) = word.rsplit_once('.') else { return Vec::new() };
    let known = facts.iter().any(|known| known.name == fact) || fact.starts_with("task.attributes.");
    if !known {
        return Vec::new();
    }
    let of = |entry: &FactEntry| {
        let (owner, call) = entry.name.split_once('.')?;
        let name = &call[..=call.find('(')?];
        let fits = owner.chars().all(|letter| letter.is_ascii_uppercase()) && name.starts_with(begun);
        fits.then(|| Suggestion { text: format!("{fact}.{name}"), meaning: entry.meaning.clone() })
    };
    facts.iter().filter_map(of).collect()
}

fn numbers_of_queue(word: &str, from: usize) -> Completion {
    let meanings = ["Tasks that wait.", "Minutes that the oldest has waited.", "People who were active lately."];
    let numbers = domain::policy::QueueNumber::ALL.into_iter().zip(meanings);
    let suggestions = numbers
        .map(|(number, meaning)| Suggestion { text: format!(".{}", number.as_str()), meaning: meaning.to_owned() })
        .filter(|suggestion| suggestion.text.starts_with(word) && suggestion.text != word)
        .collect();
    Completion { from, suggestions }
}

#[cfg(test)]
mod tests {
    use domain::queue::{Queue, QueueKind};

    use super::*;

    fn vocabulary() -> Vocabulary {
        let fact = |name: &str| FactEntry {
            name: name.to_owned(),
            type_name: "text".to_owned(),
            meaning: format!("What {name} is."),
            example: name.to_owned(),
        };
        let queue = Queue {
            name: "billing".to_owned(),
            title: "Billing".to_owned(),
            purpose: String::new(),
            kind: QueueKind::People,
            sla_minutes: 60,
        };
        let facts = [
            "task.subject",
            "task.attributes.NAME",
            "has(task.attributes.NAME)",
            "classification.label",
            "classification.confidence",
            "queues[\"NAME\"].depth",
            "queues[\"NAME\"].agents_present",
            "contains_any(TEXT, [WORDS])",
            "TEXT.contains(TEXT)",
        ];
        Vocabulary {
            labels: vec!["billing".to_owned(), "refund".to_owned(), "Größe".to_owned()],
            queues: vec![queue],
            facts: facts.map(fact).into(),
            ..Vocabulary::default()
        }
    }

    /// What is suggested at the bar.
    fn at(marked: &str) -> Vec<String> {
        let caret = marked.find('|').expect("a test marks the cursor");
        let found = complete(&marked.replace('|', ""), caret, &vocabulary());
        found.suggestions.into_iter().map(|suggestion| suggestion.text).collect()
    }

    #[test]
    fn facts_are_found_by_their_beginning_and_by_a_part() {
        assert_eq!(at("class|"), ["classification.label", "classification.confidence"]);
        assert_eq!(at("true && conf|"), ["classification.confidence"]);
        assert_eq!(at("con|"), ["contains_any(", "classification.confidence"]);
        assert_eq!(at("que|"), ["queues[\""]);
        assert_eq!(at("task.a|"), ["task.attributes."]);
        assert_eq!(at("task.subject.c|"), ["task.subject.contains("]);
        assert!(at("classification.label|").is_empty());
        assert!(at("3 < |").is_empty());
    }

    #[test]
    fn names_are_offered_inside_quotes() {
        assert_eq!(at("queues[\"b|"), ["billing\"]."]);
        assert_eq!(at("queues[\"billing\"].d|"), [".depth"]);
        assert_eq!(at("classification.label == \"re|"), ["refund\""]);
        assert_eq!(at("classification.label in [\"refund\", \"bi|"), ["billing\""]);
        assert_eq!(at("\"größe\" != \"\" && c.label == '|")[..2], ["billing'", "refund'"]);
        assert_eq!(at("task.priority_hint == \"u|"), ["urgent\""]);
        assert!(at("task.subject == \"b|").is_empty());
    }

    #[test]
    fn an_accepted_suggestion_takes_the_place_of_what_was_begun() {
        let accept = |marked: &str| {
            let caret = marked.find('|').expect("a test marks the cursor");
            let text = marked.replace('|', "");
            complete(&text, caret, &vocabulary()).accept(&text, caret, 0)
        };
        assert_eq!(accept("x && conf| > 1"), Some(("x && classification.confidence > 1".to_owned(), 30)));
        assert_eq!(accept("queues[\"b|\"].depth"), Some(("queues[\"billing\"].depth".to_owned(), 18)));
        assert_eq!(accept("nothing|"), None);
    }

    #[test]
    fn places_are_counted_as_the_browser_does() {
        let text = "a😀ö=";
        for (byte, units) in [(0, 0), (1, 1), (5, 3), (7, 4), (8, 5)] {
            assert_eq!(byte_of(text, units), byte);
            assert_eq!(units_of(text, byte), units);
        }
    }
}
