//! What labels are worth by who chose their tasks: chance, or the model's doubt.
//!
//! Uncertainty sampling by the smallest margin (Scheffer, Decomain and Wrobel 2001; Settles 2009, section 3.1), as the page
//! of unsure answers offers tasks.

use std::{collections::BTreeMap, ops::ControlFlow, sync::Arc};

use classifier::{Encoder, Model, evaluate, train_cascade};

use crate::{
    data::{Data, Row, examples, shuffled},
    table::{Table, rounded},
};

/// Examples of each label to begin with, the first of the file.
const FIRST: usize = 5;

#[derive(Clone, Copy, PartialEq)]
enum Choice {
    Random,
    SmallestMargin,
}

pub(crate) fn measure(data: &Data, encoder: Option<&Arc<Encoder>>) -> Vec<Table> {
    let (step, steps, seeds) = if data.is_public { (250, 8, 3) } else { (50, 4, 1) };
    let mut tables = vec![curves(data, None, step, steps, seeds)];
    if encoder.is_some() {
        // Embedding takes minutes for each curve.
        tables.push(curves(data, encoder, step, steps, 1));
    }
    tables
}

/// Both curves, as means over the seeds.
fn curves(data: &Data, encoder: Option<&Arc<Encoder>>, step: usize, steps: usize, seeds: u64) -> Table {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let (start, pool): (Vec<&Row>, Vec<&Row>) = data.train.iter().partition(|row| {
        let (_, label): &Row = row;
        let count = counts.entry(label).or_default();
        *count += 1;
        *count <= FIRST
    });
    let [start, pool] = [start, pool].map(|rows| rows.into_iter().cloned().collect::<Vec<Row>>());
    let mean = |choice| {
        let mut sums = vec![0.0; steps + 1];
        for seed in 1..=seeds {
            let curve = curve(&start, &pool, &data.test, choice, encoder, (step, steps), seed);
            sums.iter_mut().zip(curve).for_each(|(sum, accuracy)| *sum += accuracy / seeds as f64);
        }
        sums
    };
    let stages = if encoder.is_some() { "linear model and encoder" } else { "linear model" };
    let mut table = Table::new(
        format!("accuracy on {} test questions, {stages}, mean of {seeds} seed(s)", data.test.len()),
        &["labels_given", "random", "smallest_margin", "gain"],
    );
    let curves = mean(Choice::Random).into_iter().zip(mean(Choice::SmallestMargin));
    for (at, (random, margin)) in curves.enumerate() {
        let given = start.len() + at * step;
        table.add([given.into(), rounded(random, 4), rounded(margin, 4), rounded(margin - random, 4)]);
    }
    table
}

/// The accuracy at the start and after each step.
fn curve(
    start: &[Row],
    pool: &[Row],
    test: &[Row],
    choice: Choice,
    encoder: Option<&Arc<Encoder>>,
    (step, steps): (usize, usize),
    seed: u64,
) -> Vec<f64> {
    let (mut known, mut rest) = (start.to_vec(), shuffled(pool, seed));
    (0..=steps)
        .map(|at| {
            let progress = &mut |_| ControlFlow::Continue(());
            let artifact = train_cascade(&examples(&known), encoder.map(Arc::as_ref), seed, progress).expect("a model");
            let model = Model::from_artifact(&artifact, "v1", encoder).expect("the model loads");
            if choice == Choice::SmallestMargin && at < steps {
                rest = by_margin(&model, rest.split_off(0));
            }
            known.extend(rest.drain(..step.min(rest.len())));
            evaluate(&model, &examples(test), &[]).expect("answers").accuracy
        })
        .collect()
}

/// The rows that the model is least decided on first.
fn by_margin(model: &Model, rows: Vec<Row>) -> Vec<Row> {
    let texts: Vec<&str> = rows.iter().map(|(text, _)| text.as_str()).collect();
    let margins: Vec<f32> =
        model.classify(&texts).expect("answers").iter().map(domain::Classification::margin).collect();
    let mut sorted: Vec<(f32, Row)> = margins.into_iter().zip(rows).collect();
    sorted.sort_by(|left, right| left.0.total_cmp(&right.0));
    sorted.into_iter().map(|(_, row)| row).collect()
}
