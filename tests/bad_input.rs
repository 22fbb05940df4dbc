//! What a server does with input that is wrong: it says so, and how to mend it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use amparo::blobs::Blobs;
use amparo::clock::Clock;
use amparo::intake::{Intake, Settings};
use amparo::protocol::content::{Answers, Channel, Danger};
use amparo::protocol::readers::Readers;
use amparo::protocol::report::Story;
use amparo::protocol::token::Token;
use amparo::store::Store;
use ring::rand::SystemRandom;
use sqlx::Connection as _;

use common::client::{Form, filed, get, open_case, post, request, talk, talk_in_pieces};
use common::desk::Desk;
use common::server::{Place, today};

const SMALL: &str = "spare_disk_bytes = \"1 B\"";

#[test]
fn each_mistake_has_its_own_page() {
    let place = Place::new("spare_disk_bytes = \"1 B\"\nfile_bytes = \"2 MiB\"\nfiles_per_submission = 2");
    let server = place.start();
    let at = server.reporter;
    let send = |form: &Form| form.send(at, "/en/report");
    send(&Form::report_with(&[("what", " \n ")])).says(422, "Write what happened.");
    let unknown = Form::report_with(&[("unit", "none"), ("what", "</textarea><script>alert(1)</script>")]);
    let answer = send(&unknown.file("a", "text/plain", b"a"));
    answer.says(422, "Choose the unit that should read your report.");
    answer.says(422, "&#60;/textarea&#62;&#60;script&#62;");
    answer.says(422, "Only files must be chosen again");
    send(&Form::report().file("a", "text/plain", &vec![0; 3 << 20])).says(422, "at most 2 MB each");
    let many = (0..3).fold(Form::report(), |form, n| form.file(&n.to_string(), "text/plain", b"a"));
    send(&many).says(422, "Choose at most 2, originals included;");
    let body = b"what=x";
    let plain = request("POST", "/en/report", "content-type: text/plain\r\n", body) + "what=x";
    talk(at, plain.as_bytes()).unwrap().says(415, "This kind of form is not understood");
    get(at, "/nowhere").says(404, "There is no such page");
    talk(at, request("DELETE", "/en/report", "", b"").as_bytes()).unwrap().says(405, "opened this way");
    open_case(at, "12").says(422, "A digit is wrong or missing.");
    open_case(at, "").says(422, "Enter your case token.");
    assert!(Desk::new(server.member, &place.authority, 0).cases().cases.is_empty(), "nothing refused was kept");
}

#[test]
fn a_button_pressed_many_times_files_one_report() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    let server = place.start();
    let number = get(server.reporter, "/en/report").form_number();
    let form = Form::report_with(&[("form", &number)]).file("a", "text/plain", b"a");
    let token = std::thread::scope(|scope| {
        let presses: Vec<_> = (0..4).map(|_| scope.spawn(|| filed(server.reporter, &form))).collect();
        let tokens: Vec<_> = presses.into_iter().map(|press| press.join().unwrap()).collect();
        assert!(tokens.iter().all(|token| *token == tokens[0]));
        tokens[0].clone()
    });
    assert_eq!(filed(server.reporter, &form), token);
    assert_eq!(Desk::new(server.member, &place.authority, 0).cases().cases.len(), 1);
}

#[test]
fn a_broken_form_is_told_and_not_kept() {
    let place = Place::new(SMALL);
    let server = place.start();
    let broken = |form: &Form, body: &[u8]| {
        let head = request("POST", "/en/report", &form.content_type(), body);
        let answer = talk(server.reporter, &[head.as_bytes(), body].concat()).unwrap();
        answer.says(400, "The form arrived damaged");
        answer.says(400, "Go back and send it again.");
    };
    let text = Form::report();
    let file = Form::report().file("a.bin", "application/octet-stream", &vec![7; 100_000]);
    for form in [&text, &file] {
        // Without its end, in the middle of its last part, and in the middle of its first head.
        let whole = form.so_far();
        for length in [whole.len(), whole.len() - 7, 30] {
            broken(form, &whole[..length]);
        }
    }
    broken(&text, b"");
    broken(&text, b"unit=works&what=x");
    broken(&text, &[Form::default().so_far(), b"\0\xff\r\n\r\n--".as_slice()].concat());
    assert!(Desk::new(server.member, &place.authority, 0).cases().cases.is_empty());
    filed(server.reporter, &file);
}

#[test]
fn a_mistyped_token_is_told_from_one_that_opens_nothing() {
    let place = Place::new(SMALL);
    let server = place.start();
    let token = filed(server.reporter, &Form::report());
    for at in 0..token.len() {
        let mut typed = token.clone().into_bytes();
        typed[at] = b'0' + (typed[at] - b'0' + 1) % 10;
        let typed = String::from_utf8(typed).unwrap();
        let answer = open_case(server.reporter, &typed);
        answer.says(422, "A digit is wrong or missing.");
        answer.says(422, &format!("value=\"{typed}\""));
    }
    let unknown = Token::generate(&SystemRandom::new()).unwrap();
    open_case(server.reporter, unknown.expose()).says(404, "There is no case with this token here");
    let message = Form::default().text("form", "").text("token", unknown.expose()).text("text", "Hello.");
    message.send(server.reporter, "/en/case/message").says(404, "There is no case with this token here");
    open_case(server.reporter, &token).says(200, "Received");
}

#[test]
fn a_client_that_stalls_or_sends_too_much_head_is_let_go() {
    let place = Place::new(&format!("{SMALL}\nstall_seconds = 1\nheader_seconds = 1\nrequest_seconds = 60"));
    let server = place.start();
    let half = Form::report().open_file("a.bin", "application/octet-stream");
    let head = request("POST", "/en/report", &half.content_type(), &vec![0; 900_000]);
    let sent = [head.as_bytes(), half.so_far(), &vec![7; 100_000]].concat();
    let (stalled, seconds) = stall(server.reporter, &sent);
    assert!((1.0..10.0).contains(&seconds), "{seconds} s");
    let (first, _) = stalled.split_once("\r\n").unwrap();
    assert!(first.contains("408") && stalled.contains("The connection was too slow"), "{stalled}");
    let (_, seconds) = stall(server.reporter, &head.as_bytes()[..40]);
    assert!((1.0..10.0).contains(&seconds), "{seconds} s");

    let huge = format!("x: {}\r\n", "a".repeat(100_000));
    let refused = talk(server.reporter, request("GET", "/en/", &huge, b"").as_bytes()).unwrap();
    assert_eq!(refused.status, 431);
    assert_eq!(get(server.reporter, "/en/").status, 200);
    assert!(Desk::new(server.member, &place.authority, 0).cases().cases.is_empty());
}

/// Sends bytes and then nothing; what came back, and after how many seconds the server ended the connection.
fn stall(address: SocketAddr, bytes: &[u8]) -> (String, f64) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(bytes).unwrap();
    let since = Instant::now();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    (String::from_utf8(answer).unwrap(), since.elapsed().as_secs_f64())
}

#[test]
fn what_is_far_too_large_is_refused_in_little_memory() {
    const PIECE: &[u8] = &[b'a'; 1 << 20];
    const PIECES: usize = 300;
    let place = Place::new(&format!("{SMALL}\nfile_bytes = \"20 MiB\""));
    let server = place.start();
    let send = |form: Form| {
        let end = format!("\r\n{}", form.end());
        let length = form.so_far().len() + PIECES * PIECE.len() + end.len();
        let head = format!(
            "POST /en/report HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {length}\r\n{}\r\n",
            form.content_type()
        );
        let ends = [head.as_bytes(), form.so_far(), end.as_bytes()];
        let body = std::iter::repeat_n(PIECE, PIECES);
        talk_in_pieces(server.reporter, ends[..2].iter().copied().chain(body).chain([ends[2]])).unwrap()
    };
    send(Form::report().open_file("a.bin", "application/octet-stream")).says(422, "at most 20 MB each");
    send(Form::report().open_text("when")).says(422, "too long");

    let form = Form::report();
    let head = request("POST", "/en/report", &form.content_type(), b"").replace("-length: 0", "-length: 9000000000000");
    talk(server.reporter, head.as_bytes()).unwrap().says(413, "choose fewer or smaller files");
    let peak = server.peak_memory();
    assert!(peak < 120_000_000, "{peak} bytes");
    assert!(Desk::new(server.member, &place.authority, 0).cases().cases.is_empty());
    filed(server.reporter, &form);
}

#[test]
fn an_expired_manifest_takes_nothing_new_and_still_shows_cases() {
    let issued = today().plus(-200).unwrap();
    let place = Place::issued(issued, SMALL);
    let token = tokio::runtime::Runtime::new().unwrap().block_on(file_on_the_first_day(&place, Clock::fixed(issued)));
    let server = place.start();
    assert!(place.said().contains("the newest manifest is not valid today"), "the operator is told");
    let file = Form::report().file("a", "text/plain", b"a");
    for answer in [
        get(server.reporter, "/en/report"),
        Form::report().send(server.reporter, "/en/report"),
        file.send(server.reporter, "/en/report"),
    ] {
        answer.says(503, "New reports cannot be taken today");
        answer.says(503, "Existing cases can still be checked.");
    }
    assert_eq!(get(server.reporter, "/en/case").status, 200);
    open_case(server.reporter, token.expose()).says(200, "Received");
    assert_eq!(Desk::new(server.member, &place.authority, 0).cases().cases.len(), 1);
}

async fn file_on_the_first_day(place: &Place, clock: Clock) -> Token {
    let store = Store::open(&place.data().join("amparo.db")).await.unwrap();
    let blobs = Blobs::open(&place.data().join("blobs")).unwrap();
    let (history, rng) = (Arc::clone(&place.authority.history), Arc::new(SystemRandom::new()));
    let intake = Intake::new(store, blobs, history, clock, rng, Settings::new(place.data()));
    let mut fields = Answers::default();
    fields.insert("what", "They asked for ten percent.".to_owned());
    let (language, category) = ("en".to_owned(), "bribery".to_owned());
    let story = Story { channel: Channel::Web, assisted: true, language, category, fields, danger: Danger::No };
    let readers = Readers::chosen(intake.history().current(), "works", &[], false).unwrap();
    let filing = intake.begin(&readers).await.unwrap();
    let token = intake.submit(filing, story, None).await.unwrap().token;
    intake.close().await.unwrap();
    token
}

#[test]
fn a_database_of_a_newer_program_is_left_alone() {
    let place = Place::new(SMALL);
    let server = place.start();
    let token = filed(server.reporter, &Form::report());
    server.stop();
    change_database(&place, "INSERT INTO schema (number, sha256) VALUES (99, x'00')");
    let said = place.refused();
    assert!(said.contains("format 99") && said.contains("run the newer amparo that wrote it"), "{said}");
    change_database(&place, "DELETE FROM schema WHERE number = 99");
    open_case(place.start().reporter, &token).says(200, "Received");
}

fn change_database(place: &Place, sql: &'static str) {
    let address = format!("sqlite://{}", place.data().join("amparo.db").display());
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut link = sqlx::SqliteConnection::connect(&address).await.unwrap();
        assert_eq!(sqlx::query(sql).execute(&mut link).await.unwrap().rows_affected(), 1);
        link.close().await.unwrap();
    });
}

#[test]
fn a_refused_form_comes_back_as_typed_and_runs_nothing() {
    let place = Place::new(SMALL);
    let server = place.start();
    let texts = ["what", "when", "where", "who", "how_much", "how_known", "told", "name", "contact", "safe_contact"];
    let typed = texts.map(|name| format!("\"'><script>{name}()</script>&amp;\u{202e}é\r\n  <b>{name}"));
    let choices = [("unit", "<script>"), ("category", "procurement"), ("danger", "yes"), ("identity", "confidential")];
    let fields: Vec<_> = choices.into_iter().chain(texts.into_iter().zip(typed.iter().map(String::as_str))).collect();
    let answer =
        Form::report_with(&fields).file("<script>.txt", "text/plain", b"a").send(server.reporter, "/en/report");
    answer.says(422, "Choose the unit that should read your report.");
    let page = answer.text();
    assert!(has_no_script_but_ours(page) && !page.contains("<b>what"), "{page}");
    for typed in &typed {
        let escaped = typed.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;");
        let escaped = escaped.replace('"', "&#34;").replace('\'', "&#39;");
        assert!(page.contains(&escaped), "{escaped} is not in {page}");
    }
    for chosen in ["value=\"procurement\" selected", "value=\"yes\" checked", "value=\"confidential\""] {
        assert!(page.contains(chosen), "{chosen} is not in {page}");
    }
    let answer = post(server.reporter, "/en/case", &[("token", "\"><script>1</script>")]);
    answer.says(422, "&#34;&#62;&#60;script&#62;1&#60;/script&#62;");
    assert!(has_no_script_but_ours(answer.text()));
}

/// Pages that seal carry one script element, with an address of ours.
fn has_no_script_but_ours(page: &str) -> bool {
    page.split("<script").skip(1).all(|script| script.starts_with(" src=\"/static/reporter.js\""))
}
