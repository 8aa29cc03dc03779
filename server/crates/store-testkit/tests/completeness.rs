//! The suite must leave nothing out: neither a method of the ports nor a behaviour that was written.
#![expect(clippy::unwrap_used, reason = "a failure here is to stop the test")]

use std::{fs, path::Path};

/// Every source file of the suite but the fixtures, as one text.
fn sources() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap()))
        .collect()
}

/// The names that follow a prefix, each up to the bracket of its parameters.
fn names_after<'a>(source: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    source.lines().filter_map(move |line| line.trim_start().strip_prefix(prefix)?.split_once('(').map(|(name, _)| name))
}

#[test]
fn every_method_of_the_ports_is_called() {
    let ports =
        [include_str!("../../service/src/ports/store.rs"), include_str!("../../service/src/ports/store/teamwork.rs")]
            .concat();
    let sources = sources();
    let methods: Vec<&str> = names_after(&ports, "async fn ").collect();
    assert!(methods.len() > 60, "the ports were not read: {methods:?}");
    for method in methods {
        let call = format!(".{method}(");
        assert!(sources.iter().any(|(_, text)| text.contains(&call)), "no behaviour calls `{method}`");
    }
}

#[test]
fn every_behaviour_becomes_a_test() {
    let sources = sources();
    let listed = &sources.iter().find(|(stem, _)| stem == "lib").unwrap().1;
    for (stem, text) in sources.iter().filter(|(stem, _)| stem != "lib" && stem != "fixtures") {
        for behaviour in names_after(text, "pub async fn ") {
            assert!(listed.contains(&format!("{behaviour},")), "`{stem}::{behaviour}` is not listed");
        }
    }
}
