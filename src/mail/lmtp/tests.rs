use super::*;
use crate::blobs::Blobs;
use crate::clock::Clock;
use crate::config::Config;
use crate::intake::{Intake, Settings};
use crate::protocol::example::{self, DAY};
use crate::store::Store;

/// What a mail server hears when it says `said` all at once, to a room that knows `report@example.org`.
async fn heard(said: &[u8], spare: u64) -> String {
    let folder = tempfile::tempdir().unwrap();
    let rng: crate::secret::Rng = Arc::new(ring::rand::SystemRandom::new());
    let authority = example::authority(&*rng);
    let store = Store::open(&folder.path().join("amparo.db")).await.unwrap();
    let blobs = Blobs::open(&folder.path().join("blobs")).unwrap();
    let settings = Settings { spare_disk_bytes: spare, ..Settings::new(folder.path().to_owned()) };
    let clock = Clock::fixed(DAY.parse().unwrap());
    let intake = Arc::new(Intake::new(store, blobs, Arc::clone(&authority.history), clock, rng, settings));
    let text = "[mail]\naddresses = [{ address = \"report@example.org\", unit = \"works\" }, \
                { address = \"works@example.org\", unit = \"works\" }]";
    let config = Config::parse(text, folder.path()).unwrap();
    let mailroom = Arc::new(Mailroom::new(intake, &config, None).unwrap());
    let (mut client, server) = tokio::io::duplex(1 << 16);
    let (_stop, stopped) = watch::channel(false);
    let (reader, writer) = tokio::io::split(server);
    let session = Session::new(BufReader::new(reader), writer, mailroom, 1000);
    let running = tokio::spawn(session.run(stopped));
    client.write_all(said).await.unwrap();
    client.shutdown().await.unwrap();
    let mut heard = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut client, &mut heard).await.unwrap();
    let _ = running.await.unwrap();
    heard
}

fn codes(heard: &str) -> Vec<&str> {
    heard.lines().filter(|line| line.as_bytes()[3] == b' ').map(|line| &line[..3]).collect()
}

#[tokio::test]
async fn each_recipient_gets_an_answer_of_its_own() {
    let said =
        b"LHLO mx\r\nMAIL FROM:<ana@example.net>\r\nRCPT TO:<Report@Example.org>\r\nRCPT TO:<other@example.org>\r\n\
        RCPT TO:<works@example.org>\r\nDATA\r\nSubject: s\r\n\r\nwords\r\n.\r\nQUIT\r\n";
    let heard = heard(said, 0).await;
    assert_eq!(codes(&heard), ["220", "250", "250", "250", "550", "250", "354", "250", "250", "221"], "{heard}");
    assert!(heard.contains("250-PIPELINING\r\n") && heard.contains("250 SIZE 1000\r\n"), "{heard}");
}

#[tokio::test]
async fn a_full_disk_leaves_the_letter_with_the_mail_server() {
    let said = b"LHLO mx\r\nMAIL FROM:<>\r\nRCPT TO:<report@example.org>\r\nDATA\r\n\r\nwords\r\n.\r\n";
    let heard = heard(said, u64::MAX).await;
    assert!(heard.ends_with("452 4.3.1 the disk is full; try again later\r\n"), "{heard}");
}

#[tokio::test]
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

#[tokio::test]
async fn a_line_that_breaks_off_makes_no_case_and_mistakes_end_it() {
    let heard_cut = heard(b"LHLO mx\r\nMAIL FROM:<a@b>\r\nRCPT TO:<report@example.org>\r\nDATA\r\nwords\r\n", 0).await;
    assert!(heard_cut.ends_with("354 go on, and end with a lone dot\r\n"), "{heard_cut}");
    let heard = heard("x\r\n".repeat(50).as_bytes(), 0).await;
    assert!(heard.ends_with("421 4.7.0 too many mistakes\r\n"), "{heard}");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn no_bytes_break_the_reading_of_lines(bytes: Vec<u8>, size in 1usize..300) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (mut lines, mut reader) = (0, BufReader::with_capacity(size, &bytes[..]));
        runtime.block_on(async {
            while let Line::Whole(line) = read_line(&mut reader).await.unwrap() {
                let _ = Command::parse(&line);
                lines += 1;
            }
        });
        proptest::prop_assert_eq!(lines, bytes.split(|byte| *byte == b'\n').count() - 1);
    }
}
