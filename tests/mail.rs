//! Reports by e-mail through a real mail server: Postfix, with a configuration, queue and ports of its own, which takes
//! letters by SMTP, delivers them by LMTP and by pipe, and carries the answers out over STARTTLS.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use amparo::mail::deliver::{self, DeliveryError};
use amparo::protocol::bytes::CaseId;
use amparo::protocol::content::Channel;

use common::client::open_case;
use common::desk::Desk;
use common::server::{AMPARO, Place, Server, wait_for};
use common::sink::{Sink, send};

const DAEMONS: &str = "/usr/lib/postfix/sbin";

/// Adds to the server's configuration that letters are taken, and how they are answered.
fn take_letters(place: &Place, smtp: &str) {
    let socket = place.path("run/mail.sock");
    let addresses = "[{ address = \"report@example.org\", unit = \"works\" }, \
                     { address = \"pipe@example.org\", unit = \"works\", language = \"fr\" }]";
    let mail = format!("[mail]\nsocket = \"{}\"\naddresses = {addresses}\n{smtp}\n", socket.display());
    let config = fs::read_to_string(place.path("amparo.toml")).unwrap();
    fs::write(place.path("amparo.toml"), config + &mail).unwrap();
    fs::create_dir(place.path("run")).unwrap();
}

fn run(command: &mut Command) -> String {
    let ended = command.output().unwrap();
    let said = [ended.stdout, ended.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(ended.status.success(), "{command:?}: {said}");
    said
}

/// Postfix in a folder of its own; ended when dropped.
struct Postfix {
    child: Child,
    address: SocketAddr,
    folder: std::path::PathBuf,
}

impl Postfix {
    /// Mail for the authority goes to the server in `place`, all other mail to `sink`.
    fn start(place: &Place, sink: &Sink) -> Self {
        let folder = place.path("postfix");
        for name in ["", "config", "queue", "state"] {
            fs::create_dir(folder.join(name)).unwrap();
            fs::set_permissions(folder.join(name), PermissionsExt::from_mode(0o755)).unwrap();
        }
        // Postfix names ports, so one that is free now is taken.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let at = folder.display();
        let main = format!(
            "compatibility_level = 3.6\nqueue_directory = {at}/queue\ndata_directory = {at}/state\n\
             command_directory = /usr/sbin\ndaemon_directory = {DAEMONS}\nmail_owner = postfix\nsetgid_group = postdrop\n\
             myhostname = mx.example.org\nmydestination =\nmynetworks = 127.0.0.0/8\ninet_interfaces = 127.0.0.1\n\
             inet_protocols = ipv4\nrelay_domains = example.org\nlocal_recipient_maps =\nalias_maps =\n\
             transport_maps = inline:{{report@example.org=lmtp:unix:{socket}, pipe@example.org=amparo:}}\n\
             default_transport = smtp:[127.0.0.1]:{port}\nsmtp_tls_security_level = none\ndisable_dns_lookups = yes\n\
             smtpd_tls_security_level = may\nsmtpd_tls_cert_file = {at}/mx.pem\nsmtpd_tls_key_file = {at}/mx.key\n\
             maillog_file = {at}/log\nmaillog_file_prefixes = {at}\nminimal_backoff_time = 1s\nqueue_run_delay = 1s\n\
             amparo_destination_recipient_limit = 1\n",
            socket = place.path("run/mail.sock").display(),
            port = sink.address.port(),
        );
        let (amparo, config) = (place.path("amparo"), place.path("amparo.toml"));
        let mut master = format!(
            "{address} inet n - n - - smtpd\npostlog unix-dgram n - n - 1 postlogd\n\
             amparo unix - n n - - pipe flags=Rq user=daemon argv={} receive-mail --config {} --to ${{recipient}}\n",
            amparo.display(),
            config.display()
        );
        for (service, limit, program) in [
            ("cleanup unix n", "0", "cleanup"),
            ("qmgr unix n", "1", "qmgr"),
            ("tlsmgr unix -", "1", "tlsmgr"),
            ("rewrite unix -", "-", "trivial-rewrite"),
            ("bounce unix -", "0", "bounce"),
            ("defer unix -", "0", "bounce"),
            ("trace unix -", "0", "bounce"),
            ("proxymap unix -", "-", "proxymap"),
            ("smtp unix -", "-", "smtp"),
            ("error unix -", "-", "error"),
            ("retry unix -", "-", "error"),
            ("lmtp unix -", "-", "lmtp"),
            ("anvil unix -", "1", "anvil"),
            ("scache unix -", "1", "scache"),
            ("showq unix n", "-", "showq"),
            ("flush unix n", "0", "flush"),
        ] {
            let _ = writeln!(master, "{service} - n - {limit} {program}");
        }
        fs::write(folder.join("config/main.cf"), main).unwrap();
        fs::write(folder.join("config/master.cf"), master).unwrap();
        certificate(&folder);
        run(Command::new("chown").arg("postfix").arg(folder.join("state")));
        let mut postfix = Command::new("postfix");
        postfix.arg("-c").arg(folder.join("config")).arg("start-fg");
        let child = postfix.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let started = Self { child, address, folder };
        wait_for("Postfix to listen", || std::net::TcpStream::connect(address).ok());
        started
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.log());
        }
        let _ = Command::new("postfix").arg("-c").arg(self.folder.join("config")).arg("stop").output();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An authority of its own, and a certificate for this machine's address.
fn certificate(folder: &Path) {
    let openssl = |arguments: &str| {
        run(Command::new("openssl").current_dir(folder).args(arguments.split(' ')));
    };
    let key = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
    openssl(&format!("{key} -subj /CN=throwaway -keyout ca.key -out ca.pem"));
    openssl(&format!(
        "{key} -subj /CN=mx -keyout mx.key -out mx.pem -CA ca.pem -CAkey ca.key -addext subjectAltName=IP:127.0.0.1 \
         -addext basicConstraints=critical,CA:FALSE"
    ));
}

/// Starts the server as an ordinary user, with a socket that Postfix may use as well.
fn start(place: &Place) -> Server {
    for name in ["", "run", "postfix"] {
        fs::set_permissions(place.path(name), PermissionsExt::from_mode(0o755)).unwrap();
    }
    // Its own user may not be able to reach the one that was built.
    if !place.path("amparo").exists() {
        fs::copy(AMPARO, place.path("amparo")).unwrap();
    }
    for name in ["keys", "home", "tmp", "run"] {
        run(Command::new("chown").arg("-R").arg("daemon").arg(place.path(name)));
    }
    if place.data().exists() {
        run(Command::new("chown").arg("-R").arg("daemon").arg(place.data()));
    } else {
        fs::create_dir(place.data()).unwrap();
        fs::set_permissions(place.data(), PermissionsExt::from_mode(0o700)).unwrap();
        run(Command::new("chown").arg("daemon").arg(place.data()));
    }
    run(Command::new("chgrp").arg("postfix").arg(place.path("run")));
    fs::set_permissions(place.path("run"), PermissionsExt::from_mode(0o2750)).unwrap();
    let mut command = place.command("setpriv");
    command.args(["--reuid", "daemon", "--regid", "daemon", "--groups", "postfix", "--"]);
    command.arg(place.path("amparo")).arg("serve").arg("--config").arg(place.path("amparo.toml"));
    place.run(command)
}

/// The cases that hold `word`, as the first member's desk opens them.
fn cases_with(desk: &mut Desk, word: &str) -> Vec<CaseId> {
    let ids: Vec<_> = desk.cases().cases.iter().map(|case| case.id).collect();
    ids.into_iter().filter(|id| desk.open(id).report().fields.get("what").contains(word)).collect()
}

#[test]
fn a_real_mail_server_delivers_and_carries_the_answers() {
    if !rustix::process::geteuid().is_root() {
        println!("not proven here: only root can start a mail server of its own");
        return;
    }
    let (place, sink) = (Place::new("spare_disk_bytes = \"1 B\""), Sink::start());
    let postfix = Postfix::start(&place, &sink);
    let ca = postfix.folder.join("ca.pem");
    take_letters(
        &place,
        &format!("smtp_server = \"{}\"\nsmtp_tls = \"starttls\"\nsmtp_ca_file = \"{}\"", postfix.address, ca.display()),
    );
    let server = start(&place);
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
    let server = start(&place);
    for address in ["late@example.net", "later@example.net"] {
        open_case(server.reporter, &sink.wait_for(address).token()).says(200, "Your case");
    }
    // An answer that was too many would have come by now: those that were asked for later have.
    let answered: Vec<_> = sink.arrived().into_iter().flat_map(|arrived| arrived.recipients).collect();
    assert_eq!(answered.len(), 4, "{answered:?}");
}

#[test]
fn the_pipe_tells_the_mail_server_what_to_do() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
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
    let place = Place::new("spare_disk_bytes = \"1 B\"");
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
