//! Priority and handling time, learned from what people really did.

use std::ops::ControlFlow;

use classifier::{
    Artifact, Evaluation, Example, Heads, Model, evaluate, guard::inspect, heads::FEWEST_STATEMENTS,
    onnx::proto::ModelProto, train,
};
use domain::Priority;
use prost::Message;
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

use crate::support::{both_heads, facts, formula_artifact, formula_model_with_heads, priority_head, runtime, trained};

/// Words with what they do to the logarithm of the minutes and to the urgency.
const WORDS: [(&str, f32, f32); 12] = [
    ("outage", 0.9, 2.5),
    ("crashed", 0.7, 1.5),
    ("migration", 1.2, 0.0),
    ("contract", 0.6, -0.5),
    ("deadline", 0.0, 2.0),
    ("audit", 0.8, 0.5),
    ("password", -0.9, 0.5),
    ("greeting", -1.1, -2.0),
    ("newsletter", -0.8, -2.5),
    ("question", -0.4, -1.0),
    ("someday", 0.0, -2.0),
    ("typo", -1.0, -0.5),
];
const FILLERS: [&str; 8] = ["the", "about", "our", "team", "please", "from", "office", "with"];

/// A text, the minutes it took and how urgent it was.
struct Case {
    text: String,
    minutes: f32,
    priority: Priority,
}

impl Case {
    fn example(&self) -> Example<'_> {
        let label = if self.text.len().is_multiple_of(2) { "even" } else { "odd" };
        Example {
            priority: Some(self.priority),
            handling_minutes: Some(self.minutes),
            ..Example::new(&self.text, label)
        }
    }
}

/// Texts of three words that matter and five that do not. With a `strength` of 0, the words do not matter either.
fn cases(count: usize, seed: u64, strength: f32) -> Vec<Case> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let unit = |rng: &mut ChaCha8Rng| (rng.next_u32() as f32 + 0.5) / 4_294_967_296.0;
    let case = |_| {
        let (mut log, mut urgency, mut words) = (2.3, 0.0, Vec::new());
        for _ in 0..3 {
            let (word, minutes, urgent) = WORDS[rng.next_u32() as usize % WORDS.len()];
            words.push(word);
            log += strength * minutes;
            urgency += strength * urgent;
        }
        words.extend((0..5).map(|_| FILLERS[rng.next_u32() as usize % FILLERS.len()]));
        let normal = (-2.0 * unit(&mut rng).ln()).sqrt() * (std::f32::consts::TAU * unit(&mut rng)).cos();
        let chance = unit(&mut rng);
        urgency += (chance / (1.0 - chance)).ln();
        let priority = match urgency {
            ..-2.0 => Priority::Low,
            ..1.0 => Priority::Normal,
            ..3.0 => Priority::High,
            _ => Priority::Urgent,
        };
        Case { text: words.join(" "), minutes: (log + 0.5 * normal).exp(), priority }
    };
    (0..count).map(case).collect()
}

fn learned(examples: &[Example<'_>]) -> Artifact {
    train(examples, 7, &mut |_| ControlFlow::Continue(())).unwrap()
}

/// What a model of some cases reaches on others.
fn measured(training: &[Case], held_out: &[Case]) -> (Artifact, Evaluation) {
    runtime();
    let artifact = learned(&training.iter().map(Case::example).collect::<Vec<_>>());
    let model = Model::from_artifact(&artifact, "v1", None).unwrap();
    let held_out: Vec<Example<'_>> = held_out.iter().map(Case::example).collect();
    (artifact, evaluate(&model, &held_out, &[]).unwrap())
}

/// So many examples of which the first few state something, the rest nothing.
fn stating<'a>(cases: &'a [Case], priorities: usize, minutes: usize) -> Vec<Example<'a>> {
    let some = |(at, case): (usize, &'a Case)| {
        let example = case.example();
        Example {
            priority: example.priority.filter(|_| at < priorities),
            handling_minutes: example.handling_minutes.filter(|_| at < minutes),
            ..example
        }
    };
    cases.iter().enumerate().map(some).collect()
}

#[test]
fn the_priority_is_learned_and_beats_guessing() {
    let held_out = cases(1_500, 2, 1.0);
    let (artifact, evaluation) = measured(&cases(500, 1, 1.0), &held_out);
    let found = evaluation.priority.clone().unwrap();
    let share = |priority| held_out.iter().filter(|case| case.priority == priority).count() as f64 / 1_500.0;
    let guess = Priority::ALL.into_iter().map(share).fold(0.0, f64::max);
    assert_eq!(found.examples, 1_500);
    assert!(found.accuracy > guess + 0.1, "{found:?}, guessing {guess}");
    assert!(found.kappa > 0.6, "{found:?}");
    let head = artifact.card().heads.priority.as_ref().unwrap();
    assert_eq!(head.examples, 500);
    assert!(head.strength > 0.0 && head.cuts.is_sorted(), "{head:?}");
    assert_eq!(evaluation.metrics(None).priority, Some(found));
}

#[test]
fn the_minutes_are_learned_and_their_range_holds_four_of_five() {
    let (artifact, evaluation) = measured(&cases(500, 3, 1.0), &cases(1_500, 4, 1.0));
    let found = evaluation.handling.clone().unwrap();
    assert_eq!(found.examples, 1_500);
    assert!(found.median_error < 0.7 * found.median_error_of_guessing, "{found:?}");
    assert!((0.74..=0.88).contains(&found.within_range), "{found:?}");
    let head = artifact.card().heads.minutes.as_ref().unwrap();
    assert!(head.strength > 0.0 && head.offsets.is_sorted(), "{head:?}");
    assert_eq!(evaluation.metrics(None).handling, Some(found));
}

#[test]
fn what_no_word_tells_has_a_range_that_holds_and_no_false_precision() {
    let (_, evaluation) = measured(&cases(500, 5, 0.0), &cases(1_500, 6, 0.0));
    let found = evaluation.handling.unwrap();
    assert!((0.74..=0.88).contains(&found.within_range), "{found:?}");
    assert!(found.median_error < 1.02 * found.median_error_of_guessing, "{found:?}");
    let accuracy = evaluation.priority.unwrap().accuracy;
    let held_out = cases(1_500, 6, 0.0);
    let normal = held_out.iter().filter(|case| case.priority == Priority::Normal).count() as f64 / 1_500.0;
    assert!(accuracy > normal - 0.02, "{accuracy}, always normal {normal}");
}

#[test]
fn an_answer_names_the_middle_and_the_range_around_it() {
    runtime();
    let training = cases(500, 1, 1.0);
    let artifact = learned(&training.iter().map(Case::example).collect::<Vec<_>>());
    let model = Model::from_artifact(&artifact, "v1", None).unwrap();
    let answers = model.classify(&["outage crashed deadline", "greeting typo newsletter", ""]).unwrap();
    for answer in &answers {
        let (minutes, range) = (answer.handling_minutes.unwrap(), answer.handling_range.unwrap());
        assert!(0.0 < range.low && range.low < minutes && minutes < range.high, "{answer:?}");
    }
    assert!(answers[0].handling_minutes > answers[1].handling_minutes);
    assert!(answers[0].priority > answers[2].priority && answers[2].priority > answers[1].priority, "{answers:?}");
}

#[test]
fn a_model_without_statements_is_byte_for_byte_what_it_was() {
    // As written before there were heads.
    let before = "ce83db98922d6e732b0d9ab00e80dca90deaf436cfd2b3e7020a80727dda2766";
    assert_eq!(formula_artifact(3).card().graph_sha256, before);
    let card = serde_json::to_value(trained().card()).unwrap();
    assert!(card.get("heads").is_none(), "{card}");
    assert!(card["labels"][0].get("priority").is_none());
    let proto = ModelProto::decode(trained().graph()).unwrap();
    let outputs: Vec<_> = proto.graph.unwrap().output.into_iter().filter_map(|output| output.name).collect();
    assert_eq!(outputs, ["logits", "probs"]);
}

#[test]
fn too_few_statements_give_no_head() {
    let cases = cases(FEWEST_STATEMENTS + 10, 8, 1.0);
    let heads = |priorities, minutes| learned(&stating(&cases, priorities, minutes)).card().heads.form();
    let (few, enough) = (FEWEST_STATEMENTS - 1, FEWEST_STATEMENTS);
    assert_eq!(heads(few, few).columns(), 0);
    assert_eq!((heads(enough, few).priority, heads(enough, few).minutes), (true, false));
    assert_eq!((heads(few, enough).priority, heads(few, enough).minutes), (false, true));
    let graph = |priorities| {
        let artifact = learned(&stating(&cases, priorities, 0));
        let mut proto = ModelProto::decode(artifact.graph()).unwrap();
        proto.metadata_props.retain(|entry| entry.key.as_deref() != Some("dataset_sha256"));
        proto
    };
    assert!(graph(few) == graph(0), "the labels do not hear of statements");
}

#[test]
fn one_priority_alone_gives_no_head() {
    let cases = cases(FEWEST_STATEMENTS, 8, 1.0);
    let alike: Vec<Example<'_>> =
        cases.iter().map(|case| Example { priority: Some(Priority::High), ..case.example() }).collect();
    assert_eq!(learned(&alike).card().heads.priority, None);
}

#[test]
fn the_same_statements_and_seed_give_the_same_bytes() {
    let cases = cases(80, 9, 1.0);
    let examples = stating(&cases, 80, 80);
    let (first, second) = (learned(&examples), learned(&examples));
    assert_eq!(first.card().heads.form().columns(), 2);
    assert_eq!(first, second);
    let other = train(&examples, 8, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_ne!(first.card().graph_sha256, other.card().graph_sha256);
}

#[test]
fn training_stops_when_asked_while_it_learns_heads() {
    let cases = cases(80, 9, 1.0);
    let stop = |progress: classifier::Progress| {
        if progress.step == "Learning priority and time" { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let stopped = train(&stating(&cases, 80, 80), 7, &mut { stop });
    assert!(matches!(stopped, Err(classifier::TrainError::Cancelled)));
}

#[test]
fn statements_of_the_same_minutes_give_just_these() {
    runtime();
    let cases = cases(60, 9, 1.0);
    let alike: Vec<Example<'_>> =
        cases.iter().map(|case| Example { handling_minutes: Some(0.0), ..case.example() }).collect();
    let model = Model::from_artifact(&learned(&alike), "v1", None).unwrap();
    let answer = model.classify(&["outage"]).unwrap().remove(0);
    let range = answer.handling_range.unwrap();
    for minutes in [answer.handling_minutes.unwrap(), range.low, range.high] {
        assert!((minutes - 0.05).abs() < 1e-4, "{answer:?}");
    }
}

#[test]
fn what_is_no_number_is_not_said() {
    runtime();
    let answer = |change: &dyn Fn(&mut Heads)| {
        let mut heads = both_heads();
        change(&mut heads);
        let model = formula_model_with_heads(3, heads);
        let model = Model::from_artifact(&Artifact::new(&model, facts(3)), "v1", None);
        model.unwrap().classify(&["text"]).unwrap().remove(0)
    };
    let sound = answer(&|_| ());
    assert!(sound.priority.is_some() && sound.handling_minutes.is_some() && sound.handling_range.is_some());
    let broken = answer(&|heads| heads.priority.as_mut().unwrap().cuts[1] = f32::NAN);
    assert_eq!((broken.priority, broken.handling_minutes), (None, sound.handling_minutes));
    let broken = answer(&|heads| heads.minutes.as_mut().unwrap().offsets[0] = f32::NAN);
    assert_eq!((broken.handling_minutes, broken.handling_range, broken.priority), (None, None, sound.priority));
    assert_eq!(broken.label, sound.label);
}

#[test]
fn the_guard_knows_which_heads_a_graph_has() {
    let form = |heads: Heads| {
        let artifact = Artifact::new(&formula_model_with_heads(3, heads.clone()), facts(3));
        let inspected = inspect(artifact.graph()).unwrap();
        assert_eq!((inspected.labels(), inspected.heads()), (3, heads.form()));
        inspected.heads()
    };
    assert_eq!(form(Heads::default()).columns(), 0);
    assert!(form(Heads { priority: Some(priority_head()), minutes: None }).priority);
    assert!(form(Heads { priority: None, ..both_heads() }).minutes);
    assert_eq!(form(both_heads()).columns(), 2);
}

#[test]
fn labels_do_not_depend_on_what_else_is_stated() {
    runtime();
    let cases = cases(80, 9, 1.0);
    let [plain, stating] = [stating(&cases, 0, 0), stating(&cases, 80, 80)].map(|examples| {
        let model = Model::from_artifact(&learned(&examples), "v1", None).unwrap();
        model.classify(&["outage with the office", "a typo"]).unwrap()
    });
    for (plain, stating) in plain.iter().zip(&stating) {
        assert_eq!((&plain.label, plain.candidates.len()), (&stating.label, stating.candidates.len()));
        assert!((plain.confidence - stating.confidence).abs() < 1e-6);
    }
}
