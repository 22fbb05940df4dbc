//! Following what changes: at once, by waiting, and when it has to begin anew.

use std::time::Duration;

use amparo::desk::client::{Client, Signer};
use amparo::protocol::bytes::CaseId;
use amparo::protocol::wire::sync::{Changes, Mark, PAGE_MAX};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use super::server::Place;
use super::world::{Desk, World};
use super::{next_manifest, problem};

/// Much less than anybody waits here.
const SOON: Duration = Duration::from_secs(5);

fn ids(changes: &Changes) -> Vec<CaseId> {
    changes.cases.iter().map(|case| case.id).collect()
}

async fn since(desk: &mut Desk<'_>, mark: &Mark, wait: u64) -> Changes {
    desk.get(&format!("/v1/changes?since={mark}&wait={wait}")).await.json()
}

#[tokio::test]
async fn a_desk_hears_of_each_case_once_and_of_its_own_units_only() {
    let world = World::start().await;
    let (mut works, mut oversight) = (world.desk(0).await, world.desk(2).await);
    let old = world.file("works").await.id;
    let start: Changes = works.get("/v1/changes").await.json();
    assert!(start.restart && start.cases.is_empty() && start.gone.is_empty());
    let theirs: Changes = oversight.get("/v1/changes?wait=0").await.json();

    let mut filed = vec![world.file("works").await.id, world.file("works").await.id];
    filed.sort_unstable();
    let later = since(&mut works, &start.now, 25).await;
    assert_eq!((ids(&later), later.restart), (filed.clone(), false), "not {old}, which was there before");
    assert_eq!(later.cases[0].entries, 3 + 4);
    assert!(since(&mut works, &later.now, 0).await.cases.is_empty());
    assert_eq!(ids(&since(&mut works, &start.now, 0).await), filed, "asked again when the answer was lost");
    let same = since(&mut oversight, &theirs.now, 0).await;
    assert_eq!((same.now, same.cases.len(), same.restart), (theirs.now.clone(), 0, false));
    let mut custodian = world.desk(3).await;
    let none: Changes = custodian.get("/v1/changes").await.json();
    let none = since(&mut custodian, &none.now, 0).await;
    assert!(none.cases.is_empty() && none.gone.is_empty() && !none.restart);
}

#[tokio::test]
async fn a_mark_that_is_not_known_here_begins_anew() {
    let world = World::start().await;
    world.file("works").await;
    let (mut ana, mut ben) = (world.desk(0).await, world.desk(1).await);
    let mark = ana.get("/v1/changes").await.json::<Changes>().now;
    assert!(!since(&mut ana, &mark, 0).await.restart);
    let elsewhere = World::start().await;
    let mut other = elsewhere.desk(0).await;
    let marks = [
        ("a colleague's", ben.get("/v1/changes").await.json::<Changes>().now),
        ("another server's", other.get("/v1/changes").await.json::<Changes>().now),
        ("one of the future", Mark { seen: vec![mark.seen[0] + 1], ..mark.clone() }),
        ("one of no unit", Mark { seen: vec![], ..mark.clone() }),
        ("one of two units", Mark { seen: vec![1, 1], ..mark.clone() }),
    ];
    for (whose, wrong) in marks {
        let answer = since(&mut ana, &wrong, 25).await;
        assert!(answer.restart && answer.cases.is_empty(), "{whose}");
        assert_eq!(answer.now, mark, "{whose}");
    }
    for text in ["x", "", "-", "%00", "0-0", &"9".repeat(9000)] {
        assert!(ana.get(&format!("/v1/changes?since={text}&wait=25")).await.json::<Changes>().restart, "{text}");
    }
    for wrong in ["wait=26", "wait=-1", "wait=x", "wait=1&wait=1", "until=1"] {
        let answer = ana.get(&format!("/v1/changes?since={mark}&{wrong}")).await;
        assert_eq!(answer.problem(), problem(400, "malformed"), "{wrong}");
    }
    assert_eq!(world.get("/v1/changes").await.problem(), problem(401, "challenge"));
    // What was before the night is not remembered.
    let night = ana.get("/v1/changes").await.json::<Changes>().now;
    world.file("works").await;
    world.store.tidy().await.unwrap();
    assert!(since(&mut ana, &night, 0).await.restart);
}

#[tokio::test]
async fn what_is_not_the_members_any_more_is_gone() {
    let world = World::start().await;
    let mut desk = world.desk(0).await;
    let start: Changes = desk.get("/v1/changes").await.json();
    let mut filed = [world.file("works").await.id, world.file("works").await.id, world.file("works").await.id];
    filed.sort_unstable();
    world.by_another_hand("UPDATE cases SET unit = 'oversight' WHERE id = (SELECT MIN(id) FROM cases)").await;
    world.by_another_hand("DELETE FROM cases WHERE id = (SELECT MAX(id) FROM cases)").await;
    let changes = since(&mut desk, &start.now, 0).await;
    assert_eq!((ids(&changes), &changes.gone[..]), (vec![filed[1]], &[filed[0], filed[2]][..]));
}

#[tokio::test]
async fn waiting_ends_with_a_change_within_a_second_or_with_its_time() {
    let world = World::start().await;
    let (mut desk, mut other) = (world.desk(0).await, world.desk(2).await);
    let start: Changes = desk.get("/v1/changes").await.json();
    let theirs: Changes = other.get("/v1/changes").await.json();
    let begun = Instant::now();
    let none = since(&mut desk, &start.now, 1).await;
    assert!(none.cases.is_empty() && none.now == start.now);
    assert!((Duration::from_secs(1)..SOON).contains(&begun.elapsed()), "{:?}", begun.elapsed());

    let waiting = async {
        let changes = since(&mut desk, &start.now, 25).await;
        (ids(&changes), Instant::now())
    };
    let others = since(&mut other, &theirs.now, 2);
    let filing = async {
        sleep(Duration::from_millis(300)).await;
        (world.file("works").await.id, Instant::now())
    };
    let ((heard, at), others, (filed, done)) = tokio::join!(waiting, others, filing);
    assert_eq!(heard, [filed]);
    assert!(at.saturating_duration_since(done) < Duration::from_secs(1), "heard {:?} later", at - done);
    assert!(others.cases.is_empty(), "whoever follows another unit is not even answered sooner");
}

#[tokio::test]
async fn new_manifests_end_the_waiting_and_other_units_begin_anew() {
    let world = World::start().await;
    let case = world.file("works").await.id;
    let (mut removed, mut stays) = (world.desk(0).await, world.desk(1).await);
    let first = removed.get("/v1/changes").await.json::<Changes>().now;
    let second = stays.get("/v1/changes").await.json::<Changes>().now;
    let manifest = next_manifest(&world, |manifest| {
        let id = world.authority.members[0].id;
        manifest.units[0].members.retain(|member| *member != id);
    });
    let path = format!("/v1/changes?since={first}&wait=25");
    let adopting = async {
        sleep(Duration::from_millis(300)).await;
        world.intake.adopt(manifest.clone()).unwrap();
    };
    let begun = Instant::now();
    let (answer, ()) = tokio::join!(removed.get(&path), adopting);
    assert!(begun.elapsed() < SOON && answer.head.contains("amparo-manifest: 2 "), "{}", answer.head);
    assert!(since(&mut removed, &answer.json::<Changes>().now, 0).await.restart, "the member has other units now");
    assert!(!since(&mut stays, &second, 0).await.restart, "this one has the same");
    let mut desk = world.desk(1).await;
    assert_eq!(desk.get(&format!("/v1/cases/{case}")).await.status, 200);
}

#[tokio::test]
async fn those_who_wait_are_bounded_hold_up_nobody_and_leave_when_they_hang_up() {
    let world = World::start().await;
    let mut lines = Vec::new();
    for member in [0, 0, 0, 0, 1, 1, 1, 1] {
        let mut desk = world.desk(member).await;
        let mark = desk.get("/v1/changes").await.json::<Changes>().now;
        desk.sequence += 1;
        let head = desk.head("GET", &format!("/v1/changes?since={mark}&wait=25"), b"");
        let mut line = TcpStream::connect(world.address).await.unwrap();
        line.write_all(head.as_bytes()).await.unwrap();
        lines.push(line);
    }
    let mut desk = world.desk(0).await;
    let mark = desk.get("/v1/changes").await.json::<Changes>().now;
    let path = format!("/v1/changes?since={mark}&wait=1");
    let begun = Instant::now();
    while desk.get(&path).await.problem_or_none() != Some(problem(503, "busy")) {
        assert!(begun.elapsed() < 4 * SOON, "more wait than may");
    }
    // Four connections read from the database, and twice as many members wait.
    let begun = Instant::now();
    assert_eq!(desk.get("/v1/cases").await.status, 200);
    assert!(begun.elapsed() < SOON);
    drop(lines);
    let begun = Instant::now();
    while desk.get(&path).await.status != 200 {
        assert!(begun.elapsed() < SOON, "who has hung up still waits");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn the_end_of_the_server_ends_the_waiting() {
    let world = World::start().await;
    let mut lines = Vec::new();
    for member in [0, 1, 2] {
        let mut desk = world.desk(member).await;
        let mark = desk.get("/v1/changes").await.json::<Changes>().now;
        desk.sequence += 1;
        let head = desk.head("GET", &format!("/v1/changes?since={mark}&wait=25"), b"");
        let address = world.address;
        lines.push(tokio::spawn(async move { super::world::talk(address, head.as_bytes()).await }));
    }
    sleep(Duration::from_millis(300)).await;
    let begun = Instant::now();
    world.stop().await;
    for line in lines {
        assert!(!line.await.unwrap().json::<Changes>().restart);
    }
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

#[test]
fn a_program_told_to_stop_lets_nobody_wait_and_a_waiting_desk_works_on() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    let server = place.start();
    let client = Client::new(&format!("http://{}", server.member), None).unwrap();
    let signer = Signer { key: &place.authority.members[0], authority: place.authority.history.authority() };
    let mark = client.changes(signer, None, 0).unwrap().now;
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| client.changes(signer, Some(&mark), 25).unwrap());
        std::thread::sleep(Duration::from_millis(500));
        let begun = std::time::Instant::now();
        for _ in 0..20 {
            assert!(client.cases_page(signer, None, PAGE_MAX).unwrap().cases.is_empty());
        }
        server.stop();
        let changes = waiting.join().unwrap();
        assert!(!changes.restart && changes.cases.is_empty() && changes.now == mark);
        assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    });
}
