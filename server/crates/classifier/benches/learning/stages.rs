//! What each stage costs, beside ONNX Runtime alone. All stages take turns, so that a neighbour disturbs them alike.

use std::{
    ops::ControlFlow,
    sync::Arc,
    time::{Duration, Instant},
};

use classifier::{Encoder, EncoderSettings, Model, train_cascade};

use crate::{
    data::{Data, examples, labels, learn, load, shuffled},
    table::{Table, rounded},
};

const TEXTS: usize = 512;
const ROUNDS: usize = 5;
const BATCH: usize = 64;

/// What a stage is compared with.
const ONNX_RUNTIME: &str = "ONNX Runtime alone, linear graph";
const ENCODER_ALONE: &str = "encoder alone, its tokens and its graph";

/// How long a stage takes for the texts of a call.
type Call<'a> = Box<dyn Fn(&[&str]) -> Duration + 'a>;

struct Stage<'a> {
    name: &'static str,
    compared_with: &'static str,
    calls: &'a [&'a [&'a str]],
    call: Call<'a>,
}

pub(crate) fn measure(data: &Data, encoder: Option<&Arc<Encoder>>) -> Vec<Table> {
    let tiny = encoder.is_none().then(|| tiny_encoder(data));
    let encoder = encoder.or(tiny.as_ref()).expect("one of the two");
    let linear = load(&learn(&data.train, 1));
    let artifact = train_cascade(&examples(&data.train), Some(encoder), 1, &mut |_| ControlFlow::Continue(()));
    let cascade = Model::from_artifact(&artifact.expect("a cascade"), "v1", Some(encoder)).expect("the cascade loads");
    let rows = shuffled(&data.test, 1);
    let texts: Vec<&str> = rows.iter().take(TEXTS).map(|(text, _)| text.as_str()).collect();
    let asked = texts.iter().filter(|text| cascade.classify(&[text]).expect("an answer")[0].stages.len() > 1).count();
    let title = format!(
        "{} questions, {} labels, the best of {ROUNDS} rounds; {}; the cascade asks it for {:.0} % of them",
        texts.len(),
        labels(&data.train).len(),
        if tiny.is_some() { "a tiny encoder, which looks words up in a table" } else { "the given encoder" },
        100.0 * asked as f64 / texts.len() as f64
    );
    let (single, batches): (Vec<&[&str]>, Vec<&[&str]>) = (texts.chunks(1).collect(), texts.chunks(BATCH).collect());
    vec![compare(title, &stages(&linear, encoder, &cascade, &single, &batches))]
}

fn stages<'a>(
    linear: &'a Model,
    encoder: &'a Encoder,
    cascade: &'a Model,
    single: &'a [&'a [&'a str]],
    batches: &'a [&'a [&'a str]],
) -> [Stage<'a>; 6] {
    let classify = |model: &Model, texts: &[&str]| drop(model.classify(texts).expect("answers"));
    let run_again = move |texts: &[&str]| {
        classify(linear, texts);
        timed(|| linear.run_again().expect("an answer"))
    };
    let by_linear = move |texts: &[&str]| timed(|| classify(linear, texts));
    let embed = move |texts: &[&str]| timed(|| encoder.try_out(texts[0]).expect("a vector"));
    let by_head = move |texts: &[&str]| timed(|| drop(cascade.classify_by_head(texts).expect("answers")));
    let by_cascade = move |texts: &[&str]| timed(|| classify(cascade, texts));
    let stage = |name, compared_with, call| Stage { name, compared_with, calls: single, call };
    [
        stage(ONNX_RUNTIME, ONNX_RUNTIME, Box::new(run_again)),
        stage("linear, one at a time", ONNX_RUNTIME, Box::new(by_linear)),
        Stage { calls: batches, ..stage("linear, batches of 64", ONNX_RUNTIME, Box::new(by_linear)) },
        stage(ENCODER_ALONE, ENCODER_ALONE, Box::new(embed)),
        stage("head on the encoder", ENCODER_ALONE, Box::new(by_head)),
        stage("cascade", ENCODER_ALONE, Box::new(by_cascade)),
    ]
}

fn compare(title: String, stages: &[Stage<'_>]) -> Table {
    let mut best: Vec<Option<Vec<Duration>>> = vec![None; stages.len()];
    for _ in 0..ROUNDS {
        for (stage, best) in stages.iter().zip(&mut best) {
            let times: Vec<Duration> = stage.calls.iter().map(|texts| (stage.call)(texts)).collect();
            let is_faster = |best: &Vec<Duration>| total(&times) < total(best);
            if best.as_ref().is_none_or(is_faster) {
                *best = Some(times);
            }
        }
    }
    let best: Vec<Vec<Duration>> = best.into_iter().flatten().collect();
    let rate = |at: usize| {
        let texts: usize = stages[at].calls.iter().map(|texts| texts.len()).sum();
        texts as f64 / total(&best[at]).as_secs_f64()
    };
    let columns = &["stage", "texts_per_second", "call_p50_us", "call_p99_us", "compared_with", "ratio"];
    let mut table = Table::new(title, columns);
    for (at, stage) in stages.iter().enumerate() {
        let is_other = |other: &Stage<'_>| other.name == stage.compared_with;
        let other = stages.iter().position(is_other).expect("it is measured as well");
        let mut sorted = best[at].clone();
        sorted.sort_unstable();
        let micros = |percent: usize| {
            let place = (sorted.len() * percent / 100).min(sorted.len() - 1);
            rounded(sorted[place].as_secs_f64() * 1e6, 1)
        };
        let ratio = rounded(rate(at) / rate(other), 3);
        let (name, compared_with) = (stage.name.into(), stage.compared_with.into());
        table.add([name, rounded(rate(at), 0), micros(50), micros(99), compared_with, ratio]);
    }
    table
}

fn total(times: &[Duration]) -> Duration {
    times.iter().sum()
}

fn timed(call: impl FnOnce()) -> Duration {
    let started = Instant::now();
    call();
    started.elapsed()
}

/// An encoder that knows the names of the labels, a word for a meaning.
fn tiny_encoder(data: &Data) -> Arc<Encoder> {
    let labels = labels(&data.train);
    let groups: Vec<Vec<&str>> = labels.iter().map(|label| label.split('_').collect()).collect();
    let groups: Vec<&[&str]> = groups.iter().map(Vec::as_slice).collect();
    let directory = tempfile::tempdir().expect("a temporary directory");
    encoder_testkit::write(directory.path(), &groups).expect("files can be written");
    Arc::new(Encoder::load(directory.path(), EncoderSettings::default()).expect("the tiny encoder loads"))
}
