//! From the numbers of a model to an answer.

use domain::{Candidate, Classification, classification::MAX_CANDIDATES};

use crate::{heads::Said, model_dir::ModelCard};

/// Puts probabilities, and what the heads said, into words; see [`ranked`].
pub(super) fn classification(
    probabilities: &[f32],
    said: Said,
    card: &ModelCard,
    none: Option<usize>,
    version: &str,
) -> Classification {
    let labels = &card.facts.labels;
    let name = |at: usize| labels[at].name.as_str();
    let (first, answer) = ranked(probabilities, &name, none, card.short_list, version);
    // Models of earlier versions know of priority and time what the examples of a label had most.
    let said = match first.filter(|_| card.heads.is_empty()) {
        Some(first) => Said { priority: labels[first].priority, minutes: labels[first].handling_minutes, range: None },
        None => said,
    };
    Classification { priority: said.priority, handling_minutes: said.minutes, handling_range: said.range, ..answer }
}

/// Puts probabilities of labels into words, and answers the place of the likeliest. A row with anything that is no number
/// has no such place, confidence 0 and is out of scope. `none` is the place of "none of these", `short_list` the least
/// probability on the short list.
pub(crate) fn ranked<'a>(
    probabilities: &[f32],
    name: &dyn Fn(usize) -> &'a str,
    none: Option<usize>,
    short_list: Option<f32>,
    version: &str,
) -> (Option<usize>, Classification) {
    let is_sound = probabilities.iter().all(|probability| probability.is_finite());
    let mut best = [(0usize, 0.0f32); MAX_CANDIDATES];
    let mut found = 0;
    for (at, &probability) in probabilities.iter().enumerate().filter(|_| is_sound) {
        // Insertion into the few best so far; of equal ones the first stays ahead.
        let place = best[..found].partition_point(|&(_, other)| other >= probability);
        if place < MAX_CANDIDATES {
            found = (found + 1).min(MAX_CANDIDATES);
            best[place..found].rotate_right(1);
            best[place] = (at, probability);
        }
    }
    let found = found.max(1);
    let (first, confidence) = best[0];
    let candidate = |&(at, confidence): &(usize, f32)| Candidate { label: name(at).to_owned(), confidence };
    let answer = Classification {
        label: name(first).to_owned(),
        confidence: confidence.clamp(0.0, 1.0),
        candidates: best[..found].iter().map(candidate).collect(),
        out_of_scope: if is_sound { out_of_scope(probabilities, none) } else { 1.0 },
        priority: None,
        handling_minutes: None,
        handling_range: None,
        model_version: version.to_owned(),
        said: None,
        reached: None,
        short_list: short_list.filter(|_| is_sound).and_then(|threshold| {
            // The likeliest label is on the list in any case, so that there is one.
            let size = probabilities.iter().filter(|probability| **probability >= threshold).count().max(1);
            u8::try_from(size).ok().filter(|_| size <= found)
        }),
        stages: Vec::new(),
    };
    (is_sound.then_some(first), answer)
}

/// How little a text belongs to any label, 0 to 1: the probability of "none of these", where people gave that label
/// (`none` is its place), and for the rest the entropy as a share of the greatest possible.
fn out_of_scope(probabilities: &[f32], none: Option<usize>) -> f32 {
    let foreign = none.map_or(0.0, |at| probabilities[at]);
    let inside = 1.0 - foreign;
    let labels = probabilities.len() - usize::from(none.is_some());
    if labels < 2 || inside <= f32::EPSILON {
        return foreign.clamp(0.0, 1.0);
    }
    let shares = probabilities.iter().enumerate().filter(|(at, _)| Some(*at) != none).map(|(_, share)| share / inside);
    let entropy: f32 = shares.filter(|share| *share > 0.0).map(|share| -share * share.ln()).sum();
    inside.mul_add(entropy / (labels as f32).ln(), foreign).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn out_of_scope_is_the_entropy_and_what_people_called_none_of_these() {
        let about = |left: f32, right: f32| assert!((left - right).abs() < 1e-5, "{left} is not {right}");
        about(out_of_scope(&[1.0, 0.0], None), 0.0);
        about(out_of_scope(&[0.5, 0.5], None), 1.0);
        // Sure that it is none of them; sure that it is one of them; half of each.
        about(out_of_scope(&[0.0, 1.0, 0.0], Some(1)), 1.0);
        about(out_of_scope(&[1.0, 0.0, 0.0], Some(1)), 0.0);
        about(out_of_scope(&[0.5, 0.5, 0.0], Some(1)), 0.5);
        about(out_of_scope(&[0.25, 0.5, 0.25], Some(1)), 1.0);
        // One label beside it: there is nothing to be torn between.
        about(out_of_scope(&[0.7, 0.3], Some(1)), 0.3);
    }
}
