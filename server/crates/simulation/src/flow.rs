//! The flow matrix: where decisions went, and where they would go.

use std::collections::{BTreeMap, HashMap};

use domain::{
    DecisionId, Destination, Timestamp,
    simulation::{Flow, FlowCase, HistoryCase, MAX_CELL_CASES},
};

use crate::places::{Place, Places};

/// The cells that were seen, by the numbers of their destinations.
#[derive(Debug, Default)]
pub(crate) struct Flows(HashMap<(usize, usize), Cell>);

#[derive(Debug, Default)]
struct Cell {
    count: u64,
    with_people: u64,
    against_people: u64,
    /// The newest, by their time.
    cases: BTreeMap<(Timestamp, DecisionId), FlowCase>,
}

/// Where people say that a task belongs: where they sent it, or where they left it and finished it. Nothing when nobody
/// looked at it.
pub(crate) fn truth(case: &HistoryCase) -> Option<&Destination> {
    match (&case.corrected_to, &case.destination) {
        (Some(place), _) => Some(place),
        (None, left @ Destination::Queue { .. }) if case.ended_at.is_some() => Some(left),
        _ => None,
    }
}

impl Flows {
    /// Adds a decision that would now go `to` by the rule.
    pub(crate) fn add(
        &mut self,
        case: &HistoryCase,
        (from, to): (Place, Place),
        destination: &Destination,
        rule: Option<&str>,
    ) {
        let cell = self.0.entry((from.destination, to.destination)).or_default();
        cell.count += 1;
        if let Some(truth) = truth(case) {
            let (was_right, is_right) = (case.destination == *truth, destination == truth);
            cell.with_people += u64::from(case.corrected_to.is_some() && is_right);
            cell.against_people += u64::from(was_right && !is_right);
        }
        if from != to {
            cell.keep(case, rule);
        }
    }

    /// The matrix, the largest cells first.
    pub(crate) fn finish(self, places: &Places) -> Vec<Flow> {
        let mut cells: Vec<_> = self.0.into_iter().collect();
        // Numbers are given in the order of the history, so that equal histories give equal reports.
        cells.sort_by_key(|(numbers, cell)| (std::cmp::Reverse(cell.count), *numbers));
        let flow = |((from, to), cell): ((usize, usize), Cell)| Flow {
            from: places.destination(from).clone(),
            to: places.destination(to).clone(),
            count: cell.count,
            sided_with_people: cell.with_people,
            sided_against_people: cell.against_people,
            cases: cell.cases.into_values().rev().collect(),
        };
        cells.into_iter().map(flow).collect()
    }
}

impl Cell {
    /// Keeps the case when it is one of the newest.
    fn keep(&mut self, case: &HistoryCase, rule: Option<&str>) {
        let key = (case.facts.now, case.decision_id);
        let full = self.cases.len() >= MAX_CELL_CASES;
        if full && self.cases.first_key_value().is_some_and(|(oldest, _)| *oldest >= key) {
            return;
        }
        let kept = FlowCase {
            decision_id: case.decision_id,
            task_id: case.task_id,
            subject: case.facts.task.subject.clone(),
            rule_then: case.matched_rule.clone(),
            rule_now: rule.map(str::to_owned),
        };
        self.cases.insert(key, kept);
        if full {
            self.cases.pop_first();
        }
    }
}
