//! Fingerprints in digits and in words, as both implementations show them: `tests/vectors/fingerprints.json`, computed
//! anew here and in `web/test/fingerprint.test.ts`.
//!
//! `AMPARO_WRITE_VECTORS=1 cargo test --test fingerprints` writes the file anew, which is right only when the protocol
//! changes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::fs;
use std::path::Path;

use amparo::protocol::bytes::{Hash, hash};
use amparo::protocol::fingerprint::{Fingerprint, TypedFingerprint};
use serde_json::{Value, json};

/// Every word of the list once, the smallest and the largest number, and two hashes as they come.
fn fingerprints() -> Vec<Fingerprint> {
    let every_byte = (0..16).map(|part| {
        let mut bytes = [0xa5; 32];
        bytes.iter_mut().zip(16 * part..=255).take(16).for_each(|(byte, value)| *byte = value);
        Hash(bytes)
    });
    let others = [Hash([0; 32]), Hash([0xff; 32]), hash(b"amparo"), hash(b"")];
    every_byte.chain(others).map(Fingerprint).collect()
}

#[test]
fn both_ways_of_showing_a_fingerprint_are_those_of_the_vectors() {
    let show = |print: &Fingerprint| json!({"hash": print.0, "digits": print.to_string(), "words": print.in_words()});
    let shown = json!({"fingerprints": fingerprints().iter().map(show).collect::<Vec<_>>()});
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/fingerprints.json");
    if std::env::var_os("AMPARO_WRITE_VECTORS").is_some_and(|value| value == "1") {
        fs::write(&path, serde_json::to_string_pretty(&shown).unwrap() + "\n").unwrap();
    }
    let file: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(file, shown);
}

#[test]
fn what_the_vectors_show_is_read_back() {
    let file: Value = serde_json::from_str(include_str!("vectors/fingerprints.json")).unwrap();
    let vectors = file["fingerprints"].as_array().unwrap();
    for vector in vectors {
        let print = Fingerprint(vector["hash"].as_str().unwrap().parse().unwrap());
        for name in ["digits", "words"] {
            let typed: TypedFingerprint = vector[name].as_str().unwrap().parse().unwrap();
            assert!(typed.is(print), "{vector}");
        }
    }
    assert_eq!(vectors.len(), 20);
}
