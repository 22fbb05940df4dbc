//! What a flood can do and what it cannot, against the program as it runs.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::io::Write;
use std::net::{SocketAddr, TcpStream};

use amparo::protocol::work::{Asked, Work};

use common::client::{Answer, Form, between, filed, get, open_case, read_answer, request, talk};
use common::server::{Place, wait_for};

fn new_upload(at: SocketAddr, work: Option<&Work>) -> Answer {
    let header = work.map(|work| format!("amparo-work: {work}\r\n")).unwrap_or_default();
    talk(at, request("POST", "/v1/uploads", &header, b"").as_bytes()).unwrap()
}

#[test]
fn a_price_that_has_risen_is_told_paid_once_and_lets_in() {
    let place = Place::new("spare_disk_bytes = \"1 B\"\ncalm_submissions = 4");
    let at = place.start();
    let at_calm: Asked = serde_json::from_slice(&get(at.reporter, "/v1/work").body).unwrap();
    assert_eq!(at_calm.bits, 0);
    let refusal = (0..20).map(|_| new_upload(at.reporter, None)).find(|answer| answer.status != 200).unwrap();
    assert_eq!(refusal.status, 429);
    let problem: serde_json::Value = serde_json::from_slice(&refusal.body).unwrap();
    assert_eq!(problem["type"], "urn:amparo:problem:work");
    let asked: Asked = serde_json::from_value(problem).unwrap();
    assert!(asked.bits > 0 && asked.challenge.bits() == asked.bits);
    let work = Work::solve(asked.challenge).unwrap();
    assert_eq!(new_upload(at.reporter, Some(&work)).status, 200);
    assert_eq!(new_upload(at.reporter, Some(&work)).status, 429);
}

/// A form whose file never ends, so that it keeps its place.
fn hold(at: SocketAddr) -> TcpStream {
    let half = Form::report().open_file("a.bin", "application/octet-stream");
    let head = request("POST", "/en/report", &half.content_type(), &vec![0; 900_000]);
    let mut stream = TcpStream::connect(at).unwrap();
    stream.write_all(&[head.as_bytes(), half.so_far(), &vec![7; 100_000]].concat()).unwrap();
    stream
}

#[test]
fn a_full_lane_gives_words_and_a_ticket_back_and_leaves_the_sealed_one_open() {
    let limits = "spare_disk_bytes = \"1 B\"\nconcurrent_submissions = 2\nstall_seconds = 4\nrequest_seconds = 60";
    let place = Place::new(limits);
    let server = place.start();
    let at = server.reporter;
    let token = filed(at, &Form::report());
    let report = Form::report_with(&[("what", "Kept < word for word.")]);
    let message = Form::default().text("form", "").text("token", &token).text("text", "Kept as well.");
    // Whoever holds a place and sends nothing is let go after four seconds, so the lane is kept full.
    let (mut first, mut second) = (hold(at), hold(at));
    // Sent is not read: both have their places only when the server has come to their files.
    std::thread::sleep(std::time::Duration::from_secs(1));
    let (back, said) = std::thread::scope(|scope| {
        let back = scope.spawn(|| report.send(at, "/en/report"));
        let said = scope.spawn(|| message.send(at, "/en/case/message"));
        for _ in 0..12 {
            std::thread::sleep(std::time::Duration::from_millis(500));
            let trickles = [&mut first, &mut second].map(|stream| stream.write_all(&[7; 100]).is_ok());
            assert_eq!(trickles, [true; 2]);
            assert_eq!(new_upload(at, None).status, 200, "the sealed lane is open");
        }
        (back.join().unwrap(), said.join().unwrap())
    });
    back.says(503, "This has not been sent yet");
    back.says(503, "Kept &#60; word for word.");
    assert!(back.head.contains("retry-after: 60"), "{}", back.head);
    said.says(503, "Kept as well.");
    let ticket = |answer: &Answer| between(answer.text(), "name=\"ticket\" value=\"", "\"").unwrap().to_owned();
    let (of_report, of_message) = (ticket(&back), ticket(&said));
    assert_ne!(of_report, of_message);
    open_case(at, &token).says(200, "Received");
    drop((first, second));
    let again = report.clone().text("ticket", &of_report);
    wait_for("the lane to be free", || again.send(at, "/en/report").token());
}

#[test]
fn those_who_wait_longer_go_first_and_are_told_how_long() {
    let limits = "spare_disk_bytes = \"1 B\"\nconcurrent_submissions = 1\nstall_seconds = 5\nrequest_seconds = 60";
    let place = Place::new(limits);
    let server = place.start();
    let at = server.reporter;
    let mut holder = hold(at);
    let trickle = |stream: &mut TcpStream| {
        std::thread::sleep(std::time::Duration::from_millis(200));
        stream.write_all(&[7; 10]).unwrap();
    };
    for _ in 0..5 {
        trickle(&mut holder);
    }
    // One after another they come, wait as long as a page may take to load, and are sent back with a ticket.
    let backs: Vec<Answer> = std::thread::scope(|scope| {
        let come = |holder: &mut TcpStream| {
            let waiting = scope.spawn(move || Form::report().send(at, "/en/report"));
            trickle(holder);
            waiting
        };
        let waiting: Vec<_> = (0..15).map(|_| come(&mut holder)).collect();
        while !waiting.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            trickle(&mut holder);
        }
        waiting.into_iter().map(|waiting| waiting.join().unwrap()).collect()
    });
    let (first, last) = (&backs[0], &backs[14]);
    for (back, minutes) in [(first, "about one minute"), (last, "about 2 minutes")] {
        back.says(503, "This has not been sent yet");
        back.says(503, minutes);
        assert!(back.head.contains(if minutes.ends_with('s') { "retry-after: 120" } else { "retry-after: 60" }));
    }
    let ticket = |answer: &Answer| between(answer.text(), "name=\"ticket\" value=\"", "\"").unwrap().to_owned();

    // The last is back before the first, and somebody new before both; then the place is free.
    std::thread::scope(|scope| {
        let later = [None, Some(ticket(last))].map(|ticket| {
            let form = ticket.map_or_else(Form::report, |ticket| Form::report().text("ticket", &ticket));
            let waiting = scope.spawn(move || form.send(at, "/en/report"));
            trickle(&mut holder);
            waiting
        });
        let open = Form::report().text("ticket", &ticket(first)).open_file("a.bin", "application/octet-stream");
        let rest = format!("the end\r\n{}", open.end());
        let body = [open.so_far(), rest.as_bytes()].concat();
        let mut earliest = TcpStream::connect(at).unwrap();
        let head = request("POST", "/en/report", &open.content_type(), &body);
        earliest.write_all(&[head.as_bytes(), open.so_far(), b"t"].concat()).unwrap();
        for _ in 0..3 {
            trickle(&mut holder);
        }
        get(at, "/en/report").says(200, "Much is arriving just now");
        drop(holder);
        std::thread::sleep(std::time::Duration::from_secs(1));
        assert!(later.iter().all(|waiting| !waiting.is_finished()), "the first has the place");
        earliest.write_all(&rest.as_bytes()[1..]).unwrap();
        assert!(read_answer(&earliest).unwrap().token().is_some());
        for waiting in later {
            assert!(waiting.join().unwrap().token().is_some());
        }
    });
}
