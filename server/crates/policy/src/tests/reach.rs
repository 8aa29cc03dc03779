//! The static checks against brute force, and cells against the expressions that say the same.

use std::cell::Cell as Counter;

use domain::{PolicyDocument, policy::Severity};
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use super::random::{all_tasks, any_case, any_document, any_table, cells_as_condition};
use crate::{CompiledPolicy, Facts, Known, check, parse};

/// The rules that the checks say can never match, those after one that always matches included.
fn called_unreachable(document: &PolicyDocument) -> Vec<bool> {
    let problems = check(document, &Known::default());
    let mut called = vec![false; document.rules.len()];
    for problem in problems.iter().filter(|problem| problem.severity == Severity::Error) {
        let place = document.rules.iter().position(|rule| problem.rule.as_ref() == Some(&rule.id)).unwrap_or(0);
        if problem.message.contains("it always matches") {
            called[place + 1..].fill(true);
        } else if problem.message.contains("can never match") {
            called[place] = true;
        }
    }
    called
}

#[test]
fn the_checks_never_call_a_reachable_rule_unreachable_and_find_most_that_are() {
    let (hidden, known) = (Counter::new(0_usize), Counter::new(0_usize));
    let mut runner =
        TestRunner::new_with_rng(Config::with_cases(300), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let checked = runner.run(&any_table(), |(columns, document)| {
        let policy = CompiledPolicy::compile(document.clone()).unwrap();
        let mut reached = vec![false; document.rules.len()];
        for case in all_tasks(&columns) {
            let facts = Facts::of(&case);
            let outcome = policy.decide(&facts);
            if let Some(place) = outcome.rule {
                reached[place] = true;
            }
        }
        for (place, called) in called_unreachable(&document).into_iter().enumerate() {
            prop_assert!(!(called && reached[place]), "r{place} of {document:#?}");
            hidden.set(hidden.get() + usize::from(!reached[place]));
            known.set(known.get() + usize::from(called && !reached[place]));
        }
        Ok(())
    });
    checked.unwrap();
    let (hidden, known) = (hidden.get(), known.get());
    assert!(hidden > 100 && known * 10 >= hidden * 7, "{known} of {hidden}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn cells_agree_with_the_expression_that_says_the_same((_, document) in any_table(), cases in prop::collection::vec(any_case(), 1..20)) {
        let mut plain = document.clone();
        for rule in &mut plain.rules {
            let parts = [cells_as_condition(&rule.cells), rule.when.clone()];
            rule.when = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" && ");
            rule.cells.clear();
        }
        let (cells, plain) = (CompiledPolicy::compile(document).unwrap(), CompiledPolicy::compile(plain).unwrap());
        for case in &cases {
            let facts = Facts::of(case);
            let rules = [cells.decide(&facts).rule, plain.decide(&facts).rule];
            prop_assert_eq!(rules[0], rules[1], "{:?} {:?}", case, plain.document().rules);
        }
    }

    #[test]
    fn the_index_agrees_with_trying_every_rule_of_a_table(document in any_document(), cases in prop::collection::vec(any_case(), 1..10)) {
        let policy = CompiledPolicy::compile(document).unwrap();
        for case in &cases {
            let facts = Facts::of(case);
            prop_assert_eq!(policy.evaluate(&facts), policy.evaluate_every_rule(&facts));
        }
    }

    #[test]
    fn tables_survive_their_json(document in any_document()) {
        let json = serde_json::to_string_pretty(&document).unwrap();
        prop_assert_eq!(parse(&json).unwrap(), document);
    }

    #[test]
    fn gaps_and_overlaps_are_shown_by_tasks_that_are_in_them((_, document) in any_table()) {
        let policy = CompiledPolicy::compile(document.clone()).unwrap();
        for problem in check(&document, &Known::default()).iter().filter(|problem| problem.severity == Severity::Note) {
            let example = problem.example.as_ref().unwrap();
            let facts = Facts::of(example);
            match &problem.rule {
                None => prop_assert_eq!(policy.decide(&facts).rule, None),
                Some(rule) => {
                    let place = document.rules.iter().position(|known| known.id == *rule).unwrap();
                    prop_assert!(policy.matches(place, &facts));
                    prop_assert!(policy.decide(&facts).rule.is_some_and(|first| first < place));
                }
            }
        }
    }
}
