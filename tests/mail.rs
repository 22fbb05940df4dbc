//! Reports by e-mail through a real mail server: Postfix takes letters by SMTP, delivers them by LMTP and by pipe, and
//! carries the answers out, over TLS and after a login.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use amparo::mail::deliver::{self, DeliveryError};
use amparo::protocol::bytes::CaseId;
use amparo::protocol::content::Channel;

use common::client::open_case;
use common::desk::Desk;
use common::postfix::{PASSWORD, Postfix, USER, as_root, can_start, certificate, give_to_server, run, start_server};
use common::server::{AMPARO, Place, wait_for};
use common::sink::{Sink, send};

const SMALL: &str = "spare_disk_bytes = \"1 B\"";

/// Adds to the server's configuration that letters are taken, and how they are answered.
fn take_letters(place: &Place, smtp: &str) {
    let socket = place.path("run/mail.sock");
    let addresses = "[{ address = \"report@example.org\", unit = \"works\" }, \
                     { address = \"pipe@example.org\", unit = \"works\", language = \"fr\" }]";
    let mail = format!("[mail]\nsocket = \"{}\"\naddresses = {addresses}\n{smtp}\n", socket.display());
    let config = fs::read_to_string(place.path("amparo.toml")).unwrap();
    fs::write(place.path("amparo.toml"), config + &mail).unwrap();
    fs::create_dir_all(place.path("run")).unwrap();
}

/// The cases that hold `word`, as the first member's desk opens them.
fn cases_with(desk: &mut Desk, word: &str) -> Vec<CaseId> {
    let ids: Vec<_> = desk.cases().cases.iter().map(|case| case.id).collect();
    ids.into_iter().filter(|id| desk.open(id).report().fields.get("what").contains(word)).collect()
}

#[test]
fn a_real_mail_server_delivers_and_carries_the_answers() {
    if !can_start() {
        return;
    }
    let (place, sink) = (Place::new(SMALL), Sink::start());
    let postfix = Postfix::start(&place, &sink);
    take_letters(
        &place,
        &format!(
            "smtp_server = \"{}\"\nsmtp_tls = \"starttls\"\nsmtp_ca_file = \"{}\"",
            postfix.address,
            postfix.ca.display()
        ),
    );
    let server = start_server(&place);
    let mut desk = Desk::new(server.member, &place.authority, 0);

    // By LMTP, with a file.
    let letter = "From: Ana <ana@example.net>\nTo: report@example.org\nMessage-ID: <1@example.net>\nSubject: The bridge\n\
        Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain; charset=utf-8\n\nThey asked for ten percent.\n\
        --x\nContent-Type: application/pdf; name=\"contract.pdf\"\nContent-Transfer-Encoding: base64\n\nJVBERg==\n--x--";
    send(postfix.address, "ana@example.net", "report@example.org", letter);
    let answer = sink.wait_for("ana@example.net");
    assert_eq!((answer.sender.as_str(), answer.field("From")), ("", Some("<report@example.org>")));
    assert_eq!(answer.field("In-Reply-To"), Some("<1@example.net>"));
    assert_eq!(answer.field("Auto-Submitted"), Some("auto-replied"));
    assert!(postfix.log().contains("status=sent (250 2.0.0 sealed and filed)"), "{}", postfix.log());
    open_case(server.reporter, &answer.token()).says(200, "Your case");
    let cases = cases_with(&mut desk, "The bridge\n\nThey asked for ten percent.");
    assert_eq!(cases.len(), 1);
    assert_eq!(desk.open(&cases[0]).report().channel, Channel::Mail);
    assert_eq!(desk.saved(&cases[0]), [("contract.pdf".to_owned(), b"%PDF".to_vec())]);

    // By pipe; and a list gets no answer.
    send(
        postfix.address,
        "owner@lists.example.net",
        "report@example.org",
        "List-Id: <l>\nSubject: digest\n\nfrom a list",
    );
    send(postfix.address, "omar@example.net", "pipe@example.org", "Content-Language: ar\nSubject: x\n\n.piped\n..dots");
    let answer = sink.wait_for("omar@example.net");
    assert!(answer.field("Content-Language") == Some("ar") && answer.text().contains("رمز"), "{}", answer.text());
    open_case(server.reporter, &answer.token()).says(200, "Your case");
    assert_eq!(cases_with(&mut desk, ".piped\n..dots").len(), 1);
    wait_for("the list's letter", || (cases_with(&mut desk, "from a list").len() == 1).then_some(()));

    // While the server is away the mail server keeps what comes, both ways.
    server.stop();
    assert!(!place.path("run/mail.sock").exists());
    send(postfix.address, "late@example.net", "report@example.org", "Subject: late\n\nkept for lmtp");
    send(postfix.address, "later@example.net", "pipe@example.org", "Subject: late\n\nkept for the pipe");
    wait_for("both to be put off", || (postfix.log().matches("status=deferred").count() >= 2).then_some(()));
    let server = start_server(&place);
    for address in ["late@example.net", "later@example.net"] {
        open_case(server.reporter, &sink.wait_for(address).token()).says(200, "Your case");
    }
    // An answer that was too many would have come by now: those that were asked for later have.
    let answered: Vec<_> = sink.arrived().into_iter().flat_map(|arrived| arrived.recipients).collect();
    assert_eq!(answered.len(), 4, "{answered:?}");
}

#[test]
fn the_pipe_tells_the_mail_server_what_to_do() {
    let place = Place::new(SMALL);
    take_letters(&place, "");
    let status = |arguments: &[&str], letter: &[u8]| {
        let mut command = place.command(AMPARO);
        command.arg("receive-mail").arg("--config").arg(place.path("amparo.toml")).args(arguments);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        // A program that refuses early does not read it all.
        let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), letter);
        child.wait().unwrap().code().unwrap()
    };
    let to = ["--to", "report@example.org"];
    assert_eq!(status(&to, b"Subject: s\n\nnobody listens"), 75);
    let server = place.start();
    assert_eq!(status(&to, b"From ana@example.net Mon\nSubject: s\n\nwords"), 0);
    assert_eq!(status(&["--to", "other@example.org"], b"\nwords"), 67);
    assert_eq!(status(&[], b"\nwords"), 75);
    assert_eq!(status(&to, &vec![b'a'; (25 << 20) + 1]), 65);
    let mut desk = Desk::new(server.member, &place.authority, 0);
    assert_eq!(cases_with(&mut desk, "s\n\nwords").len(), 1);
    let refused = deliver::deliver(&place.path("run/mail.sock"), "a@b", "x@y", b"\n");
    assert!(matches!(refused, Err(DeliveryError::NoAddress)));
    assert!(place.said().contains("warn reports by e-mail are taken"), "{}", place.said());
}

#[test]
fn an_answer_that_cannot_be_handed_over_is_dropped_and_the_case_stays() {
    let place = Place::new(SMALL);
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    take_letters(&place, &format!("smtp_server = \"{nobody}\"\nsmtp_tls = \"none\""));
    let server = place.start();
    deliver::deliver(&place.path("run/mail.sock"), "ana@example.net", "report@example.org", b"\r\nstays\r\n").unwrap();
    wait_for("the log to tell", || place.said().contains("an answer by mail was dropped").then_some(()));
    assert!(!place.said().contains("example.net"), "{}", place.said());
    let mut desk = Desk::new(server.member, &place.authority, 0);
    assert_eq!(cases_with(&mut desk, "stays").len(), 1);
    // The stop waits for no answer that is gone.
    let since = std::time::Instant::now();
    server.stop();
    assert!(since.elapsed() < Duration::from_secs(25));
}

#[test]
fn answers_go_out_protected_and_logged_in_or_not_at_all() {
    if !can_start() {
        return;
    }
    let (place, sink) = (Place::new(SMALL), Sink::start());
    let postfix = Postfix::start(&place, &sink);
    let password = |name: &str, text: &str| {
        fs::write(place.path(name), text).unwrap();
        fs::set_permissions(place.path(name), PermissionsExt::from_mode(0o600)).unwrap();
        give_to_server(&place.path(name));
        format!("smtp_user = \"{USER}\"\nsmtp_password_file = \"{}\"\n", place.path(name).display())
    };
    let (right, wrong) = (password("right", PASSWORD), password("wrong", "wrong-and-long"));
    let signed_by = |name: &str| format!("smtp_ca_file = \"{}\"\n", postfix.ca.with_file_name(name).display());
    let (ours, strangers) = (signed_by("ca.pem"), signed_by("stranger.pem"));
    let by_name = |address: SocketAddr| format!("localhost:{}", address.port());
    let (smtps, submission) = (postfix.smtps.to_string(), postfix.submission.to_string());
    let (plain, none) = (postfix.plain.to_string(), String::new());
    let refused = "the SMTP server says 535";
    let no_tls = "there is no TLS with the SMTP server that can be trusted";
    let less = "the SMTP server does not offer what is asked of it";
    for (number, (server, tls, login, ca, dropped)) in [
        (&smtps, "tls", &right, &ours, None),
        (&submission, "starttls", &right, &ours, None),
        (&smtps, "tls", &wrong, &ours, Some(refused)),
        (&submission, "starttls", &wrong, &ours, Some(refused)),
        (&smtps, "tls", &none, &ours, Some("the SMTP server says 554")),
        // Nobody whom this machine trusts, or the configuration names, has signed the certificate.
        (&smtps, "tls", &right, &none, Some(no_tls)),
        (&submission, "starttls", &right, &none, Some(no_tls)),
        (&smtps, "tls", &right, &strangers, Some(no_tls)),
        (&submission, "starttls", &right, &strangers, Some(no_tls)),
        // It is for another name.
        (&by_name(postfix.smtps), "tls", &right, &ours, Some(no_tls)),
        // A server without TLS gets nothing unless that was said.
        (&plain, "starttls", &none, &ours, Some(less)),
        (&plain, "tls", &none, &ours, Some(no_tls)),
        (&plain, "none", &none, &none, None),
    ]
    .into_iter()
    .enumerate()
    {
        place.configure("127.0.0.1:0", "data", SMALL);
        take_letters(&place, &format!("smtp_server = \"{server}\"\nsmtp_tls = \"{tls}\"\n{login}{ca}"));
        let before = place.said().len();
        let running = start_server(&place);
        let (sender, words) = (format!("ana{number}@example.net"), format!("Case {number} of the table."));
        send(postfix.address, &sender, "report@example.org", &format!("Subject: s\n\n{words}"));
        let mut desk = Desk::new(running.member, &place.authority, 0);
        wait_for("the case", || (cases_with(&mut desk, &words).len() == 1).then_some(()));
        if dropped.is_none() {
            open_case(running.reporter, &sink.wait_for(&sender).token()).says(200, "Your case");
        }
        // It ends when no answer is under way any more.
        running.stop();
        let said = place.said()[before..].to_owned();
        let told: Vec<_> = said.lines().filter(|line| line.contains("an answer by mail")).collect();
        let expected = dropped.map(|why| format!("an answer by mail was dropped: {why}; its case is filed"));
        assert_eq!(told.len(), usize::from(expected.is_some()), "{number}: {said}");
        assert!(told.iter().all(|line| expected.as_ref().is_some_and(|end| line.ends_with(end))), "{number}: {said}");
        assert!(!said.contains("example.net"), "{said}");
        assert!(!said.contains("-and-long"), "{said}");
    }
    assert_eq!(sink.arrived().len(), 3);
    for server in ["localhost:25", "mail.example.org:25", "192.0.2.1:25"] {
        place.configure("127.0.0.1:0", "data", SMALL);
        take_letters(&place, &format!("smtp_server = \"{server}\"\nsmtp_tls = \"none\""));
        let said = place.refused();
        assert!(said.contains("would be readable on the way; use tls or starttls"), "{said}");
    }
}

#[test]
fn the_example_for_postfix_is_one_that_postfix_reads() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    for name in ["main.cf", "master.cf"] {
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/postfix").join(name), folder.path().join(name))
            .unwrap();
    }
    let says = |program: &str, arguments: &[&str]| {
        let ended = Command::new(program).arg("-c").arg(folder.path()).args(arguments).output().unwrap();
        let [said, complaints] = [ended.stdout, ended.stderr].map(|said| String::from_utf8(said).unwrap());
        // A parameter that there is none of is a warning only.
        assert_eq!(complaints, "", "{program} {arguments:?}");
        said.trim().to_owned()
    };
    for what in ["-n", "-M", "-P"] {
        let shown = says("postconf", &[what]);
        assert!(what == "-P" || !shown.is_empty());
    }
    let looked_up = |table: &str, key: &str| says("postmap", &["-q", key, &says("postconf", &["-h", table])]);
    assert_eq!(looked_up("transport_maps", "report@example.org"), "lmtp:unix:/run/amparo/mail.sock");
    assert_eq!(looked_up("relay_recipient_maps", "report@example.org"), "ok");
    assert_eq!(looked_up("relay_recipient_maps", "other@example.org"), "");
    assert_eq!(looked_up("smtp_header_checks", "Received: from amparo.invalid"), "IGNORE");
    if !can_start() {
        return;
    }
    // Not in the machine's own queue.
    let own = |name: &str| format!("{name}_directory = {}\n", folder.path().join(name).display());
    let main = fs::read_to_string(folder.path().join("main.cf")).unwrap();
    fs::write(folder.path().join("main.cf"), main + &own("queue") + &own("data")).unwrap();
    for name in ["queue", "data"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    run(as_root("chown").arg("-R").arg("root").arg(folder.path()));
    run(as_root("chown").arg("postfix").arg(folder.path().join("data")));
    let checked = as_root("postfix").arg("-c").arg(folder.path()).arg("check").output().unwrap();
    run(as_root("rm").arg("-rf").arg(folder.path()));
    let complaints = String::from_utf8(checked.stderr).unwrap();
    assert!(checked.status.success() && complaints.is_empty(), "{complaints}");
}

#[test]
fn the_example_for_opensmtpd_is_one_that_opensmtpd_reads() {
    // It cannot be installed beside Postfix, so make test does not; SMTPD names one that lies elsewhere.
    let program = PathBuf::from(std::env::var_os("SMTPD").unwrap_or_else(|| "/usr/sbin/smtpd".into()));
    if !program.exists() {
        eprintln!("\nNOT PROVEN: there is no OpenSMTPD here to read its example; set SMTPD to one\n");
        return;
    }
    // It refuses everybody else, even to read a file.
    if !can_start() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path());
    let example = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/opensmtpd/smtpd.conf"));
    let own = |name: &str| folder.path().join(name).display().to_string();
    // What a mail server's machine has.
    let mut text = example.unwrap();
    for (theirs, ours) in [
        ("/etc/ssl/mx.example.org.pem", own("mx.pem")),
        ("/etc/ssl/private/mx.example.org.key", own("mx.key")),
        ("listen on eth0", "listen on lo".to_owned()),
    ] {
        assert!(text.contains(theirs), "{theirs}");
        text = text.replace(theirs, &ours);
    }
    // It reads what is root's alone.
    let reads = |text: &str| {
        let file = folder.path().join("smtpd.conf");
        let _ = fs::remove_file(&file);
        fs::write(&file, text).unwrap();
        run(as_root("chown").arg("root").args(["smtpd.conf", "mx.pem", "mx.key"].map(|name| folder.path().join(name))));
        as_root(program.to_str().unwrap()).arg("-n").arg("-f").arg(file).output().unwrap()
    };
    let by_lmtp = reads(&text);
    assert!(by_lmtp.status.success(), "{by_lmtp:?}");
    // The other way, which stands in it as a comment.
    let kept = |line: &&str| !line.starts_with("action \"reports\" lmtp");
    let by_pipe: Vec<_> = text
        .lines()
        .filter(kept)
        .map(|line| line.strip_prefix("#action").map_or_else(|| line.to_owned(), |rest| format!("action{rest}")))
        .collect();
    let by_pipe = reads(&(by_pipe.join("\n") + "\n"));
    assert!(by_pipe.status.success(), "{by_pipe:?}");
    assert!(!reads(&text.replace("action \"answers\"", "acton \"answers\"")).status.success());
}
