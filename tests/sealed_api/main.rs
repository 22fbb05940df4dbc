//! The reporter's requests against the real server: what is sealed on the reporter's own device.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "../common/mod.rs"]
mod common;
mod refused;
mod uploads;

use amparo::protocol::content::State;
use amparo::protocol::manifest::UntrustedManifest;
use amparo::protocol::own_case::OwnEntry;
use amparo::protocol::wire::reporter::{
    ManifestsToday, MoveRequest, NewReport, OwnCaseBody, ReportTaken, UPLOAD_HEADER,
};

use ring::rand::SystemRandom;

use common::client::{self, get, open_case};
use common::desk::Desk;
use common::sealed::{CHUNK, Reporter, json, new_upload, plain, post, problem, put, send, text, upload_all};
use common::server::{Place, blobs_in, today};

/// Sends it twice; both times it must be answered alike.
#[track_caller]
fn twice(send: impl Fn() -> client::Answer, status: u16) -> client::Answer {
    let (first, second) = (send(), send());
    assert_eq!(first.status, status, "{}", text(&first));
    assert_eq!((second.status, &second.body), (status, &first.body), "{}", text(&second));
    second
}

#[test]
fn a_case_lives_from_report_to_forget_and_every_request_may_come_twice() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    let server = place.start();
    let address = server.reporter;
    let reporter = Reporter::new(&place.authority);
    let (large, small) = (vec![7; 2 * CHUNK + 345_678], vec![9; 1000]);
    let (submission, ciphertexts) = reporter.report("They asked for ten percent.", &[plain(&large), plain(&small)]);
    let upload = new_upload(address);
    for (file, bytes) in ciphertexts.iter().enumerate() {
        for (chunk, bytes) in bytes.chunks(CHUNK).enumerate() {
            twice(|| put(address, upload, file, chunk, bytes), 204);
        }
    }
    let report = NewReport::new(&submission, Some(upload));
    let taken: ReportTaken = json(&twice(|| post(address, "/v1/reports", &report), 200));
    assert_eq!(taken.day, today());
    assert_eq!(problem(&get(address, &format!("/v1/uploads/{upload}"))), (404, "not-found".to_owned()));

    let mut desk = Desk::new(server.member, &place.authority, 0);
    let case = submission.card.card().case;
    assert_eq!(desk.cases().cases.len(), 1);
    assert_eq!(desk.open(&case).report().fields.get("what"), "They asked for ten percent.");
    assert!(!desk.open(&case).report().assisted);
    let stored: Vec<_> = desk.attachments(&case).into_iter().map(|(bytes, _)| bytes).collect();
    assert!(stored == ciphertexts, "the desk fetches what was sent");
    desk.answer(&case, "Who asked?", Some(State::Acknowledged));

    let own = reporter.open(address);
    assert_eq!(own.state().0, State::Acknowledged);
    assert_eq!(own.answers()[0].answer.text, "Who asked?");
    assert!(matches!(own.entries()[0], OwnEntry::Filed(2)));
    let shown: OwnCaseBody = json(&reporter.ask(address));
    assert!(shown.envelopes.iter().all(|envelope| envelope.ciphertext.is_none()));
    assert_eq!((shown.state, shown.state_day), (State::Acknowledged, today()));

    let (mut message, files) = reporter.message(&own, "The head of procurement.", &[plain(&large)]);
    message.upload = Some(upload_all(address, &files));
    twice(|| post(address, "/v1/case/messages", &message), 204);
    let opened = desk.open(&case);
    assert_eq!(opened.attachments().count(), 3);
    assert!(matches!(reporter.open(address).entries()[2], OwnEntry::Sent(1)));
    // One that was sealed before the message came too late.
    let (late, _) = reporter.message(&own, "Too late.", &[]);
    assert_eq!(problem(&post(address, "/v1/case/messages", &late)), (409, "conflict".to_owned()));
    // The same case by its token, where the server opens it.
    open_case(address, reporter.token.expose()).says(200, "Who asked?");

    let forget = reporter.forget(&reporter.open(address));
    assert_eq!(post(address, "/v1/case/forget", &forget).status, 204);
    assert_eq!(problem(&post(address, "/v1/case/forget", &forget)), (404, "not-found".to_owned()));
    assert_eq!(problem(&reporter.ask(address)), (404, "not-found".to_owned()));
    assert_eq!(problem(&post(address, "/v1/case/messages", &late)), (404, "not-found".to_owned()));
    assert_eq!(desk.open(&case).attachments().count(), 3);
    assert_eq!(post(address, "/v1/reports", &report).status, 200, "nothing comes back by sending it again");
    assert_eq!(problem(&reporter.ask(address)).0, 404);
    assert_eq!(blobs_in(&place.data()).len(), 3, "nothing lies there that no row names");
}

#[test]
fn a_report_of_words_alone_needs_no_upload_and_outlives_a_kill() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    let server = place.start();
    let reporter = Reporter::new(&place.authority);
    let filed = reporter.file(server.reporter, "Nothing but words.", &[]);
    server.kill();
    let server = place.start();
    assert!(matches!(reporter.open(server.reporter).entries()[..], [OwnEntry::Filed(0)]));
    assert_eq!(post(server.reporter, "/v1/reports", &NewReport::new(&filed, None)).status, 200);
}

#[test]
fn an_upload_lets_its_own_report_in_and_no_other() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    let server = place.start();
    let reporter = Reporter::new(&place.authority);
    let (submission, ciphertexts) = reporter.report("With a file.", &[plain(b"content")]);
    let upload = upload_all(server.reporter, &ciphertexts);
    let header = format!("{UPLOAD_HEADER}: {upload}\r\n");
    let other = Reporter::new(&place.authority).report("No file.", &[]).0;
    let body = serde_json::to_vec(&NewReport::new(&other, None)).unwrap();
    assert_eq!(problem(&send(server.reporter, "POST", "/v1/reports", &header, &body)).0, 422);
    let body = serde_json::to_vec(&NewReport::new(&submission, Some(upload))).unwrap();
    assert_eq!(send(server.reporter, "POST", "/v1/reports", &header, &body).status, 200);
}

#[test]
fn manifests_come_with_the_day_and_the_limits() {
    let place = Place::new("file_bytes = \"3 MiB\"\nfiles_per_submission = 7");
    let server = place.start();
    for (path, count) in [("", 1), ("?from=1", 1), ("?from=0", 1), ("?from=2", 0), ("?from=18446744073709551615", 0)] {
        let answer = get(server.reporter, &format!("/v1/manifests{path}"));
        let said: ManifestsToday = json(&answer);
        assert_eq!((said.today, said.limits.file_bytes, said.limits.files), (today(), 3 << 20, 7));
        assert_eq!(said.manifests.len(), count, "{path}");
        if let Some(manifest) = said.manifests.first() {
            let source: &UntrustedManifest = &place.authority.history.sources()[0];
            assert_eq!((&manifest.manifest.0, &manifest.signatures), (&source.bytes, &source.signatures));
        }
        for header in ["cache-control: no-store", "content-security-policy: default-src 'none'", "nosniff"] {
            assert!(answer.head.contains(header), "{header} is not in {}", answer.head);
        }
    }
    assert_eq!(problem(&get(server.reporter, "/v1/manifests?from=-1")), (400, "malformed".to_owned()));
}

#[test]
fn a_case_moves_to_a_token_made_on_the_device() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    let server = place.start();
    let address = server.reporter;
    let (old, new) = (Reporter::new(&place.authority), Reporter::new(&place.authority));
    let submission = old.file(address, "Words.", &[]);
    let case = submission.card.card().case;
    let mut desk = Desk::new(server.member, &place.authority, 0);
    desk.answer(&case, "Before the move.", None);
    let envelope = old.open(address).moved_to(&old.keys, &new.keys, &SystemRandom::new()).unwrap();
    let (envelope, locator_hash) = ((&envelope).into(), new.keys.locator_hash());
    let request = MoveRequest { locator: old.locator(), locator_hash, envelope };
    twice(|| post(address, "/v1/case/move", &request), 204);
    assert_eq!(problem(&old.ask(address)), (410, "moved".to_owned()));
    desk.answer(&case, "After the move.", None);
    let own = new.open(address);
    let answers: Vec<_> = own.answers().iter().map(|read| read.answer.text.as_str()).collect();
    assert_eq!(answers, ["Before the move.", "After the move."]);
    let (message, _) = new.message(&own, "From the new token.", &[]);
    twice(|| post(address, "/v1/case/messages", &message), 204);
    let mut from_old = message.clone();
    from_old.locator = old.locator();
    assert_eq!(problem(&post(address, "/v1/case/messages", &from_old)), (410, "moved".to_owned()));
    let again = NewReport::new(&submission, None);
    assert_eq!(post(address, "/v1/reports", &again).status, 200, "the report is still known");
    assert_eq!(post(address, "/v1/case/forget", &new.forget(&new.open(address))).status, 204);
    assert_eq!(problem(&new.ask(address)), (404, "not-found".to_owned()));
}
