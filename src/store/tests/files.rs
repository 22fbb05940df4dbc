use std::os::unix::fs::PermissionsExt;

use super::*;

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
    assert!(matches!(Store::open(&path).await, Err(StoreError::Newer { found: 99, known: 4 })));
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
async fn a_database_from_before_cases_could_move_keeps_everything() {
    let (_folder, path) = place();
    crate::folder::private(path.parent().unwrap()).unwrap();
    sqlite::prepare_file(&path).unwrap();
    let writer = sqlite::writer(&path).await.unwrap();
    schema::migrate(&mut writer.acquire().await.unwrap(), &sqlite::MIGRATIONS[..1]).await.unwrap();
    let (case, envelope, grant) = (case(1), envelope(2, 1, 0), grant(3, 1, "a"));
    // Written as the older program did, whose tables had none of what is new.
    let rows = format!(
        "INSERT INTO cases VALUES (x'{}', 'roads', '2026-05-04', 'received', '2026-05-04', x'{}', x'{}', x'{}', 0);
         INSERT INTO grants VALUES (x'{}', x'{}', 16, 'a', x'{}', x'{}', NULL, NULL);
         INSERT INTO envelopes VALUES (x'{}', x'{}', 4, x'{}', 0, 0, x'{}', x'{}', x'{}', x'{}', 4, 0);
         INSERT INTO ciphertexts VALUES (x'{}', 0, x'6d61696e'), (x'{}', 1, x'7265706c79');",
        hex(&case.id),
        hex(&case.card),
        hex(&case.card_signature),
        hex(&case.locator_hash.unwrap()),
        hex(&grant.hash),
        hex(&case.id),
        hex(&grant.body),
        hex(&grant.ciphertext),
        hex(&envelope.hash),
        hex(&case.id),
        hex(&envelope.author),
        hex(&envelope.header),
        hex(&envelope.signature),
        hex(envelope.case_signature.as_ref().unwrap()),
        hex(&envelope.ciphertext_hash),
        hex(&envelope.hash),
        hex(&envelope.hash),
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(rows)).execute(&mut *writer.acquire().await.unwrap()).await.unwrap();
    writer.close().await;

    let store = Store::open(&path).await.unwrap();
    assert_eq!(get(&store, 1).await, Some(case));
    let mut read = store.read().await.unwrap();
    assert_eq!(envelopes::of_case(&mut read, &[1; 16]).await.unwrap(), [envelope]);
    for (part, bytes) in [(Part::Main, b"main".to_vec()), (Part::Reply, b"reply".to_vec())] {
        assert_eq!(envelopes::ciphertext(&mut read, &[2; 32], part).await.unwrap(), Some(bytes));
    }
    assert_eq!(grants::of_case(&mut read, &[1; 16]).await.unwrap().len(), 1);
    drop(read);
    let mut tx = store.begin("after").await.unwrap();
    let moved = Envelope { kind: 9, ..self::envelope(4, 1, 1) };
    envelopes::insert(&mut tx, &moved, Ciphertexts { main: Some(b"move"), reply: None }).await.unwrap();
    tx.commit().await.unwrap();
    let orphan = "INSERT INTO ciphertexts VALUES (x'00', 0, x'00')";
    let mut tx = store.begin("orphan").await.unwrap();
    assert!(matches!(tx.execute(sqlx::query(orphan)).await, Err(StoreError::Orphan)), "rows still refer to each other");
}

fn hex(bytes: &[u8]) -> String {
    crate::protocol::bytes::to_hex(bytes)
}
