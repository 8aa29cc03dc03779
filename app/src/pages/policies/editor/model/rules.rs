//! Rules: their order and their fields.

use std::sync::Arc;

use domain::{
    Rule, Then,
    policy::{Cell, Column, ColumnFact, Target},
};

use super::{Field, Model, Row, RowKey};

impl Model {
    /// The rules in their order.
    pub(in super::super) fn rules(&self) -> &[Row<Rule>] {
        &self.state.rules
    }

    /// A rule's row, and how many stand before it.
    pub(in super::super) fn rule(&self, key: RowKey) -> Option<(usize, &Row<Rule>)> {
        self.state.rules.iter().enumerate().find(|(_, row)| row.key == key)
    }

    /// The first rule of this name.
    pub(in super::super) fn named(&self, id: &str) -> Option<RowKey> {
        self.state.rules.iter().find(|row| row.item.id == id).map(|row| row.key)
    }

    fn place(&self, key: RowKey) -> Option<usize> {
        self.rule(key).map(|(place, _)| place)
    }

    /// Puts a rule at another place, counted from 0 without itself. Answers where it stands, when it moved.
    pub(in super::super) fn move_rule_to(&mut self, key: RowKey, to: usize) -> Option<usize> {
        let from = self.place(key)?;
        let to = to.min(self.state.rules.len() - 1);
        if from == to {
            return None;
        }
        self.step(|model| {
            let row = model.state.rules.remove(from);
            model.state.rules.insert(to, row);
        });
        Some(to)
    }

    /// Moves a rule one place up or down.
    pub(in super::super) fn move_rule(&mut self, key: RowKey, up: bool) -> Option<usize> {
        let from = self.place(key)?;
        let to = if up { from.checked_sub(1)? } else { from + 1 };
        self.move_rule_to(key, to)
    }

    /// Adds a rule after another, or at the end. It asks nothing yet and goes where everything else goes.
    pub(in super::super) fn add_rule(&mut self, after: Option<RowKey>, area: Option<String>) -> RowKey {
        let otherwise = &self.state.otherwise.item.destination;
        let rule = Rule {
            id: self.free_id("rule"),
            description: String::new(),
            area,
            disabled: false,
            cells: std::collections::BTreeMap::new(),
            when: String::new(),
            then: then(otherwise.clone()),
        };
        self.insert(after, rule)
    }

    /// Puts a copy of a rule below it, under a name of its own.
    pub(in super::super) fn copy_rule(&mut self, key: RowKey) -> Option<RowKey> {
        let (_, row) = self.rule(key)?;
        let rule = Rule { id: self.free_id(&row.item.id), ..Rule::clone(&row.item) };
        Some(self.insert(Some(key), rule))
    }

    fn insert(&mut self, after: Option<RowKey>, rule: Rule) -> RowKey {
        let place = after.and_then(|after| self.place(after)).map_or(self.state.rules.len(), |place| place + 1);
        let key = self.new_key();
        self.step(|model| model.state.rules.insert(place, Row::of(key, rule)));
        key
    }

    /// Takes a rule out. Answers which rule stands at its place then, or before it.
    pub(in super::super) fn remove_rule(&mut self, key: RowKey) -> Option<RowKey> {
        let place = self.place(key)?;
        self.step(|model| {
            model.state.rules.remove(place);
        });
        let rules = &self.state.rules;
        rules.get(place).or_else(|| rules.last()).map(|row| row.key)
    }

    /// A name like this one that no rule has: `sure`, then `sure-2`.
    fn free_id(&self, like: &str) -> String {
        let stem = like.rsplit_once('-').filter(|(_, end)| end.parse::<u32>().is_ok()).map_or(like, |(stem, _)| stem);
        let numbered = (2..).map(|number: usize| format!("{stem}-{number}"));
        let mut names = std::iter::once(like.to_owned()).chain(numbered);
        names.find(|name| self.named(name).is_none()).expect("there are more numbers than rules")
    }

    /// Changes a rule by a choice, as one step.
    pub(in super::super) fn change_rule(&mut self, key: RowKey, change: impl FnOnce(&mut Rule)) {
        let Some(place) = self.place(key) else { return };
        self.step(|model| change(Arc::make_mut(&mut model.state.rules[place].item)));
    }

    /// Takes what is typed into one of a rule's own texts.
    pub(in super::super) fn type_rule(&mut self, key: RowKey, field: Field, text: &str) {
        let Some(place) = self.place(key) else { return };
        let text = text.to_owned();
        self.type_into((key, field.clone()), |state| {
            let rule = Arc::make_mut(&mut state.rules[place].item);
            match field {
                Field::Id => rule.id = text,
                Field::Description => rule.description = text,
                Field::Area => rule.area = Some(text).filter(|area| !area.trim().is_empty()),
                Field::When => rule.when = text,
                Field::Cell(_) | Field::Sla | Field::Expires | Field::Skills | Field::Note => {}
            }
        });
    }

    /// Takes what is typed into a cell. While it is not understood, the rule keeps what it asked before.
    pub(in super::super) fn type_cell(&mut self, key: RowKey, fact: &ColumnFact, text: &str) {
        let Some(place) = self.place(key) else { return };
        let Some(kind) = self.state.columns.iter().find(|column| column.fact == *fact).map(Column::kind) else {
            return;
        };
        let field = Field::Cell(fact.clone());
        self.type_into((key, field.clone()), |state| {
            state.rules[place].write(field, text, |rule, text| {
                match Cell::read(kind, text)? {
                    Some(cell) => rule.cells.insert(fact.clone(), cell),
                    None => rule.cells.remove(fact),
                };
                Ok(())
            });
        });
    }
}

/// Nothing but a destination.
pub(super) fn then(destination: Target) -> Then {
    Then { destination, priority: None, sla_minutes: None, skills: Vec::new(), note: None }
}
