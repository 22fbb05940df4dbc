//! The server is killed in the middle of submissions, again and again: what was acknowledged is there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use amparo::protocol::wire::reporter::{NewReport, NewUpload, OwnCaseBody};
use common::client::{self, Form, open_case, request};
use common::desk::Desk;
use common::sealed::{Reporter, json, plain};
use common::server::{Place, blobs_in, everything_under, wait_for};

const ROUNDS: usize = 4;
const AT_ONCE: usize = 3;
const FORMS_MAX: usize = 40;

#[test]
fn every_receipt_outlives_a_kill() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    let mut server = Some(place.start());
    let (mut receipts, mut lost) = (Vec::new(), 0);
    for round in 0..ROUNDS {
        let (address, killed, shown) = (server.as_ref().unwrap().reporter, AtomicBool::new(false), AtomicUsize::new(0));
        // Half a file, so that something is surely being written when the end comes.
        let half = Form::report().open_file("half.bin", "application/octet-stream");
        let mut stalled = TcpStream::connect(address).unwrap();
        let head = request("POST", "/en/report", &half.content_type(), &vec![0; 5_000_000]);
        stalled.write_all(&[head.as_bytes(), half.so_far(), &vec![7; 500_000]].concat()).unwrap();
        wait_for("the half file", || blobs_in(&place.data()).iter().any(|name| name.len() == 32).then_some(()));

        let sender = &|who: usize| {
            let (mut tokens, mut lost) = (Vec::new(), 0);
            for number in 0..FORMS_MAX {
                let form = Form::report()
                    .file("a.bin", "application/octet-stream", &vec![u8::try_from(number).unwrap(); 20_000])
                    .file("b.bin", "application/octet-stream", &vec![u8::try_from(who).unwrap(); 150_000]);
                let Ok(answer) = client::talk(address, &form.request("/en/report", "")) else {
                    lost += 1;
                    // Only the end of the server is a reason to get no answer.
                    wait_for("the kill", || killed.load(Ordering::Relaxed).then_some(()));
                    break;
                };
                answer.says(200, "Your report has been sealed and filed");
                tokens.push(answer.token().unwrap());
                shown.fetch_add(1, Ordering::Relaxed);
            }
            (tokens, lost)
        };
        std::thread::scope(|scope| {
            let senders: Vec<_> = (0..AT_ONCE).map(|who| scope.spawn(move || sender(who))).collect();
            wait_for("receipts", || (shown.load(Ordering::Relaxed) > AT_ONCE).then_some(()));
            // At another place in a submission each round.
            std::thread::sleep(Duration::from_millis(37 * round as u64));
            server.take().unwrap().kill();
            killed.store(true, Ordering::Relaxed);
            for sender in senders {
                let (tokens, unanswered) = sender.join().unwrap();
                receipts.extend(tokens);
                lost += unanswered;
            }
        });
        let again = server.insert(place.start());
        for token in &receipts {
            open_case(again.reporter, token).says(200, "2 files");
        }
    }
    assert!(receipts.len() > ROUNDS * AT_ONCE && lost > 0, "{} receipts, {lost} lost", receipts.len());

    let server = server.unwrap();
    let mut desk = Desk::new(server.member, &place.authority, 0);
    let cases = desk.cases().cases;
    assert!((receipts.len()..=receipts.len() + lost).contains(&cases.len()), "{} cases", cases.len());
    let mut sizes = Vec::new();
    for case in &cases {
        sizes.extend(desk.attachments(&case.id).into_iter().map(|(bytes, _)| bytes.len()));
    }
    assert_eq!(sizes.len(), 2 * cases.len());
    assert_eq!(blobs_in(&place.data()).len(), sizes.len(), "nothing lies there that no row names");
}

/// What became of a sealed report.
enum Sent {
    /// It was acknowledged.
    Taken(Box<Reporter>),
    /// The server ended before it answered.
    Unanswered(Box<Reporter>),
}

/// Sends a sealed report with two files, each in chunks, as a page's script does.
fn send_sealed(place: &Place, address: std::net::SocketAddr, who: usize, number: usize) -> Sent {
    let reporter = Box::new(Reporter::new(&place.authority));
    let (first, second) = (vec![u8::try_from(number).unwrap(); 20_000], vec![u8::try_from(who).unwrap(); 1_200_000]);
    let (submission, files) = reporter.report("They asked for ten percent.", &[plain(&first), plain(&second)]);
    let ask = |method: &str, path: &str, body: &[u8]| {
        let head = request(method, path, "content-type: application/json\r\n", body);
        client::talk(address, &[head.as_bytes(), body].concat())
    };
    let Ok(made) = ask("POST", "/v1/uploads", b"") else { return Sent::Unanswered(reporter) };
    let upload = json::<NewUpload>(&made).upload;
    for (file, bytes) in files.iter().enumerate() {
        for (chunk, bytes) in bytes.chunks(1 << 20).enumerate() {
            match ask("PUT", &format!("/v1/uploads/{upload}/{file}/{chunk}"), bytes) {
                Ok(answer) => assert_eq!(answer.status, 204),
                Err(_) => return Sent::Unanswered(reporter),
            }
        }
    }
    let report = serde_json::to_vec(&NewReport::new(&submission, Some(upload))).unwrap();
    match ask("POST", "/v1/reports", &report) {
        Ok(answer) => {
            assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
            Sent::Taken(reporter)
        }
        Err(_) => Sent::Unanswered(reporter),
    }
}

/// Whether the case is there, with report, identity and both files; it must not be there with less.
fn is_whole(address: std::net::SocketAddr, reporter: &Reporter) -> bool {
    let answer = reporter.ask(address);
    if answer.status == 404 {
        return false;
    }
    assert_eq!(json::<OwnCaseBody>(&answer).envelopes.len(), 4);
    true
}

#[test]
fn every_sealed_report_that_was_acknowledged_outlives_a_kill_and_none_is_half_there() {
    let place = Place::new("spare_disk_bytes = \"1 B\"\ncalm_submissions = 60000");
    let mut server = Some(place.start());
    let (mut taken, mut unanswered) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let (address, shown) = (server.as_ref().unwrap().reporter, AtomicUsize::new(0));
        let sender = &|who: usize| {
            let mut taken = Vec::new();
            for number in 0..FORMS_MAX {
                match send_sealed(&place, address, who, number) {
                    Sent::Taken(reporter) => taken.push(reporter),
                    Sent::Unanswered(reporter) => return (taken, Some(reporter)),
                }
                shown.fetch_add(1, Ordering::Relaxed);
            }
            (taken, None)
        };
        std::thread::scope(|scope| {
            let senders: Vec<_> = (0..AT_ONCE).map(|who| scope.spawn(move || sender(who))).collect();
            wait_for("reports", || (shown.load(Ordering::Relaxed) > AT_ONCE).then_some(()));
            std::thread::sleep(Duration::from_millis(23 * round as u64));
            server.take().unwrap().kill();
            for sender in senders {
                let (done, cut) = sender.join().unwrap();
                taken.extend(done);
                unanswered.extend(cut);
            }
        });
        let again = server.insert(place.start());
        for reporter in &taken {
            assert!(is_whole(again.reporter, reporter));
            // Signatures and chains hold.
            drop(reporter.open(again.reporter));
        }
    }
    assert!(taken.len() > ROUNDS * AT_ONCE && !unanswered.is_empty(), "{} and {}", taken.len(), unanswered.len());

    // Those without an answer are there whole, or not at all.
    let server = server.unwrap();
    let stored = taken.len() + unanswered.iter().filter(|reporter| is_whole(server.reporter, reporter)).count();
    let mut desk = Desk::new(server.member, &place.authority, 0);
    let cases = desk.cases().cases;
    assert_eq!(cases.len(), stored);
    let files: usize = cases.iter().map(|case| desk.attachments(&case.id).len()).sum();
    assert_eq!(files, 2 * stored);
    // What was uploaded for reports that never came waits for its hour; beside that only what rows name is there.
    let uploads = everything_under(&place.data().join("blobs/uploads")).into_iter().filter(|path| path.is_file());
    assert_eq!(blobs_in(&place.data()).len() - uploads.count(), files);
}
