//! A server whose disk is full says so, loses nothing that it acknowledged, and goes on when there is room again.
//!
//! The disk is a small one in memory, mounted where only the server and one shell see it. Everything on it is done by
//! that shell: the server closes itself against looks from outside.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use common::client::{Form, filed, get, open_case, read_answer};
use common::desk::Desk;
use common::server::{AMPARO, Place, wait_for};

/// A shell in namespaces of its own, which end with it and take all it started along.
struct Inside<'a> {
    place: &'a Place,
    shell: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl<'a> Inside<'a> {
    /// `None` where this user may not have such namespaces.
    fn enter(place: &'a Place) -> Option<Self> {
        let mut command = place.command("unshare");
        command.args(["--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child", "sh"]);
        let mut shell = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
        let (commands, answers) = (shell.stdin.take()?, BufReader::new(shell.stdout.take()?));
        let mut inside = Self { place, shell, commands, answers };
        let disk = place.path("disk");
        let mounted =
            inside.run(&format!("cd {0} && mount -t tmpfs -o size=16m,mode=700 disk {0} && cd {0}", disk.display()));
        mounted.is_some().then_some(inside)
    }

    /// What a command writes; `None` when it fails.
    fn run(&mut self, command: &str) -> Option<String> {
        // Where namespaces are refused there is no shell to write to.
        writeln!(self.commands, "{command}\necho \"ended $?\"").ok()?;
        let mut said = String::new();
        loop {
            let mut line = String::new();
            if self.answers.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            if let Some(status) = line.strip_prefix("ended ") {
                return (status.trim() == "0").then_some(said);
            }
            said += &line;
        }
    }

    #[track_caller]
    fn must(&mut self, command: &str) -> String {
        self.run(command).unwrap_or_else(|| panic!("{command} failed: {}", self.place.said()))
    }

    /// Where reporters and members find the server that this starts.
    fn start(&mut self) -> (SocketAddr, SocketAddr) {
        let (config, said) = (self.place.path("amparo.toml"), self.place.path("said"));
        let before = self.place.said().len();
        self.must(&format!(
            "{AMPARO} serve --config {} </dev/null >>{said}/out 2>>{said}/err & server=$!",
            config.display(),
            said = said.display()
        ));
        self.place.wait_for_addresses(before, || None)
    }

    fn kill(&mut self) {
        self.must("kill -9 $server; wait $server; test $? = 137");
    }

    /// Leaves not one page.
    fn fill(&mut self) {
        self.must("! dd if=/dev/zero of=ballast bs=4k 2>/dev/null");
        self.must("test $(df --output=avail . | tail -n 1) = 0");
    }

    fn free(&mut self) {
        self.must("rm ballast");
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

fn with_file(size: usize) -> Form {
    Form::report().file("a.bin", "application/octet-stream", &vec![7; size])
}

#[track_caller]
fn refused(reporter: SocketAddr, form: &Form) {
    let answer = form.send(reporter, "/en/report");
    answer.says(507, "There is no room for this just now");
    answer.says(507, "Reports already filed are safe.");
    assert_eq!(answer.token(), None);
}

/// The same for a client that reads only once everything is sent, as a browser does.
#[track_caller]
fn refused_after_all(reporter: SocketAddr, form: &Form) {
    let mut stream = TcpStream::connect(reporter).unwrap();
    stream.write_all(&form.request("/en/report", "")).expect("the whole form is taken");
    read_answer(&stream).unwrap().says(507, "There is no room for this just now");
}

#[track_caller]
fn all_open(reporter: SocketAddr, tokens: &[String]) {
    for token in tokens {
        open_case(reporter, token).says(200, "Received");
    }
}

#[test]
fn a_full_disk_loses_nothing_and_is_overcome_without_a_restart() {
    let place = Place::new("");
    place.configure("127.0.0.1:0", "disk/data", "spare_disk_bytes = \"1 B\"");
    let Some(mut inside) = Inside::enter(&place) else {
        println!("not proven here: this user may not mount a small disk in a namespace of its own");
        return;
    };
    let (reporter, _) = inside.start();
    let mut tokens = vec![filed(reporter, &Form::report()), filed(reporter, &with_file(50_000))];
    get(reporter, "/healthz").says(200, "ok");

    inside.fill();
    refused(reporter, &Form::report());
    refused(reporter, &with_file(50_000));
    refused_after_all(reporter, &with_file(9_000_000));
    wait_for("the full disk to be told", || (get(reporter, "/healthz").status == 503).then_some(()));
    all_open(reporter, &tokens);

    // Room to begin with, but not for the whole file.
    inside.must("truncate -s -1M ballast");
    refused(reporter, &with_file(3_000_000));
    refused_after_all(reporter, &with_file(9_000_000));
    wait_for("the half file to go", || (inside.must("ls data/blobs/tmp").is_empty()).then_some(()));
    tokens.push(filed(reporter, &Form::report()));

    inside.free();
    wait_for("the free disk to be told", || (get(reporter, "/healthz").status == 200).then_some(()));
    tokens.push(filed(reporter, &with_file(3_000_000)));
    all_open(reporter, &tokens);

    inside.fill();
    refused(reporter, &Form::report());
    inside.kill();
    inside.free();
    let (reporter, member) = inside.start();
    all_open(reporter, &tokens);
    tokens.push(filed(reporter, &with_file(50_000)));
    let mut desk = Desk::new(member, &place.authority, 0);
    let cases = desk.cases().cases;
    assert_eq!(cases.len(), tokens.len(), "what was refused left no case");
    let files: usize = cases.iter().map(|case| desk.attachments(&case.id).len()).sum();
    assert_eq!(files, 3);
}

/// The database itself meets the full disk when no room is kept free for it.
#[test]
fn the_database_survives_a_full_disk() {
    let place = Place::new("");
    place.configure("127.0.0.1:0", "disk/data", "spare_disk_bytes = \"0 B\"");
    let Some(mut inside) = Inside::enter(&place) else {
        println!("not proven here: this user may not mount a small disk in a namespace of its own");
        return;
    };
    let (reporter, member) = inside.start();
    let mut tokens = vec![filed(reporter, &Form::report())];
    inside.fill();
    // A page or two may still be free inside the log.
    let refusal = wait_for("the disk to be full", || {
        let answer = Form::report().send(reporter, "/en/report");
        tokens.extend(answer.token());
        (answer.status != 200).then_some(answer)
    });
    refusal.says(507, "There is no room for this just now");
    all_open(reporter, &tokens);
    inside.free();
    tokens.push(filed(reporter, &Form::report()));
    all_open(reporter, &tokens);
    assert_eq!(Desk::new(member, &place.authority, 0).cases().cases.len(), tokens.len());
}
