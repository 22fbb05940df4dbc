//! Nothing of a text message or a call can be read in any file: neither number, words, identifier nor token, in any
//! encoding that a gateway, a database or a log is likely to use.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};

use amparo::clock::Seconds;
use amparo::protocol::bytes::to_hex;
use amparo::protocol::content::State;
use amparo::sms::gateway::signed::SigningKey;
use amparo::sms::text::ucs2;
use common::client::{Answer, escape, get, open_case, percent, random_word, request, talk};
use common::demo::Demo;
use common::desk::Desk;
use common::kannel;
use common::seat::{Seat, group_asked, number_of, token_of};
use common::server::{Place, Server, everything_under};
use common::texts::{CREDENTIALS, gateways_of, take_texts};
use common::traces::{Search, forms, groups_of, octets_of_digits};
use ring::rand::{SecureRandom, SystemRandom};

/// What occurs nowhere else and must leave no trace.
#[derive(Default)]
struct Markers {
    words: Vec<String>,
    numbers: Vec<String>,
}

impl Markers {
    fn word(&mut self) -> String {
        self.words.push(random_word());
        self.words.last().unwrap().clone()
    }

    /// The digits of a number from abroad: whatever holds it behind `+` or `00` holds them.
    fn number(&mut self) -> String {
        let mut digits = [0; 15];
        SystemRandom::new().fill(&mut digits).unwrap();
        let rest = digits.iter().skip(1).map(|digit| char::from(b'0' + digit % 10));
        self.numbers.push(['6'].into_iter().chain(rest).collect());
        self.numbers.last().unwrap().clone()
    }

    fn token(&mut self, token: &str) {
        self.words.extend(groups_of(token));
    }

    fn seen(&mut self, answer: Answer) -> Answer {
        self.words.push(format!("127.0.0.1:{}", answer.port));
        answer
    }

    fn search(&self) -> Search {
        let words = self.words.iter().chain(&self.numbers).flat_map(|word| forms(word));
        Search::of(words.chain(self.numbers.iter().flat_map(|number| octets_of_digits(number))).collect())
    }
}

/// A listener for gateways.
struct Gateways<'a> {
    address: SocketAddr,
    markers: &'a mut Markers,
}

impl Gateways<'_> {
    fn ask(&mut self, query: &str) -> Answer {
        let answer = get(self.address, &format!("/kannel?{query}"));
        self.markers.seen(answer)
    }

    /// What Kannel is answered that brings a text from `from`, written as its `text`, `charset` and `coding` tell.
    fn brings(&mut self, from: &str, text: &str) -> String {
        let id = self.markers.word();
        let answer = self.ask(&format!("{CREDENTIALS}&from={from}&to=16321&id={id}&{text}"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.text().to_owned()
    }

    /// A signed request of any other gateway, or one that is signed with another key.
    fn signed(&mut self, key: &str, body: &str) -> Answer {
        let now = Seconds::system().now().to_string();
        let signature = SigningKey::new(&key.into()).sign(&[now.as_bytes(), b".", body.as_bytes()]);
        let headers = format!("x-amparo-timestamp: {now}\r\nx-amparo-signature: {}\r\n", to_hex(&signature));
        let head = request("POST", "/generic", &headers, body.as_bytes());
        let answer = talk(self.address, (head + body).as_bytes()).unwrap();
        self.markers.seen(answer)
    }
}

/// A conversation with everything in it that can be said, and calls that are refused.
fn live(place: &Place, server: &Server, markers: &mut Markers) {
    let mut gateways = Gateways { address: gateways_of(place), markers };
    let (phone, other) = (gateways.markers.number(), gateways.markers.number());
    let said: Vec<String> = (0..6).map(|_| gateways.markers.word()).collect();
    let receipt = gateways.brings(&format!("%2B{phone}"), &format!("text={}&charset=UTF-8&coding=0", said[0]));
    let token = kannel::token(&receipt).unwrap_or_else(|| panic!("{receipt}"));
    gateways.markers.token(&token);
    for (from, text) in [
        (format!("00{phone}"), format!("text={}&charset=UTF-16BE&coding=2", escape(&ucs2::encode(&said[1])))),
        (phone.clone(), format!("text={}&charset=ISO-8859-1", said[2])),
    ] {
        gateways.brings(&from, &text);
    }
    gateways.brings(&format!("%2B{phone}"), "text=GUIDE");
    gateways.brings(&format!("%2B{phone}"), &format!("text={}", said[3]));

    let mut desk = Desk::new(server.member, &place.authority, 0);
    let case = desk
        .cases()
        .cases
        .iter()
        .map(|case| case.id)
        .find(|case| desk.open(case).report().fields.get("what") == said[0]);
    let case = case.expect("the markers did arrive");
    let answer = gateways.markers.word();
    desk.answer(&case, &answer, Some(State::Open));
    let read = gateways.brings(&other, &format!("text={}", percent(&format!("READ {token}"))));
    assert!(read.contains(&answer), "{read}");
    gateways.brings(&other, &format!("text={}", percent(&format!("MORE {token} {}", said[4]))));
    gateways.brings(&other, &format!("text={}", percent(&format!("STATUS {}1", &token[..23]))));
    gateways.brings(&phone, &format!("text={}", percent(&format!("FORGET {token}"))));
    gateways.brings(&phone, "text=STOP");

    // One part of two: it waits in memory, and nobody is answered.
    let (third, cut) = (gateways.markers.number(), gateways.markers.word());
    let mut part = TcpStream::connect(gateways.address).unwrap();
    let query = format!("{CREDENTIALS}&from=%2B{third}&to=16321&udh=050003070201&text={cut}");
    write!(part, "GET /kannel?{query} HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();

    // Another gateway, one that only says it is one, and what is refused or thrown away.
    let mut message = |key: &str, to: &str| {
        let (from, id, text) = (gateways.markers.number(), gateways.markers.word(), gateways.markers.word());
        let body = format!("{{\"id\":\"{id}\",\"from\":\"+{from}\",\"to\":\"{to}\",\"text\":\"{text}\"}}");
        let answer = gateways.signed(key, &body);
        (answer.status, answer.text().to_owned())
    };
    let (status, taken) = message("a-b_c", "16322");
    let token = kannel::token(&taken).expect("a token");
    assert_eq!((status, message("a-b-c", "16322").0, message("a-b_c", "99").0), (200, 403, 200));
    gateways.markers.token(&token);
    for (credentials, from, status) in [("user=kannel&password=x", "%2B", 403), (CREDENTIALS, "x", 422)] {
        let (number, text) = (gateways.markers.number(), gateways.markers.word());
        let refused = gateways.ask(&format!("{credentials}&from={from}{number}&to=16321&text={text}"));
        assert_eq!(refused.status, status);
    }
    let answer = open_case(server.reporter, &token);
    gateways.markers.seen(answer).says(200, "Your case");
    assert_eq!(desk.cases().cases.len(), 3, "two senders and the other gateway's; nothing of what was refused");
}

#[test]
fn nothing_of_a_text_message_can_be_read_on_the_server() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    take_texts(&place, "");
    let file = place.path("amparo.toml");
    let gateways = fs::read_to_string(&file).unwrap() + "generic = { secret_file = \"kannel-password\" }\n";
    fs::write(&file, gateways).unwrap();
    let server = place.start();
    let mut markers = Markers::default();
    live(&place, &server, &mut markers);
    let search = markers.search();
    assert_eq!(search.on_the_server(&place), Vec::<String>::new(), "while it runs");
    server.stop();
    assert_eq!(search.on_the_server(&place), Vec::<String>::new(), "after it stopped");
    for folder in ["tmp", "home"] {
        assert_eq!(everything_under(&place.path(folder)), Vec::<std::path::PathBuf>::new());
    }
    let server = place.start();
    assert_eq!(Desk::new(server.member, &place.authority, 0).cases().cases.len(), 4, "the part was filed at the end");
    assert_eq!(search.on_the_server(&place), Vec::<String>::new(), "after a restart");
    server.stop();
    the_search_finds_what_is_planted(&search);
}

/// The control: each form is found between other bytes.
fn the_search_finds_what_is_planted(search: &Search) {
    for form in search.forms() {
        let planted = [b"\0\xff\x55".as_slice(), &form.bytes, b"\xaa\0\xff"].concat();
        let found = search.in_bytes(&planted);
        assert!(found.iter().any(|found| found.bytes == form.bytes), "{} in {}", form.word, form.encoding);
    }
}

#[test]
fn nothing_of_a_call_can_be_read_at_the_server_or_the_operators_desk() {
    let place = tempfile::tempdir().unwrap();
    let demo = Demo::start(&place.path().join("demo"));
    let passphrase = fs::read_to_string(place.path().join("demo/throwaway-keys/passphrase.txt")).unwrap();
    let operator = Seat::at(&demo, "hotline");
    let mut markers = Markers::default();
    let names = ["what", "when", "where", "who", "how_much", "how_known", "told", "name", "contact", "safe_contact"];
    let words: Vec<_> = names.iter().map(|name| (*name, markers.word())).collect();
    let mut fields: Vec<_> = words.iter().map(|(name, word)| (*name, word.as_str())).collect();
    fields.push(("identity", "confidential"));
    let number = markers.number();
    fields.push(("unknown-field", &number));

    // Refused, then read back, then sent with a recording.
    let refused = operator.send(&operator.call(&[("unit", "none"), ("what", &words[0].1)]), "fr");
    assert_eq!(refused.status, 422);
    let review = operator.send(&operator.call(&fields), "fr");
    let one_time = number_of(&review);
    fields.extend([("number", &*one_time), ("reviewed", "yes"), ("record", "agreed")]);
    let (file, content) = (format!("{}.ogg", markers.word()), markers.word().repeat(20_000));
    let sent = operator.send(&operator.call(&fields).file(&file, "audio/ogg", content.as_bytes()), "fr");
    sent.says(200, "The report is sealed and sent");
    let (token, group) = (token_of(&sent), group_asked(&sent));
    markers.token(&token);
    markers.words.push(one_time);
    operator.post("/hotline/check", &[("group", &token[group * 4..][..4])]).says(200, "The caller has the token");

    // The caller calls again.
    operator.post("/hotline/case", &[("token", &token), ("language", "ar")]).says(200, "وصل بلاغك");
    let more = markers.word();
    let said = operator.say(&[("token", &token), ("language", "ar"), ("text", &more)], &[]);
    said.says(200, "The message is sealed and sent");
    let typo = format!("{}{}", &token[..23], (token.as_bytes()[23] - b'0' + 1) % 10);
    assert_eq!(operator.post("/hotline/case", &[("token", &typo)]).status, 422);

    // A call that the lock cut short.
    assert_eq!(operator.post("/lock", &[]).status, 303);
    let cut = markers.word();
    let locked = operator.send(&operator.call(&[("what", &cut)]), "en");
    locked.says(422, &cut);
    let call = format!("{{\"what\":\"{}\"}}", markers.word());
    operator.post("/unlock", &[("passphrase", passphrase.trim()), ("call", &call)]);

    let lead = Seat::at(&demo, "lead");
    lead.only_case().says(200, &words[0].1);
    lead.only_case().says(200, &more);
    let search = markers.search();
    let (found, read) = search.under(place.path());
    assert_eq!(found, Vec::<String>::new());
    assert!(read > 400_000, "server, desks and what they say were searched");
    drop(operator);
    drop(lead);
    assert!(demo.stop());
    assert_eq!(search.under(place.path()).0, Vec::<String>::new(), "after they stopped");
    the_search_finds_what_is_planted(&search);
}
