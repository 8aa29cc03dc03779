//! What the learning machine reaches and what it costs: `make bench`, or `cargo bench -p classifier --bench learning --`
//! with the names of parts (`active`, `stages`, `promise`, `drift`, `training`).
//!
//! `DATA` is a folder with `banking77/` and `clinc150/`; without it the demo's examples show that everything works, and
//! are too few to conclude from. `ENCODER` is a folder with a sentence encoder; without it `stages` takes a tiny one and
//! `active` none. Tables are printed and written to `target/bench/learning.json`.

mod active;
mod data;
mod drift;
mod promise;
mod stages;
mod table;
mod training;

use std::{path::PathBuf, sync::Arc, time::Instant};

use classifier::{Encoder, EncoderSettings, init_runtime};
use serde_json::{Map, Value, json};

use crate::{data::Data, table::Table};

type Part = fn(&Data, Option<&Arc<Encoder>>) -> Vec<Table>;

const PARTS: [(&str, Part); 5] = [
    ("active", active::measure),
    ("stages", stages::measure),
    ("promise", promise::measure),
    ("drift", drift::measure),
    ("training", training::measure),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` and `cargo bench -- --list` call this binary too; they must not wait for it.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let data = setting("DATA").map_or_else(Data::demo, |folder| Data::public(&folder));
    if let Some(size) = training::asked_size(&arguments) {
        return say(&training::once(&data, size).to_string());
    }
    let target = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../target");
    init_runtime(&target.join("onnxruntime/libonnxruntime.so")).expect("ONNX Runtime loads");
    let encoder = setting("ENCODER")
        .map(|folder| Arc::new(Encoder::load(&folder, EncoderSettings::default()).expect("the encoder loads")));
    let named: Vec<&str> = arguments.iter().map(String::as_str).filter(|one| !one.starts_with("--")).collect();
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let mut report = Map::from_iter([
        ("machine".to_owned(), json!({ "cores": cores })),
        ("data".to_owned(), data.name.into()),
        ("encoder".to_owned(), encoder.is_some().into()),
    ]);
    for (name, measure) in PARTS {
        if !named.is_empty() && !named.contains(&name) {
            continue;
        }
        say(&format!("# {name}, on {}", data.name));
        let started = Instant::now();
        let tables = measure(&data, encoder.as_ref());
        tables.iter().for_each(|table| say(&table.to_string()));
        say(&format!("({:.0} s)\n", started.elapsed().as_secs_f64()));
        report.insert(name.to_owned(), tables.iter().map(Table::to_json).collect());
    }
    let directory = target.join("bench");
    std::fs::create_dir_all(&directory).expect("target/bench can be made");
    let text = serde_json::to_string_pretty(&Value::Object(report)).expect("numbers are JSON");
    std::fs::write(directory.join("learning.json"), text).expect("target/bench can be written");
    say("written to target/bench/learning.json");
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its numbers")]
fn say(text: &str) {
    println!("{text}");
}

#[expect(clippy::disallowed_methods, reason = "a benchmark has no configuration")]
fn setting(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}
