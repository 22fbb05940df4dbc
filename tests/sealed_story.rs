//! The main job with JavaScript on: sealed in the browser, read by the desk, answered, opened in the browser, and
//! nothing that the reporter knows in any request.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::path::Path;

use common::browser::Browser;
use common::demo::Demo;
use common::recorder::Recorder;
use common::traces::Search;
use serde_json::{Value, json};

const WORDS: &str = "The harbour master asked for ten percent of the dredging contract.";
const NAME: &str = "Ludmilla Harbourside";
const ANSWER: &str = "Thank you. Which month was it, and who else was in the room?";
const MESSAGE: &str = "In April. His deputy was there too.";
/// Stands in the photo's hidden data.
const HIDDEN: &str = "CANARY";

/// What is found of these words in what a browser sent.
fn found(sent: &[Vec<u8>], words: &[&str]) -> Vec<String> {
    let search = Search::new(words.iter().copied());
    let all = sent.iter().flat_map(|bytes| search.in_bytes(bytes));
    all.map(|form| format!("{} in {}", form.word, form.encoding)).collect()
}

#[test]
fn chromium_seals_a_report_on_the_device_and_opens_its_answers_there() {
    seals_and_opens(&Browser::find());
}

#[test]
fn firefox_seals_a_report_on_the_device_and_opens_its_answers_there() {
    seals_and_opens(&Browser::firefox(true));
}

fn seals_and_opens(browser: &Browser) {
    let place = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sealed_story").join(browser.kind());
    std::fs::create_dir_all(&pictures).unwrap();
    let photo = root.join("tests/vectors/files/photo.jpg");
    let bill = place.path().join("bill.txt");
    std::fs::write(&bill, "bill of the harbour ".repeat(150_000)).unwrap();
    let note = place.path().join("note.txt");
    std::fs::write(&note, "a short note").unwrap();
    let saved = place.path().join("saved");
    std::fs::create_dir(&saved).unwrap();

    let demo = Demo::start(&place.path().join("demo"));
    let recorder = Recorder::before(&demo.ready.reporter);
    let said = browser.run(
        "sealed_story",
        &json!({
            "reporter": recorder.address, "desk": demo.ready.desk, "files": [photo, bill], "later": [note],
            "saved": saved, "words": WORDS, "name": NAME, "answer": ANSWER, "message": MESSAGE, "pictures": pictures,
        }),
    );
    let text = |name: &str| said[name].as_str().unwrap_or_else(|| panic!("{name} in {said}")).to_owned();
    let sent = recorder.take();

    assert!(text("before").contains("Sealed on this device"), "{}", text("before"));
    assert!(text("photo").contains("place") && text("photo").contains("camera"), "{}", text("photo"));
    assert_eq!(text("token").len(), 24);
    assert!(text("wrong").contains("Not the same") && text("right").contains("Right"), "{said}");
    for seen in [
        WORDS,
        "Bribery",
        "photo.jpg",
        "photo.original.jpg",
        "bill.txt",
        "sealed on the reporter’s device",
        "confidential",
    ] {
        assert!(text("case_text").contains(seen), "{seen}: {}", text("case_text"));
    }
    assert!(text("own").contains(ANSWER) && text("own").contains("Signature checked"), "{}", text("own"));
    assert!(text("own").contains("Acknowledged"), "{}", text("own"));
    for seen in [MESSAGE, "note.txt"] {
        assert!(text("follow_up").contains(seen), "{seen}: {}", text("follow_up"));
    }
    assert!(text("typo").contains("A digit is wrong"), "{}", text("typo"));
    assert!(text("moved").contains("Your case has moved"), "{}", text("moved"));
    assert_ne!(text("second"), text("token"));
    assert!(text("old").contains("This case has moved"), "{}", text("old"));
    assert!(text("again").contains(ANSWER) && text("again").contains("You moved the case"), "{}", text("again"));
    assert!(text("forgotten").contains("has been forgotten"), "{}", text("forgotten"));
    assert!(text("unknown").contains("There is no case with this token"), "{}", text("unknown"));
    assert!(text("withdrawn").contains("has withdrawn"), "{}", text("withdrawn"));
    assert_eq!(said["storage"], json!({ "local": 0, "session": 0, "databases": 0, "cookies": "", "history": 0 }));
    assert_eq!(said["errors"], json!([]));
    for (page, widths) in said["wide"].as_object().unwrap() {
        assert_eq!(widths, &json!([]), "{page} is wider than its window at these widths");
    }

    // The photo came clean, and its original as it was.
    let photo = std::fs::read(photo).unwrap();
    let files: Vec<Vec<u8>> =
        std::fs::read_dir(&saved).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
    let holds = |bytes: &[u8]| bytes.windows(HIDDEN.len()).any(|window| window == HIDDEN.as_bytes());
    assert!(holds(&photo) && files.contains(&photo), "the original is not among {} files", files.len());
    assert!(files.iter().any(|file| file.starts_with(b"\xff\xd8") && !holds(file)), "no photo was cleaned");
    assert!(files.contains(&std::fs::read(bill).unwrap()));

    let (token, second) = (text("token"), text("second"));
    let grouped =
        |token: &str| token.as_bytes().chunks(4).map(|g| str::from_utf8(g).unwrap()).collect::<Vec<_>>().join(" ");
    let secrets = [WORDS, NAME, ANSWER, MESSAGE, HIDDEN, "photo.jpg", "bill of the harbour", &token, &second];
    let total: usize = sent.iter().map(Vec::len).sum();
    assert!(total > 3_000_000, "only {total} bytes were sent, so the files were not");
    assert_eq!(found(&sent, &secrets), Vec::<String>::new());
    assert_eq!(found(&sent, &[&grouped(&token), &grouped(&second)]), Vec::<String>::new());
    assert!(demo.stop());
}

#[test]
fn the_search_finds_what_a_page_without_javascript_sends() {
    let place = tempfile::tempdir().unwrap();
    let demo = Demo::start(&place.path().join("demo"));
    let recorder = Recorder::before(&demo.ready.reporter);
    let args = json!({ "reporter": recorder.address, "words": WORDS });
    let said: Value = Browser::find().run("assisted", &args);
    assert!(said["receipt"].as_str().unwrap().contains("sealed and filed"), "{said}");
    assert!(said["form"].as_str().unwrap().contains("The server seals your report as it arrives"), "{said}");
    assert!(!found(&recorder.take(), &["dredging"]).is_empty());
    assert!(demo.stop());
}
