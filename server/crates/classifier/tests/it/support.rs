//! What several test modules need: ONNX Runtime, a small data set, and a model that no training made.

use std::{ops::ControlFlow, path::Path};

use classifier::{
    Artifact, Example, Heads, LabelCard, MinutesHead, PriorityHead, featurizer::BUCKETS, init_runtime,
    linear::LinearModel, model_dir::Facts, train,
};

/// Loads ONNX Runtime, and says how to get it where it is missing.
pub(crate) fn runtime() {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/onnxruntime/libonnxruntime.so");
    if let Err(error) = init_runtime(&library) {
        panic!("{error}. `make setup` puts it there; ORT_DYLIB_PATH names another place.");
    }
}

pub(crate) const TEXTS: [(&str, &str); 24] = [
    ("I cannot sign in to my account", "access"),
    ("The password reset mail never arrives", "access"),
    ("My account is locked after three attempts", "access"),
    ("Two-factor codes are always refused", "access"),
    ("Please unlock the login of our trainee", "access"),
    ("Sign-in loops back to the start page", "access"),
    ("SSO says that my user does not exist", "access"),
    ("I forgot my password and the hint does not help", "access"),
    ("You charged us twice for March", "billing"),
    ("The invoice shows the wrong VAT number", "billing"),
    ("Can we pay by bank transfer instead of card?", "billing"),
    ("Please send a refund for the unused seats", "billing"),
    ("Our receipt for last month is missing", "billing"),
    ("Why did the price per seat go up?", "billing"),
    ("The card was declined though it is valid", "billing"),
    ("We need a purchase order number on the invoice", "billing"),
    ("The export stops at 65 percent and then crashes", "bug"),
    ("Charts are empty since the update on Monday", "bug"),
    ("Search finds nothing when the name has an umlaut", "bug"),
    ("Saving a report gives error 500", "bug"),
    ("The mobile app freezes on the map page", "bug"),
    ("Dates are shown one day too early", "bug"),
    ("Dragging a card to another column loses its comments", "bug"),
    ("The PDF of a long report cuts off its last page", "bug"),
];

pub(crate) fn examples() -> Vec<Example<'static>> {
    TEXTS.iter().map(|(text, label)| Example::new(text, label)).collect()
}

pub(crate) fn trained() -> Artifact {
    train(&examples(), 7, &mut |_| ControlFlow::Continue(())).unwrap()
}

/// A model whose numbers follow from formulas, so that another program can compute the same answers.
pub(crate) fn formula_model(labels: usize) -> LinearModel {
    let weight = |at: usize| ((at % labels * 53 + at / labels * 31) % 255) as i32 - 127;
    LinearModel {
        labels: (0..labels).map(|label| format!("label {label}")).collect(),
        idf: (0..BUCKETS).map(|bucket| 1.0 + (bucket % 97) as f32 / 16.0).collect(),
        weights: (0..BUCKETS * labels).map(|at| weight(at) as i8).collect(),
        scale: (0..labels).map(|label| (label + 1) as f32 / 64.0).collect(),
        bias: (0..labels).map(|label| label as f32 / 8.0 - 0.25).collect(),
        temperature: 0.8,
        short_list: None,
        heads: Heads::default(),
    }
}

/// The same with heads, whose columns follow from formulas as well.
pub(crate) fn formula_model_with_heads(labels: usize, heads: Heads) -> LinearModel {
    let columns = labels + heads.form().columns();
    let wide = formula_model(columns);
    LinearModel { labels: formula_model(labels).labels, heads, ..wide }
}

pub(crate) fn priority_head() -> PriorityHead {
    PriorityHead { examples: 50, strength: 1.0, cuts: [-0.75, 0.25, 1.0] }
}

pub(crate) fn minutes_head() -> MinutesHead {
    MinutesHead { examples: 60, strength: 0.5, offsets: [1.0, 2.0, 2.5], typical: 9.5 }
}

pub(crate) fn both_heads() -> Heads {
    Heads { priority: Some(priority_head()), minutes: Some(minutes_head()) }
}

pub(crate) fn facts(labels: usize) -> Facts {
    let card =
        |label| LabelCard { name: format!("label {label}"), examples: 1, priority: None, handling_minutes: None };
    Facts {
        labels: (0..labels).map(card).collect(),
        trained_on: labels as u64,
        left_out: 0,
        dataset_sha256: "00".repeat(32),
        seed: 0,
        epochs: 0,
        out_of_fold: None,
    }
}

pub(crate) fn formula_artifact(labels: usize) -> Artifact {
    Artifact::new(&formula_model(labels), facts(labels))
}
