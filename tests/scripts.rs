//! The page's script and its worker in real browsers: they run where they should, and altered ones never do.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::net::SocketAddr;

use common::altering::Altering;
use common::browser::Browser;
use common::server::Place;
use serde_json::{Value, json};

fn look(browser: &Browser, address: SocketAddr, paths: &[&str]) -> Value {
    browser.run("scripts", &json!({ "address": format!("http://{address}"), "paths": paths }))
}

fn runs_in(browser: &Browser) {
    let place = Place::new("");
    let server = place.start();
    let seen = look(browser, server.reporter, &["/en/report", "/en/case", "/en/", "/en/help"]);
    for path in ["/en/report", "/en/case"] {
        let page = &seen[path];
        let asked = page["asked"].as_array().unwrap();
        assert_eq!(asked[..2], [json!(path), json!("/static/reporter.js")], "{page}");
        assert!(asked.contains(&json!("/static/worker.js")), "{page}");
        assert_eq!((&page["workers"], &page["errors"]), (&json!(1), &json!([])), "{path}: {page}");
    }
    for path in ["/en/", "/en/help"] {
        let page = &seen[path];
        let (asked, workers) = (&page["asked"], &page["workers"]);
        assert_eq!((asked, workers, &page["errors"]), (&json!([path]), &json!(0), &json!([])), "{path}: {page}");
    }

    // One letter more, and nothing of it runs: the browser says so, and the page stays what it is without a script.
    let altered = |path: &str| {
        let change = |answer: String| answer.replacen("*/", "* */", 1);
        let taken_over = Altering::start(server.reporter, path, change);
        look(browser, taken_over.address, &["/en/report"])["/en/report"].clone()
    };
    assert_eq!(altered("/none")["workers"], 1, "passed on unaltered, it runs");
    let page = altered("/static/reporter.js");
    assert_eq!(page["asked"], json!(["/en/report", "/static/reporter.js"]), "{page}");
    assert_eq!(page["workers"], 0, "{page}");
    assert_eq!(page["title"], "Make a report", "{page}");
    let page = altered("/static/worker.js");
    assert!(page["asked"].as_array().unwrap().contains(&json!("/static/worker.js")), "{page}");
    assert_eq!(page["workers"], 0, "{page}");
    server.stop();
}

#[test]
fn chromium_runs_our_scripts_and_no_others() {
    runs_in(&Browser::find());
}

#[test]
fn firefox_runs_our_scripts_and_no_others() {
    runs_in(&Browser::firefox(true));
}
