use classifier::featurizer::{BUCKETS, Featurizer, MAX_FEATURES, MAX_TEXT_BYTES};
use proptest::prelude::*;

fn extract(text: &str) -> Vec<(u16, f32)> {
    let mut featurizer = Featurizer::new();
    let features = featurizer.extract(text);
    features.ids.iter().copied().zip(features.tf.iter().copied()).collect()
}

/// The n-grams of a text by the plain reading of the definition, hashed one by one; slow, but easy to check.
fn by_definition(normalised: &str) -> Vec<u16> {
    let hash = |domain: u8, gram: &str| {
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        for byte in std::iter::once(domain).chain(gram.bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        ((hash ^ (hash >> 33)) >> 48) as u16
    };
    let mut ids = Vec::new();
    for piece in normalised.split_whitespace() {
        let padded: Vec<char> = format!(" {piece} ").chars().collect();
        for size in 3..=5 {
            ids.extend(padded.windows(size).map(|gram| hash(b'c', &gram.iter().collect::<String>())));
        }
    }
    let words: Vec<&str> =
        normalised.split(|one: char| !(one.is_alphanumeric() || one == '_')).filter(|word| !word.is_empty()).collect();
    for end in ["", "\0"] {
        ids.extend(words.iter().map(|word| hash(b'w', &format!("{word}{end}"))));
        ids.extend(words.windows(2).map(|pair| hash(b'w', &format!("{}{end}", pair.join(" ")))));
    }
    ids
}

fn counted(ids: &[u16]) -> Vec<(u16, f32)> {
    let mut counts = std::collections::BTreeMap::new();
    for &id in ids {
        *counts.entry(id).or_insert(0u16) += 1;
    }
    counts.into_iter().map(|(id, count)| (id, 1.0 + f32::from(count).ln())).collect()
}

#[test]
fn golden_ids_of_a_short_text() {
    let ids: Vec<u16> = extract("Hi, hi!").into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, GOLDEN_HI);
}

const GOLDEN_HI: &[u16] =
    &[2144, 4858, 5178, 11976, 26047, 28427, 32049, 34119, 37791, 41927, 49410, 51363, 57508, 58047, 62795];

#[test]
fn golden_ids_of_a_text_beyond_ascii() {
    let ids: Vec<u16> = extract("Ｃafé ﬁx").into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, GOLDEN_CAFE);
    assert_eq!(extract("Ｃafé ﬁx"), extract("CAFE\u{301} fix"));
}

const GOLDEN_CAFE: &[u16] = &[
    754, 2107, 3338, 14764, 15054, 19667, 26686, 33674, 34628, 35290, 36673, 40170, 40328, 41070, 41895, 47811, 49161,
    51803, 57971, 62731, 64068,
];

#[test]
fn features_are_those_of_the_definition() {
    for text in ["a", "don't panic, it's only a test_case", "straße 12 — über alles", "日本語 のテキスト", "a a a a b"]
    {
        assert_eq!(extract(text), counted(&by_definition(text)), "{text}");
    }
}

#[test]
fn a_text_without_words_has_no_features() {
    assert!(extract("").is_empty());
    assert!(extract(" \n\t\u{3000}").is_empty());
}

#[test]
fn a_text_is_read_up_to_its_limit() {
    let mut text = "word ".repeat(MAX_TEXT_BYTES / 5 + 1);
    let cut = extract(&text);
    text.push_str(" something else entirely");
    assert_eq!(extract(&text), cut);
}

#[test]
fn distinct_features_are_bounded() {
    let text: String = (0..40_000u32).map(|at| format!("{:x} ", at.wrapping_mul(2_654_435_761))).collect();
    assert_eq!(extract(&text).len(), MAX_FEATURES);
    // One sign of 3 bytes becomes 18 under NFKC.
    assert!(extract(&"\u{fdfa}".repeat(30_000)).len() <= MAX_FEATURES);
}

#[test]
fn a_featurizer_forgets_the_text_before() {
    let mut featurizer = Featurizer::new();
    featurizer.extract("something long that fills the counts");
    let ids = featurizer.extract("short").ids.to_vec();
    assert_eq!(ids, Featurizer::new().extract("short").ids);
}

proptest! {
    #[test]
    fn any_text_gives_ascending_ids_and_finite_weights(text in "\\PC{0,300}|(?s).{0,300}") {
        let features = extract(&text);
        prop_assert!(features.is_sorted_by(|left, right| left.0 < right.0));
        prop_assert!(features.iter().all(|(id, tf)| usize::from(*id) < BUCKETS && tf.is_finite() && *tf >= 1.0));
    }

    #[test]
    fn ascii_text_follows_the_definition(text in "[ -~\n\t]{0,200}") {
        prop_assert_eq!(extract(&text), counted(&by_definition(&text.to_ascii_lowercase())));
    }
}
