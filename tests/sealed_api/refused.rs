//! What is not a whole, rightly signed report is refused with a reason, and leaves nothing behind.

use amparo::protocol::wire::WireEnvelope;
use amparo::protocol::wire::reporter::{NewReport, NewUpload};

use super::common::client::{request, talk};
use super::common::sealed::{Reporter, plain, post, problem, send};
use super::common::server::Place;

#[test]
fn a_report_that_breaks_a_rule_is_refused_and_can_still_be_filed_rightly() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    let server = place.start();
    let reporter = Reporter::new(&place.authority);
    let report = || NewReport::new(&reporter.report("Words.", &[]).0, None);
    let whole = report();
    let refused = |what: &str, change: &dyn Fn(&mut NewReport)| {
        let mut changed = whole.clone();
        change(&mut changed);
        assert_eq!(problem(&post(server.reporter, "/v1/reports", &changed)), (422, "refused".to_owned()), "{what}");
    };
    let other = report();
    refused("a grant is missing", &|report| drop(report.grants.pop()));
    refused("a grant is doubled", &|report| report.grants.push(report.grants[0].clone()));
    refused("a grant of another case", &|report| report.grants.push(other.grants[0].clone()));
    refused("a grant without ciphertext", &|report| report.grants[0].ciphertext = None);
    refused("a grant's ciphertext", &|report| report.grants[0].ciphertext.as_mut().unwrap().0[7] ^= 1);
    refused("the card", &|report| report.card.0[20] ^= 1);
    refused("the card's signature", &|report| report.card_signature.0[20] ^= 1);
    refused("an envelope's signature", &|report| report.envelopes[0].signature.0[20] ^= 1);
    refused("an envelope's ciphertext", &|report| report.envelopes[1].ciphertext.as_mut().unwrap().0[7] ^= 1);
    refused("no identity", &|report| drop(report.envelopes.pop()));
    refused("no report", &|report| drop(report.envelopes.remove(0)));
    refused("another order", &|report| report.envelopes.reverse());
    refused("another case's envelopes", &|report| report.envelopes.clone_from(&other.envelopes));
    assert_eq!(problem(&reporter.ask(server.reporter)).0, 404, "nothing was stored so far");
    assert_eq!(post(server.reporter, "/v1/reports", &whole).status, 200);
}

#[test]
fn another_report_under_a_known_case_id_or_token_is_a_conflict() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    let server = place.start();
    let reporter = Reporter::new(&place.authority);
    let filed = NewReport::new(&reporter.file(server.reporter, "Words.", &[]), None);
    let conflicts = |change: &dyn Fn(&mut NewReport)| {
        let mut changed = filed.clone();
        change(&mut changed);
        assert_eq!(problem(&post(server.reporter, "/v1/reports", &changed)), (409, "conflict".to_owned()));
    };
    conflicts(&|report| drop(report.envelopes.pop()));
    conflicts(&|report| report.envelopes[0].header.0[40] ^= 1);
    conflicts(&|report| drop(report.grants.pop()));
    conflicts(&|report| report.locator_hash.0[0] ^= 1);
    let (second, _) = reporter.report("Other words.", &[]);
    let answer = post(server.reporter, "/v1/reports", &NewReport::new(&second, None));
    assert_eq!(problem(&answer), (409, "conflict".to_owned()), "a second case of one token");
    assert_eq!(post(server.reporter, "/v1/reports", &filed).status, 200);
}

#[test]
fn a_report_sealed_to_an_expired_manifest_is_not_taken() {
    let issued = super::today().plus(-100).unwrap();
    let place = Place::issued(issued, "spare_disk_bytes = \"1 B\"");
    let server = place.start();
    let reporter = Reporter::new(&place.authority);
    let mut report = reporter.report_on("Words.", issued, &[]).0;
    let answer = post(server.reporter, "/v1/reports", &NewReport::new(&report, None));
    assert_eq!(problem(&answer), (422, "refused".to_owned()));
    assert!(super::text(&answer).contains("has expired"), "{}", super::text(&answer));
    report.grants.clear();
    assert_eq!(problem(&post(server.reporter, "/v1/reports", &NewReport::new(&report, None))).0, 422);
}

#[test]
fn messages_are_the_reporters_own_in_their_order() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    let server = place.start();
    let address = server.reporter;
    let reporter = Reporter::new(&place.authority);
    reporter.file(address, "Words.", &[]);
    let own = reporter.open(address);
    let (message, _) = reporter.message(&own, "More.", &[]);
    let refused = |what: &str, change: &dyn Fn(&mut Vec<WireEnvelope>)| {
        let mut changed = message.clone();
        change(&mut changed.envelopes);
        assert_eq!(problem(&post(address, "/v1/case/messages", &changed)), (422, "refused".to_owned()), "{what}");
    };
    refused("no envelope", &|envelopes| envelopes.clear());
    refused("a signature", &|envelopes| envelopes[0].signature.0[1] ^= 1);
    refused("no ciphertext", &|envelopes| envelopes[0].ciphertext = None);
    refused("twice", &|envelopes| envelopes.push(envelopes[0].clone()));
    let forget = reporter.forget(&own);
    refused("a forget among messages", &|envelopes| envelopes[0] = forget.envelope.clone());
    let (with_file, _) = reporter.message(&own, "With a file.", &[plain(b"content")]);
    assert_eq!(problem(&post(address, "/v1/case/messages", &with_file)).0, 422, "a file that was not sent");
    let mut not_forget = forget.clone();
    not_forget.envelope = message.envelopes[0].clone();
    assert_eq!(problem(&post(address, "/v1/case/forget", &not_forget)).0, 422);
    let stranger = Reporter::new(&place.authority);
    let mut elsewhere = message.clone();
    elsewhere.locator = stranger.locator();
    assert_eq!(problem(&post(address, "/v1/case/messages", &elsewhere)).0, 404);
    stranger.file(address, "A stranger's words.", &[]);
    assert_eq!(problem(&post(address, "/v1/case/messages", &elsewhere)).0, 422, "another case");
    assert_eq!(post(address, "/v1/case/messages", &message).status, 204);
}

#[test]
fn bodies_that_are_no_requests_are_told_and_large_ones_not_read() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    let server = place.start();
    for path in ["/v1/reports", "/v1/case", "/v1/case/messages", "/v1/case/forget"] {
        for body in
            [&b""[..], b"{}", b"[]", b"null", b"{\"locator\":\"00\"}", b"\xff", b"{\"locator\":1,\"locator\":2}"]
        {
            assert_eq!(
                problem(&send(server.reporter, "POST", path, "", body)),
                (400, "malformed".to_owned()),
                "{path}"
            );
        }
        // Only its head is sent.
        let head = request("POST", path, "", b"").replace("content-length: 0", "content-length: 7000000");
        assert_eq!(problem(&talk(server.reporter, head.as_bytes()).unwrap()), (413, "too-large".to_owned()), "{path}");
    }
    let upload: NewUpload = super::json(&send(server.reporter, "POST", "/v1/uploads", "", b""));
    let path = format!("/v1/uploads/{}/0/0", upload.upload);
    let head = request("PUT", &path, "", b"").replace("content-length: 0", "content-length: 1048577");
    assert_eq!(problem(&talk(server.reporter, head.as_bytes()).unwrap()), (413, "too-large".to_owned()));
}
