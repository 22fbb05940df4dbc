use futures_util::FutureExt;

use super::*;

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
    assert_eq!(
        cases::page(&mut before, &["roads".to_owned()], None, 99).await.unwrap().cases.len(),
        1,
        "not a snapshot"
    );
    let units = ["roads".to_owned(), "ports".to_owned(), "roads".to_owned()];
    let list = cases::page(&mut store.read().await.unwrap(), &units, None, 99).await.unwrap().cases;
    assert_eq!(list.len(), 41);
    assert!(list.iter().all(|case| case.entries == u64::from(case.id[0] != 1)));
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
async fn a_database_that_another_program_writes_to_is_busy() {
    let (_folder, path) = place();
    let (store, other) = (with_case(&path).await, Store::open(&path).await.unwrap());
    let held = other.begin("held").await.unwrap();
    assert!(matches!(store.begin("waits").await, Err(StoreError::Busy)));
    assert!(get(&store, 1).await.is_some(), "reading goes on");
    drop(held);
    store.healthy().await.unwrap();
}
