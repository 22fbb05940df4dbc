//! The reporter comes back: sees the state, reads answers, adds to the case, has it forgotten.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use amparo::protocol::content::State;

use common::client::{Form, filed, open_case, post};
use common::desk::Desk;
use common::server::Place;

#[test]
fn a_case_is_answered_added_to_and_forgotten() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    let server = place.start();
    let report = Form::report().file("a.pdf", "application/pdf", &[1; 10_000]).file("b.txt", "text/plain", b"two");
    let token = filed(server.reporter, &report);
    open_case(server.reporter, &token).says(200, "Received");
    open_case(server.reporter, &token).says(200, "2 files");

    let mut desk = Desk::new(server.member, &place.authority, 0);
    let case = desk.cases().cases[0].id;
    desk.answer(&case, "We have <b>read</b> it.", Some(State::Acknowledged));
    desk.note(&case, "Not for the reporter.");
    let page = open_case(server.reporter, &token);
    page.says(200, "Acknowledged");
    page.says(200, "We have &#60;b&#62;read&#60;/b&#62; it.");
    page.says(200, "Answer from Head of public works");
    assert!(!page.text().contains("Not for the reporter."));

    let message = Form::default().text("form", &page.form_number()).text("token", &token).text("text", "One more.");
    let message = message.file("c.jpg", "image/jpeg", &[3; 5000]);
    message.send(server.reporter, "/en/case/message").says(200, "with 1 file");
    message.send(server.reporter, "/en/case/message").says(200, "with 1 file");
    let seen = desk.open(&case);
    assert_eq!(seen.attachments().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["a.pdf", "b.txt", "c.jpg"]);
    assert_eq!(desk.attachments(&case).len(), 3);
    desk.answer(&case, "Thank you. We close.", Some(State::Closed));
    open_case(server.reporter, &token).says(200, "Thank you. We close.");

    // Every separator and every script's digits open it.
    let arabic: String = token.bytes().map(|digit| char::from_u32(0x0660 + u32::from(digit - b'0')).unwrap()).collect();
    open_case(server.reporter, &arabic).says(200, "Closed");
    let dashed = format!(
        " {}",
        token.as_bytes().chunks(4).map(|four| str::from_utf8(four).unwrap()).collect::<Vec<_>>().join(" - ")
    );
    open_case(server.reporter, &dashed).says(200, "Closed");

    let forget = |confirm| post(server.reporter, "/en/case/forget", &[("token", &token), ("confirm", confirm)]);
    forget("").says(200, "Forget this case?");
    open_case(server.reporter, &token).says(200, "Closed");
    forget("yes").says(200, "This case has been forgotten");
    open_case(server.reporter, &token).says(404, "There is no case with this token here");
    forget("yes").says(404, "There is no case with this token here");
    let late = Form::default().text("form", "").text("token", &token).text("text", "Late.");
    late.send(server.reporter, "/en/case/message").says(404, "There is no case with this token here");
    assert_eq!(desk.open(&case).report().attachments.len(), 2, "the desk keeps the report");
    server.stop();
    let server = place.start();
    open_case(server.reporter, &token).says(404, "There is no case with this token here");
}

#[test]
fn a_message_is_refused_with_its_words_and_says_that_files_are_lost() {
    let place = Place::new("spare_disk_bytes = \"1 B\"\nfiles_per_submission = 1\nfile_bytes = \"2 MiB\"");
    let server = place.start();
    let token = filed(server.reporter, &Form::report());
    let message = |text: &str| Form::default().text("form", "").text("token", &token).text("text", text);
    let send = |form: &Form| form.send(server.reporter, "/en/case/message");
    send(&message(" ")).says(422, "Write a message or choose a file.");
    let many = message("</textarea><script>").file("a", "text/plain", b"a").file("b", "text/plain", b"b");
    let answer = send(&many);
    answer.says(422, "Too many files. Choose at most 1, originals included;");
    answer.says(422, "Only files must be chosen again");
    answer.says(422, "&#60;/textarea&#62;&#60;script&#62;");
    send(&message("x").file("a", "text/plain", &vec![0; 3 << 20])).says(422, "at most 2 MB each");
    send(&message("").file("a", "text/plain", b"a")).says(200, "with 1 file");
}
