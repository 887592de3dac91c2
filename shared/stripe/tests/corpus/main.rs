//! Replays the fuzzer's corpus. See `fuzz/Cargo.toml` for how to run the fuzzer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod laws;

use std::{fs, path::Path};

fn replay(target: &str, law: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let inputs: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(inputs.len() > 20, "only {} inputs", inputs.len());
    for input in inputs {
        law(&fs::read(input).unwrap());
    }
}

#[test]
fn header_corpus_satisfies_its_law() {
    replay("header", laws::header);
}

#[test]
fn event_corpus_satisfies_its_law() {
    replay("event", laws::event);
}
