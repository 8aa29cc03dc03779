//! How a person likes the product to look, and the keys that they press.

use std::{collections::BTreeMap, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::error::{ValidationCode, ValidationError};

/// Steps of the list's width, the narrowest first.
pub const LIST_WIDTHS: u8 = 6;

/// Light, dark, or as the system says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// Always light.
    Light,
    /// Always dark.
    Dark,
    /// As the system says.
    #[default]
    System,
}

impl Theme {
    /// The theme as cookies and forms write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::System => "system",
        }
    }

    /// The theme of this name; the system's for anything else.
    #[must_use]
    pub fn of(name: &str) -> Self {
        [Self::Light, Self::Dark].into_iter().find(|theme| theme.as_str() == name).unwrap_or_default()
    }
}

/// How much room rows of lists take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Density {
    /// Room to breathe.
    #[default]
    Comfortable,
    /// More rows on a screen.
    Compact,
}

impl Density {
    /// The density as forms write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Comfortable => "comfortable",
            Self::Compact => "compact",
        }
    }
}

impl FromStr for Density {
    type Err = ValidationError;

    fn from_str(text: &str) -> Result<Self, ValidationError> {
        [Self::Comfortable, Self::Compact]
            .into_iter()
            .find(|density| density.as_str() == text)
            .ok_or_else(|| ValidationError::new("density", ValidationCode::Unknown, "must be comfortable or compact"))
    }
}

/// What a single key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Take the next task; on a task that is held, resolve it first.
    Next,
    /// One task down in the list.
    Down,
    /// One task up in the list.
    Up,
    /// Claim the task, or correct it when it is held.
    Claim,
    /// Resolve the task.
    Resolve,
    /// Escalate the task.
    Escalate,
    /// Put the task aside.
    Aside,
    /// Say something about the task to colleagues.
    Comment,
    /// Take the last resolution back.
    Undo,
    /// Go back to the list.
    Back,
    /// Hide the queues and the list, or show them again.
    Focus,
    /// Say which keys there are.
    Help,
}

impl Command {
    /// Every command, in the order in which they are listed.
    pub const ALL: [Self; 12] = [
        Self::Next,
        Self::Down,
        Self::Up,
        Self::Claim,
        Self::Resolve,
        Self::Escalate,
        Self::Aside,
        Self::Comment,
        Self::Undo,
        Self::Back,
        Self::Focus,
        Self::Help,
    ];

    /// The field of its key in forms, and in what is wrong with it.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::Next => "keys.next",
            Self::Down => "keys.down",
            Self::Up => "keys.up",
            Self::Claim => "keys.claim",
            Self::Resolve => "keys.resolve",
            Self::Escalate => "keys.escalate",
            Self::Aside => "keys.aside",
            Self::Comment => "keys.comment",
            Self::Undo => "keys.undo",
            Self::Back => "keys.back",
            Self::Focus => "keys.focus",
            Self::Help => "keys.help",
        }
    }

    /// The command as forms and the store write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.field().trim_start_matches("keys.")
    }

    /// What it does, for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Next => "Take the next task; resolve the one you hold first",
            Self::Down => "Next row of the list",
            Self::Up => "Row before in the list",
            Self::Claim => "Claim the task, or correct the one you hold",
            Self::Resolve => "Resolve the task",
            Self::Escalate => "Escalate the task",
            Self::Aside => "Put the task aside",
            Self::Comment => "Comment on the task",
            Self::Undo => "Take the last resolution back",
            Self::Back => "Back to the list",
            Self::Focus => "Only the task, or the lists again",
            Self::Help => "Show the keys",
        }
    }

    /// The key, unless somebody chose another one.
    #[must_use]
    pub const fn usual_key(self) -> char {
        match self {
            Self::Next => 'n',
            Self::Down => 'j',
            Self::Up => 'k',
            Self::Claim => 'c',
            Self::Resolve => 'r',
            Self::Escalate => 'e',
            Self::Aside => 's',
            Self::Comment => 'm',
            Self::Undo => 'z',
            Self::Back => 'b',
            Self::Focus => 'f',
            Self::Help => '?',
        }
    }
}

impl FromStr for Command {
    type Err = ValidationError;

    fn from_str(text: &str) -> Result<Self, ValidationError> {
        Self::ALL
            .into_iter()
            .find(|command| command.as_str() == text)
            .ok_or_else(|| ValidationError::new("keys", ValidationCode::Unknown, "there is no such command"))
    }
}

/// The keys of one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    /// Whether single keys do anything (WCAG 2.2, 2.1.4).
    pub on: bool,
    /// Keys that were chosen in place of the usual ones.
    #[serde(default)]
    chosen: BTreeMap<Command, char>,
}

impl Default for Keys {
    fn default() -> Self {
        Self { on: true, chosen: BTreeMap::new() }
    }
}

impl Keys {
    /// Keys in place of the usual ones. A command that is left out, or whose text is blank, keeps its usual key.
    ///
    /// # Errors
    /// With `keys.` and the command as its field, when a text is not one printable character, or two commands would share a
    /// key.
    pub fn choose(on: bool, texts: &BTreeMap<String, String>) -> Result<Self, ValidationError> {
        let mut chosen = BTreeMap::new();
        for (name, text) in texts {
            let command: Command = name.parse()?;
            let refuse = |message: &str| ValidationError::new(command.field(), ValidationCode::Malformed, message);
            let mut letters = text.trim().chars();
            let Some(key) = letters.next() else { continue };
            if letters.next().is_some() || key.is_control() {
                return Err(refuse("must be one character"));
            }
            if key != command.usual_key() {
                chosen.insert(command, key);
            }
        }
        let keys = Self { on, chosen };
        for (place, command) in Command::ALL.into_iter().enumerate() {
            let same = Command::ALL[..place].iter().find(|other| keys.of(**other) == keys.of(command));
            if let Some(other) = same {
                return Err(ValidationError::new(
                    command.field(),
                    ValidationCode::Malformed,
                    format!("is the key of “{}” already", other.title()),
                ));
            }
        }
        Ok(keys)
    }

    /// The key of a command.
    #[must_use]
    pub fn of(&self, command: Command) -> char {
        self.chosen.get(&command).copied().unwrap_or_else(|| command.usual_key())
    }

    /// The command of a key, when keys do anything.
    #[must_use]
    pub fn command(&self, key: char) -> Option<Command> {
        Command::ALL.into_iter().find(|command| self.on && self.of(*command) == key)
    }
}

/// Everything that a person chose for themselves. What an older version kept is read with the usual values for the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Light or dark.
    pub theme: Theme,
    /// How close rows stand.
    pub density: Density,
    /// How wide the list of tasks is: 0 to [`LIST_WIDTHS`] - 1.
    pub list_width: u8,
    /// Whether only the task is shown, without queues and list.
    pub focus: bool,
    /// The keys.
    pub keys: Keys,
}

impl Default for Preferences {
    fn default() -> Self {
        Self { theme: Theme::System, density: Density::Comfortable, list_width: 2, focus: false, keys: Keys::default() }
    }
}

/// A change of preferences: only what is given changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PreferenceChange {
    /// Light or dark.
    pub theme: Option<Theme>,
    /// How close rows stand.
    pub density: Option<Density>,
    /// How wide the list is; numbers that are too large are taken for the widest.
    pub list_width: Option<u8>,
    /// Whether only the task is shown.
    pub focus: Option<bool>,
    /// The keys.
    pub keys: Option<Keys>,
}

impl Preferences {
    /// The preferences after a change.
    #[must_use]
    pub fn with(self, change: PreferenceChange) -> Self {
        Self {
            theme: change.theme.unwrap_or(self.theme),
            density: change.density.unwrap_or(self.density),
            list_width: change.list_width.unwrap_or(self.list_width).min(LIST_WIDTHS - 1),
            focus: change.focus.unwrap_or(self.focus),
            keys: change.keys.unwrap_or(self.keys),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(pairs: &[(&str, &str)]) -> Result<Keys, ValidationError> {
        let texts = pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Keys::choose(true, &texts)
    }

    #[test]
    fn every_command_has_a_key_of_its_own_and_a_name() {
        let keys = Keys::default();
        for command in Command::ALL {
            assert_eq!(keys.command(keys.of(command)), Some(command));
            assert_eq!(command.as_str().parse::<Command>(), Ok(command));
        }
    }

    #[test]
    fn a_chosen_key_takes_the_place_of_the_usual_one() {
        let keys = chosen(&[("resolve", "x"), ("next", " "), ("claim", "ц")]).unwrap();
        assert_eq!((keys.command('x'), keys.command('r')), (Some(Command::Resolve), None));
        assert_eq!((keys.command('n'), keys.command('ц')), (Some(Command::Next), Some(Command::Claim)));
        // Two commands may change places.
        let keys = chosen(&[("resolve", "n"), ("next", "r")]).unwrap();
        assert_eq!((keys.command('n'), keys.command('r')), (Some(Command::Resolve), Some(Command::Next)));
    }

    #[test]
    fn a_key_that_cannot_be_is_refused_at_its_field() {
        for (pairs, field) in [
            (vec![("resolve", "ab")], "keys.resolve"),
            (vec![("resolve", "\u{7}")], "keys.resolve"),
            (vec![("resolve", "n")], "keys.resolve"),
            (vec![("next", "r")], "keys.resolve"),
            (vec![("dance", "d")], "keys"),
        ] {
            assert_eq!(chosen(&pairs).unwrap_err().field, field, "{pairs:?}");
        }
    }

    #[test]
    fn keys_that_are_switched_off_do_nothing() {
        let keys = Keys::choose(false, &BTreeMap::new()).unwrap();
        assert_eq!(keys.command('n'), None);
        assert_eq!(keys.of(Command::Next), 'n', "the sheet still says them");
    }

    #[test]
    fn what_an_older_version_kept_is_read() {
        let kept: Preferences = serde_json::from_str(r#"{"theme":"dark","forgotten":1}"#).unwrap();
        assert_eq!(kept, Preferences { theme: Theme::Dark, ..Preferences::default() });
        let changed = kept.with(PreferenceChange { list_width: Some(200), ..PreferenceChange::default() });
        assert_eq!((changed.theme, changed.list_width), (Theme::Dark, LIST_WIDTHS - 1));
        let text = serde_json::to_string(&changed).unwrap();
        assert_eq!(serde_json::from_str::<Preferences>(&text).unwrap(), changed);
    }
}
