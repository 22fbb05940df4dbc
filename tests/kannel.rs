//! Reports by text message through Kannel, with its bearerbox, smsbox and stand-in for a telephone company.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use amparo::protocol::content::Channel;
use amparo::sms::text::ucs2;
use common::client::{escape, get, open_case, percent};
use common::demo::Demo;
use common::desk::Desk;
use common::kannel::{Kannel, token};
use common::server::Place;
use common::texts::{CREDENTIALS, gateways_of, kannel_at, take_texts};

#[test]
fn a_part_whose_others_have_not_come_is_filed_when_the_server_stops() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    take_texts(&place, "");
    let server = place.start();
    let gateways = gateways_of(&place);
    let path = "/kannel?user=kannel&password=a-b_c&from=%2B6757005&to=16321&udh=050003070201&text=One";
    let mut part = TcpStream::connect(gateways).unwrap();
    write!(part, "GET {path} HTTP/1.1\r\nHost: {gateways}\r\n\r\n").unwrap();
    // Nobody is answered before all of a text is there, so there is nothing to wait for but time.
    part.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    assert!(part.read(&mut [0; 1]).is_err(), "a part was answered");
    drop(part);
    server.stop();
    let server = place.start();
    let mut desk = Desk::new(server.member, &place.authority, 0);
    let cases = desk.cases().cases;
    assert_eq!(cases.len(), 1);
    assert_eq!(desk.open(&cases[0].id).report().fields.get("what"), "One […] ");
    server.stop();
}

#[test]
fn a_text_through_kannel_is_answered_with_a_token_that_opens_its_case() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    take_texts(&place, "");
    let server = place.start();
    let address = kannel_at(gateways_of(&place));
    let kannel = Kannel::start(&place.path("kannel"), &address);
    let filed = |messages: &[&str]| token(&kannel.send(messages, "HELP: more")).expect("a token");

    let english = filed(&["+6757001 16321 text They asked for ten percent, café & all."]);
    let arabic = filed(&["+6757002 16321 ucs2 %06%33%06%44%06%27%06%45%00%20%D8%3D%DE%00"]);
    // The second part comes first, and Kannel joins them.
    let parts = ["udh-text %05%00%03%2A%02%02 million.", "udh-text %05%00%03%2A%02%01 One "];
    let parts = parts.map(|part| format!("+6757003 16321 {part}"));
    let joined = filed(&[&parts[0], &parts[1]]);
    for token in [&english, &arabic, &joined] {
        open_case(server.reporter, token).says(200, "Received");
    }

    // «حالة» and the token: asked and answered in Arabic, which takes UCS-2 both ways.
    let escaped = escape(&ucs2::encode(&format!("حالة {english}")));
    kannel.send(&[&format!("+6757004 16321 ucs2 {escaped}")], "وصل");

    let mut desk = Desk::new(server.member, &place.authority, 0);
    let cases: Vec<_> = desk.cases().cases.iter().map(|case| case.id).collect();
    let mut reports: Vec<String> = Vec::new();
    for case in &cases {
        let opened = desk.open(case);
        assert_eq!((opened.report().channel, opened.report().assisted), (Channel::Sms, true));
        reports.push(opened.report().fields.get("what").to_owned());
    }
    reports.sort();
    assert_eq!(reports, ["One million.", "They asked for ten percent, café & all.", "سلام 😀"]);
    drop(kannel);
    for trace in ["6757001", "16321", "ten percent", "a-b_c"] {
        assert!(!place.said().contains(trace), "{trace} was logged");
    }
    server.stop();
}

#[test]
fn texts_to_numbers_that_are_none_of_ours_are_told_once_and_without_a_word_of_them() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    take_texts(&place, "");
    let server = place.start();
    for number in 0..20 {
        let query = format!("/kannel?{CREDENTIALS}&from=%2B6757009&to=9900{number}&text=Ten+percent");
        let answer = get(gateways_of(&place), &query);
        assert_eq!((answer.status, answer.text()), (200, ""));
    }
    let said = place.said();
    assert_eq!(said.matches("belongs to no unit").count(), 1, "{said}");
    assert!(!said.contains("9900") && !said.contains("6757009") && !said.contains("percent"), "{said}");
    server.stop();
}

#[test]
fn a_script_can_text_the_demonstration() {
    let place = Place::new("");
    let demo = Demo::start(&place.path("demo"));
    let (address, query) = demo.ready.sms_kannel.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let (address, reporter): (SocketAddr, _) =
        (address.parse().unwrap(), demo.ready.reporter.trim_start_matches("http://").trim_end_matches('/'));
    let text = |query: &str, id: &str| {
        let (number, words) = (percent(&demo.ready.sms_number), percent("Bribes at the harbour"));
        get(address, &format!("/{query}&from=%2B6757001&to={number}&text={words}&charset=UTF-8&coding=0&id={id}"))
    };
    let answer = text(query, "1");
    answer.says(200, "case token");
    let first = token(answer.text()).expect("a token");
    open_case(reporter.parse().unwrap(), &first).says(200, "Received");
    assert_eq!(text(query, "1").text(), answer.text(), "the same message is answered as before");
    text(query, "2").says(200, "Added to your report");
    assert_eq!(text(&query.replace("password=", "password=x"), "3").status, 403);
    assert!(demo.stop());
}
