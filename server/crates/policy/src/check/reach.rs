//! Rules that no task can reach.

use std::collections::HashMap;

use domain::{PolicyDocument, Rule, policy::PolicyProblem};

use crate::{
    limits,
    problem::of_rule,
    space::{Region, Side, Space, Taken},
};

/// Finds rules that can never match, with the rules that keep them from it.
pub(super) fn check(document: &PolicyDocument, rules: &Space, problems: &mut Vec<PolicyProblem>) {
    let end = check_always(document, rules, problems);
    let mut seen: HashMap<(String, &str), &str> = HashMap::new();
    for (place, rule) in document.rules.iter().enumerate().take(end) {
        let Some(taken) = rules.rules.get(place).and_then(Option::as_ref) else { continue };
        let field = field(document, rule);
        let condition = (format!("{:?}", rule.cells), rule.when.trim());
        match seen.get(&condition) {
            Some(first) => {
                let message = format!("`{first}` has the same condition, so this can never match");
                problems.push(of_rule(&rule.id, &field, message));
            }
            None => {
                seen.insert(condition, &rule.id);
                if let Some(message) = why_unreachable(document, rules, place, taken) {
                    problems.push(of_rule(&rule.id, &field, message));
                }
            }
        }
    }
}

/// The column that a finding about a rule as a whole is shown at.
pub(super) fn field(document: &PolicyDocument, rule: &Rule) -> String {
    let columns = document.columns.iter().map(|column| &column.fact);
    let asked: Vec<_> = columns.filter(|fact| rule.cells.contains_key(fact)).collect();
    match asked.first() {
        Some(fact) if rule.when.trim().is_empty() => fact.to_string(),
        _ => "when".to_owned(),
    }
}

/// A rule that always matches hides whatever follows, which is said once. Gives the number of rules up to it.
fn check_always(document: &PolicyDocument, rules: &Space, problems: &mut Vec<PolicyProblem>) -> usize {
    let always = document.rules.iter().zip(&rules.rules).position(|(rule, taken)| {
        let blank = rule.cells.is_empty() && matches!(rule.when.trim(), "" | "true");
        blank && taken.as_ref().is_some_and(|taken| taken.exact)
    });
    let Some(place) = always else { return document.rules.len() };
    if let Some(next) = document.rules[place + 1..].iter().find(|rule| !rule.disabled) {
        let message =
            format!("it always matches, so `{}` and whatever follows can never match; move it to the end", next.id);
        problems.push(of_rule(&document.rules[place].id, "when", message));
    }
    place + 1
}

fn why_unreachable(document: &PolicyDocument, space: &Space, place: usize, taken: &Taken) -> Option<String> {
    let Taken { region, .. } = taken;
    if region.is_empty() {
        // A cell that holds for nothing by itself was refused already.
        let cells = &document.rules[place].cells;
        let each_can =
            cells.iter().all(|(fact, cell)| !Side::all(fact, cell.kind()).and(&Side::of_cell(fact, cell)).is_empty());
        return each_can.then(|| "what it asks for can never hold together, so it can never match".to_owned());
    }
    let before: Vec<_> = space.exact_before(place).filter(|(_, cut)| cut.meets(region, &space.axes)).collect();
    let names = |places: &[(usize, &Region)]| {
        let names: Vec<_> = places.iter().map(|(place, _)| format!("`{}`", document.rules[*place].id)).collect();
        names.join(", ")
    };
    if let Some(one) = before.iter().find(|(_, cut)| cut.covers(region, &space.axes)) {
        return Some(format!("{} takes everything that it asks for, so it can never match", names(&[*one])));
    }
    let covered = |cuts: &[(usize, &Region)]| {
        let rest = region.without(cuts.iter().map(|(_, cut)| *cut), &space.axes, limits::MAX_BOXES);
        rest.is_some_and(|rest| rest.is_empty())
    };
    if before.len() < 2 || !covered(&before) {
        return None;
    }
    // Leave out what is not needed, so that the sentence names what matters.
    let mut needed = before;
    if needed.len() <= limits::MAX_NAMED_RULES * 4 {
        for place in (0..needed.len()).rev() {
            let mut fewer = needed.clone();
            fewer.remove(place);
            if covered(&fewer) {
                needed = fewer;
            }
        }
    }
    let more = needed.len().saturating_sub(limits::MAX_NAMED_RULES);
    needed.truncate(limits::MAX_NAMED_RULES);
    let others = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(format!("{}{others} together take everything that it asks for, so it can never match", names(&needed)))
}
