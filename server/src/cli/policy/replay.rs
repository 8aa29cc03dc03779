//! Trying a document on a file of decisions, without a workspace.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
    time::{Duration, Instant},
};

use domain::simulation::{HistoryCase, SimulationReport};
use policy::CompiledPolicy;
use service::Settings;
use simulation::{Setting, Simulator};

use super::{Failure, failed, finding, read_document};

/// Decisions that are made again at a time.
const CHUNK: usize = 2_000;
/// Longest line, in bytes: a task's text and attributes fit several times over.
const MAX_LINE_BYTES: u64 = 4 << 20;

/// Makes the first decisions of a file again. What work costs and where triage is, the settings say.
pub(super) fn simulate(
    document: &Path,
    history: &Path,
    most: u32,
    settings: &Settings,
) -> Result<SimulationReport, Failure> {
    let policy =
        CompiledPolicy::compile(read_document(document)?).map_err(|problems| finding::illegal(document, &problems))?;
    let setting = Setting { queues: &[], prices: settings.prices, triage_queue: &settings.triage_queue };
    let mut simulator = Simulator::new(&policy, None, setting);
    let mut lines = Lines::open(history)?;
    let (mut took, mut left) = (Duration::ZERO, most as usize);
    loop {
        let cases = lines.read(left.min(CHUNK))?;
        if cases.is_empty() {
            break;
        }
        left -= cases.len();
        let started = Instant::now();
        simulator.add(&cases);
        took += started.elapsed();
    }
    let mut report = simulator.finish(&[], |_| true).expect("nothing tells it to stop");
    report.took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    if report.decisions > 0 {
        let limit = "The decisions come from a file: the guardrails, the queues' own times and the people at work of a \
                     workspace are not known.";
        report.limits.insert(0, limit.to_owned());
    }
    Ok(report)
}

/// A file of decisions, one a line.
struct Lines<'a> {
    file: &'a Path,
    input: Box<dyn BufRead>,
    number: u64,
    seen: HashSet<domain::DecisionId>,
}

impl<'a> Lines<'a> {
    fn open(file: &'a Path) -> Result<Self, Failure> {
        let input: Box<dyn BufRead> = if file == Path::new("-") {
            Box::new(BufReader::new(io::stdin()))
        } else {
            Box::new(BufReader::new(File::open(file).map_err(|error| failed(file, &error))?))
        };
        Ok(Self { file, input, number: 0, seen: HashSet::new() })
    }

    /// The next decisions; fewer than asked for only at the end. Blank lines are passed over.
    fn read(&mut self, most: usize) -> Result<Vec<HistoryCase>, Failure> {
        let mut cases = Vec::with_capacity(most);
        let mut line = Vec::new();
        while cases.len() < most {
            line.clear();
            let read = self.input.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line);
            if read.map_err(|error| failed(self.file, &error))? == 0 {
                break;
            }
            self.number += 1;
            if line.len() as u64 == MAX_LINE_BYTES {
                return Err(self.bad(&format!("is longer than {} MiB", MAX_LINE_BYTES >> 20)));
            }
            if !line.trim_ascii().is_empty() {
                cases.push(self.parse(&line)?);
            }
        }
        Ok(cases)
    }

    fn parse(&mut self, line: &[u8]) -> Result<HistoryCase, Failure> {
        let case: HistoryCase = serde_json::from_slice(line).map_err(|error| {
            let text = error.to_string();
            let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
            self.bad(&format!("column {}: {message}", error.column()))
        })?;
        if !self.seen.insert(case.decision_id) {
            return Err(self.bad(&format!("the decision {} came before", case.decision_id)));
        }
        Ok(case)
    }

    fn bad(&self, message: &str) -> Failure {
        Failure::message(format!("{}:{}: {message}", self.file.display(), self.number))
    }
}
