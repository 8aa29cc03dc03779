//! What the parts of the editor share: the document, what was found in it, and what is open.

use std::collections::BTreeMap;

use domain::{
    Rule,
    policy::{PolicyProblem, desk::Vocabulary},
};
use leptos::prelude::*;

use super::{
    browser,
    model::{Field, Model, Row, RowKey},
};
use crate::components::Announcer;

/// How many rules are drawn at first, and with every wish for more.
pub(super) const DRAWN: usize = 200;

/// Where a check stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Checking {
    /// It is on its way.
    Running,
    /// What is shown is about the text as it is.
    Done,
    /// It could not be done, for this reason.
    Failed(String),
}

/// The handle that every part of the editor holds.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    /// The document.
    pub(super) model: RwSignal<Model>,
    /// The rules by their keys, each with its number from 1.
    pub(super) placed: Memo<BTreeMap<RowKey, (usize, Row<Rule>)>>,
    /// The keys of the rules, in their order.
    pub(super) order: Memo<Vec<RowKey>>,
    /// How many rules are drawn; browsers are slow with a thousand rows of fields.
    pub(super) drawn: RwSignal<usize>,
    /// The text of the JSON tab, while that is what is edited.
    pub(super) json: RwSignal<Option<String>>,
    /// What the JSON tab began with.
    began: StoredValue<String>,
    /// What was found in the document.
    pub(super) problems: RwSignal<Vec<PolicyProblem>>,
    /// Where the check stands.
    pub(super) checking: RwSignal<Checking>,
    /// The rule whose form is open.
    pub(super) open: RwSignal<Option<RowKey>>,
    /// The rule that is dragged, and the one that it would be put before or after.
    pub(super) dragged: RwSignal<Option<RowKey>>,
    /// Where it would be put.
    pub(super) target: RwSignal<Option<RowKey>>,
    /// The names that the document may use.
    pub(super) vocabulary: StoredValue<Vocabulary>,
    /// The areas whose rules the viewer may change; all when there is none.
    pub(super) areas: StoredValue<Vec<String>>,
    /// Whether the window is too narrow for a table.
    pub(super) narrow: RwSignal<bool>,
    /// What the person is told at the form.
    pub(super) notice: RwSignal<Option<String>>,
    announcer: Option<Announcer>,
}

/// The id of the control for a field of a rule. A cell has one in the table and one in the rule's form.
pub(super) fn control(place: &str, key: RowKey, field: &Field) -> String {
    let name = match field {
        Field::Id => "id".to_owned(),
        Field::Description => "description".to_owned(),
        Field::Area => "area".to_owned(),
        Field::When => "when".to_owned(),
        Field::Cell(fact) => fact.to_string(),
        Field::Sla => "sla".to_owned(),
        Field::Expires => "expires".to_owned(),
        Field::Skills => "skills".to_owned(),
        Field::Note => "note".to_owned(),
    };
    format!("{place}-{key}-{name}")
}

impl Desk {
    /// Begins with a document.
    pub(super) fn new(model: Model, vocabulary: Vocabulary, areas: Vec<String>) -> Self {
        let model = RwSignal::new(model);
        let numbered = |model: &Model| {
            let rows = model.rules().iter().enumerate();
            rows.map(|(place, row)| (row.key, (place + 1, row.clone()))).collect()
        };
        Self {
            model,
            placed: Memo::new(move |_| model.with(numbered)),
            order: Memo::new(move |_| model.with(|model| model.rules().iter().map(|row| row.key).collect())),
            drawn: RwSignal::new(DRAWN),
            json: RwSignal::new(None),
            began: StoredValue::new(String::new()),
            problems: RwSignal::new(Vec::new()),
            checking: RwSignal::new(Checking::Running),
            open: RwSignal::new(None),
            dragged: RwSignal::new(None),
            target: RwSignal::new(None),
            vocabulary: StoredValue::new(vocabulary),
            areas: StoredValue::new(areas),
            narrow: RwSignal::new(false),
            notice: RwSignal::new(None),
            announcer: use_context(),
        }
    }

    /// Says a sentence for those who do not see the page change.
    pub(super) fn say(self, sentence: impl Into<String>) {
        if let Some(Announcer(text)) = self.announcer {
            text.set(sentence.into());
        }
    }

    /// The rules that are drawn, in their order.
    pub(super) fn shown(self) -> Vec<RowKey> {
        self.order.with(|order| order.iter().take(self.drawn.get()).copied().collect())
    }

    /// Draws as many rules as it takes to see one.
    fn reveal(self, key: RowKey) {
        let place = self.order.with_untracked(|order| order.iter().position(|known| *known == key));
        if let Some(place) = place.filter(|place| *place >= self.drawn.get_untracked()) {
            self.drawn.set((place / DRAWN + 1) * DRAWN);
        }
    }

    /// A rule's row as it is now.
    pub(super) fn row(self, key: RowKey) -> Option<Row<Rule>> {
        self.placed.with_untracked(|placed| placed.get(&key).map(|(_, row)| row.clone()))
    }

    /// Changes the document.
    pub(super) fn change<T>(self, act: impl FnOnce(&mut Model) -> T) -> Option<T> {
        self.model.try_update(act)
    }

    /// Whether the viewer may change a rule of this area.
    pub(super) fn may_change(self, area: Option<&str>) -> bool {
        self.areas.with_value(|areas| areas.is_empty() || areas.iter().any(|mine| Some(mine.as_str()) == area))
    }

    /// Whether the viewer may change what belongs to no area.
    pub(super) fn may_change_whole(self) -> bool {
        self.areas.with_value(Vec::is_empty)
    }

    /// Why a part is fixed, for whoever may change only some areas.
    pub(super) fn why_fixed(self, area: Option<&str>) -> String {
        let mine = self.areas.with_value(|areas| areas.join(", "));
        let theirs = area.map_or_else(|| "to the whole policy".to_owned(), |area| format!("to the area {area}"));
        format!("This belongs {theirs}. You may change rules of {mine}.")
    }

    /// The name of a rule.
    pub(super) fn name(self, key: RowKey) -> String {
        self.model.with_untracked(|model| model.rule(key).map(|(_, row)| row.item.id.clone()).unwrap_or_default())
    }

    /// Moves a rule by one place, keeps the cursor where it is, and says where the rule stands.
    pub(super) fn move_rule(self, key: RowKey, up: bool) {
        let focused = browser::focused_id();
        if let Some(Some(place)) = self.change(|model| model.move_rule(key, up)) {
            self.moved(key, place);
            if let Some(id) = focused {
                browser::focus_soon(id);
            }
        }
    }

    /// Puts the dragged rule to the place of another.
    pub(super) fn drop_on(self, at: RowKey) {
        self.target.set(None);
        let Some(key) = self.dragged.try_update(Option::take).flatten() else { return };
        let Some(to) = self.model.with_untracked(|model| model.rule(at).map(|(place, _)| place)) else { return };
        if let Some(Some(place)) = self.change(|model| model.move_rule_to(key, to)) {
            self.moved(key, place);
        }
    }

    fn moved(self, key: RowKey, place: usize) {
        let count = self.model.with_untracked(|model| model.rules().len());
        self.reveal(key);
        self.say(format!("Rule {} is now {} of {count}.", self.name(key), place + 1));
    }

    /// Opens the form of a rule and puts the cursor into one of its fields.
    pub(super) fn edit(self, key: RowKey, field: &Field) {
        self.reveal(key);
        self.open.set(Some(key));
        browser::show_soon(format!("form-of-{key}"));
        browser::focus_soon(control("form", key, field));
    }

    /// Opens the form of a new rule, after another or at the end.
    pub(super) fn add_rule(self, after: Option<RowKey>) {
        let area = self.areas.with_value(|areas| areas.first().cloned());
        if let Some(key) = self.change(|model| model.add_rule(after, area)) {
            self.say(format!("Rule {} was added.", self.name(key)));
            self.edit(key, &Field::Id);
        }
    }

    /// Opens the form of a copy of a rule.
    pub(super) fn copy_rule(self, key: RowKey) {
        if let Some(Some(copy)) = self.change(|model| model.copy_rule(key)) {
            self.say(format!("Rule {} was added as a copy.", self.name(copy)));
            self.edit(copy, &Field::Id);
        }
    }

    /// Takes a rule out; undoing brings it back.
    pub(super) fn remove_rule(self, key: RowKey) {
        let name = self.name(key);
        self.open.set(None);
        let next = self.change(|model| model.remove_rule(key)).flatten();
        self.tell(format!("Rule {name} was deleted. Undo brings it back."));
        browser::focus_soon(next.map_or_else(|| "add-rule".to_owned(), |next| format!("edit-{next}")));
    }

    /// Tells the person something at the form, and says it.
    pub(super) fn tell(self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        self.say(sentence.clone());
        self.notice.set(Some(sentence));
    }

    /// Takes the last step back, or does it again.
    pub(super) fn undo(self, redo: bool) {
        if self.json.with_untracked(Option::is_some) {
            return;
        }
        let possible = self.model.with_untracked(|model| if redo { model.can_redo() } else { model.can_undo() });
        if possible {
            self.change(|model| if redo { model.redo() } else { model.undo() });
            self.notice.set(None);
            self.say(if redo { "Done again." } else { "Undone." });
        }
    }

    /// The document as text, as it stands on the screen.
    pub(super) fn text(self) -> String {
        self.json.get_untracked().unwrap_or_else(|| self.model.with_untracked(Model::json))
    }

    /// Whether something was changed.
    pub(super) fn is_changed(self) -> bool {
        let edited =
            self.json.with(|json| json.as_ref().is_some_and(|json| self.began.with_value(|began| began != json)));
        edited || self.model.with(Model::serial) > 0
    }

    /// Shows the document as text. A field that is not understood has no place in it and must be mended first.
    pub(super) fn show_json(self) {
        if self.json.with_untracked(Option::is_none) && self.stop_at_not_understood().is_none() {
            let text = self.model.with_untracked(Model::json);
            self.began.set_value(text.clone());
            self.json.set(Some(text));
        }
    }

    /// Shows a text in the JSON tab that may be no document.
    pub(super) fn show_text(self, text: String) {
        self.json.set(Some(text));
    }

    /// Shows the text as a table.
    ///
    /// # Errors
    /// With where and why it is no document.
    pub(super) fn show_table(self) -> Result<(), serde_json::Error> {
        let Some(text) = self.json.get_untracked() else { return Ok(()) };
        let document = serde_json::from_str(&text)?;
        if self.model.with_untracked(|model| model.document() != document) {
            self.change(|model| model.load(document));
        }
        self.json.set(None);
        Ok(())
    }

    /// Goes to the first field whose text is not understood, when there is one.
    pub(super) fn stop_at_not_understood(self) -> Option<()> {
        let fields = self.model.with_untracked(Model::not_understood);
        let (key, field, _) = fields.first()?;
        let count = fields.len();
        let words = if count == 1 { "One field is".to_owned() } else { format!("{count} fields are") };
        self.tell(format!("{words} not understood yet. Mend the marked text first."));
        if *key == super::model::OTHERWISE {
            browser::focus_soon(control("form", *key, field));
        } else {
            self.edit(*key, field);
        }
        Some(())
    }
}
