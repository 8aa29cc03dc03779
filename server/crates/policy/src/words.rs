//! Finding words in texts as people mean it: whole words, whatever their capitals and the blanks between them.

/// Words and phrases to look for, folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words(Vec<String>);

impl Words {
    pub(crate) fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        Self(words.into_iter().map(fold).collect())
    }

    /// Whether a folded text holds one of them.
    pub(crate) fn are_in(&self, folded: &str) -> bool {
        self.0.iter().any(|word| holds(folded, word))
    }
}

/// The text in small letters, with every run of blanks as one space and none around it.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        if word.is_ascii() {
            folded.extend(word.bytes().map(|byte| char::from(byte.to_ascii_lowercase())));
        } else {
            folded.extend(word.chars().flat_map(char::to_lowercase));
        }
    }
    folded
}

/// Whether a folded text holds a folded word that no letter or digit continues on either side.
pub(crate) fn holds(text: &str, word: &str) -> bool {
    if word.is_empty() {
        return false;
    }
    let opens = word.starts_with(is_letter);
    let closes = word.ends_with(is_letter);
    let mut from = 0;
    while let Some(start) = text[from..].find(word).map(|found| from + found) {
        let before = text[..start].chars().next_back().is_some_and(is_letter);
        let after = text[start + word.len()..].chars().next().is_some_and(is_letter);
        if !(opens && before || closes && after) {
            return true;
        }
        // The next place may overlap this one.
        from = start + text[start..].chars().next().map_or(1, char::len_utf8);
    }
    false
}

fn is_letter(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, words: &[&str]) -> bool {
        Words::new(words.iter().copied()).are_in(&fold(text))
    }

    #[test]
    fn words_are_found_whole_and_in_any_case() {
        for (text, words, expected) in [
            ("This is URGENT!", &["urgent"][..], true),
            ("They moved insurgently", &["urgent"], false),
            ("urgently", &["urgent"], false),
            ("non-urgent", &["urgent"], true),
            ("please come\n  as soon  as possible", &["As Soon As Possible"], true),
            ("ÄRGER mit Rechnung", &["ärger"], true),
            ("verärgert", &["ärger"], false),
            ("I paid in C++ books", &["c++"], true),
            ("", &["urgent"], false),
            ("nothing here", &["outage", "here"], true),
            ("down, down_time", &["down_time"], true),
            ("ba a a", &["a a"], true),
            ("insurgent but also urgent", &["urgent"], true),
        ] {
            assert_eq!(found(text, words), expected, "{words:?} in {text:?}");
        }
    }
}
