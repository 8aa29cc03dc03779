use std::ops::ControlFlow;

use classifier::{Example, TrainError, train};

use crate::support::{examples, trained};

fn silently(examples: &[Example<'_>]) -> Result<classifier::Artifact, TrainError> {
    train(examples, 7, &mut |_| ControlFlow::Continue(()))
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let (first, second) = (trained(), trained());
    assert_eq!(first.card().graph_sha256, second.card().graph_sha256);
    assert_eq!(first, second);
    let other = train(&examples(), 8, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_ne!(first.card().graph_sha256, other.card().graph_sha256);
    assert_eq!(first.card().facts.dataset_sha256, other.card().facts.dataset_sha256);
}

#[test]
fn too_little_to_learn_from_is_refused() {
    assert!(matches!(silently(&[]), Err(TrainError::NoExamples)));
    assert!(matches!(silently(&[Example::new(" \n", "a")]), Err(TrainError::NoExamples)));
    let one = [Example::new("text", "a"), Example::new("more", "a")];
    assert!(matches!(silently(&one), Err(TrainError::TooFewLabels { found: 1 })));
    let signs = [Example::new("text", "a"), Example::new("\u{0}", "")];
    assert!(matches!(silently(&signs), Err(TrainError::BadLabel { example: 2 })));
    let minutes =
        [Example::new("text", "a"), Example { handling_minutes: Some(f32::NAN), ..Example::new("more", "b") }];
    assert!(matches!(silently(&minutes), Err(TrainError::BadMinutes { example: 2, .. })));
    let names: Vec<String> = (0..1_001).map(|at| format!("l{at}")).collect();
    let many: Vec<_> = names.iter().map(|name| Example::new("text", name)).collect();
    assert!(matches!(silently(&many), Err(TrainError::TooManyLabels { found: 1_001, max: 1_000 })));
}

#[test]
fn two_examples_are_enough() {
    let artifact = silently(&[Example::new("yes", "a"), Example::new("no", "b")]).unwrap();
    assert_eq!(artifact.card().temperature, 1.0);
    assert!(artifact.card().facts.out_of_fold.is_none());
}

#[test]
fn blank_examples_are_left_out_and_counted() {
    let mut with_blanks = examples();
    with_blanks.push(Example::new("  ", "only blanks"));
    let artifact = silently(&with_blanks).unwrap();
    let facts = &artifact.card().facts;
    assert_eq!((facts.trained_on, facts.left_out), (24, 1));
    let names: Vec<_> = facts.labels.iter().map(|label| label.name.as_str()).collect();
    assert_eq!(names, ["access", "billing", "bug"]);
}

#[test]
fn training_stops_when_asked() {
    let mut calls = 0;
    let result = train(&examples(), 7, &mut |_| {
        calls += 1;
        if calls == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(matches!(result, Err(TrainError::Cancelled)));
    assert_eq!(calls, 3);
}

#[test]
fn progress_rises_from_nothing_to_all() {
    let mut heard = Vec::new();
    train(&examples(), 7, &mut |progress| {
        heard.push(progress.fraction);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert!(heard.is_sorted());
    assert_eq!((heard.first(), heard.last()), (Some(&0.0), Some(&1.0)));
}
