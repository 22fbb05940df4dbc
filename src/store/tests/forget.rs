use super::*;

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
async fn what_found_a_case_before_it_moved_says_so_until_it_is_forgotten() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let (first, second, third) = ([1; 32], *b"SECOND-LOCATOR-HASH-OF-32-BYTES!", [3; 32]);
    let mut tx = store.begin("move").await.unwrap();
    cases::insert(&mut tx, &case(9)).await.unwrap();
    assert!(!cases::move_locator(&mut tx, &[1; 16], &first, &[9; 32]).await.unwrap(), "it finds another case");
    assert!(!cases::move_locator(&mut tx, &[1; 16], &second, &third).await.unwrap(), "it is not the case's own");
    assert!(cases::move_locator(&mut tx, &[1; 16], &first, &second).await.unwrap());
    assert!(!cases::move_locator(&mut tx, &[1; 16], &first, &third).await.unwrap(), "it has moved");
    assert!(!cases::move_locator(&mut tx, &[1; 16], &second, &first).await.unwrap(), "nor does it move back");
    assert!(!cases::move_locator(&mut tx, &[9; 16], &[9; 32], &first).await.unwrap(), "nor does another case");
    assert!(cases::move_locator(&mut tx, &[1; 16], &second, &third).await.unwrap());
    let taken = cases::insert(&mut tx, &Case { locator_hash: Some(first), ..case(5) }).await;
    assert!(matches!(taken, Err(StoreError::Conflict { table: "cases" })), "a new case would hide that it moved");
    tx.commit().await.unwrap();
    let found = |hash: [u8; 32]| {
        let store = store.clone();
        async move {
            let mut read = store.read().await.unwrap();
            let case = cases::by_locator_hash(&mut read, &hash).await.unwrap().map(|case| case.id);
            (case, cases::moved_from(&mut read, &hash).await.unwrap())
        }
    };
    assert_eq!(found(first).await, (None, Some([1; 16])));
    assert_eq!(found(second).await, (None, Some([1; 16])));
    assert_eq!(found(third).await, (Some([1; 16]), None));
    assert!(found_in_files(&path, &second) > 0, "the search finds nothing");
    let mut tx = store.begin("forget").await.unwrap();
    assert!(cases::forget(&mut tx, &[1; 16]).await.unwrap());
    tx.commit().await.unwrap();
    for hash in [first, second, third] {
        assert_eq!(found(hash).await, (None, None));
    }
    assert_eq!(found_in_files(&path, &second), 0);
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
