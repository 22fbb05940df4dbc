//! What members can and cannot do over HTTP, on a real server with a real database.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod bodies;
mod changes;
#[allow(dead_code, reason = "shared with other tests, and used here in part")]
#[path = "../common/server.rs"]
mod server;
mod use_cases;
mod world;

use amparo::protocol::bytes::MemberId;
use amparo::protocol::content::State;
use amparo::protocol::manifest::UntrustedManifest;
use amparo::protocol::member::MemberKey;
use amparo::protocol::wire::sync::CasePage;
use amparo::protocol::wire::{Base64, CaseBody, Manifests, NewEntries};
use amparo::store::cases;
use amparo::store::envelopes::{self, Part};
use ring::rand::SystemRandom;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use world::{BODY, Desk, World, talk, today, unknown_hash};

fn problem(status: u16, name: &str) -> (u16, String) {
    (status, name.to_owned())
}

/// Gives the case its first desk key, as the desk that opens it first does.
async fn first_rekey(world: &World, desk: &mut Desk<'_>, case: &amparo::protocol::bytes::CaseId) {
    let key = &world.authority.members[0];
    let rekey = desk.open(case).await.rekey(key, today(), &SystemRandom::new()).unwrap();
    assert_eq!(desk.add(case, &rekey).await.status, 204);
}

#[tokio::test]
async fn a_member_lists_reads_and_fetches_what_is_theirs_alone() {
    let world = World::start().await;
    let (works, oversight) = (world.file("works").await, world.file("oversight").await);
    let mut desk = world.desk(0).await;
    let list: CasePage = desk.get("/v1/cases").await.json();
    assert_eq!(list.cases.len(), 1);
    assert_eq!((list.cases[0].id, list.cases[0].state, list.cases[0].entries), (works.id, State::Received, 3 + 4));
    let body: CaseBody = desk.get(&format!("/v1/cases/{}", works.id)).await.json();
    assert_eq!(body.grants.len(), 4);
    assert_eq!(body.grants.iter().filter(|grant| grant.ciphertext.is_some()).count(), 1);
    assert_eq!(body.envelopes.iter().filter(|envelope| envelope.ciphertext.is_none()).count(), 1);
    let case = desk.open(&works.id).await;
    assert_eq!(case.report().fields.get("what"), "They asked for ten percent.");
    let blob = desk.get(&format!("/v1/cases/{}/blobs/{}", works.id, works.attachment)).await;
    assert_eq!((blob.status, blob.body), (200, works.ciphertext));
    assert!(blob.head.contains("content-type: application/octet-stream"));

    for path in [
        format!("/v1/cases/{}", oversight.id),
        format!("/v1/cases/{}/blobs/{}", oversight.id, oversight.attachment),
        format!("/v1/cases/{}/blobs/{}", works.id, oversight.attachment),
        format!("/v1/cases/{}/blobs/{}", works.id, unknown_hash()),
        "/v1/cases/00112233445566778899aabbccddeeff".to_owned(),
        "/v1/cases/..".to_owned(),
    ] {
        assert_eq!(desk.get(&path).await.problem(), problem(404, "not-found"), "{path}");
    }
    // A custodian is a member, but no cases are for them.
    let mut custodian = world.desk(3).await;
    assert!(custodian.get("/v1/cases").await.json::<CasePage>().cases.is_empty());
    assert_eq!(custodian.get(&format!("/v1/cases/{}", works.id)).await.problem(), problem(404, "not-found"));
}

#[tokio::test]
async fn every_answer_tells_the_newest_manifest_and_is_not_kept() {
    let world = World::start().await;
    let history = &world.authority.history;
    let newest = format!("amparo-manifest: 1 {}\r\n", history.current_hash());
    let manifests: Manifests = world.get("/v1/manifests").await.json();
    assert_eq!(Vec::<UntrustedManifest>::from(manifests), history.sources());
    let mut desk = world.desk(0).await;
    let answers = [
        world.get("/v1/challenge").await,
        world.get("/v1/cases").await,
        world.get("/nowhere").await,
        desk.send("DELETE", "/v1/cases", b"").await,
        desk.get("/v1/cases").await,
    ];
    assert_eq!(answers.each_ref().map(|answer| answer.status), [200, 401, 404, 405, 200]);
    for answer in answers {
        assert!(answer.head.contains(&newest), "{}", answer.head);
        assert!(
            answer.head.contains("cache-control: no-store") && answer.head.contains("x-content-type-options: nosniff")
        );
    }
    let health = world.get("/healthz").await;
    assert_eq!((health.status, health.body), (200, b"ok\n".to_vec()));
    world.store.clone().close().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert_eq!(world.get("/healthz").await.problem(), problem(503, "unhealthy"));
}

#[tokio::test]
async fn a_request_counts_once_and_only_as_it_was_signed() {
    let world = World::start().await;
    let refused = problem(401, "challenge");
    let mut desk = world.desk(0).await;
    let first = desk.get("/v1/cases").await;
    assert_eq!(first.status, 200);
    let replay = desk.head("GET", "/v1/cases", b"");
    assert_eq!(talk(desk.address, replay.as_bytes()).await.problem(), refused);
    desk.sequence = 9;
    for (wrong, with) in [("GET /v1/cases ", "GET /v1/cases?a "), ("GET ", "HEAD "), ("sequence: 9", "sequence: 10")] {
        let altered = desk.head("GET", "/v1/cases", b"").replace(wrong, with);
        assert_eq!(talk(desk.address, altered.as_bytes()).await.status, 401, "{with}");
    }
    let other_body = desk.head("POST", "/v1/cases/ab/entries", b"{}") + "[]";
    assert_eq!(talk(desk.address, other_body.as_bytes()).await.problem(), refused);
    // None of these has used the challenge up.
    assert_eq!(talk(desk.address, desk.head("GET", "/v1/cases", b"").as_bytes()).await.status, 200);

    let mut other = world.desk(1).await;
    other.challenge = desk.challenge;
    other.sequence = 100;
    assert_eq!(other.get("/v1/cases").await.problem(), refused, "another member's challenge");
    desk.challenge.0[0] ^= 1;
    assert_eq!(desk.get("/v1/cases").await.problem(), refused, "a challenge nobody gave");
}

#[tokio::test]
async fn a_wrong_key_and_an_unknown_member_read_the_same() {
    let world = World::start().await;
    let stranger = MemberKey::generate("stranger".to_owned(), &SystemRandom::new()).unwrap();
    let unknown = world.desk_of(&stranger).await.get("/v1/cases").await;
    let mut posing = world.desk_of(&stranger).await;
    posing.member = world.authority.members[0].id;
    let wrong = posing.get("/v1/cases").await;
    assert_eq!(unknown.problem(), problem(401, "challenge"));
    assert_eq!((unknown.status, unknown.body), (wrong.status, wrong.body));
    // Failing has not taken the challenge from whoever can sign.
    let mut honest = world.desk(0).await;
    honest.challenge = posing.challenge;
    assert_eq!(honest.get("/v1/cases").await.status, 200);
}

#[tokio::test]
async fn answers_are_taken_once_and_two_desks_do_not_overwrite_each_other() {
    let world = World::start().await;
    let case = world.file("works").await.id;
    let rng = SystemRandom::new();
    let (ana, ben) = (&world.authority.members[0], &world.authority.members[1]);
    let mut desk = world.desk(0).await;
    first_rekey(&world, &mut desk, &case).await;

    let view = desk.open(&case).await;
    let answer = view.answer(ana, "We have read it.", Some(State::Acknowledged), today(), &rng).unwrap();
    let rival = view.answer(ana, "Something else.", None, today(), &rng).unwrap();
    assert_eq!(desk.add(&case, &answer).await.status, 204);
    assert_eq!(desk.add(&case, &answer).await.status, 204, "sent again after the answer was lost");
    assert_eq!(desk.add(&case, &rival).await.problem(), problem(409, "conflict"));
    let list: CasePage = desk.get("/v1/cases").await.json();
    assert_eq!((list.cases[0].state, list.cases[0].state_day), (State::Acknowledged, today()));

    // Two members write at once: each has a chain of their own, but a state is set only once.
    let mut other = world.desk(1).await;
    let (mine, theirs) = (desk.open(&case).await, other.open(&case).await);
    let mine = mine.answer(ana, "Closing.", Some(State::Closed), today(), &rng).unwrap();
    let theirs = theirs.answer(ben, "Closing too.", Some(State::Closed), today(), &rng).unwrap();
    let (one, two) = tokio::join!(desk.add(&case, &mine), other.add(&case, &theirs));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409]);
    let (note, remark) = (desk.open(&case).await, other.open(&case).await);
    let note = note.note(ana, "Ask the bank.", today(), &rng).unwrap();
    let remark = remark.note(ben, "I did.", today(), &rng).unwrap();
    let (one, two) = tokio::join!(desk.add(&case, &note), other.add(&case, &remark));
    assert_eq!((one.status, two.status), (204, 204));
    // report, attachment, identity, rekey, answer, one closing answer, two notes
    assert_eq!(other.open(&case).await.entries().len(), 8);
}

#[tokio::test]
async fn entries_that_break_a_rule_leave_nothing_behind() {
    let world = World::start().await;
    let case = world.file("works").await.id;
    let rng = SystemRandom::new();
    let (ana, ben) = (&world.authority.members[0], &world.authority.members[1]);
    let mut desk = world.desk(0).await;
    let view = desk.open(&case).await;
    let rekey = view.rekey(ana, today(), &rng).unwrap();
    let answer = NewEntries::from(&view.answer(ana, "Hello.", None, today(), &rng).unwrap());
    let by_ben = view.answer(ben, "Hello.", None, today(), &rng).unwrap();
    let body: CaseBody = desk.get(&format!("/v1/cases/{case}")).await.json();

    let mut broken: Vec<(&str, NewEntries, (u16, String))> = Vec::new();
    let mut refuse = |why, change: &dyn Fn(&mut NewEntries), from: &NewEntries, (status, name): (u16, &str)| {
        let mut entries = from.clone();
        change(&mut entries);
        broken.push((why, entries, problem(status, name)));
    };
    let refused = (422, "refused");
    let rekey_wire = NewEntries::from(&rekey);
    refuse("a colleague's answer", &|_| (), &NewEntries::from(&by_ben), (403, "not-allowed"));
    refuse("nothing", &|e| e.envelopes.clear(), &answer, refused);
    refuse("altered", &|e| e.envelopes[0].ciphertext = Some(Base64(vec![1])), &answer, refused);
    refuse("no ciphertext", &|e| e.envelopes[0].ciphertext = None, &answer, refused);
    refuse("no reply copy", &|e| e.envelopes[0].reply = None, &answer, refused);
    refuse("another size", &|e| e.envelopes[0].size += 1, &answer, refused);
    refuse("no case signature", &|e| e.envelopes[0].case_signature = None, &answer, refused);
    refuse("the reporter's own", &|e| e.envelopes = vec![body.envelopes[0].clone()], &answer, refused);
    refuse("a first grant", &|e| e.grants = vec![body.grants[0].clone()], &answer, (403, "not-allowed"));
    refuse("a colleague left out", &|e| drop(e.grants.pop()), &rekey_wire, refused);
    refuse("a colleague twice", &|e| e.grants[0] = e.grants[1].clone(), &rekey_wire, refused);
    refuse("grants without a new key", &|e| e.envelopes.clear(), &rekey_wire, refused);
    refuse("two new keys", &|e| e.envelopes.push(e.envelopes[0].clone()), &rekey_wire, refused);
    refuse("a state without an answer", &|e| e.state = Some(State::Open), &rekey_wire, refused);
    refuse("a state nobody sets", &|e| e.state = Some(State::Received), &answer, (409, "conflict"));
    refuse("one twice", &|e| e.envelopes.push(e.envelopes[0].clone()), &answer, (409, "conflict"));
    for (why, entries, expected) in broken {
        let answer = desk.add_wire(&case, &entries).await;
        assert_eq!(answer.problem(), expected, "{why}: {}", answer.detail());
    }
    let after: CaseBody = desk.get(&format!("/v1/cases/{case}")).await.json();
    assert_eq!((after.envelopes.len(), after.grants.len()), (body.envelopes.len(), body.grants.len()));
    let list: CasePage = desk.get("/v1/cases").await.json();
    assert_eq!(list.cases[0].state, State::Received);
    // What was refused changed is taken unchanged.
    assert_eq!(desk.add(&case, &rekey).await.status, 204);
}

#[tokio::test]
async fn a_withdrawn_reporter_gets_no_copy_but_the_desk_goes_on() {
    let world = World::start().await;
    let case = world.file("works").await.id;
    let rng = SystemRandom::new();
    let mut desk = world.desk(0).await;
    first_rekey(&world, &mut desk, &case).await;
    let mut tx = world.store.begin("forget").await.unwrap();
    assert!(cases::forget(&mut tx, &case.0).await.unwrap());
    tx.commit().await.unwrap();
    let ana = &world.authority.members[0];
    let answer = desk.open(&case).await.answer(ana, "", Some(State::Closed), today(), &rng).unwrap();
    assert_eq!(desk.add(&case, &answer).await.status, 204);
    let mut read = world.store.read().await.unwrap();
    let copies = envelopes::ciphertexts_of_case(&mut read, &case.0, Part::Reply).await.unwrap();
    assert!(copies.is_empty());
    drop(read);
    assert_eq!(desk.get("/v1/cases").await.json::<CasePage>().cases[0].state, State::Closed);
    assert_eq!(desk.open(&case).await.entries().len(), 5);
}

#[tokio::test]
async fn bad_json_large_bodies_and_stalled_clients_are_refused() {
    let world = World::start().await;
    let path = format!("/v1/cases/{}/entries", world.file("works").await.id);
    let mut desk = world.desk(0).await;
    for body in [&b"{"[..], b"", b"[]", br#"{"envelopes":[],"grants":[],"state":null,"secret-word":1}"#] {
        let answer = desk.send("POST", &path, body).await;
        assert_eq!(answer.problem(), problem(400, "malformed"));
        assert!(!answer.detail().contains("secret-word"));
    }
    desk.sequence += 1;
    let large = desk.head("POST", &path, &vec![b' '; BODY.size + 1]);
    assert_eq!(talk(desk.address, large.as_bytes()).await.problem(), problem(413, "too-large"));
    let with_body = desk.head("GET", "/v1/cases", b"x") + "x";
    assert_eq!(talk(desk.address, with_body.as_bytes()).await.problem(), problem(413, "too-large"));

    let mut stream = TcpStream::connect(desk.address).await.unwrap();
    let head = desk.head("POST", &path, b"{}") + "{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let reading = stream.read_to_string(&mut answer);
    tokio::time::timeout(10 * BODY.stall, reading).await.expect("the server lets go").unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn new_manifests_are_taken_over_while_the_server_runs() {
    let world = World::start().await;
    let foreign = amparo::protocol::example::authority(&SystemRandom::new());
    assert!(world.intake.adopt(foreign.history.clone()).is_err());
    let second = next_manifest(&world, |manifest| {
        let id: MemberId = world.authority.members[0].id;
        manifest.units[0].members.retain(|member| *member != id);
    });
    let case = world.file("works").await.id;
    let (mut removed, mut stays) = (world.desk(0).await, world.desk(1).await);
    assert_eq!(removed.get(&format!("/v1/cases/{case}")).await.status, 200);
    world.intake.adopt(second.clone()).unwrap();
    let answer = removed.get(&format!("/v1/cases/{case}")).await;
    assert_eq!(answer.problem(), problem(404, "not-found"));
    assert!(answer.head.contains(&format!("amparo-manifest: 2 {}", second.current_hash())));
    assert_eq!(stays.get(&format!("/v1/cases/{case}")).await.status, 200);
    assert!(world.intake.adopt(world.authority.history.clone()).is_err(), "an older state is taken");
}

/// The authority's manifest, changed and signed as the next one.
fn next_manifest(
    world: &World,
    change: impl FnOnce(&mut amparo::protocol::manifest::Manifest),
) -> std::sync::Arc<amparo::protocol::manifest::History> {
    use amparo::protocol::manifest::{History, sign, signature_line};
    let (history, root) = (&world.authority.history, world.authority.root.signing());
    let mut manifest = history.current().clone();
    manifest.authority = Some(*history.authority());
    manifest.serial = 2;
    manifest.previous = Some(history.current_hash());
    change(&mut manifest);
    let bytes = manifest.to_bytes();
    let signatures = signature_line(root, &sign(&bytes, history.authority(), root));
    let mut sources = history.sources().to_vec();
    sources.push(UntrustedManifest { bytes, signatures });
    std::sync::Arc::new(History::verify(sources).unwrap())
}
