//! A report that came twice by text message, joined at the desk by keyboard in a real browser.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::net::SocketAddr;
use std::path::Path;

use common::browser::Browser;
use common::client::{get, percent};
use common::demo::{Demo, MemberDesk};
use serde_json::{Value, json};

const WORDS: &str =
    "The harbour master asked for ten percent of the dredging contract. It was in April, in his office.";

/// A text as a gateway hands it over; the answer to it.
fn text(demo: &Demo, from: &str, words: &str, id: &str) -> String {
    let (address, path) = demo.ready.sms_kannel.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let address: SocketAddr = address.parse().unwrap();
    let to = percent(&demo.ready.sms_number);
    let (from, words) = (percent(from), percent(words));
    let answer = get(address, &format!("/{path}&from={from}&to={to}&text={words}&charset=UTF-8&coding=0&id={id}"));
    assert_eq!(answer.status, 200);
    answer.text().to_owned()
}

#[test]
fn a_report_sent_twice_stands_once_in_the_list_and_both_who_sent_it_are_answered() {
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("joined");
    std::fs::create_dir_all(&pictures).unwrap();
    let place = tempfile::tempdir().unwrap();
    let demo = Demo::start(&place.path().join("demo"));
    // The second has a word more, as somebody types who heard nothing and tries again from another phone.
    text(&demo, "+15550100", WORDS, "one");
    text(&demo, "+15550101", &format!("{WORDS} Please answer."), "two");
    text(&demo, "+15550102", "A clinic sells medicines that the state gives for nothing, every market day.", "three");
    let desks = ["investigator", "lead"].map(|alias| MemberDesk::start(&demo, alias));
    let said = Browser::find()
        .run("joined", &json!({ "desk": desks[0].link, "colleague": desks[1].link, "pictures": pictures }));
    assert_eq!(said["wide"], json!([]), "pages that overflow");
    assert_eq!(said["rows"], json!([3, 2, 2, 3]), "before, after, at a colleague's desk, and apart again: {said}");
    let text = |name: &str| said[name].as_str().unwrap_or_else(|| panic!("{name} in {said}")).to_owned();
    assert!(
        text("offered").contains("% of three-word runs are the same, filed on the same day"),
        "{}",
        text("offered")
    );
    assert!(!text("offered").contains("clinic"), "{}", text("offered"));
    assert!(text("refused").contains("at least 4 digits"), "{}", text("refused"));
    assert!(text("list").contains("2 reports"), "{}", text("list"));
    assert!(
        text("joined").contains("The same report as") && text("joined").contains("Sent again"),
        "{}",
        text("joined")
    );
    assert!(text("main").contains("Joined: the same report as another"), "{}", text("main"));
    assert_eq!(said["focused"], Value::from("typed"), "a refused form is where one looks");
}
