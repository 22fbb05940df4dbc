//! The list in pages, and many cases at once.

use std::collections::BTreeSet;

use amparo::desk::client::{Client, Signer};
use amparo::protocol::bytes::CaseId;
use amparo::protocol::wire::CaseBody;
use amparo::protocol::wire::sync::{CASES_AT_ONCE, CaseBodies, CaseIds, CasePage, PAGE_MAX};
use amparo::store::envelopes::{self, Ciphertexts, Envelope, Lane};

use super::problem;
use super::world::{Answer, Desk, World};

async fn ask(desk: &mut Desk<'_>, ids: &[CaseId]) -> Answer {
    let body = serde_json::to_vec(&CaseIds { ids: ids.to_vec() }).unwrap();
    desk.send("POST", "/v1/cases/bodies", &body).await
}

fn text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

/// Adds a note of so many bytes that nobody could read.
async fn weigh_down(world: &World, case: CaseId, bytes: usize) {
    let row = Envelope {
        hash: amparo::protocol::bytes::hash(&case.0).0,
        case_id: case.0,
        kind: 5,
        author: [9; 32],
        lane: Lane::Desk,
        sequence: 0,
        header: vec![7; 400],
        signature: vec![7; 64],
        case_signature: Some(vec![7; 64]),
        ciphertext_hash: [7; 32],
        size: bytes as u64,
        blob: false,
    };
    let bytes = vec![7; bytes];
    let mut tx = world.store.begin("weigh down").await.unwrap();
    envelopes::insert(&mut tx, &row, Ciphertexts { main: Some(&bytes), reply: None }).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn pages_show_each_case_of_the_member_once_by_id() {
    let world = World::start().await;
    let mut filed = BTreeSet::new();
    for _ in 0..5 {
        filed.insert(world.file("works").await.id);
        world.file("oversight").await;
    }
    let filed: Vec<CaseId> = filed.into_iter().collect();
    let mut desk = world.desk(0).await;
    for (limit, pages) in [(1, 5), (2, 3), (4, 2), (5, 1), (10_000, 1)] {
        let (mut found, mut after, mut count) = (Vec::new(), String::new(), 0);
        loop {
            let page: CasePage = desk.get(&format!("/v1/cases?limit={limit}{after}")).await.json();
            found.extend(page.cases.iter().map(|case| case.id));
            count += 1;
            let Some(next) = page.next else { break };
            assert_eq!((Some(&next), page.cases.len()), (found.last(), limit));
            after = format!("&after={next}");
        }
        assert_eq!((&found, count), (&filed, pages), "{limit}");
    }
    let whole: CasePage = desk.get("/v1/cases").await.json();
    assert_eq!(whole.cases.iter().map(|case| case.id).collect::<Vec<_>>(), filed);
    let none: CasePage = desk.get(&format!("/v1/cases?after={}", "f".repeat(32))).await.json();
    assert!(none.cases.is_empty() && none.next.is_none());
    for wrong in ["limit=0", "limit=10001", "limit=-1", "limit=", "after=ab", "after=", "offset=1", "limit=1&limit=2"] {
        let answer = desk.get(&format!("/v1/cases?{wrong}")).await;
        assert_eq!(answer.problem(), problem(400, "malformed"), "{wrong}");
    }
    // Unsigned, it is not even said that the question is wrong.
    assert_eq!(world.get("/v1/cases?limit=0").await.problem(), problem(401, "challenge"));
}

#[tokio::test]
async fn many_cases_come_as_each_comes_alone_and_nothing_in_place_of_others() {
    let world = World::start().await;
    let (one, two) = (world.file("works").await.id, world.file("works").await.id);
    let foreign = world.file("oversight").await.id;
    let mut desk = world.desk(1).await;
    let bodies: CaseBodies = ask(&mut desk, &[two, foreign, CaseId([7; 16]), one]).await.json();
    assert_eq!(bodies.cases.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, false, true]);
    assert!(bodies.later.is_empty());
    for (id, place) in [(two, 0), (one, 3)] {
        let alone: CaseBody = desk.get(&format!("/v1/cases/{id}")).await.json();
        assert_eq!(text(&alone), text(&bodies.cases[place]));
    }
    assert!(ask(&mut desk, &[]).await.json::<CaseBodies>().cases.is_empty());
    let mut custodian = world.desk(3).await;
    assert!(ask(&mut custodian, &[one]).await.json::<CaseBodies>().cases[0].is_none());

    let most: Vec<CaseId> = (0..CASES_AT_ONCE).map(|n| CaseId([u8::try_from(n).unwrap(); 16])).collect();
    assert_eq!(ask(&mut desk, &most).await.json::<CaseBodies>().cases.len(), CASES_AT_ONCE);
    let too_many = [&most[..], &[one]].concat();
    assert_eq!(ask(&mut desk, &too_many).await.problem(), problem(413, "too-large"));
    assert_eq!(ask(&mut desk, &[one, two, one]).await.problem(), problem(422, "refused"));
    for wrong in [&b"{"[..], b"", b"[]", br#"{"ids":["ab"]}"#, br#"{"ids":[],"secret-word":1}"#] {
        let answer = desk.send("POST", "/v1/cases/bodies", wrong).await;
        assert_eq!(answer.problem(), problem(400, "malformed"));
        assert!(!answer.detail().contains("secret-word"));
    }
    assert_eq!(desk.get("/v1/cases/bodies").await.problem(), problem(405, "method"));
}

#[tokio::test]
async fn what_would_make_an_answer_too_large_comes_later_and_a_large_case_comes_alone() {
    let world = World::start().await;
    let mut ids = Vec::new();
    for bytes in [5 << 20, 4 << 20, 0, 9 << 20, 3 << 20] {
        ids.push(world.file("works").await.id);
        weigh_down(&world, ids[ids.len() - 1], bytes).await;
    }
    let mut desk = world.desk(0).await;
    let first: CaseBodies = ask(&mut desk, &ids).await.json();
    assert_eq!(first.cases.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, true, false, false]);
    assert_eq!(first.later, [ids[1], ids[3], ids[4]]);
    let second: CaseBodies = ask(&mut desk, &first.later).await.json();
    assert_eq!(second.cases.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, true]);
    let third: CaseBodies = ask(&mut desk, &second.later).await.json();
    assert!(third.cases[0].is_some() && third.later.is_empty(), "a case beyond the bound comes by itself");
}

#[tokio::test]
async fn a_damaged_case_keeps_the_others_from_nobody() {
    let world = World::start().await;
    let (damaged, whole) = (world.file("works").await.id, world.file("works").await.id);
    let mut desk = world.desk(0).await;
    world.by_another_hand("DELETE FROM ciphertexts WHERE envelope IN (SELECT hash FROM envelopes WHERE case_id = (SELECT MIN(id) FROM cases))").await;
    let (damaged, whole) = (damaged.min(whole), damaged.max(whole));
    assert_eq!(desk.get(&format!("/v1/cases/{damaged}")).await.problem(), problem(500, "damaged"));
    let bodies: CaseBodies = ask(&mut desk, &[damaged, whole]).await.json();
    let alone: CaseBody = desk.get(&format!("/v1/cases/{whole}")).await.json();
    assert_eq!(text(&alone), text(&bodies.cases[1]));
    assert!(bodies.cases[0].as_ref().unwrap().envelopes.iter().all(|envelope| envelope.ciphertext.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_has_many_batches_under_way_at_once() {
    let world = World::start().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(world.file("works").await.id);
        weigh_down(&world, ids[ids.len() - 1], 3 << 20).await;
    }
    let client = Client::new(&format!("http://{}", world.address), None).unwrap();
    let signer = Signer { key: &world.authority.members[0], authority: world.authority.history.authority() };
    tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            let ask = || {
                let bodies = client.bodies(signer, &ids).unwrap();
                assert_eq!((bodies.cases.iter().flatten().count(), bodies.later.len()), (2, 1));
                assert_eq!(client.cases_page(signer, Some(CaseId([0; 16])), 2).unwrap().cases.len(), 2);
                assert_eq!(client.cases_page(signer, None, PAGE_MAX).unwrap().cases.len(), 3);
            };
            let threads: Vec<_> = (0..12).map(|_| scope.spawn(ask)).collect();
            for thread in threads {
                thread.join().unwrap();
            }
        });
    });
}
