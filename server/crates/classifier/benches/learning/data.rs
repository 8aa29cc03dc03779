//! What is learned from: public questions, or the demo's examples where there are none.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
    path::Path,
};

use classifier::{Artifact, Example, Model, train};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

/// A text and its label.
pub(crate) type Row = (String, String);

/// Labels of the demo that its model does not learn here: the work that nobody thought of.
const DEMO_UNKNOWN: [&str; 4] = ["invoice_copy", "permissions", "data_export", "security_report"];
/// Domains of clinc150 that are nobody's when domains are the labels. One is near a domain that is somebody's.
const CLINC_UNKNOWN: [&str; 2] = ["credit_cards", "work"];

/// Everything that is measured on.
pub(crate) struct Data {
    pub(crate) name: &'static str,
    /// Whether there is enough of it to conclude from.
    pub(crate) is_public: bool,
    pub(crate) train: Vec<Row>,
    pub(crate) test: Vec<Row>,
    /// Texts from elsewhere, of none of the labels.
    pub(crate) elsewhere: Vec<Row>,
    pub(crate) mixes: Vec<Mix>,
}

/// What a model learns, and the work that it is then asked about.
pub(crate) struct Mix {
    pub(crate) name: &'static str,
    pub(crate) train: Vec<Row>,
    pub(crate) in_scope: Vec<Row>,
    pub(crate) out_of_scope: Vec<Row>,
}

impl Data {
    /// banking77 and clinc150.
    pub(crate) fn public(folder: &Path) -> Self {
        let (banking, clinc) = (folder.join("banking77"), folder.join("clinc150"));
        let (train, test) = (read(&banking.join("train.csv")), read(&banking.join("test.csv")));
        let (intents, validation) = (read(&clinc.join("train.csv")), read(&clinc.join("validation.csv")));
        let mut foreign = read(&clinc.join("out_of_scope_train.csv"));
        foreign.extend(read(&clinc.join("out_of_scope_validation.csv")));
        let elsewhere = intents.clone();
        let domains = domains(&clinc.join("domains.json"), intents.iter().chain(&validation), &foreign);
        let of = |name, train: &[Row], in_scope: &[Row]| Mix {
            name,
            train: train.to_vec(),
            in_scope: in_scope.to_vec(),
            out_of_scope: foreign.clone(),
        };
        let mixes =
            vec![of("banking77, 77 labels", &train, &test), of("clinc150, 150 labels", &intents, &validation), domains];
        Self { name: "banking77 and clinc150", is_public: true, train, test, elsewhere, mixes }
    }

    /// The demo's examples.
    pub(crate) fn demo() -> Self {
        let rows = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/examples.csv"));
        let (elsewhere, known): (Vec<Row>, Vec<Row>) =
            rows.into_iter().partition(|(_, label)| DEMO_UNKNOWN.contains(&label.as_str()));
        let (train, test) = every(2, known);
        let mix = Mix {
            name: "demo, 10 labels",
            train: train.clone(),
            in_scope: test.clone(),
            out_of_scope: elsewhere.clone(),
        };
        Self { name: "the demo's examples", is_public: false, train, test, elsewhere, mixes: vec![mix] }
    }
}

/// clinc150 with its domains for labels, so that each has enough answers of its own: a fifth of the questions is learned from.
fn domains<'a>(path: &Path, rows: impl Iterator<Item = &'a Row>, foreign: &[Row]) -> Mix {
    let text = std::fs::read(path).expect("clinc150 has its domains");
    let domains: BTreeMap<String, Vec<String>> = serde_json::from_slice(&text).expect("domains are JSON");
    let of_intent: BTreeMap<&str, &str> = domains
        .iter()
        .flat_map(|(domain, intents)| intents.iter().map(move |intent| (intent.as_str(), domain.as_str())))
        .collect();
    let rows = rows.map(|(text, intent)| (text.clone(), of_intent[intent.as_str()].to_owned()));
    let (mut out_of_scope, known): (Vec<Row>, Vec<Row>) =
        rows.partition(|(_, domain)| CLINC_UNKNOWN.contains(&domain.as_str()));
    out_of_scope.extend_from_slice(foreign);
    let (train, in_scope) = every(5, known);
    Mix { name: "clinc150, 8 domains", train, in_scope, out_of_scope }
}

/// Each so many-th row, and the others.
pub(crate) fn every(step: usize, rows: Vec<Row>) -> (Vec<Row>, Vec<Row>) {
    let (chosen, others): (Vec<_>, Vec<_>) = rows.into_iter().enumerate().partition(|(at, _)| at % step == 0);
    let rows = |numbered: Vec<(usize, Row)>| numbered.into_iter().map(|(_, row)| row).collect();
    (rows(chosen), rows(others))
}

fn read(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    reader
        .records()
        .map(|record| record.expect("a row of CSV"))
        .map(|record| (record[0].to_owned(), record[1].to_owned()))
        .collect()
}

pub(crate) fn examples(rows: &[Row]) -> Vec<Example<'_>> {
    rows.iter().map(|(text, label)| Example::new(text, label)).collect()
}

pub(crate) fn labels(rows: &[Row]) -> BTreeSet<&str> {
    rows.iter().map(|(_, label)| label.as_str()).collect()
}

pub(crate) fn learn(rows: &[Row], seed: u64) -> Artifact {
    train(&examples(rows), seed, &mut |_| ControlFlow::Continue(())).expect("a model can be made")
}

pub(crate) fn load(artifact: &Artifact) -> Model {
    Model::from_artifact(artifact, "v1", None).expect("the model loads")
}

/// All in another order, the same for the same seed (Fisher and Yates).
pub(crate) fn shuffled<T: Clone>(all: &[T], seed: u64) -> Vec<T> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut all = all.to_vec();
    for at in (1..all.len()).rev() {
        all.swap(at, (rng.next_u64() % (at as u64 + 1)) as usize);
    }
    all
}
