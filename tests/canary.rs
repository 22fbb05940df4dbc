//! Nothing that a reporter or member wrote, or that a browser told of itself, can be read on the server: not in the
//! data folder, nor in what it says, nor among its temporary files.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use amparo::mail::deliver::deliver;
use amparo::protocol::bytes::to_hex;
use amparo::protocol::content::State;
use amparo::protocol::wire::reporter::{NewReport, NewUpload};

use common::client::{self, Form, filed, get, open_case, post, random_word, request};
use common::desk::Desk;
use common::sealed::{self, CHUNK, Plain, Reporter, json};
use common::server::{Place, Server, everything_under};
use common::sink::Sink;
use common::traces::{Search, groups_of};

/// Words that occur nowhere else, and what else must leave no trace.
#[derive(Default)]
struct Markers(Vec<String>);

impl Markers {
    fn next(&mut self) -> String {
        self.0.push(random_word());
        self.0.last().unwrap().clone()
    }

    fn seen(&mut self, answer: client::Answer) -> client::Answer {
        self.0.push(format!("127.0.0.1:{}", answer.port));
        answer
    }

    /// A token as it stands, and its groups as they may be joined.
    fn token(&mut self, token: &str) {
        self.0.extend(groups_of(token));
    }

    fn headers(&mut self) -> String {
        let names =
            ["user-agent", "accept-language", "x-forwarded-for", "forwarded", "referer", "cookie", "origin", "via"];
        names.map(|name| format!("{name}: {}\r\n", self.next())).concat()
    }

    /// Sends a form with files under marked headers and query.
    fn send(&mut self, server: &Server, path: &str, form: &Form) -> client::Answer {
        let (path, headers) = (format!("{path}?{}", self.next()), self.headers());
        let answer = client::talk(server.reporter, &form.request(&path, &headers)).unwrap();
        self.seen(answer)
    }

    /// A photo whose place and comment are marked, as only the reporter's device may know them.
    fn photo(&mut self, form: Form) -> Form {
        let photo = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/files/photo.jpg")).unwrap();
        let xmp = format!("http://ns.adobe.com/xap/1.0/\0<x exif:GPSLatitude=\"{}\"/>", self.next());
        let comment = self.next();
        let segment = |marker: u8, content: &str| {
            let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
            [&[0xff, marker], &length[..], content.as_bytes()].concat()
        };
        let photo = [&photo[..2], &segment(0xe1, &xmp), &segment(0xfe, &comment), &photo[2..]].concat();
        form.file(&format!("{}.jpg", self.next()), "image/jpeg", &photo)
    }

    fn file(&mut self, form: Form, kind: &str, size: usize) -> Form {
        let (name, media_type) = (format!("{}.{kind}", self.next()), format!("application/x-{}", self.next()));
        let content = self.next().into_bytes().into_iter().cycle().take(size).collect::<Vec<_>>();
        form.file(&name, &media_type, &content)
    }
}

/// A whole life of a case, with marked words wherever anybody can put some.
fn live(place: &Place, server: &Server, markers: &mut Markers) {
    let page = get(server.reporter, "/en/report");
    let number = page.form_number();
    markers.seen(page);
    let names = ["what", "when", "where", "who", "how_much", "how_known", "told", "name", "contact", "safe_contact"];
    let words: Vec<_> = names.iter().map(|name| (*name, markers.next())).collect();
    let fields = [("form", number.as_str()), ("identity", "confidential")];
    let fields: Vec<_> = fields.into_iter().chain(words.iter().map(|(name, word)| (*name, word.as_str()))).collect();
    let form = Form::report_with(&fields).text("unknown-field", &markers.next());
    let form = markers.file(form, "pdf", 30_000);
    let form = markers.file(form, "jpg", 1_200_000);
    let form = markers.photo(form);
    let receipt = markers.send(server, "/en/report", &form);
    let token = receipt.token().expect("the report is filed");
    markers.token(&token);
    markers.0.push(number);

    // Refused and broken forms leave no trace either.
    let refused = Form::report_with(&[("unit", "none"), ("what", &markers.next())]);
    let refused = markers.file(refused, "doc", 50_000);
    assert_eq!(markers.send(server, "/en/report", &refused).status, 422);
    let cut = Form::report_with(&[("what", &markers.next())]);
    let cut = markers.file(cut, "doc", 400_000);
    let whole = cut.request("/en/report", "");
    let cut = &whole[..whole.len() - 100];
    let _ =
        client::talk(server.reporter, &[cut, b"x".repeat(100).as_slice()].concat()).map(|answer| markers.seen(answer));
    let word = markers.next();
    markers.seen(get(server.reporter, &format!("/{word}?{word}")));
    let word = markers.next();
    markers.seen(post(server.reporter, "/en/case", &[("token", &word)]));

    let mut desk = Desk::new(server.member, &place.authority, 0);
    let case = desk.cases().cases[0].id;
    assert_eq!(desk.open(&case).report().fields.get("what"), words[0].1, "the markers did arrive");
    desk.answer(&case, &markers.next(), Some(State::Acknowledged));
    desk.note(&case, &markers.next());

    let page = markers.seen(open_case(server.reporter, &token));
    page.says(200, "Acknowledged");
    let form = Form::default().text("form", &page.form_number()).text("token", &token).text("text", &markers.next());
    let form = markers.file(form, "png", 70_000);
    let form = markers.photo(form.text("originals", "yes"));
    markers.send(server, "/en/case/message", &form).says(200, "Your message has been sealed and sent");
    markers.0.push(page.form_number());
    assert_eq!(desk.open(&case).attachments().count(), 6);
    desk.answer(&case, &markers.next(), None);
    markers.seen(open_case(server.reporter, &token)).says(200, "Signature checked");
    markers.seen(get(server.reporter, "/healthz"));
    let unsigned = request("GET", "/v1/cases", &markers.headers(), b"");
    let refused = markers.seen(client::talk(server.member, unsigned.as_bytes()).unwrap());
    assert_eq!(refused.status, 401);
}

/// The same for a case that the reporter's own device sealed, and an upload that was given up half way.
fn live_sealed(place: &Place, server: &Server, markers: &mut Markers) {
    let reporter = Reporter::new(&place.authority);
    markers.token(reporter.token.expose());
    markers.0.push(to_hex(reporter.keys.locator().expose()));
    let send = |markers: &mut Markers, method: &str, path: &str, body: &[u8]| {
        let (path, headers) = (format!("{path}?{}", markers.next()), markers.headers());
        let answer = sealed::send(server.reporter, method, &path, &headers, body);
        markers.seen(answer)
    };
    let upload_of = |markers: &mut Markers, bytes: &[u8]| {
        let upload = json::<NewUpload>(&send(markers, "POST", "/v1/uploads", b"")).upload;
        markers.0.push(upload.to_string());
        for (chunk, bytes) in bytes.chunks(CHUNK).enumerate() {
            assert_eq!(send(markers, "PUT", &format!("/v1/uploads/{upload}/0/{chunk}"), bytes).status, 204);
        }
        upload
    };
    let file = |markers: &mut Markers, size| {
        let content = markers.next().into_bytes().into_iter().cycle().take(size).collect::<Vec<_>>();
        (markers.next(), format!("application/x-{}", markers.next()), content)
    };
    let what = markers.next();
    let (name, media_type, content) = file(markers, 1_500_000);
    let files = [Plain { name: &name, media_type: &media_type, content: &content }];
    let (submission, ciphertexts) = reporter.report(&what, &files);
    let upload = upload_of(markers, &ciphertexts[0]);
    let report = serde_json::to_vec(&NewReport::new(&submission, Some(upload))).unwrap();
    assert_eq!(send(markers, "POST", "/v1/reports", &report).status, 200);
    let case = submission.card.card().case;
    let mut desk = Desk::new(server.member, &place.authority, 0);
    assert_eq!(desk.open(&case).report().fields.get("what"), what, "the markers did arrive");
    desk.answer(&case, &markers.next(), Some(State::Open));

    let own = reporter.open(server.reporter);
    let (name, media_type, content) = file(markers, 30_000);
    let files = [Plain { name: &name, media_type: &media_type, content: &content }];
    let (mut message, ciphertexts) = reporter.message(&own, &markers.next(), &files);
    let given_up = upload_of(markers, &ciphertexts[0]);
    let cut = format!("/v1/uploads/{given_up}/1/0");
    assert_eq!(send(markers, "PUT", &cut, &vec![1; CHUNK + 1]).status, 413);
    message.upload = Some(upload_of(markers, &ciphertexts[0]));
    let message = serde_json::to_vec(&message).unwrap();
    assert_eq!(send(markers, "POST", "/v1/case/messages", &message).status, 204);
    let broken = format!("{{\"locator\":\"{}\"}}", markers.next());
    assert_eq!(send(markers, "POST", "/v1/case", broken.as_bytes()).status, 400);
}

/// A report by e-mail whose header is all marks, and its answer.
fn live_mail(place: &Place, server: &Server, sink: &Sink, markers: &mut Markers) {
    let sender = format!("{}@{}.example.net", markers.next(), markers.next());
    let names = [
        "From",
        "To",
        "Cc",
        "Reply-To",
        "Received",
        "Date",
        "User-Agent",
        "X-Originating-IP",
        "X-Mailer",
        "References",
        "DKIM-Signature",
        "Autocrypt",
        "Organization",
    ];
    let header = names.map(|name| format!("{name}: <{}@mark>\r\n", markers.next())).concat();
    let part = |markers: &mut Markers, kind: &str, content: &str| {
        let (file, id) = (markers.next(), markers.next());
        format!("--x\r\nContent-Type: {kind}; name=\"{file}\"\r\nContent-ID: <{id}>\r\n\r\n{content}\r\n")
    };
    let (subject, words) = (markers.next(), markers.next());
    let word = markers.next();
    let file = part(markers, "application/pdf", &word.repeat(3000));
    let word = markers.next();
    let signature = part(markers, "application/pgp-signature", &word);
    let letter = format!(
        "Return-Path: <{sender}>\r\n{header}Message-ID: <{id}@{id}>\r\nSubject: {subject}\r\n\
         Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n{words}\r\n{file}{signature}--x--\r\n",
        id = markers.next()
    );
    deliver(&place.path("mail.sock"), &sender, "report@example.org", letter.as_bytes()).unwrap();
    let answer = sink.wait_for(&sender);
    markers.0.push(answer.field("Message-ID").unwrap().to_owned());
    markers.token(&answer.token());
    markers.seen(open_case(server.reporter, &answer.token())).says(200, "Your case");
    let mut desk = Desk::new(server.member, &place.authority, 0);
    let ids: Vec<_> = desk.cases().cases.iter().map(|case| case.id).collect();
    let said: Vec<_> = ids.iter().map(|id| desk.open(id).report().fields.get("what").to_owned()).collect();
    assert!(said.contains(&format!("{subject}\n\n{words}")), "the markers did arrive");
    // Refused ones, and one whose answer goes nowhere, leave no trace either.
    let other = format!("{}@{}.example.net", markers.next(), markers.next());
    assert!(deliver(&place.path("mail.sock"), &other, &other, b"\r\n").is_err());
    let unanswered = format!("Precedence: bulk\r\nSubject: {}\r\n\r\n{}\r\n", markers.next(), markers.next());
    deliver(&place.path("mail.sock"), &other, "report@example.org", unanswered.as_bytes()).unwrap();
}

fn nothing_found(place: &Place, search: &Search, when: &str) {
    for folder in ["data", "said", "tmp", "home"] {
        let (found, read) = search.under(&place.path(folder));
        assert_eq!(found, Vec::<String>::new(), "{when}, in {folder}");
        assert!(folder != "data" || read > 1_300_000, "the attachments were searched too");
    }
    assert_eq!(everything_under(&place.path("tmp")), Vec::<std::path::PathBuf>::new(), "{when}");
    assert_eq!(everything_under(&place.path("home")), Vec::<std::path::PathBuf>::new(), "{when}");
}

#[test]
fn no_word_of_anybody_can_be_read_on_the_server() {
    let sink = Sink::start();
    let mail = format!(
        "[mail]\nsocket = \"mail.sock\"\naddresses = [{{ address = \"report@example.org\", unit = \"works\" }}]\n\
         smtp_server = \"{}\"\nsmtp_tls = \"none\"",
        sink.address
    );
    let place = Place::new(&format!("spare_disk_bytes = \"1 B\"\n{mail}"));
    let server = place.start();
    let mut markers = Markers::default();
    live(&place, &server, &mut markers);
    live_sealed(&place, &server, &mut markers);
    live_mail(&place, &server, &sink, &mut markers);
    let search = Search::new(markers.0.iter().map(String::as_str));
    nothing_found(&place, &search, "while it runs");
    no_deleted_files_are_open(&server);
    nothing_finer_than_a_day(&place.data());
    server.stop();
    nothing_found(&place, &search, "after it stopped");
    nothing_finer_than_a_day(&place.data());
    let server = place.start();
    nothing_found(&place, &search, "after a restart");
    drop(server);
    assert!(search.forms().len() > 500);
    the_search_finds_what_is_planted(&place, &search);
}

/// The control: each form is planted at an odd place in a copy of each file, and found there.
fn the_search_finds_what_is_planted(place: &Place, search: &Search) {
    let copy = tempfile::tempdir().unwrap();
    let database = fs::read(place.data().join("amparo.db")).unwrap();
    let blobs = everything_under(&place.data().join("blobs")).into_iter().filter(|path| path.is_file());
    let blob = blobs.map(|path| fs::read(path).unwrap()).max_by_key(Vec::len).unwrap();
    for (number, form) in search.forms().iter().enumerate() {
        let place = if number % 2 == 0 { &database[..] } else { &blob[..] };
        // The neighbourhood is enough: the whole of each file was searched above.
        let middle = place.len() / 2 + number % 7;
        let around = &place[middle - 3000..middle + 3000];
        let planted = [&around[..2501], &form.bytes, &around[2501..]].concat();
        fs::write(copy.path().join("planted"), planted).unwrap();
        let (found, _) = search.under(copy.path());
        let expected = format!("{} in {} in planted", form.word, form.encoding);
        assert!(found.contains(&expected), "{expected}: {found:?}");
    }
    fs::remove_file(copy.path().join("planted")).unwrap();
    fs::write(copy.path().join(&search.forms()[0].word), "").unwrap();
    assert_eq!(search.under(copy.path()).0.len(), 1, "names of files are searched too");
}

/// A file that has been deleted while it is open would escape the search.
fn no_deleted_files_are_open(server: &Server) {
    let Ok(open) = fs::read_dir(format!("/proc/{}/fd", server.pid())) else {
        println!("not proven here: this user cannot see which files the server has open, as is meant");
        return;
    };
    for file in open {
        let target = fs::read_link(file.unwrap().path()).unwrap_or_default();
        assert!(!target.to_string_lossy().contains("(deleted)"), "{}", target.display());
    }
}

/// Only the database, which is written all the time, and the lock have times; nobody else may read anything.
fn nothing_finer_than_a_day(data: &Path) {
    let timed = ["amparo.db", "amparo.db-wal", "amparo.db-shm", "lock"].map(|name| data.join(name));
    for path in everything_under(data).into_iter().chain([data.to_owned()]) {
        let found = fs::metadata(&path).unwrap();
        assert_eq!(found.mode() & 0o7777, if found.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
        if path != data && !timed.contains(&path) {
            assert_eq!((found.mtime() % 86_400, found.mtime_nsec()), (0, 0), "{}", path.display());
        }
    }
}

#[test]
fn a_token_is_not_on_the_disk_even_of_a_plain_report() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    let server = place.start();
    let mut markers = Markers::default();
    for _ in 0..5 {
        markers.token(&filed(server.reporter, &Form::report()));
    }
    let search = Search::new(markers.0.iter().map(String::as_str));
    server.stop();
    for folder in ["data", "said", "tmp", "home"] {
        assert_eq!(search.under(&place.path(folder)).0, Vec::<String>::new());
    }
}
