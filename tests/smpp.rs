//! Reports by text message through a message centre that speaks SMPP 3.4: the npm package `smpp`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;

use amparo::protocol::desk_case::{Content, OpenEntry};
use common::centre::Centre;
use common::client::{get, open_case};
use common::desk::Desk;
use common::kannel::token;
use common::server::{Place, Server, wait_for};
use common::traces::Search;
use serde_json::{Value, json};

/// What the answer to a report ends with.
const END: &str = "HELP: more";

/// Without TLS on this machine.
const PLAIN: &str = "tls = false";

/// A server's folder with `centre` in its configuration, and further keys of it.
fn place(port: u16, keys: &str) -> Place {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    connect(&place, port, keys);
    place
}

/// Names a centre in the configuration of `place`.
fn connect(place: &Place, port: u16, keys: &str) {
    let password = place.path("smpp-password");
    fs::write(&password, "secret\n").unwrap();
    fs::set_permissions(&password, fs::Permissions::from_mode(0o600)).unwrap();
    let file = place.path("amparo.toml");
    let texts = format!(
        "[sms]\nnumbers = [{{ number = \"16321\", unit = \"works\", language = \"en\" }}]\n\
         [[sms_gateways.smpp]]\nname = \"carrier\"\nserver = \"127.0.0.1:{port}\"\nsystem_id = \"amparo\"\n\
         password_file = \"smpp-password\"\n{keys}\n"
    );
    fs::write(&file, fs::read_to_string(&file).unwrap() + &texts).unwrap();
}

/// A centre and a server that is bound to it.
fn bound(keys: &str) -> (Centre, Place, Server) {
    let mut centre = Centre::start();
    let place = place(centre.port, &format!("{PLAIN}\n{keys}"));
    let server = place.start();
    assert_eq!(centre.wait("bound")["version"], 0x34);
    (centre, place, server)
}

/// Delivers a text and gives the token that it is answered with.
fn filed(centre: &mut Centre, id: u64, message: &Value) -> String {
    centre.deliver(id, message);
    let answer = centre.answer(END);
    assert_eq!(centre.status(id), 0);
    token(&answer).unwrap_or_else(|| panic!("no token in {answer}"))
}

/// All reports, in the order of their words.
fn reports(server: &Server, place: &Place) -> Vec<String> {
    let mut desk = Desk::new(server.member, &place.authority, 0);
    let cases: Vec<_> = desk.cases().cases.iter().map(|case| case.id).collect();
    let mut reports: Vec<_> = cases.iter().map(|case| desk.open(case).report().fields.get("what").to_owned()).collect();
    reports.sort();
    reports
}

fn waits_for(place: &Place, words: &str) {
    wait_for(words, || place.said().contains(words).then_some(()));
}

fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut hex, octet| {
        write!(hex, "{octet:02x}").unwrap();
        hex
    })
}

#[test]
fn a_report_is_answered_in_the_alphabet_that_its_answer_needs() {
    let (mut centre, place, server) = bound("");
    let words = "They asked for 5 € {really} [é] \\ ~ ^ | Ñ.";
    centre.deliver(1, &json!({ "text": words }));
    let first = centre.wait("submit");
    assert_eq!(first["source"], json!(["16321", 0, 1]));
    assert_eq!(first["destination"], json!(["6757001", 1, 1]));
    assert_eq!((&first["coding"], &first["esmClass"], &first["receipt"]), (&json!(0), &json!(0x40), &json!(0)));
    let header = first["header"][0].as_array().unwrap().clone();
    assert_eq!((&header[..2], &header[3..]), (&[json!(0), json!(3)][..], &[json!(2), json!(1)][..]));
    let second = centre.wait("submit");
    let answer = [&first, &second].map(|part| part["text"].as_str().unwrap()).concat();
    assert_eq!(centre.status(1), 0);
    let first = token(&answer).unwrap();
    open_case(server.reporter, &first).says(200, "Received");

    let arabic = "سلام 😀، طلبوا عشرة بالمئة";
    let second = filed(&mut centre, 2, &json!({ "text": arabic, "data_coding": 8, "source_addr": "6757002" }));
    open_case(server.reporter, &second).says(200, "Received");
    centre.deliver(3, &json!({ "text": format!("حالة {second}"), "data_coding": 8, "source_addr": "6757002" }));
    let status = centre.wait_for("an answer in Arabic", |event| event["coding"] == 8);
    assert!(status["text"].as_str().unwrap().contains("وصل"), "{status}");
    assert_eq!(centre.status(3), 0);

    // A receipt and a frame of no use are responded to, and nothing comes of them.
    centre.deliver(4, &json!({ "text": "id:m1 sub:001 dlvrd:001 stat:DELIVRD err:000 text:Case", "esm_class": 4 }));
    centre.deliver(5, &json!({ "text": "a", "source_addr": "Bank", "source_addr_ton": 5 }));
    centre.order(&json!({ "do": "enquire", "id": 6 }));
    assert_eq!([4, 5, 6].map(|id| centre.status(id)), [0, 0x0a, 0]);
    assert_eq!(centre.count("submit", Duration::from_millis(500)), 0);
    assert_eq!(reports(&server, &place), [words, arabic]);
    for trace in ["16321", "secret", "127.0.0.1:"] {
        let said = place.said().replace("at http://127.0.0.1:", "");
        assert!(!said.contains(trace), "{trace} was logged");
    }
    // Neither a number nor a word nor the token is anywhere on the disk.
    let search = Search::new(["6757001", "6757002", "really", "طلبوا", "DELIVRD", first.as_str()]);
    for folder in ["data", "said", "tmp", "home"] {
        let (found, _) = search.under(&place.path(folder));
        assert!(found.is_empty(), "{found:?}");
    }
    server.stop();
    centre.wait("unbind");
}

#[test]
fn parts_are_joined_however_they_are_told_and_whichever_comes_first() {
    let (mut centre, place, server) = bound("part_seconds = 0");
    let part = |number: &str, header: &str, text: &str| json!({ "source_addr": number, "text": text, "header": header, "esm_class": 0x40 });
    // Each kind of header, the last part first.
    centre.deliver(1, &part("6757001", "0500032a0303", "million."));
    centre.deliver(2, &part("6757001", "0500032a0301", "They want "));
    centre.deliver(3, &part("6757001", "0500032a0302", "one "));
    let mut tokens = vec![token(&centre.answer(END)).unwrap()];
    centre.deliver(4, &part("6757002", "060804012a0202", "16 bits."));
    centre.deliver(5, &part("6757002", "060804012a0201", "A header of "));
    tokens.push(token(&centre.answer(END)).unwrap());
    for (id, number, text) in [(6, 2, "own parameters."), (7, 1, "Told by ")] {
        let sar = json!({ "sar_msg_ref_num": 300, "sar_total_segments": 2, "sar_segment_seqnum": number,
                          "source_addr": "6757003", "text": text });
        centre.deliver(id, &sar);
    }
    tokens.push(token(&centre.answer(END)).unwrap());
    // An emoji that the telephone has cut in two.
    for (id, header, octets) in [(8, "0500032b0202", "de000021"), (9, "0500032b0201", "0061d83d")] {
        let octets = format!("{header}{octets}");
        centre.deliver(id, &json!({ "octets": octets, "esm_class": 0x40, "data_coding": 8, "source_addr": "6757004" }));
    }
    tokens.push(token(&centre.answer(END)).unwrap());
    // A long one in one piece.
    let long = "Bribes {€}. ".repeat(40);
    centre.deliver(10, &json!({ "payload": long, "source_addr": "6757005" }));
    tokens.push(token(&centre.answer(END)).unwrap());
    for id in 1..=10 {
        assert_eq!(centre.status(id), 0);
    }
    for token in &tokens {
        open_case(server.reporter, token).says(200, "Received");
    }
    let expected =
        ["A header of 16 bits.", long.trim_end(), "They want one million.", "Told by own parameters.", "a😀!"];
    assert_eq!(reports(&server, &place).iter().map(|report| report.trim_end()).collect::<Vec<_>>(), expected);
    server.stop();
}

#[test]
fn letters_of_national_languages_come_whole() {
    let (mut centre, place, server) = bound("");
    let texts = ["Corrupción en Ávila: 5 €", "Corrupção em São José à noite", "Rüşvet, İzmir'de ığdır"];
    for ((id, header), text) in [(1, "03240102"), (2, "03250103"), (3, "03250101")].into_iter().zip(texts) {
        let number = format!("675700{id}");
        centre.deliver(id, &json!({ "text": text, "header": header, "esm_class": 0x40, "source_addr": number }));
        assert_eq!(centre.status(id), 0);
    }
    assert_eq!(reports(&server, &place), texts);
    server.stop();
}

#[test]
fn a_centre_that_sends_one_part_after_the_other_gets_on() {
    let (mut centre, place, server) = bound("part_seconds = 1");
    for (id, header, text) in [(1, "0500032a0201", "One "), (2, "0500032a0202", "million.")] {
        centre.deliver(id, &json!({ "text": text, "header": header, "esm_class": 0x40 }));
        assert_eq!(centre.status(id), 0);
    }
    centre.answer(END);
    // A part whose others do not come is filed when the server stops.
    centre
        .deliver(3, &json!({ "text": "Half ", "header": "0500032b0201", "esm_class": 0x40, "source_addr": "6757002" }));
    assert_eq!(centre.status(3), 0);
    server.stop();
    assert!(token(&centre.answer(END)).is_some());
    centre.wait("unbind");
    let server = place.start();
    assert_eq!(reports(&server, &place), ["Half  […] ", "One million."]);
    server.stop();
}

#[test]
fn an_answer_waits_for_a_centre_that_wants_less_and_never_for_ever() {
    let (mut centre, place, server) = bound("window = 2\nanswer_seconds = 6");
    // Throttled, the queue is full, throttled.
    centre.order(&json!({ "do": "throttle", "statuses": [0x58, 0x14, 0x58] }));
    let token = filed(&mut centre, 1, &json!({ "text": "Throttled" }));
    open_case(server.reporter, &token).says(200, "Received");

    // Of six answers no more are on their way than the window takes.
    centre.order(&json!({ "do": "hold" }));
    for id in 2..8 {
        centre.deliver(id, &json!({ "text": "HELP", "source_addr": format!("67580{id}") }));
        assert_eq!(centre.status(id), 0);
    }
    assert_eq!(centre.count("submit", Duration::from_secs(1)), 2);
    centre.order(&json!({ "do": "release" }));
    assert!(centre.count("submit", Duration::from_secs(2)) >= 4);

    // One that takes none gets none in the end, and the report stays.
    centre.order(&json!({ "do": "throttle", "statuses": vec![0x58; 100] }));
    centre.deliver(9, &json!({ "text": "Never answered", "source_addr": "6757009" }));
    assert_eq!(centre.status(9), 0);
    waits_for(&place, "SMPP carrier: an answer was dropped, because it was not taken in time");
    // Refused for good: at once.
    centre.order(&json!({ "do": "throttle", "statuses": [0x0b] }));
    centre.deliver(10, &json!({ "text": "Refused", "source_addr": "6757010" }));
    waits_for(&place, "it refused an answer with status 0xb");
    assert_eq!(reports(&server, &place), ["Never answered", "Refused", "Throttled"]);
    server.stop();
}

#[test]
fn a_line_that_breaks_loses_no_answer_and_files_nothing_twice() {
    let (mut centre, place, server) = bound("");
    // Cut when the answer has arrived and before it was responded to: it comes again. The centre does not know either
    // whether it was heard, and brings the text again as soon as it can.
    let text = json!({ "text": "Before the cut" });
    centre.order(&json!({ "do": "cutAtSubmit" }));
    centre.deliver_by("deliverAtBind", &[(2, &text)]);
    centre.deliver(1, &text);
    centre.wait("closed");
    centre.wait("bound");
    let first = token(&centre.answer(END)).unwrap();
    assert_eq!(centre.status(2), 0);
    open_case(server.reporter, &first).says(200, "Received");

    // Cut in the very moment in which a text comes.
    let text = json!({ "text": "In the cut", "source_addr": "6757002" });
    centre.deliver_by("deliverAtBind", &[(4, &text)]);
    centre.deliver_by("deliverAndCut", &[(3, &text)]);
    centre.wait("bound");
    let second = token(&centre.answer(END)).unwrap();
    assert_eq!(centre.status(4), 0);
    open_case(server.reporter, &second).says(200, "Received");

    // Twice in one session, both before a response.
    let text = json!({ "text": "Twice", "source_addr": "6757003" });
    centre.deliver_by("deliver", &[(5, &text), (6, &text)]);
    let third = token(&centre.answer(END)).unwrap();
    assert_eq!((centre.status(5), centre.status(6)), (0, 0));
    open_case(server.reporter, &third).says(200, "Received");
    // No answer went out twice, and nothing was added to a case.
    assert_eq!(centre.count("submit", Duration::from_secs(1)), 0);
    let mut desk = Desk::new(server.member, &place.authority, 0);
    let cases: Vec<_> = desk.cases().cases.iter().map(|case| case.id).collect();
    for case in &cases {
        let opened = desk.open(case);
        let added = |entry: &&OpenEntry| matches!(entry.content, Content::Message(_));
        assert_eq!(opened.entries().iter().filter(added).count(), 0, "{}", opened.report().fields.get("what"));
    }
    assert_eq!(reports(&server, &place), ["Before the cut", "In the cut", "Twice"]);

    // Whoever says the same word twice is heard twice: the third question comes.
    for (id, word, says) in [(7, "GUIDE", "1/5"), (8, "SKIP", "2/5"), (9, "SKIP", "3/5")] {
        centre.deliver(id, &json!({ "text": word, "source_addr": "6757003" }));
        centre.answer(says);
        assert_eq!(centre.status(id), 0);
    }
    let said = place.said();
    assert_eq!(said.matches("SMPP carrier: bound").count(), 3, "{said}");
    assert_eq!(said.matches("no texts are taken from it: the connection ended").count(), 2, "{said}");
    server.stop();
}

#[test]
fn a_centre_that_falls_silent_or_unbinds_is_bound_again() {
    let (mut centre, place, server) = bound("enquire_seconds = 1\nresponse_seconds = 1");
    centre.order(&json!({ "do": "mute" }));
    centre.wait("closed");
    waits_for(&place, "no texts are taken from it: it does not respond");
    centre.order(&json!({ "do": "unmute" }));
    centre.wait("bound");
    centre.order(&json!({ "do": "unbind" }));
    centre.wait("closed");
    centre.wait("bound");
    waits_for(&place, "no texts are taken from it: it ended the session");
    filed(&mut centre, 1, &json!({ "text": "After all that" }));
    server.stop();
}

#[test]
fn what_makes_no_sense_ends_a_session_at_most() {
    let (mut centre, place, server) = bound("");
    // A request that is not known, and one that is not for us.
    centre.order(&json!({ "do": "raw", "octets": "000000100000077700000000000000ff" }));
    assert_eq!(centre.wait("nack")["status"], 3);
    // A delivery that ends in its sender's number.
    centre.order(&json!({ "do": "raw", "octets": "0000001500000005000000000000002a0001013637" }));
    waits_for(&place, "SMPP carrier: something that it delivered is no SMPP 3.4 and was refused");
    filed(&mut centre, 1, &json!({ "text": "In the same session" }));
    // A frame longer than any, and after it what nobody could find the beginning of.
    centre.order(&json!({ "do": "raw", "octets": format!("7fffffff{}", hex(&[5; 200])) }));
    assert_eq!(centre.wait("nack")["status"], 2);
    centre.wait("closed");
    centre.wait("bound");
    filed(&mut centre, 2, &json!({ "text": "In the next session", "source_addr": "6757002" }));
    assert_eq!(reports(&server, &place), ["In the next session", "In the same session"]);
    server.stop();
}

#[test]
fn a_text_that_cannot_be_filed_is_brought_again() {
    let mut centre = Centre::start();
    let place = Place::new("spare_disk_bytes = \"1000000 GiB\"");
    connect(&place, centre.port, PLAIN);
    let server = place.start();
    centre.wait("bound");
    centre.deliver(1, &json!({ "text": "When there is room" }));
    assert_eq!(centre.status(1), 0x64);
    assert_eq!(centre.count("submit", Duration::from_millis(500)), 0, "somebody was told something");
    server.stop();
    let file = place.path("amparo.toml");
    fs::write(&file, fs::read_to_string(&file).unwrap().replace("1000000 GiB", "1 B")).unwrap();
    let server = place.start();
    centre.wait("bound");
    filed(&mut centre, 2, &json!({ "text": "When there is room" }));
    assert_eq!(reports(&server, &place), ["When there is room"]);
    server.stop();
}

#[test]
fn each_of_several_centres_gets_its_own_answers() {
    let (mut first, mut second) = (Centre::start(), Centre::start());
    let place = place(first.port, PLAIN);
    let file = place.path("amparo.toml");
    let other = format!(
        "[[sms_gateways.smpp]]\nname = \"other\"\nserver = \"127.0.0.1:{}\"\nsystem_id = \"amparo\"\n\
         password_file = \"smpp-password\"\n{PLAIN}\n",
        second.port
    );
    fs::write(&file, fs::read_to_string(&file).unwrap() + &other).unwrap();
    let server = place.start();
    first.wait("bound");
    second.wait("bound");
    let token = filed(&mut first, 1, &json!({ "text": "By the first" }));
    // The same person by the other: it is the same conversation, and the same words are no second try of the first's.
    second.deliver(2, &json!({ "text": "By the first" }));
    assert!(second.answer("Added").contains("Added"));
    drop(first);
    second.deliver(3, &json!({ "text": format!("STATUS {token}"), "source_addr": "6757002" }));
    second.answer("Received");
    assert_eq!(reports(&server, &place), ["By the first"]);
    server.stop();
    second.wait("unbind");
    let said = place.said();
    assert!(said.contains("SMPP carrier: no texts are taken from it") && !said.contains("SMPP other: no"), "{said}");
}

#[test]
fn long_answers_and_their_number_are_as_the_configuration_says() {
    for (keys, check) in [
        ("long_answers = \"udh16\"", (|first| first["header"][0][0] == 8) as fn(&Value) -> bool),
        ("long_answers = \"sar\"", |first| first["sar"][1].as_u64() >= Some(2) && first["sar"][2] == 1),
        ("long_answers = \"payload\"", |first| first["isPayload"] == true),
        ("source = \"+15550100\"", |first| first["source"] == json!(["15550100", 1, 1])),
        ("source = \"555\"\nsource_ton = 3\nsource_npi = 9", |first| first["source"] == json!(["555", 3, 9])),
    ] {
        let (mut centre, _place, server) = bound(keys);
        centre.deliver(1, &json!({ "text": "Bribes" }));
        let first = centre.wait("submit");
        assert!(check(&first), "{keys}: {first}");
        server.stop();
    }
    // A centre whose own alphabet is Latin-1.
    let (mut centre, place, server) = bound("default_alphabet = \"latin1\"");
    centre.deliver(1, &json!({ "octets": hex(b"caf\xe9 {1}") }));
    assert_eq!(centre.status(1), 0);
    assert_eq!(reports(&server, &place), ["café {1}"]);
    server.stop();
}

#[test]
fn tls_is_with_the_centre_that_the_authority_vouches_for() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    let openssl = |arguments: &str| {
        let made = Command::new("openssl").current_dir(place.path("")).args(arguments.split(' ')).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    };
    let key = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
    openssl(&format!("{key} -subj /CN=throwaway -keyout ca.key -out ca.pem"));
    openssl(&format!("{key} -subj /CN=another -keyout another.key -out another.pem"));
    for (name, address) in [("centre", "127.0.0.1"), ("elsewhere", "127.0.0.9")] {
        openssl(&format!(
            "{key} -subj /CN=centre -keyout {name}.key -out {name}.pem -CA ca.pem -CAkey ca.key \
             -addext subjectAltName=IP:{address} -addext basicConstraints=critical,CA:FALSE"
        ));
    }
    let secure = |name: &str, port: u16| {
        let path = |end: &str| place.path(&format!("{name}.{end}"));
        Centre::with(&json!({ "systemId": "amparo", "password": "secret", "port": port,
                              "certificate": path("pem"), "key": path("key") }))
    };
    let mut centre = secure("centre", 0);
    connect(&place, centre.port, "ca_file = \"ca.pem\"");
    let server = place.start();
    centre.wait("bound");
    filed(&mut centre, 1, &json!({ "text": "Sealed on the way" }));

    // The same address with the certificate of another, which the same authority has signed.
    let port = centre.port;
    drop(centre);
    let mut other = secure("elsewhere", port);
    waits_for(&place, "SMPP carrier: no texts are taken from it: there is no TLS with it");
    assert_eq!(other.count("bound", Duration::from_secs(2)), 0);
    drop(other);
    server.stop();

    // An authority that nobody has named, and no authority at all.
    let configuration = fs::read_to_string(place.path("amparo.toml")).unwrap();
    let mut centre = secure("centre", port);
    for keys in ["ca_file = \"another.pem\"", ""] {
        let before = place.said().len();
        fs::write(place.path("amparo.toml"), configuration.replace("ca_file = \"ca.pem\"", keys)).unwrap();
        let server = place.start();
        wait_for("a refusal", || place.said()[before..].contains("there is no TLS with it").then_some(()));
        assert_eq!(centre.count("bound", Duration::from_millis(100)), 0, "{keys}");
        server.stop();
    }
}

#[test]
fn a_wrong_password_is_told_and_does_not_hold_the_server_up() {
    let mut centre = Centre::with(&json!({ "systemId": "amparo", "password": "another" }));
    let place = place(centre.port, PLAIN);
    let server = place.start();
    centre.wait("refused");
    waits_for(&place, "it refuses to bind, with status 0xe; look at `system_id`, `password_file`");
    // Again, later each time, and told once.
    centre.wait("refused");
    assert_eq!(place.said().matches("it refuses to bind").count(), 1);
    get(server.reporter, "/en/").says(200, "");
    server.stop();
    assert!(!place.said().contains("secret"));
}

#[test]
fn what_cannot_be_connected_to_as_configured_does_not_start() {
    let refused = |server: &str, keys: &str, password: &str| {
        let place = place(1, keys);
        let file = place.path("amparo.toml");
        fs::write(&file, fs::read_to_string(&file).unwrap().replace("127.0.0.1:1\"", &format!("{server}\""))).unwrap();
        fs::write(place.path("smpp-password"), password).unwrap();
        place.refused()
    };
    let here = "127.0.0.1:1";
    let long = refused(here, PLAIN, "ninechars");
    assert!(long.contains("password of sms_gateways.smpp carrier is not 1 to 8"), "{long}");
    let open = refused("192.0.2.1:2775", PLAIN, "secret");
    assert!(open.contains("readable on the way"), "{open}");
    let none = refused(here, "ca_file = \"none.pem\"", "secret");
    assert!(none.contains("none.pem cannot be used"), "{none}");
    let empty = refused(here, "ca_file = \"keys/manifest-0001.json\"", "secret");
    assert!(empty.contains("it must hold certificates in PEM"), "{empty}");
}
