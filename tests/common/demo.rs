//! `amparo demo --headless`: both sides, as a newcomer starts them.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::Deserialize;

use super::server::wait_for;

/// A demonstration that is running; stopped when dropped.
pub struct Demo {
    child: Child,
    /// What it printed.
    pub ready: Ready,
    /// Where its errors go.
    pub log: PathBuf,
}

/// The line that `amparo demo --headless` prints.
#[derive(Deserialize)]
pub struct Ready {
    pub reporter: String,
    pub desk: String,
    pub data: PathBuf,
    /// Holds `<alias>.toml` for the desk of each member.
    pub desks: PathBuf,
    /// Where Kannel would ask, with its credentials.
    pub sms_kannel: String,
    /// The number that texts are sent to.
    pub sms_number: String,
    /// How many cases were made up.
    pub cases: u64,
    /// The tokens of the first of them.
    pub tokens: Vec<String>,
}

impl Demo {
    /// Starts it in `dir`, with its log and temporary folder beside it.
    pub fn start(dir: &Path) -> Self {
        Self::start_with(dir, &[])
    }

    /// The same with more arguments.
    pub fn start_with(dir: &Path, arguments: &[&str]) -> Self {
        let log = dir.with_extension("log");
        let temporary = dir.with_extension("tmp");
        std::fs::create_dir_all(&temporary).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_amparo"))
            .args(["demo", "--headless", "--dir"])
            .arg(dir)
            .args(arguments)
            .envs([("TMPDIR", &temporary), ("HOME", &temporary)])
            .stdout(Stdio::piped())
            .stderr(std::fs::File::options().create(true).append(true).open(&log).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("{error}: {line}{}", std::fs::read_to_string(&log).unwrap()));
        Self { child, ready, log }
    }

    /// Asks it to stop, and tells whether it ended well.
    pub fn stop(mut self) -> bool {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.child.wait().unwrap().success()
    }
}

/// The desk of one of the demonstration's members; ended when dropped.
pub struct MemberDesk {
    child: Child,
    /// Opens it once.
    pub link: String,
}

impl MemberDesk {
    /// Starts it with the configuration that the demonstration wrote, which unlocks it. What it says stands beside the
    /// demonstration's log.
    pub fn start(demo: &Demo, alias: &str) -> Self {
        let temporary = demo.log.with_extension("tmp");
        let log = demo.log.with_file_name(format!("desk-{alias}.log"));
        let before = std::fs::read_to_string(&log).unwrap_or_default().len();
        let append = || std::fs::File::options().create(true).append(true).open(&log).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_amparo"));
        command.args(["desk", "--no-browser", "--config"]);
        command.arg(demo.ready.desks.join(alias).with_extension("toml"));
        command.envs([("TMPDIR", &temporary), ("HOME", &temporary)]).stdout(append()).stderr(append());
        let child = command.spawn().unwrap();
        let link = wait_for("the desk's link", || {
            let said = std::fs::read_to_string(&log).unwrap().split_off(before);
            let line = said.lines().find(|line| line.contains(" http://127.0.0.1:"))?.to_owned();
            said.contains(&(line.clone() + "\n")).then(|| line.trim().rsplit(' ').next().unwrap().to_owned())
        });
        Self { child, link }
    }
}

impl Drop for MemberDesk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
