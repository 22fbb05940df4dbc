use std::collections::HashSet;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use futures_util::{FutureExt, TryStreamExt};

use super::cases::{self, Case, State};
use super::envelopes::{self, Ciphertexts, Envelope, Lane, Part};
use super::grants::{self, NewGrant};
use super::*;

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/amparo.db");
    (folder, path)
}

fn case(n: u8) -> Case {
    Case {
        id: [n; 16],
        unit: "roads".to_owned(),
        day: "2026-05-04".parse().unwrap(),
        state: State::Received,
        state_day: "2026-05-04".parse().unwrap(),
        card: vec![n; 300],
        card_signature: vec![1; 64],
        locator_hash: Some([n; 32]),
        withdrawn: false,
    }
}

fn envelope(n: u8, case: u8, sequence: u64) -> Envelope {
    Envelope {
        hash: [n; 32],
        case_id: [case; 16],
        kind: 4,
        author: [5; 32],
        lane: Lane::Main,
        sequence,
        header: vec![n; 200],
        signature: vec![2; 64],
        case_signature: Some(vec![3; 64]),
        ciphertext_hash: [n ^ 0xff; 32],
        size: 4,
        blob: false,
    }
}

fn grant(n: u8, case: u8, member: &str) -> NewGrant {
    NewGrant {
        hash: [n; 32],
        case_id: [case; 16],
        kind: 16,
        member_id: member.to_owned(),
        body: vec![n; 90],
        ciphertext: vec![n; 900],
        signature: None,
        case_signature: None,
    }
}

const NONE: Ciphertexts<'_> = Ciphertexts { main: None, reply: None };

async fn with_case(path: &Path) -> Store {
    let store = Store::open(path).await.unwrap();
    let mut tx = store.begin("test").await.unwrap();
    cases::insert(&mut tx, &case(1)).await.unwrap();
    tx.commit().await.unwrap();
    store
}

async fn get(store: &Store, n: u8) -> Option<Case> {
    cases::by_id(&mut store.read().await.unwrap(), &[n; 16]).await.unwrap()
}

#[tokio::test]
async fn what_is_committed_is_there_after_reopening() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    store.close().await.unwrap();
    assert!(std::fs::metadata(path.with_extension("db-wal")).is_err(), "the log should be gone");
    let store = Store::open(&path).await.unwrap();
    assert_eq!(get(&store, 1).await, Some(case(1)));
    let mut read = store.read().await.unwrap();
    assert_eq!(cases::by_locator_hash(&mut read, &[1; 32]).await.unwrap(), Some(case(1)));
    assert_eq!(cases::by_locator_hash(&mut read, &[2; 32]).await.unwrap(), None);
    assert_eq!(cases::by_id(&mut read, &[2; 16]).await.unwrap(), None);
}

#[tokio::test]
async fn what_is_committed_survives_without_a_clean_end() {
    let (folder, path) = place();
    let store = with_case(&path).await;
    // A killed program leaves the files as they are at this moment.
    let copy = folder.path().join("copy/amparo.db");
    crate::folder::private(copy.parent().unwrap()).unwrap();
    std::fs::copy(&path, &copy).unwrap();
    std::fs::copy(path.with_extension("db-wal"), copy.with_extension("db-wal")).unwrap();
    drop(store);
    assert_eq!(get(&Store::open(&copy).await.unwrap(), 1).await, Some(case(1)));
}

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing_and_frees_the_writer() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let mut tx = store.begin("dropped").await.unwrap();
    cases::insert(&mut tx, &case(2)).await.unwrap();
    assert!(cases::by_id(&mut tx, &[2; 16]).await.unwrap().is_some());
    drop(tx);
    let mut tx = store.begin("next").await.unwrap();
    assert_eq!(cases::by_id(&mut tx, &[2; 16]).await.unwrap(), None);
    cases::insert(&mut tx, &case(3)).await.unwrap();
    tx.commit().await.unwrap();
    assert!(get(&store, 2).await.is_none() && get(&store, 3).await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn futures_dropped_at_any_point_leave_no_transaction_open() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    for n in 0..200_u32 {
        let work = async {
            let mut tx = store.begin("cancelled").await?;
            cases::insert(&mut tx, &Case { card: n.to_be_bytes().to_vec(), ..case(9) }).await?;
            cases::set_state(&mut tx, &[9; 16], State::Open, case(9).day).await?;
            tokio::time::sleep(std::time::Duration::from_micros(20)).await;
            drop(tx);
            Ok::<_, StoreError>(())
        };
        let _ = tokio::time::timeout(std::time::Duration::from_micros(u64::from(n) * 7), work).await;
        let mut begin = Box::pin(store.begin("polled once"));
        let _ = begin.as_mut().now_or_never();
    }
    let mut tx = store.begin("after").await.unwrap();
    assert_eq!(cases::by_id(&mut tx, &[9; 16]).await.unwrap(), None);
    cases::insert(&mut tx, &case(2)).await.unwrap();
    tx.commit().await.unwrap();
    assert!(get(&store, 2).await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_wait_for_each_other_and_readers_for_nobody() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let mut before = store.read().await.unwrap();
    assert!(cases::by_id(&mut before, &[1; 16]).await.unwrap().is_some());
    let tasks: Vec<_> = (10..50_u8)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut tx = store.begin("concurrent").await?;
                cases::insert(&mut tx, &case(n)).await?;
                tokio::task::yield_now().await;
                envelopes::insert(&mut tx, &envelope(n, n, 0), NONE).await?;
                tx.commit().await
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(cases::list_of_units(&mut before, &["roads".to_owned()]).await.unwrap().len(), 1, "not a snapshot");
    let units = ["roads".to_owned(), "ports".to_owned(), "roads".to_owned()];
    let list = cases::list_of_units(&mut store.read().await.unwrap(), &units).await.unwrap();
    assert_eq!(list.len(), 41);
    assert!(list.iter().all(|case| case.entries == u64::from(case.id[0] != 1)));
}

#[tokio::test]
async fn a_second_row_of_the_same_name_is_a_conflict_that_fails_nothing_else() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let mut tx = store.begin("conflicts").await.unwrap();
    let conflict = |result, name| assert!(matches!(result, Err(StoreError::Conflict { table }) if table == name));
    conflict(cases::insert(&mut tx, &Case { locator_hash: None, ..case(1) }).await, "cases");
    conflict(cases::insert(&mut tx, &Case { locator_hash: Some([1; 32]), ..case(2) }).await, "cases");
    envelopes::insert(&mut tx, &envelope(1, 1, 0), NONE).await.unwrap();
    conflict(envelopes::insert(&mut tx, &envelope(1, 1, 1), NONE).await, "envelopes");
    conflict(envelopes::insert(&mut tx, &envelope(2, 1, 0), NONE).await, "envelopes");
    envelopes::insert(&mut tx, &Envelope { lane: Lane::Desk, ..envelope(2, 1, 0) }, NONE).await.unwrap();
    envelopes::insert(&mut tx, &Envelope { author: [6; 32], ..envelope(3, 1, 0) }, NONE).await.unwrap();
    grants::insert(&mut tx, &grant(1, 1, "a")).await.unwrap();
    conflict(grants::insert(&mut tx, &grant(1, 1, "b")).await, "grants");
    let too_large = envelopes::insert(&mut tx, &envelope(4, 1, u64::MAX), NONE).await;
    assert!(matches!(too_large, Err(StoreError::TooLarge(_))));
    tx.commit().await.unwrap();
    assert_eq!(envelopes::of_case(&mut store.read().await.unwrap(), &[1; 16]).await.unwrap().len(), 3);
}

#[tokio::test]
async fn rows_without_their_case_are_refused_and_fail_the_transaction() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let mut tx = store.begin("orphans").await.unwrap();
    assert!(matches!(grants::insert(&mut tx, &grant(1, 8, "a")).await, Err(StoreError::Orphan)));
    assert!(matches!(cases::insert(&mut tx, &case(2)).await, Err(StoreError::Failed("orphans"))));
    assert!(matches!(tx.commit().await, Err(StoreError::Failed("orphans"))));
    let mut tx = store.begin("orphans").await.unwrap();
    assert!(matches!(envelopes::insert(&mut tx, &envelope(1, 8, 0), NONE).await, Err(StoreError::Orphan)));
    drop(tx);
    assert!(get(&store, 2).await.is_none());
}

#[tokio::test]
async fn a_member_gets_the_ciphertexts_of_their_own_grants_only() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let mut tx = store.begin("grants").await.unwrap();
    let signed =
        NewGrant { kind: 17, signature: Some(vec![4; 64]), case_signature: Some(vec![5; 64]), ..grant(3, 1, "a") };
    for grant in [grant(2, 1, "b"), grant(1, 1, "a"), signed.clone()] {
        grants::insert(&mut tx, &grant).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut read = store.read().await.unwrap();
    let found = grants::of_case_for(&mut read, &[1; 16], Some("a")).await.unwrap();
    let ciphertexts: Vec<_> = found.iter().map(|grant| (grant.hash[0], grant.ciphertext.clone())).collect();
    assert_eq!(ciphertexts, [(1, Some(vec![1; 900])), (2, None), (3, Some(vec![3; 900]))]);
    assert_eq!((found[2].signature.clone(), found[2].kind, &found[2].body), (signed.signature, 17, &signed.body));
    assert!(grants::of_case(&mut read, &[1; 16]).await.unwrap().iter().all(|grant| grant.ciphertext.is_none()));
}

#[tokio::test]
async fn envelopes_and_ciphertexts_come_back_as_stored() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let mut tx = store.begin("envelopes").await.unwrap();
    let both = Ciphertexts { main: Some(b"main"), reply: Some(b"reply") };
    envelopes::insert(&mut tx, &envelope(2, 1, 1), both).await.unwrap();
    envelopes::insert(&mut tx, &envelope(1, 1, 0), Ciphertexts { reply: None, ..both }).await.unwrap();
    let blob = Envelope { blob: true, case_signature: None, ..envelope(3, 1, 2) };
    envelopes::insert(&mut tx, &blob, NONE).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = store.read().await.unwrap();
    let found = envelopes::of_case(&mut read, &[1; 16]).await.unwrap();
    assert_eq!(found, [envelope(1, 1, 0), envelope(2, 1, 1), blob.clone()]);
    assert_eq!(envelopes::by_hash(&mut read, &[3; 32]).await.unwrap(), Some(blob));
    assert_eq!(envelopes::by_hash(&mut read, &[4; 32]).await.unwrap(), None);
    let reply = envelopes::ciphertext(&mut read, &[2; 32], Part::Reply).await.unwrap();
    assert_eq!(reply.as_deref(), Some(&b"reply"[..]));
    assert_eq!(envelopes::ciphertext(&mut read, &[1; 32], Part::Reply).await.unwrap(), None);
    let mains = envelopes::ciphertexts_of_case(&mut read, &[1; 16], Part::Main).await.unwrap();
    assert_eq!(HashSet::from_iter(mains), HashSet::from([([1; 32], b"main".to_vec()), ([2; 32], b"main".to_vec())]));
    let hashes: Vec<_> = envelopes::blob_hashes(&mut read).try_collect().await.unwrap();
    assert_eq!(hashes, [[3 ^ 0xff; 32]]);
}

#[tokio::test]
async fn a_state_is_set_with_its_day() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let later = "2026-05-06".parse().unwrap();
    let mut tx = store.begin("state").await.unwrap();
    assert!(cases::set_state(&mut tx, &[1; 16], State::Closed, later).await.unwrap());
    assert!(!cases::set_state(&mut tx, &[2; 16], State::Closed, later).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(get(&store, 1).await, Some(Case { state: State::Closed, state_day: later, ..case(1) }));
}

/// How often `marker` stands in the database's files.
fn found_in_files(path: &Path, marker: &[u8]) -> usize {
    let files = std::fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|file| std::fs::read(file).unwrap().windows(marker.len()).filter(|window| *window == marker).count())
        .sum()
}

#[tokio::test]
async fn forget_destroys_the_reply_copies_and_the_way_back_in_the_files_too() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let (marker, kept, locator) = (b"REPLY-COPY-MARKER", b"DESK-COPY-MARKER", *b"LOCATOR-HASH-OF-THIRTY-TWO-BYTES");
    let mut tx = store.begin("answer").await.unwrap();
    cases::insert(&mut tx, &Case { locator_hash: Some(locator), ..case(2) }).await.unwrap();
    for (n, times) in [(1, 1), (2, 2000)] {
        let (main, reply) = (kept.repeat(times), marker.repeat(times));
        let both = Ciphertexts { main: Some(&main), reply: Some(&reply) };
        envelopes::insert(&mut tx, &envelope(n, 2, n.into()), both).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert!(found_in_files(&path, marker) >= 1900 && found_in_files(&path, &locator) > 0, "the search finds nothing");
    let mut tx = store.begin("forget").await.unwrap();
    assert!(cases::forget(&mut tx, &[2; 16]).await.unwrap());
    assert!(!cases::forget(&mut tx, &[3; 16]).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!((found_in_files(&path, marker), found_in_files(&path, &locator)), (0, 0));
    assert!(found_in_files(&path, kept) >= 1900);
    let forgotten = get(&store, 2).await.unwrap();
    assert_eq!((forgotten.withdrawn, forgotten.locator_hash), (true, None));
    let mut read = store.read().await.unwrap();
    assert_eq!(cases::by_locator_hash(&mut read, &locator).await.unwrap(), None);
    assert!(envelopes::ciphertexts_of_case(&mut read, &[2; 16], Part::Reply).await.unwrap().is_empty());
    assert_eq!(envelopes::ciphertexts_of_case(&mut read, &[2; 16], Part::Main).await.unwrap().len(), 2);
}

#[tokio::test]
async fn bytes_that_a_reader_held_back_go_with_a_later_commit() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let mut tx = store.begin("answer").await.unwrap();
    let both = Ciphertexts { main: Some(b"main"), reply: Some(b"REPLY-COPY-MARKER") };
    envelopes::insert(&mut tx, &envelope(1, 1, 0), both).await.unwrap();
    tx.commit().await.unwrap();
    let mut reader = store.read().await.unwrap();
    cases::by_id(&mut reader, &[1; 16]).await.unwrap();
    let mut tx = store.begin("forget").await.unwrap();
    cases::forget(&mut tx, &[1; 16]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(found_in_files(&path, b"REPLY-COPY-MARKER") > 0, "the reader needs it still");
    drop(reader);
    // The reader's transaction ends in its own time.
    for _ in 0..50 {
        store.healthy().await.unwrap();
        if found_in_files(&path, b"REPLY-COPY-MARKER") == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the reply copy is still in the files");
}

#[tokio::test]
async fn a_full_disk_refuses_and_leaves_the_store_working() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let limit = |pages: i64| {
        let writer = store.writer.clone();
        async move {
            let sql = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
            sqlx::query(sql).execute(&mut *writer.acquire().await.unwrap()).await.unwrap();
        }
    };
    limit(1).await;
    for _ in 0..3 {
        let mut tx = store.begin("too much").await.unwrap();
        let bytes = vec![7; 1 << 20];
        let full =
            envelopes::insert(&mut tx, &envelope(1, 1, 0), Ciphertexts { main: Some(&bytes), reply: None }).await;
        assert!(matches!(full, Err(StoreError::Full)), "{full:?}");
        assert!(matches!(tx.commit().await, Err(StoreError::Failed("too much"))));
        limit(1).await;
    }
    limit(1_000_000).await;
    let mut tx = store.begin("after").await.unwrap();
    envelopes::insert(&mut tx, &envelope(2, 1, 0), Ciphertexts { main: Some(&vec![7; 1 << 20]), reply: None })
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let found = envelopes::of_case(&mut store.read().await.unwrap(), &[1; 16]).await.unwrap();
    assert_eq!(found, [envelope(2, 1, 0)]);
}

#[tokio::test]
async fn a_transaction_that_the_database_ended_by_itself_does_not_block_the_next() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let mut tx = store.begin("ended").await.unwrap();
    // As SQLite does on some failures.
    sqlx::query("ROLLBACK").execute(tx.link().unwrap()).await.unwrap();
    assert!(tx.commit().await.is_err());
    store.healthy().await.unwrap();
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let mut tx = store.begin("damage").await.unwrap();
    tx.execute(sqlx::query("UPDATE cases SET state_day = '2026-02-30'")).await.unwrap();
    tx.commit().await.unwrap();
    let error = cases::by_id(&mut store.read().await.unwrap(), &[1; 16]).await.unwrap_err();
    let message = error.to_string();
    assert!(message.contains("state_day of cases row 01010101"), "{message}");
}

#[tokio::test]
async fn health_is_a_real_commit() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    store.healthy().await.unwrap();
    let mut read = store.read().await.unwrap();
    let row = read.optional(sqlx::query("SELECT beat FROM health")).await.unwrap().unwrap();
    assert_eq!(sqlx::Row::get::<i64, _>(&row, 0), 1);
    store.writer.close().await;
    assert!(store.healthy().await.is_err());
}

#[tokio::test]
async fn files_are_the_owners_alone() {
    let (folder, path) = place();
    let store = with_case(&path).await;
    for entry in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{}", entry.path().display());
    }
    store.close().await.unwrap();
    let mode = |mode| std::fs::Permissions::from_mode(mode);
    assert_eq!(std::fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    std::fs::set_permissions(path.parent().unwrap(), mode(0o755)).unwrap();
    assert!(matches!(Store::open(&path).await, Err(StoreError::Folder(FolderError::Exposed(_)))));
    drop(folder);
}

#[tokio::test]
async fn what_is_no_database_or_a_newer_one_is_refused() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let mut tx = store.begin("future").await.unwrap();
    tx.execute(sqlx::query("INSERT INTO schema (number, sha256) VALUES (99, x'00')")).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await.unwrap();
    assert!(matches!(Store::open(&path).await, Err(StoreError::Newer { found: 99, known: 1 })));
    let other = path.with_file_name("other.db");
    std::fs::write(&other, "this is a text file and no database at all. ".repeat(50)).unwrap();
    assert!(matches!(Store::open(&other).await, Err(StoreError::Damaged)));
}

#[tokio::test]
async fn tidying_keeps_everything() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    store.tidy().await.unwrap();
    assert_eq!(get(&store, 1).await, Some(case(1)));
    store.healthy().await.unwrap();
}
