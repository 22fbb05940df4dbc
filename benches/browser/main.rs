//! `make bench`: what sealing costs in real browsers, with a compiler for scripts and without, and on a slow device.
//!
//! A server on loopback takes what they seal. Run by `cargo test` one report is measured only, to see that it still
//! runs.

#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on says where")]

#[path = "../../tests/common/mod.rs"]
mod common;

use std::path::Path;

use common::browser::Browser;
use common::server::{Place, Server};
use serde_json::{Value, json};

const WORDS: &str = "They asked for ten percent of the contract, in cash, before the tender was published.";

/// How much slower than this machine a cheap phone is.
const SLOW: u32 = 6;

/// The highest price (docs/protocol.md, section 13), in bits and in hashes on average.
const BITS: u32 = 14;
const HASHES: f64 = 262_144.0;

/// How often each thing is measured; the median counts.
const REPEATS: usize = 5;

fn main() {
    // A test runner that asks for the names of tests finds none here.
    if std::env::args().any(|arg| arg == "--list") {
        return;
    }
    // Nothing in here is about load.
    let place = Place::new("spare_disk_bytes = \"16 MiB\"\ncalm_submissions = 60000");
    let server = place.start();
    // Cargo says `--bench` when it benchmarks, and does not when it tests.
    if !std::env::args().any(|arg| arg == "--bench") {
        measure(Browser::find(), &server, 1, 0);
        return;
    }
    println!("a report of words, sealed in a browser       ready to send   receipt  longest task  pause");
    sealing("Chromium", Browser::find, &server, 1, "");
    sealing("Chromium, slowed six times", Browser::find, &server, SLOW, "aim: 2 s");
    sealing("Chromium without a compiler", || Browser::find().safer(), &server, 1, "aim: 30 s");
    sealing("Firefox", || Browser::firefox(true), &server, 1, "");
    sealing("Firefox without (Tor Browser's Safer)", || Browser::firefox(true).safer(), &server, 1, "aim: 30 s");
    work();
}

/// Files one report, and gives what `sealing.mjs` has seen, times in milliseconds.
fn measure(browser: Browser, server: &Server, slowed: u32, price: u32) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/browser/sealing.mjs");
    let reporter = format!("http://{}/", server.reporter);
    browser.run_file(&script, &json!({ "reporter": reporter, "words": WORDS, "slowed": slowed, "price": price }))
}

fn number(of: &Value) -> f64 {
    of.as_f64().unwrap_or_else(|| panic!("{of} is no number"))
}

fn median(runs: &[Value], name: &str) -> f64 {
    let mut values: Vec<_> = runs.iter().map(|run| number(&run[name])).collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

fn sealing(what: &str, browser: impl Fn() -> Browser, server: &Server, slowed: u32, aim: &str) {
    let runs: Vec<_> = (0..REPEATS).map(|_| measure(browser(), server, slowed, 0)).collect();
    let [ready, receipt, task, pause] = ["ready", "receipt", "task", "pause"].map(|name| median(&runs, name));
    println!("  {what:<41} {ready:>10.0} ms {receipt:>6.0} ms {task:>10.0} ms {pause:>3.0} ms  {aim}");
}

/// Proof of work in a slowed Chromium: luck is in each run, so the time is reckoned from the rate.
fn work() {
    let place = Place::new("spare_disk_bytes = \"16 MiB\"\ncalm_submissions = 1");
    let server = place.start();
    let runs: Vec<_> = (0..REPEATS).map(|_| measure(Browser::find(), &server, SLOW, BITS)).collect();
    println!("\nthe highest price ({BITS} bits) in Chromium, slowed six times");
    let mut rates = Vec::new();
    for run in &runs {
        let work = &run["work"];
        let (bits, hashes, seconds) = (&work["bits"], number(&work["hashes"]), number(&work["milliseconds"]) / 1e3);
        println!(
            "  {bits} bits, {hashes:.0} hashes in {seconds:.1} s, receipt after {:.1} s",
            number(&run["receipt"]) / 1e3
        );
        rates.push(hashes / seconds);
    }
    rates.sort_unstable_by(f64::total_cmp);
    let rate = rates[rates.len() / 2];
    println!("  median {rate:.0} hashes a second, on average {:.1} s  aim: 60 s", HASHES / rate);
}
