//! The list of cases in a real browser: found by keyboard alone while typing, and without a script.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::path::Path;

use common::browser::Browser;
use common::client::{Form, random_word};
use common::demo::{Demo, MemberDesk};
use common::seat::{Seat, number_of};
use serde_json::json;

/// Made-up cases.
const CASES: &str = "160";

#[test]
fn cases_are_found_by_keyboard_while_typing_and_follow_what_comes_in() {
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("inbox");
    std::fs::create_dir_all(&pictures).unwrap();
    let place = tempfile::tempdir().unwrap();
    let demo = Demo::start_with(&place.path().join("demo"), &["--cases", CASES, "--seed", "3"]);
    let operator = Seat::at(&demo, "hotline");
    let word = random_word();
    let report = |what: &str| {
        let fields = [("what", what), ("where", "In the harbour")];
        operator.file(&fields, "en", "agreed").says(200, "The report is sealed and sent");
    };
    report(&format!("The ÉCOLE at the bridge, {word}."));
    let desk = MemberDesk::start(&demo, "investigator");
    // While the browser waits, another report comes in.
    let later = random_word();
    let form = operator.call(&[("what", &later)]);
    let number = number_of(&operator.send(&form, "en"));
    let form = operator.call(&[("what", &later), ("number", &number), ("reviewed", "yes"), ("record", "agreed")]);
    let ready = place.path().join("ready");
    let args = json!({ "desk": desk.link, "pictures": pictures, "word": word, "later": later, "ready": ready });
    let said = std::thread::scope(|scope| {
        let filing = scope.spawn(|| file_when(&ready, &operator, &form));
        let said = Browser::find().run("inbox", &args);
        filing.join().unwrap();
        said
    });
    assert_eq!(said["wide"], json!([]), "pages that overflow");
    assert_eq!(said["found"], json!([1, 1, 1]), "the word, with an accent and in capitals, and a phrase: {said}");
    assert_eq!(said["marked"], json!(word), "{said}");
    assert_eq!(said["none"], json!("No case fits. Show all cases"), "{said}");
    assert_eq!(said["address"], json!(true), "no word stands in an address: {said}");
    assert_eq!(said["opened"], json!(true), "Enter opens the case that j has reached: {said}");
    assert_eq!(said["keys"], json!(true), "? lists the keys: {said}");
    assert_eq!(said["arrived"], json!(true), "what came in stands in the list without a press: {said}");
    assert_eq!(said["emptied"], json!(true), "a page that is open empties itself with the lock: {said}");
    assert_eq!(said["pages"], json!([true, true]), "{said}");
    assert_eq!(said["errors"], json!([]), "{said}");
}

/// Sends a call's report once a file is there.
fn file_when(ready: &Path, operator: &Seat, form: &Form) {
    for _ in 0..600 {
        if ready.exists() {
            operator.send(form, "en").says(200, "The report is sealed and sent");
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("the browser was never ready");
}

#[test]
fn without_a_script_words_are_found_and_filters_combine() {
    let place = tempfile::tempdir().unwrap();
    let demo = Demo::start_with(&place.path().join("demo"), &["--cases", CASES, "--seed", "3"]);
    let desk = MemberDesk::start(&demo, "investigator");
    let said = Browser::firefox(false).run("inbox_plain", &json!({ "desk": desk.link }));
    let number = |name: &str| said[name].as_u64().unwrap_or_else(|| panic!("{name} in {said}"));
    assert!(number("all") > number("sms") && number("sms") > number("closed") && number("closed") > 0, "{said}");
    assert_eq!(said["address"], json!(true), "no choice stands in an address: {said}");
    assert_eq!(number("cleared"), number("all"), "{said}");
}
