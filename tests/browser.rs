//! The way whole-system tests drive a browser, proved on a small page: it fills, attaches and follows, asks for
//! nothing else, and runs a script only where it was told to.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::response::Html;
use axum::routing::get;
use common::browser::Browser;
use serde_json::json;

const PAGE: &str = r#"<!doctype html><html lang="en"><meta charset="utf-8"><title>Form</title>
<link rel="icon" href="data:,"><h1>No script ran</h1>
<script>document.querySelector("h1").textContent = "A script ran"</script>
<form method="post" enctype="multipart/form-data">
<label for="a">What happened?</label><textarea id="a" name="a">old</textarea>
<label>Which unit <select name="b"><option value="1">Health</option><option value="2">Roads</option></select></label>
<label><input type="checkbox" name="c"> I agree</label>
<label for="d">Files</label><input id="d" name="d" type="file" multiple>
<p style="width: 500px">This paragraph is wider than a small phone.</p>
<button>Send it</button></form></html>"#;

/// What the server was sent, in the order it came.
type Sent = Arc<Mutex<Vec<Vec<u8>>>>;

/// Serves [`PAGE`] on loopback until the runtime is dropped.
async fn serve(sent: Sent) -> String {
    let show = |State(sent): State<Sent>, headers: HeaderMap| async move {
        sent.lock().unwrap().push(headers[ACCEPT_LANGUAGE].as_bytes().to_vec());
        Html(PAGE)
    };
    let take = |State(sent): State<Sent>, body: Bytes| async move {
        sent.lock().unwrap().push(body.to_vec());
        Html(
            "<!doctype html><title>Got it</title><link rel=\"icon\" href=\"data:,\"><output data-case-token=\"0123\">Thank  you</output>",
        )
    };
    let router = Router::new().route("/", get(show).post(take)).with_state(sent);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

#[test]
fn chromium_without_javascript_fills_a_form_and_sends_its_files() {
    fills_a_form(&Browser::find(), &json!("A script ran"));
}

#[test]
fn firefox_without_javascript_fills_a_form_and_sends_its_files() {
    fills_a_form(&Browser::firefox(false), &json!(null));
}

fn fills_a_form(browser: &Browser, with_javascript: &serde_json::Value) {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<_> = [("one.txt", "first file"), ("two.bin", "second file")]
        .into_iter()
        .map(|(name, content)| {
            let file = folder.path().join(name);
            std::fs::write(&file, content).unwrap();
            file
        })
        .collect();
    let words = format!("عقد الطريق \"{}\"", "x".repeat(300));
    let sent = Sent::default();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let address = runtime.block_on(serve(Arc::clone(&sent)));

    let args = json!({ "address": address, "words": words, "files": files, "pictures": folder.path() });
    let seen = browser.run("helpers", &args);

    let typed = json!({ "What happened": words, "Which unit": "Roads", "I agree": true });
    let expected = json!({
        "title": "No script ran",
        "typed": typed,
        "wide": [320],
        "status": 200,
        "answer": "Thank you",
        "token": "0123",
        "requests": [address, address],
        "with_javascript": with_javascript,
    });
    assert_eq!(seen, expected);
    let sent = sent.lock().unwrap();
    assert_eq!(sent[0], b"ar");
    let form = String::from_utf8(sent[1].clone()).unwrap();
    for part in [words.as_str(), "filename=\"one.txt\"", "first file", "filename=\"two.bin\"", "second file"] {
        assert!(form.contains(part), "{part} is not in {form}");
    }
    for width in [320, 768, 1440] {
        let picture = std::fs::read(folder.path().join(format!("form-{width}.png"))).unwrap();
        // A PNG's header holds its width in bytes 16 to 19; a page that overflows makes a wider picture.
        let wide = u32::from_be_bytes(picture[16..20].try_into().unwrap());
        assert!(wide >= width, "{wide} at {width}");
    }
}
