//! The server is killed in the middle of submissions, again and again: what was acknowledged is there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use common::client::{self, Form, open_case, request};
use common::desk::Desk;
use common::server::{Place, blobs_in, wait_for};

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
