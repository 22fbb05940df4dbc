//! Hidden data taken out of pictures by the server, for reporters without a script: what the desk saves, what the
//! reporter is told, and how much memory it takes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::thread;
use std::time::Duration;

use common::client::{Form, filed, open_case, request};
use common::desk::Desk;
use common::server::{Place, Server};

use amparo::protocol::bytes::hash;

/// What stands wherever the pictures of `tests/vectors/files/` hide something.
const MARK: &[u8] = b"CANARY";

const LIMITS: &str = "spare_disk_bytes = \"1 B\"\nstall_seconds = 60";

fn vector(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/files").join(name)).unwrap()
}

/// The hash of its clean copy, which a browser makes to the byte.
fn clean_hash(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/files.json");
    let vectors: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let files = vectors["files"].as_array().unwrap();
    files.iter().find(|file| file["file"] == name).unwrap()["sha256"].as_str().unwrap().to_owned()
}

fn is_marked(bytes: &[u8]) -> bool {
    bytes.windows(MARK.len()).any(|window| window == MARK)
}

/// A photo of so many bytes; all that fills it stands after its end.
fn large_photo(bytes: usize) -> Vec<u8> {
    let mut photo = vector("photo.jpg");
    photo.resize(bytes, b'x');
    photo
}

/// What a desk saves of the only case.
fn saved(place: &Place, server: &Server) -> Vec<(String, Vec<u8>)> {
    let mut desk = Desk::new(server.member, &place.authority, 0);
    let cases = desk.cases().cases;
    assert_eq!(cases.len(), 1);
    desk.saved(&cases[0].id)
}

fn names(files: &[(String, Vec<u8>)]) -> Vec<&str> {
    files.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn pictures_are_cleaned_before_they_are_sealed_and_the_receipt_says_what_was_found() {
    let place = Place::new(LIMITS);
    let server = place.start();
    let pictures = ["photo.jpg", "screen.png", "photo.webp", "photo.heic", "scan-big.tif", "odd.jpg"];
    let form = pictures.iter().fold(Form::report(), |form, name| form.file(name, "image/jpeg", &vector(name)));
    // Neither its name nor its type tells what a file is.
    let form = form.file("minutes.doc", "application/msword", &vector("scan-little.tif"));
    let form = form.file("plain.png", "image/png", &vector("plain.png"));
    let receipt = form.send(server.reporter, "/en/report");
    receipt.says(200, "Hidden data was taken out: place, time, camera or phone, serial number, name, program, comment");
    receipt.says(200, "small preview");
    receipt.says(200, "No hidden data was found.");
    receipt.says(200, "minutes.doc");
    assert!(!is_marked(&receipt.body) && !receipt.text().contains("sealed as it is"), "{}", receipt.text());
    assert_eq!(receipt.text().matches("Hidden data was taken out").count(), 7);

    let saved = saved(&place, &server);
    let sent: Vec<_> = pictures.into_iter().chain(["scan-little.tif", "plain.png"]).collect();
    assert_eq!(saved.len(), sent.len());
    for ((name, content), sent) in saved.iter().zip(sent) {
        assert!(!is_marked(content), "{name}");
        let expected = if sent == "plain.png" { hash(&vector(sent)).to_string() } else { clean_hash(sent) };
        assert_eq!(hash(content).to_string(), expected, "{name}");
    }
    assert!(!is_marked(place.said().as_bytes()));
}

#[test]
fn what_cannot_be_cleaned_is_sealed_as_it_is_and_the_receipt_says_so() {
    let place = Place::new(LIMITS);
    let server = place.start();
    let files: [(&str, Vec<u8>, &str); 7] = [
        ("broken.jpg", vector("broken.jpg"), "This picture is damaged or unusual, so it could not be cleaned."),
        (
            "large.jpg",
            large_photo((32 << 20) + 1),
            "This picture is too large to be cleaned here. It is sealed as it is",
        ),
        ("deed.pdf", b"%PDF-1.7 CANARY".repeat(9000), "A PDF can hold its author\u{2019}s name"),
        ("call.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isomCANARY".to_vec(), "Sound and video can hold place"),
        ("list.xlsx", [b"PK\x03\x04".as_slice(), &[0; 26], b"xl/CANARY"].concat(), "An office file can hold names"),
        ("words.jpg", b"CANARY in plain words".to_vec(), "Text only: there is nothing hidden to take out."),
        ("empty.jpg", Vec::new(), "This kind of file may hold hidden data."),
    ];
    let form = files.iter().fold(Form::report(), |form, (name, content, _)| form.file(name, "image/jpeg", content));
    let receipt = form.send(server.reporter, "/en/report");
    for (_, _, words) in &files {
        receipt.says(200, words);
    }
    assert!(!is_marked(&receipt.body));
    for ((name, content), (sent, before, _)) in saved(&place, &server).iter().zip(&files) {
        assert!(name == sent && content == before, "{name}");
    }
}

#[test]
fn originals_are_sealed_beside_clean_copies_where_the_reporter_asks_for_it() {
    let place = Place::new(&format!("{LIMITS}\nfiles_per_submission = 3"));
    let server = place.start();
    let asks = |form: Form| form.text("originals", "yes");
    let photo = vector("photo.jpg");
    let form = asks(Form::report()).file("photo.jpg", "image/jpeg", &photo).file("b.png", "", &vector("plain.png"));
    let receipt = form.send(server.reporter, "/en/report");
    receipt.says(200, "place, time, camera or phone");
    assert_eq!(receipt.text().matches("The original is sealed as well.").count(), 1);
    let files = saved(&place, &server);
    assert_eq!(names(&files), ["photo.jpg", "photo.original.jpg", "b.png"]);
    assert_eq!((hash(&files[0].1).to_string(), &files[1].1), (clean_hash("photo.jpg"), &photo));

    let token = receipt.token().unwrap();
    let message = || Form::default().text("form", "").text("token", &token).text("text", "And these.");
    let two = |form: Form| form.file("a.webp", "", &vector("photo.webp")).file("c.heic", "", &vector("photo.heic"));
    for form in
        [two(asks(message())).request("/en/case/message", ""), two(asks(Form::report())).request("/en/report", "")]
    {
        let refused = common::client::talk(server.reporter, &form).unwrap();
        refused.says(422, "Choose at most 3, originals included");
        refused.says(422, "aria-describedby=\"originals-hint\" checked");
    }
    let sent = two(message()).send(server.reporter, "/en/case/message");
    sent.says(200, "with 2 files");
    assert_eq!(sent.text().matches("Hidden data was taken out").count(), 2);
    assert!(!sent.text().contains("original"));
    let sent = asks(message()).file("a.webp", "", &vector("photo.webp")).send(server.reporter, "/en/case/message");
    sent.says(200, "with 2 files");
    sent.says(200, "The original is sealed as well.");
    let files = saved(&place, &server);
    assert_eq!(names(&files)[3..], ["a.webp", "c.heic", "a.webp", "a.original.webp"]);
    assert_eq!(
        files.iter().map(|(_, content)| is_marked(content)).collect::<Vec<_>>(),
        [false, true, false, false, false, false, true]
    );
    open_case(server.reporter, &token).says(200, "Add to your case");
}

#[test]
fn an_original_counts_towards_what_may_be_sent_at_once() {
    let limits = "spare_disk_bytes = \"1 B\"\nfile_bytes = \"3 MiB\"\nsubmission_bytes = \"5 MiB\"";
    let place = Place::new(limits);
    let server = place.start();
    let photo = large_photo(2_900_000);
    let form = |form: Form| form.file("a.jpg", "image/jpeg", &photo);
    form(Form::report().text("originals", "yes")).send(server.reporter, "/en/report").says(422, "too large");
    form(Form::report()).send(server.reporter, "/en/report").says(200, "data after the end");
}

#[test]
fn many_pictures_at_once_stay_within_the_memory_for_them() {
    let place = Place::new(&format!("{LIMITS}\npicture_bytes = \"64 MiB\""));
    let server = place.start();
    let at = server.reporter;
    let all_at_once = |form: &Form| {
        thread::scope(|scope| {
            for filing in (0..10).map(|_| scope.spawn(|| filed(at, form))).collect::<Vec<_>>() {
                filing.join().unwrap();
            }
        });
    };
    // What ten reports with large files need anyway.
    all_at_once(&Form::report().file("a.bin", "", &vec![0; 30 << 20]));
    let before = server.peak_memory();
    all_at_once(&Form::report().file("a.jpg", "image/jpeg", &large_photo(30 << 20)));
    let more = server.peak_memory() - before;
    println!("{} MiB before, {} MiB more", before >> 20, more >> 20);
    // All ten together are 300 MiB; beside the memory for them, each is on its way through the form.
    assert!(more < 128 << 20, "{} MiB more", more >> 20);
}

/// A form whose photo never ends, so that it keeps the memory for one.
fn hold(at: SocketAddr) -> TcpStream {
    let half = Form::report().open_file("a.jpg", "image/jpeg");
    let head = request("POST", "/en/report", &half.content_type(), &vec![0; 40 << 20]);
    let mut stream = TcpStream::connect(at).unwrap();
    stream.write_all(&[head.as_bytes(), half.so_far(), &large_photo(100_000)].concat()).unwrap();
    stream
}

#[test]
fn where_no_memory_is_left_the_words_come_back_and_nothing_is_sealed_uncleaned() {
    let place = Place::new("spare_disk_bytes = \"1 B\"\npicture_bytes = \"32 MiB\"\nstall_seconds = 3");
    let server = place.start();
    let at = server.reporter;
    let mut held = hold(at);
    thread::sleep(Duration::from_millis(500));
    let with_photo = |what| Form::report_with(&[("what", what)]).file("b.jpg", "image/jpeg", &vector("photo.jpg"));
    let token = filed(at, &Form::report().file("b.pdf", "application/pdf", b"%PDF-1.7"));
    let message = Form::default().text("form", "").text("token", &token).text("text", "Kept as well.");
    let message = message.file("b.jpg", "image/jpeg", &vector("photo.jpg"));
    let (report, sent) = thread::scope(|scope| {
        let report = scope.spawn(|| with_photo("Kept < word for word.").send(at, "/en/report"));
        let sent = scope.spawn(|| message.send(at, "/en/case/message"));
        for _ in 0..8 {
            held.write_all(b"more").unwrap();
            thread::sleep(Duration::from_millis(500));
        }
        (report.join().unwrap(), sent.join().unwrap())
    });
    for (answer, words) in [(&report, "Kept &#60; word for word."), (&sent, "Kept as well.")] {
        answer.says(503, "This has not been sent yet");
        answer.says(503, words);
        assert!(answer.head.contains("retry-after: 60"), "{}", answer.head);
    }
    drop(held);
    filed(at, &with_photo("Again."));
    message.send(at, "/en/case/message").says(200, "Hidden data was taken out");
    let mut desk = Desk::new(server.member, &place.authority, 0);
    let cases = desk.cases().cases;
    assert_eq!(cases.len(), 2);
    for case in cases {
        assert!(desk.saved(&case.id).iter().all(|(_, content)| !is_marked(content)));
    }
}
