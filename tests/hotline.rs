//! The hotline: an operator writes down what a caller says, and nobody but the unit reads it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

use serde_json::{Value, json};

use common::browser::Browser;
use common::client::{Answer, Form, between, open_case, random_word, read_answer};
use common::demo::{Demo, MemberDesk};
use common::seat::{Seat, group_asked, named, number_of, token_of};

fn reporter(demo: &Demo) -> SocketAddr {
    demo.ready.reporter.trim_start_matches("http://").trim_end_matches('/').parse().unwrap()
}

#[test]
fn a_call_becomes_a_case_that_the_unit_reads_and_the_operator_does_not() {
    let place = tempfile::tempdir().unwrap();
    let demo = Demo::start(&place.path().join("demo"));
    let operator = Seat::at(&demo, "hotline");
    operator.get("/").says(200, "No case is listed: reports are sealed for the investigators and leads");
    let words = random_word();

    // What is refused keeps everything.
    let empty = operator.send(&operator.call(&[("what", " "), ("where", &words), ("unsaid", "works")]), "fr");
    empty.says(422, "Écrivez ce qui s’est passé");
    assert!(
        empty.text().contains(&words)
            && empty.text().contains("value=\"works\" aria-describedby=\"unsaid_works\" checked")
    );
    // What the caller wants changed comes back as it was.
    let changes = operator.call(&[("what", &words), ("reviewed", "yes"), ("record", "changes")]);
    operator.send(&changes, "fr").says(200, &words);
    let silent = operator.call(&[("what", &words), ("reviewed", "yes")]);
    operator.send(&silent, "fr").says(422, "Say what the caller said of the record");

    let sent = operator.file(&[("what", &words)], "fr", "agreed");
    sent.says(200, "The report is sealed and sent");
    let (token, group) = (token_of(&sent), group_asked(&sent));
    let spoken = between(sent.text(), "<ol class=\"spoken\" lang=\"fr\" dir=\"ltr\">\n<li>", "</li>").unwrap();
    let words_of = "zéro un deux trois quatre cinq six sept huit neuf".split(' ').collect::<Vec<_>>();
    let first: Vec<_> = token[..4].bytes().map(|digit| words_of[usize::from(digit - b'0')]).collect();
    assert_eq!(spoken, first.join(", "));

    // A wrong group shows it again, the right one never more.
    let right = &token[group * 4..][..4];
    let wrong = if right == "0000" { "0001" } else { "0000" };
    let again = operator.post("/hotline/check", &[("group", wrong)]);
    again.says(422, "is not group");
    assert_eq!(token_of(&again), token);
    operator.post("/hotline/check", &[("group", right)]).says(200, "The caller has the token");
    let gone = operator.post("/hotline/check", &[("group", right)]);
    gone.says(410, "It cannot be shown again");
    assert!(!gone.text().contains(&token));

    // The unit reads it and the operator does not.
    let investigator = Seat::at(&demo, "investigator");
    let case = investigator.only_case();
    case.says(200, &words);
    case.says(200, "telephone or in person, written down by the hotline operator, record agreed by the caller");
    case.says(200, "talk.ogg");
    let id = between(case.text(), "<dt>Case</dt><dd><code>", "<").unwrap();
    operator.get("/").says(200, "No case is listed");
    operator.get(&format!("/case/{id}")).says(404, "There is no such case for you");
    investigator.get("/hotline").says(403, "These pages are for hotline operators");

    // The token is the caller's, on the reporters' page too.
    open_case(reporter(&demo), &token).says(200, "Your case");
    let seen = between(case.text(), "name=\"seen\" value=\"", "\"").unwrap();
    let answer = [("act", "answer"), ("text", "Who else was there?"), ("seen", seen)];
    assert_eq!(investigator.post(&format!("/case/{id}/write"), &answer).status, 303);
    let typo = format!("{}{}", &token[..23], (token.as_bytes()[23] - b'0' + 1) % 10);
    let refused = operator.post("/hotline/case", &[("token", &typo), ("language", "ar")]);
    refused.says(422, "One of the digits is not right");
    assert!(refused.text().contains(&typo));
    operator.post("/hotline/case", &[("token", "000000000000000000000098")]).says(422, "This token opens nothing here");
    let opened = operator.post("/hotline/case", &[("token", &token), ("language", "ar")]);
    opened.says(200, "Who else was there?");
    opened.says(200, "وصل بلاغك");
    let more = random_word();
    let said = operator.say(&[("token", &token), ("language", "ar"), ("text", &more)], &[]);
    said.says(200, "The message is sealed and sent");
    assert!(!said.text().contains(&more));
    investigator.only_case().says(200, &more);
    operator.say(&[("token", &token), ("text", " ")], &[]).says(422, "Write a message or choose a file.");
}

#[test]
fn a_caller_s_message_carries_files_as_a_report_does() {
    let place = tempfile::tempdir().unwrap();
    let demo = Demo::start(&place.path().join("demo"));
    let (operator, investigator) = (Seat::at(&demo, "hotline"), Seat::at(&demo, "investigator"));
    let token = token_of(&operator.file(&[("what", "It is the harbour.")], "en", "agreed"));
    let own = [("token", &*token), ("language", "en")];
    let (words, photo) = (random_word(), include_bytes!("vectors/files/photo.jpg"));

    // Files without words, and words with a photo that is cleaned, and sealed as it was beside it.
    let recording = vec![9; 3_000_000];
    operator.say(&own, &[("second.ogg", &recording)]).says(200, "The message is sealed and sent");
    let fields = [&own[..], &[("text", &words), ("originals", "yes")]].concat();
    let said = operator.say(&fields, &[("bill.jpg", photo), ("empty.txt", b"")]);
    said.says(200, "Hidden data in the files");
    assert!(said.text().contains("bill.jpg") && !said.text().contains(&words));
    let case = investigator.only_case();
    for shown in [&*words, "second.ogg", "3.0 MB", "bill.jpg", "bill.original.jpg", "empty.txt"] {
        case.says(200, shown);
    }

    // Whatever is refused keeps the words, and nothing of it is sent.
    let kept = random_word();
    let many: Vec<_> = (0..21).map(|_| ("one.txt", b"1".as_slice())).collect();
    let refused = operator.say(&[&own[..], &[("text", &kept)]].concat(), &many);
    refused.says(422, &kept);
    refused.says(422, "Files must be chosen again");
    let long = "a".repeat((1 << 18) + 1);
    operator.say(&[&own[..], &[("text", &long)]].concat(), &[("one.txt", b"1")]).says(422, "Not sent");
    operator.say(&[("token", "1234"), ("text", &kept)], &[("one.txt", b"1")]).says(422, "Not opened");
    let whole = operator.message(&own, &[("cut.ogg", &recording)]);
    let stream = TcpStream::connect(operator.address).unwrap();
    (&stream).write_all(&named(operator.address, &whole)[..1_000_000]).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let _ = read_answer(&stream);
    let case = investigator.only_case();
    for absent in [&*kept, "one.txt", "cut.ogg"] {
        assert!(!case.text().contains(absent), "{absent}");
    }
}

#[test]
fn a_lock_cuts_off_what_is_still_coming_in() {
    let place = tempfile::tempdir().unwrap();
    let demo = Demo::start(&place.path().join("demo"));
    let (operator, investigator) = (Seat::at(&demo, "hotline"), Seat::at(&demo, "investigator"));
    let passphrase = std::fs::read_to_string(place.path().join("demo/throwaway-keys/passphrase.txt")).unwrap();
    let unlock = |call: &str| operator.post("/unlock", &[("passphrase", passphrase.trim()), ("call", call)]);
    let lock = || assert_eq!(operator.post("/lock", &[]).status, 303);
    let recording = vec![9; 6_000_000];
    let carried = |locked: &Answer| {
        locked.says(422, "The desk had locked itself");
        let call = between(locked.text(), "<textarea name=\"call\" hidden readonly>\n", "</textarea>").unwrap();
        call.replace("&#34;", "\"").replace("&quot;", "\"")
    };

    let word = random_word();
    let number = number_of(&operator.send(&operator.call(&[("what", &word)]), "en"));
    let fields = [("what", &*word), ("number", &*number), ("reviewed", "yes"), ("record", "agreed")];
    let form = operator.call(&fields).file("talk.ogg", "audio/ogg", &recording);
    let whole = form.request(&format!("{}/hotline/report/en", operator.base), &operator.headers());
    let call = carried(&operator.interrupted(&whole, lock));
    assert!(call.contains(&word), "{call}");
    investigator.get("/").says(200, "There are no cases for you yet");
    unlock(&call).says(200, &word);

    // The same form goes through when nobody locks the desk, for nothing was filed with it.
    let sent = operator.interrupted(&whole, || ());
    sent.says(200, "The report is sealed and sent");
    let token = token_of(&sent);
    let more = random_word();
    let said = [("token", &*token), ("language", "fr"), ("text", &*more)];
    let call = carried(&operator.interrupted(&operator.message(&said, &[("second.ogg", &recording)]), lock));
    let case = investigator.only_case();
    assert!(!case.text().contains(&more) && !case.text().contains("second.ogg"));
    unlock(&call).says(200, &more);
}

#[test]
fn a_locked_desk_keeps_nothing_of_a_call_and_the_page_keeps_all_of_it() {
    let place = tempfile::tempdir().unwrap();
    let demo = Demo::start(&place.path().join("demo"));
    let operator = Seat::at(&demo, "hotline");
    let passphrase = std::fs::read_to_string(place.path().join("demo/throwaway-keys/passphrase.txt")).unwrap();
    let unlock = |call: &str| operator.post("/unlock", &[("passphrase", passphrase.trim()), ("call", call)]);

    // The token that waits for its check is gone with the lock.
    let sent = operator.file(&[("what", "It is the harbour.")], "en", "unchecked");
    let (token, group) = (token_of(&sent), group_asked(&sent));
    assert_eq!(operator.post("/lock", &[]).status, 303);
    assert_eq!(unlock("").status, 303);
    operator.post("/hotline/check", &[("group", &token[group * 4..][..4])]).says(410, "No token waits");
    Seat::at(&demo, "lead").only_case().says(200, "record not checked by the caller");

    // Words that were sent to a locked desk wait in the page, and nowhere else.
    let word = random_word();
    assert_eq!(operator.post("/lock", &[]).status, 303);
    let locked = operator.send(&operator.call(&[("what", &word), ("left_out", "0011223344556677")]), "ar");
    locked.says(422, "The desk had locked itself");
    let call = between(locked.text(), "<textarea name=\"call\" hidden readonly>\n", "</textarea>").unwrap();
    let call = call.replace("&#34;", "\"").replace("&quot;", "\"");
    assert!(call.contains(&word), "{call}");
    let wrong = operator.post("/unlock", &[("passphrase", "wrong"), ("call", &call)]);
    wrong.says(422, &word);
    assert!(!operator.get("/").text().contains(&word));
    let back = unlock(&call);
    back.says(200, &word);
    back.says(200, "Go on: read it back");
    assert!(!operator.get("/hotline").text().contains(&word));

    // The same form files once; a form of another page files nothing.
    let review = operator.send(&operator.call(&[("what", &word)]), "en");
    let number = number_of(&review);
    let form = operator.call(&[("what", &word), ("number", &number), ("reviewed", "yes"), ("record", "agreed")]);
    operator.send(&form, "en").says(200, "The report is sealed and sent");
    operator.send(&form, "en").says(409, "was sent already");
    let foreign = Form::report_with(&[("form", &"0".repeat(64)), ("what", &word)]);
    assert_eq!(operator.send(&foreign, "en").status, 403);
    let tokenless = Form::default().text("what", &word);
    assert_eq!(operator.send(&tokenless, "en").status, 403);
}

#[test]
fn an_operator_takes_a_call_in_a_browser() {
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hotline");
    std::fs::create_dir_all(&pictures).unwrap();
    let place = tempfile::tempdir().unwrap();
    let demo = Demo::start(&place.path().join("demo"));
    let desks = ["hotline", "investigator"].map(|alias| MemberDesk::start(&demo, alias));
    let recording = place.path().join("talk.ogg");
    std::fs::write(&recording, [b"OggS".as_slice(), &vec![9; 6_500_000]].concat()).unwrap();
    let said = Browser::find().run(
        "hotline",
        &json!({
            "reporter": demo.ready.reporter, "hotline": desks[0].link, "investigator": desks[1].link,
            "pictures": pictures, "recording": recording, "words": "طلب النائب عشرة بالمئة.",
        }),
    );
    assert_eq!(said["wide"], json!([]), "pages that overflow");
    let text = |name: &str| said[name].as_str().unwrap_or_else(|| panic!("{name} in {said}")).to_owned();
    assert!(text("refused").contains("اكتب"), "{}", text("refused"));
    assert_eq!(said["kept"], Value::from("في الميناء"));
    assert_eq!(text("case").matches("record agreed by the caller").count(), 1, "{}", text("case"));
    assert!(
        text("case").contains("طلب النائب") && text("case").contains("talk.ogg") && text("case").contains("6.5 MB")
    );
    assert!(text("case").contains("Left out by the reporter"), "{}", text("case"));
    assert!(text("back").contains("Thank you"), "{}", text("back"));
    assert!(text("own").contains("Thank you"), "{}", text("own"));
}
