//! A line that breaks while files are sent: the page says so and waits, goes on where it was, even after the server was
//! killed, and can be called off without losing a word.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::io::Cursor;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Path;
use axum::routing::post;
use common::browser::Browser;
use common::desk::Desk;
use common::line::Line;
use common::server::{Place, Server};
use serde_json::{Value, json};

const WORDS: &str = "The harbour master asked for ten percent.";
/// Bytes of the file, which travels in chunks of 1 MiB.
const FILE: usize = 12 << 20;
/// Fewer bytes than are there when the line is first cut, and more than the chunks under way at each cut, and all else.
const TWICE: u64 = 9 << 19;

#[test]
fn chromium_goes_on_over_a_bad_line() {
    goes_on(&Browser::find());
}

#[test]
fn firefox_goes_on_over_a_bad_line() {
    goes_on(&Browser::firefox(true));
}

/// What the script can ask for while it runs: `POST /cut-after/BYTES`, `/restart` (with SIGKILL), and `/mend`,
/// which tells how much the line has carried.
async fn control(place: Arc<Place>, server: Arc<Mutex<Option<Server>>>, line: Line) -> String {
    let cut = line.clone();
    let cut_after = move |Path(bytes): Path<u64>| async move { cut.cut_after(bytes) };
    let killed = Arc::clone(&server);
    let restart = move || async move {
        let mut server = killed.lock().unwrap();
        server.take().unwrap().kill();
        *server = Some(place.start());
    };
    let mend = move || async move {
        line.mend(server.lock().unwrap().as_ref().unwrap().reporter);
        line.carried().to_string()
    };
    let router = Router::new()
        .route("/cut-after/{bytes}", post(cut_after))
        .route("/restart", post(restart))
        .route("/mend", post(mend));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn goes_on(browser: &Browser) {
    let place = Arc::new(Place::new("spare_disk_bytes = \"1 B\""));
    let file = place.path("scan.bin");
    let content: Vec<u8> = (0..FILE).map(|at| at.to_le_bytes()[at % 3]).collect();
    std::fs::write(&file, &content).unwrap();
    let server = Arc::new(Mutex::new(Some(place.start())));
    let line = Line::to(server.lock().unwrap().as_ref().unwrap().reporter);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let control = runtime.block_on(control(Arc::clone(&place), Arc::clone(&server), line.clone()));

    let args = json!({
        "reporter": format!("http://{}/", line.address), "control": control, "files": [file], "words": WORDS,
    });
    let said = browser.run("lost_connection", &args);
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{said}")).to_owned();

    let waiting = "The connection is lost, or the server is busy. This goes on by itself; keep this page open.";
    assert_eq!(said["lost"], json!([waiting, waiting, waiting]));
    let cancelled = &said["cancelled"];
    assert!(text(&cancelled["notice"]).contains("Cancelled. Nothing was filed"), "{cancelled}");
    assert_eq!(cancelled["values"], json!({ "Public works": true, "What happened?": WORDS, "Where?": "At the pier" }));
    assert!(text(&cancelled["files"]).contains("scan.bin"), "{cancelled}");
    assert_eq!((&cancelled["resting"], &cancelled["sending"]), (&json!(false), &json!(0)), "{cancelled}");

    // Nothing that was acknowledged is sent again, so the bars never go back.
    for bar in ["all", "file"] {
        let parts: Vec<_> = said[bar].as_array().unwrap().iter().map(|part| part.as_f64().unwrap()).collect();
        assert!(parts.len() > 6 && parts.is_sorted() && parts.last() == Some(&1.0), "{bar}: {parts:?}");
    }

    let server = server.lock().unwrap().take().unwrap();
    let mut desk = Desk::new(server.member, &place.authority, 0);
    let cases = desk.cases().cases;
    assert_eq!(cases.len(), 1, "{said}");
    let files = desk.attachments(&cases[0].id);
    let [(sealed, size)] = &files[..] else { panic!("{} files", files.len()) };
    assert_eq!(*size, FILE as u64);
    let (carried, needed) = (line.carried() - said["carried"].as_u64().unwrap(), sealed.len() as u64);
    assert!((needed..needed + TWICE).contains(&carried), "{carried} bytes for a file of {needed}");
    let opened = desk.open(&cases[0].id);
    let hash = opened.attachments().next().unwrap().hash;
    let mut out = Vec::new();
    let length = opened.open_attachment(&hash, || Ok(Box::new(Cursor::new(sealed.clone()))), &mut out).unwrap();
    // What follows is padding.
    out.truncate(usize::try_from(length).unwrap());
    assert!(out == content, "another file, of {length} bytes");
    server.stop();
}
