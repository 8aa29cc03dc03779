//! When drift is heard, and how often it is heard without any. Windows, steps, reference and alarms are those of the service.

use std::{collections::BTreeMap, sync::Arc};

use classifier::{Encoder, Model};
use statistics::drift::{Alarm, Case, Reference, Signal};

use crate::{
    data::{Data, Row, every, learn, load, shuffled},
    table::Table,
};

/// A window is compared whenever this part of it is new.
const STEPS_PER_WINDOW: usize = 5;
/// One in so many tasks is labelled by people.
const LABELLED: usize = 5;
const SIGNALS: [(Signal, &str); 6] = [
    (Signal::Confidence, "confidence"),
    (Signal::Labels, "labels"),
    (Signal::OutOfScope, "out of scope"),
    (Signal::Features, "words"),
    (Signal::Vocabulary, "new words"),
    (Signal::Corrections, "corrections"),
];

pub(crate) fn measure(data: &Data, _: Option<&Arc<Encoder>>) -> Vec<Table> {
    let (reference, window, streams) = if data.is_public { (1_000, 500, 20) } else { (120, 60, 3) };
    // Half of the questions are learned from, so that there are enough fresh ones.
    let (learned, mut fresh) = every(2, data.train.clone());
    fresh.extend_from_slice(&data.test);
    let model = load(&learn(&learned, 1));
    let (fresh, elsewhere) = (cases(&model, &fresh), cases(&model, &data.elsewhere));

    let mut heard: BTreeMap<&str, Heard> = BTreeMap::new();
    let mut compared = 0;
    for seed in 1..=streams {
        let (fresh, elsewhere) = (shuffled(&fresh, seed), shuffled(&elsewhere, seed));
        let (before, unchanged) = fresh.split_at(reference);
        let reference = Reference::new(before.to_vec(), window, seed).expect("enough cases for a reference");
        // The last window of what is unchanged comes before each shift.
        let (unchanged, last) = unchanged.split_at(unchanged.len() - 4 * window);
        let (last, more) = last.split_at(window);
        compared += (unchanged.len() - window) / (window / STEPS_PER_WINDOW) + 1;
        let shifts = [1.0, 0.5, 0.18].map(|share| [last.to_vec(), mixed(more, &elsewhere, share, 3 * window)].concat());
        for (signal, name) in SIGNALS {
            let heard = heard.entry(name).or_default();
            let calm = first_alarm(&reference, unchanged, window, signal);
            heard.false_alarms += calm.alarms;
            heard.streams += usize::from(calm.alarms > 0);
            heard.windows_above += calm.above;
            for (shift, after) in shifts.iter().zip(&mut heard.after) {
                after.extend(first_alarm(&reference, shift, window, signal).first);
            }
        }
    }
    let columns =
        &["signal", "false_alarms", "windows_above", "all_elsewhere", "half_elsewhere", "18_percent_elsewhere"];
    let title = format!(
        "{streams} streams, {compared} windows of {window} from the same source beside {reference}; alarms, or tasks until one (median), and how many streams had any"
    );
    let mut table = Table::new(title, columns);
    for (_, name) in SIGNALS {
        let heard = &heard[name];
        let [all, half, part] = heard.after.clone().map(|mut tasks| {
            tasks.sort_unstable();
            let median = tasks.get(tasks.len() / 2).map_or_else(|| "-".to_owned(), ToString::to_string);
            format!("{median} ({} of {streams})", tasks.len()).into()
        });
        table.add([
            name.into(),
            format!("{} ({} of {streams})", heard.false_alarms, heard.streams).into(),
            heard.windows_above.into(),
            all,
            half,
            part,
        ]);
    }
    vec![table]
}

/// What a signal said over all streams.
#[derive(Default)]
struct Heard {
    /// Alarms without any reason, and in how many streams.
    false_alarms: usize,
    streams: usize,
    windows_above: usize,
    /// Tasks since each of the shifts.
    after: [Vec<usize>; 3],
}

struct Watched {
    alarms: usize,
    above: usize,
    /// Tasks after the first window until the alarm.
    first: Option<usize>,
}

/// Watches a stream as the service does: a window each time a part of it is new.
fn first_alarm(reference: &Reference, stream: &[Case], window: usize, signal: Signal) -> Watched {
    let step = window / STEPS_PER_WINDOW;
    let mut watched = Watched { alarms: 0, above: 0, first: None };
    let mut alarm = Alarm::default();
    for (at, window) in stream.windows(window).step_by(step).enumerate() {
        let Some((distance, threshold)) = reference.compare(window, signal) else { continue };
        let before = alarm;
        alarm = alarm.next(distance, threshold);
        watched.above += usize::from(distance > threshold);
        if alarm.rings && !before.rings {
            watched.alarms += 1;
            watched.first.get_or_insert(at * step);
        }
    }
    watched
}

/// So many cases, of which a share comes from elsewhere, evenly spread.
fn mixed(home: &[Case], elsewhere: &[Case], share: f64, count: usize) -> Vec<Case> {
    let (mut home, mut elsewhere) = (home.iter().cycle(), elsewhere.iter().cycle());
    let is_due = |at: usize| ((at + 1) as f64 * share).floor() > (at as f64 * share).floor();
    (0..count).filter_map(|at| if is_due(at) { elsewhere.next() } else { home.next() }.cloned()).collect()
}

/// The answers as the service compares them. It is above this crate, so its few lines stand here again.
fn cases(model: &Model, rows: &[Row]) -> Vec<Case> {
    let texts: Vec<&str> = rows.iter().map(|(text, _)| text.as_str()).collect();
    let answers = model.classify(&texts).expect("answers").into_iter().zip(rows).enumerate();
    answers
        .map(|(at, (answer, (text, truth)))| Case {
            confidence: answer.confidence,
            #[expect(clippy::cast_possible_truncation, reason = "any 32 bits of the hash will do")]
            label: hash(&answer.label) as u32,
            out_of_scope: answer.out_of_scope >= 0.5,
            words: text
                .split(|letter: char| !letter.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(|word| hash(&word.to_lowercase()))
                .collect(),
            wrong: (at % LABELLED == 0).then(|| answer.label != *truth),
        })
        .collect()
}

/// FNV-1a (Fowler, Noll and Vo 1991) of 64 bits.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
