//! Whether what comes in now is still like what came in before.
//!
//! A [`Reference`] is a sample of what was; a window is compared with it by several [`Signal`]s. How far apart two samples of
//! the very same source lie by chance is found by splitting the reference again and again (a permutation test, Fisher 1935):
//! a threshold is the largest distance that any split showed, but
//! never less than what matters to anybody.

use std::collections::{BTreeMap, HashMap, HashSet};

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

/// One case, made comparable.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Case {
    /// How sure the model was, 0 to 1.
    pub confidence: f32,
    /// What it said, by number.
    pub label: u32,
    /// Whether it thought that the text belongs to no label.
    pub out_of_scope: bool,
    /// The words of the text, by hash.
    pub words: Vec<u64>,
    /// Whether people said that the answer was wrong; nothing when nobody said anything.
    pub wrong: Option<bool>,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    /// How sure the model is: the population stability index over the tenths of the reference.
    Confidence,
    /// What it says: the Jensen-Shannon divergence of the label mix, in bits.
    Labels,
    /// The share that belongs to no label, above the reference's.
    OutOfScope,
    /// The words: the Jensen-Shannon divergence over 256 buckets of their hashes, in bits.
    Features,
    /// The share of words that the reference does not know.
    Vocabulary,
    /// The share of answers that people found wrong, above the reference's.
    Corrections,
}

impl Signal {
    /// Every signal.
    pub const ALL: [Self; 6] =
        [Self::Confidence, Self::Labels, Self::OutOfScope, Self::Features, Self::Vocabulary, Self::Corrections];

    /// The distance that matters to nobody, however sure it is: for the stability index the customary one (Siddiqi 2006).
    const fn least(self) -> f64 {
        match self {
            Self::Confidence => 0.1,
            Self::Labels | Self::Features => 0.01,
            Self::OutOfScope | Self::Vocabulary | Self::Corrections => 0.02,
        }
    }
}

/// Tenths of the reference's confidences.
const BINS: usize = 10;
const BUCKETS: u64 = 256;
/// Splits of the reference that thresholds are found from.
const SPLITS: usize = 400;
/// With fewer labelled cases on either side nothing is said of corrections.
const FEWEST_LABELLED: usize = 20;

/// What was, with how far apart two samples of it may lie by chance.
#[derive(Debug, Clone)]
pub struct Reference {
    edges: Vec<f32>,
    cases: Vec<Case>,
    summary: Summary,
    thresholds: HashMap<Signal, f64>,
}

impl Reference {
    /// A reference for windows of `window` cases. The same cases and seed give the same thresholds. Nothing when there are not
    /// at least twice as many cases as a window has.
    #[must_use]
    pub fn new(cases: Vec<Case>, window: usize, seed: u64) -> Option<Self> {
        if window == 0 || cases.len() < 2 * window {
            return None;
        }
        let mut sorted: Vec<f32> = cases.iter().map(|case| case.confidence).collect();
        sorted.sort_by(f32::total_cmp);
        let edges: Vec<f32> = (1..BINS).map(|at| sorted[at * sorted.len() / BINS]).collect();
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut order: Vec<usize> = (0..cases.len()).collect();
        let mut thresholds: HashMap<Signal, f64> = HashMap::new();
        for _ in 0..SPLITS {
            // The first places of a shuffled order are a window, the others what it is compared with.
            for at in 0..window {
                let other = at + (rng.next_u64() % (order.len() - at) as u64) as usize;
                order.swap(at, other);
            }
            let of = |places: &[usize]| Summary::of(places.iter().map(|&place| &cases[place]), &edges);
            let (inside, outside) = (of(&order[..window]), of(&order[window..]));
            for signal in Signal::ALL {
                if let Some(distance) = outside.distance(&inside, signal) {
                    let largest = thresholds.entry(signal).or_insert_with(|| signal.least());
                    *largest = largest.max(distance);
                }
            }
        }
        let summary = Summary::of(cases.iter(), &edges);
        Some(Self { edges, cases, summary, thresholds })
    }

    /// Cases that it was made of.
    #[must_use]
    pub const fn cases(&self) -> usize {
        self.cases.len()
    }

    /// How far a window is from it, and how far one may be by chance; nothing when there is too little to say.
    #[must_use]
    pub fn compare(&self, window: &[Case], signal: Signal) -> Option<(f64, f64)> {
        let window = Summary::of(window.iter(), &self.edges);
        Some((self.summary.distance(&window, signal)?, *self.thresholds.get(&signal)?))
    }
}

/// Counts of a sample.
#[derive(Debug, Clone, Default)]
struct Summary {
    cases: usize,
    confidences: Vec<f64>,
    labels: BTreeMap<u32, f64>,
    out_of_scope: usize,
    buckets: BTreeMap<u64, f64>,
    words: HashSet<u64>,
    wrong: usize,
    labelled: usize,
    all_words: Vec<u64>,
}

impl Summary {
    fn of<'a>(cases: impl Iterator<Item = &'a Case>, edges: &[f32]) -> Self {
        let mut summary = Self { confidences: vec![0.0; BINS], ..Self::default() };
        for case in cases {
            summary.cases += 1;
            summary.confidences[edges.partition_point(|edge| *edge <= case.confidence)] += 1.0;
            *summary.labels.entry(case.label).or_default() += 1.0;
            summary.out_of_scope += usize::from(case.out_of_scope);
            for &word in &case.words {
                *summary.buckets.entry(word % BUCKETS).or_default() += 1.0;
                summary.words.insert(word);
            }
            summary.all_words.extend(&case.words);
            summary.labelled += usize::from(case.wrong.is_some());
            summary.wrong += usize::from(case.wrong == Some(true));
        }
        summary
    }

    fn distance(&self, window: &Self, signal: Signal) -> Option<f64> {
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
        match signal {
            Signal::Confidence => Some(stability_index(&self.confidences, &window.confidences)),
            Signal::Labels => Some(jensen_shannon(&self.labels, &window.labels)),
            Signal::OutOfScope => {
                Some((share(window.out_of_scope, window.cases) - share(self.out_of_scope, self.cases)).max(0.0))
            }
            Signal::Features => Some(jensen_shannon(&self.buckets, &window.buckets)),
            Signal::Vocabulary => {
                let new = window.all_words.iter().filter(|word| !self.words.contains(word)).count();
                Some(share(new, window.all_words.len()))
            }
            Signal::Corrections => {
                let enough = self.labelled.min(window.labelled) >= FEWEST_LABELLED;
                let rise = share(window.wrong, window.labelled) - share(self.wrong, self.labelled);
                enough.then_some(rise.max(0.0))
            }
        }
    }
}

/// The population stability index (Siddiqi 2006) of two histograms of the same bins. Each bin counts as if it held half a percent
/// more, whatever the number of cases, so that an empty one is no infinity and two of different size are not apart for that.
fn stability_index(before: &[f64], now: &[f64]) -> f64 {
    let share = |counts: &[f64], at: usize| {
        let total: f64 = counts.iter().sum();
        (counts[at] / total.max(1.0) + 0.005) / (1.0 + 0.005 * counts.len() as f64)
    };
    let part = |at| {
        let (before, now) = (share(before, at), share(now, at));
        (now - before) * (now / before).ln()
    };
    (0..before.len()).map(part).sum()
}

/// The divergence of Jensen and Shannon (Lin 1991) of two histograms, in bits: 0 when they are the same, 1 when nothing is in
/// both.
fn jensen_shannon<K: Ord>(before: &BTreeMap<K, f64>, now: &BTreeMap<K, f64>) -> f64 {
    let (total_before, total_now): (f64, f64) = (before.values().sum(), now.values().sum());
    if total_before <= 0.0 || total_now <= 0.0 {
        return 0.0;
    }
    let part = |share: f64, other: f64| {
        let middle = f64::midpoint(share, other);
        if share > 0.0 { share * (share / middle).log2() } else { 0.0 }
    };
    let of_before =
        before.iter().map(|(key, count)| part(count / total_before, now.get(key).copied().unwrap_or(0.0) / total_now));
    let of_now =
        now.iter().map(|(key, count)| part(count / total_now, before.get(key).copied().unwrap_or(0.0) / total_before));
    (of_before.sum::<f64>() + of_now.sum::<f64>()) / 2.0
}

/// An alarm that neither rises nor ends by one odd window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Alarm {
    /// Whether it rings.
    pub rings: bool,
    /// Windows in a row that spoke against the present state.
    pub streak: u32,
}

/// Windows in a row that raise or end an alarm.
pub const STREAK: u32 = 3;
/// An alarm ends below this part of the threshold.
const CALM: f64 = 0.8;

impl Alarm {
    /// The alarm after another window.
    #[must_use]
    pub fn next(self, distance: f64, threshold: f64) -> Self {
        let speaks_against = if self.rings { distance < CALM * threshold } else { distance > threshold };
        match (speaks_against, self.streak + 1 >= STREAK) {
            (false, _) => Self { streak: 0, ..self },
            (true, false) => Self { streak: self.streak + 1, ..self },
            (true, true) => Self { rings: !self.rings, streak: 0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Source {
        rng: ChaCha8Rng,
        sure: f32,
        labels: u32,
        out_of_scope: u32,
        first_word: u64,
        wrong: u32,
    }

    impl Source {
        fn new(seed: u64) -> Self {
            let rng = ChaCha8Rng::seed_from_u64(seed);
            Self { rng, sure: 0.5, labels: 8, out_of_scope: 5, first_word: 0, wrong: 10 }
        }

        fn below(&mut self, most: u32) -> u32 {
            self.rng.next_u32() % most
        }

        fn draw(&mut self, cases: usize) -> Vec<Case> {
            (0..cases)
                .map(|_| {
                    let percent = self.below(100);
                    let confidence = self.sure + (1.0 - self.sure) * percent as f32 / 100.0;
                    let label = self.below(self.labels);
                    let out_of_scope = self.below(100) < self.out_of_scope;
                    let words = (0..12).map(|_| self.first_word + u64::from(self.below(400))).collect();
                    let wrong = Some(self.below(100) < self.wrong);
                    Case { confidence, label, out_of_scope, words, wrong }
                })
                .collect()
        }
    }

    fn alarms(reference: &Reference, mut source: Source, signal: Signal, windows: usize) -> bool {
        let mut alarm = Alarm::default();
        let mut rang = false;
        for _ in 0..windows {
            let (distance, threshold) = reference.compare(&source.draw(200), signal).unwrap();
            alarm = alarm.next(distance, threshold);
            rang |= alarm.rings;
        }
        rang
    }

    #[test]
    fn the_same_source_seldom_raises_an_alarm() {
        let mut rang = 0;
        for seed in 0..20 {
            let reference = Reference::new(Source::new(seed).draw(600), 200, seed).unwrap();
            for signal in Signal::ALL {
                rang += usize::from(alarms(&reference, Source::new(1_000 + seed), signal, 30));
            }
        }
        // 20 sources, 6 signals, 30 windows each.
        assert!(rang <= 2, "{rang} of 120 signals rang over 30 windows without any reason");
    }

    #[test]
    fn each_signal_hears_its_own_shift() {
        let reference = Reference::new(Source::new(1).draw(600), 200, 1).unwrap();
        let shifted = |signal| match signal {
            Signal::Confidence => Source { sure: 0.2, ..Source::new(2) },
            Signal::Labels => Source { labels: 4, ..Source::new(2) },
            Signal::OutOfScope => Source { out_of_scope: 40, ..Source::new(2) },
            Signal::Features | Signal::Vocabulary => Source { first_word: 300, ..Source::new(2) },
            Signal::Corrections => Source { wrong: 40, ..Source::new(2) },
        };
        for signal in Signal::ALL {
            assert!(alarms(&reference, shifted(signal), signal, 4), "{signal:?}");
        }
    }

    #[test]
    fn an_alarm_needs_several_windows_to_rise_and_to_end() {
        let step = |alarm: Alarm, distance| alarm.next(distance, 1.0);
        let up = step(step(Alarm::default(), 1.5), 1.5);
        assert!(!up.rings && !step(up, 0.9).rings, "two are not enough");
        let rings = step(up, 1.5);
        assert!(rings.rings);
        let nearly = step(step(rings, 0.7), 0.7);
        assert!(nearly.rings && step(step(nearly, 0.9), 0.7).rings, "0.9 is not calm");
        assert!(!step(nearly, 0.7).rings);
    }

    #[test]
    fn divergences_are_those_of_the_books() {
        let histogram = |counts: &[f64]| counts.iter().copied().enumerate().collect::<BTreeMap<_, _>>();
        assert!(jensen_shannon(&histogram(&[2.0, 2.0]), &histogram(&[5.0, 5.0])).abs() < 1e-12);
        let apart = jensen_shannon(&BTreeMap::from([(0, 1.0)]), &BTreeMap::from([(1, 3.0)]));
        assert!((apart - 1.0).abs() < 1e-12);
        // Shares of 0.25 and 0.75 against the reverse are ln 3 apart, a little less with what every bin gets more.
        let index = stability_index(&[250.0, 750.0], &[75.0, 25.0]);
        assert!((1.07..3.0_f64.ln()).contains(&index), "{index}");
        assert!(stability_index(&[80.0, 0.0], &[40.0, 0.0]).abs() < 1e-12);
        assert!(Reference::new(vec![Case::default(); 19], 10, 1).is_none());
    }
}
