//! What is over is gone from the server's memory too: not a number, word or token of it is left, nor a key that a token
//! makes, as a core dump would show.
//!
//! A server has closed itself against looks from outside. Root can look all the same, and so can whoever made the user
//! namespace that it runs in.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use amparo::clock::Seconds;
use amparo::mail::deliver::deliver;
use amparo::protocol::bytes::to_hex;
use amparo::protocol::content::State;
use amparo::protocol::token::{Token, TokenArena, TokenKeys};
use amparo::sms::text::ucs2;
use ring::hmac;
use ring::rand::SystemRandom;

use common::client::{self, Form, get, open_case, percent, random_word};
use common::desk::Desk;
use common::memory;
use common::server::{AMPARO, Place, Server, wait_for};
use common::sink::Sink;
use common::traces::{self, Search, groups_of};

/// How long a conversation lasts here after the last text.
const WINDOW: Duration = Duration::from_secs(6);

/// How long after its end something of it may be there.
const WIPE: Duration = Duration::from_secs(4);

/// The number of the unit: a mark that stays.
const UNIT: &str = "675301847265";

const KANNEL: &str = "kannel-pass-6193";
const PHONE: &str = "phone-pass-2750";
const KEY: &str = "signing-key-8412";

/// Words, numbers and tokens in every form, each with what it is.
#[derive(Clone, Default)]
struct Marks(Vec<traces::Form>);

impl Marks {
    fn add(&mut self, what: &str, word: &str) {
        self.0.extend(traces::forms(word).into_iter().map(|form| traces::Form { word: what.to_owned(), ..form }));
    }

    fn word(&mut self, what: &str) -> String {
        let word = random_word();
        self.add(what, &word);
        word
    }

    /// A telephone number, with the sign of an international one, which is not part of the mark.
    fn number(&mut self, what: &str) -> String {
        let random: [u8; 8] = amparo::secret::random_bytes(&SystemRandom::new()).unwrap();
        let number = format!("675{:09}", u64::from_be_bytes(random) % 1_000_000_000);
        self.add(what, &number);
        format!("+{number}")
    }

    /// A token, and what finds its case.
    fn token(&mut self, place: &Place, what: &str, token: &str) {
        for groups in groups_of(token) {
            self.add(what, &groups);
        }
        let token = Token::parse(token).ok().unwrap();
        let keys = TokenKeys::derive(&token, place.authority.history.authority(), &mut TokenArena::new());
        let number: u128 = token.expose()[..22].parse().unwrap();
        for (what, bytes) in [
            (format!("key of {what}"), keys.locator().expose().to_vec()),
            (format!("{what} as a number"), number.to_le_bytes().into()),
        ] {
            self.0.push(traces::Form { word: what, encoding: "bytes".into(), bytes });
        }
    }

    /// What is found of them in the memory of `server`, and around it.
    fn in_memory_of(self, server: &Server) -> BTreeSet<String> {
        let regions = memory::of(server.pid()).unwrap();
        let search = Search::of(self.0);
        let mut found = BTreeSet::new();
        for region in &regions {
            for (at, form) in search.places_in(&region.bytes) {
                let around = at.saturating_sub(40)..(at + form.bytes.len() + 40).min(region.bytes.len());
                let around = region.bytes[around].escape_ascii();
                let address = region.start + at as u64;
                let found_here =
                    format!("{} in {} in {} at {address:x}: {around}", form.word, form.encoding, region.name);
                found.insert(found_here);
            }
        }
        found
    }
}

/// A phone that takes answers, and keeps the connection for the next one.
struct Phone {
    address: SocketAddr,
    taken: Arc<Mutex<Vec<String>>>,
}

impl Phone {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, taken) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<String>>>::default());
        let kept = Arc::clone(&taken);
        thread::spawn(move || {
            for client in listener.incoming() {
                let kept = Arc::clone(&kept);
                thread::spawn(move || take(&client.unwrap(), &kept));
            }
        });
        Self { address, taken }
    }
}

fn take(client: &TcpStream, taken: &Mutex<Vec<String>>) {
    let (mut writer, mut reader) = (client, BufReader::new(client));
    while let Some((_, body)) = message(&mut reader) {
        taken.lock().unwrap().push(body);
        writer.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").unwrap();
    }
}

/// The first line and the body of a request or answer; `None` when the connection ends.
fn message(reader: &mut impl BufRead) -> Option<(String, String)> {
    let (mut first, mut line, mut length) = (String::new(), String::new(), 0);
    reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
    while line != "\r\n" {
        line.clear();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((first, String::from_utf8(body).unwrap()))
}

/// Somebody who asks without closing a connection, as gateways and browsers do.
#[derive(Default)]
struct Asker(Vec<TcpStream>);

impl Asker {
    fn ask(&mut self, address: SocketAddr, request: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request).unwrap();
        let (first, body) = message(&mut BufReader::new(&stream)).expect("an answer");
        self.0.push(stream);
        (first.split(' ').nth(1).unwrap().parse().unwrap(), body)
    }

    fn get(&mut self, address: SocketAddr, path: &str) -> (u16, String) {
        self.ask(address, format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes())
    }

    fn post(&mut self, address: SocketAddr, path: &str, headers: &str, body: &str) -> (u16, String) {
        let length = body.len();
        let head =
            format!("POST {path} HTTP/1.1\r\nhost: localhost\r\n{headers}content-length: {length}\r\n\r\n{body}");
        self.ask(address, head.as_bytes())
    }
}

/// The server and who speaks to it.
struct World {
    place: Place,
    server: Server,
    gateways: SocketAddr,
    phone: Phone,
    sink: Sink,
    asker: Asker,
}

impl World {
    fn start() -> Self {
        let (phone, sink) = (Phone::start(), Sink::start());
        let place = Place::new(&format!(
            "spare_disk_bytes = \"1 B\"\nheader_seconds = 2\nanswer_seconds = 2\n\
             [sms]\nwindow_seconds = {}\nwipe_seconds = {}\njoin_seconds = {}\n\
             numbers = [{{ number = \"+{UNIT}\", unit = \"works\", language = \"en\" }}]\n\
             [sms_gateways]\nlisten = \"127.0.0.1:0\"\nkannel = {{ user = \"kannel\", password_file = \"kannel\" }}\n\
             generic = {{ secret_file = \"key\" }}\n\
             android = {{ number = \"+{UNIT}\", signing_key_file = \"key\", server = \"http://{}\", user = \"sms\", \
             password_file = \"phone\" }}\n\
             [mail]\nsocket = \"mail.sock\"\nsmtp_server = \"{}\"\nsmtp_tls = \"none\"\n\
             addresses = [{{ address = \"report@example.org\", unit = \"works\", language = \"fr\" }}]\n",
            WINDOW.as_secs(),
            WIPE.as_secs(),
            WINDOW.as_secs(),
            phone.address,
            sink.address
        ));
        for (file, secret) in [("kannel", KANNEL), ("phone", PHONE), ("key", KEY)] {
            fs::write(place.path(file), secret).unwrap();
            fs::set_permissions(place.path(file), fs::Permissions::from_mode(0o600)).unwrap();
        }
        let server = start(&place);
        let said = place.said();
        let gateways = said.split("gateways at ").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
        Self { place, server, gateways, phone, sink, asker: Asker::default() }
    }

    /// Sends a text through Kannel, and gives back the answer.
    fn kannel(&mut self, from: &str, text: &str) -> String {
        let (status, answer) = self.kannel_as(KANNEL, from, &format!("charset=UTF-8&text={}", percent(text)));
        assert_eq!(status, 200, "{answer}");
        answer
    }

    fn kannel_as(&mut self, password: &str, from: &str, rest: &str) -> (u16, String) {
        let from = percent(from);
        let path = format!("/kannel?user=kannel&password={password}&from={from}&to=%2B{UNIT}&id={from}&{rest}");
        // The same identifier would be taken for a second try.
        let path = path.replace("&id=", &format!("&id={}-", self.asker.0.len()));
        self.asker.get(self.gateways, &path)
    }

    fn generic(&mut self, body: &str, key: &str) -> (u16, String) {
        let now = now();
        let signature = signed(key, &format!("{now}.{body}"));
        let headers = format!("x-amparo-timestamp: {now}\r\nx-amparo-signature: {signature}\r\n");
        self.asker.post(self.gateways, "/generic", &headers, body)
    }

    fn android(&mut self, from: &str, text: &str) -> u16 {
        let now = now();
        let payload = format!("{{\"messageId\":\"1\",\"message\":\"{text}\",\"phoneNumber\":\"{from}\"}}");
        let body = format!("{{\"event\":\"sms:received\",\"id\":\"{from}{text}\",\"payload\":{payload}}}");
        let signature = signed(KEY, &format!("{body}{now}"));
        let headers = format!("x-timestamp: {now}\r\nx-signature: {signature}\r\n");
        self.asker.post(self.gateways, "/android", &headers, &body).0
    }

    /// Answers the case whose report is `words`, as the desk does.
    fn answer(&self, words: &str, answer: &str) {
        let mut desk = Desk::new(self.server.member, &self.place.authority, 0);
        let cases: Vec<_> = desk.cases().cases.iter().map(|case| case.id).collect();
        let case = cases.iter().find(|case| desk.open(case).report().fields.get("what") == words).unwrap();
        desk.answer(case, answer, Some(State::Open));
    }

    /// Part of a text whose other parts are missing. Nobody is answered before they came.
    fn part(&mut self, from: &str, text: &str) -> TcpStream {
        let from = percent(from);
        let path = format!(
            "/kannel?user=kannel&password={KANNEL}&from={from}&to=%2B{UNIT}&id=part&udh=0500032A0301&text={text}"
        );
        let mut stream = TcpStream::connect(self.gateways).unwrap();
        stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes()).unwrap();
        stream
    }
}

/// Starts the server as root, or in a user namespace of this user's own, whose maker can look at all of it.
fn start(place: &Place) -> Server {
    let serve = |mut command: Command| {
        command.arg("serve").arg("--config").arg(place.path("amparo.toml"));
        command
    };
    let namespace = || {
        let mut command = place.command("unshare");
        command.args(["--user", "--map-root-user"]);
        command
    };
    let made = namespace().arg("true").status().is_ok_and(|ended| ended.success());
    if rustix::process::geteuid().is_root() || !made {
        return place.run(serve(place.command(AMPARO)));
    }
    let mut command = namespace();
    command.arg(AMPARO);
    place.run(serve(command))
}

fn now() -> u64 {
    Seconds::system().now()
}

fn signed(key: &str, text: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    to_hex(hmac::sign(&key, text.as_bytes()).as_ref())
}

fn token_in(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| c.is_ascii_digit() || c.is_ascii_alphabetic()).collect();
    (0..digits.len().saturating_sub(23))
        .map(|at| &digits[at..at + 24])
        .find(|part| part.bytes().all(|byte| byte.is_ascii_digit()) && Token::parse(part).is_ok())
        .map(str::to_owned)
}

/// Conversations with everything that one can have, and calls that are refused.
fn text(world: &mut World, marks: &mut Marks) {
    let (from, other) = (marks.number("sender by Kannel"), marks.number("other sender by Kannel"));
    let report = marks.word("report by Kannel");
    let token = token_in(&world.kannel(&from, &report)).unwrap();
    marks.token(&world.place, "token by Kannel", &token);
    world.kannel(&from, &marks.word("what follows by Kannel"));
    world.kannel(&from, "GUIDE");
    // With accents that are not in the telephone's alphabet.
    world.kannel(&from, &format!("Où ça ? ç {} œ", marks.word("answer to a question")));
    let bytes = ucs2::encode(&format!("سلام {}", marks.word("report in UCS-2")));
    let escaped = bytes.iter().fold(String::new(), |mut escaped, byte| {
        write!(escaped, "%{byte:02X}").unwrap();
        escaped
    });
    let (_, answer) = world.kannel_as(KANNEL, &other, &format!("coding=2&charset=UTF-16BE&text={escaped}"));
    let token_of_other = token_in(&answer).unwrap();
    marks.token(&world.place, "token in UCS-2", &token_of_other);

    world.answer(&report, &format!("¿Dónde? {}", marks.word("answer of the desk")));
    assert!(world.kannel(&other, &format!("READ {token}")).contains("Donde"));
    world.kannel(&other, &format!("STATUS {token}"));
    world.kannel(&other, &format!("MORE {token} {}", marks.word("what was added")));
    world.kannel(&other, &format!("FORGET {token}"));
    world.kannel(&other, "STOP");
    let nobody = Token::generate(&SystemRandom::new()).unwrap().expose().to_owned();
    marks.token(&world.place, "token of nobody", &nobody);
    world.kannel(&other, &format!("STATUS {nobody}"));

    // Refused, malformed and cut calls.
    let from = marks.number("sender with a wrong password");
    let text = marks.word("text with a wrong password");
    assert_eq!(world.kannel_as("guess", &from, &format!("text={text}")).0, 403);
    let (from, text) = (marks.number("sender of a malformed call"), marks.word("text of a malformed call"));
    assert_eq!(world.kannel_as(KANNEL, &from, &format!("text={text}%4")).0, 422);
    let (from, text) = (marks.word("name as a sender"), marks.word("text from a name"));
    assert_eq!(world.kannel_as(KANNEL, &from, &format!("text={text}")).0, 422);
    let mut cut = TcpStream::connect(world.gateways).unwrap();
    let (from, text) = (marks.number("sender of a cut call"), marks.word("text of a cut call"));
    write!(cut, "GET /kannel?user=kannel&from={from}&text={text}").unwrap();
    world.asker.0.push(cut);

    let (from, text) = (marks.number("sender by webhook"), marks.word("report by webhook"));
    let body = format!("{{\"id\":\"1\",\"from\":\"{from}\",\"to\":\"{UNIT}\",\"text\":\"\\u00e9 {text}\"}}");
    let (status, answer) = world.generic(&body, KEY);
    assert_eq!(status, 200, "{answer}");
    marks.token(&world.place, "token by webhook", &token_in(&answer).unwrap());
    assert_eq!(world.generic(&body, KEY).0, 409);
    assert_eq!(world.generic(&body.replace(&text, &marks.word("text with a wrong signature")), "guess").0, 403);
    let broken = format!("{{\"from\":\"{from}\",\"text\":\"{}\\", marks.word("text in broken JSON"));
    assert_eq!(world.generic(&broken, KEY).0, 422);

    let (from, text) = (marks.number("sender by phone"), marks.word("report by phone"));
    assert_eq!(world.android(&from, &text), 200);
    let taken = world.phone.taken.lock().unwrap().clone();
    marks.token(&world.place, "token by phone", &token_in(&taken[0]).unwrap());
    assert_eq!(world.android(&from, &marks.word("what follows by phone")), 200);
}

/// A report on the pages without a script, on a connection that stays open.
fn browse(world: &mut World, marks: &mut Marks) {
    let at = world.server.reporter;
    let number = get(at, "/en/report").form_number();
    let names = ["what", "when", "where", "who", "how_much", "how_known", "told", "name", "contact", "safe_contact"];
    let words = names.map(|name| (name, marks.word(&format!("field {name}"))));
    let fields = [("form", number.as_str()), ("identity", "confidential")];
    let fields: Vec<_> = fields.into_iter().chain(words.iter().map(|(name, word)| (*name, word.as_str()))).collect();
    let content = marks.word("content of a file").repeat(2000);
    let form = Form::report_with(&fields).file(
        &format!("{}.txt", marks.word("name of a file")),
        "text/plain",
        content.as_bytes(),
    );
    let photo = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/files/photo.jpg")).unwrap();
    let comment = marks.word("comment in a picture");
    let segment = [&[0xff, 0xfe, 0, 22], comment.as_bytes()].concat();
    let photo = [&photo[..2], &segment, &photo[2..]].concat();
    let form = form.file(&format!("{}.jpg", marks.word("name of a picture")), "image/jpeg", &photo);
    let open = |form: &Form, path: &str| {
        let request = form.request(path, "");
        let end = request.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = std::str::from_utf8(&request[..end]).unwrap().replace("connection: close\r\n", "");
        [head.as_bytes(), &request[end..]].concat()
    };
    let (status, page) = world.asker.ask(at, &open(&form, "/en/report"));
    assert_eq!(status, 200, "{page}");
    let token = client::between(&page, "<output data-case-token=\"", "\"").unwrap().to_owned();
    marks.token(&world.place, "token on the page", &token);
    let refused = Form::report_with(&[("unit", "none"), ("what", &marks.word("refused words"))]);
    assert_eq!(world.asker.ask(at, &open(&refused, "/en/report")).0, 422);
    world.answer(&words[0].1, &marks.word("answer on the page"));
    let body = format!(
        "token={}",
        token.as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four)).collect::<Vec<_>>().join("+")
    );
    let (status, page) = world.asker.post(at, "/en/case", "content-type: application/x-www-form-urlencoded\r\n", &body);
    assert_eq!(status, 200, "{page}");
    let number = client::between(&page, "name=\"form\" value=\"", "\"").unwrap();
    let form = Form::default().text("form", number).text("token", &token).text("text", &marks.word("message"));
    let (status, page) = world.asker.ask(at, &open(&form, "/en/case/message"));
    assert_eq!(status, 200, "{page}");
    open_case(at, &token).says(200, "Your case");
}

/// A letter and its answer.
fn write_letter(world: &mut World, marks: &mut Marks) {
    let sender = format!("{}@{}.example.net", marks.word("sender's name"), marks.word("sender's host"));
    let letter = format!(
        "From: \"{}\" <{sender}>\r\nMessage-ID: <{}@x>\r\nSubject: =?utf-8?Q?{}_=C3=A9?=\r\n\
         Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
         =C3=A9 {}\r\n--x\r\nContent-Type: text/plain; name={}\r\n\r\n{}\r\n--x--\r\n",
        marks.word("sender's own name"),
        marks.word("id of a letter"),
        marks.word("subject"),
        marks.word("letter"),
        marks.word("name of an attachment"),
        marks.word("attachment").repeat(3000),
    );
    deliver(&world.place.path("mail.sock"), &sender, "report@example.org", letter.as_bytes()).unwrap();
    marks.token(&world.place, "token by mail", &world.sink.wait_for(&sender).token());
    let other = format!("{}@example.net", marks.word("sender of a refused letter"));
    assert!(deliver(&world.place.path("mail.sock"), &other, &other, b"\r\n").is_err());
}

#[test]
fn nothing_of_what_is_over_is_left_in_memory() {
    let mut world = World::start();
    if let Err(error) = memory::of(world.server.pid()) {
        println!("NOT PROVEN HERE: this user may not look at the memory of the server ({error}); run it as root");
        return;
    }
    let mut marks = Marks::default();
    browse(&mut world, &mut marks);
    write_letter(&mut world, &mut marks);
    text(&mut world, &mut marks);

    // The control: what must be there for a while is found.
    let mut there = Marks::default();
    let from = there.number("sender of a part");
    let words = there.word("words of a part");
    let part = world.part(&from, &words);
    let filed = token_in(&world.kannel(&marks.number("last sender"), "They ask for money.")).unwrap();
    there.token(&world.place, "token of the last", &filed);
    let found = wait_for("the part to arrive", || {
        let found = there.clone().in_memory_of(&world.server);
        found.iter().any(|found| found.starts_with("words of a part")).then_some(found)
    });
    for what in ["sender of a part", "words of a part", "token of the last", "key of token of the last"] {
        assert!(found.iter().any(|found| found.starts_with(what)), "{what} is not found where it must be: {found:#?}");
    }

    thread::sleep(WINDOW + WIPE);
    marks.0.extend(there.0);
    let mut kept = Marks::default();
    for (what, word) in [("number of the unit", UNIT), ("password", KANNEL)] {
        kept.add(what, word);
    }
    let found = kept.in_memory_of(&world.server);
    for what in ["number of the unit", "password"] {
        assert!(found.iter().any(|found| found.starts_with(what)), "{what} is not found where it must be: {found:#?}");
    }
    let count = marks.0.len();
    let found = marks.in_memory_of(&world.server);
    assert!(found.is_empty(), "{} places hold some of {count} marks: {found:#?}", found.len());
    drop(part);
}
