//! What Rust writes for a second implementation: `tests/vectors/*.json`, described in `tests/vectors/README.md`. What
//! follows from its input alone is computed anew in each run and must be what the file says; what was random once is
//! fixed in the file and must open as it says.
//!
//! `AMPARO_WRITE_VECTORS=1 cargo test --test vectors_rust` writes the files anew, which is right only when the protocol
//! changes; name one of the tests to write one file. What stands on another file is written after it: `forged.json` on
//! `handover.json`, and those of `from_typescript/`, by `npm run vectors` in `web/`, on `case.json`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod case;
mod cases;
mod contents;
mod desk_entries;
mod encodings;
mod forged;
mod handover;
mod histories;
mod keys;
mod manifests;
mod moves;
mod sealed;
mod shares;
mod signatures;
mod tokens;
mod work;

use std::fs;
use std::path::PathBuf;

use amparo::protocol::bytes::{AuthorityId, from_hex};
use amparo::secret::Secret;
use serde_json::Value;

const AUTHORITY: AuthorityId = AuthorityId([7; 32]);

fn writes() -> bool {
    std::env::var_os("AMPARO_WRITE_VECTORS").is_some_and(|value| value == "1")
}

fn path(topic: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/vectors/{topic}.json"))
}

fn read(topic: &str) -> Value {
    serde_json::from_slice(&fs::read(path(topic)).unwrap()).unwrap()
}

/// The file of that topic; written first with what `make` gives when vectors are to be written.
fn file(topic: &str, make: impl FnOnce() -> Value) -> Value {
    if writes() {
        fs::write(path(topic), serde_json::to_string_pretty(&make()).unwrap() + "\n").unwrap();
    }
    let value = read(topic);
    for (name, list) in value.as_object().unwrap() {
        println!("{topic}.json: {name}: {}", list.as_array().map_or(1, Vec::len));
    }
    value
}

/// A topic in which everything follows from its input.
fn computed(topic: &str, make: impl Fn() -> Value) {
    assert_eq!(file(topic, &make), make(), "{topic}");
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}

fn list<'a>(value: &'a Value, name: &str) -> &'a Vec<Value> {
    value[name].as_array().filter(|list| !list.is_empty()).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes().chunks(2).map(|pair| from_hex::<1>(std::str::from_utf8(pair).unwrap()).unwrap()[0]).collect()
}

/// 32 bytes that are all the same.
fn secret(byte: u8) -> Secret<32> {
    Secret::from_slice(&[byte; 32]).unwrap()
}
