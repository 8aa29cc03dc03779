//! The queues of labels, the examples, and what is left out under stress.

use std::{collections::BTreeMap, sync::Arc};

use domain::policy::{PolicyExample, Shedding};

use super::{Model, Row, RowKey};

impl Model {
    /// Which queue takes the work of which label.
    pub(in super::super) fn label_queues(&self) -> &BTreeMap<String, String> {
        &self.state.label_queues
    }

    /// Names the queue of a label.
    pub(in super::super) fn set_label_queue(&mut self, label: &str, queue: &str) {
        self.step(|model| {
            model.state.label_queues.insert(label.to_owned(), queue.to_owned());
        });
    }

    /// Takes the queue of a label out.
    pub(in super::super) fn remove_label_queue(&mut self, label: &str) {
        self.step(|model| {
            model.state.label_queues.remove(label);
        });
    }

    /// The examples in their order.
    pub(in super::super) fn examples(&self) -> &[Row<PolicyExample>] {
        &self.state.examples
    }

    /// Adds an example, under a name of its own.
    pub(in super::super) fn add_example(&mut self, example: PolicyExample) -> RowKey {
        let key = self.new_key();
        let name = self.free_name(&example.name);
        self.step(|model| model.state.examples.push(Row::of(key, PolicyExample { name, ..example })));
        key
    }

    /// Whether an example is not of the document that was opened.
    pub(in super::super) const fn is_new(&self, key: RowKey) -> bool {
        key >= self.begun
    }

    /// Writes an example anew.
    pub(in super::super) fn set_example(&mut self, key: RowKey, example: PolicyExample) {
        self.step(|model| {
            if let Some(row) = model.state.examples.iter_mut().find(|row| row.key == key) {
                row.item = Arc::new(example);
            }
        });
    }

    /// Takes an example out.
    pub(in super::super) fn remove_example(&mut self, key: RowKey) {
        self.step(|model| model.state.examples.retain(|row| row.key != key));
    }

    /// What is left out under stress.
    pub(in super::super) const fn shedding(&self) -> Option<Shedding> {
        self.state.shedding
    }

    /// Says what is left out under stress.
    pub(in super::super) fn set_shedding(&mut self, shedding: Option<Shedding>) {
        self.step(|model| model.state.shedding = shedding);
    }

    fn free_name(&self, like: &str) -> String {
        let taken = |name: &String| self.state.examples.iter().any(|row| row.item.name == *name);
        let mut names = std::iter::once(like.to_owned()).chain((2..).map(|number: usize| format!("{like}-{number}")));
        names.find(|name| !taken(name)).expect("there are more numbers than examples")
    }
}
