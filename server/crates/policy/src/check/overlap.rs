//! Gaps, which no rule takes, and overlaps, which two rules want for different ends. Both may be meant; both are shown by a
//! task.

use domain::{
    Rule,
    policy::{CaseFacts, PolicyProblem, Severity},
};

use super::reach::field;
use crate::{
    compiled::CompiledPolicy,
    facts::Facts,
    limits,
    problem::{of_document, of_rule, shown_by, weighing},
    space::{Region, Space, Taken},
};

pub(super) fn check(policy: &CompiledPolicy, space: &Space, problems: &mut Vec<PolicyProblem>) {
    gaps(policy, space, problems);
    overlaps(policy, space, problems);
}

fn note(problem: PolicyProblem, example: Option<CaseFacts>) -> PolicyProblem {
    weighing(Severity::Note, shown_by(example, problem))
}

/// What no rule takes, the widest parts first.
fn gaps(policy: &CompiledPolicy, space: &Space, problems: &mut Vec<PolicyProblem>) {
    let exact = space.rules.iter().flatten().filter(|taken| taken.exact);
    let cuts: Vec<&Region> = exact.map(|taken| &taken.region).collect();
    if cuts.is_empty() {
        return;
    }
    let Some(mut rest) = Region::default().without(cuts, &space.axes, limits::MAX_BOXES) else { return };
    rest.sort_by_key(|part| part.sides().count());
    let mut found = 0;
    for part in rest.iter().take(limits::MAX_BOXES) {
        let falls_through = |case: &CaseFacts| policy.decide(&Facts::of(case)).rule.is_none();
        let example = space.witness(part).filter(falls_through);
        // An expression may take what the cells leave, and facts that depend on each other may leave nothing.
        let Some(example) = example else { continue };
        let words = part.in_words(&space.axes).unwrap_or_else(|| "every task".to_owned());
        let mut asked = part.sides().map(|(axis, _)| space.axes.get(axis).fact.to_string());
        let field = asked.next().filter(|_| asked.next().is_none()).unwrap_or_else(|| "otherwise".to_owned());
        let message = format!("no rule takes these tasks, so they fall to the policy's last line: {words}");
        problems.push(note(of_document(&field, message), Some(example)));
        found += 1;
        if found == limits::MAX_GAPS {
            break;
        }
    }
}

/// Pairs of rules that some tasks are in both of, and that send them to different places.
fn overlaps(policy: &CompiledPolicy, space: &Space, problems: &mut Vec<PolicyProblem>) {
    let document = policy.document();
    let mut found = 0;
    let mut tried = 0;
    for (place, later) in document.rules.iter().enumerate() {
        let Some(below) = exact(space, place) else { continue };
        for (above_place, earlier) in document.rules[..place].iter().enumerate() {
            let Some(above) = exact(space, above_place) else { continue };
            if earlier.then.destination == later.then.destination || !above.meets(below, &space.axes) {
                continue;
            }
            tried += 1;
            if tried > limits::MAX_PAIRS || found == limits::MAX_OVERLAPS {
                return;
            }
            if above.covers(below, &space.axes) || below.covers(above, &space.axes) {
                continue;
            }
            if let Some(problem) = overlap(policy, space, (earlier, above), (later, below)) {
                problems.push(problem);
                found += 1;
            }
        }
    }
}

fn exact(space: &Space, place: usize) -> Option<&Region> {
    let taken: &Taken = space.rules.get(place)?.as_ref()?;
    (taken.exact && !taken.region.is_empty()).then_some(&taken.region)
}

fn overlap(
    policy: &CompiledPolicy,
    space: &Space,
    (earlier, above): (&Rule, &Region),
    (later, below): (&Rule, &Region),
) -> Option<PolicyProblem> {
    let place = |rule: &Rule| policy.document().rules.iter().position(|known| known.id == rule.id);
    let both = above.and(below, &space.axes);
    let matches = |case: &CaseFacts| {
        let facts = Facts::of(case);
        [earlier, later].into_iter().all(|rule| place(rule).is_some_and(|place| policy.matches(place, &facts)))
    };
    let example = space.witness(&both).filter(matches)?;
    let words = both.in_words(&space.axes).unwrap_or_else(|| "every task".to_owned());
    let message = format!("`{}` comes first and takes tasks that this asks for too: {words}", earlier.id);
    Some(note(of_rule(&later.id, &field(policy.document(), later), message), Some(example)))
}
