//! Tor Browser's security levels: at *Safer* no script is compiled and there is no WebAssembly, and a report is sealed
//! on the device all the same; at *Safest* no script runs, the server seals, and the page says so.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::path::Path;

use common::browser::Browser;
use common::demo::Demo;
use serde_json::{Value, json};

const WORDS: &str = "The harbour master asked for ten percent.";

#[test]
fn firefox_seals_at_the_level_safer() {
    seals_without_a_compiler(&Browser::firefox(true).safer());
}

#[test]
fn chromium_seals_without_a_compiler() {
    seals_without_a_compiler(&Browser::find().safer());
}

/// Files a report of words, and gives what was seen and the text of the case at the desk.
fn file(browser: &Browser, script: &str, dir: &Path) -> (Value, String) {
    let demo = Demo::start(dir);
    let said =
        browser.run(script, &json!({ "reporter": demo.ready.reporter, "desk": demo.ready.desk, "words": WORDS }));
    assert!(demo.stop());
    let case = said["case"].as_str().unwrap_or_else(|| panic!("{said}")).to_owned();
    assert!(case.contains(WORDS), "{case}");
    (said, case)
}

fn seals_without_a_compiler(browser: &Browser) {
    let place = tempfile::tempdir().unwrap();
    let (said, case) = file(browser, "text_report", &place.path().join("demo"));
    assert_eq!((&said["wasm"], &said["errors"]), (&json!("undefined"), &json!([])), "{said}");
    assert!(case.contains("sealed on the reporter’s device"), "{case}");
    println!("{}: receipt after {} ms", browser.kind(), said["receipt"]);

    let stages: Vec<_> = said["stages"].as_array().unwrap().iter().map(|one| one["stage"].as_str().unwrap()).collect();
    assert_eq!(stages, ["Making the keys of your case token…", "Sealing your words…", "Sending…"]);
    // Enough steps to see that it goes on, and not so many that the page does nothing else.
    let parts: Vec<_> = said["parts"].as_array().unwrap().iter().map(|one| one["part"].as_f64().unwrap()).collect();
    assert!((20..200).contains(&parts.len()) && parts.is_sorted(), "{parts:?}");
}

#[test]
fn firefox_at_the_level_safest_files_by_the_server_and_says_so() {
    let place = tempfile::tempdir().unwrap();
    let (said, case) = file(&Browser::safest(), "assisted", &place.path().join("demo"));
    let form = said["form"].as_str().unwrap();
    assert!(form.contains("The server seals your report as it arrives"), "{form}");
    assert!(!form.contains("Sealed on this device"), "{form}");
    assert!(said["receipt"].as_str().unwrap().contains("sealed and filed"), "{said}");
    assert!(case.contains("sealed by the server as it arrived"), "{case}");
}
