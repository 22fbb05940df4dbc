//! A server that lies to the page's script is caught, each lie has its own words, and nothing is sent after it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use amparo::protocol::example;
use amparo::protocol::manifest::{Manifest, sign, signature_line};
use amparo::protocol::recipient::Identity;
use amparo::protocol::wire::Manifests;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use common::altering::Altering;
use common::browser::Browser;
use common::demo::Demo;
use common::recorder::Recorder;
use common::server::Place;
use ring::rand::SystemRandom;
use serde_json::{Value, json};

const WORDS: &str = "The harbour master asked for ten percent.";

/// Changes the JSON body of an answer.
fn body(
    change: impl Fn(&mut Value) + Clone + Send + Sync + 'static,
) -> impl Fn(String) -> String + Clone + Send + Sync {
    move |answer| {
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let mut body = serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}"));
        change(&mut body);
        format!("{head}\r\n\r\n{body}")
    }
}

/// Another base64 of as many bytes.
fn bent(base64: &Value) -> Value {
    let mut bytes = BASE64_STANDARD.decode(base64.as_str().unwrap()).unwrap();
    let place = bytes.len() / 2;
    bytes[place] ^= 1;
    BASE64_STANDARD.encode(bytes).into()
}

/// The envelopes that members wrote.
fn by_members(case: &mut Value) -> impl Iterator<Item = &mut Value> {
    case["envelopes"].as_array_mut().unwrap().iter_mut().filter(|envelope| !envelope["case_signature"].is_null())
}

fn address(demo: &Demo) -> SocketAddr {
    demo.ready.reporter.strip_prefix("http://").unwrap().trim_end_matches('/').parse().unwrap()
}

#[test]
fn nothing_is_filed_to_keys_that_do_not_hold() {
    let place = tempfile::tempdir().unwrap();
    let demo = Demo::start(&place.path().join("demo"));
    let stranger = Identity::generate_hybrid(&SystemRandom::new()).unwrap();
    let stranger = stranger.recipient().to_string();
    let swap_recipient = move |answer: &mut Value| {
        let source = &mut answer["manifests"][0]["manifest"];
        let manifest = String::from_utf8(BASE64_STANDARD.decode(source.as_str().unwrap()).unwrap()).unwrap();
        let at = manifest.find("age1pq1").unwrap();
        let end = at + manifest[at..].find('"').unwrap();
        *source = BASE64_STANDARD.encode([&manifest[..at], &stranger, &manifest[end..]].concat()).into();
    };
    let others = example::authority(&SystemRandom::new());
    let others = serde_json::to_value(Manifests::from(&*others.history)).unwrap();
    let other_authority = move |answer: &mut Value| answer["manifests"] = others["manifests"].clone();
    let a_year_later = |answer: &mut Value| answer["today"] = "2099-01-01".into();
    let cut_short = |answer: &mut Value| {
        let source = &mut answer["manifests"][0]["manifest"];
        let manifest = BASE64_STANDARD.decode(source.as_str().unwrap()).unwrap();
        *source = BASE64_STANDARD.encode(&manifest[..manifest.len() / 2]).into();
    };

    let lies: [(&str, Altering); 4] = [
        ("is not signed by the authority", altering(&demo, "/v1/manifests", swap_recipient)),
        ("belong to another authority", altering(&demo, "/v1/manifests", other_authority)),
        ("list of keys is out of date", altering(&demo, "/v1/manifests", a_year_later)),
        ("authority’s keys cannot be read", altering(&demo, "/v1/manifests", cut_short)),
    ];
    for (words, server) in lies {
        let recorder = Recorder::before(&format!("http://{}/", server.address));
        let said = Browser::find().run("lied_to", &json!({ "form": recorder.address, "words": WORDS }));
        let notice = said["notice"].as_str().unwrap();
        assert!(notice.contains("Nothing was sent") && notice.contains(words), "{words}: {notice}");
        assert_eq!(said["disabled"], true, "{words}");
        let sent = recorder.take().concat();
        assert!(!sent.windows(5).any(|bytes| bytes == b"POST "), "{words}: {}", String::from_utf8_lossy(&sent));
    }
    assert!(demo.stop());
}

#[test]
fn an_older_list_of_keys_than_a_moment_ago_is_not_taken() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    let (history, root) = (&place.authority.history, place.authority.root.signing());
    let next = Manifest {
        authority: Some(*history.authority()),
        serial: 2,
        previous: Some(history.current_hash()),
        ..history.current().clone()
    };
    let bytes = next.to_bytes();
    let signatures = signature_line(root, &sign(&bytes, history.authority(), root));
    std::fs::write(place.path("keys/manifest-0002.json"), &bytes).unwrap();
    std::fs::write(place.path("keys/manifest-0002.sig"), &signatures).unwrap();
    let server = place.start();

    let older = serde_json::to_value(Manifests::from(&**history)).unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let lie = move |answer: &mut Value| {
        if asked.fetch_add(1, Ordering::Relaxed) > 0 {
            answer["manifests"] = older["manifests"].clone();
        }
    };
    let lying = Altering::start(server.reporter, "/v1/manifests", body(lie));
    let recorder = Recorder::before(&format!("http://{}/", lying.address));
    let said = Browser::find().run("lied_to", &json!({ "send": recorder.address, "words": WORDS }));
    let notice = said["notice"].as_str().unwrap();
    assert!(notice.contains("an older list of keys than a moment ago"), "{notice}");
    assert!(notice.contains("Nothing was sent"), "{notice}");
    assert_eq!(said["words"], WORDS);
    let sent = recorder.take().concat();
    assert!(!sent.windows(5).any(|bytes| bytes == b"POST "), "{}", String::from_utf8_lossy(&sent));
    server.stop();
}

fn altering(demo: &Demo, path: &str, change: impl Fn(&mut Value) + Clone + Send + Sync + 'static) -> Altering {
    Altering::start(address(demo), path, body(change))
}

#[test]
fn no_answer_is_shown_that_the_authority_did_not_give() {
    let place = tempfile::tempdir().unwrap();
    let demo = Demo::start(&place.path().join("demo"));
    let run = |args: Value| Browser::find().run("lied_to", &args);
    let args = json!({ "file": demo.ready.reporter, "desk": demo.ready.desk, "words": WORDS });
    let filed = run(args);
    let (first, second) = (&filed["first"], &filed["second"]);

    let shown = Arc::new(Mutex::new(Value::Null));
    let note = Arc::clone(&shown);
    let honest = altering(&demo, "/v1/case", move |case| *note.lock().unwrap() = case.clone());
    let open = |server: &Altering, token: &Value| {
        let said = run(json!({ "open": format!("http://{}/", server.address), "token": token }));
        said["notice"].as_str().unwrap().to_owned()
    };
    assert!(open(&honest, first).contains("Which month"));
    let other = shown.lock().unwrap().clone();
    let own = altering(&demo, "/v1/case", move |case| *case = other.clone());
    assert!(open(&own, second).contains("is not the one made with your token"));

    let case = |change: fn(&mut Value)| altering(&demo, "/v1/case", change);
    let lies = [
        ("is not the one made with your token", case(|case| case["card_signature"] = bent(&case["card_signature"]))),
        (
            "is not signed by a member of your unit",
            case(|case| by_members(case).for_each(|answer| answer["signature"] = bent(&answer["signature"]))),
        ),
        (
            "An answer is not the one that was signed",
            case(|case| by_members(case).for_each(|answer| answer["reply"] = bent(&answer["reply"]))),
        ),
        (
            "The server keeps back part of your case",
            case(|case| by_members(case).for_each(|answer| answer["reply"] = Value::Null)),
        ),
        (
            "The server keeps back part of your case",
            case(|case| {
                let envelopes = case["envelopes"].as_array_mut().unwrap();
                let first = envelopes.iter().position(|envelope| !envelope["case_signature"].is_null()).unwrap();
                envelopes.remove(first);
            }),
        ),
    ];
    for (words, server) in lies {
        let notice = open(&server, first);
        assert!(notice.contains(words) && notice.contains("a check has failed"), "{words}: {notice}");
    }
    assert!(demo.stop());
}
