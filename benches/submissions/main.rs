//! `make bench`: what HTTP costs on top of sealing and a durable insert, and what the server takes while it waits.
//!
//! Reports go through a release server on loopback and, in turns, through the same use cases in this process, so that
//! whatever else the machine is doing meets both alike. Those that a reporter's own device sealed are made beforehand,
//! and set against the durable insert of the same rows alone. `-- desks` measures only what desks fetch. Run by
//! `cargo test` it measures a few reports only, to see that it still runs.

#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on says where")]

mod client;
mod desks;
mod in_process;
mod sealed;
mod server;
mod timing;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use amparo::clock::Clock;
use amparo::protocol::example::{self, Authority};
use ring::rand::SystemRandom;

use client::Connection;
use in_process::InProcess;
use server::Server;
use timing::{Run, median, per_second};

/// What the reports say.
pub const WHAT: &str = "They asked for ten percent of the contract, in cash, before the tender was published.";

/// Bytes of the attachment whose way is timed.
const ATTACHMENT: usize = 10 << 20;

/// How much is measured.
struct Plan {
    pairs: usize,
    reports: usize,
    sealed: usize,
    at_once: usize,
    attachments: usize,
    starts: usize,
    rest: Duration,
    cases: usize,
}

impl Plan {
    /// Cargo says `--bench` when it benchmarks, and does not when it tests.
    fn read() -> Self {
        if std::env::args().any(|arg| arg == "--bench") {
            Self {
                pairs: 5,
                reports: 400,
                sealed: 600,
                at_once: 8,
                attachments: 10,
                starts: 11,
                rest: Duration::from_secs(10),
                cases: 10_000,
            }
        } else {
            Self {
                pairs: 1,
                reports: 8,
                sealed: 4,
                at_once: 2,
                attachments: 1,
                starts: 1,
                rest: Duration::ZERO,
                cases: 150,
            }
        }
    }
}

fn main() {
    // A test runner that asks for the names of tests finds none here.
    if std::env::args().any(|arg| arg == "--list") {
        return;
    }
    let plan = Plan::read();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let authority = example::authority_on(Clock::system().today(), &SystemRandom::new());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("amparo {}, {cores} cores, made by: make bench\n", env!("CARGO_PKG_VERSION"));

    desks(&plan, &folder.path().join("desks"), &authority);
    if std::env::args().any(|arg| arg == "desks") {
        return;
    }
    rest(&plan, &folder.path().join("rest"), &authority);
    sealed_reports(&plan, &folder.path().join("sealed"), &authority);
    reports(&plan, folder.path(), &authority);
    pages(&folder.path().join("pages"), &authority);
}

fn row(what: &str, value: &str, aim: &str) {
    println!("{what:<44} {value:>28}  {aim}");
}

/// How long a start takes, and how much memory the server holds while nobody asks.
fn rest(plan: &Plan, folder: &Path, authority: &Authority) {
    let starts = (0..plan.starts).map(|_| {
        let started = Instant::now();
        let server = Server::start(folder, authority);
        let mut connection = server.connect();
        assert_eq!(connection.get("/").status, 200);
        started.elapsed()
    });
    let start = median(starts.map(|time| time.as_secs_f64() * 1e3).collect());
    row("cold start to the first page", &format!("{start:.0} ms"), "aim: 100 ms");

    let server = Server::start(folder, authority);
    assert_eq!(server.connect().get("/").status, 200);
    std::thread::sleep(plan.rest / 5);
    row("memory after the first page", &format!("{:.1} MiB", server.memory()), "aim: 20 MiB");
    let count = plan.reports.min(100);
    server.file(count, plan.at_once, 0);
    let busy = server.memory();
    std::thread::sleep(plan.rest);
    row(&format!("memory right after {count} reports"), &format!("{busy:.1} MiB"), "");
    row(&format!("memory {} s later", plan.rest.as_secs()), &format!("{:.1} MiB", server.memory()), "aim: 20 MiB");
    println!();
}

/// Prints pairs of runs that went in turns, and how the second of each compares with the first.
fn compare(what: &str, [first, second]: [&str; 2], pairs: &[(Run, Run)]) {
    row(what, "per second   p50      p99", "");
    for pair in pairs {
        row(&format!("  {first}"), &pair.0.to_string(), "");
        row(&format!("  {second}"), &pair.1.to_string(), "");
    }
    let ratio = median(pairs.iter().map(|(one, other)| other.per_second() / one.per_second()).collect());
    let middle = |runs: fn(&(Run, Run)) -> f64| median(pairs.iter().map(runs).collect());
    row(&format!("  median {first}"), &format!("{:.1} reports/s", middle(|pair| pair.0.per_second())), "");
    row(&format!("  median {second}"), &format!("{:.1} reports/s", middle(|pair| pair.1.per_second())), "");
    row("  median of the latter to the former", &format!("{:.0} %", ratio * 100.0), "aim: 80 %");
    println!();
}

/// Reports without a file, then reports with a large one, through HTTP and in this process in turns.
fn reports(plan: &Plan, folder: &Path, authority: &Authority) {
    let server = Server::start(&folder.join("served"), authority);
    let inner = Arc::new(InProcess::open(&folder.join("in-process"), authority));
    server.file(plan.at_once, plan.at_once, 0);
    inner.file(plan.at_once, plan.at_once, 0);

    let pairs: Vec<(Run, Run)> = (0..plan.pairs)
        .map(|_| (inner.file(plan.reports, plan.at_once, 0), server.file(plan.reports, plan.at_once, 0)))
        .collect();
    compare(&format!("{} reports, {} at once", plan.reports, plan.at_once), ["in process", "through HTTP"], &pairs);

    let pairs: Vec<(f64, f64)> = (0..plan.pairs)
        .map(|_| {
            let inner = inner.file(plan.attachments, 1, ATTACHMENT);
            (per_second(&inner, ATTACHMENT), per_second(&server.file(plan.attachments, 1, ATTACHMENT), ATTACHMENT))
        })
        .collect();
    let (inside, outside): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
    row("a file of 10 MiB, in process", &format!("{:.0} MiB/s", median(inside)), "");
    row("  through HTTP", &format!("{:.0} MiB/s", median(outside)), "");
    let ratio = median(pairs.iter().map(|(inner, served)| served / inner).collect());
    row("  median of HTTP to in process", &format!("{:.0} %", ratio * 100.0), "");
    println!();
}

/// Reports sealed on the reporter's device: through HTTP with every check, and the durable insert of the same rows alone.
fn sealed_reports(plan: &Plan, folder: &Path, authority: &Authority) {
    std::fs::create_dir(folder).unwrap();
    let made = Arc::new(sealed::make(authority, plan.at_once + plan.pairs * plan.sealed));
    let server = Server::start(&folder.join("served"), authority);
    let inner = InProcess::open(&folder.join("in-process"), authority);
    server.file_sealed(&made[..plan.at_once], plan.at_once);
    inner.insert(&made, 0..plan.at_once, plan.at_once);
    let pairs: Vec<(Run, Run)> = (0..plan.pairs)
        .map(|pair| {
            let from = plan.at_once + pair * plan.sealed;
            let range = from..from + plan.sealed;
            let inserted = inner.insert(&made, range.clone(), plan.at_once);
            (inserted, server.file_sealed(&made[range], plan.at_once))
        })
        .collect();
    let grants = made[0].submission.grants.len();
    let what = format!("{} sealed reports, {grants} grants each, {} at once", plan.sealed, plan.at_once);
    compare(&what, ["durable insert alone", "through HTTP"], &pairs);
}

/// Cases of text as a desk fetches them for the first time: the list, then all of them.
fn desks(plan: &Plan, folder: &Path, authority: &Authority) {
    std::fs::create_dir(folder).unwrap();
    let sealed = sealed::make(authority, 1);
    desks::fill(folder, &sealed[0].submission, plan.cases);
    let server = Server::start(folder, authority);
    let (ids, took) = desks::list(server.member, authority);
    assert_eq!(ids.len(), plan.cases);
    row(&format!("list of {} cases", plan.cases), &format!("{:.0} ms", took.as_secs_f64() * 1e3), "");
    for connections in [1, 4] {
        let runs = (0..plan.pairs).map(|_| desks::fetch(server.member, authority, &ids, connections));
        let (took, bytes): (Vec<_>, Vec<_>) = runs.map(|(took, bytes)| (took.as_secs_f64(), bytes)).unzip();
        let per_second = 1.0 / median(took);
        let count = f64::from(u32::try_from(ids.len()).unwrap());
        let size = f64::from(u32::try_from(bytes[0] >> 10).unwrap());
        let (each, rate) = (size / count, size / 1024.0 * per_second);
        let what = format!("  all of them, {connections} connections, {each:.1} KiB each");
        row(&what, &format!("{:.0} cases/s {rate:.0} MiB/s", count * per_second), "");
    }
    row("  memory of the server then", &format!("{:.1} MiB", server.memory()), "");
    println!();
}

/// Bytes of each page with its style, in each language.
fn pages(folder: &Path, authority: &Authority) {
    let server = Server::start(folder, authority);
    let mut connection = server.connect();
    let mut lines: Vec<(&str, Vec<String>)> = Vec::new();
    let mut headers = 0;
    for language in ["en", "fr", "ar"] {
        let mut measure = |name: &'static str, send: &mut dyn FnMut(&mut Connection) -> client::Answer| {
            let answer = send(&mut connection);
            let size = answer.body.len().to_string();
            match lines.iter_mut().find(|(known, _)| *known == name) {
                Some((_, sizes)) => sizes.push(size),
                None => lines.push((name, vec![size])),
            }
            answer
        };
        let get = |path: &str, connection: &mut Connection| {
            let answer = connection.get(&format!("/{language}/{path}"));
            assert_eq!(answer.status, 200, "{path}");
            answer
        };
        headers = measure("landing (aim: 14 336)", &mut |c| get("", c)).head;
        measure("report form", &mut |c| get("report", c));
        measure("entry of the token", &mut |c| get("case", c));
        measure("help", &mut |c| get("help", c));
        let receipt = measure("receipt", &mut |c| c.report(language, &[]));
        let token = receipt.token();
        measure("case", &mut |c| c.case(language, &token));
    }
    row("bytes of each page with its style", "     en       fr       ar", "");
    for (name, sizes) in lines {
        row(&format!("  {name}"), &sizes.iter().fold(String::new(), |line, size| format!("{line}{size:>9}")), "");
    }
    row("  headers beside the landing page", &headers.to_string(), "");
}
