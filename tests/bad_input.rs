//! What a server does with input that is wrong: it says so, and how to mend it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use common::client::{Form, filed, get, open_case, request, talk};
use common::desk::Desk;
use common::server::Place;

#[test]
fn each_mistake_has_its_own_page() {
    let place = Place::new("spare_disk_bytes = \"1 B\"\nfile_bytes = \"2 MiB\"\nfiles_per_submission = 2");
    let server = place.start();
    let at = server.reporter;
    let send = |form: &Form| form.send(at, "/en/report");
    send(&Form::report_with(&[("what", " \n ")])).says(422, "Write what happened.");
    let unknown = Form::report_with(&[("unit", "none"), ("what", "</textarea><script>alert(1)</script>")]);
    let answer = send(&unknown.file("a", "text/plain", b"a"));
    answer.says(422, "Choose the unit that should read your report.");
    answer.says(422, "&#60;/textarea&#62;&#60;script&#62;");
    answer.says(422, "Only files must be chosen again");
    send(&Form::report().file("a", "text/plain", &vec![0; 3 << 20])).says(422, "at most 2 MB each");
    let many = (0..3).fold(Form::report(), |form, n| form.file(&n.to_string(), "text/plain", b"a"));
    send(&many).says(422, "Choose at most 2;");
    let body = b"what=x";
    let plain = request("POST", "/en/report", "content-type: text/plain\r\n", body) + "what=x";
    talk(at, plain.as_bytes()).unwrap().says(415, "This kind of form is not understood");
    get(at, "/nowhere").says(404, "There is no such page");
    talk(at, request("DELETE", "/en/report", "", b"").as_bytes()).unwrap().says(405, "opened this way");
    open_case(at, "12").says(422, "A digit is wrong or missing.");
    open_case(at, "").says(422, "Enter your case token.");
    assert!(Desk::new(server.member, &place.authority, 0).cases().cases.is_empty(), "nothing refused was kept");
}

#[test]
fn a_button_pressed_many_times_files_one_report() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    let server = place.start();
    let number = get(server.reporter, "/en/report").form_number();
    let form = Form::report_with(&[("form", &number)]).file("a", "text/plain", b"a");
    let token = std::thread::scope(|scope| {
        let presses: Vec<_> = (0..4).map(|_| scope.spawn(|| filed(server.reporter, &form))).collect();
        let tokens: Vec<_> = presses.into_iter().map(|press| press.join().unwrap()).collect();
        assert!(tokens.iter().all(|token| *token == tokens[0]));
        tokens[0].clone()
    });
    assert_eq!(filed(server.reporter, &form), token);
    assert_eq!(Desk::new(server.member, &place.authority, 0).cases().cases.len(), 1);
}
