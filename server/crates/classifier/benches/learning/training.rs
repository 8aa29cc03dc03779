//! What training takes. Each size has a process of its own: the most memory that one has had never falls again.

use std::{process::Command, sync::Arc, time::Instant};

use classifier::Encoder;
use serde_json::{Value, json};

use crate::{
    data::{Data, Row, learn, shuffled},
    table::{Table, rounded},
};

/// Says to this program that it is one of these processes.
const ONCE: &str = "--train-once=";

pub(crate) fn measure(data: &Data, _: Option<&Arc<Encoder>>) -> Vec<Table> {
    let sizes: &[usize] = if data.is_public { &[1_000, 10_000, 100_000] } else { &[250, 1_000] };
    let columns = &["examples", "seconds", "cpu_seconds", "most_memory_mb", "before_training_mb"];
    let mut table = Table::new("the linear model alone, with calibration", columns);
    let program = std::env::current_exe().expect("this program has a path");
    for &size in sizes {
        let output = Command::new(&program).args([&format!("{ONCE}{size}"), "--bench"]).output().expect("it starts");
        let said: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        let [seconds, cpu, after, before] =
            ["seconds", "cpu_seconds", "after_mb", "before_mb"].map(|key| said[key].clone());
        table.add([size.into(), seconds, cpu, after, before]);
    }
    vec![table]
}

/// The size that this process is to learn from, when it is one of these.
pub(crate) fn asked_size(arguments: &[String]) -> Option<usize> {
    arguments.iter().find_map(|argument| argument.strip_prefix(ONCE)?.parse().ok())
}

/// Trains once. Beyond the questions that there are, one is followed by the words of another.
pub(crate) fn once(data: &Data, size: usize) -> Value {
    // The file stands in the order of its labels; any part of it is to have them all.
    let known = shuffled(&data.train, 1);
    let row = |at: usize| {
        let (round, at) = (at / known.len(), at % known.len());
        let (text, label) = &known[at];
        let other = &known[(at + 7_919 * round) % known.len()].0;
        (if round == 0 { text.clone() } else { format!("{text} {other}") }, label.clone())
    };
    let rows: Vec<Row> = (0..size).map(row).collect();
    let (before_mb, cpu_before) = (peak_mb(), cpu_seconds());
    let started = Instant::now();
    learn(&rows, 1);
    let seconds = rounded(started.elapsed().as_secs_f64(), 2);
    let cpu = rounded(cpu_seconds().unwrap_or_default() - cpu_before.unwrap_or_default(), 2);
    json!({ "seconds": seconds, "cpu_seconds": cpu, "before_mb": before_mb, "after_mb": peak_mb() })
}

/// Seconds that this thread has had a core: training has no other thread, and neighbours take none of them.
fn cpu_seconds() -> Option<f64> {
    let nanoseconds = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(nanoseconds.split(' ').next()?.parse::<f64>().ok()? / 1e9)
}

/// The most memory that this process has had, which Linux alone tells.
fn peak_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? / 1_024)
}
