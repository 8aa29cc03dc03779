//! What the editor holds: a document in rows that keep their identity while they are moved and typed in, and the way back.
//!
//! Nothing here knows of a screen. Rows share what they do not change, so that a hundred steps of undoing cost little.

mod columns;
mod parts;
mod rules;
mod then;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use domain::{
    PolicyDocument, Rule, Then,
    policy::{Cell, Column, ColumnFact, PolicyExample, SCHEMA, Shedding},
};

pub(super) use then::{Slot, TARGET_KINDS, ThenRow, name_in, named, of_kind, slots, target_kind, terms_of, with_terms};

/// How many steps can be undone.
pub(super) const MAX_STEPS: usize = 100;

/// What a row is known by as long as the editor is open.
pub(super) type RowKey = u64;

/// The key of the row for what no rule matches.
pub(super) const OTHERWISE: RowKey = 0;

/// A field of a row that somebody writes in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Field {
    /// The name.
    Id,
    /// The words for people.
    Description,
    /// The area.
    Area,
    /// The expression.
    When,
    /// What a column asks.
    Cell(ColumnFact),
    /// The minutes until a task is late.
    Sla,
    /// The minutes after which no answer to an approval is a no.
    Expires,
    /// The skills.
    Skills,
    /// The note.
    Note,
}

/// The text of a field as it stands on the screen, where that is not what the document would write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    /// The text.
    pub(super) text: String,
    /// Why it is not understood; the document keeps what it had.
    pub(super) error: Option<String>,
}

/// A part of the document with its identity on the screen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row<T: PartialEq> {
    /// Its identity.
    pub(super) key: RowKey,
    /// The part.
    pub(super) item: Arc<T>,
    /// The fields that somebody is writing in, or left with a text that is not understood.
    pub(super) written: BTreeMap<Field, Written>,
}

impl<T: PartialEq> Row<T> {
    fn of(key: RowKey, item: T) -> Self {
        Self { key, item: Arc::new(item), written: BTreeMap::new() }
    }

    /// Why the text of a field is not understood.
    pub(super) fn error(&self, field: &Field) -> Option<String> {
        self.written.get(field).and_then(|written| written.error.clone())
    }

    /// The text of a field: as it was written, or as the document has it.
    fn shown(&self, field: &Field, of_document: impl FnOnce(&T) -> String) -> String {
        self.written.get(field).map_or_else(|| of_document(&self.item), |written| written.text.clone())
    }

    /// Takes a text; the reader changes the item, or says why not.
    fn write(&mut self, field: Field, text: &str, reader: impl FnOnce(&mut T, &str) -> Result<(), String>)
    where
        T: Clone,
    {
        let error = reader(Arc::make_mut(&mut self.item), text).err();
        self.written.insert(field, Written { text: text.to_owned(), error });
    }
}

impl Row<Rule> {
    /// The text of a column's cell.
    pub(super) fn cell(&self, fact: &ColumnFact) -> String {
        self.shown(&Field::Cell(fact.clone()), |rule| rule.cells.get(fact).map(Cell::to_string).unwrap_or_default())
    }
}

/// The document on the screen at one time.
#[derive(Debug, Clone, PartialEq)]
struct State {
    columns: Vec<Column>,
    label_queues: BTreeMap<String, String>,
    rules: Vec<Row<Rule>>,
    otherwise: Row<Then>,
    examples: Vec<Row<PolicyExample>>,
    shedding: Option<Shedding>,
}

/// The document that is edited, what it was before, and what was undone.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Model {
    state: State,
    past: VecDeque<State>,
    future: Vec<State>,
    /// The field that the last change was typed into: what is typed there next is the same step.
    typing: Option<(RowKey, Field)>,
    next_key: RowKey,
    /// Rows from this key on are not of the document that was opened.
    begun: RowKey,
    serial: u64,
}

impl Model {
    /// Begins with a document.
    pub(super) fn of(document: PolicyDocument) -> Self {
        let blank = State {
            columns: Vec::new(),
            label_queues: BTreeMap::new(),
            rules: Vec::new(),
            otherwise: Row::of(OTHERWISE, document.otherwise.clone()),
            examples: Vec::new(),
            shedding: None,
        };
        let mut model = Self {
            state: blank,
            past: VecDeque::new(),
            future: Vec::new(),
            typing: None,
            next_key: OTHERWISE + 1,
            begun: OTHERWISE + 1,
            serial: 0,
        };
        model.state = model.state_of(document);
        model.begun = model.next_key;
        model
    }

    /// The document, in the form that this version writes.
    pub(super) fn document(&self) -> PolicyDocument {
        let state = &self.state;
        PolicyDocument {
            schema: SCHEMA,
            columns: state.columns.clone(),
            label_queues: state.label_queues.clone(),
            rules: state.rules.iter().map(|row| Rule::clone(&row.item)).collect(),
            otherwise: Then::clone(&state.otherwise.item),
            examples: state.examples.iter().map(|row| PolicyExample::clone(&row.item)).collect(),
            shedding: state.shedding,
        }
    }

    /// The document as text.
    pub(super) fn json(&self) -> String {
        serde_json::to_string_pretty(&self.document()).expect("a document has only texts as keys")
    }

    /// Takes another document, as one step. Rules and examples that it names alike keep their rows.
    pub(super) fn load(&mut self, document: PolicyDocument) {
        let state = self.state_of(document);
        self.step(|model| model.state = state);
    }

    fn state_of(&mut self, document: PolicyDocument) -> State {
        let mut known: BTreeMap<String, RowKey> =
            self.state.rules.iter().map(|row| (row.item.id.clone(), row.key)).collect();
        let mut examples: BTreeMap<String, RowKey> =
            self.state.examples.iter().map(|row| (row.item.name.clone(), row.key)).collect();
        let rules = document
            .rules
            .into_iter()
            .map(|rule| Row::of(known.remove(&rule.id).unwrap_or_else(|| self.new_key()), rule))
            .collect();
        State {
            columns: document.columns,
            label_queues: document.label_queues,
            rules,
            otherwise: Row::of(OTHERWISE, document.otherwise),
            examples: document
                .examples
                .into_iter()
                .map(|example| Row::of(examples.remove(&example.name).unwrap_or_else(|| self.new_key()), example))
                .collect(),
            shedding: document.shedding,
        }
    }

    const fn new_key(&mut self) -> RowKey {
        let key = self.next_key;
        self.next_key += 1;
        key
    }

    /// Counts the changes, so that others notice one.
    pub(super) const fn serial(&self) -> u64 {
        self.serial
    }

    /// Changes the document, as one step.
    fn step(&mut self, change: impl FnOnce(&mut Self)) {
        let before = self.state.clone();
        change(self);
        self.typing = None;
        if self.state != before {
            self.remember(before);
        }
    }

    /// Changes what is typed into one field: one step together with what was typed there just before.
    fn type_into(&mut self, place: (RowKey, Field), change: impl FnOnce(&mut State)) {
        if self.typing.as_ref() == Some(&place) {
            change(&mut self.state);
            self.serial += 1;
            return;
        }
        let serial = self.serial;
        self.step(|model| change(&mut model.state));
        // A text that changed nothing has no step that the next one could join.
        self.typing = (self.serial != serial).then_some(place);
    }

    fn remember(&mut self, before: State) {
        self.past.push_back(before);
        if self.past.len() > MAX_STEPS {
            self.past.pop_front();
        }
        self.future.clear();
        self.serial += 1;
    }

    /// Whether there is something to undo.
    pub(super) fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is something to redo.
    pub(super) fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// Takes the last step back.
    pub(super) fn undo(&mut self) {
        if let Some(before) = self.past.pop_back() {
            self.future.push(std::mem::replace(&mut self.state, before));
            self.arrived();
        }
    }

    /// Does again what was undone last.
    pub(super) fn redo(&mut self) {
        if let Some(after) = self.future.pop() {
            self.past.push_back(std::mem::replace(&mut self.state, after));
            self.arrived();
        }
    }

    fn arrived(&mut self) {
        self.typing = None;
        self.serial += 1;
    }

    /// Somebody left a field: a text that was understood is shown as the document writes it from now on.
    pub(super) fn leave(&mut self, key: RowKey, field: &Field) {
        let tidy = |written: &mut BTreeMap<Field, Written>| {
            if written.get(field).is_some_and(|written| written.error.is_none()) {
                written.remove(field);
            }
        };
        if key == OTHERWISE {
            tidy(&mut self.state.otherwise.written);
        } else if let Some(row) = self.state.rules.iter_mut().find(|row| row.key == key) {
            tidy(&mut row.written);
        }
        self.typing = None;
    }

    /// The fields whose text is not understood, from the top, each with the reason.
    pub(super) fn not_understood(&self) -> Vec<(RowKey, Field, String)> {
        let of = |key: RowKey, written: &BTreeMap<Field, Written>| {
            let errors = written.iter().filter_map(|(field, written)| Some((field.clone(), written.error.clone()?)));
            errors.map(|(field, error)| (key, field, error)).collect::<Vec<_>>()
        };
        let rules = self.state.rules.iter().flat_map(|row| of(row.key, &row.written));
        rules.chain(of(OTHERWISE, &self.state.otherwise.written)).collect()
    }
}
