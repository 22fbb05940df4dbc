//! `make bench`: what sealing costs in real browsers, with a compiler for scripts and without, and on a slow device.
//!
//! A server on loopback takes what they seal. `cargo bench --bench browser -- files` measures files only; `words` and
//! `work` are the other parts. Run by `cargo test` one report of each is measured only, to see that it still runs.

#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on says where")]

#[path = "../../tests/common/mod.rs"]
mod common;
mod files;

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
const REPEATS: usize = 3;

/// Milliseconds for which a reporter types.
const TYPING: u32 = 15_000;

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
        measure(&Browser::find(), &server, &json!({ "slowed": 1, "typing": 0 }));
        files::measure(Browser::find, "", 2, 100 << 10, 1);
        return;
    }
    let parts: Vec<_> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let is_wanted = |part: &str| parts.is_empty() || parts.iter().any(|wanted| wanted == part);
    if is_wanted("words") {
        words(&server);
    }
    if is_wanted("files") {
        large_and_many();
    }
    if is_wanted("work") {
        highest_price();
    }
}

/// Reports of words.
fn words(server: &Server) {
    println!("a report of words, sealed in a browser       ready to send   receipt  longest task  pause");
    sealing("Chromium", Browser::find, server, 1, 0, "");
    sealing("Chromium, slowed six times", Browser::find, server, SLOW, 0, "aim: 2 s");
    sealing("  sent after typing for 15 s", Browser::find, server, SLOW, TYPING, "");
    sealing("Chromium without a compiler", || Browser::find().safer(), server, 1, 0, "aim: 30 s");
    sealing("  slowed six times", || Browser::find().safer(), server, SLOW, 0, "aim: 30 s");
    sealing("Firefox", || Browser::firefox(true), server, 1, 0, "");
    sealing("Firefox without (Tor Browser's Safer)", safer, server, 1, 0, "aim: 30 s");
    sealing("  sent after typing for 15 s", safer, server, 1, TYPING, "");
}

/// Reports with files.
fn large_and_many() {
    println!("\nfiles, sealed in a browser              MB/s     page  browser grew  server grew");
    files::measure(Browser::find, "Chromium, a file of 1 GiB", 1, 1 << 30, REPEATS);
    files::measure(Browser::find, "  100 files of 100 KiB", 100, 100 << 10, REPEATS);
    files::measure(|| Browser::firefox(true), "Firefox, a file of 1 GiB", 1, 1 << 30, 1);
    files::measure(safer, "Firefox without a compiler, 16 MiB", 1, 16 << 20, 1);
}

/// The proof of work at the highest price.
fn highest_price() {
    println!("\nthe highest price, {BITS} bits, {HASHES} hashes on average");
    let place = Place::new("spare_disk_bytes = \"16 MiB\"\ncalm_submissions = 1");
    let server = place.start();
    work("Chromium, slowed six times", Browser::find, &server, SLOW, "aim: 60 s");
    work("Chromium without a compiler", || Browser::find().safer(), &server, 1, "");
    work("Firefox without (Tor Browser's Safer)", safer, &server, 1, "");
}

/// Firefox as Tor Browser's level *Safer* has it.
fn safer() -> Browser {
    Browser::firefox(true).safer()
}

/// Files one report, and gives what `sealing.mjs` has seen, times in milliseconds.
fn measure(browser: &Browser, server: &Server, how: &Value) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/browser/sealing.mjs");
    let mut args = json!({ "reporter": format!("http://{}/", server.reporter), "words": WORDS });
    args.as_object_mut().unwrap().extend(how.as_object().unwrap().clone());
    browser.run_file(&script, &args)
}

fn number(of: &Value) -> f64 {
    of.as_f64().unwrap_or_else(|| panic!("{of} is no number"))
}

fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

fn sealing(what: &str, browser: impl Fn() -> Browser, server: &Server, slowed: u32, typing: u32, aim: &str) {
    let how = json!({ "slowed": slowed, "typing": typing });
    let runs: Vec<_> = (0..REPEATS).map(|_| measure(&browser(), server, &how)).collect();
    let [ready, receipt, task, pause] =
        ["ready", "receipt", "task", "pause"].map(|name| median(runs.iter().map(|run| number(&run[name]))));
    println!("  {what:<41} {ready:>10.0} ms {receipt:>6.0} ms {task:>10.0} ms {pause:>3.0} ms  {aim}");
}

/// Proof of work: luck is in each run, and the price may have fallen by a bit, so the time is reckoned from the rate.
fn work(what: &str, browser: impl Fn() -> Browser, server: &Server, slowed: u32, aim: &str) {
    let how = json!({ "slowed": slowed, "typing": 0, "price": BITS });
    let rate = median((0..REPEATS).map(|_| {
        let work = &measure(&browser(), server, &how)["work"];
        1e3 * number(&work["hashes"]) / number(&work["milliseconds"])
    }));
    println!("  {what:<41} {rate:>8.0} hashes/s {:>8.1} s  {aim}", HASHES / rate);
}
