//! `make bench`: reports by text message, straight at the endpoint and through Kannel, and what an open conversation
//! takes of memory.
//!
//! Kannel's own limit is measured beside it: the same texts, in turns, through a Kannel with the same configuration that
//! asks a service with nothing behind it. Run by `cargo test` it measures a few texts only, to see that it still runs.

#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on says where")]

#[path = "../../tests/common/mod.rs"]
mod common;
#[path = "../submissions/timing.rs"]
#[allow(dead_code, reason = "shared with the other reports")]
mod timing;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use common::client::{get, percent};
use common::empty_service::EmptyService;
use common::kannel::{Kannel, token};
use common::server::{Place, Server};
use common::texts::{CREDENTIALS, Text, crowd, gateways_of, kannel_at, take_texts, text};
use timing::{Run, median};

/// How much is measured.
struct Plan {
    rounds: usize,
    texts: usize,
    at_once: usize,
    crowd: usize,
    conversations: usize,
    rest: Duration,
}

impl Plan {
    /// Cargo says `--bench` when it benchmarks, and does not when it tests.
    fn read() -> Self {
        if std::env::args().any(|arg| arg == "--bench") {
            let rest = Duration::from_secs(10);
            Self { rounds: 5, texts: 400, at_once: 8, crowd: 500, conversations: 10_000, rest }
        } else {
            Self { rounds: 1, texts: 6, at_once: 2, crowd: 6, conversations: 6, rest: Duration::ZERO }
        }
    }
}

fn main() {
    // A test runner that asks for the names of tests finds none here.
    if std::env::args().any(|arg| arg == "--list") {
        return;
    }
    let plan = Plan::read();
    endpoint(&plan);
    through_kannel(&plan);
    conversations(&plan);
}

fn row(what: &str, value: &str) {
    println!("{what:<52} {value:>28}");
}

/// A server with room for everybody.
fn start() -> (Place, Server) {
    let place = Place::new("spare_disk_bytes = \"16 MiB\"");
    take_texts(&place, "conversations = 100000\ntexts_per_minute = 60000");
    let server = place.start();
    (place, server)
}

/// Sends texts as Kannel would, each in a request of its own, and fails unless each is answered with a token.
fn send(place: &Place, texts: &[Text], at_once: usize) -> Run {
    let (gateways, next) = (gateways_of(place), AtomicUsize::new(0));
    let work = || {
        let mut times = Vec::new();
        while let Some(text) = texts.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (from, words) = (percent(&text.from), percent(&text.words));
            let query = format!("{CREDENTIALS}&from={from}&to={}&text={words}&charset=UTF-8&coding=0", text.to);
            let started = Instant::now();
            let answer = get(gateways, &format!("/kannel?{query}"));
            times.push(started.elapsed());
            assert!(answer.status == 200 && token(answer.text()).is_some(), "{}", answer.text());
        }
        times
    };
    let started = Instant::now();
    let each = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..at_once).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    Run::new(started.elapsed(), each)
}

/// Reports at the endpoint that Kannel asks.
fn endpoint(plan: &Plan) {
    let (place, _server) = start();
    let texts = crowd(plan.at_once + plan.rounds * plan.texts);
    let (first, rest) = texts.split_at(plan.at_once);
    send(&place, first, plan.at_once);
    row(&format!("{} texts at the endpoint, {} at once", plan.texts, plan.at_once), "per second   p50      p99");
    let runs: Vec<_> = rest.chunks(plan.texts).map(|texts| send(&place, texts, plan.at_once)).collect();
    for run in &runs {
        row("", &run.to_string());
    }
    let middle = median(runs.iter().map(Run::per_second).collect());
    row("  median", &format!("{middle:.1} reports/s"));
    println!();
}

/// Texts that Kannel is handed all at once, until the last answer has come back out of it.
fn through_kannel(plan: &Plan) {
    let (place, _server) = start();
    let empty = EmptyService::start(&place.authority);
    let alone = Kannel::start(&place.path("kannel-alone"), &kannel_at(empty.address));
    let before_amparo = Kannel::start(&place.path("kannel"), &kannel_at(gateways_of(&place)));
    let send = |kannel: &Kannel, texts: &[Text]| {
        let telephones = kannel.telephones();
        let started = Instant::now();
        telephones.send(texts);
        let took = telephones.wait_for(texts.len()) - started;
        let answers = texts.iter().flat_map(|text| telephones.answers(&text.from));
        assert_eq!(answers.filter(|answer| token(answer).is_some()).count(), texts.len());
        took.as_secs_f64()
    };
    let texts = crowd(plan.rounds * plan.crowd);
    let pairs = texts.chunks(plan.crowd).map(|texts| (send(&alone, texts), send(&before_amparo, texts)));
    let pairs: Vec<(f64, f64)> = pairs.collect();
    row(&format!("{} texts at once through Kannel", plan.crowd), "empty service   reports");
    for (empty, reports) in &pairs {
        row("", &format!("{empty:.2} s    {reports:.2} s"));
    }
    let (empty, reports): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
    let (empty, reports) = (median(empty), median(reports));
    row("  median", &format!("{empty:.2} s    {reports:.2} s"));
    let count = f64::from(u32::try_from(plan.crowd).unwrap());
    row("  median", &format!("{:.0}/s {:.1} reports/s", count / empty, count / reports));
    println!();
}

/// By how much the server grows while conversations are open.
fn conversations(plan: &Plan) {
    let (place, server) = start();
    let settled = |texts: &[Text]| {
        send(&place, texts, plan.at_once);
        std::thread::sleep(plan.rest);
        server.memory()
    };
    // What the server holds after any load is there before they begin.
    let before = settled(&(0..plan.conversations / 5).map(text).collect::<Vec<_>>());
    let begun = plan.conversations / 5;
    let after = settled(&(begun..begun + plan.conversations).map(text).collect::<Vec<_>>());
    let each = after.saturating_sub(before) / plan.conversations as u64;
    row(&format!("memory of {} open conversations", plan.conversations), &format!("{each} bytes each"));
}
