//! A report filed, read, answered, moved and forgotten from a terminal, by the real program against a real server.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use amparo::protocol::bytes::CaseId;
use amparo::protocol::content::{Channel, State};
use amparo::protocol::example;
use amparo::protocol::token::Token;
use common::client::Form;
use common::desk::Desk;
use common::server::{AMPARO, Place, Server, everything_under};
use common::socks::proxy;
use ring::rand::SystemRandom;

const WHAT: &str = "The bridge was paid for twice, and stands on one leg.";
const LIMITS: &str = "spare_disk_bytes = \"1 B\"\nfile_bytes = \"8 MiB\"\nsubmission_bytes = \"8 MiB\"";

/// A reporter's own machine: a folder, the program, and the fingerprint from the poster.
struct Machine {
    folder: tempfile::TempDir,
    server: String,
    fingerprint: String,
}

impl Machine {
    fn new(place: &Place, server: &Server) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let answers = format!("unit = \"works\"\ncategory = \"procurement\"\ndanger = \"no\"\nwhat = \"{WHAT}\"\n");
        fs::write(folder.path().join("answers.toml"), answers).unwrap();
        let fingerprint = place.authority.history.fingerprint().to_string();
        Self { folder, server: format!("http://{}", server.reporter), fingerprint }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str], typed: &str) -> Output {
        let mut command = Command::new(AMPARO);
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Whoever refuses at once reads nothing.
        let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// Runs a command that takes server and fingerprint, and gives what it said.
    fn ok(&self, arguments: &[&str], typed: &str) -> String {
        let known = ["--server", &self.server, "--fingerprint", &self.fingerprint];
        said(&self.run(&[arguments, &known].concat(), typed))
    }

    /// Runs it where it must be refused, and gives why.
    fn refused(&self, arguments: &[&str], typed: &str) -> String {
        let output = self.run(arguments, typed);
        assert!(!output.status.success(), "it was not refused: {arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// Keeps a token in a file that nobody else reads.
    fn keep(&self, token: &Token) {
        let path = self.path("token");
        let _ = fs::remove_file(&path);
        fs::write(&path, format!("{}\n", token.groups().join(" "))).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Runs `amparo case` with the kept token.
    fn case(&self, arguments: &[&str], typed: &str) -> String {
        self.ok(&[&["case"], arguments, &["--token-file", "token"]].concat(), typed)
    }
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The token in what the program said.
fn token(said: &str) -> Token {
    let line = said.lines().find_map(|line| Token::parse(line.trim()).ok());
    line.unwrap_or_else(|| panic!("there is no token in {said:?}"))
}

fn only_case(desk: &mut Desk) -> CaseId {
    let cases = desk.cases().cases;
    assert_eq!(cases.len(), 1);
    cases[0].id
}

fn holds(folder: &Path, words: &str) -> bool {
    let files = everything_under(folder).into_iter().filter(|path| path.is_file());
    files.map(|path| fs::read(path).unwrap()).any(|bytes| bytes.windows(words.len()).any(|w| w == words.as_bytes()))
}

#[test]
fn the_whole_story_from_a_terminal() {
    let place = Place::new(LIMITS);
    let server = place.start();
    let machine = Machine::new(&place, &server);
    fs::write(machine.path("plan.pdf"), vec![7; 2_500_000]).unwrap();
    let said = machine.ok(&["report", "new", "--answers", "answers.toml", "--file", "plan.pdf"], "");
    machine.keep(&token(&said));
    assert!(!holds(&place.data(), WHAT));

    let mut desk = Desk::new(server.member, &place.authority, 0);
    let case = only_case(&mut desk);
    let opened = desk.open(&case);
    let report = opened.report();
    assert_eq!((report.fields.get("what"), report.channel, report.assisted), (WHAT, Channel::Cli, false));
    let files: Vec<_> = opened.attachments().map(|file| (file.name.clone(), file.size)).collect();
    assert_eq!(files, [("plan.pdf".to_owned(), 2_500_000)]);
    desk.answer(&case, "Which bridge?", Some(State::Open));

    let read = machine.case(&["read"], "");
    assert!(read.contains("Which bridge?") && read.contains("Being looked into") || read.contains("Open"), "{read}");
    fs::write(machine.path("photo.bin"), vec![8; 1_100_000]).unwrap();
    machine.case(&["write", "--file", "photo.bin"], "The one at the mill.");
    let opened = desk.open(&case);
    assert_eq!(opened.attachments().count(), 2);

    let moved = machine.case(&["move"], "");
    let old_token = machine.run(
        &["case", "read", "--token-file", "token", "--server", &machine.server, "--fingerprint", &machine.fingerprint],
        "",
    );
    assert!(String::from_utf8_lossy(&old_token.stderr).contains("moved to another token"));
    machine.keep(&token(&moved));
    desk.answer(&case, "Thank you.", None);
    let read = machine.case(&["read"], "");
    assert!(read.contains("Which bridge?") && read.contains("Thank you."), "{read}");

    assert!(machine.case(&["forget"], "no\n").contains("Nothing was changed"));
    machine.case(&["forget", "--yes"], "");
    let gone = machine.run(
        &["case", "read", "--token-file", "token", "--server", &machine.server, "--fingerprint", &machine.fingerprint],
        "",
    );
    assert!(String::from_utf8_lossy(&gone.stderr).contains("opens nothing"));
}

#[test]
fn pictures_are_cleaned_and_it_is_said_what_was_found() {
    let place = Place::new(LIMITS);
    let server = place.start();
    let machine = Machine::new(&place, &server);
    let marked = |content: &[u8]| content.windows(6).any(|window| window == b"CANARY");
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/files");
    for name in ["photo.jpg", "photo.heic", "broken.jpg"] {
        fs::copy(vectors.join(name), machine.path(name)).unwrap();
    }
    fs::write(machine.path("deed.pdf"), b"%PDF-1.7").unwrap();
    let files = ["--file", "photo.jpg", "--file", "broken.jpg", "--file", "deed.pdf"];
    let known = ["--server", &machine.server, "--fingerprint", &machine.fingerprint];
    let new = machine.run(&[&["report", "new", "--answers", "answers.toml"], &files[..], &known].concat(), "");
    let told = String::from_utf8(new.stderr.clone()).unwrap().replace(['\u{2068}', '\u{2069}'], "");
    for words in ["photo.jpg\n    Hidden data was taken out: place, time", "picture is damaged", "A PDF can hold"] {
        assert!(told.contains(words), "{told}");
    }
    machine.keep(&token(&said(&new)));
    let mut desk = Desk::new(server.member, &place.authority, 0);
    let case = only_case(&mut desk);
    let saved = desk.saved(&case);
    let names: Vec<_> = saved.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["photo.jpg", "broken.jpg", "deed.pdf"]);
    assert!(!marked(&saved[0].1) && saved[1].1 == fs::read(machine.path("broken.jpg")).unwrap());

    machine.case(&["write", "--file", "photo.heic", "--originals"], "One more.");
    let saved = desk.saved(&case);
    assert_eq!((&*saved[3].0, marked(&saved[3].1)), ("photo.heic", false));
    assert_eq!((&*saved[4].0, &saved[4].1), ("photo.original.heic", &fs::read(machine.path("photo.heic")).unwrap()));

    // Asked for where the questions are; 1 is no and 2 is yes.
    for (answer, count) in [("1", 1), ("2", 2)] {
        let typed = format!("1\n\n1\nIt rained.\n\n\n\n\n\n\n\n1\n1\n{answer}\n");
        let keys = place.path("keys").display().to_string();
        let file = format!("sealed-{answer}");
        let new = ["report", "new", "--keys", &keys, "--fingerprint", &machine.fingerprint, "--save", &file];
        let new = machine.run(&[&new[..], &["--file", "photo.jpg"]].concat(), &typed);
        let told = String::from_utf8_lossy(&new.stderr).into_owned();
        assert!(told.contains("Seal the originals of the cleaned pictures as well"), "{told}");
        said(&new);
        let before: Vec<_> = desk.cases().cases.iter().map(|case| case.id).collect();
        said(&machine.run(&["report", "send", &file, "--server", &machine.server], ""));
        let case = desk.cases().cases.iter().map(|case| case.id).find(|id| !before.contains(id)).unwrap();
        let saved = desk.saved(&case);
        assert_eq!((saved.len(), marked(&saved[0].1)), (count, false));
    }
}

#[test]
fn a_report_is_sealed_without_a_network_and_sent_later_through_a_proxy() {
    let place = Place::new(LIMITS);
    let server = place.start();
    let mut machine = Machine::new(&place, &server);
    machine.fingerprint = place.authority.history.fingerprint().in_words();
    let keys = place.path("keys").display().to_string();
    fs::write(machine.path("a.bin"), vec![1; 1 << 20]).unwrap();
    fs::write(machine.path("b.bin"), b"").unwrap();
    let sealing =
        ["report", "new", "--keys", &keys, "--fingerprint", &machine.fingerprint, "--answers", "answers.toml"];
    let files = ["--file", "a.bin", "--file", "b.bin", "--save", "report.amparo"];
    let sealed = said(&machine.run(&[&sealing[..], &files].concat(), ""));
    machine.keep(&token(&sealed));
    assert!(!holds(machine.folder.path(), &token(&sealed).groups().concat()));
    assert_eq!(fs::metadata(machine.path("report.amparo")).unwrap().permissions().mode() & 0o777, 0o600);
    // What is there already is not written over.
    let again = machine.refused(&[&sealing[..], &files].concat(), "");
    assert!(again.contains("never overwritten"), "{again}");

    let (proxy, asked) = proxy(server.reporter);
    let through = ["--server", "http://aaaabbbb.onion", "--proxy", &format!("socks5://{proxy}")];
    for _ in 0..2 {
        said(&machine.run(&[&["report", "send", "report.amparo"], &through[..]].concat(), ""));
    }
    assert!(asked.lock().unwrap().iter().all(|(kind, name, _)| *kind == 3 && name == "aaaabbbb.onion"));
    let mut desk = Desk::new(server.member, &place.authority, 0);
    let case = only_case(&mut desk);
    let sizes: Vec<_> = desk.open(&case).attachments().map(|file| file.size).collect();
    assert_eq!(sizes, [1 << 20, 0]);
    assert!(machine.case(&["read"], "").contains("you filed the report"));

    // The form takes what was sent already as sent, and a second report as well.
    let whole = fs::read(machine.path("report.amparo")).unwrap();
    let upload = |bytes: &[u8]| {
        Form::default().file("report.amparo", "application/octet-stream", bytes).send(server.reporter, "/en/send")
    };
    upload(&whole).says(200, "The report is stored");
    let files = ["--file", "a.bin", "--save", "second.amparo"];
    said(&machine.run(&[&sealing[..], &files].concat(), ""));
    let second = fs::read(machine.path("second.amparo")).unwrap();
    for bytes in [&second[..second.len() - 1], &[&second[..], b"x"].concat(), b"something else"] {
        upload(bytes).says(422, "not a whole sealed report");
    }
    assert_eq!(desk.cases().cases.len(), 1);
    upload(&second).says(200, "The report is stored");
    assert_eq!(desk.cases().cases.len(), 2);

    for (name, bytes) in [("cut", &whole[..whole.len() - 1]), ("other", b"something else" as &[u8])] {
        fs::write(machine.path(name), bytes).unwrap();
        let refused = machine.refused(&["report", "send", name, "--server", &machine.server], "");
        assert!(refused.contains("not a whole sealed report"), "{refused}");
    }
}

#[test]
fn nothing_is_sealed_to_keys_of_another_fingerprint_and_nobody_left_out_reads() {
    let place = Place::new(LIMITS);
    let server = place.start();
    let machine = Machine::new(&place, &server);
    let other = example::authority(&SystemRandom::new()).history.fingerprint();
    let new = ["report", "new", "--answers", "answers.toml", "--server", &machine.server, "--fingerprint"];
    for other in [other.to_string(), other.in_words()] {
        let refused = machine.refused(&[&new[..], &[&other]].concat(), "");
        assert!(refused.contains("not the keys of the fingerprint"), "{refused}");
    }
    let refused = machine.refused(&[&new[..], &["acorn almonds amber"]].concat(), "");
    assert!(refused.contains("word 2, \"almonds\"") && refused.contains("is it \"almond\""), "{refused}");
    assert!(Desk::new(server.member, &place.authority, 0).cases().cases.is_empty());

    let lead = place.authority.members[0].id.to_string();
    let mut answers = fs::OpenOptions::new().append(true).open(machine.path("answers.toml")).unwrap();
    writeln!(answers, "left_out = [\"{lead}\"]").unwrap();
    let said = machine.ok(&["report", "new", "--answers", "answers.toml"], "");
    let receipt = "Read by: Public works\nWill be read by:\n  Investigator, public works\n\
                   Can never be opened by:\n  Head of public works\n";
    assert!(said.contains(receipt), "{said}");
    let mut investigator = Desk::new(server.member, &place.authority, 1);
    let case = only_case(&mut investigator);
    assert_eq!(investigator.open(&case).report().left_out.len(), 1);
    assert!(Desk::new(server.member, &place.authority, 0).try_open(&case).is_err());

    writeln!(answers, "unsaid = true").unwrap();
    let said = machine.ok(&["report", "new", "--answers", "answers.toml"], "");
    assert!(
        said.contains(
            "Read by: Oversight\nYou said that somebody in this unit is involved: \u{2068}Public works\u{2069}."
        ),
        "{said}"
    );
    assert!(said.contains("Will be read by:\n  Head of oversight\n") && !said.contains("never be opened"), "{said}");
    assert_eq!(Desk::new(server.member, &place.authority, 2).cases().cases.len(), 1);

    let everybody = place.authority.members[..2].iter().map(|member| format!("\"{}\"", member.id)).collect::<Vec<_>>();
    let all = format!("unit = \"works\"\nwhat = \"{WHAT}\"\nleft_out = [{}]\n", everybody.join(", "));
    fs::write(machine.path("all.toml"), &all).unwrap();
    let known = ["--server", &machine.server, "--fingerprint", &machine.fingerprint];
    let new_all = [&["report", "new", "--answers", "all.toml"], &known[..]].concat();
    let refused = machine.refused(&new_all, "");
    assert!(
        refused.contains("everybody who could read it there was named") && refused.contains("oversight unit"),
        "{refused}"
    );
    let custodian = place.authority.members[3].id.to_string();
    let name = format!("unit = \"works\"\nwhat = \"{WHAT}\"\nname = \"Ana\"\nleft_out = [\"{custodian}\"]\n");
    fs::write(machine.path("all.toml"), &name).unwrap();
    let refused = machine.refused(&new_all, "");
    assert!(refused.contains("too few custodians are left"), "{refused}");

    let large = machine.path("large.bin");
    fs::File::create(&large).unwrap().set_len(9 << 20).unwrap();
    let refused = machine.refused(&[&new[..], &[&machine.fingerprint, "--file", "large.bin"]].concat(), "");
    assert!(refused.contains("larger than 8 MB"), "{refused}");
}
