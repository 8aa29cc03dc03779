//! Sentence encoders: tried apart, asked where words alone are unsure, harmless when broken.

use std::{path::Path, process::Command};

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use classifier::EncoderSettings;
use domain::{
    FallbackReason, Role,
    classification::{Stage, StageOutcome},
    evaluation::Worth,
};
use server::workshop::EncoderSource;

use crate::support::{Floor, examples, onnxruntime};

fn source(directory: &Path, ask_below: f32) -> EncoderSource {
    EncoderSource {
        directory: directory.to_owned(),
        settings: EncoderSettings { ask_below, cost: 0.5, ..EncoderSettings::default() },
        program: env!("CARGO_BIN_EXE_switchyard").into(),
    }
}

/// What `switchyard encoder check` says of a directory: whether it is well, and its words.
fn check(directory: &Path) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchyard"));
    command.args(["encoder", "check"]).arg(directory).env("ORT_DYLIB_PATH", onnxruntime());
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap()).concat();
    (output.status.success(), said)
}

#[test]
fn an_encoder_is_checked_with_limited_memory() {
    let directory = tempfile::tempdir().unwrap();
    encoder_testkit::write(directory.path(), &[&["rain", "drizzle"]]).unwrap();
    let (is_well, said) = check(directory.path());
    assert!(is_well && said.starts_with("It can be used: 32 dimensions, "), "{said}");

    encoder_testkit::write_greedy(directory.path()).unwrap();
    let (is_well, said) = check(directory.path());
    assert!(!is_well, "{said}");
    // What a server says of it is one sentence, whether ONNX Runtime gave up or the process was stopped.
    let said = source(directory.path(), 0.9).try_apart(Some(&onnxruntime())).unwrap_err();
    assert!(!said.is_empty() && said.lines().count() == 1, "{said}");

    std::fs::write(directory.path().join("model.onnx"), "no graph").unwrap();
    let (is_well, said) = check(directory.path());
    assert!(!is_well && said.contains("the file is not an ONNX model"), "{said}");
}

const GROUPS: [&[&str]; 3] = [
    &["rain", "sunshine", "storm", "snow", "clouds", "wind", "frost", "fog", "drizzle", "hail"],
    &["bread", "butter", "soup", "salad", "cheese", "noodles", "pepper", "flour", "omelette"],
    &["violin", "piano", "trumpet", "chorus", "rhythm", "melody", "concert", "drums", "cello"],
];

/// A workspace whose champion is a cascade: it knows eight words of each group, and its encoder all of them.
async fn floor_of_cascade(directory: &Path, change: impl FnOnce(&mut service::Settings)) -> Floor {
    encoder_testkit::write(directory, &GROUPS).unwrap();
    let floor = Floor::open_with_encoder(Some(source(directory, 0.5)), change).await;
    // Each word once: what was not learned itself, words alone can only guess.
    let labels = ["weather", "kitchen", "music"];
    let words = GROUPS.iter().zip(labels).flat_map(|(words, label)| words[..8].iter().map(move |word| (word, label)));
    let examples: Vec<_> = words.map(|(word, label)| ((*word).to_owned(), label.to_owned())).collect();
    floor.services.import_labels(&floor.system, &examples).await.unwrap();
    let run = floor.services.train(&floor.system).await.unwrap();
    assert_eq!(run.model_version, Some(1), "{}", run.message);
    floor.services.promote(&floor.system, 1, false).await.unwrap();
    floor
}

#[tokio::test]
async fn a_costly_stage_is_left_out_when_the_days_money_is_spent() {
    let directory = tempfile::tempdir().unwrap();
    let floor = floor_of_cascade(directory.path(), |settings| settings.stage_budget_micros = 400_000).await;
    let first = floor.submit("drizzle hail").await.decision;
    assert_eq!((first.cost_micros, first.classification.unwrap().stages[1].outcome), (500_000, StageOutcome::Answered));
    let second = floor.submit("omelette cello").await.decision;
    assert_eq!((second.cost_micros, second.classification.unwrap().stages[1].outcome), (0, StageOutcome::Spared));
    assert!(floor.services.overview(&floor.system).await.unwrap().is_over_budget);
}

#[tokio::test]
async fn under_stress_the_policy_says_what_is_left_out() {
    let directory = tempfile::tempdir().unwrap();
    let floor = floor_of_cascade(directory.path(), |_| {}).await;
    let activate = async |full_percent: u8, rest: &str| {
        let document = serde_json::json!({
            "schema": 2,
            "rules": [],
            "otherwise": { "destination": { "kind": "queue", "queue": "triage" } },
            "shedding": { "when_waiting": 1, "full_percent": full_percent, "rest": rest },
        });
        let saved = floor.services.save_policy(&floor.system, &document.to_string(), "Stress").await.unwrap();
        floor.services.activate_policy(&floor.system, saved.version, None, "Try it").await.unwrap();
    };
    activate(0, "rules").await;
    assert_eq!(floor.submit("drizzle hail").await.decision.fallback, Some(FallbackReason::Shed));
    activate(0, "cheap_stage").await;
    let cheap = floor.submit("drizzle hail").await.decision.classification.unwrap();
    assert_eq!(cheap.stages[1].outcome, StageOutcome::Spared);
    activate(100, "rules").await;
    let full = floor.submit("drizzle hail").await.decision.classification.unwrap();
    assert_eq!(full.stages[1].outcome, StageOutcome::Answered);
}

#[tokio::test]
async fn a_task_that_words_alone_do_not_settle_is_read_by_the_encoder() {
    let directory = tempfile::tempdir().unwrap();
    let floor = floor_of_cascade(directory.path(), |_| {}).await;

    let known = floor.submit("rain").await;
    let foreign = floor.submit("drizzle hail").await;
    let said = |receipt: &domain::Receipt| receipt.decision.classification.clone().unwrap();
    assert_eq!((said(&known).label.as_str(), said(&known).stages.len()), ("weather", 1));
    assert_eq!(said(&known).stages[0].outcome, StageOutcome::Answered);
    let answer = said(&foreign);
    assert_eq!((answer.label.as_str(), answer.stages.len()), ("weather", 2), "{answer:?}");
    assert_eq!((answer.stages[0].stage, answer.stages[0].outcome), (Stage::Linear, StageOutcome::Unsure));
    assert_eq!((answer.stages[1].stage, answer.stages[1].cost), (Stage::Encoder, 0.5));

    // Whoever looks at the decision sees both stages.
    let auditor = floor.cookie(Role::Auditor).await;
    let page = async |path: String| {
        let request = Request::builder().uri(path).header(header::COOKIE, &auditor).body(Body::empty()).unwrap();
        let answer = floor.send(request).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.text()
    };
    let shown = page(format!("/decisions/{}", foreign.decision.id)).await;
    assert!(shown.contains("Sentence encoder") && shown.contains("not sure enough, asked further"), "{shown}");

    // Somebody agrees: one change that avoided a correction, if it was one, is too few to be sure of its worth.
    floor.work(foreign.task_id, None).await;
    let report = floor.services.model_report(&floor.system, 1).await.unwrap();
    let [words, encoder] = report.stages.as_slice() else { panic!("{report:?}") };
    assert_eq!((words.calls, words.answered, words.worth), (2, 1, Worth::First));
    assert_eq!((encoder.calls, encoder.answered, encoder.unanswered, encoder.cost), (1, 1, 0, 0.5));
    assert_eq!((encoder.avoided, encoder.spoiled), (encoder.changed, 0));
    assert_eq!(encoder.worth, Worth::TooFew);
    assert!(page("/models/1".to_owned()).await.contains("What its stages did lately"));
}

#[tokio::test]
async fn a_greedy_encoder_stops_training_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    encoder_testkit::write_greedy(directory.path()).unwrap();
    let floor = Floor::open_with_encoder(Some(source(directory.path(), 0.9)), |_| {}).await;
    let trained = tempfile::tempdir().unwrap();
    let owned = examples();
    let borrowed: Vec<_> = owned.iter().map(|(text, label)| classifier::Example::new(text, label)).collect();
    let artifact = classifier::train(&borrowed, 1, &mut |_| std::ops::ControlFlow::Continue(())).unwrap();
    artifact.write(&trained.path().join("model")).unwrap();
    floor.services.add_model(&floor.system, &trained.path().join("model")).await.unwrap();
    floor.services.promote(&floor.system, 1, false).await.unwrap();

    floor.services.import_labels(&floor.system, &examples()).await.unwrap();
    let run = floor.services.train(&floor.system).await.unwrap();
    assert_eq!(run.model_version, None);
    assert!(run.message.contains("The configured sentence encoder cannot be used"), "{}", run.message);
    let receipt = floor.submit("rain and storm today").await;
    assert_eq!(receipt.decision.classification.unwrap().label, "weather", "the old model goes on");
}
