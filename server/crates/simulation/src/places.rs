//! Destinations, and queues and automations, by number: what is kept of each decision is then small, however long names are.

use std::{collections::HashMap, hash::Hash};

use domain::Destination;

/// Values by number, in the order that they were first seen.
#[derive(Debug)]
pub(crate) struct Numbered<T> {
    values: Vec<T>,
    numbers: HashMap<T, usize>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { values: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Numbered<T> {
    fn number(&mut self, value: &T) -> usize {
        if let Some(&number) = self.numbers.get(value) {
            return number;
        }
        let number = self.values.len();
        self.values.push(value.clone());
        self.numbers.insert(value.clone(), number);
        number
    }
}

/// What became of a destination's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// The destination.
    pub(crate) destination: usize,
    /// The queue or automation that it leads to.
    pub(crate) queue: Option<usize>,
    /// Whether people take it from there.
    pub(crate) by_people: bool,
}

/// Every destination that was seen.
#[derive(Debug, Default)]
pub(crate) struct Places {
    destinations: Numbered<Destination>,
    queues: Numbered<String>,
    places: Vec<Place>,
}

impl Places {
    /// The numbers of a destination.
    pub(crate) fn of(&mut self, destination: &Destination) -> Place {
        let number = self.destinations.number(destination);
        if let Some(&place) = self.places.get(number) {
            return place;
        }
        let queue = destination.name().map(|name| self.queues.number(&name.to_owned()));
        let by_people = matches!(destination, Destination::Queue { .. });
        let place = Place { destination: number, queue, by_people };
        self.places.push(place);
        place
    }

    /// A destination by its number.
    pub(crate) fn destination(&self, number: usize) -> &Destination {
        &self.destinations.values[number]
    }

    /// Every queue and automation, by number.
    pub(crate) fn queues(&self) -> &[String] {
        &self.queues.values
    }
}
