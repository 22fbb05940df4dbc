//! `amparo serve` as an operator runs it, on loopback.

use std::fs::{self, DirBuilder};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use amparo::keys_folder::{ManifestFile, signature_path};
use amparo::protocol::example::Authority;

use crate::client::Connection;
use crate::sealed::{Pile, Sealed};
use crate::timing::Run;

/// Everything that is set; the ports are any free ones, and no number of sealed reports costs work.
const CONFIGURATION: &str = "[reporter]\nlisten = \"127.0.0.1:0\"\n[member]\nlisten = \"127.0.0.1:0\"\n\
    [limits]\nspare_disk_bytes = \"16 MiB\"\ncalm_submissions = 60000\n";

/// A server that is running; stopped when dropped.
pub struct Server {
    child: Child,
    address: SocketAddr,
    /// Where desks ask.
    pub member: SocketAddr,
    /// Kept open, so that the server can go on to write to it.
    _log: BufReader<ChildStderr>,
}

impl Server {
    /// Starts it on what `folder` holds and waits until it says where it listens.
    pub fn start(folder: &Path, authority: &Authority) -> Self {
        let file = folder.join("amparo.toml");
        if !file.exists() {
            set_up(folder, &file, authority);
        }
        let mut child = Command::new(env!("CARGO_BIN_EXE_amparo"))
            .args(["serve", "--config"])
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        let after = |line: &str, mark: &str| {
            let (_, rest) = line.split_once(mark)?;
            rest.split([',', '/', '\n']).next()?.parse().ok()
        };
        let (address, member) = loop {
            let before = said.len();
            assert!(log.read_line(&mut said).unwrap() > 0, "the server ended:\n{said}");
            let line = &said[before..];
            if let (Some(address), Some(member)) =
                (after(line, "reporters at http://"), after(line, "members at http://"))
            {
                break (address, member);
            }
        };
        Self { child, address, member, _log: log }
    }

    pub fn connect(&self) -> Connection {
        Connection::open(self.address)
    }

    /// Resident memory in MiB (`VmRSS` in proc(5)).
    pub fn memory(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
    }

    /// Files `count` reports over `at_once` connections; each must be answered with its receipt.
    pub fn file(&self, count: usize, at_once: usize, attachment: usize) -> Run {
        let (left, content) = (AtomicUsize::new(count), vec![7; attachment]);
        let mut connections: Vec<_> = (0..at_once).map(|_| self.connect()).collect();
        let started = Instant::now();
        let each = std::thread::scope(|scope| {
            let file = |connection| scope.spawn(|| file_on(connection, &left, &content));
            let threads: Vec<_> = connections.iter_mut().map(file).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        Run::new(started.elapsed(), each)
    }

    /// Files sealed reports over `at_once` connections; each must be answered as taken.
    pub fn file_sealed(&self, reports: &[Sealed], at_once: usize) -> Run {
        let pile = &Pile::of(reports);
        let connections: Vec<_> = (0..at_once).map(|_| self.connect()).collect();
        let started = Instant::now();
        let each = std::thread::scope(|scope| {
            let file = |mut connection: Connection| {
                scope.spawn(move || pile.each(|sealed| connection.file_sealed(&sealed.request)))
            };
            let threads: Vec<_> = connections.into_iter().map(file).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        Run::new(started.elapsed(), each)
    }
}

fn file_on(connection: &mut Connection, left: &AtomicUsize, content: &[u8]) -> Vec<std::time::Duration> {
    let mut times = Vec::new();
    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
        let started = Instant::now();
        connection.report("en", content).token();
        times.push(started.elapsed());
    }
    times
}

fn set_up(folder: &Path, file: &Path, authority: &Authority) {
    let keys = folder.join("keys");
    DirBuilder::new().recursive(true).mode(0o700).create(&keys).unwrap();
    let manifest = ManifestFile::named(&keys, 1).path;
    let source = &authority.history.sources()[0];
    fs::write(&manifest, &source.bytes).unwrap();
    fs::write(signature_path(&manifest), &source.signatures).unwrap();
    fs::write(file, CONFIGURATION).unwrap();
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ =
            rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), rustix::process::Signal::TERM);
        let _ = self.child.wait();
    }
}
