//! The main job as people do it: `amparo demo`, a browser without JavaScript on both sides, and every step seen.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::routing::get;
use common::browser::Browser;
use common::demo::Demo;
use serde_json::json;

const WORDS: &str = "The harbour master asked for ten percent of the dredging contract.";
const ANSWER: &str = "Thank you. Which month was it, and who else was in the room?";
const NOTE: &str = "Ask the registry for the contract of that spring.";
const MESSAGE: &str = "In April. His deputy was there too.";

#[test]
fn chromium_files_a_report_that_is_read_answered_and_followed_up() {
    files_and_comes_back(&Browser::find());
}

#[test]
fn firefox_files_a_report_that_is_read_answered_and_followed_up() {
    files_and_comes_back(&Browser::firefox(false));
}

fn files_and_comes_back(browser: &Browser) {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("demo");
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("story").join(browser.kind());
    std::fs::create_dir_all(&pictures).unwrap();
    let files: Vec<_> = [("bill.txt", 3_000), ("scan.bin", 2_000_000), ("note.txt", 40)]
        .map(|(name, size): (&str, usize)| {
            let path = place.path().join(name);
            std::fs::write(&path, name.repeat(size / name.len() + 1)).unwrap();
            path
        })
        .into();
    let saved = place.path().join("saved");
    std::fs::create_dir(&saved).unwrap();

    let demo = Demo::start(&dir);
    let said = browser.run(
        "story",
        &json!({
            "reporter": demo.ready.reporter, "desk": demo.ready.desk, "files": files, "saved": saved,
            "words": WORDS, "answer": ANSWER, "note": NOTE, "message": MESSAGE, "pictures": pictures,
        }),
    );
    let text = |name: &str| said[name].as_str().unwrap_or_else(|| panic!("{name} in {said}")).to_owned();

    assert_eq!(text("token").len(), 24);
    assert_eq!(text("token"), text("shown"));
    assert!(text("list").contains("The harbour master asked"), "{}", text("list"));
    for seen in [WORDS, "Bribery", "At the harbour", "I was there", "bill.txt", "scan.bin", "anonymous"] {
        assert!(text("case_text").contains(seen), "{seen}: {}", text("case_text"));
    }
    assert_eq!(std::fs::read(text("saved")).unwrap(), std::fs::read(&files[0]).unwrap());
    assert!(text("own").contains(ANSWER) && text("own").contains("Head of public works"), "{}", text("own"));
    assert!(!text("own").contains(NOTE) && !text("own").contains(WORDS));
    for seen in [MESSAGE, "note.txt", NOTE, ANSWER] {
        assert!(text("follow_up").contains(seen), "{seen}: {}", text("follow_up"));
    }
    assert!(text("closed").contains("Closed"), "{}", text("closed"));
    assert!(text("withdrawn").contains("has withdrawn") && text("withdrawn").contains(WORDS));
    assert!(text("locked").contains("Passphrase") && !text("locked").contains(WORDS), "{}", text("locked"));
    assert_ne!(said["link_again"], 200);
    assert_eq!(said["direction"], "rtl");
    assert_eq!(said["reporter_cookies"], 0);
    for (page, widths) in said["wide"].as_object().unwrap() {
        assert_eq!(widths, &json!([]), "{page} is wider than its window at these widths");
    }
    let own_hosts = said["requests"].as_array().unwrap().iter().map(|address| address.as_str().unwrap());
    let strange: Vec<_> =
        own_hosts.filter(|a| !a.starts_with("http://127.0.0.1:") && !a.starts_with("data:")).collect();
    assert!(strange.is_empty(), "{strange:?}");
    assert!(demo.stop());
}

#[test]
fn a_later_start_goes_on_with_what_is_there() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("demo");
    let first = Demo::start(&dir);
    let fingerprint_page = page(&first);
    assert!(first.stop());
    let second = Demo::start(&dir);
    assert_eq!(page(&second), fingerprint_page);
    assert_eq!(second.ready.data, dir.join("data"));
    assert_eq!(std::fs::read_to_string(&second.log).unwrap(), "");
    assert!(second.stop());
}

#[test]
fn another_server_on_the_machine_is_not_sent_the_desk_s_cookie() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&seen);
    let answer = move |headers: HeaderMap| async move {
        let cookies: Vec<_> = headers.get_all(COOKIE).iter().map(|value| value.to_str().unwrap().to_owned()).collect();
        note.lock().unwrap().push(cookies.join("; "));
        ([(SET_COOKIE, "other=1; Path=/")], axum::response::Html("<link rel=\"icon\" href=\"data:,\">"))
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let other = format!("http://{}/", listener.local_addr().unwrap());
    runtime.spawn(async move { axum::serve(listener, Router::new().fallback(get(answer))).await });

    let place = tempfile::tempdir().unwrap();
    let demo = Demo::start(&place.path().join("demo"));
    let said = Browser::find().run("cookie", &json!({ "desk": demo.ready.desk, "other": other }));
    let cookies = said["cookies"].as_array().unwrap();
    let desk_s = cookies.iter().find(|cookie| cookie["name"] != "other").expect("the desk has set its cookie");
    let prefix = said["address"].as_str().unwrap().rsplit('/').nth(1).unwrap();
    assert_eq!(desk_s["path"], format!("/{prefix}"));
    assert_eq!((&desk_s["httpOnly"], cookies.len(), &said["back"]), (&json!(true), 2, &json!(200)));
    assert!(said["main"].as_str().unwrap().contains("There are no cases for you yet"), "{said}");
    assert_eq!(*seen.lock().unwrap(), ["", "other=1", "other=1"]);
    assert!(demo.stop());
}

fn page(demo: &Demo) -> String {
    let mut answer = ureq::get(&demo.ready.reporter).call().unwrap();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    answer.body_mut().read_to_string().unwrap()
}
