//! The language of a text, by its short code.

use whatlang::Lang;

/// How much of a text is looked at, in bytes: more changes nothing but the cost.
const MAX_BYTES: usize = 1_000;

/// The codes of ISO 639-1 for the languages that the detector knows by those of ISO 639-3.
const SHORT: [(&str, &str); 70] = [
    ("afr", "af"),
    ("aka", "ak"),
    ("amh", "am"),
    ("ara", "ar"),
    ("aze", "az"),
    ("bel", "be"),
    ("ben", "bn"),
    ("bul", "bg"),
    ("cat", "ca"),
    ("ces", "cs"),
    ("cmn", "zh"),
    ("cym", "cy"),
    ("dan", "da"),
    ("deu", "de"),
    ("ell", "el"),
    ("eng", "en"),
    ("epo", "eo"),
    ("est", "et"),
    ("fin", "fi"),
    ("fra", "fr"),
    ("guj", "gu"),
    ("heb", "he"),
    ("hin", "hi"),
    ("hrv", "hr"),
    ("hun", "hu"),
    ("hye", "hy"),
    ("ind", "id"),
    ("ita", "it"),
    ("jav", "jv"),
    ("jpn", "ja"),
    ("kan", "kn"),
    ("kat", "ka"),
    ("khm", "km"),
    ("kor", "ko"),
    ("lat", "la"),
    ("lav", "lv"),
    ("lit", "lt"),
    ("mal", "ml"),
    ("mar", "mr"),
    ("mkd", "mk"),
    ("mya", "my"),
    ("nep", "ne"),
    ("nld", "nl"),
    ("nob", "nb"),
    ("ori", "or"),
    ("pan", "pa"),
    ("pes", "fa"),
    ("pol", "pl"),
    ("por", "pt"),
    ("ron", "ro"),
    ("rus", "ru"),
    ("sin", "si"),
    ("slk", "sk"),
    ("slv", "sl"),
    ("sna", "sn"),
    ("spa", "es"),
    ("srp", "sr"),
    ("swe", "sv"),
    ("tam", "ta"),
    ("tel", "te"),
    ("tgl", "tl"),
    ("tha", "th"),
    ("tuk", "tk"),
    ("tur", "tr"),
    ("ukr", "uk"),
    ("urd", "ur"),
    ("uzb", "uz"),
    ("vie", "vi"),
    ("yid", "yi"),
    ("zul", "zu"),
];

/// The language of a text as ISO 639-1 writes it, or 639-3 where that has no code; empty when it cannot be said reliably.
pub(crate) fn detect(text: &str) -> &'static str {
    let end = (0..=MAX_BYTES.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    let found = whatlang::detect(&text[..end]).filter(whatlang::Info::is_reliable);
    found.map_or("", |found| short(found.lang()))
}

fn short(language: Lang) -> &'static str {
    let code = language.code();
    SHORT.iter().find(|(long, _)| *long == code).map_or(code, |(_, short)| short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_by_their_short_codes() {
        for (text, language) in [
            ("I was charged twice for the same invoice and would like to have my money back, please.", "en"),
            ("Ich wurde zweimal für dieselbe Rechnung belastet und hätte gerne mein Geld zurück.", "de"),
            ("J'ai été débité deux fois pour la même facture et je voudrais être remboursé.", "fr"),
            ("同じ請求書で二回請求されました。返金をお願いします。", "ja"),
            ("", ""),
            ("17", ""),
        ] {
            assert_eq!(detect(text), language, "{text}");
        }
        assert!(detect(&"ä".repeat(5_000)).len() <= 3);
    }

    #[test]
    fn every_language_of_the_detector_has_a_short_code() {
        for language in Lang::all() {
            assert_eq!(short(*language).len(), 2, "{language}");
        }
    }
}
