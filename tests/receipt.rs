//! The receipt of a report that was sealed on the device, in a real browser: nothing of it is lost by accident, each
//! way to keep the token gives the token, and once it was left, nothing of it stays in the browser.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::path::Path;

use common::browser::Browser;
use common::demo::Demo;
use serde_json::json;

#[test]
fn the_token_is_kept_in_each_way_and_nothing_stays_behind() {
    let place = tempfile::tempdir().unwrap();
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("receipt");
    std::fs::create_dir_all(&pictures).unwrap();
    let saved = place.path().join("saved");
    std::fs::create_dir(&saved).unwrap();
    let demo = Demo::start(&place.path().join("demo"));
    let said = Browser::find().run(
        "receipt",
        &json!({
            "reporter": demo.ready.reporter, "saved": saved, "pictures": pictures,
            "words": "The harbour master keeps a second set of books.",
        }),
    );
    std::fs::copy(saved.join("note.png"), pictures.join("note.png")).unwrap();

    assert_eq!((&said["empty"], &said["before"]), (&json!(false), &json!(true)));
    assert_eq!(said["dialogs"], json!(["beforeunload", "beforeunload"]));
    let copied = "Copied. Empty the clipboard once you have kept the token.";
    assert_eq!(said["copied"], json!([true, copied, false]));
    assert_eq!(said["copied_the_old_way"][0], "copy");
    assert_eq!(said["copied_the_old_way"][1].as_str().unwrap().replace(' ', "").len(), 24);
    assert_eq!(said["focus"], "copy");
    assert_eq!(said["hidden"], "•••• •••• •••• •••• •••• ••••");
    assert_eq!(said["printed"], json!([true, "•••• •••• •••• •••• •••• ••••", false]));
    assert_eq!((&said["shown"], &said["on_paper"]), (&json!(true), &json!(["output"])));
    assert_eq!(said["pictured"], json!(["The picture shows the digits only. Keep it where nobody looks.", false]));
    assert_eq!(said["picture"], json!([true, true, true, true, true, true]));
    assert_eq!((&said["wrong"], &said["wrong_warns"]), (&json!(["group", "true"]), &json!(true)));
    assert_eq!(said["right"][0], "Right. Your token is safe with you; you can close this window.");
    assert_eq!((&said["right"][1], &said["right"][2], &said["right"][3]), (&json!(null), &json!(""), &json!(false)));
    assert_eq!(said["skipped"], false);
    let forms = said["autocomplete"].as_array().unwrap();
    assert!(forms.len() > 1 && forms.iter().all(|form| form == "off"), "{forms:?}");
    let nothing = json!({ "local": 0, "session": 0, "databases": 0, "caches": 0, "cookies": "", "state": null });
    assert_eq!(said["left"], nothing);
    assert_eq!((&said["back"], &said["on_disk"]), (&json!([]), &json!([])));
    assert_eq!((&said["tokens"], &said["wide"]), (&json!(6), &json!({ "receipt": [] })));
    assert_eq!(said["errors"], json!([]));
    assert!(demo.stop());
}
