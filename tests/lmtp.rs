//! The socket on which a mail server delivers, spoken to by one that also breaks the rules.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use amparo::blobs::Blobs;
use amparo::clock::Clock;
use amparo::config::Config;
use amparo::intake::{Intake, Settings};
use amparo::listener::socket;
use amparo::mail::lmtp::{self, LINE_MAX};
use amparo::mail::mailroom::Mailroom;
use amparo::protocol::example::{self, DAY};
use amparo::secret::Rng;
use amparo::store::Store;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The largest letter that is taken.
const MOST: usize = 1000;

/// A socket that letters are taken on.
struct Place {
    folder: tempfile::TempDir,
    socket: PathBuf,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

/// Takes letters, where new cases need `spare` free bytes.
async fn serve(spare: u64) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let rng: Rng = Arc::new(ring::rand::SystemRandom::new());
    let authority = example::authority(&*rng);
    let data = folder.path().join("data");
    let store = Store::open(&data.join("amparo.db")).await.unwrap();
    let blobs = Blobs::open(&data.join("blobs")).unwrap();
    let settings = Settings { spare_disk_bytes: spare, ..Settings::new(data) };
    let clock = Clock::fixed(DAY.parse().unwrap());
    let intake = Arc::new(Intake::new(store, blobs, Arc::clone(&authority.history), clock, rng, settings));
    let text = "[mail]\naddresses = [{ address = \"report@example.org\", unit = \"works\" }, \
                { address = \"works@example.org\", unit = \"works\" }]";
    let config = Config::parse(text, folder.path()).unwrap();
    let mailroom = Arc::new(Mailroom::new(intake, &config, None).unwrap());
    let socket = folder.path().join("socket");
    let (stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(lmtp::serve(socket::listen(&socket).unwrap(), mailroom, MOST, stopped));
    Place { folder, socket, stop, serving }
}

/// What a mail server hears when it says `said` all at once, where new cases need `spare` free bytes.
async fn heard(said: &[u8], spare: u64) -> String {
    let Place { folder, socket, stop, serving } = serve(spare).await;
    let said = said.to_owned();
    let heard = tokio::task::spawn_blocking(move || {
        let mut stream = UnixStream::connect(socket).unwrap();
        // One that is closed early is not written to any more; what was heard counts.
        let _ = stream.write_all(&said).and_then(|()| stream.shutdown(Shutdown::Write));
        let mut heard = Vec::new();
        let _ = stream.read_to_end(&mut heard);
        String::from_utf8(heard).unwrap()
    });
    let heard = heard.await.unwrap();
    stop.send_replace(true);
    serving.await.unwrap();
    assert!(!folder.path().join("socket").exists(), "the socket goes with the server");
    heard
}

fn codes(heard: &str) -> Vec<&str> {
    heard.lines().filter(|line| line.as_bytes()[3] == b' ').map(|line| &line[..3]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_recipient_gets_an_answer_of_its_own() {
    let said =
        b"LHLO mx\r\nMAIL FROM:<ana@example.net>\r\nRCPT TO:<Report@Example.org>\r\nRCPT TO:<other@example.org>\r\n\
        RCPT TO:<works@example.org>\r\nDATA\r\nSubject: s\r\n\r\nwords\r\n.\r\nQUIT\r\n";
    let heard = heard(said, 0).await;
    assert_eq!(codes(&heard), ["220", "250", "250", "250", "550", "250", "354", "250", "250", "221"], "{heard}");
    assert!(heard.contains("250-PIPELINING\r\n") && heard.contains("250 SIZE 1000\r\n"), "{heard}");
}

/// While a connection stays, the end of the letter stays in its buffer.
#[tokio::test]
async fn a_mail_server_that_says_nothing_after_a_letter_is_let_go_within_half_a_minute() {
    let place = serve(0).await;
    let mut stream = tokio::net::UnixStream::connect(&place.socket).await.unwrap();
    let said = b"LHLO mx\r\nMAIL FROM:<>\r\nRCPT TO:<report@example.org>\r\nDATA\r\n\r\nwords\r\n.\r\n";
    stream.write_all(said).await.unwrap();
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).contains("250 2.0.0 sealed and filed") {
        assert_ne!(stream.read_buf(&mut heard).await.unwrap(), 0);
    }
    // From here on, time passes as soon as everybody waits for it.
    tokio::time::pause();
    let since = tokio::time::Instant::now();
    stream.read_to_end(&mut heard).await.unwrap();
    assert!(String::from_utf8_lossy(&heard).ends_with("421 4.4.2 nothing came\r\n"));
    assert!(since.elapsed() <= Duration::from_secs(31), "{:?}", since.elapsed());
    place.stop.send_replace(true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_leaves_the_letter_with_the_mail_server() {
    let said = b"LHLO mx\r\nMAIL FROM:<>\r\nRCPT TO:<report@example.org>\r\nDATA\r\n\r\nwords\r\n.\r\n";
    let heard = heard(said, u64::MAX).await;
    assert!(heard.ends_with("452 4.3.1 the disk is full; try again later\r\n"), "{heard}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_of_turn_too_large_or_wrong_is_refused() {
    for (said, expected) in [
        (
            "MAIL FROM:<a@b>\r\nRCPT TO:<report@example.org>\r\nDATA\r\nEHLO x\r\nNOOP\r\nVRFY a\r\n",
            "503 503 503 500 250 252",
        ),
        (
            "LHLO mx\r\nMAIL FROM:<a@b> SIZE=1001\r\nMAIL FROM:<a@b>\r\nMAIL FROM:<a@b>\r\nDATA\r\n",
            "250 552 250 503 503",
        ),
        ("LHLO mx\r\nMAIL FROM:<a@b>\r\nRCPT TO:<report@example.org>\r\nRSET\r\nDATA\r\n", "250 250 250 250 503"),
        ("LHLO mx\r\nMAIL FROM:<a@b>\r\nRCPT TO:<x@example.org>\r\nDATA\r\n", "250 250 550 503"),
    ] {
        let heard = heard(said.as_bytes(), 0).await;
        assert_eq!(codes(&heard)[1..].join(" "), expected, "{said}{heard}");
    }
    let large = format!(
        "LHLO mx\r\nMAIL FROM:<a@b>\r\nRCPT TO:<report@example.org>\r\nDATA\r\n{}\r\n.\r\nNOOP{}\r\nNOOP\r\n",
        "a".repeat(2000),
        " ".repeat(LINE_MAX)
    );
    let heard = heard(large.as_bytes(), 0).await;
    assert_eq!(codes(&heard)[1..].join(" "), "250 250 250 354 552 500 250", "{heard}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_breaks_off_makes_no_case_and_mistakes_end_it() {
    let heard_cut = heard(b"LHLO mx\r\nMAIL FROM:<a@b>\r\nRCPT TO:<report@example.org>\r\nDATA\r\nwords\r\n", 0).await;
    assert!(heard_cut.ends_with("354 go on, and end with a lone dot\r\n"), "{heard_cut}");
    let heard = heard("x\r\n".repeat(50).as_bytes(), 0).await;
    assert!(heard.ends_with("421 4.7.0 too many mistakes\r\n"), "{heard}");
}

#[test]
fn a_socket_that_was_left_behind_is_replaced_and_one_in_use_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("socket");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _inside = runtime.enter();
    let first = socket::listen(&socket).unwrap();
    assert!(matches!(socket::listen(&socket), Err(socket::SocketError::InUse(_))));
    drop(first);
    drop(socket::listen(&socket).unwrap());
    std::fs::remove_file(&socket).unwrap();
    std::fs::write(&socket, "a file of somebody's").unwrap();
    assert!(matches!(socket::listen(&socket), Err(socket::SocketError::Unusable { .. })));
}
