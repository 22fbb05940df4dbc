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
