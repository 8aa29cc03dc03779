//! Trains on banking77, measures on its test split and prints the numbers that the classifier promises.
//!
//! `cargo run -p classifier --example measure [DATA_DIRECTORY [LIBONNXRUNTIME [ENCODER_DIRECTORY]]]`; the
//! first holds `banking77/` and `clinc150/`. With an encoder, only what it adds is measured.
#![expect(clippy::print_stdout, reason = "the numbers are what this program is for")]

use std::{
    collections::BTreeMap,
    error::Error,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use classifier::{
    Artifact, Encoder, EncoderSettings, Example, Model, evaluate, featurizer::Featurizer, init_runtime, train,
    train_cascade,
};

type Row = (String, String);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let data = arguments.next().unwrap_or_else(|| root.join("../shared/data"));
    init_runtime(&arguments.next().unwrap_or_else(|| root.join("target/onnxruntime/libonnxruntime.so")))?;

    let (training, test) = (read(&data.join("banking77/train.csv"))?, read(&data.join("banking77/test.csv"))?);
    if let Some(encoder) = arguments.next() {
        println!("banking77");
        cold_start(&encoder, &training, &test)?;
        cascade(&encoder, &training, &test, &[])?;
        println!("clinc150");
        cold_start(&encoder, &read(&data.join("clinc150/train.csv"))?, &read(&data.join("clinc150/validation.csv"))?)?;
        let foreign = read(&data.join("clinc150/out_of_scope_validation.csv"))?;
        let validation = read(&data.join("clinc150/validation.csv"))?;
        return cascade(&encoder, &read(&data.join("clinc150/train.csv"))?, &validation, &foreign);
    }
    let foreign = read(&data.join("clinc150/out_of_scope_validation.csv"))?;
    let foreign: Vec<&str> = foreign.iter().map(|(text, _)| text.as_str()).collect();
    let started = Instant::now();
    let artifact = train(&examples(&training), 7, &mut |_| ControlFlow::Continue(()))?;
    println!("train_seconds        {:.2}", started.elapsed().as_secs_f64());
    println!("model_bytes          {}", artifact.graph().len());
    println!("temperature          {:.4}", artifact.card().temperature);
    println!("out_of_fold          {:?}", artifact.card().facts.out_of_fold);
    let model = Model::from_artifact(&artifact, "v1", None)?;
    let evaluation = evaluate(&model, &examples(&test), &foreign)?;
    println!("{evaluation:#?}");
    short_lists(&model, &test)?;
    seeds(&training, &test)?;
    speed(&model, &test)?;
    out_of_scope(&data)?;
    small(&training, &test)
}

/// What a workspace has on its first days: a few examples of each label, the first of the file.
fn cold_start(encoder: &Path, training: &[Row], test: &[Row]) -> Result<(), Box<dyn Error>> {
    for shots in [5, 10, 20] {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let few: Vec<Row> = training
            .iter()
            .filter(|(_, label)| {
                let count = seen.entry(label).or_default();
                *count += 1;
                *count <= shots
            })
            .cloned()
            .collect();
        let encoder = Arc::new(Encoder::load(encoder, EncoderSettings::default())?);
        let accuracy = |artifact: &Artifact| -> Result<f64, Box<dyn Error>> {
            let model = Model::from_artifact(artifact, "v1", Some(&encoder))?;
            Ok(evaluate(&model, &examples(test), &[])?.accuracy)
        };
        let linear = accuracy(&train(&examples(&few), 1, &mut |_| ControlFlow::Continue(()))?)?;
        let cascade = train_cascade(&examples(&few), Some(&encoder), 1, &mut |_| ControlFlow::Continue(()))?;
        let weight = cascade.card().cascade.as_ref().map(|cascade| cascade.head_weight);
        println!(
            "{shots:>2} of each label     linear {linear:.4}, cascade {:.4}, weight {weight:?}",
            accuracy(&cascade)?
        );
    }
    Ok(())
}

/// The linear model, the encoder's head, their blend, and cascades that ask the encoder below some confidences.
fn cascade(encoder: &Path, training: &[Row], test: &[Row], foreign: &[Row]) -> Result<(), Box<dyn Error>> {
    let foreign: Vec<&str> = foreign.iter().map(|(text, _)| text.as_str()).collect();
    for ask_below in [1.01, 0.99, 0.95, 0.9, 0.7, 0.0] {
        let settings = EncoderSettings { ask_below, ..EncoderSettings::default() };
        let encoder = Arc::new(Encoder::load(encoder, settings)?);
        let started = Instant::now();
        let artifact = train_cascade(&examples(training), Some(&encoder), 1, &mut |_| ControlFlow::Continue(()))?;
        let trained = started.elapsed();
        let model = Model::from_artifact(&artifact, "v1", Some(&encoder))?;
        let evaluation = evaluate(&model, &examples(test), &foreign)?;
        short_lists(&model, test)?;
        let mut asked = 0;
        let started = Instant::now();
        for (text, _) in test {
            asked += usize::from(model.classify(&[text])?[0].stages.len() > 1);
        }
        println!(
            "ask below {ask_below:<5} {:.1} % asked, {:.2} ms each, accuracy {:.4}, ece {:.4}, coverage at 98 % {:.4}, auroc {:?}",
            100.0 * asked as f64 / test.len() as f64,
            1_000.0 * started.elapsed().as_secs_f64() / test.len() as f64,
            evaluation.accuracy,
            evaluation.ece,
            evaluation.coverage_at_precision.get("0.98").copied().unwrap_or_default(),
            evaluation.out_of_scope_auroc,
        );
        if ask_below > 1.0 {
            let texts: Vec<&str> = test.iter().map(|(text, _)| text.as_str()).collect();
            let said = model.classify_by_head(&texts)?.unwrap_or_default();
            let right = said.iter().zip(test).filter(|(said, (_, truth))| said.label == *truth).count();
            println!(
                "head alone {:.4}; trained in {trained:?}; {:?}",
                right as f64 / test.len() as f64,
                artifact.card().cascade
            );
        }
    }
    Ok(())
}

/// How many labels stand on the short lists, and how often the right one does.
fn short_lists(model: &Model, test: &[Row]) -> Result<(), Box<dyn Error>> {
    let texts: Vec<&str> = test.iter().map(|(text, _)| text.as_str()).collect();
    let answers = model.classify(&texts)?;
    let lists: Vec<_> = answers.iter().zip(test).filter(|(answer, _)| answer.short_list.is_some()).collect();
    let held = lists.iter().filter(|(answer, (_, truth))| answer.short_list().iter().any(|one| one.label == *truth));
    let labels: usize = lists.iter().map(|(answer, _)| answer.short_list().len()).sum();
    println!(
        "short lists          {:.3} have one, {:.4} of these hold, {:.2} labels on average",
        lists.len() as f64 / test.len() as f64,
        held.count() as f64 / lists.len() as f64,
        labels as f64 / lists.len() as f64
    );
    Ok(())
}

/// How much is luck: the same training with other seeds.
fn seeds(training: &[Row], test: &[Row]) -> Result<(), Box<dyn Error>> {
    for seed in 1..=6 {
        let artifact = train(&examples(training), seed, &mut |_| ControlFlow::Continue(()))?;
        let evaluation = evaluate(&Model::from_artifact(&artifact, "v1", None)?, &examples(test), &[])?;
        let coverage = evaluation.coverage_at_precision.get("0.98").copied().unwrap_or_default();
        println!(
            "seed {seed}               accuracy {:.4}, ece {:.4}, coverage at 98 % {coverage:.4}",
            evaluation.accuracy, evaluation.ece
        );
    }
    Ok(())
}

/// The median of single classifications, and of featurising alone.
fn speed(model: &Model, test: &[Row]) -> Result<(), Box<dyn Error>> {
    let (mut whole, mut features) = (Vec::new(), Vec::new());
    let mut featurizer = Featurizer::new();
    for (text, _) in test {
        let started = Instant::now();
        model.classify(&[text])?;
        whole.push(started.elapsed());
        let started = Instant::now();
        std::hint::black_box(featurizer.extract(text));
        features.push(started.elapsed());
    }
    whole.sort();
    features.sort();
    println!("single_median        {:?}, of which features {:?}", whole[whole.len() / 2], features[features.len() / 2]);
    println!("single_p99           {:?}", whole[whole.len() * 99 / 100]);
    for size in [1, 16, 64, 256] {
        let started = Instant::now();
        for batch in test.chunks(size) {
            let texts: Vec<&str> = batch.iter().map(|(text, _)| text.as_str()).collect();
            model.classify(&texts)?;
        }
        println!("batch {size:>3}            {:.0} texts/s", test.len() as f64 / started.elapsed().as_secs_f64());
    }
    Ok(())
}

/// The same on CLINC150, whose out-of-scope texts are near the model's own.
fn out_of_scope(data: &Path) -> Result<(), Box<dyn Error>> {
    let (training, test) = (read(&data.join("clinc150/train.csv"))?, read(&data.join("clinc150/validation.csv"))?);
    let foreign = read(&data.join("clinc150/out_of_scope_validation.csv"))?;
    let foreign: Vec<&str> = foreign.iter().map(|(text, _)| text.as_str()).collect();
    let artifact = train(&examples(&training), 7, &mut |_| ControlFlow::Continue(()))?;
    let evaluation = evaluate(&Model::from_artifact(&artifact, "v1", None)?, &examples(&test), &foreign)?;
    println!("clinc150             {evaluation:?}");
    let strangers = read(&data.join("clinc150/out_of_scope_train.csv"))?;
    let strangers = strangers.iter().map(|(text, _)| Example::new(text, domain::label::NONE_OF_THESE));
    for count in [25, 100] {
        let training: Vec<Example<'_>> = examples(&training).into_iter().chain(strangers.clone().take(count)).collect();
        let artifact = train(&training, 7, &mut |_| ControlFlow::Continue(()))?;
        let evaluation = evaluate(&Model::from_artifact(&artifact, "v1", None)?, &examples(&test), &foreign)?;
        println!("with {count:>3} out of scope {evaluation:?}");
    }
    Ok(())
}

/// A twelfth of the data: what a young label store gives.
fn small(training: &[Row], test: &[Row]) -> Result<(), Box<dyn Error>> {
    let part: Vec<Row> = training.iter().step_by(12).cloned().collect();
    let started = Instant::now();
    let artifact: Artifact = train(&examples(&part), 7, &mut |_| ControlFlow::Continue(()))?;
    let seconds = started.elapsed().as_secs_f64();
    let evaluation = evaluate(&Model::from_artifact(&artifact, "v1", None)?, &examples(test), &[])?;
    println!(
        "{} examples         {seconds:.2} s, accuracy {:.4}, ece {:.4}",
        part.len(),
        evaluation.accuracy,
        evaluation.ece
    );
    Ok(())
}

fn read(path: &Path) -> Result<Vec<Row>, Box<dyn Error>> {
    Ok(csv::Reader::from_path(path)?.deserialize().collect::<Result<_, _>>()?)
}

fn examples(rows: &[Row]) -> Vec<Example<'_>> {
    rows.iter().map(|(text, label)| Example::new(text, label)).collect()
}
